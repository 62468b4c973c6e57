"""What is read at any bit, against a model that takes the input as a string of zeros and ones."""

from __future__ import annotations

import math
from typing import Any

import pytest
from bitstring import Bits
from hypothesis import given
from hypothesis import strategies as st

from bitwright.errors import Fault
from bitwright.wire.bitruns import (
    bitstring_at,
    bitstring_of,
    bytes_at,
    float_at,
    integer_at,
    number_at,
    same_at,
    size_in_bits,
    to_big,
    to_little,
    utf_at,
    utf_wanted,
    varint_at,
    varint_or_none,
)


def digits(data: bytes, lsb: bool) -> str:
    """The bits in the order in which they come."""
    return "".join(f"{byte:08b}"[::-1] if lsb else f"{byte:08b}" for byte in data)


def chunks(run: str, lsb: bool) -> list[int]:
    """The value of each run of 8 bits, the last one perhaps shorter."""
    parts = [run[at : at + 8] for at in range(0, len(run), 8)]
    return [int(part[::-1] if lsb else part, 2) for part in parts]


def model_integer(run: str, signed: bool, order: str, lsb: bool) -> int:
    if not run:
        return 0
    parts, odd = chunks(run, lsb), len(run) % 8
    widths = [8] * (len(run) // 8) + ([odd] if odd else [])
    value = 0
    for part, width in zip(parts, widths, strict=True) if order == "big" else zip(parts[::-1], widths[::-1], strict=True):
        value = value << width | part
    return value - (1 << len(run)) if signed and value >> (len(run) - 1) else value


@given(st.binary(max_size=24), st.data(), st.booleans(), st.sampled_from(["big", "little"]), st.booleans())
def test_integers(data: bytes, draw: st.DataObject, signed: bool, order: str, lsb: bool) -> None:
    at = draw.draw(st.integers(0, 8 * len(data)))
    size = draw.draw(st.integers(0, 8 * len(data) - at))
    run = digits(data, lsb)[at : at + size]
    assert integer_at(data, at, size, signed, order, lsb) == model_integer(run, signed, order, lsb)
    assert number_at(data, at, size, lsb) == (int(run[::-1] if lsb else run, 2) if run else 0)


@given(st.integers(0, 200), st.data())
def test_the_two_byte_orders_are_each_others_reverse(size: int, draw: st.DataObject) -> None:
    number = draw.draw(st.integers(0, (1 << size) - 1))
    assert to_big(to_little(number, size), size) == number


@given(st.binary(max_size=24), st.data(), st.booleans())
def test_bitstrings(data: bytes, draw: st.DataObject, lsb: bool) -> None:
    at = draw.draw(st.integers(0, 8 * len(data)))
    size = draw.draw(st.integers(0, 8 * len(data) - at))
    run = digits(data, lsb)[at : at + size]
    found = bitstring_at(data, at, size, lsb)
    assert found == (Bits(bin=run) if size % 8 else bytes(chunks(run, lsb)))
    assert type(found) is (Bits if size % 8 else bytes)
    raw, count = bitstring_of(found, lsb) or (b"", -1)
    assert (digits(raw, lsb)[:count], count) == (run, size)
    assert not set(digits(raw, lsb)[count:]) & {"1"}


@given(st.binary(min_size=1, max_size=12), st.data(), st.booleans())
def test_bytes_at_any_bit(data: bytes, draw: st.DataObject, lsb: bool) -> None:
    at = draw.draw(st.integers(0, 7))
    count = draw.draw(st.integers(0, (8 * len(data) - at) // 8))
    expected = bytes(chunks(digits(data, lsb)[at : at + 8 * count], lsb))
    assert bytes_at(data, at, count, lsb) == expected
    assert same_at(data, at, expected, lsb)
    assert not expected or not same_at(data, at, bytes([expected[0] ^ 1]) + expected[1:], lsb)


@given(st.sampled_from([16, 32, 64]), st.data(), st.sampled_from(["big", "little"]), st.integers(0, 7))
def test_floats(width: int, draw: st.DataObject, order: Any, phase: int) -> None:
    import struct

    code = {16: "e", 32: "f", 64: "d"}[width]
    value = draw.draw(st.floats(width=width))  # type: ignore[arg-type]  # one of the three
    raw = struct.pack((">" if order == "big" else "<") + code, value)
    shifted = (int.from_bytes(raw, "big") << (8 - phase)).to_bytes(len(raw) + 1, "big")
    found = float_at(shifted, phase, width, order, nonfinite=True)
    assert found is not None
    assert repr(found) == repr(value)
    assert float_at(shifted, phase, width, order) == (value if math.isfinite(value) else None)


def test_floats_of_other_sizes() -> None:
    assert float_at(b"", 0, 0, "big") == 0.0
    assert float_at(b"\0\0\0", 0, 24, "big") is None


@given(st.integers(0, 0x10FFFF).filter(lambda point: not 0xD800 <= point < 0xE000), st.integers(0, 7), st.booleans())
def test_code_points(point: int, phase: int, lsb: bool) -> None:
    for encoding, order, codec in (
        ("utf8", "big", "utf-8"), ("utf16", "big", "utf-16-be"), ("utf16", "little", "utf-16-le"), ("utf32", "big", "utf-32-be"),
        ("utf32", "little", "utf-32-le"),
    ):  # fmt: skip
        raw = chr(point).encode(codec)
        shifted = (
            (int.from_bytes(raw, "little") << phase).to_bytes(len(raw) + 1, "little")
            if lsb
            else (int.from_bytes(raw, "big") << (8 - phase)).to_bytes(len(raw) + 1, "big")
        )
        end = phase + 8 * len(raw)
        assert utf_at(shifted, phase, end, encoding, order, lsb) == (point, end)
        for cut in range(phase, end):
            assert utf_at(shifted, phase, cut, encoding, order, lsb) is None
            wanted = utf_wanted(shifted, phase, cut, encoding, order, lsb)
            assert cut - phase < wanted <= 8 * len(raw)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\x80", "utf8"), (b"\xc1\xbf", "utf8"), (b"\xe0\x80\x80", "utf8"), (b"\xed\xa0\x80", "utf8"), (b"\xf4\x90\x80\x80", "utf8"),
        (b"\xe2\x28", "utf8"), (b"\xff", "utf8"), (b"\xf8\x80", "utf8"), (b"\xde\x00", "utf16"), (b"\xd8\x3d\x00\x61", "utf16"),
        (b"\xff\xff\xff\xff", "utf32"), (b"\x00\x00\xd8\x00", "utf32"), (b"\x00\x11\x00\x00", "utf32"),
    ],
)  # fmt: skip
def test_what_more_bits_do_not_make_a_code_point(data: bytes, encoding: str) -> None:
    assert utf_at(data, 0, 8 * len(data), encoding, "big") is None
    assert utf_wanted(data, 0, 8 * len(data), encoding, "big") == 0


def test_numbers_of_variable_size() -> None:
    assert varint_at(b"\x0a\xc0\x20", 4, 24, "leb128") == (300, 20)
    assert varint_or_none(b"\x0a\xc0\x20", 4, 19, "leb128") is None
    with pytest.raises(Fault) as caught:
        varint_at(b"\xff" * 6, 4, 48, "mqtt")
    assert caught.value.code == "varint"


@pytest.mark.parametrize("value", [True, 1.0, -1, None, "a", 1 << 60, b""])
def test_what_is_no_size(value: Any) -> None:
    assert size_in_bits(value, 8) is None
    assert size_in_bits(5, 8) == 40


@pytest.mark.parametrize("value", [1, "text", None, (), [1], {}, 1.5, True])
def test_what_is_no_bitstring(value: Any) -> None:
    assert bitstring_of(value) is None


def test_every_buffer_is_a_bitstring() -> None:
    assert bitstring_of(bytearray(b"ab")) == (b"ab", 16)
    assert bitstring_of(memoryview(b"ab")) == (b"ab", 16)
    assert bitstring_of(Bits("0b101")) == (b"\xa0", 3)
