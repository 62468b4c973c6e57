"""Class 1: input cut off at every byte.  Always a typed error with a place inside the input, the same on every engine."""

from __future__ import annotations

import pytest

from bitwright import Struct, bits, u8
from bitwright.lower.facts import reads_to_end
from tests.engines.agreement import agreed
from tests.hostile.messages import Sample, samples


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_every_prefix(sample: Sample) -> None:
    step = 1 if len(sample.data) <= 128 else 5
    for size in range(0, len(sample.data), step):
        found = agreed(sample.struct, "parse", sample.data[:size])
        if found.ok:
            assert reads_to_end(sample.struct), f"{sample.name} is whole after {size} of {len(sample.data)} bytes"
            continue
        assert found.problem.bit_offset is not None
        assert 0 <= found.problem.bit_offset <= 8 * size


class Bits(Struct):
    """Fields that begin and end inside bytes."""

    a: int = bits(3)
    b: int = bits(17)
    c: int = bits(1)
    d: int = bits(43)
    e: int = u8()


def test_a_cut_inside_a_field_of_bits_names_that_field() -> None:
    """Byte 0 holds `a` and the head of `b`; a field that is not there whole is the one that is missing."""
    whole = Bits(a=1, b=2, c=1, d=3, e=4).build()
    paths = [agreed(Bits, "parse", whole[:size]).problem.path for size in range(len(whole))]
    assert paths == ["a", "b", "b", "d", "d", "d", "d", "d", "e"]
