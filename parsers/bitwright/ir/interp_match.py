"""What the ops do that match bit patterns: they read at any bit, and each says itself why it fails."""

from __future__ import annotations

from typing import Any

from bitwright.errors import Fault, ParseError
from bitwright.ir.interp import Handler, Machine, several
from bitwright.ir.ops import Op
from bitwright.terms import exactly_equal
from bitwright.terms.parts import entry_of, unfolded
from bitwright.wire.bitruns import (
    bitstring_at,
    bitstring_of,
    bytes_at,
    float_at,
    integer_at,
    same_at,
    size_in_bits,
    utf_at,
    utf_wanted,
    varint_at,
)
from bitwright.wire.composing import composed


def _lsb(op: Op) -> bool:
    return op.attrs.get("bits") == "lsb"


def _plural(count: int) -> str:
    return f"{count} bit" if count == 1 else f"{count} bits"


def _there(m: Machine, op: Op, base: int, end: int, size: int) -> int:
    """The position that an op reads at, if so many bits are there."""
    at: int = base + op.attrs["offset"]
    if size < 0:
        raise m.fail("bad-size", f"its size is {size}", got=size)
    if at + size > end:
        raise _cut_off(m, op, at, end, size)
    return at


def _cut_off(m: Machine, op: Op, at: int, end: int, size: int) -> BaseException:
    left = max(end - at, 0)
    missing = at + size + op.attrs.get("more", 0) - end
    message = f"takes {_plural(size)}, {left or 'none'} left"
    return m.fail("truncated", message, at, needed_bits=missing)


def _take(m: Machine, op: Op, args: list[Any]) -> int:
    attrs = op.attrs
    at = _there(m, op, args[0], args[1], attrs["width"])
    return integer_at(m.data, at, attrs["width"], attrs["signed"], attrs["order"], _lsb(op))


def _take_int(m: Machine, op: Op, args: list[Any]) -> int:
    base, end, size = args
    at = _there(m, op, base, end, size)
    return integer_at(m.data, at, size, op.attrs["signed"], op.attrs["order"], _lsb(op))


def _take_float(m: Machine, op: Op, args: list[Any]) -> float:
    base, end, size = args
    at = _there(m, op, base, end, size)
    found = float_at(m.data, at, size, op.attrs["order"], op.attrs["nonfinite"], _lsb(op))
    if found is None:
        said = "no number" if size in (16, 32, 64) else f"no float: none has {_plural(size)}"
        raise m.fail("bad-float", f"is {said}", at)
    return found


def _take_bits(m: Machine, op: Op, args: list[Any]) -> Any:
    base, end, size = args
    return bitstring_at(m.data, _there(m, op, base, end, size), size, _lsb(op))


def _skip(m: Machine, op: Op, args: list[Any]) -> None:
    _there(m, op, *args)


def _rest(m: Machine, op: Op, args: list[Any]) -> tuple[int, int]:
    """Where the rest begins, and how many bits it has."""
    base, end = args
    unit, keep = op.attrs["unit"], op.attrs["keep"]
    at = base + op.attrs["offset"]
    size = end - keep - at
    if size < 0:
        raise m.fail("truncated", f"{_plural(keep)} must follow, {max(end - at, 0) or 'none'} left", at, needed_bits=-size)
    if size % unit:
        raise m.fail("ragged", f"has {_plural(size)}, which is no multiple of {unit}", at, needed_bits=-size % unit, got=size)
    return at, size


def _take_rest(m: Machine, op: Op, args: list[Any]) -> Any:
    return bitstring_at(m.data, *_rest(m, op, args), _lsb(op))


def _skip_rest(m: Machine, op: Op, args: list[Any]) -> None:
    _rest(m, op, args)


def _take_utf(m: Machine, op: Op, args: list[Any]) -> tuple[int, int]:
    base, end = args
    at, encoding, order, lsb = base + op.attrs["offset"], op.attrs["encoding"], op.attrs["order"], _lsb(op)
    found = utf_at(m.data, at, end, encoding, order, lsb)
    if found is None:
        wanted = utf_wanted(m.data, at, end, encoding, order, lsb)
        if wanted:
            raise _cut_off(m, op, at, end, wanted)
        raise m.fail("bad-utf", f"is no code point in {encoding}", at)
    return found


def _utf(m: Machine, op: Op, args: list[Any]) -> tuple[int, int]:
    encoding, order = op.attrs["encoding"], op.attrs["order"]
    found = utf_at(m.data, 8 * args[0], 8 * args[1], encoding, order)
    if found is None:
        raise m.fail("bad-utf", f"is no code point in {encoding}", 8 * args[0])
    return found[0], found[1] // 8


def _take_varint(m: Machine, op: Op, args: list[Any]) -> tuple[int, int]:
    base, end = args
    at = base + op.attrs["offset"]
    try:
        return varint_at(m.data, at, end, op.attrs["coding"], _lsb(op))
    except Fault as fault:
        if fault.code == "truncated":
            raise _cut_off(m, op, at, end, 8 * (fault.needed or 1)) from None
        raise m.fail(fault.code, fault.message, at) from None


def _take_same(m: Machine, op: Op, args: list[Any]) -> None:
    value = op.attrs["value"]
    at = _there(m, op, args[0], args[1], 8 * len(value))
    if not same_at(m.data, at, value, _lsb(op)):
        got = bytes_at(m.data, at, len(value), _lsb(op))
        raise m.fail("mismatch", "differs", at, expected=value, got=got)


def _finish(m: Machine, op: Op, args: list[Any]) -> None:
    at, end = args[0] + op.attrs["offset"], args[1]
    if at != end:
        raise m.fail("unconsumed", f"{_plural(end - at)} left behind the last segment", at)


def _must(m: Machine, op: Op, args: list[Any]) -> None:
    if args[0] != op.attrs["value"]:
        raise m.fail("mismatch", "differs", expected=op.attrs["value"], got=args[0])


def _must_equal(m: Machine, op: Op, args: list[Any]) -> None:
    got, wanted = args
    try:
        same = exactly_equal(got, wanted)
    except Fault as fault:
        raise m.fail("bad-argument", fault.message) from None
    if not same:
        raise m.fail("mismatch", "differs", expected=wanted, got=got)


def _size_of(m: Machine, op: Op, args: list[Any]) -> int:
    size = size_in_bits(args[0], op.attrs["unit"])
    if size is None:
        raise m.fail("bad-size", "its size is no integer, or negative, or larger than any input", got=args[0])
    return size


def _compose(m: Machine, op: Op, args: list[Any]) -> Any:
    try:
        return composed(op.attrs["layout"], *args)
    except Fault as fault:
        raise m.fail("bad-argument", fault.message) from None


def _unfold(m: Machine, op: Op, args: list[Any]) -> Any:
    parts = unfolded(args[0], *op.attrs["shape"])
    if parts is None:
        raise m.fail("shape", "is of another shape", expected=op.attrs["shape"], got=args[0])
    return several(op, [*parts])


def _map_get(m: Machine, op: Op, args: list[Any]) -> Any:
    try:
        found = entry_of(*args)
    except Fault as fault:
        raise m.fail("bad-argument", fault.message) from None
    if found is None:
        raise m.fail("shape", "has no such key", expected=args[1], got=args[0])
    return found[0]


def _within(m: Machine, op: Op, args: list[Any]) -> Any:
    bits = bitstring_of(args[0], _lsb(op))
    if bits is None:
        raise m.fail("not-a-bitstring", "is no bitstring", got=args[0])
    outer, (m.data, end) = m.data, bits
    try:
        return several(op, m.call(m.program.functions[op.attrs["function"]], [0, end, *args[1:]]))
    finally:
        m.data = outer


def _first(m: Machine, op: Op, args: list[Any]) -> Any:
    """What a function that failed left behind is taken back; where all fail, the last one says why."""
    last = len(op.attrs["functions"]) - 1
    frames, spans, numbers, partial = len(m.frames), len(m.spans or ()), m.numbers.copy(), m.partial.copy()
    for index, name in enumerate(op.attrs["functions"]):
        try:
            return several(op, [index, *m.call(m.program.functions[name], args)])
        except ParseError:
            if index == last:
                raise
        del m.frames[frames:]
        m.numbers, m.partial = numbers.copy(), partial.copy()
        if m.spans is not None:
            del m.spans[spans:]
    raise AssertionError("there is at least one function")


MATCH: dict[str, Handler] = {
    "take": _take, "take.int": _take_int, "take.float": _take_float, "take.bits": _take_bits, "take.rest": _take_rest,
    "take.utf": _take_utf, "take.varint": _take_varint, "take.same": _take_same, "skip": _skip, "skip.rest": _skip_rest,
    "utf": _utf, "finish": _finish, "must": _must, "must.equal": _must_equal, "size.of": _size_of, "compose": _compose,
    "unfold": _unfold, "map.get": _map_get, "within": _within, "first": _first,
}  # fmt: skip
