"""What the ops of parse programs do."""

from __future__ import annotations

import math
from typing import Any

from bitwright import kept
from bitwright.errors import Fault, ParseError
from bitwright.field_codec import decode, encode
from bitwright.ir.interp import Bound, Frame, Handler, Handlers, Machine, bits_of, checksum_of, join_path, several
from bitwright.ir.interp_match import MATCH
from bitwright.ir.ops import Op
from bitwright.ir.waiting import Waiting, name_wanted, terminator_wanted, varint_wanted
from bitwright.values import SKIPPED
from bitwright.wire.areas import content_end, find_unit, is_padding
from bitwright.wire.floats import float_of_bits
from bitwright.wire.names import NameFault, name_end, read_name
from bitwright.wire.pointers import Reach
from bitwright.wire.varints import read_varint, size_of_varint


def _enter(one: Op) -> Handler:
    attrs = one.attrs
    own, unit, phase, location = attrs["name"], attrs.get("unit", 8), attrs["phase"], attrs["location"]
    bits, segment = attrs.get("bits", "msb"), attrs.get("segment")

    def enter(m: Machine, op: Op, args: list[Any]) -> None:
        frames = m.frames
        name = own if own is not None else args[1]
        path = (*frames[-1].path, name) if frames else (name,)
        frames.append(Frame(path, args[0] * unit + phase, location, bits, None, segment))

    return enter


def _leave(one: Op) -> Handler:
    unit, phase = one.attrs.get("unit", 8), one.attrs["phase"]

    def leave(m: Machine, op: Op, args: list[Any]) -> None:
        frame, bit_end = m.frames.pop(), args[0] * unit + phase
        m.leave(frame, bit_end, args[1])
        if m.keep and args[1] is None and bit_end > frame.bit_offset:  # on the wire, but not in the object
            _keep_gap(m, frame, bit_end)

    def leave_unvalued(m: Machine, op: Op, args: list[Any]) -> None:
        m.note(m.frames.pop(), args[0] * unit + phase, is_valued=False)

    return leave if len(one.args) > 1 else leave_unvalued  # of a segment that says nothing


def _keep_gap(m: Machine, frame: Frame, bit_end: int) -> None:
    width, order = bit_end - frame.bit_offset, kept.ORDERS[frame.bits]
    whole = int.from_bytes(m.data[frame.bit_offset // 8 : -(-bit_end // 8)], order)
    gap = whole >> (-bit_end % 8 if order == "big" else frame.bit_offset % 8) & (1 << width) - 1
    if gap:
        m.kept[frame.path[m.level :], "gap", frame.location] = (width, gap, order)


def _plural(count: int) -> str:
    return f"{count} byte" if count == 1 else f"{count} bytes"


def _truncated(m: Machine, base: int, end: int, size: int, refs: Any = ()) -> BaseException:
    left = max(end - base, 0)
    message = f"needs {_plural(size)}, {_plural(left)} left" if left else f"needs {_plural(size)}, none left"
    return m.fail("truncated", message, _at(m, base), needed=size, available=left, blames=m.blames(refs))


def _at(m: Machine, base: int) -> int:
    """The exact bit: a field that begins inside a byte keeps its bit."""
    inside = m.frames[-1].bit_offset if m.frames else 0  # a program without trace marks knows no field
    return inside if inside // 8 == base else base * 8


def _there(m: Machine, op: Op, base: int, end: int, size: int) -> None:
    """Fail where the bytes lie beyond the end; wait where they have not arrived."""
    if base + size > end:
        if op.attrs.get("wait"):
            raise _beyond_limit(m, base, end, size, op.attrs.get("refs", ()))
        raise _truncated(m, base, end, size, op.attrs.get("refs", ()))
    if op.attrs.get("wait") and base + size > len(m.data):
        raise Waiting(base + size, max(base + size + op.attrs.get("more", 0), m.least))


def _beyond_limit(m: Machine, base: int, end: int, size: int, refs: Any = ()) -> BaseException:
    left = end - base
    message = f"needs {_plural(size)}, {_plural(left)} left up to the limit of the message"
    return m.fail("too-large", message, _at(m, base), needed=size, available=left, blames=m.blames(refs))


def _need(one: Op) -> Handler:
    size, wait = one.attrs["size"], one.attrs.get("wait")

    def need(m: Machine, op: Op, args: list[Any]) -> None:
        if args[0] + size > args[1] or wait:
            _there(m, op, args[0], args[1], size)

    return need


def _need_var(m: Machine, op: Op, args: list[Any]) -> None:
    base, end, size = args
    refs = op.attrs["refs"]
    if "code" in op.attrs and not 0 <= size <= end - base:
        said = f"its offset, {op.attrs['expr']}, leads {'before' if size < 0 else 'beyond'} the {_plural(end - base)} that it counts in"
        raise m.fail(op.attrs["code"], said, needed=max(size, 0), available=end - base, blames=m.blames(refs))
    if size < 0:
        raise m.fail("negative-size", f"its size, {op.attrs['expr']}, is {size}", base * 8, blames=m.blames(refs))
    _there(m, op, base, end, size)


def _expect(m: Machine, op: Op, args: list[Any]) -> None:
    base, _, size = args
    m.least = max(m.least, base + size)


def _lies(m: Machine, op: Op, args: list[Any]) -> None:
    m.frames[-1].bit_offset, m.frames[-1].bit_end = args[0] * 8, args[1] * 8


def _reach(m: Machine, op: Op, args: list[Any]) -> Reach:
    base, end, outer = args
    if m.keep:
        m.kept[kept.APART] = (m.data, base)  # the input itself, so that many structs cost no more than one
    return Reach(base, end, outer, op.attrs["factor"])


def _reached(m: Machine, op: Op, args: list[Any]) -> None:
    reach, begin, stop = args
    try:
        reach.reached(begin, stop)
    except Fault as fault:
        raise m.fail(fault.code, fault.message) from None


def _load(one: Op) -> Handler:
    offset, size, order = one.attrs["offset"], one.attrs["bytes"], one.attrs["order"]
    stop, from_bytes = offset + size, int.from_bytes
    if size == 1:
        return lambda m, op, args: m.data[args[0] + offset]
    return lambda m, op, args: from_bytes(m.data[args[0] + offset : args[0] + stop], order)


def _unpack(m: Machine, op: Op, args: list[Any]) -> Any:
    base = args[0]
    found = [_unpacked(m.data[base + o : base + o + n], order) for o, n, order in op.attrs["layout"]]
    return found[0] if len(found) == 1 else found


def _unpacked(raw: bytes, order: str) -> Any:
    if order == "bytes":
        return raw
    if order in ("big", "little"):
        return int.from_bytes(raw, order)  # type: ignore[arg-type]  # it is a byte order
    number = int.from_bytes(raw, "little" if order.endswith("little") else "big", signed=order.startswith("signed"))
    return float_of_bits(number, 8 * len(raw)) if order.startswith("float") else number


def _number(m: Machine, op: Op, args: list[Any]) -> int:
    return int.from_bytes(m.data[args[0] : args[1]], op.attrs["order"], signed=op.attrs["signed"])


def _bits(m: Machine, op: Op, args: list[Any]) -> int:
    attrs = op.attrs
    return bits_of(args[0], attrs["shift"], attrs["width"], attrs["signed"])


def _find(m: Machine, op: Op, args: list[Any]) -> int:
    base, end = args
    found = find_unit(m.data, op.attrs["terminator"], base, end, op.attrs.get("unit", 1))
    if found < 0:
        if op.attrs.get("wait") and len(m.data) < end:
            raise Waiting(terminator_wanted(m.data, base, op.attrs["terminator"]), m.least)
        raise m.fail("no-terminator", f"the terminator {op.attrs['terminator']!r} is not in the {_plural(end - base)} left", base * 8)
    return found


def _trim(m: Machine, op: Op, args: list[Any]) -> tuple[int, int]:
    base, end = args
    pad, terminator = op.attrs["pad"], op.attrs["terminator"]
    stop = content_end(m.data, base, end, pad, terminator, op.attrs["unit"])
    if stop < 0:
        raise m.fail("no-terminator", f"the terminator {terminator!r} is not in the {_plural(end - base)} of its area", base * 8)
    clean = is_padding(m.data, stop, end, pad, terminator)
    if m.keep and not clean:
        m.kept[m.place("area")] = m.data[stop:end]
    return stop, int(clean)


def _same(m: Machine, op: Op, args: list[Any]) -> int:
    return int(m.data.startswith(op.attrs["value"], args[0]))


def _zeros(m: Machine, op: Op, args: list[Any]) -> int:
    return int(not m.data[args[0] : args[1]].strip(b"\0"))


def _checksum(m: Machine, op: Op, args: list[Any]) -> int:
    begin, stop, at, present, prefix = args
    if not present or stop > len(m.data):
        return 0
    return checksum_of(m, op, m.data[begin : max(begin, stop)], at - begin, prefix)


def _known(m: Machine, op: Op, args: list[Any]) -> int:
    found = m.program.symbols[op.attrs["table"]][args[0]]
    return int(getattr(found, "name", None) is not None)


def _all(m: Machine, op: Op) -> None:
    """What reaches to an open end never ends: any further byte belongs to it."""
    if op.attrs.get("wait"):
        raise Waiting(len(m.data) + 1)


def _span(m: Machine, op: Op, args: list[Any]) -> bytes:
    _all(m, op)
    raw = m.data[args[0] : args[1]]
    return raw if op.attrs["as"] == "bytes" else bytes.__new__(m.program.symbols[op.attrs["as"]], raw)


def _render(m: Machine, op: Op, args: list[Any]) -> Any:
    _all(m, op)
    raw = m.data[args[0] : args[1]]
    return raw.hex() if op.attrs["with"] == "hex" else m.program.symbols[op.attrs["with"]](raw)


def _text(m: Machine, op: Op, args: list[Any]) -> str:
    _all(m, op)
    begin, stop = args
    encoding = op.attrs["encoding"]
    try:
        text = m.data[begin:stop].decode(encoding)
    except UnicodeDecodeError as error:
        message = f"byte {m.data[begin + error.start]:#04x} is not valid {encoding}"
        raise m.fail("bad-text", message, (begin + error.start) * 8) from None
    except UnicodeError as error:  # of encodings that judge the whole, such as idna
        raise m.fail("bad-text", f"the bytes are not valid {encoding}: {error}", begin * 8) from None
    if m.keep and encoded(text, encoding) != m.data[begin:stop]:
        m.kept[m.place("text")] = m.data[begin:stop]
    return text


def encoded(text: str, encoding: str) -> bytes | None:
    """The bytes that building would write; None if it could not."""
    try:
        return text.encode(encoding)
    except UnicodeError:
        return None


def _varint(m: Machine, op: Op, args: list[Any]) -> tuple[int, int]:
    base, end = args
    coding, bits = op.attrs["coding"], op.attrs["bits"]
    if op.attrs.get("wait") and (wanted := varint_wanted(m.data, base, end, coding, bits)):
        raise Waiting(wanted, m.least)
    try:
        number, after = read_varint(m.data, base, end, coding, bits)
    except Fault as fault:
        if op.attrs.get("wait") and fault.needed is not None:
            raise _beyond_limit(m, fault.position, end, fault.needed) from None
        raise _faulty(m, fault, end) from None
    if m.keep and after - base != size_of_varint(number, coding):
        m.kept[m.place("varint")] = (m.data[base:after], number)
    return number, after


def _decode(m: Machine, op: Op, args: list[Any]) -> tuple[Any, int]:
    base, end = args
    codec = m.program.symbols[op.attrs["codec"]]
    try:
        value, after = decode(codec, m.data, base, end, plain=op.attrs["plain"])
        if m.keep and (found := encode(codec, value)) != m.data[base:after]:
            m.kept[m.place("codec")] = (m.data[base:after], found)
    except Fault as fault:
        raise _faulty(m, fault, end) from fault.__cause__
    return value, after


def _faulty(m: Machine, fault: Fault, end: int) -> BaseException:
    """The error for what a reader that all engines share found wrong."""
    if fault.needed is not None:
        return _truncated(m, fault.position, end, fault.needed)
    return m.fail(fault.code, fault.message, fault.position * 8)


def _name(m: Machine, op: Op, args: list[Any]) -> tuple[str, int]:
    base, end, origin, memo = args
    if op.attrs.get("wait") and (wanted := name_wanted(m.data, base, base, end)[1]):
        raise Waiting(wanted, m.least)
    try:
        text, after = read_name(m.data, base, end, origin, memo, op.attrs["hops"])
    except NameFault as fault:
        if op.attrs.get("wait") and fault.code == "truncated":
            raise _beyond_limit(m, fault.position, end, fault.needed or 0) from None
        raise _name_fault(m, fault, end) from None
    if m.keep:
        m.kept[m.place("name")] = (m.data[base:after], text)
    return text, after


def _attempt(m: Machine, op: Op, args: list[Any]) -> Any:
    """Where the first block fails, what it left behind is taken back; a finding that ends a strict run is no failure."""
    frames, spans, findings = len(m.frames), len(m.spans or ()), len(m.findings or ())
    try:
        return several(op, m.block(op.blocks[0]))
    except ParseError as error:
        if error is m.found:
            raise
        problem = error.problem
    del m.frames[frames:]
    for noted, before in ((m.spans, spans), (m.findings, findings)):
        if noted is not None:
            del noted[before:]
    if op.attrs["finding"]:
        below = problem.path.removeprefix(join_path(m.path)).removeprefix(".")
        m.find("malformed", f"does not fit its layout: {below}{': ' if below else ''}{problem.message}")
    return several(op, m.block(op.blocks[1]))


def _name_end(m: Machine, op: Op, args: list[Any]) -> int:
    base, end = args
    try:
        return name_end(m.data, base, end)
    except NameFault as fault:
        raise _name_fault(m, fault, end) from None


def _name_fault(m: Machine, fault: NameFault, end: int) -> BaseException:
    left = end - fault.position if fault.needed is not None else None
    message = f"{fault.message}, {_plural(left)} left" if left else f"{fault.message}, none left" if left == 0 else fault.message
    return m.fail(fault.code, message, fault.position * 8, needed=fault.needed, available=left)


HANDLERS: Handlers = {
    **MATCH, "attempt": _attempt,
    "enter": Bound(_enter), "leave": Bound(_leave), "need": Bound(_need), "need.var": _need_var, "expect": _expect,
    "load": Bound(_load), "unpack": _unpack, "number": _number, "bits": _bits,
    "finite": lambda m, op, args: int(math.isfinite(args[0])),
    "memo": lambda m, op, args: {}, "find": _find, "trim": _trim, "same": _same, "zeros": _zeros, "checksum": _checksum, "known": _known,
    "span": _span, "render": _render, "skipped": lambda m, op, args: SKIPPED, "name.end": _name_end,
    "text": _text, "name": _name, "decode": _decode, "varint": _varint,
    "varint.size": lambda m, op, args: size_of_varint(args[0], op.attrs["coding"]),
    "lies": _lies, "reached": _reached,
    "reach": _reach,
    "reach.region": lambda m, op, args: (args[0].base, args[0].end),
    "extent": lambda m, op, args: args[0].extent(args[1]),
}  # fmt: skip
