"""Source for what people call: `Pattern.match` of bytes, and one element after the other.

Promise: nothing is done for a call that it does not need: no exception, no object, no call between the input and the dict.
"""

from __future__ import annotations

from bitwright.backends.python.common_ops import variables
from bitwright.backends.python.emitter import Emitter, strip
from bitwright.backends.python.match_ops import pattern_body
from bitwright.backends.python.parse_ops import format_of
from bitwright.ir.ops import OPS, Block, Function, Op, Reg
from bitwright.terms import normal


def matcher_source(e: Emitter) -> list[str]:
    """`match(data, /, **bindings)` out of `whole(end, *free)`."""
    end, *free = e.function.params
    e.line("if data.__class__ is not bytes:")
    e.line("    return slow_match(data, **bindings)")
    if free:
        _bindings(e, free)
    if end in e.uses:
        e.line(f"{e.variable(end)} = len(data)")
    pattern_body(e, "return None", lambda results: e.line(f"return {', '.join(map(strip, results))}"))
    return ["def match(data, /, **bindings):", *e.lines, ""]


def _bindings(e: Emitter, free: list[Reg]) -> None:
    """What comes from outside; where one is missing, the slow way says which."""
    names = variables(e, tuple(free))
    e.line("try:")
    for name, reg in zip(names, free, strict=True):
        e.line(f"    {name} = bindings[{reg.hint!r}]")
    e.line("except KeyError:")
    e.line("    return slow_match(data, **bindings)")
    for name in names:
        e.line(f"if {name}.__class__ is not int and {name}.__class__ is not bytes:")
        e.line(f"    {name} = {e.names.add('normal', normal)}({name})")


def iterator_source(e: Emitter) -> list[str]:
    """`each(data, start, end, resume, *free)` out of `at(start, end, *free)`."""
    begin, stop, *free = variables(e, e.function.params)
    resume = e.variable(Reg(-1, "obj", hint="resume"))
    made = [f"def each({', '.join(['data', begin, stop, resume, *free])}):"]
    fixed = _fixed(e.function)
    if fixed is not None:
        return [*made, *_in_one_go(e, fixed, begin, stop, resume), ""]

    def give(results: list[str]) -> None:
        if not any(op.kind == "need" and op.attrs["size"] for op in e.function.body.ops):  # such an element may take nothing
            e.line(f"if {strip(results[1])} == {begin}:")
            e.line("    break")
        e.line(f"yield {strip(results[0])}")
        e.line(f"{begin} = {strip(results[1])}")

    e.indent = 3
    pattern_body(e, "break", give)
    return [
        *made,
        "    while True:",
        "        while True:",
        *e.lines,
        f"        {begin} = {resume}({begin})",
        f"        if {begin} is None:",
        "            return",
        "",
    ]  # fmt: skip


def _fixed(function: Function) -> tuple[Op, int] | None:
    """Of elements of one size that all match: the op that reads them, and the size."""
    start, end, *_ = function.params
    size, reading = 0, []
    for op in function.body.ops[:-1]:
        if op.kind == "need":
            size = op.attrs["size"]
        elif start in op.args or end in op.args:
            reading.append(op)
        elif not OPS[op.kind].pure and op.kind != "record":
            return None
    by_kind = {op.kind: op for op in reading}
    if len(reading) != 2 or by_kind.keys() != {"unpack", "bin"} or not size:
        return None
    return (by_kind["unpack"], size) if function.body.ops[-1].args[1] is by_kind["bin"].outs[0] else None


def _in_one_go(e: Emitter, fixed: tuple[Op, int], begin: str, stop: str, resume: str) -> list[str]:
    reading, size = fixed
    unpack = e.names.unpackers(*format_of(reading.attrs["layout"], 0, size))
    names = variables(e, reading.outs)
    e.line(f"{stop} -= ({stop} - {begin}) % {size}")
    e.line(f"for {', '.join(names)}{',' if len(names) == 1 else ''} in {unpack}(data[{begin}:{stop}]):")
    e.indent = 2
    record, _ = e.block(Block((), [op for op in e.function.body.ops if op is not reading and op.kind != "need"]))
    e.line(f"yield {strip(record)}")
    e.indent = 1
    e.line(f"{resume}({stop})")
    return e.lines
