"""Class 8: overflow, sign and shift.  Numbers are exact whatever their width; engines agree in value, error and place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bitwright import Struct, array, bits, i64, raw, select, u8, u16, u32, u64
from tests.engines.agreement import agreed

EDGES = [0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]


class Sums(Struct):
    """Sizes from sums, differences and products of the widest numbers."""

    a: int = u64()
    b: int = u64()
    c: int = i64()
    total = a + b
    difference = a - b
    product = (a >> 32) * (b >> 32)
    first: bytes = raw(size=select(total > 20, total % 7, total))
    second: bytes = raw(size=difference + c)
    third: bytes = raw(size=product)


class Shifts(Struct):
    """Sizes from shifts and masks."""

    a: int = u32()
    n: int = bits(4)
    m: int = bits(12, signed=True)
    body: bytes = raw(size=(a << n) >> 20)
    more: list[int] = array(u8(), count=m // 16 + (a & 3))
    rest_of_it: bytes = raw(size=(a ^ 0xFFFF) & 0x0F)
    last: int = u16()


@settings(max_examples=300, deadline=None)
@given(st.tuples(*[st.sampled_from(EDGES)] * 3), st.binary(max_size=48))
def test_widest_numbers(numbers: tuple[int, ...], tail: bytes) -> None:
    data = b"".join(number.to_bytes(8, "big") for number in numbers) + tail
    agreed(Sums, "parse_prefix", data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EDGES[:14]), st.integers(0, 0xFFFF), st.binary(max_size=64))
def test_shifts(a: int, word: int, tail: bytes) -> None:
    agreed(Shifts, "parse_prefix", a.to_bytes(4, "big") + word.to_bytes(2, "big") + tail)


def test_a_sum_of_the_widest_numbers_does_not_wrap() -> None:
    data = (2**64 - 1).to_bytes(8, "big") + (1).to_bytes(8, "big") + (2**64 - (2**64 - 2)).to_bytes(8, "big", signed=True)
    error = agreed(Sums, "parse_prefix", data + bytes(8)).problem
    assert (error.code, error.path, error.needed) == ("truncated", "second", 2**64 - 2 + 2)
