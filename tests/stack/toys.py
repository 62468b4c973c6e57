"""Three small protocols to walk through: a frame, a network header with a length, a transport with ports, a stream.

    frame:  type(1) payload
    net:    length(1) protocol(1) flags(1) payload(length - 3)
    ports:  src(1) dst(1) check(2) payload
    note:   size(1) text(size)
    lines:  size(1) words(size)            messages of a stream
"""

from __future__ import annotations

import dataclasses

from bitwright import Struct, array, auto, checksum, const, flag, nested, param, payload, raw, reserved, rest, select, u8, u16
from bitwright.checksum import internet
from bitwright.stack import Registry

FRAME, NET, PORTS, NOTE, LINES = "frame", "net", "ports", "note", "lines"


class Frame(Struct):
    """The link layer: its payload is whatever follows."""

    kind: int = u8()
    payload: bytes = payload()


class Net(Struct):
    """The network layer; a length of 0 means all that follows."""

    length: int = auto(u8())
    protocol: int = u8()
    part: bool = flag(default=False)
    zero: int = reserved(7)
    payload: bytes = payload(size=select(length == 0, rest(), length - 3))

    def pseudo_header(self, protocol: int, length: int) -> bytes:
        """Two 16-bit words: what the transport's checksum covers besides itself."""
        return protocol.to_bytes(2, "big") + length.to_bytes(2, "big")


class Ports(Struct):
    """The transport layer."""

    pseudo_header = param(bytes, default=b"")
    src: int = u8()
    dst: int = u8()
    check_sum: int = checksum(u16(), internet, prefix=pseudo_header)
    payload: bytes = payload()


class Note(Struct):
    """The application layer of datagrams."""

    magic: int = const(u8(), 0x4E)
    size: int = auto(u8())
    text: bytes = raw(size=size)


class Words(Struct):
    """What a message of a stream holds."""

    count: int = auto(u8())
    words: list[int] = array(u16(), count=count)


class Lines(Struct):
    """A message of a stream: its size, and content that must fill it."""

    size: int = auto(u8())
    content: Words = nested(Words, size=size)


class Tunnel(Struct):
    """A layer that carries anything, itself too."""

    kind: int = u8()
    payload: bytes = payload()


@dataclasses.dataclass
class Packet:
    """A packet of a test."""

    data: bytes
    original: int = -1
    link_type: int = 1
    number: int = 1
    timestamp_ns: int | None = 0
    interface: int = 0

    def __post_init__(self) -> None:
        if self.original < 0:
            self.original = len(self.data)

    @property
    def captured(self) -> int:
        return len(self.data)


def registry() -> Registry:
    """Everything registered and bound."""
    made = Registry()
    made.layer(FRAME, Frame, keys={"frame.kind": ("kind",)})
    made.layer(NET, Net, keys={"net.protocol": ("protocol",)}, fragment=lambda net: bool(net.part))
    made.layer(PORTS, Ports, keys={"port": ("dst", "src")})
    made.layer(NOTE, Note)
    made.layer(LINES, Lines, stream=True)
    made.layer("tunnel", Tunnel, keys={"frame.kind": ("kind",)})
    made.choice("first", bits=4, cases={0: NET, 5: NOTE})
    made.link(1, FRAME)
    made.link(7, NET)
    made.link(9, "first")
    for table, value, name in (
        ("frame.kind", 1, NET), ("frame.kind", 2, NOTE), ("frame.kind", 3, "tunnel"), ("frame.kind", 4, "first"),
        ("net.protocol", 17, PORTS), ("net.protocol", 18, NOTE), ("port", 5, NOTE), ("port", 6, LINES),
    ):  # fmt: skip
        made.bind(table, value, name)
    return made


def note(text: bytes = b"hello") -> Note:
    return Note(text=text)


def ports(payload: bytes, dst: int = 5, src: int = 99) -> bytes:
    """A transport segment with a right checksum."""
    return Ports(src=src, dst=dst, payload=payload).build(pseudo_header=bytes([0, 17, 0, 4 + len(payload)]))


def net(payload: bytes, protocol: int = 17, *, length: int | None = None, part: bool = False) -> bytes:
    """A network packet; the length may lie."""
    return bytes([3 + len(payload) if length is None else length, protocol, 0x80 if part else 0]) + payload


def frame(payload: bytes, kind: int = 1, padding: int = 0) -> bytes:
    return bytes([kind]) + payload + bytes(padding)
