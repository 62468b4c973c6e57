"""Floats keep every bit: of 16 and 32 bits all patterns or many, infinities, zeros with a sign, NaN with any payload."""

from __future__ import annotations

import json
import math
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitwright import BuildError, DeclarationError, Struct, array, auto, bits, check, f16, f32, f64, flag, nested, pad, u8, when
from bitwright.wire.floats import bits_of_float, float_of_bits, float_of_plain, plain_float
from tests.engines.agreement import agreed, built


def test_every_float_of_16_bits_survives() -> None:
    for number in range(1 << 16):
        value = float_of_bits(number, 16)
        assert bits_of_float(value, 16) == number
        if not math.isnan(value):
            assert value == struct.unpack(">e", number.to_bytes(2, "big"))[0]
        else:
            assert number & 0x7C00 == 0x7C00
            assert number & 0x3FF


SPECIAL_32 = (
    0, 1 << 31, 0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0xFF80_0001, 0x7FC0_0000, 0x7FFF_FFFF, 0xFFFF_FFFF, 1, 0x007F_FFFF, 0x0080_0000,
)  # fmt: skip


def test_floats_of_32_bits_survive() -> None:
    rng = random.Random(32)
    for number in (*SPECIAL_32, *(rng.getrandbits(32) for _ in range(20_000)), *(0x7F80_0000 | rng.getrandbits(23) for _ in range(2_000))):
        value = float_of_bits(number, 32)
        assert bits_of_float(value, 32) == number
        if not math.isnan(value):
            assert value == struct.unpack(">f", number.to_bytes(4, "big"))[0]


@given(st.integers(0, (1 << 64) - 1))
def test_floats_of_64_bits_survive(number: int) -> None:
    assert bits_of_float(float_of_bits(number, 64), 64) == number
    assert bits_of_float(float_of_plain(json.loads(json.dumps(plain_float(float_of_bits(number, 64))))), 64) == number


def test_a_payload_that_is_too_long_keeps_its_high_end() -> None:
    low = float_of_bits(0x7FF0_0000_0000_0001, 64)  # nothing of it would be left, so that it would become infinity
    assert bits_of_float(low, 32) == 0x7FC0_0000
    assert bits_of_float(low, 16) == 0x7E00
    assert bits_of_float(float_of_bits(0xFFF4_0000_0000_0003, 64), 32) == 0xFFA0_0000


class Sample(Struct):
    """Each width in each order, at a byte and inside one."""

    half: float = f16()
    single: float = f32(endian="little")
    double: float = f64(default=0.5)
    swap: bool = flag()
    at_bit_1: float = f32(endian=swap)
    at_bit_33: float = f64(endian="little")
    rest: int = bits(7)


def test_a_struct_of_floats() -> None:
    message = Sample(half=-0.0, single=math.inf, double=-1.5, swap=True, at_bit_1=1.0, at_bit_33=-2.0, rest=1)
    data = built(message)
    assert data[:14] == struct.pack(">e", -0.0) + struct.pack("<f", math.inf) + struct.pack(">d", -1.5)
    number = int.from_bytes(data[14:], "big")
    assert (number >> 71 & 0xFFFF_FFFF).to_bytes(4, "big") == struct.pack("<f", 1.0)
    assert (number >> 7 & (1 << 64) - 1).to_bytes(8, "big") == struct.pack("<d", -2.0)
    assert math.copysign(1.0, Sample.parse(data).half) == -1.0
    for end in range(len(data)):
        assert agreed(Sample, "parse", data[:end]).problem.code == "truncated"


class Low(Struct, bit_order="lsb"):
    a: int = bits(5)
    value: float = f32()
    _gap = pad(bits=3)


def test_a_float_from_the_lowest_bit() -> None:
    (number,) = struct.unpack("<I", struct.pack("<f", 0.15625))
    assert built(Low(a=3, value=0.15625)) == (3 | number << 5).to_bytes(5, "little")


@pytest.mark.parametrize("number", SPECIAL_32)
def test_the_bits_of_any_value_survive_a_message(number: int, engine: str) -> None:
    class One(Struct):
        value: float = f32()

    data, codec = number.to_bytes(4, "big"), One.codec(engine)
    found = codec.parse(data)
    assert codec.build(found) == data
    assert codec.build(One.from_json(found.to_json())) == data
    assert codec.build(found.resolved()) == data
    assert codec.parse_layer(data, plain=True)[0] == found.to_dict()


class Many(Struct):
    count: int = auto(u8())
    values: list[float] = array(f16(), count=count)
    has_more: bool = auto(flag())
    _gap = pad(bits=7)
    more: float | None = when(has_more, f64())
    inner: Low = nested(Low)
    check(count < 200, "few")


def test_floats_in_lists_and_where_they_may_be_absent() -> None:
    message = Many(values=[1.0, 65504.0, -0.0], more=0.1, inner=Low(a=0, value=1e30 * 0 + 2.0))
    assert Many.parse(built(message)).more == 0.1
    assert built(Many(values=[], inner=Low(a=0, value=0))) == bytes(7)


def test_what_is_built_is_the_nearest() -> None:
    class One(Struct):
        value: float = f32()

    assert One(value=0.1).resolved().value == struct.unpack("<f", struct.pack("<f", 0.1))[0]
    assert One.parse(One(value=3).build()).value == 3.0
    assert One(value=3).to_dict() == {"value": 3}


@pytest.mark.parametrize(
    ("value", "code"), [(1e300, "range"), (10**400, "range"), ("1.0", "type"), (None, "type"), (b"\0" * 4, "type"), (1j, "type")]
)  # fmt: skip
def test_what_is_no_float_of_32_bits(value: object, code: str) -> None:
    class One(Struct):
        value: float = f32()

    found = agreed(One, "build", One(value=value))  # type: ignore[arg-type]  # that is the test
    assert (found.problem.code, found.problem.path) == (code, "value")
    with pytest.raises(BuildError):
        One(value=value).resolved()  # type: ignore[arg-type]


@pytest.mark.parametrize("plain", ["infinity", "nan:1", "nan:0000000000000000", "1.5", "nan:zzzzzzzzzzzzzzzz", True, None, [], {}])
def test_json_that_is_no_float(plain: object) -> None:
    with pytest.raises(ValueError, match="value"):
        Low.from_dict({"a": 1, "value": plain})


def test_defaults_that_do_not_fit() -> None:
    with pytest.raises(DeclarationError, match="too large for a float of 16 bits"):

        class TooLarge(Struct):
            value: float = f16(default=1e6)

    with pytest.raises(DeclarationError, match="default='1' is not float"):

        class Text(Struct):
            value: float = f16(default="1")  # type: ignore[arg-type]


def test_a_float_is_no_size() -> None:
    from bitwright import raw

    with pytest.raises(DeclarationError, match="`value` is not a number but a float"):

        class Sized(Struct):
            value: float = f32()
            body: bytes = raw(size=value)  # type: ignore[arg-type]
