"""Zones as TOML: an origin, times to live, a SOA, and records by name and type.

    origin = "example."
    ttl = 3600

    [soa]
    mname = "ns1"
    rname = "hostmaster"
    serial = 2026010100
    refresh = 7200
    retry = 900
    expire = 1209600
    minimum = 300

    [records."@"]
    NS = ["ns1", "ns2"]
    MX = "10 mail"

    [records.www]
    ttl = 60
    A = ["192.0.2.1", "192.0.2.2"]

A record is the text that a master file would have, or a table of its fields; of the types that are text alone (TXT), a string is
one text as it stands.  Promise: what is wrong is a `ZoneError` that names the file and the place in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bitwright_specs.dns.domains import absolute
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.nodes import ZoneError
from bitwright_specs.dns.presentation import data_of, data_of_fields, made
from bitwright_specs.dns.presentation_forms import type_of
from bitwright_specs.dns.rdata import RData
from bitwright_specs.dns.record import Record
from bitwright_specs.dns.zone import Zone

_STRING: Final = 255  # bytes of one string of a text (RFC 1035, section 3.3)
_TEXTS: Final = frozenset({Type.TXT, Type.SPF, Type.AVC, Type.NINFO, Type.RESINFO, Type.WALLET, Type.CLA})
_KNOWN: Final = ("origin", "ttl", "soa", "records")


def read_zone(path: str | Path) -> Zone:
    """The zone in a file; ZoneError with the file and the place if it is none, OSError if it cannot be read."""
    try:
        return zone_of(Path(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ZoneError(f"{path}: is no UTF-8: {error}") from None
    except ZoneError as error:
        raise ZoneError(f"{path}: {error}") from None


def zone_of(text: str) -> Zone:
    """The zone that a text in TOML describes; ZoneError with the place if it does not."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ZoneError(f"is no TOML: {error}") from None
    for key in plain:
        if key not in _KNOWN:
            raise ZoneError(f"{key}: means nothing here; there are {', '.join(_KNOWN)}")
    try:
        origin = absolute(_wanted(plain, "origin", str))
    except ValueError as error:
        raise ZoneError(f"origin: {error}") from None
    ttl = _ttl(plain.get("ttl", 3600), "ttl")
    soa = _data(Type.SOA, _wanted(plain, "soa", dict), "soa", origin)
    return Zone(origin, [Record(name=origin, ttl=ttl, rdata=soa), *_records(_wanted(plain, "records", dict), origin, ttl)])


def _wanted(plain: dict[str, Any], key: str, kind: type) -> Any:
    if key not in plain:
        raise ZoneError(f"{key}: is missing")
    if not isinstance(plain[key], kind):
        raise ZoneError(f"{key}: has to be a {'table' if kind is dict else 'text'}")
    return plain[key]


def _ttl(value: Any, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise ZoneError(f"{place}: {value!r} is no time to live: seconds, at most {(1 << 31) - 1} (RFC 2181, section 8)")
    return value


def _records(tables: dict[str, Any], origin: str, ttl: int) -> Iterator[Record]:
    for text, table in tables.items():
        place = f'records."{text}"'
        try:
            name = absolute(text, origin)
        except ValueError as error:
            raise ZoneError(f"{place}: {error}") from None
        if not isinstance(table, dict):
            raise ZoneError(f"{place}: has to be a table of record types")
        times = table.get("ttl", ttl)
        several = times if isinstance(times, dict) else {}
        usual = ttl if isinstance(times, dict) else _ttl(times, f"{place}.ttl")
        own = {_type(key, f"{place}.ttl"): _ttl(value, f"{place}.ttl.{key}") for key, value in several.items()}
        for key, value in table.items():
            if key != "ttl":
                kind = _type(key, place, value)
                yield from _of_type(name, kind, own.get(kind, usual), value, f"{place}.{key}", origin)


def _type(key: str, place: str, value: Any = None) -> Type:
    try:
        return type_of(key)
    except ValueError as error:
        hint = '; a name with dots is quoted: [records."a.b"]' if isinstance(value, dict) else ""
        raise ZoneError(f"{place}.{key}: {error}{hint}") from None


def _of_type(name: str, kind: Type, ttl: int, value: Any, place: str, origin: str) -> Iterator[Record]:
    """The records of one name and type: one value, or a list of them."""
    several = isinstance(value, list)
    for index, each in enumerate(value if several else [value]):
        data = _data(kind, each, f"{place}[{index}]" if several else place, origin)
        yield Record(name=name, type=kind, ttl=ttl, rdata=data)


def _data(kind: Type, value: Any, place: str, origin: str) -> RData:
    if not isinstance(value, str | dict):
        raise ZoneError(f"{place}: {value!r} is no record: that is a text or a table of its fields")
    try:
        if isinstance(value, dict):
            return data_of_fields(kind, value, origin)
        if kind in _TEXTS and not value.startswith(('"', "\\#")):
            whole = value.encode()
            pieces = [whole[start : start + _STRING] for start in range(0, len(whole), _STRING)]
            return made(kind, {"strings": pieces or [b""]})
        return data_of(kind, value, origin)
    except ValueError as error:
        raise ZoneError(f"{place}: {error}") from None
