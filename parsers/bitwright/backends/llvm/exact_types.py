"""LLVM code that asks for the type of an object."""

from __future__ import annotations

from typing import Any

from bitwright.backends.llvm import object_layout
from bitwright.backends.llvm.assembler import I8, PTR, Value, number


def is_exactly(e: Any, value: Value, kind: type) -> Value:
    """Whether an object is of this class, and of none that is derived from it."""
    offset = object_layout.offset_of_type()
    if offset is not None:
        found = e.b.load(e.b.gep(value, [number(offset)], inbounds=True, source_etype=I8), typ=PTR)
    else:
        found = e.call("PyObject_Type", value)
        e.call("Py_DecRef", found)  # an object of it is there
    return e.b.icmp_unsigned("==", found, e.constant(kind))
