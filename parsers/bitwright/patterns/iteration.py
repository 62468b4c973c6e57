"""A pattern again and again over the bits of one value, as Elixir's generators do.

Promise: an element that does not match, but is as wide as one that would, is skipped; where not even that is there, the loop ends,
silently unless `strict`.  An element that takes no bits is an error, since the loop would never end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bitwright.bitsyntax import tree
from bitwright.errors import ParseError, PatternError, Problem
from bitwright.lower.skipping import folding_skip_form, skip_form
from bitwright.patterns.inputs import bits_of
from bitwright.patterns.programs import NOTHING, MatchPrograms
from bitwright.patterns.running import Bindings, Matcher
from bitwright.terms import shown

if TYPE_CHECKING:
    from bitwright.patterns.pattern import Pattern


class Repeated:
    """A pattern of one bitstring, and what skips an element that it does not match.

    `folds`: as in what Elixir compiles to a fold, where fewer elements are skipped (`lower/skipping.py`).
    """

    def __init__(
        self, programs: MatchPrograms, engine: str, *, strict: bool = False, folds: bool = False, bound: frozenset[str] = NOTHING
    ) -> None:  # fmt: skip
        self.matcher, self.strict = Matcher(programs, engine, bound), strict
        guarded = programs.guarded
        skipped = folding_skip_form(guarded) if folds else skip_form(guarded, bound)
        self.skipper = None if strict or skipped is None else Matcher(MatchPrograms(skipped, programs.bit_order), engine, bound)

    def elements(self, data: Any, values: Mapping[str, Any]) -> Iterator[Bindings]:
        """The variables of each element of a bitstring; ParseError if it is none."""
        matcher, skipper = self.matcher, self.skipper
        raw = bits_of(data, matcher.programs.bit_order)
        if raw is None:
            dialect = matcher.programs.guarded.dialect
            raise ParseError(Problem("not-a-bitstring", f"a generator of bits takes a bitstring, not {shown(data, dialect)}", got=data))
        given = matcher.given(values)
        skipping = [] if skipper is None else skipper.given(values)
        compiled, unit = matcher.each(raw[1])
        if compiled is None:
            return self._elements(raw, given, skipping, values)

        def resume(at: int) -> int | None:
            _check_progress(unit * at, (matcher.prefix(raw, unit * at, given) or ({}, -1))[1])
            after = self._after(raw, unit * at, given, skipping, values)
            return None if after is None else after // unit  # an element that counts bytes takes as many when it is skipped

        return compiled(raw[0], 0, raw[1] // unit, resume, *given)

    def _elements(self, raw: tuple[bytes, int], given: list[Any], skipping: list[Any], values: Mapping[str, Any]) -> Iterator[Bindings]:
        at: int | None = 0
        while at is not None:
            found = self.matcher.prefix(raw, at, given)
            if found is None:
                at = self._after(raw, at, given, skipping, values)
            else:
                _check_progress(at, found[1])
                yield found[0]
                at = found[1]

    def _after(
        self, raw: tuple[bytes, int], at: int, given: list[Any], skipping: list[Any], values: Mapping[str, Any]
    ) -> int | None:  # fmt: skip
        """The bit after an element that does not match, or takes no bits; None where the loop ends."""
        if self.strict:
            if at == raw[1]:
                return None
            raise self.matcher.refusal(raw, at, given, values)
        skipped = None if self.skipper is None else self.skipper.prefix(raw, at, skipping)
        if skipped is None:
            return None
        _check_progress(at, skipped[1])
        return skipped[1]


def _check_progress(at: int, after: int) -> None:
    if after == at:
        raise ParseError(Problem("no-progress", "an element takes no bits, so the generator would never end", bit_offset=at))


def _has_a_length(value: tree.Expr) -> bool:
    """Whether a binary without a size takes as many bits as its value has: a string, or a pinned name."""
    return isinstance(value, tree.Pin) or (isinstance(value, tree.Literal) and isinstance(value.value, bytes))


def check_repeatable(pattern: tree.Expr, text: str) -> None:
    """PatternError for what cannot be repeated: what is no bitstring, or takes all that is left."""
    if not isinstance(pattern, tree.Bitstring):
        raise PatternError("only a pattern that is one bitstring can be repeated", text, getattr(pattern, "at", 0))
    for segment in pattern.segments:
        if segment.type == "binary" and segment.size is None and not _has_a_length(segment.value):
            raise PatternError(
                "a segment without size takes all that is left, so nothing could be repeated", text, segment.at,
                "give it a size, or match_prefix() in a loop",
            )  # fmt: skip


def iterate(pattern: Pattern, data: Any, values: Mapping[str, Any], *, strict: bool = False) -> Iterator[Bindings]:
    """The variables of each element of the data."""
    programs = pattern._programs
    bound = programs.bound(values)
    known = pattern._repeated.get((strict, bound))
    if known is None:
        check_repeatable(pattern._tree.pattern, pattern.text)
        known = pattern._repeated[strict, bound] = Repeated(programs, pattern.engine, strict=strict, bound=bound)
    return known.elements(data, values)
