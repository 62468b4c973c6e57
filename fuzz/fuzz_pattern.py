"""Fuzz target: bit patterns, any text as pattern and any bytes as data.

An input is a byte of options, a text, and behind the first byte FF the data.  Invariant, for any bytes:

1. `pattern(text)` gives a pattern or raises PatternError, whose place lies in the text; no other exception leaves it.
2. Every engine gives the same bindings or None; the explanation says the same, and its code is in the catalogue.
3. `match_prefix`, `iter` and `Clauses` agree between the engines and with `match`; `iter` raises ParseError where an element has no bits.
4. `build` of any values gives bits (or the term around them), or raises BuildError or PatternError: the same with every engine.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from typing import Any, Final

from bitstring import Bits

import bitwright
from bitwright import BuildError, ParseError, PatternError
from bitwright.backends.llvm import is_available
from bitwright.errors import MATCH_CODES
from fuzz.driver import main

LARGEST: Final = 2048
ELEMENTS: Final = 200  # of `iter`, which may go on for as long as there are bits
ENGINES: Final[tuple[Any, ...]] = ("interp", "python", *(["llvm"] if is_available() else []))
VALUES: Final[tuple[Any, ...]] = (
    0, 1, 2, 8, 3, b"ab", -1, 255, 1.5, b"", 97, 300, "atom", None, True, [1, 2], (1, 2), {"a": 1}, Bits("0b101"), 1 << 70, 0.0, 16, 4,
)  # fmt: skip


def options_of(first: int) -> dict[str, Any]:
    """How the text is read."""
    return {
        "dialect": "erlang" if first & 1 else "elixir",
        "extended": bool(first & 2),
        "bit_order": "lsb" if first & 4 else "msb",
    }


def parts_of(data: bytes) -> tuple[dict[str, Any], str, Any, int]:
    """Options, text, what is matched, and a number that chooses values."""
    first, rest = (data[0], data[1:]) if data else (0, b"")
    raw, _, body = rest.partition(b"\xff")
    text = raw.decode("utf-8", "surrogateescape")
    ragged = first >> 4 & 7 if first & 8 else 0
    return options_of(first), text, Bits(hex=body.hex())[: 8 * len(body) - ragged] if ragged and body else body, first >> 3


def target(data: bytes) -> str:
    """Hold the invariant against one input."""
    options, text, body, seed = parts_of(data)
    try:
        pattern = bitwright.pattern(text, **options)
    except PatternError as error:
        hold_refusal(error, text)
        return "refused"
    ways = [pattern.on(engine) for engine in ENGINES]
    given = {name: VALUES[(seed + 7 * at) % len(VALUES)] for at, name in enumerate(pattern.free)}
    found = agreed(pattern, [outcome(lambda way=way: way.match(body, **given)) for way in ways])  # type: ignore[misc]
    if isinstance(found, Exception):
        return "no program"
    explanation = pattern.explain(body, **given)
    assert explanation.matched == (found is not None), explanation
    assert explanation.matched or explanation.code in MATCH_CODES, explanation
    assert str(explanation), explanation
    around(pattern, ways, body, given, found)
    building(pattern, ways, given, seed)
    return "no match" if found is None else "match"


def hold_refusal(error: PatternError, text: str) -> None:
    """The place lies in the text, and the words are safe for a terminal."""
    assert error.text == text
    assert 0 <= error.column - 1 <= len(text), error
    assert all(line.isprintable() for line in str(error).split("\n")), error


def around(pattern: Any, ways: list[Any], body: Any, given: dict[str, Any], found: Any) -> None:
    """The other ways to match."""
    prefix = agreed(pattern, [outcome(lambda way=way: way.match_prefix(body, **given)) for way in ways])  # type: ignore[misc]
    if found is not None and not isinstance(prefix, Exception):
        assert prefix is not None, pattern
    agreed(pattern, [outcome(lambda way=way: list(itertools.islice(way.iter(body, **given), ELEMENTS))) for way in ways])  # type: ignore[misc]
    clauses = bitwright.Clauses(["<<>>", pattern, "_"])
    taken = agreed(pattern, [outcome(lambda engine=engine: clauses.on(engine).match(body, **given)) for engine in ENGINES])  # type: ignore[misc]
    assert taken is not None
    if body and found is not None and not isinstance(taken, Exception):
        assert taken[0] == 1, (pattern, taken)


def building(pattern: Any, ways: list[Any], given: dict[str, Any], seed: int) -> None:
    """Values of every type, where they belong and where they do not."""
    values = {**given, **{name: VALUES[(seed + 5 * at) % len(VALUES)] for at, name in enumerate(pattern.names)}}
    agreed(pattern, [outcome(lambda way=way: way.build_from(values)) for way in ways])  # type: ignore[misc]
    agreed(pattern, [outcome(lambda way=way: way.build_from(values, strict=True)) for way in ways])  # type: ignore[misc]


def outcome(what: Callable[[], Any]) -> Any:
    """What one engine makes of it: a value, or the error that it may raise."""
    try:
        return what()
    except (PatternError, BuildError, ParseError) as error:
        return error


def agreed(pattern: Any, outcomes: list[Any]) -> Any:
    """The one outcome of all engines."""
    first = outcomes[0]
    for other in outcomes[1:]:
        same = (type(first), str(first)) == (type(other), str(other)) if isinstance(first, Exception) else repr(first) == repr(other)
        assert same, f"{pattern!r}: {first!r} is not {other!r}"
    return first


if __name__ == "__main__":
    sys.exit(main("pattern", target, largest=LARGEST))
