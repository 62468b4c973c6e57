"""Runs the programs of a pattern on either engine, from any bit on.

Promise: an engine only runs what it is given; why something does not match is asked of the interpreter, and only if somebody wants to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bitwright.errors import EngineDisagreement, ParseError
from bitwright.ir.interp import Machine
from bitwright.patterns.inputs import bits_of
from bitwright.patterns.programs import NOTHING, MatchPrograms, entry_of
from bitwright.terms import normal
from bitwright.tiers import Tier

Bindings = dict[str, Any]


class Matcher:
    """One pattern on one engine; `bound` are the names that it compares, in Erlang."""

    def __init__(self, programs: MatchPrograms, engine: str, bound: frozenset[str] = NOTHING) -> None:
        self.programs, self.engine, self.bound = programs, engine, bound
        self.takes_bits = entry_of(programs.lowered(bound)).unit == "bit"
        self._takes_names = bool(programs.free(bound))
        self._tiers: dict[bool, Tier] = {}  # of a prefix, of the whole: compiled when first asked for

    def given(self, values: Mapping[str, Any]) -> list[Any]:
        """What the program takes from outside."""
        if not self._takes_names:
            return []
        return self.programs.values(self.bound, values)

    def each(self, size: int) -> tuple[Callable[..., Iterator[Bindings]] | None, int]:
        """What yields one element after the other of so many bits, as `compile_pattern` says, if there is a compiled one.

        It counts in units of so many bits.
        """
        if self.engine == "interp" or not self.takes_bits:
            return None, 1
        if not size % 8:
            tier = self.programs.tier_in_bytes(self.bound, prefix=True, engine=self.engine)
            if tier is not None and "each" in tier.functions:
                return tier.functions["each"], 8
        return self.programs.tier(self.bound, prefix=True, engine=self.engine).functions.get("each"), 1

    def prefix(self, raw: tuple[bytes, int], at: int, given: list[Any]) -> tuple[Bindings, int] | None:
        """What a pattern of bits binds from a bit on, and the bit after it; None if it does not match there."""
        data, size = raw
        if self.engine != "interp":
            return self._tier(True).run(data, at, size, *given)  # type: ignore[no-any-return]  # generated
        try:
            return self._interpreted(raw, at, given)
        except ParseError:
            return None

    def _tier(self, prefix: bool) -> Tier:
        """What runs the program."""
        found = self._tiers.get(prefix)
        if found is None:
            found = self._tiers[prefix] = self.programs.tier(self.bound, prefix=prefix, engine=self.engine)
        return found

    def _interpreted(self, raw: tuple[bytes, int], at: int, given: list[Any]) -> tuple[Bindings, int]:
        record, after = self._machine(raw).run(at, raw[1], *given)
        return record, after

    def _machine(self, raw: tuple[bytes, int], *, trace: bool = False) -> Machine:
        machine = Machine(self.programs.lowered(self.bound, prefix=True), trace=trace)
        machine.data = raw[0]
        return machine

    def refusal(self, raw: tuple[bytes, int], at: int, given: list[Any], values: Mapping[str, Any]) -> Exception:
        """Why it does not match there."""
        from bitwright.patterns.explanation import refusal

        machine = self._machine(raw, trace=True)
        try:
            machine.run(at, raw[1], *given)
        except ParseError as error:
            return refusal(self.programs, machine, error, values)
        return EngineDisagreement(f"the {self.engine} backend refused what the interpreter matches at bit {at}")

    def value(self, value: Any, given: list[Any]) -> Bindings | None:
        """What the pattern binds of a whole value; None if it does not match."""
        if self.takes_bits:
            raw = bits_of(value, self.programs.bit_order)
            if raw is None:
                return None
            data, arguments = raw[0], [0, raw[1]]
        else:
            data, arguments = b"", [normal(value)]
        if self.engine != "interp":
            found: Any = self._tier(False).run(data, *arguments, *given)
            return found[0] if self.takes_bits and found is not None else found  # type: ignore[no-any-return]  # generated
        machine = Machine(self.programs.lowered(self.bound))
        machine.data = data
        try:
            record: Bindings = machine.run(*arguments, *given)[0]
        except ParseError:
            return None
        return record
