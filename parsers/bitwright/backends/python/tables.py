"""Tables of 256 rows: what a byte holds, looked up instead of computed.

Promise: a row is what the interpreter's `split` gives for that byte; tables of the same fields are the same object, so that
whoever compiles a format with a usual layout of flags finds its table made.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from bitwright.ir.interp import bits_of, boxed
from bitwright.ir.ops import Program

Fields = tuple[tuple[int, int, bool, str], ...]  # shift, width, signed, what becomes of the number
_BYTES: Final = range(256)


def rows_of(program: Program, fields: Fields) -> list[tuple[Any, ...]]:
    """The table of these fields."""
    if all(kind == "int" for _, _, _, kind in fields):
        return _rows(fields)
    return list(zip(*[_objects(program, *field) for field in fields], strict=True))


@functools.lru_cache(256)
def _rows(fields: Fields) -> list[tuple[Any, ...]]:
    return list(zip(*[_column(*field[:3]) for field in fields], strict=True))


@functools.cache  # there are not many ways to cut bits out of a byte
def _column(shift: int, width: int, signed: bool) -> tuple[int, ...]:
    """Some bits of every byte: each value lasts 2**shift bytes, and after 2**(shift + width) all repeats."""
    if signed:
        return tuple(bits_of(byte, shift, width, signed) for byte in _BYTES)
    once = [value for value in range(1 << width) for _ in range(1 << shift)]
    return tuple(once * (256 // len(once)))


def _objects(program: Program, shift: int, width: int, signed: bool, kind: str) -> list[Any]:
    column = _column(shift, width, signed)
    known = {number: boxed(program, kind, number) for number in set(column)}
    return [known[number] for number in column]
