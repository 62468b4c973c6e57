"""Source for the ops of parse programs."""

from __future__ import annotations

from typing import Final

from bitwright.backends.python import runtime
from bitwright.backends.python.common_ops import COMMON, Emit, variables
from bitwright.backends.python.emitter import CODES, Emitter, strip
from bitwright.field_codec import decode
from bitwright.ir.ops import Op, Reg
from bitwright.values import SKIPPED
from bitwright.wire.areas import content_end, find_unit, is_padding
from bitwright.wire.bitruns import utf_at
from bitwright.wire.names import name_end
from bitwright.wire.pointers import Reach
from bitwright.wire.varints import read_varint, size_of_varint

FLOATS: Final = {2: "e", 4: "f", 8: "d"}
Layout = tuple[tuple[int, int, str], ...]


def _need(e: Emitter, op: Op) -> None:
    base, end = op.args
    size = op.attrs["size"]
    if size:
        e.fail_if(f"{e.plus(base, size)} > {e.expr(end)}")


def _need_var(e: Emitter, op: Op) -> None:
    base, end, size = op.args
    amount = e.expr(size)
    check = f"{e.expr(base)} + {amount} > {e.expr(end)}"
    e.fail_if(f"{amount} < 0 or {check}" if size.lo < 0 else check)


def _load(e: Emitter, op: Op) -> None:
    size, place = op.attrs["bytes"], e.plus(op.args[0], op.attrs["offset"])
    if size == 1:
        e.define(op.outs[0], f"data[{place}]", atom=e.uses.get(op.outs[0], 0) == 1)
    elif size in CODES:
        e.line(f"{e.variable(op.outs[0])}, = {e.names.unpacker(op.attrs['order'], CODES[size])}(data, {place})")
    else:
        stop = e.plus(op.args[0], op.attrs["offset"] + size)
        e.define(op.outs[0], f'int.from_bytes(data[{place}:{stop}], "{op.attrs["order"]}")')


def format_of(layout: Layout, begin: int, stop: int) -> tuple[str, str]:
    """The byte order and the codes of `struct` for what lies between two offsets."""
    codes, at = "", begin
    little = any(size > 1 and order.endswith("little") for _, size, order in layout)
    for offset, size, order in layout:
        codes += _gap(offset - at) + (f"{size}s" if order == "bytes" else _code(size, order))
        at = offset + size
    return "little" if little else "big", codes + _gap(stop - at)


def _code(size: int, order: str) -> str:
    if order.startswith("float"):
        return FLOATS[size]
    return CODES[size].lower() if order.startswith("signed") else CODES[size]


def _gap(size: int) -> str:
    return f"{size}x" if size > 1 else "x" if size else ""


def _unpack(e: Emitter, op: Op) -> None:
    layout = op.attrs["layout"]
    unpack = e.names.unpacker(*format_of(layout, layout[0][0], sum(layout[-1][:2])))
    e.line(f"{', '.join(variables(e, op.outs))}{',' if len(layout) == 1 else ''} = {unpack}(data, {e.plus(op.args[0], layout[0][0])})")


def _finite(e: Emitter, op: Op) -> None:
    """What is NaN or an infinity differs from zero, less itself."""
    value = e.expr(op.args[0])
    e.define(op.outs[0], f"{value} - {value} == 0.0")


def _number(e: Emitter, op: Op) -> None:
    begin, stop = (strip(e.expr(a)) for a in op.args)
    signed = ", signed=True" if op.attrs["signed"] else ""
    e.define(op.outs[0], f'int.from_bytes(data[{begin}:{stop}], "{op.attrs["order"]}"{signed})', atom=e.uses.get(op.outs[0], 0) == 1)


def _bits(e: Emitter, op: Op) -> None:
    word, shift, width = op.args[0], op.attrs["shift"], op.attrs["width"]
    text = e.expr(word)
    if shift:
        text = f"{text} >> {shift}"
    mask = (1 << width) - 1
    if word.hi >> shift > mask:
        text = f"{text} & {mask:#x}" if width > 4 else f"{text} & {mask}"
    if op.attrs["signed"]:
        sign = 1 << (width - 1)
        text = f"(({text}) ^ {sign:#x}) - {sign:#x}"
    e.define(op.outs[0], text)


def _find(e: Emitter, op: Op) -> None:
    base, end = (strip(e.expr(a)) for a in op.args)
    name, unit = e.variable(op.outs[0]), op.attrs.get("unit", 1)
    terminator = e.names.add("TERMINATOR", op.attrs["terminator"], op.attrs["terminator"])
    if unit == 1:
        e.line(f"{name} = data.find({terminator}, {base}, {end})")
    else:
        e.line(f"{name} = {e.names.add('find_unit', find_unit)}(data, {terminator}, {base}, {end}, {unit})")
    e.fail_if(f"{name} < 0")


def _trim(e: Emitter, op: Op) -> None:
    base, end = (strip(e.expr(a)) for a in op.args)
    pad, terminator, unit = op.attrs["pad"], op.attrs["terminator"], op.attrs["unit"]
    stop = e.variable(op.outs[0])
    if terminator is not None and unit == 1:
        e.line(f"{stop} = data.find({e.names.add('TERMINATOR', terminator, terminator)}, {base}, {end})")
    elif terminator is None and unit == 1:
        e.line(f"{stop} = {base} + len(data[{base}:{end}].rstrip({pad!r}))")
    else:
        e.line(f"{stop} = {e.names.add('content_end', content_end)}(data, {base}, {end}, {pad!r}, {terminator!r}, {unit})")
    if terminator is not None:
        e.fail_if(f"{stop} < 0")
    if e.uses.get(op.outs[1]):
        is_clean = e.names.add("is_padding", is_padding)
        e.line(f"{e.variable(op.outs[1])} = int({is_clean}(data, {stop}, {end}, {pad!r}, {terminator!r}))")


def _same(e: Emitter, op: Op) -> None:
    value, place = op.attrs["value"], strip(e.expr(op.args[0]))
    if len(value) == 1:
        e.define(op.outs[0], f"data[{place}] == {value[0]}")
        return
    constant = e.names.add("MAGIC", value, value)
    e.define(op.outs[0], f"data.startswith({constant}{'' if place == '0' else f', {place}'})")


def _span(e: Emitter, op: Op) -> None:
    begin, stop = (strip(e.expr(a)) for a in op.args)
    text = f"data[{begin}:{stop}]"
    kind = op.attrs["as"]
    if kind != "bytes":
        text = f"{e.names.add('new', bytes.__new__)}({e.names.add(kind[1:], e.program.symbols[kind])}, {text})"
    e.define(op.outs[0], text, atom=e.uses.get(op.outs[0], 0) == 1 and op.outs[0] in e.local)


def _render(e: Emitter, op: Op) -> None:
    begin, stop = (strip(e.expr(a)) for a in op.args)
    raw, how = f"data[{begin}:{stop}]", op.attrs["with"]
    text = f"{raw}.hex()" if how == "hex" else f"{e.names.add(how[1:], e.program.symbols[how])}({raw})"
    e.define(op.outs[0], text, atom=e.uses.get(op.outs[0], 0) == 1 and op.outs[0] in e.local)


def _text(e: Emitter, op: Op) -> None:
    begin, stop = (strip(e.expr(a)) for a in op.args)
    e.line(f'{e.variable(op.outs[0])} = data[{begin}:{stop}].decode("{op.attrs["encoding"]}")')


def _name(e: Emitter, op: Op) -> None:
    function = e.names.add("name_at", runtime.name)
    args = ", ".join(strip(e.expr(a)) for a in op.args)
    e.line(f"{', '.join(variables(e, op.outs))} = {function}(data, {args}, {op.attrs['hops']})")


def _name_end(e: Emitter, op: Op) -> None:
    args = ", ".join(strip(e.expr(a)) for a in op.args)
    e.line(f"{e.variable(op.outs[0])} = {e.names.add('name_end', name_end)}(data, {args})")


def _varint(e: Emitter, op: Op) -> None:
    """A number of one byte in place, all others by a call."""
    base, end = (strip(e.expr(a)) for a in op.args)
    coding, bits = op.attrs["coding"], op.attrs["bits"]
    number, after = variables(e, op.outs)
    call = f"{number}, {after} = {e.names.add('read_varint', read_varint)}(data, {base}, {end}, {coding!r}, {bits})"
    if op.outs[0].lo < 0 or bits < 7:
        e.line(call)
        return
    e.line(f"if {base} < {end} and data[{base}] < {0x40 if coding == 'quic' else 0x80}:")
    e.line(f"    {number} = data[{base}]")
    e.line(f"    {after} = {e.plus(op.args[0], 1)}")
    e.line("else:")
    e.line(f"    {call}")


def _utf(e: Emitter, op: Op) -> None:
    """A code point from a byte on: one of a single byte in place, all others by a call."""
    base, end = (strip(e.expr(a)) for a in op.args)
    encoding, order = op.attrs["encoding"], op.attrs["order"]
    point, after = variables(e, op.outs)
    if encoding == "utf8":
        e.line(f"if {base} < {end} and data[{base}] < 0x80:")
        e.line(f"    {point} = data[{base}]")
        e.line(f"    {after} = {e.plus(op.args[0], 1)}")
        e.line("else:")
        e.indent += 1
    found = e.variable(Reg(-1, "obj", hint="found"))
    e.line(f'{found} = {e.names.add("utf_at", utf_at)}(data, {e.expr(op.args[0])} * 8, {end} * 8, "{encoding}", "{order}")')
    e.fail_if(f"{found} is None")
    e.line(f"{point}, {after} = {found}")
    e.line(f"{after} >>= 3")
    e.indent -= encoding == "utf8"


def _decode(e: Emitter, op: Op) -> None:
    base, end = (strip(e.expr(a)) for a in op.args)
    name, after = variables(e, op.outs)
    codec = e.names.add(op.attrs["codec"][1:], e.program.symbols[op.attrs["codec"]])
    more = ", plain=True" if op.attrs["plain"] else ""
    e.line(f"{name}, {after} = {e.names.add('decode', decode)}({codec}, data, {base}, {end}{more})")


def _varint_size(e: Emitter, op: Op) -> None:
    e.define(op.outs[0], f"{e.names.add('size_of_varint', size_of_varint)}({strip(e.expr(op.args[0]))}, {op.attrs['coding']!r})")


def _checksum(e: Emitter, op: Op) -> None:
    algorithm = e.names.add(op.attrs["algorithm"][1:], e.program.symbols[op.attrs["algorithm"]])
    args = ", ".join(strip(e.expr(a)) for a in op.args)
    own = op.attrs.get("own", b"\0")
    e.define(op.outs[0], f"{e.names.add('sum_of', runtime.checksum)}(data, {args}, {op.attrs['bytes']}, {algorithm}, {own!r})")


def _reach(e: Emitter, op: Op) -> None:
    args = ", ".join(strip(e.expr(a)) for a in op.args)
    e.line(f"{e.variable(op.outs[0])} = {e.names.add('Reach', Reach)}({args}, {op.attrs['factor']})")


def _region(e: Emitter, op: Op) -> None:
    reach = e.expr(op.args[0])
    e.line(f"{', '.join(variables(e, op.outs))} = {reach}.base, {reach}.end")


def _reached(e: Emitter, op: Op) -> None:
    reach, begin, stop = (strip(e.expr(a)) for a in op.args)
    e.line(f"{reach}.reached({begin}, {stop})")


def _extent(e: Emitter, op: Op) -> None:
    reach, position = (strip(e.expr(a)) for a in op.args)
    e.line(f"{e.variable(op.outs[0])} = {reach}.extent({position})")


def _known(e: Emitter, op: Op) -> None:
    table = e.names.add(op.attrs["table"][1:].upper() + "S", e.program.symbols[op.attrs["table"]])
    e.define(op.outs[0], f'getattr({table}[{strip(e.expr(op.args[0]))}], "name", None) is not None')


def _zeros(e: Emitter, op: Op) -> None:
    begin, stop = (strip(e.expr(a)) for a in op.args)
    e.define(op.outs[0], f'not data[{begin}:{stop}].strip(b"\\0")')


PARSE: dict[str, Emit] = {
    **COMMON, "memo": lambda e, op: e.line(f"{e.variable(op.outs[0])} = {{}}"), "need": _need, "need.var": _need_var,
    "expect": lambda e, op: None, "name.end": _name_end,
    "skipped": lambda e, op: e.define(op.outs[0], e.names.add("SKIPPED", SKIPPED), atom=True),
    "load": _load, "unpack": _unpack, "number": _number, "bits": _bits, "find": _find, "trim": _trim, "same": _same,
    "decode": _decode, "varint": _varint, "varint.size": _varint_size,
    "finite": _finite, "utf": _utf,
    "span": _span, "render": _render, "text": _text, "name": _name, "checksum": _checksum, "known": _known, "zeros": _zeros,
    "reach": _reach, "reach.region": _region, "reached": _reached, "extent": _extent,
}  # fmt: skip
