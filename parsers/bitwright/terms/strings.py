"""`String.*`: functions on UTF-8 in binaries.

Promise: bytes that are no UTF-8 go through unchanged, one character each; characters are grapheme clusters where Elixir counts those.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from bitwright.terms.numbers import integer_of_text, text_of_integer
from bitwright.terms.shown import float_text
from bitwright.terms.values import DEEPEST, WIDEST_BITS, atom_text, binary, fault, integer, is_atom, is_integer, listed, natural, wrong

_STRAY: Final = "surrogateescape"  # how a byte that is no UTF-8 is held in a str


def text(value: Any) -> str:
    """The characters of a binary."""
    return binary(value).decode("utf-8", _STRAY)


def bytes_of(value: str) -> bytes:
    """The binary of characters."""
    return value.encode("utf-8", _STRAY)


# --- graphemes ---------------------------------------------------------------------------------

_JOINER, _PICTURES = "\u200d", ((0x2190, 0x2BFF), (0x3030, 0x303D), (0x1F000, 0x1FAFF))
_HANGUL: Final = {
    "L": ((0x1100, 0x115F), (0xA960, 0xA97C)), "V": ((0x1160, 0x11A7), (0xD7B0, 0xD7C6)), "T": ((0x11A8, 0x11FF), (0xD7CB, 0xD7FB)),
}  # fmt: skip


def _syllable(char: str) -> str:
    code = ord(char)
    if 0xAC00 <= code <= 0xD7A3:
        return "LV" if (code - 0xAC00) % 28 == 0 else "LVT"
    return next((kind for kind, spans in _HANGUL.items() if any(low <= code <= high for low, high in spans)), "")


def _extends(char: str) -> bool:
    code = ord(char)
    if code < 0x300:
        return False
    return char == _JOINER or unicodedata.category(char) in ("Mn", "Me", "Mc") or char == "\u200c" or 0x1F3FB <= code <= 0x1F3FF


def _picture(char: str) -> bool:
    return any(low <= ord(char) <= high for low, high in _PICTURES) or char in "\xa9\xae\u203c\u2049\u2122\u2139"


def _regional(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


_FOLLOWERS: Final = {"L": ("L", "V", "LV", "LVT"), "LV": ("V", "T"), "V": ("V", "T"), "LVT": ("T",), "T": ("T",)}


def _goes_on(cluster: str, char: str) -> bool:
    """Whether a character belongs to the cluster before it."""
    last = cluster[-1]
    if last == "\r":
        return char == "\n"
    if unicodedata.category(last) in ("Cc", "Zl", "Zp", "Cs") or unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs"):
        return False
    if _extends(char):
        return True
    if last == _JOINER and _picture(char):
        return any(map(_picture, cluster))
    if _regional(last) and _regional(char):
        return sum(map(_regional, cluster)) % 2 == 1
    return _syllable(char) in _FOLLOWERS.get(_syllable(last), ())


def clusters(value: Any) -> list[str]:
    """The grapheme clusters of a binary."""
    chars = text(value)
    if chars.isascii() and "\r" not in chars:
        return list(chars)
    found: list[str] = []
    for char in chars:
        if found and _goes_on(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def length(value: Any) -> int:
    """`String.length`."""
    return len(clusters(value))


def graphemes(value: Any) -> list[bytes]:
    """`String.graphemes`."""
    return [bytes_of(each) for each in clusters(value)]


def codepoints(value: Any) -> list[bytes]:
    """`String.codepoints`."""
    return [bytes_of(each) for each in text(value)]


def reverse(value: Any) -> bytes:
    """`String.reverse`."""
    return bytes_of("".join(reversed(clusters(value))))


def at(value: Any, position: Any) -> bytes | None:
    """`String.at`."""
    found, position = clusters(value), integer(position)
    return bytes_of(found[position]) if -len(found) <= position < len(found) else None


def first(value: Any) -> bytes | None:
    """`String.first`."""
    return at(value, 0)


def last(value: Any) -> bytes | None:
    """`String.last`."""
    return at(value, -1)


def slice_(value: Any, start: Any, count: Any = None) -> bytes:
    """`String.slice(value, start, count)` and `String.slice(value, range)`."""
    found = clusters(value)
    return bytes_of("".join(part(found, start, count)))


def part(found: list[Any], start: Any, count: Any = None) -> list[Any]:
    """What `slice` takes of a list: from a place, or over a range; a place before the beginning is the beginning."""
    if isinstance(start, range) and count is None:
        if start.step < 1:
            fault("the step of a range that is sliced must be positive")
        end = start.stop if start.stop > 0 else len(found) + start.stop  # the last is one before; -1 is that of the list
        return found[_place(found, start.start) : end : start.step] if end > 0 else []
    begin = _place(found, integer(start))
    return found[begin : begin + natural(count)]


def _place(found: list[Any], at: int) -> int:
    return at if at >= 0 else max(len(found) + at, 0)


# --- case, space, parts ------------------------------------------------------------------------


def upcase(value: Any) -> bytes:
    """`String.upcase`."""
    return bytes_of(text(value).upper())


def downcase(value: Any) -> bytes:
    """`String.downcase`: each character by itself."""
    chars = text(value)
    return bytes_of(chars.lower() if chars.isascii() else "".join([char.lower() for char in chars]))


def capitalize(value: Any) -> bytes:
    """`String.capitalize`."""
    chars = text(value)
    return bytes_of(chars[:1].title()) + downcase(bytes_of(chars[1:]))


_SPACE: Final = "\t\n\v\f\r \x85\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\xa0"


def trim(value: Any, what: Any = None) -> bytes:
    """`String.trim`."""
    return trim_trailing(trim_leading(value, what), what)


def trim_leading(value: Any, what: Any = None) -> bytes:
    """`String.trim_leading`: of white space, or of one string as often as it stands there."""
    if what is None:
        return bytes_of(text(value).lstrip(_SPACE))
    rest, unit = binary(value), _some(what)
    while rest.startswith(unit):
        rest = rest[len(unit) :]
    return rest


def trim_trailing(value: Any, what: Any = None) -> bytes:
    """`String.trim_trailing`."""
    if what is None:
        return bytes_of(text(value).rstrip(_SPACE))
    rest, unit = binary(value), _some(what)
    while rest.endswith(unit):
        rest = rest[: -len(unit)]
    return rest


def _some(value: Any) -> bytes:
    return binary(value) or fault("expected a string that is not empty")


def _several(value: Any) -> list[bytes]:
    return [binary(each) for each in value] if isinstance(value, list) else [binary(value)]


def starts_with(value: Any, what: Any) -> bool:
    """`String.starts_with?`."""
    return binary(value).startswith(tuple(_several(what)))


def ends_with(value: Any, what: Any) -> bool:
    """`String.ends_with?`."""
    return binary(value).endswith(tuple(_several(what)))


def contains(value: Any, what: Any) -> bool:
    """`String.contains?`."""
    value = binary(value)
    return any(each in value for each in _several(what))


def replace(value: Any, what: Any, by: Any) -> bytes:
    """`String.replace`, of every occurrence of a string."""
    whole, unit, other = binary(value), _some(what), binary(by)
    if len(whole) + whole.count(unit) * (len(other) - len(unit)) > WIDEST_BITS:
        fault("the string would be too large")
    return whole.replace(unit, other)


def split(value: Any, what: Any = None) -> list[bytes]:
    """`String.split`: at white space, or at a string."""
    if what is None:
        return [bytes_of(each) for each in text(value).split()]
    if what == b"":
        return [b"", *graphemes(value), b""]
    return binary(value).split(_some(what)) if not isinstance(what, list) else _split_at_any(binary(value), [_some(w) for w in what])


def _split_at_any(value: bytes, what: list[bytes]) -> list[bytes]:
    import re

    return re.split(b"|".join([re.escape(each) for each in sorted(what, key=len, reverse=True)]), value) if what else [value]


def duplicate(value: Any, count: Any) -> bytes:
    """`String.duplicate`."""
    whole, times = binary(value), natural(count)
    return b"" if not whole else whole * times if len(whole) * times <= WIDEST_BITS else fault("the string would be too large")


def pad_leading(value: Any, count: Any, padding: Any = b" ") -> bytes:
    """`String.pad_leading`."""
    return _padding(value, count, padding) + binary(value)


def pad_trailing(value: Any, count: Any, padding: Any = b" ") -> bytes:
    """`String.pad_trailing`."""
    return binary(value) + _padding(value, count, padding)


def _padding(value: Any, count: Any, padding: Any) -> bytes:
    missing, units = natural(count) - length(value), [binary(each) for each in padding] if isinstance(padding, list) else graphemes(padding)
    if missing <= 0:
        return b""
    if not units or missing > WIDEST_BITS:
        fault("expected a padding that is not empty, and a length within bounds")
    return b"".join([units[i % len(units)] for i in range(missing)])


def is_valid(value: Any) -> bool:
    """`String.valid?`."""
    try:
        binary(value).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# --- numbers, characters, any term -------------------------------------------------------------


def to_integer(value: Any, base: Any = 10) -> int:
    """`String.to_integer`."""
    return integer_of_text(binary(value), base)


def to_float(value: Any) -> float:
    """`String.to_float`: with a point and digits around it."""
    import re

    found = re.fullmatch(rb"[+-]?\d+\.\d+([eE][+-]?\d+)?", binary(value))
    number = float(found[0]) if found else fault("the text is no float")
    return number if abs(number) != float("inf") else fault("the float would be infinite")


def to_atom(value: Any) -> Any:
    """`String.to_atom`."""
    try:
        name = binary(value).decode("utf-8")
    except UnicodeDecodeError:
        fault("an atom is UTF-8")
    return {"nil": None, "true": True, "false": False}.get(name, name) if len(name) <= 255 else fault("an atom has at most 255 characters")


def text_of_atom(value: Any) -> bytes:
    """`Atom.to_string`."""
    return atom_text(value).encode("utf-8", _STRAY) if is_atom(value) else wrong("an atom", value)


def to_charlist(value: Any) -> list[int]:
    """`String.to_charlist`."""
    return [ord(char) for char in text(value)] if is_valid(value) else wrong("UTF-8", value)


def of_charlist(value: Any) -> bytes:
    """`List.to_string`: code points and strings in lists, however deep."""
    pieces: list[bytes] = []
    _characters(listed(value), pieces, 0)
    return b"".join(pieces)


def _characters(value: list[Any], pieces: list[bytes], depth: int) -> None:
    if depth >= DEEPEST:
        fault("the lists are nested too deeply")
    for each in value:
        if isinstance(each, list):
            _characters(each, pieces, depth + 1)
        elif is_integer(each):
            if not 0 <= each <= 0x10FFFF or 0xD800 <= each <= 0xDFFF:
                wrong("a code point", each)
            pieces.append(chr(each).encode())
        else:
            pieces.append(binary(each) if is_valid(each) else wrong("UTF-8", each))


def text_of_float(value: Any) -> bytes:
    """`Float.to_string`."""
    return float_text(value).encode() if isinstance(value, float) else wrong("a float", value)


def to_string(value: Any) -> bytes:
    """`to_string(value)`, which interpolation calls: of what has a text."""
    if value is None:
        return b""
    if is_atom(value):
        return text_of_atom(value)
    if isinstance(value, float):
        return text_of_float(value)
    if is_integer(value):
        return text_of_integer(value)
    return of_charlist(value) if isinstance(value, list) else binary(value)
