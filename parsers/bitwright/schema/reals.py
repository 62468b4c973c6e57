"""The vocabulary of floating-point numbers."""

from __future__ import annotations

from typing import Any

from bitwright.schema import spec
from bitwright.schema.draft import UNSET, BitOrder, Endian, field
from bitwright.schema.expr import Scope
from bitwright.schema.numbers import integer_type


def _float(width: int, default: Any, endian: Any, bit_order: Any, doc: str) -> Any:
    def make(scope: Scope) -> spec.WireType:
        return spec.FloatType(integer_type(width, endian, bit_order, scope))

    return field(make, default=default, doc=doc)


def f16(*, default: float = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> float:
    """An IEEE 754 number of 16 bits (half precision)."""
    return _float(16, default, endian, bit_order, doc)  # type: ignore[no-any-return]  # a proxy at run time


def f32(*, default: float = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> float:
    """An IEEE 754 number of 32 bits (single precision).  What is built is the nearest to the value that is given."""
    return _float(32, default, endian, bit_order, doc)  # type: ignore[no-any-return]  # a proxy at run time


def f64(*, default: float = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> float:
    """An IEEE 754 number of 64 bits (double precision), which is what a Python float is."""
    return _float(64, default, endian, bit_order, doc)  # type: ignore[no-any-return]  # a proxy at run time
