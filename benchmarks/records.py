"""Other formats than DNS, to objects: IPv4 and TCP headers with options, MQTT's CONNECT, a TLS record; by each engine."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from benchmarks.declared.ours import datagram
from benchmarks.declared.table import CANNOT, declarations, skipped
from benchmarks.declared.table import DATAGRAM as FORM
from benchmarks.engines import parsers
from benchmarks.groups import IPV4_AND_TCP, MQTT_RECORD, TLS_RECORD, Group, over
from benchmarks.packets import ROOT
from bitwright import Struct
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.tcp import TCP

BATCH = 100

SEGMENT = bytes.fromhex(
    "c3500050 1a2b3c4d 00000000 a002faf0 00000000"  # a SYN
    "020405b4 0402080a 00112233 00000000 01030307"  # its options: segment size, SACK permitted, timestamps, nothing, window scale
)
DATAGRAM = bytes.fromhex("46000040 1c464000 40060000 c0a80001 c0a800c7 94040000") + SEGMENT  # with the option Router Alert


def ipv4_and_tcp_group() -> Group:
    """A datagram to its header, and what it carries to its header."""
    outer, inner = parsers(IPv4, [DATAGRAM]), parsers(TCP, [SEGMENT])
    contenders = {name: _both(outer[name], inner[name]) for name in outer.keys() & inner.keys()}
    group = _checked(IPV4_AND_TCP, contenders, DATAGRAM)
    expected = datagram(IPv4.parse(DATAGRAM), TCP.parse(SEGMENT))
    theirs = declarations(FORM)
    for name, declared in theirs.items():
        assert declared.seen(declared.parse(DATAGRAM)) == expected, name
    peers = {name: over(declared.parse, [DATAGRAM] * BATCH) for name, declared in theirs.items()}
    return dataclasses.replace(
        group, contenders={**group.contenders, **peers}, skipped=(*group.skipped, *skipped(FORM)), cannot={**group.cannot, **CANNOT[FORM]}
    )


def _both(outer: Callable[[Any], Any], inner: Callable[[Any], Any]) -> Callable[[bytes], Any]:
    def parse(data: bytes) -> tuple[Any, Any]:
        header = outer(data)
        return header, inner(header.payload)

    return parse


def mqtt_group() -> Group:
    """A client's first packet."""
    g = gallery("mqtt_connect")
    body = g.ConnectBody(
        properties=[g.Property(id=17, number=3600), g.Property(id=33, word=20), g.Property(id=38, name="region", value=b"eu")],
        client_id="sensor-0042", will=g.Will(topic="sensors/0042/state", payload=b"offline"), user_name="sensor", password=b"secret",
    )  # fmt: skip
    data = g.Connect(body=body).build()
    return _checked(MQTT_RECORD, parsers(g.Connect, [data]), data)


def tls_group() -> Group:
    """What a browser begins with, in small."""
    g = gallery("tls_client_hello")
    suites = [0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8]
    extensions = [
        g.Extension(body=g.ServerName(names=[g.HostName(name="www.example.com")])),
        g.Extension(body=g.ApplicationProtocols(protocols=[b"h2", b"http/1.1"])),
        g.Extension(type=10, body=g.OpaqueExtension(data=bytes.fromhex("0008001d001700180019"))),
        g.Extension(type=51, body=g.OpaqueExtension(data=bytes.fromhex("0024001d0020") + bytes(range(32)))),
        g.Extension(type=43, body=g.OpaqueExtension(data=bytes.fromhex("0403040303"))),
    ]
    hello = g.ClientHello(random=bytes(range(32)), session_id=bytes(32), cipher_suites=suites, extensions=extensions)
    data = g.Record(handshake=g.Handshake(hello=hello)).build()
    return _checked(TLS_RECORD, parsers(g.Record, [data]), data)


@cache
def gallery(name: str) -> ModuleType:
    """A format of `docs/gallery`."""
    spec = importlib.util.spec_from_file_location(f"gallery_{name}", ROOT / "docs" / "gallery" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _checked(name: str, contenders: dict[str, Callable[[bytes], Any]], data: bytes) -> Group:
    found = {contender: parse(data) for contender, parse in contenders.items()}
    expected = found["bitwright"]
    assert isinstance(expected[0] if isinstance(expected, tuple) else expected, Struct)
    for contender, value in found.items():
        assert (value, repr(value)) == (expected, repr(expected)), contender
    return Group(name, BATCH, {contender: over(parse, [data] * BATCH) for contender, parse in contenders.items()})


RECORD_GROUPS = (ipv4_and_tcp_group, mqtt_group, tls_group)
