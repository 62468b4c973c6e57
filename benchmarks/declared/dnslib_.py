"""dnslib: its own DNS."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
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
