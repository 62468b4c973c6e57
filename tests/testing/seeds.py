"""Messages of every declared format that the tests of `bitwright.testing` begin from: of the fuzz corpora, the gallery and the specs.

`Vocabulary` has what none of those declares.
"""

from __future__ import annotations

import enum
import functools
import random
import struct
from importlib.metadata import entry_points
from pathlib import Path

from bitwright import Struct, align, array, at, auto, bits, check, const, i16, nested, pad, raw, text, u8, u16, u24, varint, when
from bitwright.testing.generate import generate
from bitwright_specs.dns import Message, TcpMessage
from bitwright_specs.icmpv6 import ICMPv6
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.tcp import TCP
from bitwright_specs.udp import UDP
from tests.test_gallery import MESSAGES, REAL, load

ROOT = Path(__file__).resolve().parent.parent.parent


class Colour(enum.IntEnum):
    """Closed."""

    RED = 1
    GREEN = 2
    BLUE = 6


class Tree(Struct):
    """Trees in trees."""

    kind: Colour = u8(Colour, default=Colour.RED)
    size: int = auto(u8())
    branches: list[Tree] = array("Tree", size=size, default=[])  # type: ignore[arg-type]  # itself, by its name


class Vocabulary(Struct):
    """What the other formats do not declare."""

    magic: bytes = const(raw(size=3), b"VOC")
    colour: Colour = bits(5, Colour)
    _gap = pad(bits=3)
    level: int = i16()
    check((level >= -1000) & (level <= 1000), "levels are small")
    name: str = text(encoding="utf-8", prefix=u8())
    label: str = text(encoding="ascii", size=12, terminator=b"\0")
    wide: str = text(encoding="utf-16-le", terminator=b"\0\0")
    line: bytes = raw(terminator=b"\r\n")
    _to_word = align(4)
    signed: int = varint("sleb128")
    unsigned: int = varint("quic")
    number: int = varint("vlq", bits=21)
    marks: list[int] = array(u16(), terminator=b"\xff\xff")
    ids: list[int] = array(u24(), prefix=u8())
    has_extra: int = u8()
    extra: int | None = when(has_extra == 1, u16())
    where: int = auto(u16())
    there: bytes = at(where, raw(size=4))
    tree: Tree = nested(Tree)


def _ipv4() -> list[bytes]:
    bare = IPv4.parse(bytes.fromhex("4500001b00004000401100000c000201c6336402") + b"payload").relaxed().build()
    router_alert = bytes.fromhex("4600002400004000010200000a000001e00000169404000022000001" + "04000000e00000fb")
    stamped = bytes.fromhex("49000028000140004011000000000001e0000016" + "440c0d0000000001000000ff" + "01010100" + "00000000")
    return [bare, IPv4.parse(router_alert).relaxed().build(), IPv4.parse(stamped).relaxed().build()]


def _tcp() -> list[bytes]:
    syn = "c0000050000000010000000080027fff00000000020405b40103030801010402"
    return [bytes.fromhex(syn), bytes.fromhex("c000005000000001000000015018ffff00000000") + b"GET / HTTP/1.0\r\n\r\n"]


def _icmpv6() -> list[bytes]:
    return [
        bytes.fromhex("80000000000100020102030405"),
        bytes.fromhex("86000000400007080000000000000000" + "0101020000000001" + "05010000000005dc"),
    ]


def _elf() -> bytes:
    """One section of four bytes and one segment, little endian."""
    magic = b"\x7fELF\2\1\1" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 124, 0, 64, 56, 1, 64, 1, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 64, 64, 16)
    section = struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, 120, 4, 0, 0, 1, 0)
    return magic + header + segment + b"text" + section


def _quic() -> bytes:
    """An Initial and a Handshake packet in one datagram."""
    initial = bytes.fromhex("c300000001" + "04aabbccdd" + "02eeff" + "0161" + "05" + "0102030405")
    return initial + bytes.fromhex("e100000001" + "04aabbccdd" + "02eeff" + "03" + "010203")


@functools.cache
def seeds() -> dict[str, tuple[type[Struct], list[bytes]]]:
    """By name the class and messages of it; not all of them are valid."""
    found: dict[str, tuple[type[Struct], list[bytes]]] = {}
    messages = [file.read_bytes() for file in sorted((ROOT / "fuzz" / "corpus" / "dns").glob("*.bin"))]
    found["dns"] = Message, messages
    found["dns_tcp"] = TcpMessage, [len(message).to_bytes(2, "big") + message for message in messages[::4]]
    found["ipv4"] = IPv4, _ipv4()
    found["ipv6"] = IPv6, [bytes.fromhex("6000000000083aff") + bytes(15) + b"\1" + bytes(15) + b"\2" + b"8 bytes!"]
    found["tcp"] = TCP, _tcp()
    found["udp"] = UDP, [bytes.fromhex("c00000350010000068692c20484f4c41")]
    found["icmpv6"] = ICMPv6, _icmpv6()
    for entry in entry_points(group="bitwright.specs"):
        struct_, data = found.get(entry.name) or (entry.load(), [])
        found[entry.name] = struct_, [*data, *(generate(struct_, random.Random(number)).build() for number in range(6))]
    found["vocabulary"] = Vocabulary, [generate(Vocabulary, random.Random(number)).build() for number in range(12)]
    for name, real in REAL.items():
        found[name] = getattr(load(name), MESSAGES[name]), list(real.values())
    found["elf_tables"][1].append(_elf())
    found["quic_long_header"][1].append(_quic())
    return found

