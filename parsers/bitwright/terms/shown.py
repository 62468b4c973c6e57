"""Terms as people write them, in either dialect: for messages, and for what turns numbers into text.

Promise: the text is short whatever the term, its special characters are escaped, and a float is the shortest text that reads back.
"""

from __future__ import annotations

import re
from typing import Any, Final

from bitwright.escaping import printable
from bitwright.terms.order import sorted_keys
from bitwright.terms.values import DEEPEST, atom_text, is_bits, normal

MOST_ITEMS: Final = 50
_MOST_CHARACTERS: Final = 2000
_PLAIN_ATOM: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_@]*[?!]?\Z")
_ERLANG_ATOM: Final = re.compile(r"[a-z][A-Za-z0-9_@]*\Z")
_MODULE: Final = re.compile(r"Elixir((?:\.[A-Z][A-Za-z0-9_]*)+)\Z")


def shown(value: Any, dialect: str = "elixir") -> str:
    """The term as the dialect writes it, cut where it is long."""
    text = _Writer(dialect == "erlang").text(value, 0)
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "..."


class _Writer:
    def __init__(self, erlang: bool) -> None:
        self.erlang = erlang

    def text(self, value: Any, depth: int) -> str:
        if value is None or isinstance(value, str | bool):
            return self.atom(value)
        if isinstance(value, float):
            return float_text(value)
        if isinstance(value, int):
            return integer_text(int(value))
        value = normal(value)
        if isinstance(value, bytes):
            return self.binary(value)
        if is_bits(value):
            return self.bits(value)
        if isinstance(value, tuple | list | dict):
            return "..." if depth >= min(DEEPEST, 24) else self.container(value, depth + 1)
        if isinstance(value, range):
            return _range_text(value)
        return printable(f"#{type(value).__name__}")

    def container(self, value: Any, depth: int) -> str:
        if isinstance(value, dict):
            return self.map(value, depth)
        opening, closing = "{}" if isinstance(value, tuple) else "[]"
        return opening + self.joined([self.text(each, depth) for each in value[:MOST_ITEMS]], len(value)) + closing

    def joined(self, texts: list[str], count: int) -> str:
        return ("," if self.erlang else ", ").join(texts + ["..."] * (count > MOST_ITEMS))

    def map(self, value: dict[Any, Any], depth: int) -> str:
        keys = sorted_keys(value)
        if not self.erlang and keys and all(isinstance(key, str) and _PLAIN_ATOM.match(key) for key in keys):
            pairs = [f"{key}: {self.text(value[key], depth)}" for key in keys[:MOST_ITEMS]]
        else:
            pairs = [f"{self.text(key, depth)} => {self.text(value[key], depth)}" for key in keys[:MOST_ITEMS]]
        return ("#{" if self.erlang else "%{") + self.joined(pairs, len(keys)) + "}"

    def atom(self, value: Any) -> str:
        text = atom_text(value)
        if self.erlang:
            return text if _ERLANG_ATOM.match(text) else f"'{_escaped(text, chr(39))}'"
        if not isinstance(value, str):
            return text
        module = _MODULE.match(text)
        if module:
            return module[1][1:]
        return f":{text}" if _PLAIN_ATOM.match(text) else f':"{_escaped(text, chr(34))}"'

    def binary(self, value: bytes) -> str:
        text = _printable_text(value)
        if text is not None:
            if not self.erlang:
                return f'"{_escaped(text, chr(34))}"'
            if value and all(byte < 128 for byte in value):
                return f'<<"{_escaped(text, chr(34))}">>'
        return f"<<{self.joined([str(byte) for byte in value[:MOST_ITEMS]], len(value))}>>"

    def bits(self, value: Any) -> str:
        whole, odd = value.tobytes(), len(value) % 8
        texts = [str(byte) for byte in whole[:MOST_ITEMS]]
        if len(whole) <= MOST_ITEMS:
            texts[-1] = f"{whole[-1] >> (8 - odd)}" + (f":{odd}" if self.erlang else f"::size({odd})")
        return f"<<{self.joined(texts, len(whole))}>>"


def _printable_text(value: bytes) -> str | None:
    """The text of a binary, if it is one that people can read."""
    try:
        text = value[: 4 * _MOST_CHARACTERS].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(char.isprintable() or char in _ESCAPES for char in text) else None


_ESCAPES: Final = {
    "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\b": "\\b", "\f": "\\f", "\x1b": "\\e", "\a": "\\a", "\x7f": "\\d",
    "\\": "\\\\",
}  # fmt: skip


def _escaped(text: str, quote: str) -> str:
    return printable("".join([_ESCAPES.get(char, f"\\{quote}" if char == quote else char) for char in text]))


def _range_text(value: range) -> str:
    last = value.stop - (1 if value.step > 0 else -1)
    return f"{value.start}..{last}" if value.step == 1 else f"{value.start}..{last}//{value.step}"


def integer_text(value: int) -> str:
    """An integer in decimal; one that is too wide for that in hexadecimal."""
    return str(value) if value.bit_length() < 10_000 else f"{value:#x}"


def float_text(value: float) -> str:
    """The shortest text that reads back, in whichever notation is shorter; beyond 2**53 the scientific one."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  # NaN
        return str(value)
    sign = "-" if str(value).startswith("-") else ""
    digits, exponent = _digits_of(abs(value))
    scientific = f"{digits[0]}.{digits[1:] or '0'}e{exponent}"
    if abs(value) >= 2.0**53:
        return sign + scientific
    if exponent < 0:
        plain = "0." + "0" * (-exponent - 1) + digits
    elif len(digits) <= exponent + 1:
        plain = digits + "0" * (exponent + 1 - len(digits)) + ".0"
    else:
        plain = f"{digits[: exponent + 1]}.{digits[exponent + 1 :]}"
    return sign + (plain if len(plain) <= len(scientific) else scientific)


def _digits_of(value: float) -> tuple[str, int]:
    """The significant digits, and the power of ten of the first."""
    mantissa, _, power = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) + (len(whole) - 1 if whole.strip("0") else -(len(fraction) - len(fraction.lstrip("0")) + 1))
    return (digits.rstrip("0") or "0"), exponent if digits else 0
