"""dnspython: its own DNS."""

from __future__ import annotations

from typing import Any

from benchmarks.declared import dns_message as plain
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_message import Record, Summary, letters, texts
from benchmarks.peers import module


def message() -> Declarations:
    """Whole messages, each record by itself as others have them, and not gathered to sets; built with compressed names."""
    from_wire = module("dns.message").from_wire
    return {"dnspython": Declared(lambda data: from_wire(data, one_rr_per_rrset=True), _seen, lambda message: bytes(message.to_wire()))}


def _seen(message: Any) -> Summary:
    extra = (message.opt is not None) + (message.tsig is not None)
    sections = (message.answer, message.authority, message.additional)
    counts = (len(message.question), *map(len, sections[:2]), len(sections[2]) + extra)
    questions = tuple((letters(q.name.to_text()), int(q.rdtype), int(q.rdclass)) for q in message.question)
    records = tuple(
        Record(letters(found.name.to_text()), int(found.rdtype), int(found.rdclass), found.ttl, _data(found[0]))
        for section in sections
        for found in section
    )
    return Summary(message.id, int(message.flags), counts, questions, records)


def _data(data: Any) -> Any:
    match int(data.rdtype):
        case plain.A | plain.AAAA:
            return data.to_wire()
        case kind if kind in plain.NAMED:
            return letters(data.target.to_text())
        case plain.MX:
            return data.preference, letters(data.exchange.to_text())
        case plain.SOA:
            names = letters(data.mname.to_text()), letters(data.rname.to_text())
            return *names, data.serial, data.refresh, data.retry, data.expire, data.minimum
        case plain.TXT:
            return texts(data.strings)
        case _:
            return None
