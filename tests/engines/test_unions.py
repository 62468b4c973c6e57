"""Tagged unions: closed and open, extended after they were compiled, with and without regions and default arms."""

from __future__ import annotations

import gc
import itertools
from typing import Any

import pytest

from bitwright import ParseError, Struct, array, auto, nested, param, raw, switch, u8, u16, variant
from tests.engines.agreement import ENGINES, agreed, built

_tags = itertools.count(100)


class A(Struct):
    value: int = u8()


class B(Struct):
    value: int = u16()


class Rest(Struct):
    data: bytes = raw()


class Closed(Struct):
    kind: int = auto(u8())
    value: A | B | Rest = switch(kind, {1: A, 2: B, 3: B}, Rest)


def test_a_closed_union() -> None:
    assert built(Closed(value=A(value=7))) == b"\1\7"
    assert built(Closed(value=B(value=7))) == b"\2\0\7"
    assert built(Closed(kind=3, value=B(value=7))) == b"\3\0\7"
    assert built(Closed(kind=200, value=Rest(data=b"xy"))) == b"\xc8xy"
    assert agreed(Closed, "parse", b"\x09").value == Closed(kind=9, value=Rest(data=b""))
    wrong = agreed(Closed, "build", Closed(value=nested))
    assert (wrong.problem.code, wrong.problem.path) == ("type", "value")
    assert "one of A, B, Rest" in wrong.problem.message


class Base(Struct):
    """An open union without a default arm."""


class First(Base, tag=1):
    value: int = u8()


class Holder(Struct):
    kind: int = auto(u8())
    value: Base = variant(Base, on=kind)


class Collection(Struct):
    count: int = auto(u8())
    holders: list[Holder] = array(Holder, count=count)


def late_arm(**names: Any) -> tuple[int, Any]:
    """A class that a third party adds to the union."""
    tag = next(_tags)

    class Late(Base, tag=tag):
        value: int = u16()

    return tag, Late


@pytest.mark.parametrize("engine", ENGINES)
def test_an_arm_added_after_everything_was_compiled(engine: str) -> None:
    codec = Collection.codec(engine)
    assert codec.parse(b"\1\1\7").holders[0].value == First(value=7)
    assert codec.build(Collection(holders=[Holder(value=First(value=7))])) == b"\1\1\7"
    tag, late = late_arm()
    data = bytes((2, 1, 7, tag, 0, 9))
    for fresh in (Collection.codec(engine), codec):
        value = fresh.parse(data)
        assert value.holders[1].value == late(value=9)
        assert fresh.build(value) == data
        assert fresh.resolved(Collection(holders=[Holder(value=late(value=9))])).holders[0].kind == tag
    again, later = late_arm()
    for fresh in (Collection.codec(engine), codec):
        assert fresh.parse(bytes((1, again, 0, 9))).holders[0].value == later(value=9), "the second arm is known too"


def test_the_method_of_the_class_learns_of_new_arms() -> None:
    assert Holder.parse(b"\1\7").value == First(value=7)
    tag, late = late_arm()
    assert Holder.parse(bytes((tag, 0, 9))).value == late(value=9)
    assert Holder(value=late(value=9)).build() == bytes((tag, 0, 9))


def test_an_unknown_tag() -> None:
    found = agreed(Holder, "parse", b"\xfa\7")
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("unknown-tag", "value", 8)
    assert found.problem.partial == {"kind": 0xFA}
    nested_one = agreed(Collection, "parse", b"\2\1\7\xfa")
    assert (nested_one.problem.code, nested_one.problem.path, nested_one.problem.bit_offset) == ("unknown-tag", "holders[1].value", 32)


def test_a_value_of_a_class_that_is_no_arm() -> None:
    class Stranger(Base):
        value: int = u8()

    found = agreed(Holder, "build", Holder(value=Stranger(value=1)))
    assert (found.problem.code, found.problem.path) == ("type", "value")


class RData(Struct):
    """As in DNS: unknown types and empty ones have an arm of their own."""


class Address(RData, tag=1):
    address: bytes = raw(size=4)


class Texts(RData, tag=2):
    """May be empty."""

    words: list[bytes] = array(raw(prefix=u8()))


class Unknown(RData):
    data: bytes = raw()


class Nothing(RData):
    """An update that deletes has no data."""


class Record(Struct):
    kind: int = auto(u8())
    size: int = auto(u8())
    rdata: RData = variant(RData, on=kind, unknown=Unknown, empty=Nothing, size=size)


class Given(Struct):
    kind: int = u8()
    size: int = auto(u8())
    rdata: RData = variant(RData, on=kind, unknown=Unknown, empty=Nothing, size=size)


CASES = [
    (b"\1\4abcd", Address(address=b"abcd")),
    (b"\1\0", Nothing()),
    (b"\2\0", Texts(words=[])),
    (b"\2\3\2ab", Texts(words=[b"ab"])),
    (b"\x09\2ab", Unknown(data=b"ab")),
    (b"\x09\0", Nothing()),
]


@pytest.mark.parametrize(("data", "rdata"), CASES)
def test_default_and_empty_arms(data: bytes, rdata: RData) -> None:
    for struct in (Record, Given):
        value = agreed(struct, "parse", data).value
        assert value.rdata == rdata
        assert built(struct(kind=data[0], rdata=rdata)) == data


def test_a_class_that_parsing_would_not_choose() -> None:
    for kind, rdata in (
        (1, Unknown(data=b"abcd")),
        (9, Unknown(data=b"")),
        (2, Nothing()),
        (9, Address(address=b"abcd")),
        (1, Texts(words=[])),
    ):
        found = agreed(Given, "build", Given(kind=kind, rdata=rdata))
        assert (found.problem.code, found.problem.path) == ("tag", "rdata"), (kind, rdata)
        assert agreed(Record, "build", Record(kind=kind, rdata=rdata)).ok, "a derived tag may be wrong on purpose"
    assert agreed(Record, "build", Record(rdata=Nothing())).problem.code == "tag"


def test_regions_are_filled_exactly() -> None:
    for data, code, path in (
        (b"\1\5abcde", "unconsumed", "rdata"), (b"\1\3abc", "truncated", "rdata.address"), (b"\1\4abc", "truncated", "rdata"),
        (b"\2\3\3ab", "truncated", "rdata.words[0]"),
    ):  # fmt: skip
        found = agreed(Record, "parse", data)
        assert (found.problem.code, found.problem.path) == (code, path)


class Needing(Struct):
    """Arms that take parameters: some a number, some bytes, some none."""


class WithWidth(Needing, tag=1):
    width = param(int)
    body: bytes = raw(size=width)


class WithSalt(Needing, tag=2):
    salt = param(bytes, default=b"")
    body: bytes = raw(size=1)


class WithNone(Needing, tag=3):
    body: bytes = raw(size=1)


class Giving(Struct):
    salt = param(bytes, default=b"!")
    kind: int = auto(u8())
    width: int = u8()
    value: Needing = variant(Needing, on=kind, arguments={"width": width - 1, "salt": salt})


def test_parameters_of_arms() -> None:
    assert built(Giving(width=3, value=WithWidth(body=b"ab"))) == b"\1\3ab"
    assert built(Giving(width=3, value=WithSalt(body=b"a")), salt=b"x") == b"\2\3a"
    assert built(Giving(width=3, value=WithNone(body=b"a"))) == b"\3\3a"
    negative = agreed(Giving, "parse", b"\1\0")
    assert (negative.problem.code, negative.problem.path) == ("negative-size", "value.body")
    assert agreed(Giving, "build", Giving(width=0, value=WithWidth(body=b""))).problem.code == "size"


class Wide(Struct):
    """A union over a number of 64 bits, signed tags and tags of a part of it."""

    kind: int = u16()
    upper = kind >> 8
    value: A | B | Rest = switch(upper - 2, {-2: A, -1: B}, Rest)


def test_tags_are_expressions() -> None:
    assert built(Wide(kind=0x0007, value=A(value=1))) == b"\0\7\1"
    assert built(Wide(kind=0x0107, value=B(value=1))) == b"\1\7\0\1"
    assert built(Wide(kind=0x0207, value=Rest(data=b"q"))) == b"\2\7q"
    assert agreed(Wide, "build", Wide(kind=0x0207, value=A(value=1))).problem.code == "tag"


def test_unions_let_go_of_codecs_that_nobody_holds() -> None:
    """Compiling over and over must not make the union grow."""
    union = Base.__bitwright_union__
    for _ in range(3):
        late_arm()
        Holder.parse(b"\1\7")
    gc.collect()
    before = len(union.dependents)
    for _ in range(5):
        late_arm()
        Holder.parse(b"\1\7")
    assert len(union.dependents) <= before + 2


def test_parse_errors_of_arms_name_their_declaration() -> None:
    with pytest.raises(ParseError) as caught:
        Holder.parse(b"\1")
    assert caught.value.path == "value.value"
    assert caught.value.declaration is not None
    assert caught.value.declaration.file == __file__
