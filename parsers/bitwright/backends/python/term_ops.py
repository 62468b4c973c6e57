"""Source for the ops that compute with terms: one call each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bitwright.ir.ops import Op, Reg
from bitwright.terms import TermFault, exactly_equal

if TYPE_CHECKING:
    from bitwright.backends.python.emitter import Emitter

_WRITTEN = frozenset({"tuple", "list"})  # what Python writes as shortly itself


def _strip(text: str) -> str:
    from bitwright.backends.python.emitter import strip

    return strip(text)


def constant(e: Emitter, op: Op) -> None:
    """A term known now: what Python writes shortly stands in its place, anything else under a name."""
    value = op.attrs["value"]
    plain = value is None or isinstance(value, bool) or (type(value) is int and value.bit_length() < 64)
    if type(value) is float and math.isfinite(value):
        plain = True
    e.define(op.outs[0], repr(value) if plain else e.names.add("CONSTANT", value), atom=True)


def _apply(e: Emitter, op: Op) -> None:
    from bitwright.terms.table import FUNCTIONS

    name, out = op.attrs["function"], op.outs[0]
    args = ", ".join([_strip(e.expr(a)) for a in op.args])
    if name in _WRITTEN:
        text = f"[{args}]" if name == "list" else f"({args}{',' if len(op.args) == 1 else ''})"
        e.line(f"{e.variable(out)} = {text}")  # never in place: parentheses around an expression are taken off there
        return
    call = f"{e.names.add(_named(name), FUNCTIONS[name], name)}({args})"
    if e.refusal == "raise Fail":  # so does the fault itself
        e.line(f"{e.variable(out)} = {call}")
        return
    e.line("try:")
    e.line(f"    {e.variable(out)} = {call}")
    e.line(f"except {e.names.add('TermFault', TermFault)}:")
    e.line(f"    {e.refusal}")


_OPERATORS = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power", "==": "equal", "!=": "unequal", "===": "exactly_equal",
    "!==": "exactly_unequal", "<": "less", "<=": "at_most", ">": "greater", ">=": "at_least", "!": "untrue", "not": "negation",
    "++": "concatenated", "--": "without", "<>": "joined", "list*": "prepend", "min": "smallest", "max": "largest",
}  # fmt: skip


def _named(name: str) -> str:
    """A function's name as Python can write it."""
    return _OPERATORS.get(name) or "".join([c if c.isalnum() else "_" for c in name.lower()]).strip("_") + "_of"


def _truth(e: Emitter, op: Op) -> None:
    text = e.expr(op.args[0])
    if not text.isidentifier():
        text = e.variable(Reg(-1, "obj", hint="answer"))
        e.line(f"{text} = {_strip(e.expr(op.args[0]))}")
    e.fail_if(f"{text} is not True and {text} is not False")
    e.define(op.outs[0], text, atom=op.outs[0] not in e.truths_kept)


def _equal(e: Emitter, op: Op) -> None:
    args = ", ".join([_strip(e.expr(a)) for a in op.args])
    e.define(op.outs[0], f"{e.names.add('exactly_equal', exactly_equal)}({args})")


TERMS = {"constant": constant, "apply": _apply, "truth": _truth, "equal": _equal}
