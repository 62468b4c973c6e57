"""Numbers, characters and strings of Elixir: from what is written to its value.

Promise: a number of any size is read in a time that hardly grows faster than its length; a string is the bytes that Elixir makes of it.
"""

from __future__ import annotations

import re
from typing import Final

from bitwright.errors import PatternError

MOST_DIGITS: Final = 100_000
_PIECE: Final = 4000  # digits that Python reads at once: it refuses more than 4300
_SIMPLE: Final = {
    "0": "\0", "a": "\a", "b": "\b", "d": "\x7f", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "s": " ", "t": "\t", "v": "\v",
}  # fmt: skip
_BRACE: Final = re.compile("[{}]")
_ESCAPE: Final = re.compile(r"\\(x\{[0-9a-fA-F]*\}|x[0-9a-fA-F]{0,2}|u\{[0-9a-fA-F]*\}|u[0-9a-fA-F]{0,4}|\r\n|.)|#\{", re.DOTALL)


def number(written: str, text: str, at: int) -> int | float:
    """An integer or a float, as Elixir writes it."""
    plain = written.replace("_", "")
    if plain[:2] in {"0x", "0b", "0o"}:
        if len(plain) > MOST_DIGITS:
            raise PatternError(f"a number of more than {MOST_DIGITS} digits", text, at)
        return int(plain[2:], {"x": 16, "b": 2, "o": 8}[plain[1]])
    if "." not in plain:
        return decimal(plain, text, at)
    value = float(plain)
    if value == float("inf"):
        raise PatternError(f"invalid float number {written[:40]}", text, at, "the largest float is 1.7976931348623157e308")
    return value


def decimal(digits: str, text: str, at: int) -> int:
    """An integer written in decimal digits."""
    if len(digits) <= _PIECE:
        return int(digits)
    if len(digits) > MOST_DIGITS:
        raise PatternError(f"a number of more than {MOST_DIGITS} digits", text, at, "a long number is shorter as 0x...")
    return _joined(digits)


def _joined(digits: str) -> int:
    if len(digits) <= _PIECE:
        return int(digits)
    low = len(digits) // 2
    power: int = 10**low
    return _joined(digits[:-low]) * power + _joined(digits[-low:])


def character(written: str) -> int:
    r"""The number of `?a` or `?\n`."""
    return ord(written[1] if written[1] != "\\" else _SIMPLE.get(written[2], written[2]))


def string(written: str, text: str, at: int) -> bytes:
    """The bytes of a string, whose quotes are part of `written`: no UTF-8 where an escape says a byte by its number."""
    found = parts(written, text, at)
    for part in found:
        if not isinstance(part, bytes):
            raise PatternError("#{} cannot stand here", text, part[0] - 2)
    return b"".join(part for part in found if isinstance(part, bytes))


def parts(written: str, text: str, at: int) -> list[bytes | tuple[int, int]]:
    """What a string consists of: bytes, and where in the text stands what `#{...}` puts between them."""
    inner, begin = written[1:-1], at + 1
    if written.startswith('"""') and len(written) > 6:
        inner, begin = _heredoc(written[3:-3], text, at), -1
    elif written[0] == "~":
        inner, begin = written[3:-1], at + 3
        if written[1] in "SC":
            return [_utf8(inner, text, at)]
    if "\\" not in inner and "#{" not in inner:
        return [_utf8(inner, text, at)]
    found: list[bytes | tuple[int, int]] = []
    position = 0
    for match in _ESCAPE.finditer(inner):
        if match.start() < position:
            continue  # within what stands in #{}
        found.append(_utf8(inner[position : match.start()], text, at))
        position = match.end()
        escape = match[1]
        if escape is None:
            position = _closing(inner, position, text, at if begin < 0 else begin + match.start(), known=begin >= 0)
            found.append((begin + match.end(), begin + position - 1))
        elif escape not in {"\n", "\r\n"}:
            value = _unescaped(escape, text, at if begin < 0 else begin + match.start())
            found.append(bytes([ord(value)]) if escape[0] == "x" and ord(value) < 256 else _utf8(value, text, at))
    found.append(_utf8(inner[position:], text, at))
    return found


def _closing(inner: str, position: int, text: str, at: int, *, known: bool) -> int:
    """The place behind the brace that closes `#{`."""
    level = 1
    for found in _BRACE.finditer(inner, position):
        level += 1 if found[0] == "{" else -1
        if level == 0 and known:
            return found.end()
    raise PatternError("#{ is not closed" if known else "#{} cannot stand in a heredoc", text, at, 'join the parts with <>, as in "a" <> b')


def _heredoc(inner: str, text: str, at: int) -> str:
    """The lines of a heredoc without the indentation that its end has."""
    body, _, indentation = inner[inner.index("\n") + 1 :].rpartition("\n")
    if indentation.strip():
        raise PatternError('the """ that ends a heredoc stands on a line of its own', text, at)
    if not indentation:
        return f"{body}\n" if body or inner.count("\n") > 1 else ""
    return "".join(f"{_outdented(line, len(indentation))}\n" for line in body.split("\n"))


def _outdented(line: str, width: int) -> str:
    return line[min(width, len(line) - len(line.lstrip(" \t"))) :]


def _utf8(part: str, text: str, at: int) -> bytes:
    try:
        return part.encode()
    except UnicodeEncodeError:
        raise PatternError("a lone surrogate is no character", text, at, "write its bytes as numbers") from None


def _unescaped(escape: str, text: str, at: int) -> str:
    first = escape[0]
    if first not in "xu":
        return _SIMPLE.get(escape, escape)
    digits = escape[1:].strip("{}")
    braces = escape[1:2] == "{"
    if not digits or (not braces and first == "u" and len(digits) != 4) or (braces and len(digits) > 6):
        wanted = r"\xHH" if first == "x" else r"\uHHHH or \u{H...}, with one to six digits"
        raise PatternError("invalid escape", text, at, f"write {wanted}")
    code = int(digits, 16)
    if code > 0x10FFFF or (0xD800 <= code <= 0xDFFF and (first == "u" or braces)):
        raise PatternError(f"invalid or reserved Unicode code point \\u{{{digits}}}", text, at)
    return chr(code)
