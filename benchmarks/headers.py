"""One 12-byte DNS header to an object with named fields and back: bitwright by two engines, by hand, and peers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from benchmarks.engines import builders, parsers
from benchmarks.floors import header_floor
from benchmarks.groups import C_BY_HAND, CBITSTRUCT, HEADER_FROM_OBJECT, HEADER_TO_OBJECT, Group, over
from benchmarks.peers import available, missing, module
from bitwright.enums import table_of
from bitwright_specs.dns import Header, Opcode, Rcode

HEADER = bytes.fromhex("1a2b8583000100020003000a")
BATCH = 200  # headers a call, so that the loop's own cost is the same small share for everyone

_SIX_WORDS, _PACK = struct.Struct(">HHHHHH").unpack, struct.Struct(">HHHHHH").pack
_CBITSTRUCT = "u16u1u4u1u1u1u1u1u1u1u4u16u16u16u16"
_BITSTRING = "uint16, uint1, uint4, uint1, uint1, uint1, uint1, uint1, uint1, uint1, uint4, uint16, uint16, uint16, uint16"
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


def built_by_hand(header: Header) -> bytes:
    """What a careful programmer writes for the way back; numbers that do not fit are left to `struct`, and to the reader of the bytes."""
    h = header
    flags = (
        h.qr << 15 | h.opcode << 11 | h.aa << 10 | h.tc << 9 | h.rd << 8 | h.ra << 7 | h.z << 6 | h.ad << 5 | h.cd << 4 | h.rcode
    )  # fmt: skip
    return _PACK(h.id, flags, h.qdcount, h.ancount, h.nscount, h.arcount)


def header_group() -> Group:
    """The contenders, after all gave the same fields."""
    expected = Header.codec("interp").parse(HEADER)
    values = _values(expected)
    contenders = {**parsers(Header, [HEADER]), "by hand": by_hand, "by hand, positional": by_hand_positional}
    floor = header_floor()
    if floor:
        contenders[C_BY_HAND] = floor["parse"]
    for name, parse in contenders.items():
        assert parse(HEADER) == expected, name
        assert repr(parse(HEADER)) == repr(expected), name
    for name, (parse, fields) in _peers().items():
        assert tuple(map(int, fields(parse(HEADER)))) == values, name
        contenders[name] = parse
    return Group(
        HEADER_TO_OBJECT,
        BATCH,
        {name: over(parse, [HEADER] * BATCH) for name, parse in contenders.items()},
        item="header",
        skipped=missing("cc", "cbitstruct", "construct", "bitstring", "dnslib"),
    )


def build_group() -> Group:
    """Back to bytes: ours, and the one by hand, from the object, peers from what they take."""
    header = Header.parse(HEADER)
    values = _values(header)
    contenders: dict[str, tuple[Callable[[Any], Any], Any]] = {
        name: (build, header) for name, build in {**builders(Header, [header]), "by hand": built_by_hand}.items()
    }
    floor = header_floor()
    if floor:
        contenders[C_BY_HAND] = floor["build"], header
    contenders |= {name: (build, make(values)) for name, (build, make) in _writers().items()}
    for name, (build, value) in contenders.items():
        assert bytes(build(value)) == HEADER, name
    return Group(
        HEADER_FROM_OBJECT,
        BATCH,
        {name: over(build, [value] * BATCH) for name, (build, value) in contenders.items()},
        item="header",
        skipped=missing("cc", "cbitstruct", "construct", "bitstring"),
    )


def _values(header: Header) -> tuple[int, ...]:
    return tuple(int(getattr(header, field.name)) for field in Header.__bitwright__.visible)


def _peers() -> dict[str, tuple[Callable[[bytes], Any], Callable[[Any], Any]]]:
    """How each installed peer parses a header, and how its fields are read in wire order."""
    found: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], Any]]] = {}
    if available("cbitstruct"):
        found[CBITSTRUCT] = (module("cbitstruct").compile(_CBITSTRUCT).unpack, tuple)
    if available("construct"):
        found["construct, compiled"] = (_construct_header().parse, lambda box: [v for k, v in box.items() if k != "_io"])
    if available("bitstring"):
        bits = module("bitstring").Bits
        found["bitstring, a list"] = (lambda data: bits(data).unpack(_BITSTRING), tuple)
    if available("dnslib"):
        dnslib = module("dnslib")
        found["dnslib"] = (
            lambda data: dnslib.DNSHeader.parse(dnslib.DNSBuffer(data)),
            lambda h: (h.id, h.qr, h.opcode, h.aa, h.tc, h.rd, h.ra, h.z, h.ad, h.cd, h.rcode, h.q, h.a, h.auth, h.ar),
        )
    return found


def _writers() -> dict[str, tuple[Callable[[Any], Any], Callable[[tuple[int, ...]], Any]]]:
    """How each installed peer builds a header, and what it takes, from the fields in wire order."""
    found: dict[str, tuple[Callable[[Any], Any], Callable[[tuple[int, ...]], Any]]] = {}
    if available("cbitstruct"):
        pack = module("cbitstruct").compile(_CBITSTRUCT).pack
        found[CBITSTRUCT] = (lambda values: pack(*values), tuple)
    if available("construct"):
        names = [field.name for field in Header.__bitwright__.visible]
        found["construct, compiled"] = (_construct_header().build, lambda values: dict(zip(names, values, strict=True)))
    if available("bitstring"):
        pack_bits = module("bitstring").pack
        found["bitstring"] = (lambda values: pack_bits(_BITSTRING, *values).bytes, tuple)
    return found


def _construct_header() -> Any:
    c = module("construct")
    layout = c.BitStruct(
        "id" / c.BitsInteger(16), "qr" / c.BitsInteger(1), "opcode" / c.BitsInteger(4),
        *(name / c.BitsInteger(1) for name in ("aa", "tc", "rd", "ra", "z", "ad", "cd")), "rcode" / c.BitsInteger(4),
        *(name / c.BitsInteger(16) for name in ("qdcount", "ancount", "nscount", "arcount")),
    )  # fmt: skip
    return layout.compile()
