"""Source for the ops of programs that wait: generators over one buffer that grows.

Where a byte is missing, generated code yields how far the input must reach for it to go on, and how far the message
reaches at the least; whoever runs it sends nothing, and calls `next` when the bytes are there.  The input is a
`Buffer`: a bytearray, so what is cut out of it is made bytes, and no view of it lives on.
"""

from __future__ import annotations

import functools
from collections.abc import Generator
from typing import Final

from bitwright.backends.python import runtime
from bitwright.backends.python.common_ops import Emit, variables
from bitwright.backends.python.emitter import Emitter, strip
from bitwright.backends.python.parse_ops import PARSE
from bitwright.ir.ops import Op
from bitwright.ir.waiting import Buffer, name_wanted, terminator_wanted, varint_wanted
from bitwright.wire.names import MAX_NAME, Memo, read_name

POINTER: Final = 0xC0


def _need(e: Emitter, op: Op) -> None:
    PARSE["need"](e, op)
    base, size = op.args[0], op.attrs["size"]
    if op.attrs.get("wait") and size:
        _wait(e, e.plus(base, size), e.plus(base, size + op.attrs["more"]) if op.attrs.get("more") else "0")


def _need_var(e: Emitter, op: Op) -> None:
    PARSE["need.var"](e, op)
    if op.attrs.get("wait"):
        stop = f"{e.expr(op.args[0])} + {e.expr(op.args[2])}"
        _wait(e, stop, f"{stop} + {op.attrs['more']}" if op.attrs.get("more") else "0")


def _wait(e: Emitter, stop: str, least: str) -> None:
    e.line(f"if {stop} > len(data):")
    e.line(f"    yield {stop}, {least}")


def _expect(e: Emitter, op: Op) -> None:
    base, _, size = op.args
    e.line(f"data.least = max(data.least, {e.expr(base)} + {e.expr(size)})")


def _find(e: Emitter, op: Op) -> None:
    if not op.attrs.get("wait"):
        PARSE["find"](e, op)
        return
    base, end = (strip(e.expr(a)) for a in op.args)
    terminator = e.names.add("TERMINATOR", op.attrs["terminator"], op.attrs["terminator"])
    function = e.names.add("find_waiting", find_waiting)
    e.line(f"{e.variable(op.outs[0])} = yield from {function}(data, {terminator}, {base}, {end}, {op.attrs.get('unit', 1)})")


def _name(e: Emitter, op: Op) -> None:
    args = [strip(e.expr(a)) for a in op.args]
    if op.attrs.get("wait"):
        e.line(f"yield from {e.names.add('name_waiting', name_waiting)}(data, {args[0]}, {args[1]})")
    function = e.names.add("name_in_buffer", name_in_buffer)
    e.line(f"{', '.join(variables(e, op.outs))} = {function}(data, {', '.join(args)}, {op.attrs['hops']})")


def _varint(e: Emitter, op: Op) -> None:
    if op.attrs.get("wait"):
        base, end = (strip(e.expr(a)) for a in op.args)
        function = e.names.add("varint_waiting", varint_waiting)
        e.line(f"yield from {function}(data, {base}, {end}, {op.attrs['coding']!r}, {op.attrs['bits']})")
    PARSE["varint"](e, op)


def _span(e: Emitter, op: Op) -> None:
    begin, stop = (strip(e.expr(a)) for a in op.args)
    kind = op.attrs["as"]
    text = f"data[{begin}:{stop}]"
    if kind == "bytes":
        text = f"bytes({text})"
    else:
        text = f"{e.names.add('new', bytes.__new__)}({e.names.add(kind[1:], e.program.symbols[kind])}, {text})"
    e.define(op.outs[0], text, atom=e.uses.get(op.outs[0], 0) == 1 and op.outs[0] in e.local)


STREAM: dict[str, Emit] = {
    **PARSE, "need": _need, "need.var": _need_var, "expect": _expect, "find": _find, "name": _name, "varint": _varint,
    "span": _span,
}  # fmt: skip


def find_waiting(data: Buffer, terminator: bytes, base: int, end: int, unit: int) -> Generator[tuple[int, int], None, int]:
    """The position of a terminator; what was searched is not searched again."""
    begin = base
    while True:
        found = data.find(terminator, begin, end)
        while found >= 0 and (found - base) % unit:
            found = data.find(terminator, found + 1, end)
        if found >= 0:
            return found
        if len(data) >= end:
            raise runtime.Fail
        begin = max(base, len(data) - len(terminator) + 1)
        yield terminator_wanted(data, base, terminator), 0


def name_waiting(data: Buffer, base: int, end: int) -> Generator[tuple[int, int], None, None]:
    """Wait until a domain name's own bytes are there, or so many that it is refused."""
    at = base
    while True:
        at, wanted = name_wanted(data, base, at, end)
        if not wanted:
            return
        yield wanted, 0


def varint_waiting(data: Buffer, base: int, end: int, coding: str, bits: int) -> Generator[tuple[int, int], None, None]:
    """Wait until a number of variable size is there, or so much that it is refused."""
    while wanted := varint_wanted(data, base, end, coding, bits):
        yield wanted, 0


def name_in_buffer(data: bytearray, position: int, end: int, origin: int, memo: Memo, max_hops: int) -> tuple[str, int]:
    """`runtime.name` over a buffer, of which nothing may be remembered that is not bytes."""
    if position < end and data[position] >= POINTER:
        return runtime.name(data, position, end, origin, memo, max_hops)  # type: ignore[arg-type]  # a pointer's slices become bytes
    after = data.find(b"\0", position, min(end, position + MAX_NAME)) + 1
    text = _plain_name(bytes(data[position:after])) if after else None
    if text is None:
        return read_name(data, position, end, origin, memo, max_hops)  # type: ignore[arg-type]  # every slice becomes text at once
    memo[position] = (text, after - position, 0, after - position)
    return text, after


_plain_name = functools.lru_cache(4096)(runtime.plain_name)
