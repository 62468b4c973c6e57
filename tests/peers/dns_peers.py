"""DNS messages as bitwright, dnspython, dnslib and dpkt read them, in one neutral form for each pair, and how they may differ.

Each list names a difference once, with its reason and as narrow a predicate as the reason allows.
docs/dns-differences.md explains those from dnspython.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import dns.exception
import dns.message
import dns.name
import dns.rdata
import pytest

from bitwright import ParseError
from bitwright.testing import Allowed, Difference, Differential, differential
from bitwright_specs.dns import Message, SvcParamKey, Type
from tests.specs.dns import oracle, walk
from tests.specs.dns.differences import CAPTURED, CONSTRUCTED

dpkt: Any = pytest.importorskip("dpkt")
dnslib: Any = pytest.importorskip("dnslib")
SECTIONS = ("answers", "authorities", "additionals")
# Else a type of class IN that it first meets in another class is bytes to it for ever.
dns.rdata.load_all_types()  # type: ignore[no-untyped-call]  # dnspython has no types there


# --- dnspython: every field ---------------------------------------------------------------------


def with_dnspython() -> Differential:
    """Every field that both have."""
    return differential(
        lambda data: oracle.our_view(Message.parse(data)),
        lambda data: oracle.their_view(data, oracle.read(data)),
        allowed=DNSPYTHON,
        their_refusals=(dns.exception.DNSException,),
        name="dnspython",
    )


def code(*codes: str) -> Callable[[Difference], bool]:
    """Whether ours refuses with one of these codes."""
    return lambda d: d.where == "refused by ours" and d.ours.code in codes


def in_data(d: Difference) -> bool:
    """Whether ours refuses what stands in a record's data, or the data's length."""
    return d.where == "refused by ours" and ".rdata" in d.ours.path


def says(*phrases: str) -> Callable[[Difference], bool]:
    """Whether theirs refuses with one of these messages."""
    return lambda d: d.where == "refused by theirs" and any(phrase in str(d.theirs) for phrase in phrases)


def refuses(kind: type[Exception] | tuple[type[Exception], ...]) -> Callable[[Difference], bool]:
    """Whether theirs refuses with an exception of a type."""
    return lambda d: d.where == "refused by theirs" and isinstance(d.theirs, kind)


def places(data: bytes) -> list[walk.Place]:
    """Where the records of a message are; none, where they cannot be found."""
    try:
        return walk.records(data)[1]
    except (IndexError, AssertionError, struct.error):
        return []


def place_of(d: Difference) -> walk.Place | None:
    """The record that the difference is in."""
    path = d.path or (d.ours.path.removeprefix("Message.") if isinstance(d.ours, ParseError) else "")
    found = re.match(r"(\w+)\[(\d+)\]\.", path + ".")
    if found is None:
        return None
    section = [place for place in places(d.data) if place.section == found[1]]
    return section[int(found[2])] if int(found[2]) < len(section) else None


def in_another_class(d: Difference) -> bool:
    """Data of a record whose class is not IN; or, where theirs refuses, there is such a record."""
    place = place_of(d)
    if place is not None:
        return place.rclass != 1 and (".rdata" in d.path or isinstance(d.ours, ParseError))
    return d.where == "refused by theirs" and any(each.rclass != 1 and each.type != OPT for each in places(d.data))


def in_type(*kinds: int) -> Callable[[Difference], bool]:
    """Data of a record of one of these types, as ours reads them and theirs does not."""
    return lambda d: (place := place_of(d)) is not None and place.type in kinds and (".rdata" in d.path or isinstance(d.ours, ParseError))


def with_record(d: Difference, wanted: Callable[[walk.Place], bool]) -> bool:
    """Whether theirs refuses a message that has such a record."""
    return d.where == "refused by theirs" and any(wanted(place) for place in places(d.data))


def opcode_of(d: Difference) -> int:
    """Of the message."""
    return d.data[2] >> 3 & 15


def updates(d: Difference) -> bool:
    """Whether theirs refuses an update, or reads the ttl of a record without data in one, which deletes, as 0."""
    place = place_of(d)
    deletes = place is not None and place.rdlength == 0 and d.path.endswith(".ttl") and d.theirs == 0
    return opcode_of(d) == UPDATE and (d.where == "refused by theirs" or deletes)


UPDATE = 5
OPT = 41
GROUPS = int(SvcParamKey.TLS_SUPPORTED_GROUPS)
# Types with fields here that are bytes to dnspython.
BYTES_TO_DNSPYTHON = tuple(int(Type[name]) for name in (
    "A6", "ATMA", "CLA", "DOA", "EID", "IPN", "MB", "MD", "MF", "MG", "MINFO", "MR", "NIMLOC", "NULL", "NXNAME", "NXT", "RKEY", "TA",
    "TALINK", "DHCID",
))  # fmt: skip
MEANINGLESS = (
    "bad latitude", "bad longitude", "LOC version not zero", "invalid IPSECKEY gateway type", "cannot be empty", "may not be empty",
    "trailing zero octet",
)  # fmt: skip
DNSPYTHON: list[Allowed] = [
    Allowed("compressed-name", CAPTURED["compressed-name"], refuses(dns.name.DecompressionForbidden)),
    Allowed(
        "ttl-top-bit", CONSTRUCTED["ttl-top-bit"],
        lambda d: d.where == "value" and d.path.endswith(".ttl") and d.ours >= 1 << 31 and d.theirs == 0,
    ),
    Allowed("pseudo-records", CONSTRUCTED["pseudo-records"], refuses((dns.message.BadEDNS, dns.message.BadTSIG))),
    Allowed("update-form", CONSTRUCTED["update-form"], updates),
    Allowed("empty-data", CONSTRUCTED["empty-data"], lambda d: with_record(d, lambda place: place.rdlength == 0 and place.type != OPT)),
    Allowed("mdns-class", CAPTURED["mdns-class"], in_another_class),
    Allowed("other-types", CONSTRUCTED["other-types"], lambda d: in_type(*BYTES_TO_DNSPYTHON)(d) or d.path.endswith(f".params.{GROUPS}")),
    Allowed(
        "empty-parameter", CONSTRUCTED["empty-parameter"],
        lambda d: re.search(r"\.params\.\d+$", d.path) is not None and d.ours == b"" and d.theirs is None,
    ),
    Allowed(
        "empty-subaddress", CONSTRUCTED["empty-subaddress"],
        lambda d: d.path.endswith(".rdata.subaddress") and d.ours == b"" and d.theirs is None,
    ),
    Allowed(
        "parameter-order", CONSTRUCTED["parameter-order"],
        says("keys not in strictly increasing order", "mandatory key", "no-default-alpn", "duplicate", "parameters in AliasMode"),
    ),
    Allowed(
        "meaningless-content", CONSTRUCTED["meaningless-content"],
        lambda d: says(*MEANINGLESS)(d) or (
            refuses(dns.exception.FormError)(d) and isinstance(d.theirs.__cause__, ValueError | dns.exception.SyntaxError)
        ),
    ),
]  # fmt: skip


# --- dnslib and dpkt: header, questions, and what stands before the data of records -------------


def outline(data: bytes) -> dict[str, Any]:
    """Header, questions, and records without their data, as bitwright reads them."""
    message = Message.parse(data)
    found: dict[str, Any] = {name: int(getattr(message, name)) for name in ("id", "qr", "opcode", "aa", "tc", "rd", "ra", "rcode")}
    found["questions"] = [{"name": labels(q.qname), "type": int(q.qtype), "class": int(q.qclass)} for q in message.questions]
    for section in SECTIONS:
        found[section] = [
            {"name": labels(r.name), "type": int(r.type), "class": int(r.rclass), "ttl": r.ttl} for r in getattr(message, section)
        ]
    return found


def labels(name: str) -> list[bytes]:
    """Its labels without the root's."""
    return list(dns.name.from_text(name).labels[:-1])


def by_dnslib(data: bytes) -> dict[str, Any]:
    """The same by dnslib."""
    message = dnslib.DNSRecord.parse(data)
    head = message.header
    found: dict[str, Any] = {name: getattr(head, name) for name in ("id", "qr", "opcode", "aa", "tc", "rd", "ra", "rcode")}
    found["questions"] = [{"name": list(q.qname.label), "type": q.qtype, "class": q.qclass} for q in message.questions]
    for section, records in zip(SECTIONS, (message.rr, message.auth, message.ar), strict=True):
        found[section] = [{"name": list(r.rname.label), "type": r.rtype, "class": r.rclass, "ttl": r.ttl} for r in records]
    return found


def with_dnslib() -> Differential:
    """Header, questions and outlines of records."""
    return differential(outline, by_dnslib, allowed=DNSLIB, their_refusals=(dnslib.DNSError,), name="dnslib")


DNSLIB: list[Allowed] = [
    Allowed("trailing", "dnslib does not look at bytes behind the message", lambda d: code("unconsumed")(d) and "rdata" not in d.ours.path),
    Allowed("data", "dnslib does not hold data to their length, and leaves most types as bytes", in_data),
    Allowed(
        "pointer-hops", "dnslib follows pointers until Python's stack is full; here Limits.pointer_hops says how many",
        code("too-many-hops"),
    ),
    Allowed("name-too-long", "dnslib does not count the 255 octets of a name", code("name-too-long")),
    Allowed("bad-pointer", "dnslib follows pointers forward too", code("bad-pointer")),
    Allowed("bad-label", "dnslib takes the reserved label types 01 and 10 for lengths", code("bad-label")),
    Allowed("empty-data", "dnslib refuses records without data", says("Empty RR")),
    Allowed("text", "dnslib refuses labels that are no host names, which RFC 2181, section 11 allows", says("Invalid label")),
    Allowed(
        "recursion", "dnslib calls itself for each pointer and raises RecursionError",
        lambda d: d.where == "exception in theirs" and isinstance(d.theirs, RecursionError),
    ),
]  # fmt: skip


def by_dpkt(data: bytes) -> dict[str, Any]:
    """The same by dpkt, whose names are text without escapes."""
    message = dpkt.dns.DNS(data)
    found: dict[str, Any] = {name: getattr(message, name) for name in ("id", "qr", "opcode", "aa", "tc", "rd", "ra", "rcode")}
    found["questions"] = [{"name": q.name, "type": q.type, "class": q.cls} for q in message.qd]
    for section, records in zip(SECTIONS, (message.an, message.ns, message.ar), strict=True):
        found[section] = [{"name": r.name, "type": r.type, "class": r.cls, "ttl": r.ttl} for r in records]
    return found


def outline_in_text(data: bytes) -> dict[str, Any]:
    """Ours, with names as dpkt writes them."""
    found = outline(data)
    for each in (*found["questions"], *(record for section in SECTIONS for record in found[section])):
        each["name"] = ".".join(label.decode("utf-8", "surrogateescape") for label in each["name"])
    return found


def with_dpkt() -> Differential:
    """Header, questions and outlines of records."""
    return differential(outline_in_text, by_dpkt, allowed=DPKT, their_refusals=(dpkt.UnpackError,), name="dpkt")


DPKT: list[Allowed] = [
    Allowed("trailing", "dpkt does not look at bytes behind the message", lambda d: code("unconsumed")(d) and "rdata" not in d.ours.path),
    Allowed("data", "dpkt reads the data of few types, and does not hold them to their length", in_data),
    Allowed("pointer-hops", "dpkt does not count pointers; here Limits.pointer_hops says how many", code("too-many-hops")),
    Allowed("name-too-long", "dpkt does not count the 255 octets of a name", code("name-too-long")),
    Allowed("cut", "dpkt looks at the data of every record, and refuses data that are empty or end early", refuses(dpkt.NeedData)),
    Allowed("class", "dpkt refuses questions and records that it cannot tell apart", says("invalid DNS")),
    Allowed("types", "dpkt refuses messages with records of types that it does not know", says("is not supported")),
    Allowed(
        "text", "dpkt decodes names and texts as UTF-8 and raises UnicodeDecodeError where they are none",
        lambda d: d.where == "exception in theirs" and isinstance(d.theirs, UnicodeDecodeError),
    ),
]  # fmt: skip
