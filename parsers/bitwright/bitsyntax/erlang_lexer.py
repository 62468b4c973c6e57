"""Erlang's text to tokens: one compiled expression, in one pass; and what literals mean.

Promise: any text whatever becomes tokens or `PatternError`, in a time that grows with its length and no faster.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from bitwright.errors import PatternError

_RESERVED: Final = (
    "after and andalso band begin bnot bor bsl bsr bxor case catch cond div else end fun if let maybe not of or orelse receive rem try "
    "when xor"
)
RESERVED: Final = frozenset(_RESERVED.split())

# The kinds of token that the groups of the expression are; an operator is its own kind, and so is a reserved word.
_GROUPS: Final = ("", "var", "atom", "op", "number", "string", "quoted", "char", "sigil", "eof", "stray")
_WORDS: Final = {word: word for word in RESERVED}
_LETTER: Final = "0-9A-Za-z_@\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff"  # Latin-1, as Erlang has it
# No group is possessive: before Python 3.11.5 such a one fails where something in it is tried again (CPython gh-106052).
_TOKEN: Final = re.compile(
    r"(?:[\x00-\x20\x80-\xa0]++|%[^\n]*+)*(?:"
    rf"([A-Z_\u00c0-\u00d6\u00d8-\u00de][{_LETTER}]*+)"
    rf"|([a-z\u00df-\u00f6\u00f8-\u00ff][{_LETTER}]*+)"
    r"|(<:=|<:-|=:=|=/=|<<|>>|<-|<=|>=|=<|==|/=|=>|:=|->|::|\|\||\+\+|--|&&|\.\.\.|\.\.|[-+*/<>=|:,;(){}\[\]#!?.])"
    r"|([0-9]+(?:_[0-9]+)*(?:#[0-9A-Za-z]*+(?:_[0-9A-Za-z]+)*|\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?)?)"
    r'|("""|"[^"\\]*+(?:\\.[^"\\]*+)*")'
    r"|('[^'\\]*+(?:\\.[^'\\]*+)*')"
    r"|(\$(?:\\(?:x\{[^}]*+\}|x[0-9a-fA-F]{2}|[0-7]{1,3}|\^.|.)|[^\\]))"
    r"|(~[bs]?+\"[^\"\\]*+(?:\\.[^\"\\]*+)*\")"
    r"|(\Z)"
    r"|(.))",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:x\{([0-9a-fA-F]*+)\}|x([0-9a-fA-F]{2})|([0-7]{1,3})|\^(.)|(.))", re.DOTALL)
_LETTERS: Final = {"b": 8, "d": 127, "e": 27, "f": 12, "n": 10, "r": 13, "s": 32, "t": 9, "v": 11}
_MOST_DIGITS: Final = 4000


class Tokens:
    """The tokens of a text, side by side: `kinds`, `texts` (as written) and `starts`; the last is of kind "eof"."""

    __slots__ = ("kinds", "starts", "text", "texts")

    def __init__(self, text: str) -> None:
        self.text = text
        if not text.isascii():
            _encodable(text)
        self.kinds: list[str] = []
        self.texts: list[str] = []
        self.starts: list[int] = []
        kinds, texts, starts, words, groups = self.kinds, self.texts, self.starts, _WORDS, _GROUPS
        for found in _TOKEN.finditer(text):
            group = found.lastindex
            assert group
            word = found[group]
            if group == 3:
                kind = word
            elif group == 2:
                kind = words.get(word, "atom")
            else:
                kind = groups[group]
                if group == 10 or word.startswith('"""'):
                    _stray(word, text, found.start(group))
            kinds.append(kind)
            texts.append(word)
            starts.append(found.start(group))
            if group == 9:
                break


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PatternError("half of a pair of UTF-16 is no character", text, error.start) from None


def number(word: str, text: str, at: int) -> int | float:
    """What a number is: `1_000`, `16#FF`, `1.5e3`."""
    digits = word.replace("_", "")
    if len(digits) > _MOST_DIGITS:
        raise PatternError(f"a number of {len(digits)} digits", text, at, f"{_MOST_DIGITS} digits are the most that are understood")
    if "." in digits:
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            raise PatternError(f"illegal float {word}", text, at, "it is beyond the largest float of 64 bits")
        return value
    base, mark, rest = digits.partition("#")
    if not mark:
        return int(digits)
    if len(base) > 2 or not 2 <= int(base) <= 36:
        raise PatternError(f"illegal base '{base}'", text, at, "a base is 2 to 36, as in 16#FF")
    try:
        return int(rest, int(base))
    except ValueError:
        raise PatternError(f"illegal integer {word}", text, at, f"behind {base}# come digits of base {base}") from None


def unquoted(word: str, text: str, at: int) -> str:
    """What a quoted text says: the characters between the quotes, escapes resolved."""
    body = word[1:-1]
    return unescaped(body, text, at + 1) if "\\" in body else body


def unescaped(body: str, text: str, at: int) -> str:
    r"""Text in which escapes are resolved: `\n`, `\x41`, `\x{1F600}`, `\101`, `\^A`; of any other character, itself."""

    def meant(found: re.Match[str]) -> str:
        braced, two, octal, control, plain = found.groups()
        if plain is not None:
            if plain == "x":
                raise PatternError("illegal escape \\x", text, at + found.start(), "write \\x41 or \\x{1F600}")
            return chr(_LETTERS[plain]) if plain in _LETTERS else plain
        if control is not None:
            return chr(ord(control) & 0x1F)
        digits = octal or two or braced
        code = int(digits, 8 if octal else 16) if digits and len(digits) < 12 else -1
        if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise PatternError(f"illegal character {found[0]}", text, at + found.start(), "write \\x{0} to \\x{10FFFF}")
        return chr(code)

    return _ESCAPE.sub(meant, body)


def character(word: str, text: str, at: int) -> int:
    r"""The number of a character as `$a` or `$\n` writes it."""
    return ord(word[1] if word[1] != "\\" else unescaped(word[1:], text, at + 1))


def _stray(word: str, text: str, at: int) -> NoReturn:
    if word.startswith('"""'):
        raise PatternError("strings in three quotes are not understood", text, at, 'write "..." and \\n for the end of a line')
    if word == '"':
        raise PatternError("the string is not closed", text, at, 'a string ends with "')
    if word == "'":
        raise PatternError("the atom is not closed", text, at, "a quoted atom ends with '")
    if word == "$":
        raise PatternError("a character is missing behind $", text, at, "write $a for the number of a; a blank is $\\s")
    if word == "^":
        raise PatternError("unexpected ^", text, at, "in Erlang a variable that is bound already is compared: write it without ^")
    if word in "&@":
        raise PatternError(f"unexpected {word}", text, at)
    if word == "~":
        raise PatternError("no sigil", text, at, 'of the sigils ~"...", ~b"..." and ~s"..." are understood')
    raise PatternError(f"illegal character {word}", text, at, "in Erlang names are of Latin letters; others are written in quotes")
