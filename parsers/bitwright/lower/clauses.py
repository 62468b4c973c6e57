"""Several patterns as one program: which of them is the first that matches, and what it binds.

Promise: clauses are tried in their order, each as `lower_match` has it alone.  The program takes a bitstring, so a clause that is no
bitstring stands here for what it is to one: `_` and a variable match all of it, a tuple, a list or a map none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bitwright.bitsyntax import tree
from bitwright.ir.ops import Block, Function, Op, Program, Reg
from bitwright.lower.match import BitOrder, lower_match
from bitwright.lower.passes.copying import highest_number

_NEVER: Final = (tree.TupleOf, tree.ListOf, tree.MapOf)


def lower_clauses(
    clauses: Sequence[tree.Guarded], bound: frozenset[str] = frozenset(), *, bit_order: BitOrder = "msb"
) -> Program | None:  # fmt: skip
    """`entry(start, end, *free) -> index, record`, in bits; None where a clause has no such form, or none can match."""
    programs: dict[int, Program] = {}
    for index, clause in enumerate(clauses):
        if isinstance(clause.pattern, _NEVER):
            continue
        made = _as_bitstring(clause)
        if made is None:
            return None
        programs[index] = lower_match(made, bound, bit_order=bit_order)
    if not programs:
        return None
    free = sorted({reg.hint for program in programs.values() for reg in program.functions["entry"].params[2:]})
    functions: dict[str, Function] = {}
    for index, program in programs.items():
        for name, other in program.functions.items():
            if name != "entry":
                return None  # a function within has a name of its own
            functions[f"clause_{index + 1}"] = _clause(other, index, free, highest_number(program) + 1)
    return Program("clauses", "parse", "entry", {"entry": _entry(functions, free, len(clauses)), **functions}, {})


def _as_bitstring(clause: tree.Guarded) -> tree.Guarded | None:
    pattern = clause.pattern
    if isinstance(pattern, tree.Wildcard | tree.Variable | tree.Pin):
        rest = tree.Segment(pattern, "binary", at=pattern.at, end=pattern.at)
        pattern = tree.Bitstring((rest,), pattern.at, pattern.at)
    if not isinstance(pattern, tree.Bitstring):
        return None
    return tree.Guarded(pattern, clause.guards, clause.dialect, clause.text)


def _clause(entry: Function, index: int, free: list[str], number: int) -> Function:
    """A clause that takes every free name, and yields its index and its record."""
    known = {reg.hint: reg for reg in entry.params[2:]}
    missing = {name: Reg(number + 1 + serial, "obj", hint=name) for serial, name in enumerate(free)}
    params = (*entry.params[:2], *(known.get(name) or missing[name] for name in free))
    *ops, last = entry.body.ops
    at = Reg(number, "int", index, index, "index")
    body = Block((), [*ops, Op("const", (), (at,), {"value": index}), Op("yield", (at, last.args[0]))])
    return Function(f"clause_{index + 1}", params, ("int", "obj"), body, "bit")


def _entry(functions: dict[str, Function], free: list[str], count: int) -> Function:
    first = next(iter(functions.values()))
    start, end = first.params[:2]
    numbers = iter(range(2, 100 + len(free)))
    made: dict[str, Any] = {name: Reg(next(numbers), "obj", hint=name) for name in free}
    begin, stop = Reg(0, "int", start.lo, start.hi, "start"), Reg(1, "int", end.lo, end.hi, "end")
    which = Reg(next(numbers), "int", 0, len(functions) - 1)
    index, record = Reg(next(numbers), "int", 0, count - 1, "index"), Reg(next(numbers), "obj", hint="bindings")
    params = (begin, stop, *made.values())
    ops = [Op("first", params, (which, index, record), {"functions": tuple(functions)}), Op("yield", (index, record))]
    return Function("entry", params, ("int", "obj"), Block((), ops), "bit")
