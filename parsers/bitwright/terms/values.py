"""What a term is in Python, and the one form in which each bitstring is held.

Promise: `normal` gives bytes for whatever has whole bytes, `bitstring.Bits` for other runs of bits, and everything else as it is.
An atom is a str, but `true`, `false` and `nil` are True, False and None; so a bool is an atom and never an integer.
A range is a Python range.  The package `bitstring` is imported only where bits are made.
"""

from __future__ import annotations

import functools
import sys
from typing import Any, Final, NoReturn

from bitwright.errors import Fault, MissingPackage

DEEPEST: Final = 256  # how deep terms may be nested in each other
WIDEST_BITS: Final = 1 << 22  # of an integer; the virtual machine has such a limit too


class TermFault(Fault):
    """What raises there: a wrong type, a division by zero, a number too large."""

    def __init__(self, message: str) -> None:
        super().__init__("bad-argument", 0, message)
        self.args = (message,)


def fault(message: str) -> NoReturn:
    """Refuse."""
    raise TermFault(message)


@functools.cache
def bits_class() -> Any:
    """`bitstring.Bits`; the package is the user's to install."""
    try:
        from bitstring import Bits
    except ImportError:
        raise MissingPackage("a bitstring whose length is no multiple of 8 is a bitstring.Bits: pip install 'bitwright[bits]'") from None
    return Bits


def is_bits(value: Any) -> bool:
    """Whether a value is a `bitstring.Bits`, or of a class made of it; where the package was not imported nothing is."""
    module = sys.modules.get("bitstring")
    return module is not None and isinstance(value, module.Bits)


def make_bits(number: int, size: int) -> Any:
    """The canonical bitstring of `size` bits that are this number."""
    if size % 8 == 0:
        return number.to_bytes(size // 8, "big")
    return bits_class()(uint=number, length=size)


def normal(value: Any) -> Any:
    """The canonical form of a value from outside: bytes, or `bitstring.Bits` where the length is no multiple of 8."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if is_bits(value):
        return value.tobytes() if len(value) % 8 == 0 else value if kind is bits_class() else bits_class()(value)
    if isinstance(value, int | float | str | tuple | list | dict | range):
        return value
    try:
        return bytes(memoryview(value))
    except (TypeError, ValueError, BufferError):  # no buffer, or one that was released
        return value


_PLAIN: Final = frozenset({bytes, int, float, bool, type(None), str, tuple, list, dict, range})


def is_bitstring(value: Any) -> bool:
    """Whether a value is a bitstring, in whatever form."""
    return isinstance(value, bytes | bytearray) or is_bits(value) or isinstance(normal(value), bytes)


def bit_size(value: Any) -> int:
    """The length of a bitstring in bits."""
    if type(value) is bytes:
        return 8 * len(value)
    if is_bits(value):
        return len(value)
    value = normal(value)
    return 8 * len(value) if isinstance(value, bytes) else wrong("a bitstring", value)


def number_of(value: Any) -> tuple[int, int]:
    """The bits of a bitstring as a number, and how many they are."""
    value = normal(value)
    if isinstance(value, bytes):
        return int.from_bytes(value, "big"), 8 * len(value)
    if is_bits(value):
        return int.from_bytes(value.tobytes(), "big") >> (-len(value) % 8), len(value)
    return wrong("a bitstring", value)


def is_integer(value: Any) -> bool:
    """Whether a value is an integer: an int, and no bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_atom(value: Any) -> bool:
    """Whether a value is an atom."""
    return value is None or isinstance(value, str | bool)


def atom_text(value: Any) -> str:
    """The text of an atom."""
    return value if isinstance(value, str) else "nil" if value is None else "true" if value else "false"


def is_term(value: Any, depth: int = 0) -> bool:
    """Whether a value, and everything in it, is a term."""
    if value is None or isinstance(value, int | float | str | bytes | bytearray | memoryview | range) or is_bits(value):
        return True
    if depth >= DEEPEST:
        return False
    if isinstance(value, tuple | list):
        return all(is_term(each, depth + 1) for each in value)
    if isinstance(value, dict):
        return all(is_term(key, depth + 1) and is_term(each, depth + 1) for key, each in value.items())
    return isinstance(normal(value), bytes)


def integer(value: Any) -> int:
    """An integer, or a fault."""
    return int(value) if is_integer(value) else wrong("an integer", value)


def natural(value: Any) -> int:
    """An integer that is not negative, or a fault."""
    number = integer(value)
    return number if number >= 0 else wrong("an integer that is not negative", value)


def binary(value: Any) -> bytes:
    """A bitstring of whole bytes, or a fault."""
    value = normal(value)
    return value if isinstance(value, bytes) else wrong("a binary", value)


def listed(value: Any) -> list[Any]:
    """A list, or a fault."""
    return value if isinstance(value, list) else wrong("a list", value)


def tupled(value: Any) -> tuple[Any, ...]:
    """A tuple, or a fault."""
    return value if isinstance(value, tuple) else wrong("a tuple", value)


def mapped(value: Any) -> dict[Any, Any]:
    """A map, or a fault."""
    return value if isinstance(value, dict) else wrong("a map", value)


def wrong(wanted: str, value: Any) -> NoReturn:
    """The fault for an argument of another kind."""
    from bitwright.terms.shown import shown

    raise TermFault(f"expected {wanted}, got {shown(value)}")
