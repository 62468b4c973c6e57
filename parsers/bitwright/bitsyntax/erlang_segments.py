"""What stands behind `:` and `/` in a segment of Erlang: to one `Segment`, every default filled in.

Promise: what Erlang's compiler refuses is refused, and what it accepts means here what it means there, strings included: a string
is its characters, each a segment of the type and the size that stand behind it.
"""

from __future__ import annotations

import dataclasses
import sys
from typing import Any, Final

import msgspec

from bitwright.bitsyntax.tree import Expr, Literal, Segment, SegmentType
from bitwright.errors import PatternError

_UNSIZED: Final = ("utf8", "utf16", "utf32")
_TYPES: Final[dict[str, SegmentType]] = {
    "integer": "integer", "float": "float", "binary": "binary", "utf8": "utf8", "utf16": "utf16", "utf32": "utf32",
}  # fmt: skip
_PLAIN: Final = {"integer": 8, "float": 64}
# word -> what it says: about what, which value, and the unit that comes with it
_WORDS: Final[dict[str, tuple[str, str, int]]] = {
    "integer": ("type", "integer", 0),
    "float": ("type", "float", 0),
    "binary": ("type", "binary", 0),
    "bytes": ("type", "binary", 8),
    "bitstring": ("type", "binary", 1),
    "bits": ("type", "binary", 1),
    "utf8": ("type", "utf8", 0),
    "utf16": ("type", "utf16", 0),
    "utf32": ("type", "utf32", 0),
    "signed": ("sign", "signed", 0),
    "unsigned": ("sign", "unsigned", 0),
    "big": ("endianness", "big", 0),
    "little": ("endianness", "little", 0),
    "native": ("endianness", "native", 0),
}
_EXTENSIONS: Final[dict[str, tuple[str, str, int]]] = {
    **{word: ("type", word, 0) for word in ("leb128", "sleb128", "zigzag", "quic", "mqtt", "vlq")},
    "nonfinite": ("nonfinite", "nonfinite", 0),
}


@dataclasses.dataclass(slots=True)
class Written:
    """A segment as its author wrote it: `string` instead of a value where it is one; `words` behind `/`, with their number (`unit:8`)."""

    value: Expr | None
    string: str
    size: Expr | None
    words: list[tuple[str, int | None, int]]
    at: int
    end: int


def resolved(written: Written, text: str, *, pattern: bool, extended: bool) -> list[Segment]:
    """The segments that a written one stands for: one, but of a string as many as it has characters, or one of all its bytes."""
    says: dict[str, str] = {}
    unit = 0
    for word, number, at in written.words:
        about, value, own_unit = _word(word, number, text, at, extended)
        if about == "unit":
            own_unit = int(value)
        elif says.setdefault(about, value) != value:
            raise PatternError(f"conflict in {about} specification: {value} and {says[about]}", text, at, "one of them has to go")
        if own_unit and unit and own_unit != unit:
            raise PatternError(f"conflict in unit specification: {own_unit} and {unit}", text, at, _UNIT_ADVICE)
        unit = own_unit or unit
    if written.value is None:
        return _string(written, says, unit, text, pattern)
    return [_segment(written, written.value, says, unit, text)]


_UNIT_ADVICE: Final = "bytes has the unit 8, bits and bitstring have the unit 1; for another write binary-unit:16"


def _word(word: str, number: int | None, text: str, at: int, extended: bool) -> tuple[str, str, int]:
    if number is not None:
        if word != "unit" or not 1 <= number <= 256:
            advice = "a unit is 1 to 256" if word == "unit" else "a size stands before /, as in X:8/little" if word == "size" else ""
            raise PatternError(f"bit type {word}:{number} undefined", text, at, advice)
        return "unit", str(number), 0
    found = _WORDS.get(word)
    if found is None and word in _EXTENSIONS:
        if not extended:
            raise PatternError(f"Erlang has no {word}", text, at, f"with extended=True {word} is understood")
        found = _EXTENSIONS[word]
    if found is None:
        raise PatternError(f"bit type {word} undefined", text, at, f"there are {', '.join(_WORDS)} and unit:8")
    return found


def _segment(written: Written, value: Expr, says: dict[str, str], unit: int, text: str) -> Segment:
    kind = says.get("type", "integer")
    size, at = written.size, written.at
    order = says.get("endianness", "big")
    coding = ""
    segment_type = _TYPES.get(kind, "varint")
    if kind in _PLAIN:
        if unit and size is None:
            raise PatternError("a unit without a size", text, at, "write the size before it, as in X:4/unit:8")
        size, unit = size or Literal(_PLAIN[kind], at), unit or 1
    elif kind == "binary":
        unit = unit or 8
    else:
        if size is not None or unit:
            raise PatternError(f"neither size nor unit may be given to {kind}", text, at, "what stands there says how long it is")
        unit, coding = 1, kind if segment_type == "varint" else ""
    if "nonfinite" in says and kind != "float":
        raise PatternError("nonfinite is for floats", text, at, "write X/float-nonfinite")
    return Segment(
        value,
        segment_type,
        size,
        unit,
        says.get("sign") == "signed",
        "little" if order == "little" or (order == "native" and sys.byteorder == "little") else "big",
        coding,
        "nonfinite" in says,
        "type" not in says,
        at,
        written.end,
        "endianness" in says,
    )


def _string(written: Written, says: dict[str, str], unit: int, text: str, pattern: bool) -> list[Segment]:
    kind = says.get("type", "integer")
    plain = not says and not unit and written.size is None
    if pattern and not plain and (kind not in _UNSIZED or written.size is not None):
        advice = "in a pattern it may have utf8, utf16 or utf32 and an endianness, nothing else"
        raise PatternError("a literal string in a binary pattern must not have a type or a size", text, written.at, advice)
    characters = written.string
    model = _segment(written, Literal(0, written.at), says, unit, text)
    if kind in _UNSIZED:
        order = "le" if model.order == "little" else "be"
        encoded = characters.encode("utf-8" if kind == "utf8" else f"utf-{kind[3:]}-{order}")
    elif plain and (not pattern or all(character < "\u0100" for character in characters)):
        encoded = bytes(ord(character) & 0xFF for character in characters)
    else:
        return [msgspec.structs.replace(model, value=Literal(ord(character), written.at)) for character in characters]
    if not encoded:
        return []
    counted: Any = (len(characters), kind) if kind in _UNSIZED else None
    value = Literal(encoded, written.at)
    return [Segment(value, "binary", unit=8, order=model.order, untyped=plain, at=written.at, end=written.end, characters=counted)]
