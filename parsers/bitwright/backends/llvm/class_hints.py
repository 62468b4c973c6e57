"""Which class the objects are of that a build program takes apart, as far as it says itself.

These are guesses that save asking: the code looks at the type of an object before it acts on one.  A program tells by `as_class` and
`arm`, and hands objects on to functions by `call` and, behind an `arm`, by `dispatch`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bitwright.ir.ops import Function, Op, Program, Reg, walk

Hints = dict[Reg, type]


def classes_of(program: Program) -> dict[str, Hints]:
    """The classes of registers, function by function."""
    found: dict[str, Hints] = {name: _told(program, function) for name, function in program.functions.items()}
    waiting = [*program.functions]
    while waiting:
        name = waiting.pop()
        for callee, index, kind in _handed_on(program, program.functions[name], found[name]):
            param = program.functions[callee].params[index]
            if param not in found[callee]:
                found[callee][param] = kind
                waiting.append(callee)
    return found


def _told(program: Program, function: Function) -> Hints:
    return {op.args[0]: program.symbols[op.attrs["class"]] for op in walk(function.body) if op.kind == "as_class"}


def _handed_on(program: Program, function: Function, known: Hints) -> Iterator[tuple[str, int, type]]:
    """Function called, number of the parameter, and class of what it is given."""
    arms = {op.outs[0]: op for op in walk(function.body) if op.kind == "arm"}
    for op in walk(function.body):
        if op.kind == "call":
            yield from ((op.attrs["function"], index, known[arg]) for index, arg in enumerate(op.args) if arg in known)
        elif op.kind == "dispatch" and op.args[0] in arms:
            yield from _by_arm(program, op, arms[op.args[0]])


def _by_arm(program: Program, op: Op, arm: Op) -> Iterator[tuple[str, int, type]]:
    for index, arg in enumerate(op.args[1:]):
        if arg is arm.args[0]:
            for tag, callee in op.attrs["table"].items():
                yield callee, index, program.symbols[arm.attrs["classes"][tag]]
