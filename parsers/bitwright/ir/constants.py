"""What the constants of each op must be: `CHECKS` maps a kind to a function that says what is wrong, or None.

Where an op alone determines the interval of what it assigns (a load, bits, a comparison, a table), the
register's interval must contain it.  Of `bin`, and where values meet (`if`, loops, calls), lowering may
know more than the arithmetic says (a position that was checked against its end stays within 2**48), so
there the intervals need only meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bitwright.errors import BUILD_CODES, FINDING_CODES, MATCH_CODES, PARSE_CODES, Location
from bitwright.ir.builder import FOLD, IntervalError, interval
from bitwright.ir.claims import Check, byte_order, flag, is_int, natural, symbol, within
from bitwright.ir.constants_forms import FORM_CHECKS, run_of_bits, whole_units
from bitwright.ir.constants_match import MATCH_CHECKS
from bitwright.ir.constants_push import PUSH_CHECKS
from bitwright.ir.constants_terms import TERM_CHECKS
from bitwright.ir.ops import Op, Program, Reg
from bitwright.wire.floats import WIDTHS

_READING_CODES: Final = frozenset({*PARSE_CODES, *MATCH_CODES})
_COMPARISONS: Final = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})


# --- numbers -----------------------------------------------------------------------------------


def _const(op: Op, program: Program) -> str | None:
    value = op.attrs["value"]
    return within(op.outs[0], value, value) if is_int(value) else f"the value is no int: {value!r}"


def _bin(op: Op, program: Program) -> str | None:
    name, out = op.attrs["op"], op.outs[0]
    if name in _COMPARISONS:
        return within(out, 0, 1)
    if name not in FOLD:
        return f"no operator is called {name!r}"
    try:
        low, high = interval(name, *op.args)
    except IntervalError as error:
        return str(error)
    return None if low <= out.hi and out.lo <= high else f"%{out.number} is to lie in {out.lo}..{out.hi}, but lies in {low}..{high}"


def _lookup(op: Op, program: Program) -> str | None:
    table, default = op.attrs["table"], op.attrs["default"]
    if not isinstance(table, Mapping) or not all(is_int(k) and is_int(v) for k, v in table.items()) or not is_int(default):
        return "the table does not map ints to ints"
    values = [*table.values(), default]
    return within(op.outs[0], min(values), max(values))


# --- the input ---------------------------------------------------------------------------------


def _need(op: Op, program: Program) -> str | None:
    return _more(op) if natural(op.attrs["size"]) else f"the size is {op.attrs['size']!r}"


def _more(op: Op) -> str | None:
    return None if natural(op.attrs.get("more", 0)) else f"{op.attrs['more']!r} bytes are said to follow"


def _need_var(op: Op, program: Program) -> str | None:
    if op.attrs.get("code", "truncated") not in PARSE_CODES:
        return f"no error of parse has the code {op.attrs['code']!r}"
    return _more(op) if isinstance(op.attrs["expr"], str) and _paths(op.attrs["refs"]) else "expr is a text, refs are paths of fields"


def _paths(refs: Any) -> bool:
    return isinstance(refs, tuple) and all(isinstance(ref, str) for ref in refs)


# --- objects -----------------------------------------------------------------------------------


def _bitstring(op: Op, program: Program) -> str | None:
    wrong = _phase(op.attrs["phase"]) or byte_order(op.attrs["order"])
    return wrong or (None if op.attrs["as"] == "text" else symbol(op, program, op.attrs["as"], "class"))


def _spare(op: Op, program: Program) -> str | None:
    return byte_order(op.attrs["order"]) or within(op.outs[0], 0, 127)


def _as_bits(op: Op, program: Program) -> str | None:
    return _class(op, program) or _as_bytes(op, program)


def _put_bits(op: Op, program: Program) -> str | None:
    return _phase(op.attrs["phase"]) or byte_order(op.attrs["order"]) or flag("fill")(op, program)


def _float_width(op: Op) -> str | None:
    return None if op.attrs["width"] in WIDTHS else f"a float has 16, 32 or 64 bits, not {op.attrs['width']!r}"


def _float(op: Op, program: Program) -> str | None:
    width, word = op.attrs["width"], op.args[0]
    wrong = _float_width(op) or flag("plain")(op, program)
    if wrong is None and (word.lo < 0 or word.hi >> width):
        wrong = f"%{word.number} of {word.lo}..{word.hi} does not lie in {width} bits"
    return wrong


def _as_float(op: Op, program: Program) -> str | None:
    return _float_width(op) or within(op.outs[0], 0, (1 << op.attrs["width"]) - 1)


def _boxing(kind: Any, op: Op, program: Program) -> str | None:
    return None if kind in ("int", "bool") else symbol(op, program, kind, "table")


def _box(op: Op, program: Program) -> str | None:
    return _boxing(op.attrs["as"], op, program)


def _split(op: Op, program: Program) -> str | None:
    fields, word = op.attrs["fields"], op.args[0]
    if not isinstance(fields, tuple) or len(fields) != len(op.outs):
        return f"there is not one field for each of the {len(op.outs)} registers"
    if word.lo < 0 or word.hi > 255:
        return f"splits a byte, but %{word.number} lies in {word.lo}..{word.hi}"
    for (shift, width, signed, kind), out in zip(fields, op.outs, strict=True):
        wrong = run_of_bits(shift, width, signed, word) or _boxing(kind, op, program) or _unboxed(width, signed, kind, out)
        if wrong is not None:
            return wrong
    return None


def _unboxed(width: int, signed: bool, kind: str, out: Reg) -> str | None:
    """A number may stay in an int register."""
    if out.type == "obj":
        return None
    if kind != "int":
        return f"%{out.number} holds an object"
    half = 1 << (width - 1)
    return within(out, -half, half - 1) if signed else within(out, 0, 2 * half - 1)


def _known(op: Op, program: Program) -> str | None:
    return symbol(op, program, op.attrs["table"], "table") or within(op.outs[0], 0, 1)


def _span(op: Op, program: Program) -> str | None:
    return None if op.attrs["as"] == "bytes" else symbol(op, program, op.attrs["as"], "class")


def _render(op: Op, program: Program) -> str | None:
    return None if op.attrs["with"] == "hex" else symbol(op, program, op.attrs["with"], "function")


def _encoding(op: Op, program: Program) -> str | None:
    import codecs

    try:
        codecs.lookup(op.attrs["encoding"])
    except (LookupError, TypeError):
        return f"no encoding is called {op.attrs['encoding']!r}"
    return None


def _name(op: Op, program: Program) -> str | None:
    return None if natural(op.attrs["hops"]) else f"hops is {op.attrs['hops']!r}"


def _class(op: Op, program: Program) -> str | None:
    return symbol(op, program, op.attrs["class"], "class")


def _make(op: Op, program: Program) -> str | None:
    wrong = _class(op, program)
    if wrong is not None:
        return wrong
    keywords = op.attrs["keywords"]
    if not _paths(keywords) or len(keywords) > len(op.args):
        return f"{len(op.args)} values have the keywords {keywords!r}"
    fields = getattr(program.symbols[op.attrs["class"]], "__struct_fields__", None)
    if fields is not None and len(fields) != len(op.args):
        return f"makes {op.attrs['class']} of {len(op.args)} values; it has {len(fields)} fields"
    return None


def _record(op: Op, program: Program) -> str | None:
    names = op.attrs["names"]
    if not _paths(names) or len(names) != len(op.args) or len(set(names)) != len(names):
        return f"{len(op.args)} values have the names {names!r}"
    return None


# --- values to be written ----------------------------------------------------------------------


def _attribute(op: Op, program: Program) -> str | None:
    name = op.attrs["name"]
    return None if isinstance(name, str) and name.isidentifier() else f"no attribute is called {name!r}"


def _as_int(op: Op, program: Program) -> str | None:
    lo, hi = op.attrs["lo"], op.attrs["hi"]
    return within(op.outs[0], lo, hi) if is_int(lo) and is_int(hi) and lo <= hi else f"no interval: {lo!r}..{hi!r}"


def _as_bytes(op: Op, program: Program) -> str | None:
    size = op.attrs["size"]
    return None if size is None or natural(size) else f"the size is {size!r}"


def _arm(op: Op, program: Program) -> str | None:
    classes = op.attrs["classes"]
    if not isinstance(classes, tuple):
        return f"the classes are {classes!r}"
    for name in classes:
        wrong = symbol(op, program, name, "class")
        if wrong is not None:
            return wrong
    return within(op.outs[0], 0, max(len(classes) - 1, 0))


def _item(op: Op, program: Program) -> str | None:
    return None if natural(op.attrs["index"]) else f"the index is {op.attrs['index']!r}"


def _put(op: Op, program: Program) -> str | None:
    width, phase = op.attrs["width"], op.attrs.get("phase", 0)
    return _phase(phase) or (byte_order(op.attrs["order"]) if natural(width, 1) else f"the width is {width!r}")


def _put_pack(op: Op, program: Program) -> str | None:
    layout, total = op.attrs["layout"], op.attrs.get("phase", 0)
    if _phase(total):
        return _phase(total)
    if not isinstance(layout, tuple) or len(layout) != len(op.args):
        return f"the layout does not have one entry for each of the {len(op.args)} numbers"
    before = None
    for width, order in layout:
        wrong = byte_order(order) if natural(width, 1) else f"a width is {width!r}"
        if wrong is not None:
            return wrong
        if total % 8 and before not in {None, order}:
            return f"a number in {order} order begins at bit {total % 8} of a byte that was begun in {before} order"
        total, before = total + width, order
    return None


def _put_bytes(op: Op, program: Program) -> str | None:
    terminator = op.attrs.get("terminator")
    if terminator is not None and not (isinstance(terminator, bytes) and terminator):
        return f"the terminator is {terminator!r}"
    return whole_units(op.attrs.get("unit", 1), terminator or b"")


def _here(op: Op, program: Program) -> str | None:
    return _phase(op.attrs.get("phase", 0))


def _patch(op: Op, program: Program) -> str | None:
    width, phase = op.attrs["width"], op.attrs["phase"]
    if not natural(width, 1) or not natural(phase) or phase > 7:
        return f"no place in a byte: width {width!r}, phase {phase!r}"
    return byte_order(op.attrs["order"])


def _block(op: Op, program: Program) -> str | None:
    if op.args[2].lo < -1:
        return f"the offset lies in {op.args[2].lo}..{op.args[2].hi}, but begins at -1, for none"
    return flag("movable")(op, program) or (None if natural(op.attrs["align"], 1) else f"align is {op.attrs['align']!r}")


def _reach(op: Op, program: Program) -> str | None:
    return None if natural(op.attrs["factor"]) else f"the factor is {op.attrs['factor']!r}"


# --- control -----------------------------------------------------------------------------------


def _fail_if(op: Op, program: Program) -> str | None:
    code = op.attrs["code"]
    if code not in (_READING_CODES if program.direction == "parse" else BUILD_CODES):
        return f"no error of {program.direction} has the code {code!r}"
    if not _paths(op.attrs.get("refs", ())):
        return f"refs are paths of fields: {op.attrs['refs']!r}"
    field, location = op.attrs.get("field", ""), op.attrs.get("location")
    if not isinstance(field, str) or not (location is None or isinstance(location, Location)) or _phase(op.attrs.get("phase", 0)):
        return f"no place: field {field!r}, location {location!r}, phase {op.attrs.get('phase')!r}"
    placed = bool(op.attrs.get("at"))
    if placed and (len(op.args) < 2 or op.args[-1].type != "int"):
        return "its place must be the last number"
    return _message(op.attrs["message"], len(op.args) - placed)


def _finding_if(op: Op, program: Program) -> str | None:
    if program.direction != "parse":
        return "findings are made by parsing"
    if op.attrs["code"] not in FINDING_CODES:
        return f"no finding has the code {op.attrs['code']!r}"
    return _message(op.attrs["message"], len(op.args) - 1)


def _message(message: Any, count: int) -> str | None:
    """A message must be able to show its numbers."""
    if not isinstance(message, str):
        return f"the message is {message!r}"
    if "{" not in message and "}" not in message:
        return None
    try:
        message.format(*[0] * count)
    except (IndexError, KeyError, ValueError):
        return f"the message {message!r} does not fit its {count} numbers"
    return None


def _call(op: Op, program: Program) -> str | None:
    return None if isinstance(op.attrs["function"], str) else f"the function is {op.attrs['function']!r}"


def _defer(op: Op, program: Program) -> str | None:
    return _call(op, program) or (None if natural(op.attrs["size"]) else f"the size is {op.attrs['size']!r}")


def _dispatch(op: Op, program: Program) -> str | None:
    table = op.attrs["table"]
    if not isinstance(table, Mapping) or not all(is_int(k) and isinstance(v, str) for k, v in table.items()):
        return "the table does not map ints to functions"
    return None


def _enter(op: Op, program: Program) -> str | None:
    name, phase, location = op.attrs["name"], op.attrs["phase"], op.attrs["location"]
    if not (name is None or isinstance(name, str)) or not (location is None or isinstance(location, Location)):
        return f"no mark: name {name!r}, location {location!r}"
    if op.attrs.get("bits", "msb") not in ("msb", "lsb"):
        return f"the bit order is {op.attrs['bits']!r}"
    if "unit" in op.attrs:
        return _mark_in_bits(op)
    wanted = (1 if program.direction == "parse" else 0) + (name is None)  # the position, the index of an element
    if len(op.args) != wanted or any(reg.type != "int" for reg in op.args):
        return f"takes {wanted} numbers: " + ("the position" if program.direction == "parse" else "none") + " and, of an element, its index"
    return _phase(phase)


def _mark_in_bits(op: Op) -> str | None:
    """A mark of a pattern: of a segment, whose position may lie any number of bits behind a register."""
    if op.attrs["unit"] != 1 or not natural(op.attrs["phase"]) or not natural(op.attrs.get("segment", 1), 1):
        return f"no segment: unit {op.attrs['unit']!r}, phase {op.attrs['phase']!r}, segment {op.attrs.get('segment')!r}"
    most = 1 if op.kind == "enter" else 2
    return None if 1 <= len(op.args) <= most and op.args[0].type == "int" else "takes the position" + " and the value" * (most - 1)


def _leave(op: Op, program: Program) -> str | None:
    if "unit" in op.attrs:
        return _mark_in_bits(op)
    if program.direction == "parse" and (len(op.args) != 2 or op.args[0].type != "int"):
        return "takes the position and the value"
    return _phase(op.attrs["phase"])


def _phase(phase: Any) -> str | None:
    return None if natural(phase) and phase <= 7 else f"the phase is {phase!r}"


CHECKS: Final[Mapping[str, Check]] = {
    **FORM_CHECKS, **MATCH_CHECKS, **PUSH_CHECKS, **TERM_CHECKS,
    "const": _const, "bin": _bin, "lookup": _lookup,
    "neg": lambda op, program: within(op.outs[0], -op.args[0].hi, -op.args[0].lo),
    "not": lambda op, program: within(op.outs[0], 0, 1),
    "select": lambda op, program: within(op.outs[0], min(r.lo for r in op.args[1:]), max(r.hi for r in op.args[1:])),
    "is_none": lambda op, program: within(op.outs[0], 0, 1),
    "zeros": lambda op, program: within(op.outs[0], 0, 1),
    "finite": lambda op, program: within(op.outs[0], 0, 1),
    "fit": lambda op, program: within(op.outs[0], 0, 1),
    "need": _need, "need.var": _need_var,
    "box": _box,
    "bitstring": _bitstring, "spare": _spare, "as_bits": _as_bits, "put.bits": _put_bits,
    "float": _float, "split": _split, "known": _known, "span": _span, "render": _render, "text": _encoding,
    "name": _name, "make": _make, "record": _record,
    "attr": _attribute, "set": _attribute, "as_int": _as_int,
    "as_float": _as_float, "as_bytes": _as_bytes, "as_text": _encoding, "as_value": _class,
    "as_class": _class, "arm": _arm, "item": _item,
    "put": _put, "put.pack": _put_pack, "put.bytes": _put_bytes, "patch": _patch, "put.name": flag("compress"), "here": _here,
    "reach": _reach, "blocks": _reach, "block": _block, "defer": _defer,
    "attempt": flag("finding"), "fail_if": _fail_if, "finding_if": _finding_if, "call": _call, "dispatch": _dispatch,
    "enter": _enter, "leave": _leave,
}  # fmt: skip
