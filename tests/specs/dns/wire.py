"""Messages put together byte by byte, for vectors that no builder would write."""

from __future__ import annotations

import struct


def header(questions: int = 0, answers: int = 0, authorities: int = 0, additionals: int = 0, flags: int = 0) -> bytes:
    """Twelve bytes with these counts."""
    return struct.pack(">HH4H", 0x1234, flags, questions, answers, authorities, additionals)


def question(name: bytes) -> bytes:
    """A message with one question."""
    return header(1) + name + b"\x00\x01\x00\x01"


def record(kind: int, rdata: bytes, *, owner: bytes = b"\x00", rclass: int = 1, ttl: int = 0, rdlength: int | None = None) -> bytes:
    """A record; `rdlength` may be given wrong."""
    return owner + struct.pack(">HHIH", kind, rclass, ttl, len(rdata) if rdlength is None else rdlength) + rdata


def answer(kind: int, rdlength: int, rdata: bytes) -> bytes:
    """A message with one answer, its data at byte 23."""
    return header(0, 1) + record(kind, rdata, rdlength=rdlength)


def name_of(octets: int) -> bytes:
    """A name of that many octets, the root's included."""
    whole, rest = divmod(octets - 1, 64)
    return b"\x3f".join([b"", *[b"a" * 63] * whole]) + (bytes([rest - 1]) + b"b" * (rest - 1) if rest else b"") + b"\x00"
