"""Class 1: input cut off at every byte, or bit.  Always a typed error with a place inside the input, the same on every engine.

Every prefix of every message of the corpus; streams that get the same bytes in pieces; bit patterns, which may end at any bit.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from bitstring import Bits as BitString

import bitwright
from bitwright import BitwrightError, ParseError, Struct, bits, u8
from bitwright.lower.facts import reads_to_end
from bitwright.stream import Stream
from tests.engines.agreement import ENGINES, Outcome, agreed, outcome
from tests.hostile import quick
from tests.hostile.corpus import corpus, identified
from tests.hostile.messages import Sample, samples

LONG = "BITWRIGHT_EXAMPLES" in os.environ
PAIRS_UP_TO = 256 if LONG else 64  # bytes of a message that is cut at every two places


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_a_prefix_to_the_letter(sample: Sample) -> None:
    """Code, path, offset and text are those of the interpreter; every seventh prefix."""
    for size in range(0, len(sample.data), 7):
        agreed(sample.struct, "parse", sample.data[:size])


@pytest.mark.parametrize("sample", corpus(), ids=identified)
def test_every_prefix(sample: Sample) -> None:
    for size in range(len(sample.data)):
        found = quick.read(sample.struct, sample.data[:size])
        if found.ok:
            assert reads_to_end(sample.struct), f"{sample.name} is whole after {size} of {len(sample.data)} bytes"
            continue
        assert found.problem.bit_offset is not None
        assert 0 <= found.problem.bit_offset <= 8 * size


# --- pieces ------------------------------------------------------------------------------------


def streamable(struct: type[Struct]) -> bool:
    """Whether messages of it can follow one another: they say where they end, and nothing points elsewhere."""
    try:
        struct.stream()
    except BitwrightError:
        return False
    return True


def streamed(most: int) -> list[Sample]:
    """The shortest messages of each format that can be streamed, so many of each; all in a long run."""
    found: dict[str, list[Sample]] = {}
    for sample in corpus():
        if streamable(sample.struct):
            found.setdefault(sample.name, []).append(sample)
    return [sample for of_one in found.values() for sample in of_one[: None if LONG else most]]


STREAMED, FEW = streamed(4), streamed(2)


def fed(struct: type[Struct], engine: str, pieces: Sequence[bytes]) -> Outcome:
    """What a stream comes to that gets these pieces and then ends."""

    def feed() -> list[Struct]:
        stream: Stream[Struct] = Stream(struct.codec(engine))
        found = [message for piece in pieces for message in stream.feed(piece)]
        stream.close()
        return found

    return outcome(feed)


def test_there_are_streams() -> None:
    assert {"dns_tcp", "tlv", "frame"} <= {sample.name for sample in STREAMED}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("sample", STREAMED, ids=identified)
def test_a_stream_split_anywhere(sample: Sample, engine: str) -> None:
    """In two at every place, and one byte at a time: the message that `parse` gives."""
    data, value = sample.data, sample.struct.codec(engine).parse(sample.data)
    for at in range(len(data) + 1):
        assert fed(sample.struct, engine, [data[:at], data[at:]]).value == [value], at
    assert fed(sample.struct, engine, [data[at : at + 1] for at in range(len(data))]).value == [value]


@pytest.mark.parametrize("sample", [sample for sample in FEW if len(sample.data) <= PAIRS_UP_TO], ids=identified)
def test_a_stream_split_at_every_two_places(sample: Sample) -> None:
    data, value = sample.data, sample.struct.parse(sample.data)
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            pieces = [data[begin:end] for begin, end in pairwise([0, first, second, len(data)])]
            assert fed(sample.struct, "python", pieces).value == [value], (first, second)


@pytest.mark.parametrize("sample", [sample for sample in FEW if len(sample.data) <= 80], ids=identified)
def test_a_damaged_stream_fails_alike_however_it_is_split(sample: Sample) -> None:
    """The error is that of `parse_prefix`, to the letter, wherever the pieces end; or the same messages come."""
    refused = 0
    for place in range(0, len(sample.data), 5):
        damaged = bytearray(sample.data)
        damaged[place] ^= 0xFF
        whole = fed(sample.struct, "python", [bytes(damaged)])
        refused += not whole.ok
        for at in range(0, len(damaged), 3):
            assert fed(sample.struct, "python", [bytes(damaged[:at]), bytes(damaged[at:])]).same(whole), (place, at)
    assert refused or sample.name.startswith("gallery")


# --- bits --------------------------------------------------------------------------------------


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


PATTERNS: dict[str, tuple[str, dict[str, object]]] = {
    "the struct above": ("<<a::3, b::17, c::1, d::43, e::8>>", {"a": 1, "b": 2, "c": 1, "d": 3, "e": 4}),
    "a size in bits": ("<<n::5, body::bits-size(n), sum::9>>", {"n": 13, "body": BitString(bin="1011001110001"), "sum": 300}),
    "a size in bytes": ("<<a::3, n::6, body::binary-size(n), 5::3>>", {"a": 2, "n": 4, "body": b"bits"}),
    "little-endian": ("<<a::little-13, b::little-signed-20, c::7>>", {"a": 0x1234, "b": -5, "c": 99}),
    "a literal": ('<<1::1, "ab", x::4>>', {"x": 9}),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_over_data_cut_at_every_bit(name: str) -> None:
    """Only the whole matches; what is said names a segment that begins within the data, and how many bits are missing at least."""
    text, values = PATTERNS[name]
    pattern = bitwright.pattern(text)
    data: Any = pattern.build_from(values)
    data = BitString(data)
    sizes = []
    for size in range(len(data) + 1):
        cut = data[:size]
        found = [pattern.on(engine).match(cut) for engine in ENGINES]  # type: ignore[arg-type]  # names of engines
        assert all(each == found[0] for each in found), size
        if found[0] is not None:
            sizes.append(size)
            continue
        said = pattern.explain(cut)
        if said.needed_bits is not None:
            assert said.bit_offset is not None
            assert 0 <= said.bit_offset <= size
            assert said.needed_bits > 0
            assert not sizes, "data that are too long are not short of anything"
    assert len(sizes) == 1, sizes


def test_truncation_is_always_the_same_type() -> None:
    with pytest.raises(ParseError):
        Bits.parse(b"")
