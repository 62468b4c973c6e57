"""What is written behind the value of a segment, to a `tree.Segment`: defaults, conflicts, what goes with what.

Promise: both dialects come through here, so that a type, a size or a unit means the same in both; where Elixir and Erlang differ,
the difference is an argument (`expected`: the type that Elixir infers from a literal).  A segment that comes out is one that a
compiler of the dialect accepts on its own; whether it may stand where it stands is for `checks`.
"""

from __future__ import annotations

import sys
from typing import Any, Final, NoReturn
from typing import Literal as OneOf

from bitwright.bitsyntax.tree import Bitstring, Expr, Literal, Segment
from bitwright.errors import PatternError

Expected = OneOf["integer", "float", "string", "bitstring"] | None

# word -> what it is a specifier of, and its value
WORDS: Final[dict[str, tuple[str, str]]] = {
    "integer": ("type", "integer"), "float": ("type", "float"), "binary": ("type", "binary"), "bytes": ("type", "binary"),
    "bitstring": ("type", "bitstring"), "bits": ("type", "bitstring"),
    "utf8": ("type", "utf8"), "utf16": ("type", "utf16"), "utf32": ("type", "utf32"),
    "signed": ("sign", "signed"), "unsigned": ("sign", "unsigned"),
    "big": ("endianness", "big"), "little": ("endianness", "little"), "native": ("endianness", "native"),
}  # fmt: skip
CODINGS: Final = ("leb128", "sleb128", "zigzag", "quic", "mqtt", "vlq")
_STRING_ADVICE: Final = "a string takes the bytes it has: leave the size out, or write its bytes as numbers"
_STRING_REFUSED: Final = (
    "literal string in bitstring supports only endianness and type specifiers, which must be one of: "
    "little, big, native, utf8, utf16, utf32, bits, bytes, binary or bitstring"
)
_PLAIN: Final = {"integer": 8, "float": 64}


class Specifiers:
    """The specifiers of one segment as they are read, in any order; `resolve` makes the segment."""

    __slots__ = ("coding", "endianness", "extended", "nonfinite", "places", "sign", "size", "size_text", "text", "type", "unit")

    def __init__(self, text: str, *, extended: bool = False) -> None:
        self.text = text
        self.extended = extended
        self.type = self.sign = self.endianness = self.coding = self.size_text = ""
        self.size: Expr | None = None
        self.unit: int | None = None
        self.nonfinite = False
        self.places: dict[str, int] = {}

    def word(self, word: str, at: int) -> None:
        """A type, a sign or a byte order."""
        found = WORDS.get(word)
        if found is None:
            self._other_word(word, at)
            return
        key, value = found
        before = getattr(self, key)
        if before and before != value:
            raise PatternError(
                f'conflicting {key} specification for bit field: "{value}" and "{before}"', self.text, at,
                f"keep one of {before} and {value}",
            )
        setattr(self, key, value)
        self.places[key] = at

    def _other_word(self, word: str, at: int) -> None:
        if word not in CODINGS and word != "nonfinite":
            unknown(word, self.text, at, extended=self.extended)
        if not self.extended:
            raise PatternError(
                f"{word} is no specifier of the dialect", self.text, at, f"{word} goes beyond the dialect: ask for it with extended=True"
            )
        if word == "nonfinite":
            self.nonfinite = True
            self.places[word] = at
            return
        if self.type and (self.type, self.coding) != ("varint", word):
            was = self.coding or self.type
            raise PatternError(
                f'conflicting type specification for bit field: "{word}" and "{was}"', self.text, at, f"keep one of {was} and {word}"
            )
        self.type, self.coding = "varint", word
        self.places["type"] = at

    def sized(self, size: Expr, written: str, at: int) -> None:
        """A size; `written` is its text, by which the same size given twice is known."""
        if self.size is not None and written != self.size_text and not _equal(self.size, size):
            raise PatternError(
                f'conflicting size specification for bit field: "{written}" and "{self.size_text}"', self.text, at, "a segment has one size"
            )
        self.size, self.size_text = size, written
        self.places["size"] = at

    def united(self, unit: int, at: int) -> None:
        """A unit."""
        if self.unit is not None and unit != self.unit:
            raise PatternError(
                f'conflicting unit specification for bit field: "{unit}" and "{self.unit}"', self.text, at, "a segment has one unit"
            )
        if not 1 <= unit <= 256:
            raise PatternError("a unit is a number from 1 to 256", self.text, at, "write the number of bits as size(...)")
        self.unit = unit
        self.places["unit"] = at

    def refuse(self, which: tuple[str, ...], at: int, message: str, advice: str) -> NoReturn:
        """Refuse the segment at the first of some specifiers that is given, else at its beginning."""
        raise PatternError(message, self.text, next((self.places[key] for key in which if key in self.places), at), advice)

    def resolve(self, value: Expr, expected: Expected, at: int, end: int) -> Segment:
        """The segment; `expected` is the type that the value itself has."""
        kind = self._type(expected, at)
        if expected == "string":
            return self._string(value, kind, at, end)
        if expected == "bitstring" and (self.size is not None or self.unit is not None):
            self.refuse(
                ("size", "unit"), at, "literal <<>> in bitstring supports only type specifiers, which must be one of: binary or bitstring",
                "leave the size out: a nested <<>> takes the bits it has",
            )  # fmt: skip
        if self.nonfinite and kind != "float":
            self.refuse(("nonfinite",), at, "nonfinite is supported only on floats", "write x::float-nonfinite")
        if kind == "integer":
            return self._number(value, "integer", at, end)
        if kind == "float":
            return self._number(value, "float", at, end)
        if kind in {"binary", "bitstring"}:
            return self._bits(value, kind, at, end)
        return self._by_content(value, kind, at, end)

    def _type(self, expected: Expected, at: int) -> str:
        kind = self.type
        if not kind:
            return "integer" if expected is None else "binary" if expected == "string" else expected
        if expected is None or kind == expected or kind in _ALLOWED[expected]:
            return kind
        own = "binary" if expected == "string" else expected
        advice = {
            "string": "a string is a binary: leave the type out, or write utf8, utf16 or utf32",
            "float": "write the number without a fraction, or leave the type out: a number with a fraction is a float",
            "integer": "a number is an integer, a float, or a code point (utf8, utf16, utf32)",
            "bitstring": "write bits or binary, or leave the type out",
        }[expected]
        raise PatternError(
            f'conflicting type specification for bit field: "{self.coding or kind}" and "{own}"', self.text, self.places["type"], advice
        )

    def _order(self) -> OneOf["big", "little"]:
        order = self.endianness
        if not order or order == "big":
            return "big"
        return "little" if order == "little" or sys.byteorder == "little" else "big"

    def _number(self, value: Expr, kind: OneOf["integer", "float"], at: int, end: int) -> Segment:
        size, unit = self.size, self.unit
        if size is None:
            if unit is not None:
                self.refuse(
                    ("unit",), at, "integer and float types require a size specifier if the unit specifier is given",
                    f"write size({unit}), or size(n)-unit({unit})",
                )  # fmt: skip
            size, unit = Literal(_PLAIN[kind], at), 1
        elif unit is None:
            unit = 1
        if kind == "float" and isinstance(size, Literal):
            self._float_size(size.value, unit, at)
        signed, ordered = self.sign == "signed", bool(self.endianness)
        return Segment(value, kind, size, unit, signed, self._order(), "", self.nonfinite, not self.type, at, end, ordered)

    def _float_size(self, size: Any, unit: int, at: int) -> None:
        if size.__class__ is int and size >= 0 and size * unit not in {16, 32, 64}:
            shown = str(size * unit) if size < 1 << 64 else "a huge number"
            message = f"float requires size*unit to be 16, 32, or 64 (default), got: {shown}"
            self.refuse(("size",), at, message, "write float-16, float-32 or float-64")

    def _unsigned(self, at: int) -> None:
        if self.sign:
            message = "signed and unsigned specifiers are supported only on integer and float types"
            self.refuse(("sign",), at, message, f"leave {self.sign} out")

    def _bits(self, value: Expr, kind: str, at: int, end: int) -> Segment:
        self._unsigned(at)
        unit = self.unit
        if kind == "bitstring":
            if unit is not None and unit != 1:
                self.refuse(
                    ("unit",), at, f'conflicting unit specification for bit field: "{unit}" and "1"',
                    f"bits are counted one by one: write binary-unit({unit}) for a length that is a multiple of {unit} bits",
                )  # fmt: skip
            unit = 1
        return Segment(value, "binary", self.size, 8 if unit is None else unit, at=at, end=end)

    def _by_content(self, value: Expr, kind: str, at: int, end: int) -> Segment:
        name = self.coding or "utf"
        if self.size is not None or self.unit is not None:
            message = f"size and unit are not supported on {name} types"
            self.refuse(("size", "unit"), at, message, "leave the size out: the content says it")
        self._unsigned(at)
        return Segment(value, kind, None, 1, order=self._order(), coding=self.coding, at=at, end=end)  # type: ignore[arg-type]  # a type

    def _string(self, value: Expr, kind: str, at: int, end: int) -> Segment:
        if self.size is not None or self.unit is not None or self.sign:
            self.refuse(("size", "unit", "sign"), at, _STRING_REFUSED, _STRING_ADVICE)
        assert isinstance(value, Literal)
        if kind.startswith("utf"):
            count = len(value.value.decode("utf-8", "replace"))
            value = Literal(encoded(value.value, kind, self._order(), self.text, at), at)
            characters: Any = count, kind
            return Segment(value, "binary", None, 8, order=self._order(), at=at, end=end, characters=characters)
        return Segment(value, "binary", None, 8, untyped=not self.type, at=at, end=end)


_ALLOWED: Final = {
    "string": frozenset({"binary", "bitstring", "utf8", "utf16", "utf32"}),
    "bitstring": frozenset({"binary", "bitstring"}),
    "integer": frozenset({"integer", "float", "utf8", "utf16", "utf32", "varint"}),
    "float": frozenset({"float"}),
}


def plain(value: Expr, expected: Expected, at: int, end: int) -> Segment:
    """The segment of a value that has nothing behind it."""
    if expected is None or expected == "integer":
        return Segment(value, "integer", Literal(8, at), untyped=True, at=at, end=end)
    if expected == "float":
        return Segment(value, "float", Literal(64, at), untyped=True, at=at, end=end)
    return Segment(value, "binary", None, 8 if expected == "string" else 1, untyped=True, at=at, end=end)


def expected_of(value: Expr) -> Expected:
    """The type that Elixir infers from a value."""
    if isinstance(value, Literal):
        known = value.value.__class__
        return "integer" if known is int else "float" if known is float else "string" if known is bytes else None
    return "bitstring" if isinstance(value, Bitstring) else None


def encoded(value: bytes, kind: str, order: str, text: str, at: int) -> bytes:
    """The bytes of a string in another encoding."""
    try:
        decoded = value.decode()
        if kind == "utf8":
            return value
        return decoded.encode(f"{kind.replace('utf', 'utf-')}-{'be' if order == 'big' else 'le'}")
    except UnicodeError:
        raise PatternError(f"the string is not valid UTF-8, so it cannot become {kind}", text, at, "write its bytes as numbers") from None


def unknown(word: str, text: str, at: int, *, extended: bool = False, lower_name: bool = True) -> NoReturn:
    """Refuse a word that is no specifier, and say what may have been meant."""
    from difflib import get_close_matches

    from bitwright.bitsyntax.advice import specifier

    known = [*WORDS, "size(n)", "unit(n)", *((*CODINGS, "nonfinite") if extended else ())]
    likely = specifier(word) or _LIKELY.get(word.lower())
    words = [likely] if likely else (get_close_matches(word.lower(), known, 1, 0.7) if len(word) < 40 else [])
    if words:
        advice = f"did you mean {words[0]}?"
    elif lower_name and len(word) < 40:
        advice = f"if {word} is a variable that holds the size, write size({word})"
    else:
        advice = f"known are {', '.join(known)}"
    shown = word if len(word) < 40 else f"{word[:37]}..."
    raise PatternError(f"unknown bitstring specifier: {shown}", text, at, advice)


_LIKELY: Final = {
    "int": "integer", "uint": "unsigned", "string": "binary", "str": "binary", "bytestring": "binary", "byte": "binary-size(1)",
    "bit": "size(1)", "bool": "size(1)", "boolean": "size(1)", "double": "float-64", "half": "float-16", "single": "float-32",
    "le": "little", "be": "big", "network": "big", "little_endian": "little", "big_endian": "big", "littleendian": "little",
    "bigendian": "big", "rest": "binary", "utf": "utf8", "utf_8": "utf8", "utf-8": "utf8", "varint": "leb128, with extended=True",
}  # fmt: skip


def _equal(one: Expr, other: Expr) -> bool:
    """Whether two sizes are the same number."""
    if not isinstance(one, Literal) or not isinstance(other, Literal):
        return False
    a, b = one.value, other.value
    return bool(a.__class__ is b.__class__ and a == b)
