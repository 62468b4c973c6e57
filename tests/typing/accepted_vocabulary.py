"""Every word of the vocabulary in every form: no report is expected anywhere in this file."""

from __future__ import annotations

from typing import ClassVar, assert_type

from bitstring import Bits

from bitwright import (
    UUID,
    Cursor,
    FieldCodec,
    IPv6Address,
    Limits,
    MACAddress,
    Name,
    OpenEnum,
    Struct,
    Timestamp,
    Zlib,
    align,
    array,
    auto,
    bits,
    check,
    checksum,
    coded,
    const,
    domain_name,
    f16,
    f32,
    f64,
    flag,
    i8,
    i16,
    i32,
    i64,
    ipv6,
    mac,
    nested,
    pad,
    param,
    raw,
    reserved,
    select,
    switch,
    text,
    timestamp,
    u8,
    u16,
    u24,
    u32,
    u48,
    u64,
    uuid,
    variant,
    varint,
    when,
)
from bitwright.checksum import adler32, crc32, internet


class Kind(OpenEnum):
    RAW = 1
    TEXT = 2


class Little(Struct, endian="little"):
    size: int = u32()
    low: int = bits(4)
    high: int = bits(4)


class Low(Struct, bit_order="lsb"):
    a: int = bits(5)
    kind: Kind = bits(3, Kind, bit_order="lsb")
    b: bool = flag(bit_order="lsb")
    _r: int = reserved(7, bit_order="lsb")
    c: int = u16(bit_order="msb", endian="little")
    _gap = pad(bits=3, bit_order="msb")
    d: int = bits(13, bit_order="msb")


class Runs(Struct):
    n: int = u8()
    long: Bits = bits(100, Bits)
    short: Bits = bits(4, Bits, bit_order="msb", default=Bits("0x1"))
    varying: Bits = bits(n * 2 - 1, Bits)
    several: list[Bits] = array(bits(3, Bits), count=8)


class Floats(Struct):
    swap: bool = flag()
    a: float = f16()
    b: float = f32(endian="little", default=1)
    c: float = f64(endian=swap, bit_order=None)
    rest: int = bits(7)
    more: float | None = when(swap, f32())
    several: list[float] = array(f64(), count=rest)


assert_type(Floats(swap=True, a=1.5, c=2, rest=0, several=[]).a, float)


class Chain(Struct):
    more: bool = flag()
    value: int = bits(7)
    following: Chain | None = when(more, nested("Chain"))
    branches: list[Chain] = array("Chain", size=value)
    until: list[Chain] = array("Chain", until=lambda it: it.value == 0)


class Stated(Struct):
    low: int = u8()
    high: int = u8()
    check((low <= high) & (low != 3), "low is not above high")
    span = high - low
    check(span < 100, "not too far")


class Numbers(Struct):
    LIMIT: ClassVar[int] = 5

    a: int = u8(default=1, doc="first")
    b: int = u16(endian="big")
    c: int = u24(default=0)
    d: int = u32(endian="inherit")
    e: int = u48()
    f: int = u64()
    g: int = i8()
    h: int = i16(default=-1)
    i: int = i32()
    j: int = i64(endian="little")
    k: int = bits(13, signed=True)
    _gap = pad(bits=3)
    kind: Kind = u8(Kind)
    m: Kind = u16(Kind, default=Kind.RAW)
    n: Kind = u32(Kind, endian="big")
    o: Kind = bits(3, Kind)
    p: bool = flag()
    q: bool = bits(1, bool)
    _r: int = reserved(3)
    _tail = align(4)
    total = a + b * 2 - c // 3 % 5
    mixed = (a & 3 | b ^ 1) << 2 >> 1
    small = a < 10
    both = (a < 10) & p & (b == 0)
    chosen = select(a == 1, b, 0)
    swapped: int = u16(endian=a == 1)


class Variable(Struct):
    plain: int = varint("leb128")
    narrow: int = varint("zigzag", bits=32, default=-1)
    kind: Kind = varint("vlq", Kind)
    other: Kind = varint("quic", Kind, bits=30, default=Kind.RAW)
    length: int = auto(varint("mqtt"))
    fixed: int = const(varint("sleb128"), 5)
    body: bytes = raw(size=length)
    label: str = text(prefix=varint("leb128"))
    items: list[int] = array(varint("leb128"), count=plain)


class Digits(FieldCodec[int]):
    def parse(self, cursor: Cursor) -> int:
        return int(cursor.find(b";"))

    def build(self, value: int, out: bytearray) -> None:
        out += b"%d;" % value


class Coded(Struct):
    unsized: int = coded(Digits())
    size: int = auto(u8())
    sized: int = coded(Digits(), size=size, default=5)
    packed: bytes = coded(Zlib(limit=5), raw(prefix=u16()))


class Values(Struct):
    identity: UUID = uuid()
    other: UUID = uuid(endian="little", default=UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
    created: Timestamp = timestamp(u32())
    changed: Timestamp = timestamp(u64(endian="little"), unit="100ns", epoch="windows", default=Timestamp(0))
    times: list[Timestamp] = array(timestamp(varint("leb128"), unit="ms"), count=2)
    late = created > 1_000_000


class Content(Struct, endian="inherit"):
    linktype = param(int, default=1)
    secret = param(bytes)
    ready = param(bool, default=False)
    length: int = auto(u16())
    sized: bytes = raw(size=length - 2)
    prefixed: bytes = raw(prefix=u16(), default=b"")
    ended: bytes = raw(terminator=b"\0")
    label: str = text(size=4, encoding="ascii", default="abcd")
    long_label: str = text(prefix=u8())
    line: str = text(terminator=b"\r\n")
    filled: str = text(size=length, pad=b" ", default="")
    area: bytes = raw(size=8, terminator=b"\0", pad=b"\xff")
    address: IPv6Address = ipv6(default=IPv6Address("::1"))
    station: MACAddress = mac()
    owner: Name = domain_name(compress=False, default=".")
    maybe: bytes | None = when(linktype == 1, raw(size=2))
    guarded: int | None = when(ready & (length > 3), u16())
    rest: bytes = raw()


class Base(Struct): ...


class TextArm(Base, tag=Kind.TEXT):
    value: str = text()


class RawArm(Base, tag=1):
    value: bytes = raw()


class Structure(Struct, origin=True):
    secret = param(bytes, default=b"")
    magic: bytes = const(raw(size=4), b"bitw")
    kind: Kind = auto(u8(Kind))
    size: int = auto(u16())
    count: int = auto(u16())
    numbers: Numbers = nested(Numbers)
    inner: Content = nested(Content, size=size, endian="little", arguments={"linktype": numbers.a, "secret": secret})
    ordered: Numbers = nested(Numbers, endian=numbers.a == 1)
    values: list[int] = array(u16(), count=count, default=[])
    kinds: list[Kind] = array(u8(Kind), count=2)
    names: list[str] = array(domain_name(), size=size)
    records: list[TextArm] = array(TextArm, count=1, endian="big", arguments={})
    until_zero: list[int] = array(u8(), until=lambda it: it == 0)
    until_raw: list[Numbers] = array(Numbers, until=lambda it: it.kind == Kind.RAW)
    chosen: TextArm | RawArm = switch(kind, {Kind.TEXT: TextArm}, RawArm, size=4)
    wide: TextArm | RawArm | Numbers = switch(kind, {Kind.TEXT: TextArm, Kind.RAW: RawArm}, Numbers)
    opened: Base = variant(Base, on=kind, unknown=RawArm)
    strict: Base = variant(Base, on=kind, size=size, endian="big")
    optional: Numbers | None = when(kind == Kind.RAW, nested(Numbers))
    several: list[int] | None = when(numbers.p, array(u8(), count=2))
    trailer: int = const(u32(), size)
    exact: Kind = const(u8(Kind), Kind.RAW)
    first: int = checksum(u32(), crc32)
    second: int = checksum(u32(), adler32, over=size)
    third: int = checksum(u16(), internet, over=16, zero_is_absent=True)
    own: int = checksum(u8(), lambda data: sum(data) & 0xFF, over=8)


class Pseudo(Struct):
    pseudo_header = param(bytes, default=b"")
    check_sum: int = checksum(u16(), internet, prefix=pseudo_header)


def use(structure: Structure, numbers: Numbers) -> None:
    """What un-annotated expressions and derived forms are, statically."""
    assert_type(numbers.total, int)
    assert_type(numbers.small, bool)
    assert_type(numbers.both, bool)
    assert_type(numbers.chosen, int)
    assert_type(Numbers.LIMIT, int)
    assert_type(structure.chosen, TextArm | RawArm)
    assert_type(structure.opened, Base)
    assert_type(structure.optional, Numbers | None)
    if structure.optional is not None:
        assert_type(structure.optional.a, int)
    Pseudo.parse(b"", pseudo_header=b"", strict=True, limits=Limits(depth=3))
    Pseudo().build(pseudo_header=b"")
    numbers.a = 3
    numbers.kind = Kind(77)
