"""What a pattern is matched against: bytes, any buffer, a run of bits, or any term.

Promise: every Python value is one of these; nothing raises, since what is no bitstring only does not match one.
"""

from __future__ import annotations

import sys
from typing import Any, Literal, TypeAlias

BitOrder: TypeAlias = Literal["msb", "lsb"]

# Each byte with its bits the other way round.
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def bits_of(data: Any, bit_order: str = "msb") -> tuple[bytes, int] | None:
    """The bytes of a bitstring, the last one filled up, and how many bits it has; None if it is none.

    A run of bits whose length is no multiple of 8 has its first bit first, whichever side of a byte `bit_order` begins on.
    """
    if data.__class__ is bytes:
        return data, 8 * len(data)
    if is_bits(data):
        raw, size = data.tobytes(), len(data)
        return (raw.translate(_MIRRORED) if size % 8 and bit_order == "lsb" else raw), size
    try:
        whole = bytes(memoryview(data))
    except (TypeError, ValueError, BufferError):  # no buffer, or one that was released
        return None
    return whole, 8 * len(whole)


def is_bits(value: Any) -> bool:
    """Whether a value is a `bitstring.Bits`; asking does not import it, since nobody has one who did not."""
    package: Any = sys.modules.get("bitstring")
    return package is not None and isinstance(value, package.Bits)


def slice_of(raw: tuple[bytes, int], begin: int, bit_order: str = "msb") -> Any:
    """The bits from one on to the end: bytes, or a `bitstring.Bits` where their number is no multiple of 8."""
    data, end = raw
    if not begin % 8 and not end % 8:
        return data[begin // 8 : end // 8]
    size = end - begin
    if bit_order == "lsb":
        number = int.from_bytes(data, "little") >> begin & (1 << size) - 1
        if not size % 8:
            return number.to_bytes(size // 8, "little")
        return _bits(int.from_bytes(number.to_bytes((size + 7) // 8, "little").translate(_MIRRORED), "big") >> -size % 8, size)
    number = int.from_bytes(data, "big") >> (8 * len(data) - end) & (1 << size) - 1
    return _bits(number, size) if size % 8 else number.to_bytes(size // 8, "big")


def _bits(number: int, size: int) -> Any:
    from bitstring import Bits

    return Bits(uint=number, length=size)
