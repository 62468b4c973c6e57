"""Odd values that are to be written: taken or refused by machine code as by every other engine, in the same words."""

from __future__ import annotations

import gc
import math
import struct
from array import array as vector
from typing import Any

import pytest

from bitwright import IPv4Address, Struct, auto, f16, f32, f64, raw, u8, varint
from bitwright.wire.varints import KINDS, bounds_of_varint, write_varint
from bitwright_specs.dns import Header, Opcode
from tests.backends.test_machine_code_build import ENGINES, HEADER, Many, Note, Number, Quiet, Words, many, method, outcome

# --- numbers and other values ---------------------------------------------------------------------


class Loud(int):
    def __int__(self) -> int:
        return 3


class Index:
    def __index__(self) -> int:
        return 3


class Content(bytes):
    """Bytes that are some."""


class Items(list):  # type: ignore[type-arg]
    """A list that is one."""


NUMBERS = (
    0, 1, 3, -1, 127, 128, -128, -129, 255, 256, 1 << 62, 1 << 63, (1 << 63) - 1, -(1 << 63), -(1 << 63) - 1, (1 << 64) - 1, 1 << 64,
    1 << 200,
)  # fmt: skip
VALUES: tuple[Any, ...] = (*NUMBERS, True, False, Loud(7), Quiet(7), Opcode.STATUS, Opcode(9), Index(), 3.0, "3", b"3", None, [])


@pytest.mark.parametrize("field", ["kind", "last", "spare", "small", "least", "most", "code", "count"])
def test_numbers_are_taken_as_by_every_engine(field: str) -> None:
    for value in VALUES:
        message = many(**{field: value})
        found = [outcome(Many.codec(engine).build, message) for engine in ENGINES]
        assert found[2] == found[1] == found[0], (field, value)


OTHERS: dict[str, tuple[Any, ...]] = {
    "address": (IPv4Address("10.0.0.1"), "10.0.0.1", b"\1\2\3\4", b"\1\2\3", 5, None, "nonsense", Content(b"\1\2\3\4")),
    "numbers": ([Number(value=1)], (Number(value=1),), Items([Number(value=1)]), {}, "ab", None, [1], [Note(said="x")], iter([])),
    "part": (Number(value=1), Note(said="x"), Note(said=Words("x")), Header.parse(HEADER), None, Note(said="\ud800")),
    "body": (b"ab", bytearray(b"ab"), memoryview(b"ab"), memoryview(b"abcd")[::2], vector("H", [1, 2]), Content(b"ab"), "ab", 3, None, [1]),
}


@pytest.mark.parametrize("field", OTHERS)
def test_other_values_are_taken_as_by_every_engine(field: str) -> None:
    for value in OTHERS[field]:
        message = many(**{field: value})
        found = [outcome(Many.codec(engine).build, message) for engine in ENGINES]
        assert found[2] == found[1] == found[0], (field, value)


def test_code_that_runs_while_a_message_is_taken_apart() -> None:
    """What was taken is held, whoever lets go of it meanwhile."""

    class Changing(int):
        def __int__(self) -> int:
            message.address = IPv4Address("10.0.0.1")
            message.numbers.clear()
            message.part = Number(value=9)
            message.body = b"changed"
            gc.collect()
            return 4

    def fresh() -> Many:
        return many(most=Changing(), address=IPv4Address("192.0.2.7"), numbers=[Number(value=1), Number(value=2)], body=bytes(600))

    found = []
    for engine in ("python", "llvm"):
        message = fresh()
        found.append(outcome(Many.codec(engine).build, message))
    assert found[0] == found[1]


def test_a_list_that_grows_while_it_is_gone_through() -> None:
    class Growing(int):
        def __int__(self) -> int:
            if len(message.numbers) < 4:
                message.numbers.append(Number(value=8))
            return 1

    found = []
    for engine in ("python", "llvm"):
        message = many(numbers=[Number(value=Growing(1))])
        found.append(outcome(Many.codec(engine).build, message))
    assert found[0] == found[1]


class Real(Struct):
    """Floats of each width."""

    half: float = f16(default=0.0)
    single: float = f32(default=0.0)
    double: float = f64(default=0.0)


class Fraction(float):
    """A float that is one."""


EDGES = (
    0.0, 1.0, 0.1, 1e-45, 7e-46, 1e-40, 2.0**-149, 2.0**-150, 2.0**-151, 65504.0, 65520.0, 5e-324, 1e39, 1.7976931348623157e308, math.inf,
)  # fmt: skip
LARGEST = 3.4028234663852886e38  # of 32 bits; what is less than half a step above it is still near to it
NANS = ("7ff8000000000000", "7ff0000000000001", "fff0000020000000", "7ff8000040000001", "fff8000000000000", "7ff000001fffffff")
REALS: tuple[Any, ...] = (
    *EDGES, *(-each for each in EDGES), LARGEST, 3.4028235677973362e38, 3.4028235677973366e38, 3, 1 << 2000, True, Fraction(0.3), "1", None,
    *(struct.unpack(">d", bytes.fromhex(each))[0] for each in NANS),
)  # fmt: skip


@pytest.mark.parametrize("field", ["half", "single", "double"])
def test_floats_are_taken_as_by_every_engine(field: str) -> None:
    for value in REALS:
        message = Real(**{field: value})
        found = [outcome(Real.codec(engine).build, message) for engine in ENGINES]
        assert found[2] == found[1] == found[0], (field, value)


# --- numbers of variable size --------------------------------------------------------------------


@pytest.mark.parametrize("coding", sorted(KINDS))
def test_numbers_of_variable_size(coding: Any) -> None:
    low, high = bounds_of_varint(coding, KINDS[coding][0])
    edges = {0, low, high} | {sign * (1 << bit) + more for bit in range(64) for sign in (1, -1) for more in (-1, 0, 1)}

    class One(Struct):
        before: int = u8(default=0)
        value: int = varint(coding)

    class Counted(Struct):
        length: int = auto(varint("leb128" if KINDS[coding][1] else coding))
        body: bytes = raw(size=length)

    for number in sorted(edges):
        message = One(value=number)
        assert outcome(method(One), message) == outcome(One.codec("interp").build, message), number
        if low <= number <= high:
            assert method(One)(message) == b"\0" + write_varint(number, coding)
    for size in (0, 1, 63, 64, 127, 128, 300, 16384):
        counted = Counted(body=bytes(size))
        assert method(Counted)(counted) == Counted.codec("interp").build(counted)
