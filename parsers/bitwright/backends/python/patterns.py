"""The program of a pattern as source: nobody who has no patterns loads it."""

from __future__ import annotations

from typing import Any

from bitwright.backends.python.emitter import Emitter, Names
from bitwright.backends.python.functions import with_arms
from bitwright.backends.python.match_ops import MATCH, pattern_source
from bitwright.backends.python.matcher import iterator_source, matcher_source
from bitwright.backends.python.runtime import Fail
from bitwright.ir.ops import Program


def emit_pattern(program: Program) -> tuple[str, dict[str, Any]]:
    """The source and the globals it needs; functions return None where they fail."""
    names = Names()
    names.values.update(Fail=Fail, slow_match=None)
    names.values.update(dict.fromkeys((*program.functions, "match", "each")))
    lines: list[str] = []
    for function in program.functions.values():
        if function.name == "whole":
            lines += [*matcher_source(Emitter(program, function, names, MATCH)), ""]
            continue
        lines += [*pattern_source(Emitter(program, function, names, MATCH)), ""]
        if function.name == "at":
            lines += [*iterator_source(Emitter(program, function, names, MATCH)), ""]
    for name in {*program.functions, "match", "each"}:
        del names.values[name]
    return with_arms("\n".join(lines), names), names.values
