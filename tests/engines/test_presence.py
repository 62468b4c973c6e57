"""Derived tags and presence flags: what classes and absent fields determine, and what they contradict."""

from __future__ import annotations

from bitwright import (
    OpenEnum,
    Struct,
    auto,
    bits,
    flag,
    pad,
    raw,
    switch,
    text,
    u8,
    u16,
    variant,
    when,
)
from tests.engines.agreement import agreed, built


class Kind(OpenEnum):
    NUMBER = 1
    WORD = 2


class Value(Struct):
    """An open union."""


class Number(Value, tag=(Kind.NUMBER, 7)):
    value: int = u16()


class Word(Value, tag=Kind.WORD):
    value: str = text(prefix=u8())


class Other(Value):
    data: bytes = raw()


class Tagged(Struct):
    kind: Kind = auto(u8(Kind))
    size: int = auto(u8())
    value: Value = variant(Value, on=kind, unknown=Other, size=size)


def test_tags_follow_from_classes() -> None:
    assert built(Tagged(value=Number(value=5))) == b"\1\2\0\5"
    assert built(Tagged(value=Word(value="ab"))) == b"\2\3\2ab"
    assert Tagged(value=Word(value="ab")).resolved().kind is Kind.WORD
    assert built(Tagged(kind=Kind(7), value=Number(value=5))) == b"\7\2\0\5"
    assert built(Tagged(kind=Kind(9), value=Other(data=b"x"))) == b"\x09\1x"
    found = agreed(Tagged, "build", Tagged(value=Other(data=b"")))
    assert (found.problem.code, found.problem.path) == ("tag", "kind")
    assert agreed(Tagged, "build", Tagged(kind=Kind.WORD, value=Number(value=5))).value == b"\2\2\0\5", "wrong on purpose"


class GivenTag(Struct):
    kind: int = u8()
    value: Value = variant(Value, on=kind, unknown=Other)


def test_a_tag_that_is_no_derived_field_must_be_true() -> None:
    assert built(GivenTag(kind=7, value=Number(value=5))) == b"\7\0\5"
    assert built(GivenTag(kind=9, value=Other(data=b"ab"))) == b"\x09ab"
    for wrong in (
        GivenTag(kind=2, value=Number(value=5)),
        GivenTag(kind=9, value=Number(value=5)),
        GivenTag(kind=1, value=Other(data=b"")),
    ):
        found = agreed(GivenTag, "build", wrong)
        assert (found.problem.code, found.problem.path) == ("tag", "value")


class Mixed(Struct):
    kind: int = auto(u8())
    low = kind & 15
    value: Number | Word | Other = switch(low, {1: Number, 2: Word}, Other)


def test_a_tag_inside_a_number() -> None:
    assert built(Mixed(value=Word(value="a"))) == b"\2\1a"
    assert agreed(Mixed, "parse", b"\x52\1a").value == Mixed(kind=0x52, value=Word(value="a"))


class Flags(Struct):
    one: bool = auto(flag())
    not_two: bool = auto(flag())
    three: int = auto(bits(1))
    four: int = auto(bits(1))
    _gap = pad(bits=4)
    mask: int = auto(u8())
    first: int | None = when(one, u8())
    second: int | None = when(~not_two, u8())
    third: int | None = when(three == 1, u8())
    fourth: int | None = when(four != 1, u8())
    fifth: int | None = when((mask & 4) != 0, u8())


def test_presence_flags() -> None:
    assert built(Flags(first=1, second=2, third=3, fourth=4, fifth=5)) == b"\xa0\x04\1\2\3\4\5"
    assert built(Flags()) == b"\x50\x00"
    assert Flags(fifth=5).resolved() == Flags(one=False, not_two=True, three=0, four=1, mask=4, fifth=5)


class Half(Struct):
    kind: int = auto(u8())
    extra: int | None = when(kind == 5, u8())


class HalfWithDefault(Struct):
    kind: int = auto(u8(default=9))
    extra: int | None = when(kind == 5, u8())


class Unless(Struct):
    size: int = auto(u8())
    body: bytes | None = when(size != 0, raw(size=size))


def test_a_condition_that_says_only_half() -> None:
    assert built(Half(extra=1)) == b"\5\1"
    found = agreed(Half, "build", Half())
    assert (found.problem.code, found.problem.path) == ("unsolved", "kind")
    assert "give kind=" in found.problem.message
    assert built(Half(kind=4)) == b"\4"
    assert built(HalfWithDefault()) == b"\x09"
    assert built(HalfWithDefault(extra=1)) == b"\5\1"
    assert built(Unless()) == b"\0"
    assert built(Unless(body=b"ab")) == b"\2ab"
    assert agreed(Unless, "build", Unless(body=b"")).problem.code == "conflict"


class Either(Struct):
    wide: bool = auto(flag())
    _gap = pad(bits=7)
    size: int = auto(u8())
    left: bytes | None = when(wide, raw(size=size))
    right: bytes | None = when(~wide, raw(size=size * 2))


def test_the_field_that_is_there_determines_the_size() -> None:
    assert built(Either(left=b"abc")) == b"\x80\3abc"
    assert built(Either(right=b"abcd")) == b"\0\2abcd"
    assert agreed(Either, "build", Either(left=b"a", right=b"ab")).problem.code == "conflict"
    assert agreed(Either, "build", Either(wide=False, size=1, left=b"a")).ok, "both are given, so both may lie"


class Default(Struct):
    unused: int = auto(u8(default=7))
    undetermined: int = auto(u8())


def test_what_nothing_determines() -> None:
    found = agreed(Default, "build", Default())
    assert (found.problem.code, found.problem.path) == ("unsolved", "undetermined")
    assert built(Default(undetermined=1)) == b"\7\1"


