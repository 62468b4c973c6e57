"""Class 13: bytes after the message: an error of `parse`, the remainder of `parse_prefix`."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from bitwright.lower.facts import reads_to_end
from tests.engines.agreement import agreed
from tests.hostile.corpus import corpus, identified
from tests.hostile.messages import Sample


@pytest.mark.parametrize("sample", corpus(), ids=identified)
@pytest.mark.parametrize("tail", [b"\0", b"\xff" * 9])
def test_every_message(sample: Sample, tail: bytes) -> None:
    if reads_to_end(sample.struct):
        assert agreed(sample.struct, "parse_prefix", sample.data + tail).ok or sample.name != "frame"
        return
    error = agreed(sample.struct, "parse", sample.data + tail).problem
    assert (error.code, error.path, error.bit_offset, error.available) == ("unconsumed", "", 8 * len(sample.data), len(tail))
    value, used = agreed(sample.struct, "parse_prefix", sample.data + tail).value
    assert used == len(sample.data)
    assert value == agreed(sample.struct, "parse", sample.data).value


def test_every_spec_is_asked() -> None:
    assert {point.name for point in entry_points(group="bitwright.specs")} <= {sample.name for sample in corpus()}
