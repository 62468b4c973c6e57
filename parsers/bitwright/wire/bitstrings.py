"""Runs of bits as `bitstring.Bits`, and as text; the package itself is the user's to import.

Promise: bit i of a value is the i-th bit on the wire, counted from the side of each byte that the format says.  The text is
what JSON has: "0x" and hexadecimal digits where the number of bits is a multiple of four, else "0b" and binary ones.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal, Protocol

Order = Literal["big", "little"]  # little: of each byte the least significant bit comes first

# Each byte with its bits the other way round.
_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_TEXT: Final = re.compile(r"0x([0-9a-fA-F]*)|0b([01]*)")

INSTALL: Final = "pip install 'bitwright[bits]'"


class BitString(Protocol):
    """Statically what `bitstring.Bits` is, for checkers that need not find the package."""

    def tobytes(self) -> bytes:
        """The bits as bytes, the last one filled up with zeros."""
        ...

    def __len__(self) -> int:
        """The number of bits."""
        ...


def is_bits(as_type: Any) -> bool:
    """Whether a type is `bitstring.Bits`; asking does not import it."""
    return isinstance(as_type, type) and as_type.__name__ == "Bits" and as_type.__module__.partition(".")[0] == "bitstring"


def advice() -> str:
    """How to have more than 64 bits, and how to get the package where it is missing."""
    import importlib.util

    missing = importlib.util.find_spec("bitstring") is None
    return f"bits(n, Bits) with `from bitstring import Bits`{f' ({INSTALL})' if missing else ''}"


def _straight(raw: bytes, order: str) -> bytes:
    return raw.translate(_MIRRORED) if order == "little" else raw


def bits_at(raw: bytes, count: int, phase: int, order: str, as_type: Any) -> Any:
    """`count` bits of `raw` from bit `phase` of its first byte on."""
    return as_type(hex=_straight(raw, order).hex())[phase : phase + count] if raw else as_type()


def text_at(raw: bytes, count: int, phase: int, order: str) -> str:
    """The same as text."""
    whole = int.from_bytes(_straight(raw, order), "big")
    number = whole >> (8 * len(raw) - phase - count) & (1 << count) - 1
    if count % 4:
        return f"0b{number:0{count}b}"
    return f"0x{number:0{count // 4}x}" if count else "0x"


def spare_bits(raw: bytes, count: int, order: str) -> int:
    """What lies in `raw` behind its first `count` bits, in less than a byte."""
    gap = 8 * len(raw) - count
    if not gap:
        return 0
    return raw[-1] >> (8 - gap) if order == "little" else raw[-1] & (1 << gap) - 1


def number_of_bits(value: BitString, order: str) -> int:
    """The number that writes these bits: its most, or in little endian its least significant bit is the first."""
    raw = _straight(value.tobytes(), order)
    return int.from_bytes(raw, "little") if order == "little" else int.from_bytes(raw, "big") >> (-len(value) % 8)


def as_bits(value: Any, as_type: Any) -> Any:
    """The value as exactly of the class; TypeError if it is no bit string."""
    if type(value) is as_type:
        return value
    if isinstance(value, as_type):
        return as_type(value)
    raise TypeError


def text_of_bits(value: Any) -> str:
    """The text of a value."""
    return f"0b{value.bin}" if len(value) % 4 else f"0x{value.hex}"


def bits_of_text(text: str, as_type: Any) -> Any:
    """The value of a text; ValueError if it is none."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError("takes 0x and hexadecimal digits, or 0b and binary ones")
    digits = found[1] if found[1] is not None else found[2]
    if not digits:
        return as_type()
    return as_type(hex=digits) if found[1] is not None else as_type(bin=digits)
