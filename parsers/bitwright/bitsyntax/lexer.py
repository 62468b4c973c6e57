"""Elixir's text to tokens: one compiled expression, in one pass.

Promise: any text whatever becomes tokens or `PatternError`, in a time that grows with its length and no faster.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from bitwright.errors import PatternError

# The kinds of token that the groups of the expression are; an operator is its own kind, and so is a word with a meaning.
_GROUPS: Final = ("", "id", "key", "op", "number", "string", "charlist", "character", "atom", "sigil", "alias", "eof", "stray")
_WORDS: Final = {
    word: word for word in ("when", "and", "or", "not", "in", "do", "end", "else", "true", "false", "nil", "fn", "after", "catch", "rescue")
}
_BLANK: Final = r"[ \t\r\n]*+(?:#[^\n]*+[ \t\r\n]*+)*"
# No group is possessive: before Python 3.11.5 such a one fails where something in it is tried again (CPython gh-106052).
_TOKEN: Final = re.compile(
    _BLANK + r"(?:"
    r"([^\W\dA-Z]\w*+(?:[?!](?!=))?)(?:(:)(?=\s))?"
    r"|(<<<|>>>|<<~|~>>|<~>|<\|>|<:=|===|!==|&&&|\|\|\||\^\^\^|~~~|\+\+\+|---|\.\.\.|"
    r"<<|>>|::|<-|<>|<=|>=|==|!=|=~|=>|->|&&|\|\||\|>|\+\+|--|\*\*|\.\.|//|\\\\|~>|<~|[-+*/<>=|,;(){}\[\]%^!&.@])"
    r"|([0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?|(?!\.[0-9]))(?!\w)"
    r"|0x[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*(?!\w)|0b[01]+(?:_[01]+)*(?!\w)|0o[0-7]+(?:_[0-7]+)*(?!\w))"
    r'|("""[ \t]*+\r?\n(?:[^"\\]++|\\.|"(?!""))*"""|"[^"\\]*+(?:\\.[^"\\]*+)*"(?::(?=\s))?)'
    r"|('[^'\\]*+(?:\\.[^'\\]*+)*'(?::(?=\s))?)"
    r"|(\?(?:\\.|[^\\]))"
    r"""|(:(?:[^\W\d]\w*+(?:@\w*+)*[?!]?|"[^"\\]*+(?:\\.[^"\\]*+)*"|'[^'\\]*+(?:\\.[^'\\]*+)*'|[-+*/<>=|^!&.~]+|%\{\}|\{\}))"""
    r"""|(~[scSC](?:"[^"\\]*+(?:\\.[^"\\]*+)*"|'[^'\\]*+(?:\\.[^'\\]*+)*'|\([^)\\]*+(?:\\.[^)\\]*+)*\)"""
    r"|\[[^\]\\]*+(?:\\.[^\]\\]*+)*\]|\{[^}\\]*+(?:\\.[^}\\]*+)*\}|<[^>\\]*+(?:\\.[^>\\]*+)*>"
    r"|/[^/\\]*+(?:\\.[^/\\]*+)*/|\|[^|\\]*+(?:\\.[^|\\]*+)*\|))"
    r"|([A-Z]\w*+(?::(?=\s))?)"
    r"|(\Z)"
    r"|(.))",
    re.DOTALL,
)

_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")  # characters that turn the direction of what is shown


class Tokens:
    """The tokens of a text, side by side: `kinds`, `texts` (as written) and `starts`; the last is of kind "eof"."""

    __slots__ = ("kinds", "several_lines", "starts", "text", "texts")

    def __init__(self, text: str, begin: int = 0, end: int | None = None) -> None:
        self.text = text
        self.several_lines = "\n" in text
        self.kinds: list[str] = []
        self.texts: list[str] = []
        self.starts: list[int] = []
        if not text.isascii() and (turn := _TURNS.search(text)):
            advice = f"what is shown is not what is read; write \\u{ord(turn[0]):04X}"
            raise PatternError("invalid bidirectional formatting character", text, turn.start(), advice)
        kinds, texts, starts, words, groups = self.kinds, self.texts, self.starts, _WORDS, _GROUPS
        for found in _TOKEN.finditer(text, begin, len(text) if end is None else end):
            group = found.lastindex
            assert group
            if group == 3:
                word = kind = found[3]
            elif group == 1:
                word = found[1]
                kind = words.get(word, "id")
                if not word.isascii():
                    self._name(word, found.start(1))
            elif group == 2:
                word, kind, group = found[1], "key", 1
            else:
                word = found[group]
                kind = groups[group]
                if kind == "stray":
                    self._stray(word, found.start(group))
            kinds.append(kind)
            texts.append(word)
            starts.append(found.start(group))
            if kind == "eof":
                break

    def _name(self, word: str, at: int) -> None:
        import unicodedata

        if not word.rstrip("?!").isidentifier() or word[0].isupper() or unicodedata.normalize("NFC", word) != word:
            raise PatternError(
                f"{word} is no name", self.text, at,
                "a name begins with a small letter or _, and consists of letters, digits and _ (normalized as NFC)",
            )  # fmt: skip

    def _stray(self, character: str, at: int) -> NoReturn:
        text = self.text
        if character in "\"'":
            raise PatternError(f"the string is not closed: missing terminator {character}", text, at)
        if character.isdigit():
            raise PatternError(
                "no number", text, at, "numbers are written 10, 1_000, 0xFF, 0b101, 0o17, 1.5, 1.0e10; a name cannot begin with a digit"
            )
        if character == ":":
            advice = "a type and a size follow ::, as in x::binary-size(2); Erlang's way of writing is dialect=\"erlang\""
            raise PatternError("unexpected :", text, at, advice)
        if character == "?":
            raise PatternError("a character is missing behind ?", text, at, r"write ?a for the number of a; a space is ?\s")
        if character == "~":
            raise PatternError("of all sigils only ~s and ~c are understood", text, at, 'write "..." for a string and [...] for a list')
        raise PatternError(f"unexpected {character}", text, at)
