"""Whole formats as their authors write them: no report is expected anywhere in this file."""

from __future__ import annotations

from typing import Literal, assert_type

from bitwright import (
    SKIPPED,
    IPv4Address,
    MACAddress,
    Name,
    NeedMore,
    OpenEnum,
    ParseError,
    Struct,
    array,
    auto,
    bits,
    checksum,
    const,
    domain_name,
    flag,
    ipv4,
    mac,
    nested,
    payload,
    raw,
    reserved,
    u8,
    u16,
    u32,
    variant,
    when,
)
from bitwright.checksum import internet
from bitwright.stream import Stream


class Opcode(OpenEnum):
    QUERY = 0
    UPDATE = 5


class Type(OpenEnum):
    A = 1
    MX = 15
    TXT = 16


class Header(Struct):
    """DNS message header (RFC 1035, section 4.1.1)."""

    id: int = u16()
    qr: bool = flag(default=False)
    opcode: Opcode = bits(4, Opcode, default=Opcode.QUERY)
    rd: bool = flag(default=True)
    _z: int = reserved(3)
    rcode: int = bits(7, default=0)
    qdcount: int = auto(u16())
    ancount: int = auto(u16())


class Question(Struct):
    name: Name = domain_name()
    type: Type = u16(Type)
    qclass: int = u16(default=1)


class RData(Struct): ...


class A(RData, tag=Type.A):
    address: IPv4Address = ipv4()


class MX(RData, tag=Type.MX):
    preference: int = u16()
    exchange: Name = domain_name()


class Txt(RData, tag=(Type.TXT, 99)):
    strings: list[bytes] = array(raw(prefix=u8()))


class Opaque(RData):
    data: bytes = raw()


class Record(Struct):
    name: Name = domain_name()
    type: Type = auto(u16(Type))
    rclass: int = u16(default=1)
    ttl: int = u32()
    rdlength: int = auto(u16())
    rdata: RData = variant(RData, on=type, unknown=Opaque, empty=Opaque, size=rdlength)


class Message(Header, origin=True):
    questions: list[Question] = array(Question, count=Header.qdcount, default=[])
    answers: list[Record] = array(Record, count=Header.ancount, default=[])


class Wrapped(Struct):
    header: Header = nested(Header)
    questions: list[Question] = array(Question, count=header.qdcount)


class Option(Struct):
    kind: int = u8()
    data: bytes = raw(prefix=u8())


class IPv4(Struct):
    version: Literal[4] = const(bits(4), 4)
    ihl: int = auto(bits(4))
    length: int = auto(u16())
    protocol: int = u8(default=17)
    header_length = ihl * 4
    header_checksum: int = checksum(u16(), internet, over=header_length)
    source_address: IPv4Address = ipv4()
    destination: IPv4Address = ipv4()
    options: list[Option] = array(Option, size=header_length - 20, default=[])
    payload: bytes = payload(size=length - header_length)


class Ethernet(Struct):
    destination: MACAddress = mac()
    source_address: MACAddress = mac()
    type: int = u16()
    vlan: int | None = when(type == 0x8100, u16())
    payload: bytes = payload()


def build_them() -> bytes:
    """Derived, constant and optional fields may be left out; every one may be given."""
    message = Message(id=7, questions=[Question(name="example.", type=Type.A)])
    assert_type(message.questions, list[Question])
    Message(id=7, qdcount=9, _z=1, opcode=Opcode(7), answers=[Record(name=".", ttl=0, rdata=A(address=IPv4Address("192.0.2.1")))])
    Record(name=".", ttl=0, type=Type.MX, rdlength=3, rdata=MX(preference=1, exchange="."))
    packet = IPv4(source_address=IPv4Address(b"\0" * 4), destination=IPv4Address("192.0.2.1"))
    IPv4(version=4, ihl=5, length=20, header_checksum=0, source_address=packet.destination, destination=packet.destination, payload=b"")
    Ethernet(destination=MACAddress("00:00:5e:00:53:01"), source_address=MACAddress(bytes(6)), type=1, vlan=None)
    assert_type(packet.header_length, int)
    assert_type(packet.version, Literal[4])
    return message.build()


def read_them(data: bytearray) -> None:
    """Attributes have the annotated types, through nesting, arrays, unions and inheritance."""
    message = Message.parse(data)
    assert_type(message, Message)
    assert_type(message.opcode, Opcode)
    assert_type(message.questions[0].name, str)
    wrapped, used = Wrapped.parse_prefix(memoryview(data), 3, strict=True)
    assert_type(wrapped.header.qr, bool)
    assert_type(used, int)
    checked, findings = Ethernet.check(bytes(data))
    assert_type(checked.vlan, int | None)
    assert_type(findings[0].bit_offset, int)
    assert_type(message.resolved(), Message)
    assert_type(message.relaxed(), Message)
    assert_type(message.replace(id=3), Message)
    assert_type(Message.from_dict(message.to_dict()), Message)
    assert_type(Message.from_json(message.to_json()), Message)
    for record in message.answers:
        if isinstance(record.rdata, MX):
            assert_type(record.rdata.preference, int)
        match record.rdata:
            case A(address=address):
                assert_type(address, IPv4Address)
            case MX(preference=preference, exchange=exchange):
                assert_type(preference, int)
                assert_type(exchange, str)
            case Opaque(data=rest):
                assert_type(rest, bytes)
            case _:
                pass


def part_by_part(data: bytes, buffer: bytearray) -> None:
    """Streams give messages of the class, and so does a parser of parts; what was skipped may be compared with any field."""
    stream = Message.stream(limit=512, strict=True)
    assert_type(stream, Stream[Message])
    assert_type(stream.feed(memoryview(data)), list[Message])
    assert_type(stream.need, int)
    assert_type(stream.error, ParseError | None)
    try:
        part = Message.parse(data, only=("opcode", "answers.ttl"))
        Message.parse_prefix(data, partial=True)
    except NeedMore as more:
        assert_type(more.need, int)
    else:
        assert_type(part, Message)
        if part.qdcount is not SKIPPED and part.answers[0].name is not SKIPPED:
            assert_type(part.build_into(buffer, 2), int)
