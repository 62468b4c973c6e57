"""Records of fixed layout give the numbers that parsing gives; what has none is refused."""

from __future__ import annotations

import random

import pytest

from bitwright import Struct, bits, i16, pad, raw, u8, u16, u24, u32, u64
from bitwright.capture import pcap_format
from bitwright.capture.fixed import numbers_of

NAMES = ("seconds", "fraction", "captured", "original")


@pytest.mark.parametrize(
    "struct",
    [
        pcap_format.LittleRecordHeader, pcap_format.BigRecordHeader, pcap_format.LittleModifiedRecordHeader,
        pcap_format.BigModifiedRecordHeader,
    ],
)  # fmt: skip
def test_headers_of_records(struct: type[Struct]) -> None:
    unpack, chance = numbers_of(struct, NAMES), random.Random(5)
    for offset in range(20):
        data = chance.randbytes(64)
        value, _ = struct.parse_prefix(data, offset)
        assert unpack(data, offset) == tuple(getattr(value, name) for name in NAMES)


class Mixed(Struct):
    first: int = u8()
    skipped: bytes = raw(size=3)
    _gap = pad(bits=16)
    second: int = u64()
    signed: int = i16()
    third: int = u16()
    odd: int = u24()
    nibble: int = bits(4)
    low: int = bits(4)
    varying: bytes = raw(size=first)
    behind: int = u32()


def test_what_lies_between_is_passed_over() -> None:
    data = bytes(range(40))
    value, _ = Mixed.parse_prefix(data)
    assert numbers_of(Mixed, ("first", "second", "third"))(data, 0) == (value.first, value.second, value.third)


@pytest.mark.parametrize("names", [("signed",), ("odd",), ("low",), ("behind",), ("second", "first"), ("absent",)])
def test_what_is_no_plain_number_at_a_fixed_place_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(TypeError):
        numbers_of(Mixed, names)
