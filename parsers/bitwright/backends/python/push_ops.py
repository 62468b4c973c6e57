"""Source for the ops of constructions: terms as bits, written at any bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bitwright.backends.python.common_ops import Emit
from bitwright.backends.python.emitter import Emitter, strip
from bitwright.ir.ops import Op
from bitwright.wire import writing


def _low(e: Emitter, op: Op) -> None:
    width, strict = op.attrs["width"], op.attrs["strict"]
    text = e.expr(op.args[0])
    if strict is None and text in e.taken:
        e.line(f"if {text}.__class__ is not int:")
        e.line(f"    {text} = {e.names.add('integer_of', writing.integer_of)}({text})")
        e.define(op.outs[0], f"{text} & {(1 << width) - 1:#x}")
        return
    e.define(op.outs[0], f"{e.names.add('low_bits', writing.low_bits)}({strip(text)}, {width}, {strict!r})")


def _constants(op: Op, names: tuple[str, ...]) -> list[str]:
    """Constants as arguments; the last says that bytes are filled from their least significant bit, where they are."""
    return [*(repr(op.attrs[name]) for name in names), *(["True"] if op.attrs.get("bits", "msb") == "lsb" else [])]


def _cut(e: Emitter, op: Op) -> None:
    value, size = (strip(e.expr(arg)) for arg in op.args)
    name, bits = e.variable(op.outs[0]), op.args[1].lo
    call = f"{name} = {e.names.add('cut', writing.cut)}({', '.join([value, size, *_constants(op, ('strict',))])})"
    if bits != op.args[1].hi or bits % 8 or not value.isidentifier():
        e.line(call)
        return
    e.line(f"{name} = {value}")
    e.line(f"if {name}.__class__ is not bytes or len({name}) != {bits // 8}:")
    e.line(f"    {call}")


def _whole(e: Emitter, op: Op) -> None:
    name, unit = e.variable(op.outs[0]), op.attrs["unit"]
    value = strip(e.expr(op.args[0]))
    function = e.names.add("whole", writing.whole)
    if unit in (1, 2, 4, 8) and value.isidentifier():
        e.line(f"{name} = {value} if {value}.__class__ is bytes else {function}({value}, {unit})")
    else:
        e.line(f"{name} = {function}({value}, {unit})")


def _push_at(name: str, function: Callable[..., Any], *constants: str) -> Emit:
    """An op that writes at any bit: its output and its phase come first, its constants last."""

    def emit(e: Emitter, op: Op) -> None:
        args = ", ".join(["out", *(strip(e.expr(arg)) for arg in op.args), *_constants(op, constants)])
        call = f"{e.names.add(name, function)}({args})"
        e.line(f"{e.variable(op.outs[0])} = {call}" if e.uses.get(op.outs[0]) else call)

    return emit


def _call(name: str, function: Callable[..., Any], *constants: str) -> Emit:
    """An op that is a function of its values and its constants, called where it stands, since it can fail."""

    def emit(e: Emitter, op: Op) -> None:
        args = ", ".join([*(strip(e.expr(arg)) for arg in op.args), *_constants(op, constants)])
        e.line(f"{e.variable(op.outs[0])} = {e.names.add(name, function)}({args})")

    return emit


def written(function: Callable[..., int | None], lsb: bool, *args: Any) -> Any:
    """What a function writes into an output of its own."""
    out = bytearray()
    phase = function(out, *args)
    return writing.canonical(out, phase or 0, lsb)


def _written(e: Emitter, op: Op) -> None:
    args = ", ".join([op.attrs["function"], str(op.attrs.get("bits", "msb") == "lsb"), *(strip(e.expr(arg)) for arg in op.args)])
    e.line(f"{e.variable(op.outs[0])} = {e.names.add('written', written)}({args})")


PUSH: dict[str, Emit] = {
    "size.bits": _call("size_in_bits", writing.size_in_bits, "unit", "limit"),
    "low": _low,
    "nearest": _call("nearest_float", writing.nearest_float, "width", "strict", "nonfinite"),
    "first.bits": _call("first_bits", writing.first_bits, "width", "strict"),
    "cut": _cut,
    "whole": _whole,
    "code.point": _call("code_point", writing.code_point, "encoding", "order"),
    "shortest": _call("shortest_varint", writing.shortest_varint, "coding"),
    "push": _push_at("push_number", writing.push_number, "width"),
    "push.int": _push_at("push_integer", writing.push_integer, "order", "strict"),
    "push.float": _push_at("push_float", writing.push_float, "order", "strict", "nonfinite"),
    "push.bits": _push_at("push_bits", writing.push_bits),
    "written": _written,
}
