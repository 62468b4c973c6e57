"""dpkt: packet classes with `__hdr__`, and its own protocols."""

from __future__ import annotations

from typing import Any, ClassVar

from benchmarks.declared import dns_message as plain
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import COUNTS, FLAGS, WIDTHS, named, of_attributes
from benchmarks.declared.dns_message import Record, Summary, letters, texts
from benchmarks.peers import module

dpkt = module("dpkt")


class Header(dpkt.Packet):  # type: ignore[misc, name-defined]  # it has no types
    """A DNS header, which dpkt's own DNS does not read without the message; its bits are looked up when they are asked for."""

    __hdr__: ClassVar[Any] = (("id", "H", 0), ("op", "H", 0), *((name, "H", 0) for name in COUNTS))
    __bit_fields__: ClassVar[Any] = {"op": tuple((name, WIDTHS[name]) for name in FLAGS)}


def header() -> Declarations:
    """A DNS header."""
    make: Any = Header
    return {"dpkt": Declared(make, of_attributes, bytes, lambda values: Header(**named(values)))}


def message() -> Declarations:
    """Whole messages of the commoner record types; the data of others, EDNS options too, stays bytes.  It builds without compression."""
    return {"dpkt": Declared(module("dpkt.dns").DNS, _seen)}


def _seen(message: Any) -> Summary:
    sections = (message.an, message.ns, message.ar)
    questions = tuple((letters(q.name), q.type, q.cls) for q in message.qd)
    records = tuple(
        Record(letters(r.name), r.type, r.cls, r.ttl, _data(r)) for section in sections for r in section if r.type not in plain.PSEUDO
    )
    return Summary(message.id, message.op, (len(questions), *map(len, sections)), questions, records)


def _data(r: Any) -> Any:
    match r.type if r.rlen else 0:  # dynamic updates have records without data
        case plain.A:
            return r.ip
        case plain.AAAA:
            return r.ip6
        case plain.NS:
            return letters(r.nsname)
        case plain.CNAME:
            return letters(r.cname)
        case plain.PTR:
            return letters(r.ptrname)
        case plain.MX:
            (preference,) = r.preference  # dpkt leaves it as `struct` gives it
            return preference, letters(r.mxname)
        case plain.SOA:
            return letters(r.mname), letters(r.rname), r.serial, r.refresh, r.retry, r.expire, r.minimum
        case plain.TXT:
            return texts(r.text)
        case _:
            return None
