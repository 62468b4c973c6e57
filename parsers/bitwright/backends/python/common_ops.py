"""Source for the ops that parse and build programs share: numbers and control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bitwright.backends.python.emitter import Emitter, strip
from bitwright.backends.python.runtime import MALFORMED
from bitwright.backends.python.tables import rows_of
from bitwright.backends.python.term_ops import TERMS
from bitwright.ir.ops import Op, Reg
from bitwright.wire.bitstrings import bits_at, spare_bits, text_at
from bitwright.wire.floats import float_of_bits, plain_float

SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "floordiv": "//", "mod": "%", "and": "&", "or": "|", "xor": "^", "shl": "<<", "shr": ">>",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip


def _const(e: Emitter, op: Op) -> None:
    value = op.attrs["value"]
    e.define(op.outs[0], str(value) if value >= 0 else f"({value})", atom=True)


def _bin(e: Emitter, op: Op) -> None:
    left, right = (e.expr(a) for a in op.args)
    kind = op.attrs["op"]
    if kind in ("min", "max"):
        sign = "<" if kind == "min" else ">"
        e.define(op.outs[0], f"{left} if {left} {sign} {right} else {right}")
    elif kind == "add" and right == "0":  # the same number, of which more is known
        e.define(op.outs[0], left, atom=True)
    elif kind == "add" and left == "0" and right.isidentifier():
        e.define(op.outs[0], right, atom=True)
    else:
        e.define(op.outs[0], f"{left} {SIGNS[kind]} {right}")


def _swap(e: Emitter, op: Op) -> None:
    """Each chunk of 8 bits, the last of them perhaps shorter, moved to its place in the other byte order."""
    word, width, to_little = op.args[0], op.attrs["width"], op.attrs["order"] == "little"
    text = e.expr(word)
    if not text.isidentifier():
        text = e.variable(Reg(-1, "int", hint="word"))
        e.line(f"{text} = {strip(e.expr(word))}")
    terms = []
    for at in range(0, width, 8):
        size = min(8, width - at)
        big, little = width - at - size, at
        shift, place = (big, little) if to_little else (little, big)
        term = f"{text} >> {shift}" if shift else text
        if word.hi >> shift >> size:
            term = f"{term} & {(1 << size) - 1:#x}"
        terms.append(f"({term}) << {place}" if place else f"({term})" if " " in term else term)
    e.define(op.outs[0], " | ".join(terms))


def _not(e: Emitter, op: Op) -> None:
    text = strip(e.expr(op.args[0]))
    name, _, rest = text.partition(" ")
    if rest == "is None":
        e.define(op.outs[0], f"{name} is not None")
    elif rest == "is not None":
        e.define(op.outs[0], f"{name} is None")
    elif name.startswith("data") and text.rpartition(" == ")[2].isdigit():  # a byte
        e.define(op.outs[0], " != ".join(text.rsplit(" == ", 1)))
    else:
        e.define(op.outs[0], f"not {e.expr(op.args[0])}")


def _select(e: Emitter, op: Op) -> None:
    condition, then, other = (e.expr(a) for a in op.args)
    e.define(op.outs[0], f"{then} if {strip(condition)} else {other}")


def _lookup(e: Emitter, op: Op) -> None:
    table = e.names.add("TABLE", dict(op.attrs["table"]))
    e.define(op.outs[0], f"{table}.get({strip(e.expr(op.args[0]))}, {op.attrs['default']})")


def boxed(e: Emitter, kind: str, text: str) -> str:
    """The expression for the object of a number."""
    if kind == "int":
        return text
    if kind == "bool":
        return f"{text} != 0"
    return f"{e.names.add(kind[1:].upper() + 'S', e.program.symbols[kind])}[{strip(text)}]"


def _box(e: Emitter, op: Op) -> None:
    text = e.expr(op.args[0])
    if op.attrs["as"] == "int":
        e.define(op.outs[0], text, atom=True)
    else:
        e.define(op.outs[0], boxed(e, op.attrs["as"], text))


def _float(e: Emitter, op: Op) -> None:
    text = f"{e.names.add('float_of_bits', float_of_bits)}({strip(e.expr(op.args[0]))}, {op.attrs['width']})"
    e.define(op.outs[0], f"{e.names.add('plain_float', plain_float)}({text})" if op.attrs["plain"] else text)


def _bitstring(e: Emitter, op: Op) -> None:
    raw, count = (strip(e.expr(a)) for a in op.args)
    phase, order, kind = op.attrs["phase"], op.attrs["order"], op.attrs["as"]
    args = f'{raw}, {count}, {phase}, "{order}"'
    if kind == "text":
        e.define(op.outs[0], f"{e.names.add('text_at', text_at)}({args})")
    else:
        as_type = e.names.add(kind[1:], e.program.symbols[kind])
        e.define(op.outs[0], f"{e.names.add('bits_at', bits_at)}({args}, {as_type})")


def _spare(e: Emitter, op: Op) -> None:
    raw, count = (strip(e.expr(a)) for a in op.args)
    e.define(op.outs[0], f'{e.names.add("spare_bits", spare_bits)}({raw}, {count}, "{op.attrs["order"]}")')


def _split(e: Emitter, op: Op) -> None:
    fields = op.attrs["fields"]
    table = e.names.add("BITS_" + "_".join(o.hint for o in op.outs), rows_of(e.program, fields), fields)
    word = strip(e.expr(op.args[0]))
    e.line(f"{', '.join(e.variable(o) for o in op.outs)} = {table}[{word}]")


def _list(e: Emitter, op: Op) -> None:
    e.line(f"{e.variable(op.outs[0])} = []")


def _make(e: Emitter, op: Op) -> None:
    struct = e.names.add(op.attrs["class"][1:], e.program.symbols[op.attrs["class"]])
    keywords = op.attrs["keywords"]
    cut = len(op.args) - len(keywords)
    args = [strip(e.expr(a)) for a in op.args]
    args[cut:] = [f"{name}={arg}" for name, arg in zip(keywords, args[cut:], strict=True)]
    e.define(op.outs[0], f"{struct}({', '.join(args)})")


def _record(e: Emitter, op: Op) -> None:
    pairs = (f'"{name}": {strip(e.expr(arg))}' for name, arg in zip(op.attrs["names"], op.args, strict=True))
    e.define(op.outs[0], f"{{{', '.join(pairs)}}}")


def _fail_if(e: Emitter, op: Op) -> None:
    condition = e.expr(op.args[0])
    if condition != "0":
        e.fail_if(condition)


def variables(e: Emitter, regs: tuple[Reg, ...]) -> list[str]:
    """Fresh variables for several registers."""
    return [e.variable(r) for r in regs]


def _if(e: Emitter, op: Op) -> None:
    targets = variables(e, op.outs)
    for keyword, block in ((f"if {strip(e.expr(op.args[0]))}:", op.blocks[0]), ("else:", op.blocks[1])):
        before = len(e.lines)
        e.line(keyword)
        values = e.nested(block)
        e.assign(targets, values)
        if len(e.lines) == before + 1:
            if keyword == "else:":
                e.lines.pop()
            else:
                e.line("pass")
        e.indent -= 1


def _attempt(e: Emitter, op: Op) -> None:
    """In a strict program a failure is a finding too, so it fails: the interpreter says as what."""
    targets = variables(e, op.outs)
    if op.attrs["finding"]:
        e.assign(targets, e.block(op.blocks[0]))
        return
    e.line("try:")
    e.assign(targets, e.nested(op.blocks[0]))
    e.indent -= 1
    e.line(f"except {e.names.add('MALFORMED', MALFORMED)}:")
    e.assign(targets, e.nested(op.blocks[1]))
    e.indent -= 1


def _loop(e: Emitter, op: Op, head: str, carried: tuple[Reg, ...], initial: list[str], again: str | None) -> None:
    """A loop whose carried values live in the variables of its results."""
    targets = variables(e, op.outs)
    e.assign(targets, initial)
    for reg, target in zip(carried, targets, strict=True):
        e.text[reg] = target
    e.line(head)
    before = len(e.lines)
    values = e.nested(op.blocks[0])
    if again is not None:
        targets = [again, *targets]
    e.assign(targets, [strip(v) if len(values) == 1 else v for v in values])
    if len(e.lines) == before:
        e.line("pass")
    e.indent -= 1


def _loop_count(e: Emitter, op: Op) -> None:
    index, *carried = op.blocks[0].params
    name = e.variable(index) if e.uses.get(index) else "_"
    head = f"for {name} in range({strip(e.expr(op.args[0]))}):"
    _loop(e, op, head, tuple(carried), [e.expr(a) for a in op.args[1:]], None)


def _loop_while(e: Emitter, op: Op) -> None:
    again = e.variable(Reg(-1, "int", hint="again"))
    e.line(f"{again} = {strip(e.expr(op.args[0]))}")
    _loop(e, op, f"while {again}:", op.blocks[0].params, [e.expr(a) for a in op.args[1:]], again)


def _loop_each(e: Emitter, op: Op) -> None:
    index, item, *carried = op.blocks[0].params
    items = e.expr(op.args[0])
    if e.uses.get(index):
        head = f"for {e.variable(index)}, {e.variable(item)} in enumerate({items}):"
    else:
        head = f"for {e.variable(item)} in {items}:"
    _loop(e, op, head, tuple(carried), [e.expr(a) for a in op.args[1:]], None)


def context(e: Emitter) -> str:
    """What every function takes first: the input or the output."""
    return "data" if e.program.direction == "parse" else "out"


def _call(e: Emitter, op: Op) -> None:
    _apply(e, op, op.attrs["function"], op.args, waits=op.attrs["function"] in e.generators)


def _apply(e: Emitter, op: Op, function: str, args: tuple[Reg, ...], *, waits: bool) -> None:
    texts = [e.expr(a) for a in args]
    call = f"{'yield from ' if waits else ''}{function}({', '.join([context(e), *(strip(t) for t in texts)])})"
    if op.outs:
        call = f"{', '.join(variables(e, op.outs))} = {call}"
    e.line(call)


def _dispatch(e: Emitter, op: Op) -> None:
    key, *args = op.args
    table, default = op.attrs["table"], op.attrs["default"]
    name = e.names.add("ARMS", Arms(table), tuple(sorted(table.items())))
    index = strip(e.expr(key))
    waits = any(arm in e.generators for arm in (*table.values(), default))  # one of them does if all do
    if default is not None:
        _apply(e, op, f"{name}.get({index}, {default})", tuple(args), waits=waits)
        return
    arm = e.variable(Reg(-1, "obj", hint="arm"))
    e.line(f"{arm} = {name}.get({index})")
    e.fail_if(f"{arm} is None")
    _apply(e, op, arm, tuple(args), waits=waits)


class Arms(dict[int, Any]):
    """Tag → function name while source is made; the functions replace the names once they exist."""


Emit = Callable[[Emitter, Op], None]

COMMON: dict[str, Emit] = {
    **TERMS, "const": _const, "bin": _bin, "swap": _swap, "not": _not, "select": _select, "lookup": _lookup,
    "box": _box, "float": _float, "bitstring": _bitstring, "spare": _spare,
    "neg": lambda e, op: e.define(op.outs[0], f"-{e.expr(op.args[0])}"),
    "none": lambda e, op: e.define(op.outs[0], "None", atom=True),
    "split": _split, "list": _list, "make": _make, "record": _record, "fail_if": _fail_if, "finding_if": _fail_if,
    "append": lambda e, op: e.line(f"{e.expr(op.args[0])}.append({strip(e.expr(op.args[1]))})"),
    "len": lambda e, op: e.define(op.outs[0], f"len({strip(e.expr(op.args[0]))})", atom=e.uses.get(op.outs[0], 0) == 1),
    "if": _if, "attempt": _attempt, "loop.count": _loop_count, "loop.while": _loop_while, "loop.each": _loop_each,
    "call": _call, "dispatch": _dispatch,
}  # fmt: skip
