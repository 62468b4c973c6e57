"""The framing that follows from a format is the cheapest one, and cuts where the push parser does."""

from __future__ import annotations

import itertools
import random

import pytest

from bitwright import DeclarationError, Struct, array, at, auto, const, nested, raw, text, u8, u16, u24, u32, varint, when
from bitwright.net import Answering, Protocol, connect, serve
from bitwright.net.framing import FixedSize, Framing, LengthField, LengthPrefix, PushParser, Terminator, framing_of
from bitwright.testing import examples

MOST = 5000


class Body(Struct):
    kind: int = u8()
    rest: bytes = raw()


class Prefixed(Struct):
    length: int = auto(u16())
    body: Body = nested(Body, size=length)


class PrefixedLittle(Struct, endian="little"):
    length: int = auto(u24())
    body: bytes = raw(size=length)


class CountsItself(Struct):
    length: int = auto(u16())
    body: bytes = raw(size=length - 2)


class Header(Struct):
    magic: bytes = const(raw(size=2), b"RP")
    words: int = auto(u16())
    flags: int = u8()


class Words(Struct):
    header: Header = nested(Header)
    body: bytes = raw(size=header.words * 4)
    trailer: int = u32()


class Two(Struct):
    options_size: int = auto(u8())
    size: int = auto(u16())
    options: bytes = raw(size=options_size)
    body: bytes = raw(size=size - options_size)


class Elements(Struct):
    kind: int = u8()
    count: int = auto(u8())
    items: list[int] = array(u16(), count=count)


class Bytes(Struct):
    kind: int = u8()
    body: bytes = raw(prefix=u16())
    sum: int = u16()


class Fixed(Struct):
    a: int = u8()
    b: bytes = raw(size=6)


class Line(Struct):
    line: bytes = raw(terminator=b"\r\n")


class TwoLines(Struct):
    first: bytes = raw(terminator=b"\r\n")
    second: bytes = raw(terminator=b"\r\n")


class TwoLengths(Struct):
    first: bytes = raw(prefix=u8())
    second: bytes = raw(prefix=u8())


class Variable(Struct):
    length: int = auto(varint("leb128", bits=16))
    body: bytes = raw(size=length)


class Perhaps(Struct):
    there: int = u8()
    length: int = auto(u8())
    more: int | None = when(there == 1, u16())
    body: bytes = raw(size=length)


class Behind(Struct):
    """The length is not at the same place in every message."""

    name: bytes = raw(prefix=u8())
    length: int = auto(u16())
    body: bytes = raw(size=length)


class Inherits(Struct, endian="inherit"):
    length: int = auto(u16())
    body: bytes = raw(size=length)


class Words16(Struct):
    line: str = text(encoding="utf-16-be", terminator=b"\0\0")


class Pointed(Struct):
    length: int = auto(u16())
    where: int = auto(u16())
    body: bytes = raw(size=length)
    away: int = at(where, u32())


class Points(Struct):
    where: int = auto(u16())
    away: int = at(where, u32())


class PointsInside(Struct):
    points: Points = nested(Points)


@pytest.mark.parametrize(
    ("message", "framing"),
    [
        (Prefixed, LengthField(offset=0, size=2, plus=2, limit=MOST)),
        (PrefixedLittle, LengthField(offset=0, size=3, endian="little", plus=3, limit=MOST)),
        (CountsItself, LengthField(offset=0, size=2, limit=MOST)),
        (Words, LengthField(offset=2, size=2, scale=4, plus=9, limit=MOST)),
        (Two, LengthField(offset=1, size=2, plus=3, limit=MOST)),
        (Elements, LengthField(offset=1, size=1, scale=2, plus=2, limit=MOST)),
        (Bytes, LengthField(offset=1, size=2, plus=5, limit=MOST)),
        (Fixed, FixedSize(7)),
        (Line, Terminator(keep=True, limit=MOST)),
        (TwoLines, PushParser(TwoLines, MOST)),
        (TwoLengths, PushParser(TwoLengths, MOST)),
        (Variable, PushParser(Variable, MOST)),
        (Perhaps, PushParser(Perhaps, MOST)),
        (Behind, PushParser(Behind, MOST)),
        (Words16, PushParser(Words16, MOST)),
    ],
)
def test_the_cheapest_framing_that_cuts_as_the_push_parser_does(message: type[Struct], framing: Framing) -> None:
    assert framing_of(message, limit=MOST) == framing
    wires = [wire for wire, _ in itertools.islice(examples(message, random.Random(1)), 30) if len(wire) <= MOST]
    assert len(wires) > 10
    stream = b"".join(wires)
    for size in (3, len(stream)):
        ours, pushed = framing.framer(), PushParser(message, MOST).framer()
        for begin in range(0, len(stream), size):
            piece = stream[begin : begin + size]
            assert ours.feed(piece) == pushed.feed(piece)
        ours.close()
        pushed.close()
    assert [frame for wire in wires for frame in framing.framer().feed(framing.frame(wire))] == wires


@pytest.mark.parametrize(
    ("message", "framing"),
    [
        (Prefixed, LengthPrefix(limit=MOST)),
        (PrefixedLittle, LengthPrefix(size=3, endian="little", limit=MOST)),
        (CountsItself, LengthPrefix(counts_itself=True, limit=MOST)),
    ],
)
def test_a_part_that_follows_its_length_comes_without_it(message: type[Struct], framing: LengthPrefix) -> None:
    assert framing_of(message, limit=MOST, field="body") == framing
    assert framing.framer().feed(framing.frame(b"abc")) == [b"abc"]
    wire, value = next(examples(message, random.Random(2)))
    body = value.body  # type: ignore[attr-defined]
    assert framing.framer().feed(wire) == [body.build() if isinstance(body, Struct) else body]


@pytest.mark.parametrize("message", [Words, Two, Bytes, Variable, Behind])
def test_a_part_after_more_than_its_length_needs_a_framing_of_its_own(message: type[Struct]) -> None:
    with pytest.raises(ValueError, match=rf"{message.__name__}\.body is not all that follows a length"):
        framing_of(message, limit=MOST, field="body")


def test_what_a_stream_cannot_cut_is_refused() -> None:
    for message in (Body, Pointed, Points, PointsInside):
        with pytest.raises(DeclarationError):
            framing_of(message, limit=MOST).framer()


def test_who_speaks_what_a_stream_cannot_cut_is_refused_before_there_is_a_connection() -> None:
    here = ("127.0.0.1", 0)
    with pytest.raises(DeclarationError, match="takes all bytes to the end"):
        Protocol(Body).framing()
    with pytest.raises(DeclarationError, match="takes all bytes to the end"):
        connect(Protocol(Body), tcp=here)
    with pytest.raises(DeclarationError, match="takes all bytes to the end"):
        serve(Answering(lambda message, peer: None), Body, tcp=here)
    serve(Answering(lambda message, peer: None), Body, udp=here)  # datagrams need none


def test_the_order_of_bytes_has_to_be_known() -> None:
    assert framing_of(Inherits, limit=MOST) == PushParser(Inherits, MOST)


def test_a_protocol_says_how_a_stream_is_cut() -> None:
    assert Protocol(Body, stream=Prefixed.body, limit=100).framing() == LengthPrefix(limit=100)
    assert Protocol(Prefixed, limit=100).framing() == LengthField(offset=0, size=2, plus=2, limit=100)
    lines = Terminator(limit=10)
    assert Protocol(Body, stream=lines).framing() is lines
