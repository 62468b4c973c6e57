"""What is often meant where a text cannot be read: the hints below the caret.

Promise: advice alone, never part of what a text means; "" where nothing likely is known.
"""

from __future__ import annotations

import re
from typing import Final

OPERATORS: Final = frozenset(
    ("and", "or", "in", "when", "==", "!=", "===", "!==", "<", "<=", ">=", "+", "-", "*", "/", "<>", "&&&", "|||", "=")
)
_RESERVED: Final = frozenset(("and", "or", "not", "in", "do", "end", "else", "when", "fn", "after", "catch", "rescue"))
_OTHERWISE: Final = {
    "&": "the bits of two numbers are joined by &&&, conditions by and",
    "|": "the bits of two numbers are joined by |||, conditions by or",
    "%": "the remainder of a division is rem(a, b)",
    ".": "a name has no dots",
    "key": "a type and a size follow ::, as in x::8",
}
_GUARDS: Final = frozenset(("if", "where", "unless"))
_WIDTH: Final = re.compile(r"(uint|u|unsigned|int|i|sint|s|signed|float|f|bytes|binary|bits)_?(\d{1,4})_?(le|be|)")
_MEANT: Final = {
    "u": "", "i": "signed-", "s": "signed-", "f": "float-", "bytes": "binary-size", "binary": "binary-size", "bits": "bits-size",
    "uint": "", "unsigned": "", "int": "signed-", "sint": "signed-", "signed": "signed-", "float": "float-",
}  # fmt: skip


def elixir(kind: str, before: str, word: str, first: bool) -> str:
    """For a token that cannot stand where it does, and the one before it."""
    if kind == "eof" and before != ">>>":
        if first:
            return "write a pattern, as in <<x::8, rest::binary>>"
        return f"what stands right of {before} is missing" if before in OPERATORS else "the text ends too early: is >>, ) or end missing?"
    if {kind, before} & {"<<<", ">>>"}:
        return "<<< and >>> are operators: write a space between << and <, > and >>"
    if before == "::" and kind in {">>", ","}:
        return "a type or a size is missing behind ::"
    if kind == "," and before in {",", "<<", "[", "{"}:
        return "is there a comma too many?"
    if kind in _RESERVED and before in {"<<", ",", "^", "("}:
        return f"{kind} is a word of the language, so it names no variable: write {kind}_"
    if kind == "::" and before == "not":
        return "not is a word of the language, so it names no variable: write not_"
    if word in _GUARDS:
        return "a guard begins with when"
    if kind == "id" and before in {"id", "number", "string", ")"}:
        return "is a comma missing?"
    return _OTHERWISE.get(kind, "")


def alias(name: str) -> str:
    """For a name with a capital letter where a value stands."""
    if re.fullmatch("[0-9A-F]+", name):
        return f"a number in hex is written 0x{name}, a variable begins with a small letter"
    return f"a variable begins with a small letter: {name[0].lower()}{name[1:]}; Erlang's are read with dialect=\"erlang\""


def specifier(word: str) -> str:
    """What a word such as uint16le is in this language; "" if it is no such word."""
    found = _WIDTH.fullmatch(word.lower())
    if found is None:
        return ""
    kind, width, order = found.groups()
    meant = _MEANT[kind]
    if meant.endswith("size"):
        return f"{meant}({width})"
    return f"{meant}{width}{'-little' if order == 'le' else ''}"


_ERLANG: Final = {
    "::": 'in Erlang a size stands behind : and a type behind /, as in X:16/little; Elixir\'s form is read with dialect="elixir"',
    "=>": "greater or equal is >=",
    "<=": "less or equal is =<",
    "!": "unequal is =/=, or /= for numbers of any type",
    ".": "a pattern has no full stop",
    "?": "macros are not understood: write what the macro stands for",
    "/": "types are joined by -, as in X:16/little-signed",
    "*": "a size that is computed stands in parentheses, as in X:(N * 8)",
    "+": "a size that is computed stands in parentheses, as in X:(N + 1)",
    "(": "a size is a number, a variable or an expression in parentheses, as in X:16 or X:(N * 8)",
}


def erlang(kind: str, before: str, word: str, first: bool) -> str:
    """The same for Erlang."""
    if kind == "eof":
        return "write a pattern, as in <<X:8, Rest/binary>>" if first else "the text ends too early: is >>, ) or } missing?"
    if before in ("=<", ">=") or kind in ("=<", ">="):
        return "is a blank missing between = and << or >>?"
    if word in _GUARDS:
        return "a guard begins with when"
    if kind in ("==", "=:=", "/=", "=/=", "<", ">"):
        return "and, or bind tighter than a comparison: write andalso, orelse, or parentheses around each"
    if before == "/" and kind == "number":
        return "a size stands behind : and before the types, as in X:8/little"
    if before == "number" and re.fullmatch("x[0-9a-fA-F]+", word):
        return f"a number in hex is written 16#{word[1:]}"
    if kind in (",", ">>") and before in (",", "<<"):
        return "is there a comma too many?" if (kind, before) != (">>", "<<") else ""
    if kind in ("var", "number", "atom", "string", "char") and before in ("var", "number", "atom", "string", ")"):
        return "is a comma missing?"
    return _ERLANG.get(kind, "")
