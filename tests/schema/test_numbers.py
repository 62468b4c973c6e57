"""What each word for numbers means: the type on the wire, and what is said about the field."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from bitwright import (
    OpenEnum,
    Struct,
    align,
    auto,
    bits,
    checksum,
    const,
    flag,
    i8,
    i16,
    i32,
    i64,
    pad,
    param,
    reserved,
    select,
    u8,
    u16,
    u24,
    u32,
    u48,
    u64,
)
from bitwright.checksum import internet
from bitwright.schema.expr import Binary, Const, FieldRef, ParamRef, Select
from bitwright.schema.spec import MISSING, AlignType, ChecksumType, FieldSpec, IntType, PadType, spec_of


class Kind(OpenEnum):
    A = 1


class Words(Struct):
    a: int = u8()
    b: int = u16(endian="little", doc="the second")
    c: int = u24(endian="big")
    d: int = u32(endian="inherit")
    e: int = u48()
    f: int = u64()
    g: int = i8()
    h: int = i16()
    i: int = i32()
    j: int = i64()
    k: bool = flag()
    also: bool = bits(1, bool, default=True)
    m: int = bits(14, signed=True, default=-5)
    n: Kind = u8(Kind)
    o: Kind = u16(Kind, default=Kind.A)
    p: Kind = u32(Kind)
    q: Kind = bits(8, Kind, endian="little")
    swapped: int = u16(endian=a == 1)


def field(struct: type, name: str) -> FieldSpec:
    found = spec_of(struct).field(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "wire"),
    {
        "a": IntType(8),
        "b": IntType(16, order="little"),
        "c": IntType(24, order="big"),
        "d": IntType(32, order="inherit"),
        "e": IntType(48),
        "f": IntType(64),
        "g": IntType(8, signed=True),
        "h": IntType(16, signed=True),
        "i": IntType(32, signed=True),
        "j": IntType(64, signed=True),
        "k": IntType(1, as_type=bool),
        "also": IntType(1, as_type=bool),
        "m": IntType(14, signed=True),
        "n": IntType(8, as_type=Kind),
        "o": IntType(16, as_type=Kind),
        "p": IntType(32, as_type=Kind),
        "q": IntType(8, order="little", as_type=Kind),
        "swapped": IntType(16, order=Binary("eq", FieldRef(("a",)), Const(1))),
    }.items(),
)
def test_type_of_each_word(name: str, wire: IntType) -> None:
    assert field(Words, name).type == wire


@pytest.mark.parametrize(("name", "default"), {"a": MISSING, "also": True, "m": -5, "o": Kind.A}.items())
def test_defaults(name: str, default: Any) -> None:
    found = field(Words, name)
    assert found.default is default or found.default == default
    assert found.optional == (default is not MISSING)


def test_a_doc_is_kept() -> None:
    assert field(Words, "b").doc == "the second"
    assert field(Words, "a").doc == ""


class Derived(Struct):
    prefix = param(bytes, default=b"")
    mode = param(int)
    version: Literal[4] = const(bits(4), 4)
    kind: Kind = const(u8(Kind), Kind.A)
    set_: bool = const(flag(), True)
    _z: int = reserved(3)
    size: int = auto(u8())
    again: int = const(u8(), size + mode)
    _gap = pad(bits=3, bytes=1)
    fallback: int = auto(bits(5, default=7))
    _edge = align(4)
    total: int = checksum(u16(), internet, over=size * 4, prefix=prefix, zero_is_absent=True)
    whole: int = checksum(u16(endian="little"), sum)


def test_constants_are_optional_and_of_their_type() -> None:
    assert field(Derived, "version").fixed == Const(4)
    assert field(Derived, "version").default == 4
    assert field(Derived, "kind").default is Kind.A
    assert field(Derived, "set_").default is True
    again = field(Derived, "again")
    assert again.fixed == Binary("add", FieldRef(("size",)), ParamRef("mode"))
    assert again.default is MISSING
    assert again.optional


def test_derived_fields() -> None:
    assert field(Derived, "size").auto
    assert field(Derived, "size").default is MISSING
    assert field(Derived, "fallback").default == 7
    assert field(Derived, "fallback").optional


def test_reserved_bits_are_kept_and_optional() -> None:
    reserved_bits = field(Derived, "_z")
    assert (reserved_bits.reserved, reserved_bits.default, reserved_bits.hidden) == (True, 0, False)


def test_padding_is_on_the_wire_but_not_in_the_object() -> None:
    assert field(Derived, "_gap").type == PadType(11)
    assert field(Derived, "_edge").type == AlignType(4)
    assert [f.name for f in spec_of(Derived).fields if f.hidden] == ["_gap", "_edge"]
    assert {"_gap", "_edge"}.isdisjoint(f.name for f in spec_of(Derived).visible)


def test_checksums() -> None:
    wire = field(Derived, "total").type
    assert wire == ChecksumType(IntType(16), internet, Binary("mul", FieldRef(("size",)), Const(4)), "prefix", zero_is_absent=True)
    assert field(Derived, "whole").type == ChecksumType(IntType(16, order="little"), sum)
    assert field(Derived, "whole").optional


def test_parameters_are_no_fields() -> None:
    made = spec_of(Derived)
    assert {name: (p.type, p.default) for name, p in made.params.items()} == {"prefix": (bytes, b""), "mode": (int, MISSING)}
    assert made.field("prefix") is None


def test_select() -> None:
    class Chosen(Struct):
        a: int = u8()
        size = select(a == 0, 4, a * 2)

    condition = Binary("eq", FieldRef(("a",)), Const(0))
    assert spec_of(Chosen).computed["size"] == Select(condition, Const(4), Binary("mul", FieldRef(("a",)), Const(2)))
