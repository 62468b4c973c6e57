"""A second entry for the commonest call: the message begins at byte 0, and fills the input or is asked for a part."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from bitwright.ir.ops import Function, Op, Program, Reg
from bitwright.lower.passes.copying import copy_block, highest_number


def add_whole(program: Program, defaults: Sequence[Any] = (), *, filling: bool = True) -> None:
    """Add the function `whole`: takes the size of the input, yields the value, fails if bytes are left and it is to be `filling`.

    Parameters have their defaults in it; where some have none, there is no such function.
    """
    entry = program.functions[program.entry]
    start, end, *parameters = entry.params
    if len(parameters) != len(defaults):
        return
    numbers = itertools.count(highest_number(program) + 1)
    zero = Reg(next(numbers), "int", 0, 0)
    given = {reg: _constant(reg, value, next(numbers)) for reg, value in zip(parameters, defaults, strict=True)}
    body = copy_block(entry.body, lambda reg: zero if reg is start else given[reg].outs[0] if reg in given else reg)
    *ops, last = body.ops
    value, after = last.args
    differs = Reg(next(numbers), "int", 0, 1)
    refuse = [
        Op("bin", (after, end), (differs,), {"op": "ne"}),
        Op("fail_if", (differs,), (), {"code": "unconsumed", "message": "bytes are left over"}),
    ]
    zeros = Op("const", (), (zero,), {"value": 0})
    body.ops = [zeros, *given.values(), *ops, *(refuse if filling else ()), Op("yield", (value,))]
    program.functions["whole"] = Function("whole", (end,), ("obj",), body)


def _constant(parameter: Reg, value: Any, number: int) -> Op:
    """What stands for a parameter that has this value."""
    if parameter.type == "int":
        return Op("const", (), (Reg(number, "int", int(value), int(value), parameter.hint),), {"value": int(value)})
    return Op("constant", (), (Reg(number, "obj", hint=parameter.hint),), {"value": value})


def tighten_whole(program: Program) -> None:
    """Of a message of fixed size, one comparison replaces the bounds check and the check for bytes left."""
    whole = program.functions.get("whole")
    if whole is None:
        return
    constants = {op.outs[0]: op.attrs["value"] for op in whole.body.ops if op.kind == "const"}
    compare, check = whole.body.ops[-3:-1] if len(whole.body.ops) > 3 else (None, None)
    if compare is None or check is None or check.attrs.get("code") != "unconsumed" or constants.get(compare.args[0]) is None:
        return
    total, zero = constants[compare.args[0]], next(r for r in constants if constants[r] == 0)
    for op in whole.body.ops:
        if op.kind == "need" and op.args == (zero, whole.params[0]) and op.attrs["size"] == total:
            size = next(o for o in whole.body.ops if o.kind == "const" and o.outs[0] is compare.args[0])
            whole.body.ops = [size, compare, check, *(o for o in whole.body.ops if o not in (op, compare, check, size))]
            return
