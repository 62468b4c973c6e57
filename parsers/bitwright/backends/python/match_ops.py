"""Source for the ops of patterns: bits at any place, and a plain `return None` where the input does not match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bitwright.backends.python.common_ops import Arms, Emit, variables
from bitwright.backends.python.emitter import Emitter, strip
from bitwright.backends.python.parse_ops import PARSE
from bitwright.errors import Fault
from bitwright.ir.ops import Block, Op, Reg, walk
from bitwright.terms import exactly_equal
from bitwright.terms.parts import entry_of, unfolded
from bitwright.wire.bitruns import (
    bitstring_at,
    bitstring_of,
    float_at,
    integer_at,
    number_at,
    same_at,
    size_in_bits,
    to_big,
    to_little,
    utf_at,
    varint_or_none,
)
from bitwright.wire.composing import composed


def _lsb(op: Op) -> bool:
    return op.attrs.get("bits") == "lsb"


def _more(op: Op) -> str:
    return ", lsb=True" if _lsb(op) else ""


def _at(e: Emitter, op: Op, amount: int = 0) -> str:
    """The position that an op reads at, and so many bits behind it."""
    return e.plus(op.args[0], op.attrs["offset"] + amount)


def _there(e: Emitter, op: Op, size: int) -> None:
    e.fail_if(f"{_at(e, op, size)} > {e.expr(op.args[1])}")


def _sized(e: Emitter, op: Op) -> str:
    """Check that the bits are there; how many they are, as it is written."""
    size = op.args[2]
    text = strip(e.expr(size))
    if text.isdigit():
        _there(e, op, int(text))
    else:
        beyond = f"{_at(e, op)} + {e.expr(size)} > {e.expr(op.args[1])}"
        e.fail_if(f"{e.expr(size)} < 0 or {beyond}" if size.lo < 0 else beyond)
    return text


def _take(e: Emitter, op: Op) -> None:
    width, out = op.attrs["width"], op.outs[0]
    _there(e, op, width)
    if not width:
        e.define(out, "0", atom=True)
        return
    at, stop = _at(e, op), _at(e, op, width)
    run = f"data[{at} >> 3:{_at(e, op, width + 7)} >> 3]"
    if _lsb(op):
        text = f'int.from_bytes({run}, "little") >> ({at} & 7) & {(1 << width) - 1:#x}'
    else:
        text = f'int.from_bytes({run}, "big") >> (-({stop}) & 7) & {(1 << width) - 1:#x}'
    if width > 8 and (op.attrs["order"] == "big") is _lsb(op):
        swap = to_big if _lsb(op) else to_little
        text = f"{e.names.add(swap.__name__, swap)}({text}, {width})"
    if op.attrs["signed"]:
        sign = 1 << (width - 1)
        text = f"(({text}) ^ {sign:#x}) - {sign:#x}"
    e.define(out, text)


def _take_int(e: Emitter, op: Op) -> None:
    size = _sized(e, op)
    if not op.attrs["signed"] and op.attrs["order"] == ("little" if _lsb(op) else "big"):
        e.define(op.outs[0], f"{e.names.add('number_at', number_at)}(data, {_at(e, op)}, {size}{_more(op)})")
        return
    how = f'{op.attrs["signed"]}, "{op.attrs["order"]}"'
    e.define(op.outs[0], f"{e.names.add('integer_at', integer_at)}(data, {_at(e, op)}, {size}, {how}{_more(op)})")


def _take_float(e: Emitter, op: Op) -> None:
    size, name = _sized(e, op), e.variable(op.outs[0])
    more = ", nonfinite=True" if op.attrs["nonfinite"] else ""
    e.line(f'{name} = {e.names.add("float_at", float_at)}(data, {_at(e, op)}, {size}, "{op.attrs["order"]}"{more}{_more(op)})')
    e.fail_if(f"{name} is None")


def _take_bits(e: Emitter, op: Op) -> None:
    size = _sized(e, op)
    e.define(op.outs[0], f"{e.names.add('bitstring_at', bitstring_at)}(data, {_at(e, op)}, {size}{_more(op)})")


def _check_rest(e: Emitter, op: Op) -> str:
    """Check what is left; how many bits they are, as it is written."""
    unit, keep, end = op.attrs["unit"], op.attrs["keep"], e.expr(op.args[1])
    left = f"{end} - {_at(e, op)}" if " " not in _at(e, op) else f"{end} - ({_at(e, op)})"
    if keep:
        left = f"{left} - {keep}"
    e.fail_if(f"({left}) % {unit} or {left} < 0" if unit > 1 else f"{left} < 0")
    return left


def _take_rest(e: Emitter, op: Op) -> None:
    size = _check_rest(e, op)
    e.define(op.outs[0], f"{e.names.add('bitstring_at', bitstring_at)}(data, {_at(e, op)}, {size}{_more(op)})")


def _skip_rest(e: Emitter, op: Op) -> None:
    _check_rest(e, op)


def _pair(e: Emitter, op: Op, call: str) -> None:
    """What a reader gives that finds out itself whether all is there: two numbers, or None."""
    found = e.variable(op.outs[1])
    e.line(f"{found} = {call}")
    e.fail_if(f"{found} is None")
    e.line(f"{', '.join([e.variable(op.outs[0]), found])} = {found}")


def _take_utf(e: Emitter, op: Op) -> None:
    args = f'data, {_at(e, op)}, {e.expr(op.args[1])}, "{op.attrs["encoding"]}", "{op.attrs["order"]}"{_more(op)}'
    _pair(e, op, f"{e.names.add('utf_at', utf_at)}({args})")


def _take_varint(e: Emitter, op: Op) -> None:
    args = f'data, {_at(e, op)}, {e.expr(op.args[1])}, "{op.attrs["coding"]}"{_more(op)}'
    _pair(e, op, f"{e.names.add('varint_at', varint_or_none)}({args})")


def _take_same(e: Emitter, op: Op) -> None:
    value = op.attrs["value"]
    _there(e, op, 8 * len(value))
    constant = e.names.add("LITERAL", value, value)
    e.fail_if(f"not {e.names.add('same_at', same_at)}(data, {_at(e, op)}, {constant}{_more(op)})")


def _skip(e: Emitter, op: Op) -> None:
    _sized(e, op)


def _finish(e: Emitter, op: Op) -> None:
    e.fail_if(f"{_at(e, op)} != {e.expr(op.args[1])}")


def _must(e: Emitter, op: Op) -> None:
    e.fail_if(f"{e.expr(op.args[0])} != {op.attrs['value']}")


_USUAL: Final = 0xFFFFFFFF  # sizes that are judged in place


def _must_equal(e: Emitter, op: Op) -> None:
    got, wanted = op.args
    if got.type == wanted.type == "int":
        e.fail_if(f"{e.expr(got)} != {e.expr(wanted)}")
        return
    equal = f"{e.names.add('exactly_equal', exactly_equal)}({strip(e.expr(got))}, {strip(e.expr(wanted))})"
    term = e.expr(wanted if got.type == "int" else got)
    if "int" in (got.type, wanted.type) and term.isidentifier():  # an int in most cases
        e.fail_if(f"{e.expr(got)} != {e.expr(wanted)} if {term}.__class__ is int else not {equal}")
    else:
        e.fail_if(f"not {equal}")


def _size_of(e: Emitter, op: Op) -> None:
    name, value, unit = e.variable(op.outs[0]), strip(e.expr(op.args[0])), op.attrs["unit"]
    call = f"{e.names.add('size_in_bits', size_in_bits)}({value}, {unit})"
    if value.isidentifier():
        e.line(f"if {value}.__class__ is int and 0 <= {value} <= {_USUAL}:")
        e.line(f"    {name} = {value} * {unit}" if unit > 1 else f"    {name} = {value}")
        e.line("else:")
        e.line(f"    {name} = {call}")
        e.line(f"    if {name} is None:")
        e.line(f"        {e.refusal}")
    else:
        e.line(f"{name} = {call}")
        e.fail_if(f"{name} is None")


def _compose(e: Emitter, op: Op) -> None:
    layout = e.names.add("LAYOUT", op.attrs["layout"], op.attrs["layout"])
    args = ", ".join([layout, *(strip(e.expr(a)) for a in op.args)])
    e.line(f"{e.variable(op.outs[0])} = {e.names.add('composed', composed)}({args})")


def _unfold(e: Emitter, op: Op) -> None:
    kind, count = op.attrs["shape"]
    parts = e.variable(Reg(-1, "obj", hint="parts"))
    e.line(f'{parts} = {e.names.add("unfolded", unfolded)}({strip(e.expr(op.args[0]))}, "{kind}", {count})')
    e.fail_if(f"{parts} is None")
    if op.outs:
        e.line(f"{', '.join(variables(e, op.outs))}{',' if len(op.outs) == 1 else ''} = {parts}")


def _map_get(e: Emitter, op: Op) -> None:
    name = e.variable(op.outs[0])
    e.line(f"{name} = {e.names.add('entry_of', entry_of)}({', '.join(strip(e.expr(a)) for a in op.args)})")
    e.fail_if(f"{name} is None")
    e.line(f"({name},) = {name}")


def _found(e: Emitter, outs: tuple[Reg, ...], call: str) -> None:
    """What a function gives that may fail."""
    found = e.variable(Reg(-1, "obj", hint="found"))
    e.line(f"{found} = {call}")
    e.fail_if(f"{found} is None")
    if outs:
        e.line(f"{', '.join(variables(e, outs))} = {found}")


def _within(e: Emitter, op: Op) -> None:
    value, *args = (strip(e.expr(a)) for a in op.args)
    bits = e.variable(Reg(-1, "obj", hint="bits"))
    e.line(f"{bits} = {e.names.add('bitstring_of', bitstring_of)}({value}{_more(op)})")
    e.fail_if(f"{bits} is None")
    _found(e, op.outs, f"{op.attrs['function']}({', '.join([f'{bits}[0]', '0', f'{bits}[1]', *args])})")


def _first(e: Emitter, op: Op) -> None:
    args = ", ".join(["data", *(strip(e.expr(a)) for a in op.args)])
    index, found = e.variable(op.outs[0]), e.variable(Reg(-1, "obj", hint="found"))
    for number, name in enumerate(op.attrs["functions"]):
        if number:
            e.line(f"if {found} is None:")
        indent = "    " if number else ""
        e.line(f"{indent}{index}, {found} = {number}, {name}({args})")
    e.fail_if(f"{found} is None")
    if op.outs[1:]:
        e.line(f"{', '.join(variables(e, op.outs[1:]))} = {found}")


def _attempt(e: Emitter, op: Op) -> None:
    """Only what fails within the first block raises."""
    targets, outer = variables(e, op.outs), e.refusal
    e.line("try:")
    e.refusal = "raise Fail"
    _branch(e, op.blocks[0], targets)
    e.refusal = outer
    e.line(f"except (Fail, {e.names.add('Fault', Fault)}):")
    _branch(e, op.blocks[1], targets)


def _branch(e: Emitter, block: Block, targets: list[str]) -> None:
    before = len(e.lines)
    e.assign(targets, e.nested(block))
    if len(e.lines) == before:
        e.line("pass")
    e.indent -= 1


def _try_in_turn(e: Emitter, op: Op) -> None:
    """What the first function that does not fail yields is what the function around it yields."""
    args = ", ".join(["data", *(strip(e.expr(a)) for a in op.args)])
    *others, last = op.attrs["functions"]
    found = e.variable(Reg(-1, "obj", hint="found"))
    for name in others:
        e.line(f"{found} = {name}({args})")
        e.line(f"if {found} is not None:")
        e.line(f"    return {found}")
    e.line(f"return {last}({args})")


def _choice(e: Emitter, op: Op) -> str:
    """The call of the function that a number chooses."""
    key, *args = op.args
    table, default = op.attrs["table"], op.attrs["default"]
    arms, number = e.names.add("ARMS", Arms(table), tuple(sorted(table.items()))), strip(e.expr(key))
    given = ", ".join(["data", *(strip(e.expr(a)) for a in args)])
    if default is not None:
        return f"{arms}.get({number}, {default})({given})"
    arm = e.variable(Reg(-1, "obj", hint="arm"))
    e.line(f"{arm} = {arms}.get({number})")
    e.fail_if(f"{arm} is None")
    return f"{arm}({given})"


def _dispatch(e: Emitter, op: Op) -> None:
    call = _choice(e, op)
    found = e.variable(Reg(-1, "obj", hint="found"))
    e.line(f"{found} = {call}")
    e.fail_if(f"{found} is None")
    if op.outs:
        e.line(f"{', '.join(variables(e, op.outs))}{',' if len(op.outs) == 1 else ''} = {found}")


def _go_on(e: Emitter, op: Op) -> None:
    """What the function that a number chooses yields is what the function around it yields; a few stand in place of their calls."""
    key, *args = op.args
    table, default = op.attrs["table"], op.attrs["default"]
    if len(table) > _IN_PLACE or e.indent > _DEEPEST or any(_calls(e, name) > 1 for name in table.values()):
        e.line(f"return {_choice(e, op)}")
        return
    number = strip(e.expr(key))
    if not number.isidentifier():
        name = e.variable(Reg(-1, "int", hint="key"))
        e.line(f"{name} = {number}")
        number = name
    for value, arm in table.items():
        e.line(f"if {number} == {value}:")
        _stand_in(e, arm, args)
    if default is None:
        e.line(e.refusal)
    elif _calls(e, default) > 1:
        e.line(f"return {default}({', '.join(['data', *(strip(e.expr(a)) for a in args)])})")
    else:
        _stand_in(e, default, args, inner=0)


def _calls(e: Emitter, name: str) -> int:
    """In how many places a function is called."""
    named = [n for f in e.program.functions.values() for op in walk(f.body) for n in _callees(op)]
    return named.count(name)


def _callees(op: Op) -> list[str]:
    if op.kind == "first":
        return list(op.attrs["functions"])
    return [*op.attrs["table"].values(), *([op.attrs["default"]] if op.attrs["default"] else [])] if op.kind == "dispatch" else []


def _stand_in(e: Emitter, name: str, args: list[Reg], inner: int = 1) -> None:
    """The lines of a function in place of its call."""
    function = e.program.functions[name]
    made = Emitter(e.program, function, e.names, e.handlers)
    made.indent, made.taken = e.indent + inner, set(e.taken)
    for param, arg in zip(function.params, args, strict=True):
        made.text[param] = e.expr(arg)
    pattern_body(made, "return None", lambda results: made.line(f"return {', '.join(map(strip, results)) or '()'}"))
    e.lines += made.lines
    e.names.in_place.add(name)


_IN_PLACE: Final = 8  # so many functions are chosen among by comparisons
_DEEPEST: Final = 5
_TAILS: Final[dict[str, Emit]] = {  # where nothing is left to do behind it
    "first": _try_in_turn,
    "dispatch": _go_on,
}

CAN_FAULT: Final = frozenset({"must.equal", "map.get", "apply", "equal", "truth", "compose"})  # what calls functions on terms


def pattern_source(e: Emitter) -> list[str]:
    """A function of a pattern: where it fails it returns None, and where it has nothing to give, ()."""
    params = ", ".join(["data", *variables(e, e.function.params)])
    pattern_body(e, "return None", lambda results: e.line(f"return {', '.join(map(strip, results)) or '()'}"))
    return [f"def {e.function.name}({params}):", *e.lines, ""]


def _tail(body: Block) -> Op | None:
    """The last op of a function that only yields what that one gives."""
    if len(body.ops) < 2 or body.ops[-2].kind not in _TAILS:
        return None
    op, last = body.ops[-2:]
    return op if last.args == op.outs[1 if op.kind == "first" else 0 :] else None


def pattern_body(e: Emitter, refusal: str, finish: Callable[[list[str]], None]) -> None:
    """The ops of a function, which leaves by the refusal where it fails; `finish` is called with what it yields."""
    e.refusal = refusal
    begin, faulty = len(e.lines), any(op.kind in CAN_FAULT for op in walk(e.function.body))
    tail = _tail(e.function.body) if refusal == "return None" and not faulty else None
    if tail is not None:
        e.block(Block((), e.function.body.ops[:-2]))
        _TAILS[tail.kind](e, tail)
        return
    e.indent += faulty
    finish(e.block(e.function.body))
    if faulty:
        e.indent -= 1
        e.lines.insert(begin, "    " * e.indent + "try:")
        e.line(f"except {e.names.add('Fault', Fault)}:")
        e.line(f"    {refusal}")


MATCH: dict[str, Emit] = {
    **PARSE, "take": _take, "take.int": _take_int, "take.float": _take_float, "take.bits": _take_bits, "take.rest": _take_rest,
    "take.utf": _take_utf, "take.varint": _take_varint, "take.same": _take_same, "skip": _skip, "skip.rest": _skip_rest,
    "finish": _finish, "must": _must, "must.equal": _must_equal, "size.of": _size_of, "compose": _compose,
    "attempt": _attempt, "unfold": _unfold, "map.get": _map_get, "within": _within, "first": _first, "dispatch": _dispatch,
}  # fmt: skip
