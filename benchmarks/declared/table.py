"""Which peers declare which format, and what the others lack.

The plain values of a format, in which the results of all peers are compared, are described by the module named beside it.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable

from benchmarks.declared.declaration import Declarations
from benchmarks.peers import available, missing

HEADER = "DNS header"  # dns_header.py
MESSAGE = "DNS message"  # dns_message.py; those that decode the data of the rarer record types, too
SIMPLE_MESSAGE = "DNS message, commoner records"  # dns_message.py
DATAGRAM = "IPv4 and TCP"  # ipv4_tcp.py
PATTERN_DNS, PATTERN_RECORD, PATTERN_IPV4, PATTERN_PIXELS, PATTERN_CLAUSES = (
    f"pattern of {what}" for what in ("DNS", "a record", "IPv4", "pixels", "six clauses")
)
# patterns.py


@dataclasses.dataclass(frozen=True)
class Row:
    """Where a peer's declarations of a format are, and what must be installed for them."""

    module: str
    maker: str
    needs: tuple[str, ...]


_KAITAI = ("kaitaistruct", "kaitai-struct-compiler", "js-yaml")


def _everywhere(maker: str) -> tuple[Row, ...]:
    """Those that declare each of the patterns."""
    return (
        Row("construct_patterns", maker, ("construct",)), Row("kaitai_patterns", maker, _KAITAI),
        Row("dissect_patterns", maker, ("dissect.cstruct",)),
    )  # fmt: skip


ROWS: dict[str, tuple[Row, ...]] = {
    HEADER: (
        Row("construct_", "header", ("construct",)),
        Row("bitstruct_", "header", ("bitstruct",)),
        Row("bitstruct_", "header_in_c", ("cbitstruct",)),
        Row("bitstring_", "header", ("bitstring",)),
        Row("kaitai_", "header", _KAITAI),
        Row("dissect_", "header", ("dissect.cstruct",)),
        Row("caterpillar_", "header", ("caterpillar-py",)),
        Row("scapy_", "header", ("scapy",)),
        Row("dpkt_", "header", ("dpkt",)),
        Row("dnslib_", "header", ("dnslib",)),
    ),
    MESSAGE: (
        Row("dnspython_", "message", ("dnspython",)),
        Row("dnslib_", "message", ("dnslib",)),
        Row("scapy_", "message", ("scapy",)),
    ),
    SIMPLE_MESSAGE: (
        Row("dpkt_", "message", ("dpkt",)),
        Row("construct_", "message", ("construct",)),
        Row("kaitai_", "message", _KAITAI),
        Row("caterpillar_message", "message", ("caterpillar-py",)),
    ),
    DATAGRAM: (
        Row("construct_ipv4_tcp", "datagram", ("construct",)),
        Row("kaitai_ipv4_tcp", "datagram", _KAITAI),
        Row("flat_ipv4_tcp", "bitstruct", ("bitstruct",)),
        Row("flat_ipv4_tcp", "cbitstruct", ("cbitstruct",)),
        Row("flat_ipv4_tcp", "bitstring", ("bitstring",)),
        Row("flat_ipv4_tcp", "dissect", ("dissect.cstruct",)),
        Row("caterpillar_ipv4_tcp", "datagram", ("caterpillar-py",)),
        Row("scapy_ipv4_tcp", "datagram", ("scapy",)),
        Row("dpkt_ipv4_tcp", "datagram", ("dpkt",)),
    ),
    PATTERN_DNS: (
        Row("bits_patterns", "bitstring_dns", ("bitstring",)),
        Row("bits_patterns", "bitstruct_dns", ("bitstruct",)),
        Row("bits_patterns", "cbitstruct_dns", ("cbitstruct",)),
        *_everywhere("dns"),
    ),
    PATTERN_RECORD: (Row("bits_patterns", "bitstring_record", ("bitstring",)), *_everywhere("record")),
    PATTERN_IPV4: (
        Row("bits_patterns", "bitstring_ipv4", ("bitstring",)),
        Row("bits_patterns", "bitstruct_ipv4", ("bitstruct",)),
        Row("bits_patterns", "cbitstruct_ipv4", ("cbitstruct",)),
        *_everywhere("ipv4"),
    ),
    PATTERN_PIXELS: (Row("bits_patterns", "bitstring_pixels", ("bitstring",)), *_everywhere("pixels")),
    PATTERN_CLAUSES: (Row("construct_patterns", "clauses", ("construct",)), Row("kaitai_patterns", "clauses", _KAITAI)),
}

CANNOT: dict[str, dict[str, str]] = {
    HEADER: {"dnspython": "reads a header only with its message"},
    MESSAGE: {},
    SIMPLE_MESSAGE: {
        "bitstruct, cbitstruct, bitstring": "have no sizes that are in the data",
        "dissect.cstruct": "its structures cannot say a compressed name",
    },
    DATAGRAM: {},
    PATTERN_DNS: {},
    PATTERN_RECORD: {"bitstruct, cbitstruct": "have no sizes that are in the data, and nothing else would be left of them"},
    PATTERN_IPV4: {},
    PATTERN_PIXELS: {"bitstruct, cbitstruct": "have no repetition"},
    PATTERN_CLAUSES: {"bitstruct, cbitstruct, bitstring, dissect.cstruct": "have no choice by what was read"},
}
CANNOT_BUILD: dict[str, dict[str, str]] = {
    HEADER: {"kaitaistruct": "the compiler that npm has makes readers only"},
    MESSAGE: {
        "dpkt": "does not compress names",
        "caterpillar": "compresses no names",
        "construct": "compresses no names, and derives no length from data that comes after it",
        "kaitaistruct": "the compiler that npm has makes readers only",
    },
    PATTERN_DNS: {"kaitaistruct": "the compiler that npm has makes readers only"},
}


def declarations(form: str) -> Declarations:
    """What the peers that are installed have for a format, by the names of their contenders."""
    found: Declarations = {}
    for row in ROWS[form]:
        if all(map(available, row.needs)):
            make: Callable[[], Declarations] = getattr(importlib.import_module(f"benchmarks.declared.{row.module}"), row.maker)
            found |= make()
    return found


def skipped(form: str) -> tuple[str, ...]:
    """What is not installed, of what the declarations of a format need."""
    return missing(*dict.fromkeys(key for row in ROWS[form] for key in row.needs))
