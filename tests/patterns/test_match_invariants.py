"""Of every pattern that the real matcher was asked about: its programs are well-formed, their text reads back and does the same, and
while they run every number lies within the interval of its register.
"""

from __future__ import annotations

import functools
from typing import Any

import pytest

from bitwright import bitsyntax
from bitwright.errors import ParseError, PatternError
from bitwright.ir.ops import Program
from bitwright.ir.text import from_text, to_text
from bitwright.ir.verify import verify
from bitwright.lower.match import lower_match
from bitwright.lower.passes import optimize
from bitwright.terms import normal
from bitwright.wire.bitruns import bitstring_of
from tests.ir.programs import CheckedMachine
from tests.patterns.vectors import Case, cases


@functools.cache
def programs(text: str, dialect: str, bound: frozenset[str]) -> tuple[Program, Program] | None:
    """The program of a pattern as lowered, and what its text reads back as; None if it is no pattern."""
    try:
        guarded = bitsyntax.parse_pattern(text, dialect)
    except PatternError:
        return None
    program = lower_match(guarded, bound)
    verify(program)
    verify(optimize(program, whole=False))
    again = from_text(to_text(program), {})
    verify(again)
    assert to_text(again) == to_text(program)
    return program, again


def run(program: Program, value: Any, given: dict[str, Any]) -> Any:
    """The bindings, or the problem; "free" if a name is not given."""
    entry = program.functions[program.entry]
    in_bits = entry.unit == "bit"
    names = [param.hint for param in entry.params[2 if in_bits else 1 :]]
    if not set(names) <= given.keys():
        return "free"
    machine, value = CheckedMachine(program), normal(value)
    arguments: tuple[Any, ...] = (value,)
    if in_bits:
        bits = bitstring_of(value)
        if bits is None:
            return "none"
        machine.data, arguments = bits[0], (0, bits[1])
    try:
        return machine.run(*arguments, *[normal(given[name]) for name in names])[0]
    except ParseError as error:
        return error.problem


def matches(name: str) -> list[Case]:
    return [case for _, case in cases(name) if case.kind == "match"]


@pytest.mark.parametrize("name", ["match", "erlang"])
def test_programs_of_patterns(name: str) -> None:
    found = 0
    for case in matches(name):
        assert isinstance(case.what, str)
        made = programs(case.what, case.dialect, frozenset(case.bindings) if case.dialect == "erlang" else frozenset())
        if made is not None:
            first, second = (run(program, case.value, case.bindings) for program in made)
            assert repr(first) == repr(second), str(case)
            found += 1
    assert found > 100
