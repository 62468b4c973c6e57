"""Fields as annotations alone: no report is expected anywhere in this file."""

from __future__ import annotations

from typing import assert_type

from bitwright import OpenEnum, Struct, auto, raw, u8
from bitwright.aliases import F32, I16, U3, U4, U16, Flag


class Opcode(OpenEnum):
    QUERY = 0


class Header(Struct):
    id: U16
    qr: Flag = False
    opcode: U4[Opcode] = Opcode.QUERY
    z: U3 = 0
    ratio: F32
    delta: I16 = -5
    size: int = auto(u8())
    body: bytes = raw(size=size + z)


def use(header: Header) -> None:
    """What the fields are, statically."""
    assert_type(header.id, int)
    assert_type(header.qr, bool)
    assert_type(header.opcode, Opcode)
    assert_type(header.ratio, float)
    Header(id=1, ratio=0.5, body=b"")
