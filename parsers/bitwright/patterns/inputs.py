"""What a pattern is matched against: bytes, any buffer, a run of bits, or any term.

Promise: every Python value is one of these; nothing raises, since what is no bitstring only does not match one.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from bitwright.wire.bitruns import bitstring_at, bitstring_of

BitOrder: TypeAlias = Literal["msb", "lsb"]


def bits_of(data: Any, bit_order: str = "msb") -> tuple[bytes, int] | None:
    """The bytes of a bitstring, the last one filled up, and how many bits it has; None if it is none.

    A run of bits whose length is no multiple of 8 has its first bit first, whichever side of a byte `bit_order` begins on.
    """
    return bitstring_of(data, bit_order == "lsb")


def slice_of(raw: tuple[bytes, int], begin: int, bit_order: str = "msb") -> Any:
    """The bits from one on to the end: bytes, or a `bitstring.Bits` where their number is no multiple of 8."""
    data, end = raw
    return bitstring_at(data, begin, end - begin, bit_order == "lsb")
