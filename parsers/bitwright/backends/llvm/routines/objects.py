"""What routines ask of any object."""

from __future__ import annotations

from bitwright.backends.llvm import object_layout
from bitwright.backends.llvm.assembler import PTR
from bitwright.backends.llvm.routines.builder import Number, Routine


def type_of(r: Routine, value: Number) -> Number:
    """The type of an object, to which no reference is held."""
    offset = object_layout.offset_of_type()
    if offset is not None:
        return r.load(value, offset, PTR)
    found = r.call("PyObject_Type", value)
    r.call("Py_DecRef", found)  # an object of it is there
    return found
