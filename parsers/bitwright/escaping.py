"""What data may not say to whoever shows it: control characters, format characters, bidirectional overrides.

Promise: text that went through `printable` has no character that a terminal obeys or that changes how others
are shown; every renderer (text, trees, hexdumps, HTML, messages) puts what comes from data through it.
"""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with everything that a terminal would obey, or not show, written as an escape, as Python writes it."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def encodable(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, written as escapes; names of files and texts of exceptions may have them."""
    return text.encode("utf-8", "backslashreplace").decode()


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: East Asian wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, most: int) -> str:
    """The text, cut to a length with a mark that says so."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def pointed_at(line: str, place: int, most: int = 100) -> str:
    """A line of text as `printable` writes it and below it a caret under a place; of a long line, what is around the place."""
    first = max(0, min(place - most * 2 // 3, len(line) - most))
    last = first + most
    before = ("..." if first else "") + printable(line[first:place])
    shown = before + printable(line[place:last]) + ("..." if last < len(line) else "")
    return f"  {shown}\n  {' ' * columns(before)}^"


def escaped(text: str) -> str:
    """The text for an element or an attribute of HTML or SVG: markup escaped, and what `printable` escapes."""
    import html

    return html.escape(printable(text), quote=True)


def printable_json(text: str) -> str:
    """JSON text with the characters that `printable` would escape written as JSON escapes: the same data."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _json_escape(c) for c in text)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
