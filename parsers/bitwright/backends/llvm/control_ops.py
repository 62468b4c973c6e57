"""LLVM code for `if`, the loops, calls and unions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from bitwright.backends.llvm.assembler import I32, NULL, PTR, Type, Value, number
from bitwright.backends.llvm.emitter import FAILED, FunctionEmitter, results_of, type_of
from bitwright.backends.llvm.number_ops import truth, widest
from bitwright.backends.python.runtime import MALFORMED
from bitwright.ir.ops import Op, Reg

Place: TypeAlias = tuple[Value, Value]  # the input, and the context
Rooms: TypeAlias = list[tuple[Type, Value]]  # where a function puts its results, and of which types these are


def _if(e: FunctionEmitter, op: Op) -> None:
    condition = truth(e, op.args[0])
    begins = [e.b.append_basic_block(name) for name in ("then", "else")]
    done = e.b.append_basic_block("done")
    e.b.cbranch(condition, *begins)
    ends: list[tuple[list[Value], Any]] = []

    def give(values: list[Value]) -> None:
        fitting = [e.cast(value, type_of(out)) for value, out in zip(values, op.outs, strict=True)]
        ends.append((fitting, e.b.block))
        e.b.branch(done)

    for begin, block in zip(begins, op.blocks, strict=True):
        e.b.position_at_end(begin)
        e.block(block, give)
    e.b.position_at_end(done)
    joined(e, op.outs, ends)


def joined(e: FunctionEmitter, outs: tuple[Reg, ...], ends: list[tuple[list[Value], Any]]) -> None:
    """Assign what one of several ways has given; objects come with a reference."""
    phis = [e.b.phi(type_of(out)) for out in outs]
    for values, block in ends:
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, block)
    for out, phi in zip(outs, phis, strict=True):
        e.values[out] = e.own(phi) if out.type == "obj" else phi


def _loop(
    e: FunctionEmitter, op: Op, initial: list[Value], carried: list[Reg], goes_on: Callable[[list[Any]], Value],
    starts: Callable[[list[Any]], list[Value]] | None = None,
) -> None:  # fmt: skip
    """A loop; `initial` begins with the number that says whether it goes on.  What `starts` gives belongs to the round."""
    for reg, value in zip(carried, initial[1:], strict=True):
        if reg.type == "obj":
            e.call("Py_IncRef", value)  # which each round takes and hands on
    before, head = e.b.block, e.b.append_basic_block("loop")
    body, done = e.b.append_basic_block("round"), e.b.append_basic_block("done")
    e.b.branch(head)
    e.b.position_at_end(head)
    kinds = [initial[0].type, *(widest(param, out) for param, out in zip(carried, op.outs, strict=True))]
    phis = [e.b.phi(kind) for kind in kinds]
    e.b.cbranch(goes_on(phis), body, done)
    with e.b.goto_block(before):
        for phi, value in zip(phis, initial, strict=True):
            phi.add_incoming(e.cast(value, phi.type), before)
    e.b.position_at_end(body)
    for reg, phi in zip(carried, phis[1:], strict=True):
        e.put(reg, phi)
    element = starts(phis) if starts is not None else []
    owned = [*element, *(phi for reg, phi in zip(carried, phis[1:], strict=True) if reg.type == "obj")]

    def give(values: list[Value]) -> None:
        following = values if op.kind == "loop.while" else [e.b.add(phis[0], number(1, phis[0].type)), *values]
        for phi, value in zip(phis, following, strict=True):
            phi.add_incoming(e.cast(value, phi.type), e.b.block)
        e.b.branch(head)

    e.block(op.blocks[0], give, owned)
    e.b.position_at_end(done)
    for out, phi in zip(op.outs, phis[1:], strict=True):
        e.put(out, phi)
        if out.type == "obj":
            e.own(phi)


def _loop_while(e: FunctionEmitter, op: Op) -> None:
    initial = [e.get(arg) for arg in op.args]
    _loop(e, op, initial, list(op.blocks[0].params), lambda phis: e.b.icmp_signed("!=", phis[0], number(0, phis[0].type)))


def _loop_count(e: FunctionEmitter, op: Op) -> None:
    index, *carried = op.blocks[0].params
    count = e.get(op.args[0])

    def goes_on(phis: list[Any]) -> Value:
        e.values[index] = e.cast(phis[0], type_of(index))
        return e.b.icmp_signed("<", phis[0], count)

    _loop(e, op, [number(0, count.type), *(e.get(arg) for arg in op.args[1:])], carried, goes_on)


def _loop_each(e: FunctionEmitter, op: Op) -> None:
    """As Python goes through a list: it may become shorter or longer meanwhile."""
    index, element, *carried = op.blocks[0].params
    items = e.get(op.args[0])

    def goes_on(phis: list[Any]) -> Value:
        e.values[index] = e.cast(phis[0], type_of(index))
        return e.b.icmp_signed("<", phis[0], e.call("PyList_Size", items))

    def starts(phis: list[Any]) -> list[Value]:
        found = e.values[element] = e.call("PyList_GetItem", items, phis[0])
        e.call("Py_IncRef", found)
        return [found]

    _loop(e, op, [number(0), *(e.get(arg) for arg in op.args[1:])], carried, goes_on, starts)


def _attempt(e: FunctionEmitter, op: Op) -> None:
    """In a strict program a failure is a finding too, so it fails: the interpreter says as what."""
    ends: list[tuple[list[Value], Any]] = []
    done = e.b.append_basic_block("done")

    def give(values: list[Value]) -> None:
        fitting = [e.cast(value, type_of(out)) for value, out in zip(values, op.outs, strict=True)]
        ends.append((fitting, e.b.block))
        e.b.branch(done)

    around = e.failed
    if not op.attrs["finding"]:
        e.failed = e.b.append_basic_block("malformed")
    malformed = e.failed
    e.block(op.blocks[0], give)
    if not op.attrs["finding"]:
        e.b.position_at_end(malformed)
        e.failed = around
        recover(e)
        e.block(op.blocks[1], give)
    e.b.position_at_end(done)
    joined(e, op.outs, ends)


def recover(e: FunctionEmitter) -> None:
    """Clear an exception that says no more than that the input is malformed; any other goes on."""
    raised, known, go_on = (e.b.append_basic_block(name) for name in ("raised", "known", "go_on"))
    e.b.cbranch(e.b.icmp_unsigned("!=", e.call("PyErr_Occurred"), NULL), raised, go_on)
    e.b.position_at_end(raised)
    matches = e.call("PyErr_ExceptionMatches", e.constant(MALFORMED))
    e.b.cbranch(e.b.icmp_signed("!=", matches, number(0, I32)), known, e.failed)
    e.b.position_at_end(known)
    e.call("PyErr_Clear")
    e.b.branch(go_on)
    e.b.position_at_end(go_on)


def applied(
    e: FunctionEmitter, name: str, args: Sequence[Reg], outs: tuple[Reg, ...], region: Sequence[Value] = (), place: Place | None = None,
) -> list[Value]:  # fmt: skip
    """Call a function of the program; what it gives, in which objects come with a reference.

    It takes the `region` first; `place` is the input, and the context, of one that has others than the function that calls it.
    """
    rooms = [(kind, e.room(kind)) for kind in results_of(e.program.functions[name])]
    return _results(e, _status(e, name, args, rooms, region, place), rooms, outs)


def _status(
    e: FunctionEmitter, name: str, args: Sequence[Reg], rooms: Rooms, region: Sequence[Value] = (), place: Place | None = None,
) -> Value:  # fmt: skip
    """Call a function of the program, which puts its results into these rooms, and says whether it did."""
    params = e.program.functions[name].params[len(region) :]
    given = [*region, *(e.get(arg, type_of(param)) for arg, param in zip(args, params, strict=True))]
    return e.b.call(e.functions[name], [*(place or (e.data, e.context)), *given, *(room for _, room in rooms)])


def _results(e: FunctionEmitter, status: Value, rooms: Rooms, outs: tuple[Reg, ...]) -> list[Value]:
    """What a function has given; fails where it has failed."""
    e.fail_if(e.b.icmp_signed("==", status, number(FAILED, I32)))
    found = [e.b.load(room, typ=kind) for kind, room in rooms]
    return [value if out.type == "obj" else e.cast(value, type_of(out)) for value, out in zip(found, outs, strict=True)]


def _call(e: FunctionEmitter, op: Op) -> None:
    for out, value in zip(op.outs, applied(e, op.attrs["function"], op.args, op.outs), strict=True):
        e.values[out] = e.own(value) if value.type == PTR else value


def _dispatch(e: FunctionEmitter, op: Op) -> None:
    """Functions with results of the same types share the rooms for them: a union may have a hundred arms."""
    key, *args = op.args
    arms = {tag: arm for tag, arm in op.attrs["table"].items() if key.lo <= tag <= key.hi}
    default = op.attrs["default"]
    done, other = e.b.append_basic_block("done"), e.b.append_basic_block("default")
    blocks = {arm: e.b.append_basic_block("arm") for arm in dict.fromkeys(arms.values())}
    switch = e.b.switch(e.get(key), other)
    for tag, arm in arms.items():
        switch.add_case(number(tag, type_of(key)), blocks[arm])
    shared: dict[tuple[Type, ...], Rooms] = {}
    ends: list[tuple[list[Value], Any]] = []
    for arm, block in (*blocks.items(), (default, other)):
        e.b.position_at_end(block)
        if arm is None:
            e.b.branch(e.failed)
            continue
        kinds = tuple(results_of(e.program.functions[arm]))
        if kinds not in shared:
            shared[kinds] = [(kind, e.room(kind)) for kind in kinds]
        values = _results(e, _status(e, arm, args, shared[kinds]), shared[kinds], op.outs)
        ends.append((values, e.b.block))
        e.b.branch(done)
    e.b.position_at_end(done)
    if ends:
        joined(e, op.outs, ends)
        return
    for out in op.outs:  # nothing leads here
        e.values[out] = NULL if out.type == "obj" else number(0, type_of(out))


CONTROL: Final = {
    "if": _if, "loop.while": _loop_while, "loop.count": _loop_count, "loop.each": _loop_each, "attempt": _attempt,
    "call": _call, "dispatch": _dispatch,
}  # fmt: skip
