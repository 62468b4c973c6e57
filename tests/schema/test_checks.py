"""What may follow each other on the wire, and begin inside a byte."""

from __future__ import annotations

import pytest

from bitwright import IPv4Address, Struct, align, array, bits, flag, ipv4, nested, pad, payload, raw, text, u8, u16, u32, when
from bitwright.schema.checks import takes_the_rest
from bitwright.schema.spec import spec_of


class Greedy(Struct):
    n: int = u8()
    data: bytes = raw()


class Holder(Struct):
    inner: Greedy = nested(Greedy)


class Empty(Struct): ...


class Tail(Struct):
    first: bytes = raw(size=2)
    items: list[Greedy] = array(Greedy)


@pytest.mark.parametrize(
    ("struct", "name", "expected"),
    [(Greedy, "data", True), (Holder, "inner", True), (Tail, "items", True), (Greedy, "n", False), (Tail, "first", False)],
)
def test_what_takes_the_rest(struct: type, name: str, expected: bool) -> None:
    found = spec_of(struct).field(name)
    assert found is not None
    assert takes_the_rest(found.type) is expected


def test_what_may_follow_something_that_takes_the_rest() -> None:
    class Fine(Struct):
        kind: int = u8()
        data: bytes = raw()
        nothing: Empty = nested(Empty)
        _edge = align(4)
        more: int | None = when(kind == 1, u8())
        word: str = text()

    assert len(spec_of(Fine).fields) == 6


def test_a_region_ends_what_takes_the_rest() -> None:
    class Fine(Struct):
        inner: Greedy = nested(Greedy, size=4)
        items: list[Greedy] = array(Greedy, size=4)
        maybe: bytes | None = when(inner.n == 1, raw())
        trailer: int = u32()

    assert len(spec_of(Fine).fields) == 4


def test_numbers_may_lie_at_any_bit() -> None:
    class Fine(Struct):
        a: int = bits(3)
        wide: int = bits(21)
        f: bool = flag()
        word: int = u16()
        items: list[int] = array(bits(5), count=3)
        data: bytes = raw(size=2)

    assert len(spec_of(Fine).fields) == 6


def test_places_that_are_known_only_when_reading_are_left_to_the_compiler() -> None:
    class Item(Struct):
        n: int = u8()
        high: int = bits(4)
        low: int = bits(4)

    class Fine(Struct):
        a: bool = flag()
        _gap = pad(bits=7)
        items: list[Item] = array(Item, until=lambda it: it.n == 0)
        maybe: Item | None = when(a, nested(Item))
        address: IPv4Address = ipv4()
        odd: list[int] = array(bits(4), count=2)
        data: bytes = payload()

    assert spec_of(Fine).payload is not None


def test_little_endian_structs_take_bits_within_a_byte() -> None:
    class Fine(Struct, endian="little"):
        a: int = bits(3)
        b: int = bits(5)
        c: int = bits(16)
        d: int = bits(24)
        e: int = bits(8)

    class Mixed(Struct, endian="little"):
        a: int = bits(4)
        b: int = bits(4)
        c: int = u16(endian="big")

    assert [len(spec_of(s).fields) for s in (Fine, Mixed)] == [5, 3]
