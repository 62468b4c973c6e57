"""One mistake a marked line, in relations between fields: both checkers must report each, and nothing else."""

from __future__ import annotations

from bitwright import (
    Name,
    OpenEnum,
    Struct,
    align,
    array,
    auto,
    check,
    checksum,
    const,
    domain_name,
    flag,
    nested,
    pad,
    param,
    payload,
    raw,
    select,
    switch,
    text,
    u8,
    u16,
    u32,
    variant,
    when,
)
from bitwright.checksum import internet


class Kind(OpenEnum):
    RAW = 1
    WORD = 2


class Header(Struct):
    length: int = auto(u16())
    qdcount: int = auto(u16())
    qr: bool = flag()
    kind: Kind = u8(Kind)
    name: Name = domain_name()
    twice = length * 2


class Item(Struct):
    value: int = u8()
    data: bytes = raw(size=2)


class Word(Struct):
    value: str = text(size=2)


class Names(Struct):
    """A name that does not exist, at any depth."""

    header: Header = nested(Header)
    length: int = auto(u16())
    a: bytes = raw(size=lenght)  # error: name-defined / reportUndefinedVariable
    b: bytes = raw(size=header.lenght)  # error: attr-defined / reportAttributeAccessIssue
    c: list[Item] = array(Item, count=header.qdcont)  # error: attr-defined / reportAttributeAccessIssue
    d: list[Item] = array(Item, count=header.length.value)  # error: attr-defined / reportAttributeAccessIssue
    e: list[Item] = array(Item, until=lambda it: it.valve == 0)  # error: attr-defined / reportAttributeAccessIssue
    f: int | None = when(header.qrr, u16())  # error: attr-defined / reportAttributeAccessIssue
    total = header.twise + 1  # error: attr-defined / reportAttributeAccessIssue
    g: bytes = raw(size=header.length * 4 - lenght)  # error: name-defined / reportUndefinedVariable
    h: Item = switch(header.kindd, {1: Item}, Item)  # error: attr-defined / reportAttributeAccessIssue
    i: int | None = when(header.kind == Kind.WORDS, u16())  # error: attr-defined / reportAttributeAccessIssue
    j: int = checksum(u16(), internet, over=length + header.qcount)  # error: attr-defined / reportAttributeAccessIssue
    k: int = const(u32(), header.lengths)  # error: attr-defined / reportAttributeAccessIssue
    l: bytes = raw(size=select(header.qrr, 1, 2))  # error: attr-defined / reportAttributeAccessIssue


class Types(Struct):
    """A relation over values of the wrong type."""

    header: Header = nested(Header)
    length: int = auto(u16())
    data: bytes = raw(size=length)
    label: str = text(size=length)
    items: list[Item] = array(Item, count=length)
    secret = param(bytes)
    _gap = pad(bytes=1)
    _edge = align(4)
    check(length, "it is set")  # error: arg-type / reportArgumentType
    check(lenght == 1, "it is one")  # error: name-defined / reportUndefinedVariable
    check(length == 1)  # error: call-arg / reportCallIssue
    a: bytes = raw(size=data)  # error: arg-type / reportArgumentType
    b: bytes = raw(size=label)  # error: arg-type / reportArgumentType
    c: bytes = raw(size=length / 2)  # error: arg-type / reportArgumentType
    d: bytes = raw(size=length - data)  # error: operator / reportOperatorIssue
    e: bytes = raw(size=items)  # error: arg-type / reportArgumentType
    f: bytes = raw(size=items[0])  # error: arg-type / reportArgumentType
    g: bytes = raw(size=header)  # error: arg-type / reportArgumentType
    h: bytes = raw(size=header.name)  # error: arg-type / reportArgumentType
    i: list[Item] = array(Item, count=label)  # error: call-overload / reportArgumentType, reportCallIssue
    j: list[Item] = array(Item, size="length")  # error: call-overload / reportArgumentType, reportCallIssue
    k: bytes = raw(size=secret)  # error: arg-type / reportArgumentType
    l: int = checksum(u16(), internet, over=data)  # error: arg-type / reportArgumentType
    m: int = checksum(u16(), internet, prefix=length)  # error: arg-type / reportArgumentType
    n: int | None = when(length, u16())  # error: arg-type / reportArgumentType
    o: int | None = when(header.kind, u16())  # error: arg-type / reportArgumentType
    p: bytes = raw(size=select(length, 1, 2))  # error: arg-type / reportArgumentType
    q: bytes = raw(size=select(length == 1, 1, "2"))  # error: arg-type / reportArgumentType
    r: int = const(u32(), label)  # error: call-overload / reportArgumentType, reportCallIssue
    s: bytes = raw(size=_gap)  # error: arg-type / reportArgumentType
    t: bytes = raw(size=_edge + 1)  # error: operator / reportOperatorIssue
    u: bytes = payload(size=label)  # error: arg-type / reportArgumentType


class Elements(Struct):
    """An element, an arm or a nested struct of the wrong type."""

    kind: Kind = auto(u8(Kind))
    a: list[Word] = array(Item, count=2)  # error: arg-type / reportAssignmentType
    b: list[str] = array(u8(), count=2)  # error: arg-type / reportAssignmentType
    c: Item = array(Item, count=2)  # error: assignment / reportAssignmentType
    d: list[Item] = nested(Item)  # error: assignment / reportAssignmentType
    e: Word = nested(Item)  # error: assignment / reportAssignmentType
    f: int = nested(int)  # error: type-var / reportArgumentType
    g: list[int] = array(int, count=2)  # error: type-var / reportAssignmentType
    h: list[Item] = array(Item, until=lambda it: it.value)  # error: arg-type, return-value / reportArgumentType, reportCallIssue
    i: list[Item] = array(Item, until=3)  # error: call-overload / reportArgumentType, reportCallIssue
    j: list[int] = array(u8(), until=lambda it: it.value == 0)  # error: attr-defined / reportAttributeAccessIssue
    k: Item = nested(Item, default=Word(value="ab"))  # error: assignment / reportAssignmentType
    l: Item = nested(Item, endian="large")  # error: call-overload / reportArgumentType
    m: Item = nested(Item, arguments=[1])  # error: call-overload / reportArgumentType
    n: Item = nested(Item, arguments={"a": "b"})  # error: dict-item / reportArgumentType
    o: Item = nested(Item())  # error: call-arg, call-overload / reportArgumentType, reportCallIssue


class Base(Struct): ...


class Arm(Base, tag=Kind.RAW):
    value: int = u8()


class Stranger(Struct):
    value: int = u8()


class BadTag(Base, tag="one"):  # error: arg-type / reportArgumentType, reportGeneralTypeIssues
    value: int = u8()


class BadOrder(Struct, endian="litle"):  # error: arg-type / reportArgumentType, reportGeneralTypeIssues
    value: int = u8()


class BadKeyword(Struct, edian="little"):  # error: call-arg / reportCallIssue, reportGeneralTypeIssues
    value: int = u8()


class BadOrigin(Struct, origin="yes"):  # error: arg-type / reportArgumentType, reportGeneralTypeIssues
    value: int = u8()


class Unions(Struct):
    """A union over the wrong tag, base or arm."""

    kind: Kind = auto(u8(Kind))
    name: Name = domain_name()
    a: Base = variant(Base, on=name)  # error: arg-type / reportArgumentType
    b: Base = variant(Base, on=kind, unknown=Stranger)  # error: assignment / reportAssignmentType
    c: Arm = variant(Base, on=kind)  # error: assignment / reportAssignmentType
    d: Base = variant(Base)  # error: call-arg / reportCallIssue
    e: Base = variant(int, on=kind)  # error: assignment, type-var / reportArgumentType
    f: Base = variant(Base, on=kind, empty=3)  # error: arg-type / reportArgumentType
    g: Arm | Item = switch(name, {1: Arm}, Item)  # error: arg-type / reportArgumentType
    h: Arm | Item = switch(kind, {"1": Arm}, Item)  # error: dict-item / reportArgumentType
    i: Arm | Item = switch(kind, {1: Arm})  # error: call-arg / reportCallIssue
    j: Arm | Item = switch(kind, {1: Arm}, int)  # error: arg-type / reportArgumentType
    k: Arm | Item = switch(kind, {1: 2}, Item)  # error: dict-item / reportArgumentType
    l: Base = variant(Base, on=kind, size=name)  # error: arg-type / reportArgumentType
