"""What routines ask of any object."""

from __future__ import annotations

from bitwright.backends.llvm import object_layout
from bitwright.backends.llvm.assembler import ARGUMENTS_OFFSET, PTR
from bitwright.backends.llvm.routines.builder import Number, Routine


def type_of(r: Routine, value: Number) -> Number:
    """The type of an object, to which no reference is held."""
    offset = object_layout.offset_of_type()
    if offset is not None:
        return r.load(value, offset, PTR)
    found = r.call("PyObject_Type", value)
    r.call("Py_DecRef", found)  # an object of it is there
    return found


def called(r: Routine, function: Number, *args: Number) -> Number:
    """What a Python function gives for objects, or NULL."""
    room = r.room(PTR, len(args) + 1)
    for index, arg in enumerate(args, 1):
        r.store(arg, room, 8 * index, PTR)
    return r.call("PyObject_Vectorcall", function, r.at(room, 8), len(args) | ARGUMENTS_OFFSET, r.null)
