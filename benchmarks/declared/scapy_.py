"""scapy: packet classes with `fields_desc`."""

from __future__ import annotations

import socket
from typing import Any, ClassVar

from benchmarks.declared import dns_message as plain
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import COUNTS, FLAGS, WIDTHS, named, of_attributes
from benchmarks.declared.dns_message import Record, Summary, letters, texts
from benchmarks.peers import module

fields, packets = module("scapy.fields"), module("scapy.packet")


class Header(packets.Packet):  # type: ignore[misc, name-defined]  # it has no types
    """A DNS header, which scapy's own DNS layer does not read without the message."""

    fields_desc: ClassVar[Any] = [
        fields.ShortField("id", 0),
        *(fields.BitField(name, 0, WIDTHS[name]) for name in FLAGS),
        *(fields.ShortField(name, 0) for name in COUNTS),
    ]


def header() -> Declarations:
    """A DNS header."""
    make: Any = Header
    return {"scapy": Declared(make, of_attributes, bytes, lambda values: Header(**named(values)))}


def message() -> Declarations:
    """Whole messages; building compresses the names in a copy, as scapy's users do it, after what was parsed is forgotten."""
    layer, compress = module("scapy.layers.dns").DNS, module("scapy.layers.dns").dns_compress
    return {"scapy": Declared(layer, _seen, lambda message: bytes(compress(message)))}


def _seen(message: Any) -> Summary:
    sections = tuple(section or [] for section in (message.an, message.ns, message.ar))
    flags = 0
    for name in FLAGS:
        flags = flags << WIDTHS[name] | getattr(message, name)
    questions = tuple((_letters(q.qname), q.qtype, q.qclass | q.unicastresponse << 15) for q in message.qd or [])
    records = tuple(
        Record(_letters(r.rrname), r.type, r.rclass | getattr(r, "cacheflush", 0) << 15, r.ttl, _data(r))
        for section in sections
        for r in section
        if r.type not in plain.PSEUDO
    )
    return Summary(message.id, flags, (len(questions), *map(len, sections)), questions, records)


def _data(r: Any) -> Any:
    match r.type:
        case plain.A:
            return socket.inet_pton(socket.AF_INET, r.rdata)
        case plain.AAAA:
            return socket.inet_pton(socket.AF_INET6, r.rdata)
        case kind if kind in plain.NAMED:
            return _letters(r.rdata)
        case plain.MX:
            return r.preference, _letters(r.exchange)
        case plain.SOA:
            return _letters(r.mname), _letters(r.rname), r.serial, r.refresh, r.retry, r.expire, r.minimum
        case plain.TXT:
            return texts(r.rdata)
        case _:
            return None


def _letters(name: bytes) -> str:
    return letters(name.decode("latin-1"))
