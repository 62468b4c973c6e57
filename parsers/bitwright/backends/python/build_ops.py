"""Source for the ops of build programs."""

from __future__ import annotations

from bitwright.backends.python import runtime
from bitwright.backends.python.common_ops import COMMON, Emit, variables
from bitwright.backends.python.emitter import CODES, Emitter, strip
from bitwright.backends.python.push_ops import PUSH
from bitwright.field_codec import encode
from bitwright.ir.ops import Op, Reg
from bitwright.wire.compression import NameMemo, fit_region
from bitwright.wire.pointers import Blocks, begin_block, end_block
from bitwright.wire.varints import write_varint


def _as_int(e: Emitter, op: Op) -> None:
    value, name = e.expr(op.args[0]), e.variable(op.outs[0])
    e.line(f"{name} = {value}")
    e.line(f"if {name}.__class__ is not int:")
    e.line(f"    {name} = {e.names.add('as_int', runtime.as_int)}({name})")
    e.fail_if(f"not {op.attrs['lo']} <= {name} <= {op.attrs['hi']}")


def _as_float(e: Emitter, op: Op) -> None:
    e.line(f"{e.variable(op.outs[0])} = {e.names.add('as_float', runtime.as_float)}({strip(e.expr(op.args[0]))}, {op.attrs['width']})")


def _as_bits(e: Emitter, op: Op) -> None:
    name, as_type = e.variable(op.outs[0]), _class(e, op.attrs["class"])
    e.line(f"{name} = {e.expr(op.args[0])}")
    e.line(f"if {name}.__class__ is not {as_type}:")
    e.line(f"    {name} = {e.names.add('as_bits', runtime.as_run_of_bits)}({name}, {as_type})")
    if op.attrs["size"] is not None:
        e.fail_if(f"len({name}) != {op.attrs['size']}")


def _put_run(e: Emitter, op: Op) -> None:
    function, value = e.names.add("put_run_of_bits", runtime.put_run_of_bits), strip(e.expr(op.args[0]))
    e.line(f'{function}(out, {value}, {op.attrs["phase"]}, "{op.attrs["order"]}")')


def _as_bytes(e: Emitter, op: Op) -> None:
    name = e.variable(op.outs[0])
    e.line(f"{name} = {e.expr(op.args[0])}")
    e.line(f"if {name}.__class__ is not bytes:")
    e.line(f"    {name} = {e.names.add('as_bytes', runtime.as_bytes)}({name})")
    if op.attrs["size"] is not None:
        e.fail_if(f"len({name}) != {op.attrs['size']}")


def _as_text(e: Emitter, op: Op) -> None:
    function = e.names.add("as_text", runtime.as_text)
    e.line(f'{", ".join(variables(e, op.outs))} = {function}({e.expr(op.args[0])}, "{op.attrs["encoding"]}")')


def _as_list(e: Emitter, op: Op) -> None:
    name = e.variable(op.outs[0])
    e.line(f"{name} = {e.expr(op.args[0])}")
    e.line(f"if {name}.__class__ is not list:")
    e.line(f"    {name} = {e.names.add('as_list', runtime.as_list)}({name})")


def _class(e: Emitter, symbol: str) -> str:
    return e.names.add(symbol[1:], e.program.symbols[symbol])


def _as_value(e: Emitter, op: Op) -> None:
    name, as_type = e.variable(op.outs[0]), _class(e, op.attrs["class"])
    e.line(f"{name} = {e.expr(op.args[0])}")
    e.line(f"if {name}.__class__ is not {as_type}:")
    e.line(f"    {name} = {e.names.add('as_value', runtime.as_value)}({name}, {as_type})")


def _encode(e: Emitter, op: Op) -> None:
    codec = e.names.add(op.attrs["codec"][1:], e.program.symbols[op.attrs["codec"]])
    e.line(f"{e.variable(op.outs[0])} = {e.names.add('encode', encode)}({codec}, {e.expr(op.args[0])})")


def _as_class(e: Emitter, op: Op) -> None:
    e.fail_if(f"{e.expr(op.args[0])}.__class__ is not {_class(e, op.attrs['class'])}")


def _arm(e: Emitter, op: Op) -> None:
    table = {e.program.symbols[c]: i for i, c in enumerate(op.attrs["classes"])}
    name = e.variable(op.outs[0])
    e.line(f"{name} = {e.names.add('INDEX', table)}.get({e.expr(op.args[0])}.__class__)")
    e.fail_if(f"{name} is None")


def _attr(e: Emitter, op: Op) -> None:
    e.line(f"{e.variable(op.outs[0])} = {e.expr(op.args[0])}.{op.attrs['name']}")


def _here(e: Emitter, op: Op) -> None:
    ahead = op.attrs.get("ahead", 0) - (1 if op.attrs.get("phase", 0) else 0)  # a byte that is begun is there already
    e.line(f"{e.variable(op.outs[0])} = len(out)" + (f" {'+' if ahead > 0 else '-'} {abs(ahead)}" if ahead else ""))


def _put(e: Emitter, op: Op) -> None:
    _pack(e, list(op.args), [(op.attrs["width"], op.attrs["order"])], op.attrs.get("phase", 0))


def _put_pack(e: Emitter, op: Op) -> None:
    _pack(e, list(op.args), list(op.attrs["layout"]), op.attrs.get("phase", 0))


def _pack(e: Emitter, values: list[Reg], layout: list[tuple[int, str]], phase: int) -> None:
    """Numbers grouped into words of whole bytes; what fills up a byte begun before, or begins one, stands apart."""
    words: list[tuple[str, int, str]] = []
    parts: list[tuple[str, int]] = []
    total, last = phase, "big"
    for value, (width, order) in zip(values, layout, strict=True):
        parts.append((_unsigned(e, value, width), width))
        total, last = total + width, order
        if total % 8 == 0:
            if phase:
                _put_bits(e, parts, phase, order)
            else:
                words.append((_joined(parts, order), total // 8, order))
            parts, total, phase = [], 0, 0
    if words:
        _put_words(e, words)
    if parts:
        _put_bits(e, parts, phase, last)


def _put_bits(e: Emitter, parts: list[tuple[str, int]], phase: int, order: str) -> None:
    """Numbers that do not begin or do not end at a byte."""
    width = sum(w for _, w in parts)
    function = e.names.add("put_low_bits", runtime.put_low_bits) if order == "little" else e.names.add("put_bits", runtime.put_bits)
    e.line(f"{function}(out, {strip(_joined(parts, order))}, {width}, {phase})")


def _put_words(e: Emitter, words: list[tuple[str, int, str]]) -> None:
    """Words of one order into one `struct.pack`."""
    pieces: list[str] = []
    run: list[tuple[str, int]] = []
    run_order = "big"
    for text, size, order in [*words, ("", 0, "")]:
        same = size in CODES and (order == run_order or size == 1 or not run)
        if run and not same:
            pieces.append(_struct(e, run, run_order))
            run = []
        if size in CODES:
            run_order = order if size > 1 or not run else run_order
            run.append((text, size))
        elif size:
            pieces.append(f'({text}).to_bytes({size}, "{order}")')
    e.line(f"out += {' + '.join(pieces)}")


def _struct(e: Emitter, run: list[tuple[str, int]], order: str) -> str:
    codes = "".join(CODES[size] for _, size in run)
    return f"{e.names.packer(order, codes)}({', '.join(strip(text) for text, _ in run)})"


def _unsigned(e: Emitter, value: Reg, width: int) -> str:
    text = e.expr(value)
    return f"({text} & {(1 << width) - 1:#x})" if value.lo < 0 else text


def _joined(parts: list[tuple[str, int]], order: str) -> str:
    """The numbers side by side in one: in little endian the first lies lowest."""
    if len(parts) == 1:
        return parts[0][0]
    shift, texts = 0, []
    for text, width in parts if order == "little" else reversed(parts):
        if text != "0":
            texts.append(f"{text} << {shift}" if shift else text)
        shift += width
    return f"({' | '.join(reversed(texts))})" if texts else "0"


def _put_bytes(e: Emitter, op: Op) -> None:
    content, terminator, unit = strip(e.expr(op.args[0])), op.attrs.get("terminator"), op.attrs.get("unit", 1)
    if terminator:
        more = f", {unit}" if unit > 1 else ""
        content = f"{e.names.add('terminated', runtime.terminated)}({content}, {terminator!r}{more})"
    e.line(f"out += {content}")


def _put_area(e: Emitter, op: Op) -> None:
    content, size = (strip(e.expr(a)) for a in op.args)
    constants = ", ".join(repr(op.attrs[name]) for name in ("pad", "terminator", "unit"))
    e.line(f"out += {e.names.add('area', runtime.area)}({content}, {size}, {constants})")


def _encoded(e: Emitter, op: Op) -> str:
    return f"{e.names.add('write_varint', write_varint)}({strip(e.expr(op.args[-1]))}, {op.attrs['coding']!r})"


def _put_varint(e: Emitter, op: Op) -> None:
    number = e.expr(op.args[0])
    if op.args[0].lo < 0 or not number.isidentifier():
        e.line(f"out += {_encoded(e, op)}")
        return
    e.line(f"if {number} < {0x40 if op.attrs['coding'] == 'quic' else 0x80}:")
    e.line(f"    out.append({number})")
    e.line("else:")
    e.line(f"    out += {_encoded(e, op)}")


def _insert_varint(e: Emitter, op: Op) -> None:
    at = strip(e.expr(op.args[0]))
    encoded = e.variable(Reg(-1, "obj", hint="encoded"))
    e.line(f"{encoded} = {_encoded(e, op)}")
    e.line(f"out[{at}:{at}] = {encoded}")
    if e.uses.get(op.outs[0]):
        e.line(f"{e.variable(op.outs[0])} = len({encoded})")


def _put_zeros(e: Emitter, op: Op) -> None:
    e.line(f"out += bytes({strip(e.expr(op.args[0]))})")


def _memo(e: Emitter, op: Op) -> None:
    e.line(f"{e.variable(op.outs[0])} = {e.names.add('NameMemo', NameMemo)}()")


def _put_name(e: Emitter, op: Op) -> None:
    text, origin, memo = (strip(e.expr(a)) for a in op.args)
    call = f"{e.names.add('put_name', runtime.put_name)}({text}, out, {origin}, {memo}, {op.attrs['compress']})"
    e.line(f"{e.variable(op.outs[0])} = {call}" if e.uses.get(op.outs[0]) else call)


def _fit(e: Emitter, op: Op) -> None:
    origin, begin, wanted, memo = (strip(e.expr(a)) for a in op.args)
    fit = e.names.add("fit_region", fit_region)
    e.line(f"{e.variable(op.outs[0])} = {wanted} >= 0 and {fit}(out, {memo}, {origin}, {begin}, {wanted})")


def _patch(e: Emitter, op: Op) -> None:
    at, value = op.args
    width, phase, order = op.attrs["width"], op.attrs["phase"], op.attrs["order"]
    number = _unsigned(e, value, width)
    if phase == 0 and width % 8 == 0:
        e.line(f'out[{e.expr(at)}:{e.plus(at, width // 8)}] = {number}.to_bytes({width // 8}, "{order}")')
    else:
        side = ', "little"' if order == "little" else ""
        e.line(f"{e.names.add('patch', runtime.patch)}(out, {strip(e.expr(at))}, {strip(number)}, {width}, {phase}{side})")


def _put_checksum(e: Emitter, op: Op) -> None:
    algorithm = e.names.add(op.attrs["algorithm"][1:], e.program.symbols[op.attrs["algorithm"]])
    args = ", ".join(strip(e.expr(a)) for a in op.args)
    sum_of, own = e.names.add("sum_of", runtime.put_checksum), op.attrs.get("own", b"\0")
    e.line(f"{e.variable(op.outs[0])} = {sum_of}(out, {args}, {op.attrs['bytes']}, {algorithm}, {own!r})")


def _defer(e: Emitter, op: Op) -> None:
    blocks, hole, *args = (strip(e.expr(a)) for a in op.args)
    job = f"({', '.join([op.attrs['function'], *args])},)"
    e.line(f"{blocks}.add({hole}, {op.attrs['size']}, {job})")


def _run(e: Emitter, op: Op) -> None:
    function, *args = e.variable(Reg(-1, "obj", hint="write_block")), e.variable(Reg(-1, "obj", hint="values"))
    e.line(f"for {function}, *{args[0]} in {e.expr(op.args[0])}:")
    e.line(f"    {function}(out, *{args[0]})")


def _block(e: Emitter, op: Op) -> None:
    args = ", ".join(strip(e.expr(a)) for a in op.args)
    begin = e.names.add("begin_block", begin_block)
    call = f"{begin}(out, {args}, {op.attrs['align']}, movable={op.attrs['movable']})"
    e.line(f"{', '.join(variables(e, op.outs))} = {call}")


def _block_end(e: Emitter, op: Op) -> None:
    e.line(f"{e.names.add('end_block', end_block)}(out, {', '.join(strip(e.expr(a)) for a in op.args)})")


def _wrote(e: Emitter, op: Op) -> None:
    constant = e.names.add("MAGIC", op.attrs["value"], op.attrs["value"])
    e.line(f"{e.variable(op.outs[0])} = int(out.startswith({constant}, {strip(e.expr(op.args[0]))}))")


BUILD: dict[str, Emit] = {
    **COMMON, "memo": _memo, "fit": _fit, "as_int": _as_int,
    "as_bits": _as_bits, "as_float": _as_float, "as_bytes": _as_bytes, "as_text": _as_text,
    "as_list": _as_list, "as_value": _as_value,
    "encode": _encode, "as_class": _as_class, "arm": _arm, "attr": _attr, "here": _here, "put": _put, "put.pack": _put_pack,
    "put.bytes": _put_bytes,
    "put.area": _put_area,
    "put.bits": _put_run,
    "put.zeros": _put_zeros, "put.varint": _put_varint, "insert.varint": _insert_varint,
    "put.name": _put_name, "patch": _patch, "put.checksum": _put_checksum,
    "blocks": lambda e, op: e.line(f"{e.variable(op.outs[0])} = {e.names.add('Blocks', Blocks)}({op.attrs['factor']})"),
    "defer": _defer, "blocks.run": _run, "block": _block, "block.end": _block_end,
    "set": lambda e, op: e.line(f"{e.expr(op.args[0])}.{op.attrs['name']} = {strip(e.expr(op.args[1]))}"),
    "item": lambda e, op: e.line(f"{e.variable(op.outs[0])} = {e.expr(op.args[0])}[{op.attrs['index']}]"),
    "wrote": _wrote,
    "is_none": lambda e, op: e.define(op.outs[0], f"{e.expr(op.args[0])} is None"),
    **PUSH,
}  # fmt: skip
