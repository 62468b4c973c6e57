"""A stream is cut into messages by the push parser, wherever it is cut on the way."""

from __future__ import annotations

from bitwright import Struct, auto, raw, u16
from bitwright.net.framing import PushParser


class Packet(Struct):
    length: int = auto(u16())
    body: bytes = raw(size=length)


def test_one_byte_after_the_other() -> None:
    wire = Packet(body=b"one").build() + Packet(body=b"").build()
    framer = PushParser(Packet, 100).framer()
    found = [frame for byte in wire for frame in framer.feed(bytes([byte]))]
    assert found == [b"\0\3one", b"\0\0"]


def test_what_comes_after_a_message_is_left_alone() -> None:
    framer = PushParser(Packet, 100).framer()
    framer.push(b"\0\1x\xff\xffnot a packet")
    assert framer.pull() == b"\0\1x"
    assert framer.detach() == b"\xff\xffnot a packet"
