"""What everyone must find in a DNS message: the plain values in which whole messages are compared.

Names are compared by their letters, digits and dots, for escapes differ from peer to peer; the data of the commonest record types is
compared, that of the others is not, for peers give it in ways of their own.  The pseudo-records of EDNS and TSIG are only counted:
some peers keep them apart from the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from benchmarks.declared.dns_header import flags_of

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, OPT, TSIG = 1, 2, 5, 6, 12, 15, 16, 28, 41, 250
PSEUDO = (OPT, TSIG)
NAMED = (NS, CNAME, PTR)  # their data is one name


class Record(NamedTuple):
    """One resource record; `data` is an address' bytes, a name's letters, or a tuple of a record's parts."""

    name: str
    type: int
    klass: int
    ttl: int
    data: Any


class Summary(NamedTuple):
    """One message; `counts` has the records of the four sections, `records` those that are no pseudo-records, in order."""

    id: int
    flags: int
    counts: tuple[int, ...]
    questions: tuple[tuple[str, int, int], ...]
    records: tuple[Record, ...]


def letters(name: str) -> str:
    """A name by its letters, digits and dots."""
    return "".join(c for c in name.lower() if c.isascii() and (c.isalnum() or c == ".")).strip(".")


def texts(strings: Iterable[bytes | str]) -> tuple[bytes, ...]:
    """The strings of a TXT record."""
    return tuple(one if isinstance(one, bytes) else one.encode("latin-1") for one in strings)


def records_of(sections: Iterable[Iterable[Any]], data_of: Callable[[Any], Any]) -> tuple[Record, ...]:
    """The records of objects that have them as attributes of these names, but for their data."""
    found = (record for section in sections for record in section if record.type not in PSEUDO)
    return tuple(Record(letters(r.name), int(r.type), int(r.klass), r.ttl, data_of(r)) for r in found)


def seen(message: Any, header: Mapping[str, Any], texts_of: Callable[[Any], tuple[bytes, ...]]) -> Summary:
    """A message of objects that have everything as attributes of these names; `texts_of` gives the strings of a TXT record's data."""
    sections = (message.answers, message.authorities, message.additionals)
    questions = tuple((letters(q.name), q.type, q.klass) for q in message.questions)
    counts = (len(questions), *map(len, sections))
    return Summary(header["id"], flags_of(header), counts, questions, records_of(sections, lambda r: _data_of(r, texts_of)))


def _data_of(record: Any, texts_of: Callable[[Any], tuple[bytes, ...]]) -> Any:
    """What is compared of a record's data: None where there is none (as in dynamic updates), or it is of another type."""
    kind, data = record.type if record.rdlength else None, record.data
    if kind in (A, AAAA):
        return data
    if kind in NAMED:
        return letters(data)
    if kind == MX:
        return data.preference, letters(data.exchange)
    if kind == SOA:
        return letters(data.mname), letters(data.rname), data.serial, data.refresh, data.retry, data.expire, data.minimum
    return texts_of(data) if kind == TXT else None


def strings_of(data: bytes) -> tuple[bytes, ...]:
    """The strings of a TXT record that was left as bytes."""
    found, at = [], 0
    while at < len(data):
        stop = at + 1 + data[at]
        found.append(data[at + 1 : stop])
        at = stop
    return tuple(found)
