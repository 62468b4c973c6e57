"""One mistake a marked line, in using declared classes: both checkers must report each, and nothing else."""

from __future__ import annotations

from typing import Literal

from bitwright import IPv4Address, OpenEnum, Struct, array, auto, bits, const, flag, ipv4, nested, raw, switch, u8, u16, variant, when


class Opcode(OpenEnum):
    QUERY = 0


class Header(Struct):
    id: int = u16()
    qr: bool = flag(default=False)
    opcode: Opcode = bits(7, Opcode, default=Opcode.QUERY)
    count: int = auto(u16())


class A(Struct):
    address: IPv4Address = ipv4()


class MX(Struct):
    preference: int = u16()


class Opaque(Struct):
    data: bytes = raw()


class Base(Struct): ...


class Arm(Base, tag=1):
    value: int = u8()


class Message(Header):
    version: Literal[4] = const(bits(8), 4)
    header: Header = nested(Header)
    items: list[Header] = array(Header, count=Header.count)
    kind: int = auto(u8())
    extra: int | None = when(kind == 1, u16())
    total = kind * 4
    record: A | MX | Opaque = switch(kind, {1: A, 2: MX}, Opaque)
    opened: Base = variant(Base, on=kind, unknown=Arm)


def construct(header: Header, rest: Opaque, arm: Arm) -> None:
    """What the constructor takes."""
    Header()  # error: call-arg / reportCallIssue
    Header(ident=1)  # error: call-arg / reportCallIssue
    Header(id="1")  # error: arg-type / reportArgumentType
    Header(1)  # error: call-arg / reportCallIssue
    Header(id=1, qr=2)  # error: arg-type / reportArgumentType
    Header(id=1, opcode=0)  # error: arg-type / reportArgumentType
    Header(id=1, count="2")  # error: arg-type / reportArgumentType
    Message(id=1, header=header, items=[], record=rest)  # error: call-arg / reportCallIssue
    Message(id=1, header=header, items=[rest], record=rest, opened=arm)  # error: list-item / reportArgumentType
    Message(id=1, header=header, items=[], record=header, opened=arm)  # error: arg-type / reportArgumentType
    Message(id=1, header=header, items=[], record=rest, opened=rest)  # error: arg-type / reportArgumentType
    Message(id=1, header=header, items=[], record=rest, opened=arm, total=4)  # error: call-arg / reportCallIssue
    Message(id=1, header=header, items=[], record=rest, opened=arm, version=5)  # error: arg-type / reportArgumentType
    Message(id=1, header=header, items=[], record=rest, opened=arm, extra="x")  # error: arg-type / reportArgumentType
    A(address="192.0.2.1")  # error: arg-type / reportArgumentType
    A(address=b"\xc0\0\2\1")  # error: arg-type / reportArgumentType


def read(message: Message) -> int:
    """What attributes are."""
    message.heder  # error: attr-defined / reportAttributeAccessIssue
    message.header.idd  # error: attr-defined / reportAttributeAccessIssue
    message.items[0].opcod  # error: attr-defined / reportAttributeAccessIssue
    message.record.preference  # error: union-attr / reportAttributeAccessIssue
    message.opened.value  # error: attr-defined / reportAttributeAccessIssue
    number: int = message.extra  # error: assignment / reportAssignmentType
    word: str = message.header.id  # error: assignment / reportAssignmentType
    if isinstance(message.record, MX):
        message.record.address  # error: attr-defined / reportAttributeAccessIssue
    match message.record:
        case A(address=address):
            number = address  # error: assignment / reportAssignmentType
        case _:
            pass
    return number + len(word)


def change(message: Message) -> None:
    """What attributes take."""
    message.opcode = 3  # error: assignment / reportAttributeAccessIssue
    message.id = "x"  # error: assignment / reportAttributeAccessIssue
    message.record = message.header  # error: assignment / reportAttributeAccessIssue
    message.items.append(message)
    message.items.append(message.record)  # error: arg-type / reportArgumentType
    message.version = 6  # error: assignment / reportAttributeAccessIssue
    message.unknown = 1  # error: attr-defined / reportAttributeAccessIssue


def call(message: Message) -> None:
    """What methods take and give."""
    Message.parse(b"", strickt=True).idd  # error: attr-defined / reportAttributeAccessIssue
    Message.parse(b"", strict="yes")  # error: arg-type / reportArgumentType
    Message.parse("text")  # error: arg-type / reportArgumentType
    Message.check(3)  # error: arg-type / reportArgumentType
    Message.parse()  # error: call-arg / reportCallIssue
    Message.parse_prefix(b"", "3")  # error: arg-type / reportArgumentType
    message.build().idd  # error: attr-defined / reportAttributeAccessIssue
    other: Header = Message.check(b"")  # error: assignment / reportAssignmentType
    Message.from_json(3)  # error: arg-type / reportArgumentType
    Message.stream(limit="x")  # error: arg-type / reportArgumentType
    Message.stream().feed("text")  # error: arg-type / reportArgumentType
    Message.parse(b"", only=3)  # error: arg-type / reportArgumentType
    message.decode()  # error: attr-defined / reportAttributeAccessIssue
    print(other)
