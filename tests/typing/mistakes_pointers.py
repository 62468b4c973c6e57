"""One mistake a marked line, in pointers: both checkers must report each, and nothing else."""

from __future__ import annotations

from bitwright import Struct, array, at, auto, nested, raw, text, u8, u16, when


class Item(Struct):
    value: int = u8()


class Wrong(Struct):
    offset: int = auto(u16())
    data: bytes = raw(size=2)
    a: str = at(offset, raw(size=2))  # error: assignment / reportAssignmentType
    b: list[int] = at(offset, array(Item, count=2))  # error: arg-type / reportAssignmentType
    c: int = at(data, u8())  # error: call-overload / reportArgumentType
    d: int = at(offset, u8(), base="file")  # error: call-overload / reportArgumentType
    e: int = at(offset, u8(), direction="up")  # error: call-overload / reportArgumentType
    f: int = at(offset, u8(), default="x")  # error: assignment / reportAssignmentType
    g: int = at(offset)  # error: call-overload / reportCallIssue
    h: int = when(offset != 0, at(offset, u8()))  # error: assignment / reportAssignmentType
    i: Item = at(offset, nested(Item), align="4")  # error: call-overload / reportArgumentType
    j: bytes = at(offset, text(size=2))  # error: assignment / reportAssignmentType
    k: int = at(offset=offset, inner=u8())  # error: call-overload / reportCallIssue


Wrong(data=b"ab")  # error: call-arg / reportCallIssue
