"""Formats of which a message can have any size, and messages of them: each shows one thing that grows."""

from __future__ import annotations

from bitwright import IPv4Address, Struct, array, auto, bits, checksum, nested, raw, text, u8, u16, u32, variant, varint
from bitwright.checksum import internet
from bitwright_specs.dns import A, Message, Question, Record, Type

_NAMES = 64  # all within reach of a compression pointer, however many records there are


class Numbers(Struct):
    """An array of numbers."""

    count: int = auto(u32())
    values: list[int] = array(u16(), count=count)


class Pixel(Struct):
    """Bits that are no whole bytes."""

    red: int = bits(5)
    green: int = bits(6)
    blue: int = bits(5)


class Picture(Struct):
    """An array of structs of bits."""

    count: int = auto(u32())
    pixels: list[Pixel] = array(Pixel, count=count)


class Option(Struct):
    """A kind, and a value after its length."""

    kind: int = u8()
    value: bytes = raw(prefix=u8())


class Options(Struct):
    """Options up to the one that ends them."""

    options: list[Option] = array(Option, until=lambda option: option.kind == 0)


class Lines(Struct):
    """Texts, each up to its terminator."""

    count: int = auto(u32())
    lines: list[str] = array(text(terminator=b"\n"), count=count)


class Line(Struct):
    """One text up to its terminator."""

    line: str = text(terminator=b"\n")


class Summed(Struct):
    """Bytes under a checksum, after their length."""

    size: int = auto(u32())
    sum: int = checksum(u16(), internet)
    body: bytes = raw(size=size)


class Varints(Struct):
    """Numbers that take as many bytes as they need."""

    count: int = auto(u32())
    values: list[int] = array(varint("leb128"), count=count)


class Node(Struct):
    """A link of a chain."""


class Leaf(Node, tag=0):
    """The end."""


class Link(Node, tag=1):
    """Another link inside."""

    kind: int = auto(u8())
    inner: Node = variant(Node, on=kind)


class Framed(Struct):
    """A message in a region of its own."""

    size: int = auto(u32())
    numbers: Numbers = nested(Numbers, size=size)


def dns_message(records: int) -> Message:
    """A message with this many answers, of names that end alike and recur: compression has something to do."""
    answers = [
        Record(name=f"host-{index % _NAMES}.example.com.", type=Type.A, ttl=60, rdata=A(address=IPv4Address(index.to_bytes(4, "big"))))
        for index in range(records)
    ]
    return Message(id=1, questions=[Question(qname="example.com.", qtype=Type.A)], answers=answers)


def numbers(count: int) -> Numbers:
    """Numbers of two bytes."""
    return Numbers(values=[index & 0xFFFF for index in range(count)])


def picture(count: int) -> Picture:
    """Pixels that differ."""
    return Picture(pixels=[Pixel(red=index & 31, green=index & 63, blue=index & 31) for index in range(count)])


def options(count: int) -> Options:
    """Options of four bytes, and the one that ends them."""
    return Options(options=[*(Option(kind=1 + index % 255, value=b"abcd") for index in range(count - 1)), Option(kind=0, value=b"")])


def lines(count: int) -> Lines:
    """Lines of some ten letters."""
    return Lines(lines=[f"line {index:06}" for index in range(count)])


def line(size: int) -> Line:
    """One line of this many letters."""
    return Line(line="a" * size)


def summed(size: int) -> Summed:
    """Bytes of which no two that follow each other are alike."""
    return Summed(body=(bytes(range(256)) * (size // 256 + 1))[:size])


def varints(count: int) -> Varints:
    """Numbers of one to five bytes."""
    return Varints(values=[1 << index % 33 for index in range(count)])


def chain(depth: int) -> Link:
    """Structs in structs, this deep."""
    made: Node = Leaf()
    for _ in range(depth):
        made = Link(inner=made)
    assert isinstance(made, Link)
    return made


def framed(count: int) -> Framed:
    """Numbers in a region."""
    return Framed(numbers=numbers(count))
