"""dnslib: its own DNS."""

from __future__ import annotations

from typing import Any

from benchmarks.declared import dns_message as plain
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_message import Record, Summary, letters, texts
from benchmarks.peers import module

dnslib = module("dnslib")


def header() -> Declarations:
    """A DNS header; its bits are looked up when they are asked for."""
    buffer = dnslib.DNSBuffer
    return {"dnslib": Declared(lambda data: dnslib.DNSHeader.parse(buffer(data)), _seen_header, _built_header, _given_header)}


def _seen_header(h: Any) -> tuple[int, ...]:
    return h.id, h.qr, h.opcode, h.aa, h.tc, h.rd, h.ra, h.z, h.ad, h.cd, h.rcode, h.q, h.a, h.auth, h.ar


def _given_header(values: tuple[int, ...]) -> Any:
    keys = ("id", "qr", "opcode", "aa", "tc", "rd", "ra", "z", "ad", "cd", "rcode", "q", "a", "auth", "ar")
    fields = dict(zip(keys, values, strict=True))
    return dnslib.DNSHeader(bitmap=0, **fields)


def _built_header(header: Any) -> bytes:
    buffer = dnslib.DNSBuffer()
    header.pack(buffer)
    return bytes(buffer.data)


def message() -> Declarations:
    """Whole messages; built with compressed names."""
    return {"dnslib": Declared(dnslib.DNSRecord.parse, _seen, lambda message: bytes(message.pack()))}


def _seen(message: Any) -> Summary:
    sections = (message.rr, message.auth, message.ar)
    questions = tuple((letters(str(q.qname)), q.qtype, q.qclass) for q in message.questions)
    records = tuple(
        Record(letters(str(r.rname)), r.rtype, r.rclass, r.ttl, _data(r.rtype, r.rdata))
        for section in sections
        for r in section
        if r.rtype not in plain.PSEUDO
    )
    return Summary(message.header.id, message.header.bitmap, (len(questions), *map(len, sections)), questions, records)


def _data(kind: int, data: Any) -> Any:
    match kind:
        case plain.A | plain.AAAA:
            return bytes(data.data)
        case _ if kind in plain.NAMED:
            return letters(str(data.label))
        case plain.MX:
            return data.preference, letters(str(data.label))
        case plain.SOA:
            return letters(str(data.mname)), letters(str(data.rname)), *data.times
        case plain.TXT:
            return texts(data.data)
        case _:
            return None
