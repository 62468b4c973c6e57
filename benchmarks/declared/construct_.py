"""construct: declarations as its documentation has them, interpreted and compiled."""

from __future__ import annotations

from typing import Any

from benchmarks.declared import dns_message as plain
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import COUNTS, FLAGS, WIDTHS, named, of_mapping
from benchmarks.declared.dns_message import Summary, seen, texts
from benchmarks.peers import module

c = module("construct")

HEADER = c.Struct(
    "id" / c.Int16ub,
    "flags" / c.BitStruct(*(name / c.BitsInteger(WIDTHS[name]) for name in FLAGS)),
    *(name / c.Int16ub for name in COUNTS),
)


def header() -> Declarations:
    """A DNS header; runs of bits in a `BitStruct` of the two bytes that have any, which is quicker than one of all twelve."""
    return {name: Declared(layout.parse, _seen_header, layout.build, _given_header) for name, layout in both(HEADER).items()}


def both(layout: Any) -> dict[str, Any]:
    """A declaration as it is interpreted, and compiled to Python."""
    return {"construct": layout, "construct, compiled": layout.compile()}


def _seen_header(box: Any) -> tuple[int, ...]:
    return of_mapping({**box, **box["flags"]})


def _given_header(values: tuple[int, ...]) -> dict[str, Any]:
    fields = named(values)
    return {**fields, "flags": fields}


def _joined(labels: Any, _context: Any) -> str:
    """The text of a name: its labels, and, where the last is a pointer, the name that it leads to."""
    return ".".join(one.rest if one.length >= POINTER else one.rest.decode("latin-1") for one in labels if one.length)


POINTER = 0xC0
LABEL = c.Struct(
    "length" / c.Int8ub,
    "rest"
    / c.IfThenElse(
        c.this.length < POINTER,
        c.Bytes(c.this.length),
        c.FocusedSeq(
            "name",
            "low" / c.Int8ub,
            "name" / c.Pointer(((c.this._.length & 0x3F) << 8) + c.this.low, c.LazyBound(lambda: NAME)),
        ),
    ),
)
NAME: Any = c.ExprAdapter(c.RepeatUntil(lambda label, _all, _context: not 0 < label.length < POINTER, LABEL), _joined, None)
STRINGS = c.FixedSized(c.this.rdlength, c.GreedyRange(c.Prefixed(c.Int8ub, c.GreedyBytes)))
OPTIONS = c.FixedSized(c.this.rdlength, c.GreedyRange(c.Struct("code" / c.Int16ub, "data" / c.Prefixed(c.Int16ub, c.GreedyBytes))))
SOA = c.Struct(
    "mname" / NAME,
    "rname" / NAME,
    *(name / c.Int32ub for name in ("serial", "refresh", "retry", "expire", "minimum")),
)
KNOWN = c.Switch(
    c.this.type,
    {
        plain.A: c.Bytes(4), plain.AAAA: c.Bytes(16), plain.NS: NAME, plain.CNAME: NAME, plain.PTR: NAME, plain.SOA: SOA,
        plain.MX: c.Struct("preference" / c.Int16ub, "exchange" / NAME), plain.TXT: STRINGS, plain.OPT: OPTIONS,
    },
    default=c.Bytes(c.this.rdlength),
)  # fmt: skip
DATA = c.IfThenElse(c.this.rdlength > 0, KNOWN, c.Bytes(0))  # dynamic updates have records without data
QUESTION = c.Struct("name" / NAME, "type" / c.Int16ub, "klass" / c.Int16ub)
RECORD = c.Struct("name" / NAME, "type" / c.Int16ub, "klass" / c.Int16ub, "ttl" / c.Int32ub, "rdlength" / c.Int16ub, "data" / DATA)
MESSAGE = c.Struct(
    "header" / HEADER,
    "questions" / c.Array(c.this.header.qdcount, QUESTION),
    "answers" / c.Array(c.this.header.ancount, RECORD),
    "authorities" / c.Array(c.this.header.nscount, RECORD),
    "additionals" / c.Array(c.this.header.arcount, RECORD),
)


def message() -> Declarations:
    """Whole messages of the commoner record types; the data of others stays bytes."""
    return {name: Declared(layout.parse, seen_message) for name, layout in both(MESSAGE).items()}


def seen_message(box: Any) -> Summary:
    return seen(box, {**box.header, **box.header["flags"]}, texts)
