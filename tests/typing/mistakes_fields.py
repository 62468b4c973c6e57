"""One mistake a marked line, in single fields: both checkers must report each, with these codes, and nothing else."""

from __future__ import annotations

from typing import Literal

from bitstring import Bits

from bitwright import (
    IPv4Address,
    MACAddress,
    Name,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    checksum,
    const,
    domain_name,
    f32,
    flag,
    ipv4,
    mac,
    pad,
    param,
    payload,
    raw,
    text,
    u8,
    u16,
    u32,
    when,
)
from bitwright.checksum import internet


class Opcode(OpenEnum):
    QUERY = 0


class Kind(OpenEnum):
    RAW = 1


class WrongType(Struct):
    """The annotation is not what the wire type gives."""

    name: str = u16()  # error: assignment / reportAssignmentType
    run: int = bits(100, Bits)  # error: assignment / reportAssignmentType
    ratio: int = f32()  # error: assignment / reportAssignmentType
    count: bool = u8()  # error: assignment / reportAssignmentType
    label: bytes = text(size=4)  # error: assignment / reportAssignmentType
    data: str = raw(size=4)  # error: assignment / reportAssignmentType
    address: IPv4Address = raw(size=4)  # error: assignment / reportAssignmentType
    station: IPv4Address = mac()  # error: assignment / reportAssignmentType
    hardware: MACAddress = ipv4()  # error: assignment / reportAssignmentType
    owner: bytes = domain_name()  # error: assignment / reportAssignmentType
    flagged: Opcode = flag()  # error: assignment / reportAssignmentType
    items: list[int] = raw(size=3)  # error: assignment / reportAssignmentType
    body: str = payload()  # error: assignment / reportAssignmentType


class WrongEnum(Struct):
    """An enumeration is left out, or is another one."""

    opcode: Opcode = bits(4)  # error: assignment / reportAssignmentType
    kind: Kind = u16(Opcode)  # error: assignment / reportAssignmentType
    byte: Opcode = u8()  # error: assignment / reportAssignmentType
    literal: Opcode = u16(7)  # error: call-overload / reportArgumentType
    texts: int = u16(str)  # error: assignment, type-var / reportArgumentType
    bytes_: bytes = bits(8, bytes)  # error: arg-type, assignment / reportArgumentType, reportCallIssue


class WrongDefault(Struct):
    """A default of another type than the field."""

    a: int = u16(default="1")  # error: call-overload / reportArgumentType
    b: bool = flag(default="no")  # error: arg-type / reportArgumentType
    c: Opcode = bits(4, Opcode, default=0)  # error: call-overload / reportArgumentType, reportCallIssue
    d: Opcode = u8(Opcode, default=Kind.RAW)  # error: assignment / reportAssignmentType
    e: bytes = raw(size=4, default="abcd")  # error: arg-type / reportArgumentType
    f: str = text(size=4, default=b"abcd")  # error: arg-type / reportArgumentType
    g: IPv4Address = ipv4(default="192.0.2.1")  # error: arg-type / reportArgumentType
    h: Name = domain_name(default=b"\0")  # error: arg-type / reportArgumentType
    i: int = u16(default=None)  # error: call-overload / reportArgumentType
    j: list[int] = array(u8(), count=2, default=["1"])  # error: list-item / reportAssignmentType
    k: list[int] = array(u8(), count=2, default=3)  # error: call-overload / reportArgumentType, reportCallIssue


class WrongArgument(Struct):
    """An argument that the word does not take."""

    a: int = u16(default=1, edian="little")  # error: call-overload / reportCallIssue
    b: int = u16(endian="litle")  # error: call-overload / reportArgumentType
    c: int = bits("4")  # error: call-overload / reportArgumentType
    d: bytes = raw(size="4")  # error: arg-type / reportArgumentType
    e: bytes = raw(prefix="u8")  # error: arg-type / reportArgumentType
    f: bytes = raw(terminator="\0")  # error: arg-type / reportArgumentType
    g: str = text(size=4, encoding=8)  # error: arg-type / reportArgumentType
    h: bytes = raw(4)  # error: call-arg / reportCallIssue
    i: int = flag(width=2)  # error: call-arg / reportCallIssue
    j: int = u8(endian="little")  # error: call-overload / reportCallIssue
    _gap = pad(bits="3")  # error: arg-type / reportArgumentType


class WrongConstant(Struct):
    """A constant that the annotation or the wire type does not allow."""

    version: Literal[4] = const(bits(4), 5)  # error: arg-type / reportAssignmentType
    magic: bytes = const(raw(size=4), 4)  # error: call-overload / reportArgumentType, reportCallIssue
    number: int = const(u32(), b"\0\0\0\1")  # error: call-overload / reportArgumentType, reportCallIssue
    kind: Kind = const(u8(Kind), 1)  # error: assignment / reportAssignmentType
    word: str = const(text(size=2), b"ab")  # error: call-overload / reportArgumentType, reportCallIssue
    nothing: int = const(5)  # error: call-overload / reportCallIssue


class WrongDerived(Struct):
    """Only numbers are derived, and only bytes are summed."""

    a: int = auto(raw(size=2))  # error: assignment, type-var / reportArgumentType
    b: bytes = auto(u16())  # error: assignment / reportAssignmentType
    c: int = auto("length")  # error: assignment, type-var / reportArgumentType
    d: int = checksum(u16())  # error: call-arg / reportCallIssue
    e: int = checksum(u16(), 0)  # error: arg-type / reportArgumentType
    f: int = checksum(u16(), lambda data: "sum")  # error: arg-type, return-value / reportArgumentType
    g: bytes = checksum(u16(), internet)  # error: assignment / reportAssignmentType
    h: int = checksum(raw(size=2), internet)  # error: assignment, type-var / reportArgumentType
    i: Opcode = auto(bits(4))  # error: assignment / reportAssignmentType


class WrongPresence(Struct):
    """Optional means `T | None`, and a condition is a bool."""

    a: int = u8()
    b: int | None = when(a, u16())  # error: arg-type / reportArgumentType
    c: int = when(a == 3, u16())  # error: assignment / reportAssignmentType
    d: str | None = when(a == 3, u16())  # error: assignment / reportAssignmentType
    e: int | None = when(a & 1, u16())  # error: arg-type / reportArgumentType
    f: int | None = when(a == 3)  # error: call-arg / reportCallIssue
    g: int | None = when(u16(), a == 3)  # error: arg-type / reportArgumentType
    secret = param(str)  # error: arg-type / reportArgumentType, reportCallIssue
