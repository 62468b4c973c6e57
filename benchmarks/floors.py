"""What CPython allows: the same work written by hand in C for one format, making the very objects that bitwright makes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from benchmarks.floor.building import built, compiler
from bitwright import IPv4Address, IPv6Address
from bitwright.backends.llvm.dict_layout import KEYS, PLACEHOLDER, first_value
from bitwright.enums import table_of
from bitwright.wire.timestamps import table_of_times, timestamp_type
from bitwright_specs import dns
from bitwright_specs.dns import apl, bitmap, dnssec_enums, edns_enums, enums, opt, svcb

Work = Callable[[Any], Any]
Functions = dict[str, Work]

_CLASSES = (
    dns.Message, dns.Question, dns.Record, opt.Option, svcb.SvcParam, bitmap.TypeWindow, IPv4Address, IPv6Address,
)  # fmt: skip
_ENUMS = (
    enums.Type, enums.Class, enums.Opcode, enums.Rcode, dnssec_enums.Algorithm, dnssec_enums.DigestType, dnssec_enums.Nsec3Hash,
    apl.AddressFamily, edns_enums.OptionCode, edns_enums.ExtendedErrorCode, svcb.SvcParamKey,
)  # fmt: skip


@cache
def header_floor() -> Functions:
    """`parse` and `build` of a DNS header; nothing where no C compiler is."""
    if compiler() is None:
        return {}
    floor = built("header")
    opcodes, rcodes = (tuple(table_of(members)[number] for number in range(16)) for members in (dns.Opcode, dns.Rcode))
    floor.setup(dns.Header, opcodes, rcodes)
    return {"parse": floor.parse, "build": floor.build}


@cache
def message_floor() -> Functions:
    """`parse` and `build` of a DNS message; nothing where no C compiler is."""
    if compiler() is None:
        return {}
    floor = built("message")
    unions = (dns.RData, opt.OptionValue, svcb.SvcParamValue)
    classes = {made.__name__: made for made in _with_arms(unions)} | {made.__name__: made for made in _CLASSES}
    tables: dict[str, Any] = {members.__name__: table_of(members) for members in _ENUMS}
    floor.setup(classes, {**tables, "timestamps": table_of_times(timestamp_type("s", "unix"))})
    return {"parse": floor.parse, "build": floor.build}


@cache
def pattern_floor(names: tuple[str, ...]) -> Functions:
    """`match` of the reference pattern, whose names these are; nothing where no C compiler is."""
    if compiler() is None:
        return {}
    floor = built("pattern")
    template: dict[str, Any] = dict.fromkeys(names, PLACEHOLDER)
    first = first_value(template)
    floor.setup(template, KEYS, -1 if first is None else first)
    return {"match": floor.match}


@cache
def walk_floor() -> Any:
    """The walk over a capture, which makes no objects; None where no C compiler is."""
    return None if compiler() is None else built("walk")


def _with_arms(classes: tuple[type, ...]) -> list[type]:
    return [found for one in classes for found in (one, *_with_arms(tuple(one.__subclasses__())))]
