"""What the ops of constructions do: terms as bits, written at any bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bitwright.ir.interp import Handler, Machine
from bitwright.ir.ops import Op
from bitwright.terms import shown
from bitwright.wire import writing


def _told(m: Machine, function: Callable[..., Any], *args: Any) -> Any:
    """What a function of `wire/writing.py` gives; what it refuses is an error that names the segment."""
    try:
        return function(*args)
    except writing.Unwritable as refused:
        frame = m.frames[-1] if m.frames else None
        where = f"segment {frame.segment} of type '{frame.type}': " if frame is not None and frame.segment else ""
        said = refused.message.format(*(shown(value, "elixir") for value in refused.values))
        raise m.fail(refused.code, where + said + (f" ({refused.advice})" if refused.advice else "")) from None


def _lsb(op: Op) -> bool:
    """Whether bytes are filled from their least significant bit."""
    return bool(op.attrs.get("bits", "msb") == "lsb")


def _push(m: Machine, op: Op, args: list[Any]) -> int:
    m.loose = writing.push_number(m.out, m.loose, args[1], op.attrs["width"], _lsb(op))
    return m.loose


def _push_int(m: Machine, op: Op, args: list[Any]) -> int:
    m.loose = _told(m, writing.push_integer, m.out, m.loose, args[1], args[2], op.attrs["order"], op.attrs["strict"], _lsb(op))
    return m.loose


def _push_float(m: Machine, op: Op, args: list[Any]) -> int:
    constants = (op.attrs[name] for name in ("order", "strict", "nonfinite"))
    m.loose = _told(m, writing.push_float, m.out, m.loose, args[1], args[2], *constants, _lsb(op))
    return m.loose


def _push_bits(m: Machine, op: Op, args: list[Any]) -> int:
    m.loose = writing.push_bits(m.out, m.loose, args[1], _lsb(op))
    return m.loose


def _written(m: Machine, op: Op, args: list[Any]) -> Any:
    around = m.out, m.loose
    m.out, m.loose = bytearray(), 0
    try:
        m.call(m.program.functions[op.attrs["function"]], args)
        return _told(m, writing.canonical, m.out, m.loose, _lsb(op))
    finally:
        m.out, m.loose = around


def _by(function: Callable[..., Any], *names: str) -> Handler:
    """An op that is a function of its values and its constants."""
    return lambda m, op, args: _told(m, function, *args, *(op.attrs[name] for name in names))


def _bits_by(function: Callable[..., Any], *names: str) -> Handler:
    """The same for one that asks which bit of a byte is the first."""
    return lambda m, op, args: _told(m, function, *args, *(op.attrs[name] for name in names), _lsb(op))


PUSH: dict[str, Handler] = {
    "size.bits": _by(writing.size_in_bits, "unit", "limit"),
    "low": _by(writing.low_bits, "width", "strict"),
    "nearest": _by(writing.nearest_float, "width", "strict", "nonfinite"),
    "first.bits": _bits_by(writing.first_bits, "width", "strict"),
    "cut": _bits_by(writing.cut, "strict"),
    "whole": _by(writing.whole, "unit"),
    "code.point": _by(writing.code_point, "encoding", "order"),
    "shortest": _by(writing.shortest_varint, "coding"),
    "push": _push, "push.int": _push_int, "push.float": _push_float, "push.bits": _push_bits, "written": _written,
}  # fmt: skip
