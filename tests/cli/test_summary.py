"""One line for any value: what the declaration does not imply."""

from __future__ import annotations

from typing import Literal

from bitwright import (
    IPv4Address,
    Name,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    const,
    domain_name,
    flag,
    ipv4,
    nested,
    payload,
    raw,
    reserved,
    u8,
    u16,
    when,
)
from bitwright.seeing.summary import summary
from bitwright.seeing.words import hex_of


class Color(OpenEnum):
    RED = 0
    BLUE = 1


class Point(Struct):
    x: int = u8()
    y: int = u8(default=0)


class Shape(Struct):
    version: Literal[1] = const(bits(4), 1)
    _z: int = reserved(2)
    big: bool = flag(default=False)
    round: bool = flag(default=True)
    count: int = auto(u8())
    color: Color = u8(Color, default=Color.RED)
    other: Color = auto(u8(Color))
    owner: Name = domain_name(default=".")
    address: IPv4Address = ipv4(default=IPv4Address("0.0.0.0"))
    center: Point = nested(Point)
    corners: list[Point] = array(Point, count=count, default=[])
    sizes: list[int] = array(u16(), size=4, default=[0, 0])
    extra: bytes | None = when(big, raw(size=20))
    body: bytes = payload()


def test_defaults_constants_and_derived_numbers_are_left_out() -> None:
    assert summary(Shape(center=Point(x=1))) == "x=1"


def test_everything_else_is_shown() -> None:
    shape = Shape(
        big=True,
        round=False,
        count=2,
        color=Color.BLUE,
        other=Color(7),
        owner="a.example.",
        address=IPv4Address("192.0.2.1"),
        center=Point(x=1, y=2),
        corners=[Point(x=3), Point(x=4)],
        sizes=[1, 2],
        extra=bytes(20),
        body=b"not shown",
    )
    assert summary(shape) == (
        "big BLUE other=7 a.example. 192.0.2.1 x=1 y=2; corners: x=3, x=4; sizes: 1, 2; "
        "extra=00000000000000000000000000000000... (20 bytes)"
    )


def test_set_reserved_bits_are_shown() -> None:
    assert summary(Shape(_z=2, center=Point(x=1))) == "_z=2 x=1"


def test_long_lists_are_cut() -> None:
    line = summary(Shape(center=Point(x=0), corners=[Point(x=i) for i in range(11)]))
    assert line.endswith("x=7, 3 more")


def test_a_class_may_say_it_itself_and_is_escaped() -> None:
    class Proud(Struct):
        level: int = u8()

        def __str__(self) -> str:
            return f"level\n{self.level}"

    assert summary(Proud(level=3)) == "level\\n3"


def test_bytes_that_are_text_are_shown_as_text() -> None:
    class Words(Struct):
        strings: list[bytes] = array(raw(prefix=u8()), default=[])
        data: bytes = raw()

    assert summary(Words(strings=[b"first", b"\xc3\xa9"], data=b"a b")) == 'strings: "first", c3a9; data="a b"'


def test_fields_may_be_left_out() -> None:
    assert summary(Point(x=1, y=2), ["x"]) == "y=2"


def test_hex_of() -> None:
    assert hex_of(bytes(3)) == "000000"
    assert hex_of(bytes(17)) == "0" * 32 + "... (17 bytes)"
