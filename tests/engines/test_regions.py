"""Bounded regions: too small, too large, not filled, inside each other; what is left, and limits of what is announced."""

from __future__ import annotations

import pytest

from bitwright import Struct, array, auto, nested, payload, raw, rest, select, text, u8, u16, u32
from tests.engines.agreement import agreed, built


class Point(Struct):
    x: int = u16()
    y: int = u16()


class Open(Struct):
    first: int = u8()
    others: bytes = raw()


class Inner(Struct):
    size: int = auto(u8())
    points: list[Point] = array(Point, size=size)
    tail: bytes = raw()


class Outer(Struct):
    size: int = auto(u16())
    inner: Inner = nested(Inner, size=size)
    fixed: Point = nested(Point, size=4)
    after: int = u8()


OUTER = bytes.fromhex("0008 04 00010002 616263 00030004 09".replace(" ", ""))


def test_regions_inside_each_other() -> None:
    message = Outer(inner=Inner(points=[Point(x=1, y=2)], tail=b"abc"), fixed=Point(x=3, y=4), after=9)
    assert built(message) == OUTER


@pytest.mark.parametrize(
    ("at", "value", "code", "path", "bit_offset", "culprit"),
    [
        (1, 0, "truncated", "inner.size", 16, None),
        (1, 1, "truncated", "inner.points", 24, "size at byte 2 is 4"),
        (1, 7, "unconsumed", "", None, None),
        (1, 9, "truncated", "after", 8 * 15, None),
        (1, 13, "truncated", "fixed", 8 * 15, None),
        (1, 14, "truncated", "inner", 16, "size at byte 0 is 14"),
        (0, 0xFF, "truncated", "inner", 16, "size at byte 0 is 65288"),
        (2, 3, "truncated", "inner.points[0].y", 8 * 5, None),
        (2, 5, "truncated", "inner.points[1].x", 8 * 7, None),
        (2, 8, "truncated", "inner.points", 24, "size at byte 2 is 8"),
    ],
)
def test_a_size_that_lies(at: int, value: int, code: str, path: str, bit_offset: int | None, culprit: str | None) -> None:
    data = OUTER[:at] + bytes((value,)) + OUTER[at + 1 :]
    found = agreed(Outer, "parse", data)
    assert (found.problem.code, found.problem.path) == (code, path), found.error
    if bit_offset is not None:
        assert found.problem.bit_offset == bit_offset
    assert found.problem.culprit == culprit


class Exact(Struct):
    size: int = u8()
    point: Point = nested(Point, size=size)
    end: int = u8()


def test_a_region_that_is_not_filled() -> None:
    found = agreed(Exact, "parse", b"\6\0\1\0\2!!\x09")
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("unconsumed", "point", 40)
    assert "2 of its bytes are left over" in found.problem.message
    wrong = agreed(Exact, "build", Exact(size=5, point=Point(x=1, y=2), end=3))
    assert (wrong.problem.code, wrong.problem.path) == ("size", "point")
    assert built(Exact(size=4, point=Point(x=1, y=2), end=3)) == b"\4\0\1\0\2\3"


class Constant(Struct):
    point: Open = nested(Open, size=3)
    words: list[str] = array(text(prefix=u8()), size=4)


def test_regions_of_a_constant_size() -> None:
    assert built(Constant(point=Open(first=1, others=b"ab"), words=["abc"])) == b"\1ab\3abc"
    for message, path in (
        (Constant(point=Open(first=1, others=b"a"), words=["abc"]), "point"), (Constant(point=Open(first=1, others=b"ab"), words=["ab"]), "words"),
    ):  # fmt: skip
        found = agreed(Constant, "build", message)
        assert (found.problem.code, found.problem.path) == ("size", path)


class Negative(Struct):
    size: int = auto(u8())
    body: bytes = raw(size=size - 4)
    count: int = u8()
    items: list[int] = array(u8(), count=count - 2)


def test_sizes_below_zero() -> None:
    found = agreed(Negative, "parse", b"\3\2")
    assert (found.problem.code, found.problem.path, found.problem.culprit) == ("negative-size", "body", "size at byte 0 is 3")
    found = agreed(Negative, "parse", b"\4\1")
    assert (found.problem.code, found.problem.path, found.problem.culprit) == ("negative-size", "items", "count at byte 1 is 1")


class Trailing(Struct):
    """What rest() leaves to others building cannot know."""

    body: bytes = raw(size=rest() - 4)
    trailer: int = u32()


def test_all_but_a_trailer() -> None:
    assert built(Trailing(body=b"abc", trailer=1)) == b"abc\0\0\0\1"
    assert built(Trailing(body=b"", trailer=1)) == b"\0\0\0\1"
    found = agreed(Trailing, "parse", b"abc")
    assert (found.problem.code, found.problem.path) == ("negative-size", "body")


class Announced(Struct):
    length: int = auto(u16())
    data: bytes = payload(size=select(length == 0, rest(), length - 2))


def test_layers_take_what_is_there() -> None:
    assert agreed(Announced, "parse_layer", b"\0\7ab").value == (Announced(length=7, data=b"ab"), 7)
    assert agreed(Announced, "parse_layer", b"xx\0\4abcd", 2).value == (Announced(length=4, data=b"ab"), 4)
    assert agreed(Announced, "parse_layer", b"\0\1ab").problem.code == "negative-size"
    assert agreed(Announced, "parse", b"\0\7ab").problem.code == "truncated"


def test_what_is_left_over() -> None:
    found = agreed(Point, "parse", b"\0\1\0\2!")
    assert (found.problem.code, found.problem.path, found.problem.bit_offset, found.problem.available) == ("unconsumed", "", 32, 1)
    assert found.problem.partial == {"x": 1, "y": 2}
    assert agreed(Point, "parse_prefix", b"\0\1\0\2!").value == (Point(x=1, y=2), 4)
    assert agreed(Point, "parse_prefix", b"?\0\1\0\2!", 1).value == (Point(x=1, y=2), 4)
    assert agreed(Point, "parse_prefix", b"\0\1\0\2", 4).problem.code == "truncated"
