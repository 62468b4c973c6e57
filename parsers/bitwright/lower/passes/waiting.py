"""A parse program becomes one that reads input which is still arriving: its entry's end is open (`ir.waiting`)."""

from __future__ import annotations

from bitwright.errors import Location
from bitwright.ir.ops import Block, Function, Op, Program, Reg, walk
from bitwright.ir.waiting import PLACELESS, RECOVER, SERVE_STREAMS, TO_THE_END, WAITS, callees, end_of, hands_on
from bitwright.lower.passes.copying import copy_block


class NoWaitingForm(Exception):  # noqa: N818  # the codec says it in the words of a DeclarationError
    """An op that has no meaning where its input is still arriving: its kind, and the field that it reads."""

    def __init__(self, kind: str, field: str, location: Location | None) -> None:
        super().__init__(kind, field, location)
        self.kind, self.field, self.location = kind, field, location


def mark_waiting(program: Program) -> Program:
    """A copy of a program as lowered in which everything that reads before the open end waits; NoWaitingForm if something cannot.

    A function that is called with an open end and with one that is not becomes two.
    """
    marking = _Marking(program)
    functions: dict[str, Function] = {}
    waiting = [(program.entry, True)]
    while waiting:
        name, is_open = waiting.pop(0)
        made = marking.function(program.functions[name], is_open=is_open)
        functions[made.name] = made
        known = {*functions, *(_named(other, opened) for other, opened in waiting)}
        for called in marking.called:
            if _named(*called) not in known:
                known.add(_named(*called))
                waiting.append(called)
    functions[program.entry] = functions.pop(_named(program.entry, True))
    functions[program.entry].name = program.entry
    return Program(program.name, program.direction, program.entry, functions, program.symbols)


def _named(name: str, is_open: bool) -> str:
    return f"{name}_waiting" if is_open else name


class _Marking:
    """Marks one function after the other."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.called: list[tuple[str, bool]] = []  # by the function marked last
        self.end: Reg | None = None
        self.frames: list[Op] = []

    def function(self, function: Function, *, is_open: bool) -> Function:
        self.called, self.frames = [], []
        self.end = end_of(function.params) if is_open else None
        body = copy_block(function.body, lambda reg: reg)
        self.block(body)
        return Function(_named(function.name, is_open), function.params, function.outs, body)

    def block(self, block: Block) -> None:
        kept: list[Op] = []
        for op in block.ops:
            if op.kind not in SERVE_STREAMS:
                raise self.refused(op)
            if op.kind == "enter":
                self.frames.append(op)
            elif op.kind == "leave":
                self.frames.pop()
            elif op.kind in ("call", "dispatch"):
                self.call(op)
            elif op.kind in WAITS | TO_THE_END and self.end is not None and self.end in op.args:
                op.attrs = {**op.attrs, "wait": True}
            elif self.end is not None and self.end in op.args and op.kind not in PLACELESS:
                raise self.refused(op)
            if op.kind == "expect" and self.end not in op.args:
                continue  # what lies before an end that is not open is there already
            for inner in op.blocks:
                self.block(inner)
                if op.kind in RECOVER and any(self.may_wait(each) for each in walk(inner)):
                    raise self.refused(op)
            kept.append(op)
        block.ops = kept

    def may_wait(self, op: Op) -> bool:
        return bool(op.attrs.get("wait")) or (self.end is not None and hands_on(op, self.end))

    def call(self, op: Op) -> None:
        is_open = self.end is not None and hands_on(op, self.end)
        self.called += [(name, is_open) for name in callees(op)]
        if op.kind == "call":
            op.attrs = {**op.attrs, "function": _named(op.attrs["function"], is_open)}
        else:
            table = {key: _named(name, is_open) for key, name in op.attrs["table"].items()}
            default = op.attrs["default"]
            op.attrs = {**op.attrs, "table": table, "default": None if default is None else _named(default, is_open)}

    def refused(self, op: Op) -> NoWaitingForm:
        named = [frame for frame in self.frames if frame.attrs["name"] is not None]
        field = named[-1].attrs["name"] if named else ""
        return NoWaitingForm(op.kind, field, named[-1].attrs["location"] if named else None)
