"""The program of a pattern as source: nobody who has no patterns loads it."""

from __future__ import annotations

from typing import Any

from bitwright.backends.python.emitter import Emitter, Names
from bitwright.backends.python.functions import with_arms
from bitwright.backends.python.match_ops import MATCH, pattern_source
from bitwright.backends.python.matcher import iterator_source, matcher_source
from bitwright.backends.python.runtime import Fail
from bitwright.ir.ops import Function, Program


def _callers_first(program: Program) -> list[Function]:
    """The functions of clauses so that each comes before those that it chooses among, which may come to stand in it."""
    functions = [*program.functions.values()]
    return [functions[0], *reversed(functions[1:])] if program.entry == "whole" else functions


def emit_pattern(program: Program) -> tuple[str, dict[str, Any]]:
    """The source and the globals it needs; functions return None where they fail."""
    names = Names()
    names.values.update(Fail=Fail, slow_match=None)
    names.values.update(dict.fromkeys((*program.functions, "match", "each")))
    lines: list[str] = []
    for function in _callers_first(program):
        if function.name in names.in_place:
            continue
        if function.name == "whole":
            lines += [*matcher_source(Emitter(program, function, names, MATCH)), ""]
            continue
        lines += [*pattern_source(Emitter(program, function, names, MATCH)), ""]
        if function.name == "at":
            lines += [*iterator_source(Emitter(program, function, names, MATCH)), ""]
    for name in {*program.functions, "match", "each"}:
        del names.values[name]
    return with_arms("\n".join(lines), names), names.values
