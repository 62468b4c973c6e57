"""Members of enumerations out of machine code: the very objects that the enumeration's table has, whatever their number."""

from __future__ import annotations

import enum
import sys

import pytest

from bitwright import OpenEnum, Struct, array, u8, u16, u32
from bitwright.enums import table_of


class Code(OpenEnum):
    FIRST = 0
    SECOND = 1
    FORTIETH = 40
    LAST_OF_A_BYTE = 255
    LARGE = 4096


class Scarce(enum.IntEnum):
    LARGE = 70_000


class Empty(OpenEnum):
    pass


class Codes(Struct):
    short: Code = u8(Code)
    scarce: Scarce = u32(Scarce)
    empty: Empty = u16(Empty)
    codes: list[Code] = array(u16(Code))


NUMBERS = (0, 1, 2, 39, 40, 41, 254, 255, 256, 257, 4095, 4096, 4097, 65_535)


def message(short: int, scarce: int, empty: int) -> bytes:
    return b"".join((bytes([short]), scarce.to_bytes(4, "big"), empty.to_bytes(2, "big"), *(one.to_bytes(2, "big") for one in NUMBERS)))


@pytest.mark.parametrize("engine", ["python", "llvm"])
@pytest.mark.parametrize(("short", "scarce", "empty"), [(0, 0, 0), (40, 70_000, 1), (255, 69_999, 255), (7, 0xFFFFFFFF, 65_535)])
def test_members_are_those_of_the_table(engine: str, short: int, scarce: int, empty: int) -> None:
    if engine == "llvm":
        pytest.importorskip("llvmlite")
    value = Codes.codec(engine).parse(message(short, scarce, empty))
    assert value.short is table_of(Code)[short]
    assert value.scarce == scarce
    assert type(value.scarce) is (Scarce if scarce == 70_000 else int)
    assert value.empty is table_of(Empty)[empty]
    assert all(one is table_of(Code)[number] for one, number in zip(value.codes, NUMBERS, strict=True))
    assert [one.name for one in value.codes[:3]] == ["FIRST", "SECOND", None]


def test_references_to_members_are_given_back() -> None:
    pytest.importorskip("llvmlite")
    parse = Codes.codec("llvm").message_parser()
    data, members = message(40, 70_000, 9), [Code.FIRST, Code.FORTIETH, Code.LARGE, table_of(Code)[41], Scarce.LARGE, table_of(Empty)[9]]
    parse(data)
    before = [sys.getrefcount(member) for member in members]
    for _ in range(1000):
        parse(data)
    assert [sys.getrefcount(member) for member in members] == before
