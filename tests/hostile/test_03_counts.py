"""Class 3: count bombs.  Refused before the first element is read: no work, and at most 64 KiB (times: `benchmarks/hostile.py`)."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from bitwright import DeclarationError, ParseError, Struct, array, auto, bits, raw, u8, u16, u32, u64
from bitwright.testing.numbers import bounds_of
from bitwright_specs.dns import Message
from tests.engines.agreement import ENGINES, outcome
from tests.hostile.corpus import corpus
from tests.hostile.messages import TLV
from tests.hostile.places import derived_numbers, with_number


class Pair(Struct):
    """An element of three bytes."""

    a: int = u8()
    b: int = u16()


class Wide(Struct):
    """The largest count there is."""

    count: int = auto(u64())
    items: list[Pair] = array(Pair, count=count)


class Bitty(Struct):
    """Elements smaller than a byte... in bits."""

    count: int = auto(u32())
    items: list[int] = array(bits(8), count=count)


class Grid(Struct):
    """A product of two numbers."""

    rows: int = u32()
    columns: int = u32()
    cells: list[int] = array(u8(), count=rows * columns)


class Blob(Struct):
    """One run of bytes."""

    size: int = auto(u32())
    body: bytes = raw(size=size)


BOMBS: list[tuple[Any, bytes]] = [
    (Message, bytes(4) + b"\xff" * 8),
    (Message, bytes(6) + b"\xff\xff" + bytes(4)),
    (TLV, b"\2\0\2\xff\xff"),
    (Wide, b"\xff" * 8 + b"abc"),
    (Bitty, b"\xff" * 4 + bytes(8)),
    (Grid, b"\xff" * 8 + bytes(8)),
    (Blob, b"\xff" * 4 + bytes(8)),
]


@pytest.mark.parametrize(("struct", "data"), BOMBS, ids=lambda part: part.hex() if isinstance(part, bytes) else part.__name__)
def test_a_bomb_costs_no_memory(struct: Any, data: bytes, engine: str) -> None:
    codec = struct.codec(engine)
    with pytest.raises(ParseError) as caught:  # compiles, and makes what is made once
        codec.parse(data)
    assert caught.value.code in ("count-too-large", "truncated")
    tracemalloc.start()
    try:
        with pytest.raises(ParseError):
            codec.parse(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 64 * 1024, f"{peak} bytes"


@pytest.mark.parametrize("name", sorted({sample.name for sample in corpus()}))
def test_a_bomb_in_every_length_and_count(name: str) -> None:
    """Each derived number of the corpus says the most that it can, and nothing follows it: a few bytes, no memory, on every engine."""
    tried: set[tuple[Any, ...]] = set()
    for sample in (sample for sample in corpus() if sample.name == name):
        for node, wire in derived_numbers(sample):
            key = type(node.owner.value if node.owner is not None else None), node.key
            if key in tried:
                continue
            tried.add(key)
            bomb = with_number(sample, node, wire, bounds_of(wire)[1])[: -(-node.end // 8)]
            for engine in ENGINES:
                codec = sample.struct.codec(engine)
                first = outcome(lambda codec=codec, bomb=bomb: codec.parse(bomb))  # type: ignore[misc]
                assert first.ok or first.problem.code not in ("too-large", "limit")
                tracemalloc.start()
                try:
                    again = outcome(lambda codec=codec, bomb=bomb: codec.parse(bomb))  # type: ignore[misc]
                    peak = tracemalloc.get_traced_memory()[1]
                finally:
                    tracemalloc.stop()
                assert again.error == first.error
                assert peak <= 64 * 1024, f"{peak} bytes for {bomb.hex()} by {engine}"


class Empty(Struct):
    """No bytes at all."""


def test_the_most_elements_without_bytes_are_refused_when_declared() -> None:
    """4,294,967,295 elements of no bytes would need no byte to be there: no such array can be declared (class 7 has all forms)."""
    with pytest.raises(DeclarationError) as caught:

        class Bomb(Struct):
            count: int = auto(u32())
            items: list[Empty] = array(Empty, count=count)

    assert caught.value.path == "items"
