"""One 12-byte DNS header to an object with named fields and back: bitwright by two engines, by hand, and peers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from benchmarks.declared.table import CANNOT, CANNOT_BUILD, declarations, skipped
from benchmarks.declared.table import HEADER as FORM
from benchmarks.engines import builders, parsers
from benchmarks.floors import header_floor
from benchmarks.groups import C_BY_HAND, HEADER_FROM_OBJECT, HEADER_TO_OBJECT, Group, over
from benchmarks.peers import missing
from bitwright.enums import table_of
from bitwright_specs.dns import Header, Opcode, Rcode

HEADER = bytes.fromhex("1a2b8583000100020003000a")
BATCH = 200  # headers a call, so that the loop's own cost is the same small share for everyone

_SIX_WORDS, _PACK = struct.Struct(">HHHHHH").unpack, struct.Struct(">HHHHHH").pack
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
    for name, declared in declarations(FORM).items():
        assert declared.seen(declared.parse(HEADER)) == values, name
        contenders[name] = declared.parse
    return Group(
        HEADER_TO_OBJECT,
        BATCH,
        {name: over(parse, [HEADER] * BATCH) for name, parse in contenders.items()},
        item="header",
        inputs="the bits stay one number with dpkt and dnslib, which look each up when it is asked for",
        skipped=(*missing("cc"), *skipped(FORM)),
        cannot=CANNOT[FORM],
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
    for name, declared in declarations(FORM).items():
        if declared.build is not None:
            contenders[name] = declared.build, declared.given(values)
    for name, (build, value) in contenders.items():
        assert bytes(build(value)) == HEADER, name
    return Group(
        HEADER_FROM_OBJECT,
        BATCH,
        {name: over(build, [value] * BATCH) for name, (build, value) in contenders.items()},
        item="header",
        skipped=(*missing("cc"), *skipped(FORM)),
        cannot={**CANNOT[FORM], **CANNOT_BUILD[FORM]},
    )


def _values(header: Header) -> tuple[int, ...]:
    return tuple(int(getattr(header, field.name)) for field in Header.__bitwright__.visible)
