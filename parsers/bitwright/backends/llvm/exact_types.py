"""LLVM code that asks for the type of an object, and keeps what is of the right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bitwright.backends.llvm import object_layout
from bitwright.backends.llvm.assembler import I8, NULL, PTR, Value, number


def is_exactly(e: Any, value: Value, kind: type) -> Value:
    """Whether an object is of this class, and of none that is derived from it."""
    offset = object_layout.offset_of_type()
    if offset is not None:
        found = e.b.load(e.b.gep(value, [number(offset)], inbounds=True, source_etype=I8), typ=PTR)
    else:
        found = e.call("PyObject_Type", value)
        e.call("Py_DecRef", found)  # an object of it is there
    return e.b.icmp_unsigned("==", found, e.constant(kind))


def kept_or_made(e: Any, condition: Value, value: Value, otherwise: Callable[[], Value]) -> Value:
    """An object of which there is one reference more where the condition holds, else one that is made; not owned yet."""
    plain, other, done = (e.b.append_basic_block(name) for name in ("plain", "other", "done"))
    e.b.cbranch(condition, plain, other).set_weights([1000, 1])
    e.b.position_at_end(plain)
    e.call("Py_IncRef", value)
    e.b.branch(done)
    e.b.position_at_end(other)
    made = otherwise()
    e.fail_if(e.b.icmp_unsigned("==", made, NULL))
    end = e.b.block
    e.b.branch(done)
    e.b.position_at_end(done)
    found = e.b.phi(PTR)
    found.add_incoming(value, plain)
    found.add_incoming(made, end)
    return found
