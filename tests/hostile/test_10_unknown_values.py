"""Class 10: unknown numbers of enumerations and reserved bits: kept, told where that is asked for, and written back."""

from __future__ import annotations

import enum
from typing import Any

import pytest

from bitwright import OpenEnum, Struct, bits, flag, pad, reserved, u16
from tests.engines.agreement import ENGINES, agreed


class Colour(OpenEnum):
    """A few of 65,536."""

    RED = 1
    GREEN = 300


class Closed(enum.IntEnum):
    """Two of sixteen."""

    ON = 1
    OFF = 2


class Wide(Struct):
    """An enumeration of 16 bits."""

    colour: Colour = u16(Colour)


class Narrow(Struct):
    """Enumerations and reserved bits inside bytes."""

    state: Closed = bits(4, Closed)
    colour: Colour = bits(5, Colour)
    spare: int = reserved(6)
    last: bool = flag()


def test_all_numbers_of_16_bits_come_back() -> None:
    codec = Wide.codec("python")
    for number in range(1 << 16):
        data = number.to_bytes(2, "big")
        value = codec.parse(data)
        assert value.colour == number
        assert isinstance(value.colour, Colour)
        assert codec.build(value) == data
    assert repr(Wide.parse(b"\0\7").colour) != repr(Wide.parse(b"\0\1").colour)


@pytest.mark.parametrize("high", range(16))
def test_all_numbers_of_a_struct_of_bits(high: int) -> None:
    for low in range(0, 1 << 12, 7):
        data = (high << 12 | low).to_bytes(2, "big")
        found = agreed(Narrow, "parse", data)
        assert found.ok
        assert agreed(Narrow, "build", found.value).value == data
        codes = {finding.code for finding in agreed(Narrow, "check", data).value[1]}
        spare = low >> 1 & 0x3F
        assert codes == ({"enum-unknown"} if high not in (1, 2) else set()) | ({"reserved-bits"} if spare else set())
        assert agreed(Narrow, "parse", data, strict=True).ok == (not codes)


class Open(OpenEnum):
    """One number of however many there are."""

    ONE = 1


def of_bits(width: int, kind: type[enum.IntEnum]) -> type[Struct]:
    """An enumeration of so many bits behind one other, and what fills the last byte."""

    class Held(Struct):
        before: int = bits(1)
        number: int = bits(width, kind)  # type: ignore[type-var,arg-type,unused-ignore]  # of either kind
        _after = pad(bits=-(width + 1) % 8) if (width + 1) % 8 else None

    return Held


@pytest.mark.parametrize("kind", [Open, Closed], ids=["open", "closed"])
@pytest.mark.parametrize("width", range(2, 17))
def test_all_numbers_of_every_width_come_back(width: int, kind: Any) -> None:
    """On every engine; the interpreter is asked about fewer where there are many."""
    struct, size = of_bits(width, kind), -(-(width + 1) // 8)
    for engine in ENGINES:
        codec = struct.codec(engine)
        for number in range(0, 1 << width, 13 if engine == "interp" and width > 10 else 1):
            data = (number << 8 * size - width - 1).to_bytes(size, "big")
            value = codec.parse(data)
            assert value.number == number
            assert codec.build(value) == data
            if number % 97 == 3:
                found = codec.check(data)[1]
                known = kind is Closed and number in {1, 2}
                assert [finding.code for finding in found] == ([] if kind is Open or known else ["enum-unknown"])
