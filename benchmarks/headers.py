"""One 12-byte DNS header to an object with named fields: bitwright by two engines, by hand, and peers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from benchmarks.floor.building import built, compiler
from benchmarks.groups import CBITSTRUCT, HEADER_TO_OBJECT, MACHINE_CODE, Group, has, over, peer
from bitwright.backends.llvm import is_available
from bitwright.enums import table_of
from bitwright_specs.dns import Header, Opcode, Rcode

HEADER = bytes.fromhex("1a2b8583000100020003000a")
BATCH = 200  # headers a call, so that the loop's own cost is the same small share for everyone

_SIX_WORDS = struct.Struct(">HHHHHH").unpack
_OPCODES, _RCODES = table_of(Opcode), table_of(Rcode)


def by_hand(data: bytes) -> Header:
    """What a careful programmer writes without a toolkit: one unpack, shifts, lookup tables, the same class."""
    identifier, flags, qdcount, ancount, nscount, arcount = _SIX_WORDS(data)
    return Header(
        id=identifier,
        qr=flags & 0x8000 != 0,
        opcode=_OPCODES[flags >> 11 & 15],
        aa=flags & 0x0400 != 0,
        tc=flags & 0x0200 != 0,
        rd=flags & 0x0100 != 0,
        ra=flags & 0x0080 != 0,
        z=flags >> 6 & 1,
        ad=flags & 0x0020 != 0,
        cd=flags & 0x0010 != 0,
        rcode=_RCODES[flags & 15],
        qdcount=qdcount,
        ancount=ancount,
        nscount=nscount,
        arcount=arcount,
    )


def by_hand_positional(data: bytes) -> Header:
    """The same with positional construction, which takes knowing the class's memory layout."""
    make: Any = Header  # by position, which type checkers refuse and only a parser should do
    identifier, f, qdcount, ancount, nscount, arcount = _SIX_WORDS(data)
    made: Header = make(
        identifier, f & 0x8000 != 0, _OPCODES[f >> 11 & 15], f & 0x0400 != 0, f & 0x0200 != 0, f & 0x0100 != 0, f & 0x0080 != 0,
        f >> 6 & 1, f & 0x0020 != 0, f & 0x0010 != 0, _RCODES[f & 15], qdcount, ancount, nscount, arcount,
    )  # fmt: skip
    return made


def header_group() -> Group:
    """The contenders, after all gave the same fields."""
    expected = Header.codec("interp").parse(HEADER)
    values = tuple(int(getattr(expected, field.name)) for field in Header.__bitwright__.visible)
    assert Header.parse(HEADER) == expected  # and from now on Header.parse is what users call: compiled
    contenders: dict[str, Callable[[bytes], Any]] = {
        "bitwright": Header.parse,
        "by hand": by_hand,
        "by hand, positional": by_hand_positional,
    }
    if is_available():
        contenders[MACHINE_CODE] = Header.codec("llvm").message_parser()
    if compiler() is not None:
        floor = built("header")
        floor.setup(Header, tuple(_OPCODES[number] for number in range(16)), tuple(_RCODES[number] for number in range(16)))
        contenders["C by hand"] = floor.parse
    for name, parse in contenders.items():
        assert parse(HEADER) == expected, name
        assert repr(parse(HEADER)) == repr(expected), name
    for name, (parse, fields) in _peers().items():
        assert tuple(map(int, fields(parse(HEADER)))) == values, name
        contenders[name] = parse
    return Group(HEADER_TO_OBJECT, BATCH, {name: over(parse, [HEADER] * BATCH) for name, parse in contenders.items()})


def _peers() -> dict[str, tuple[Callable[[bytes], Any], Callable[[Any], Any]]]:
    """How each installed peer parses a header, and how its fields are read in wire order."""
    found: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], Any]]] = {}
    if has("cbitstruct"):
        found[CBITSTRUCT] = (peer("cbitstruct").compile("u16u1u4u1u1u1u1u1u1u1u4u16u16u16u16").unpack, tuple)
    if has("construct"):
        found["construct, compiled"] = (_construct_header(), lambda box: [v for k, v in box.items() if k != "_io"])
    if has("bitstring"):
        bits = peer("bitstring").Bits
        layout = "uint16, uint1, uint4, uint1, uint1, uint1, uint1, uint1, uint1, uint1, uint4, uint16, uint16, uint16, uint16"
        found["bitstring, a list"] = (lambda data: bits(data).unpack(layout), tuple)
    if has("dnslib"):
        dnslib = peer("dnslib")
        found["dnslib"] = (
            lambda data: dnslib.DNSHeader.parse(dnslib.DNSBuffer(data)),
            lambda h: (h.id, h.qr, h.opcode, h.aa, h.tc, h.rd, h.ra, h.z, h.ad, h.cd, h.rcode, h.q, h.a, h.auth, h.ar),
        )
    return found


def _construct_header() -> Callable[[bytes], Any]:
    c = peer("construct")
    layout = c.BitStruct(
        "id" / c.BitsInteger(16), "qr" / c.BitsInteger(1), "opcode" / c.BitsInteger(4),
        *(name / c.BitsInteger(1) for name in ("aa", "tc", "rd", "ra", "z", "ad", "cd")), "rcode" / c.BitsInteger(4),
        *(name / c.BitsInteger(16) for name in ("qdcount", "ancount", "nscount", "arcount")),
    )  # fmt: skip
    parse: Callable[[bytes], Any] = layout.compile().parse
    return parse
