"""Erlang's external term format, as far as the terms of patterns need it: what asks the real matcher speaks it.

Promises: `decoded(encoded(term)) == term` for integers, floats, bytes, `bitstring.Bits`, str (atoms), True, False, None,
tuples, lists and dicts.  A bitstring of whole bytes comes back as bytes.  An improper list is a `ValueError`.
"""

from __future__ import annotations

import struct
from typing import Any

from bitstring import Bits

ATOMS: dict[str, Any] = {"true": True, "false": False, "nil": None}
NAMES = {True: "true", False: "false", None: "nil"}


def encoded(term: Any) -> bytes:
    """The term with the version byte in front."""
    return b"\x83" + _encoded(term)


def _encoded(term: Any) -> bytes:
    if term is None or isinstance(term, bool):
        return _atom(NAMES[term])
    match term:
        case str():
            return _atom(term)
        case int():
            return _integer(term)
        case float():
            return b"F" + struct.pack(">d", term)
        case bytes():
            return b"m" + struct.pack(">I", len(term)) + term
        case Bits():
            return _bits(term)
        case tuple():
            return b"i" + struct.pack(">I", len(term)) + b"".join(map(_encoded, term))
        case list():
            return b"l" + struct.pack(">I", len(term)) + b"".join(map(_encoded, term)) + b"j" if term else b"j"
        case dict():
            return b"t" + struct.pack(">I", len(term)) + b"".join(_encoded(k) + _encoded(v) for k, v in term.items())
        case _:
            raise TypeError(f"{term!r} is no term")


def _atom(name: str) -> bytes:
    raw = name.encode()
    return b"v" + struct.pack(">H", len(raw)) + raw


def _integer(value: int) -> bytes:
    if -(1 << 31) <= value < 1 << 31:
        return b"b" + struct.pack(">i", value)
    raw = abs(value).to_bytes((value.bit_length() + 7) // 8, "little")
    return b"o" + struct.pack(">IB", len(raw), value < 0) + raw


def _bits(bits: Bits) -> bytes:
    if len(bits) % 8 == 0:
        return _encoded(bits.tobytes())
    raw = bits.tobytes()
    return b"M" + struct.pack(">IB", len(raw), len(bits) % 8) + raw


def decoded(raw: bytes) -> Any:
    """The term; it must fill the bytes."""
    if raw[:1] != b"\x83":
        raise ValueError("no external term")
    reader = _Reader(raw)
    term = reader.term()
    if reader.at != len(raw):
        raise ValueError(f"{len(raw) - reader.at} bytes are left over")
    return term


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 1

    def take(self, size: int) -> bytes:
        self.at += size
        return self.raw[self.at - size : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def term(self) -> Any:
        match self.take(1):
            case b"a":
                return self.number(1)
            case b"b":
                return struct.unpack(">i", self.take(4))[0]
            case b"n" | b"o" as tag:
                size, negative = self.number(1 if tag == b"n" else 4), self.number(1)
                value = int.from_bytes(self.take(size), "little")
                return -value if negative else value
            case b"F":
                return struct.unpack(">d", self.take(8))[0]
            case b"d" | b"v":
                return self.atom(self.take(self.number(2)))
            case b"s" | b"w":
                return self.atom(self.take(self.number(1)))
            case tag:
                return self.compound(tag)

    def compound(self, tag: bytes) -> Any:
        match tag:
            case b"m":
                return self.take(self.number(4))
            case b"M":
                size, last = self.number(4), self.number(1)
                return Bits(hex=self.take(size).hex())[: 8 * (size - 1) + last]
            case b"h" | b"i":
                return tuple(self.term() for _ in range(self.number(1 if tag == b"h" else 4)))
            case b"j":
                return []
            case b"k":
                return list(self.take(self.number(2)))
            case b"l":
                items = [self.term() for _ in range(self.number(4))]
                if self.term() != []:
                    raise ValueError("an improper list")
                return items
            case b"t":
                return {self.term(): self.term() for _ in range(self.number(4))}
            case _:
                raise ValueError(f"tag {tag!r} is not read here")

    def atom(self, raw: bytes) -> Any:
        name = raw.decode("latin-1" if not raw.isascii() and raw[:1] > b"\xf4" else "utf-8")
        return ATOMS.get(name, name)
