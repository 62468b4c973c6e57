"""LLVM code that gets at the bytes of what a builtin is handed: of an object of bytes, or of any contiguous buffer where it lies.

Promise: a buffer that was taken is held until it is released, on every way; one that is not contiguous is refused.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import object_layout
from bitwright.backends.llvm.assembler import I8, I32, I64, PTR, Value, frame, number

_WORDS: Final = 10  # of a `Py_buffer`
_SIZE: Final = 16  # where it says how many bytes there are, in bytes; it begins with where they lie
_SIMPLE: Final = 0  # PyBUF_SIMPLE: bytes in a row


class Octets:
    """Those of an object of bytes."""

    begin: Value
    size: Value

    def __init__(self, e: Any) -> None:
        self._e, self._data, self._size = e, e.b.alloca(PTR), e.b.alloca(I64)

    def taken(self, what: Value) -> Value:
        """Get at them; whether that failed, with an exception set."""
        failed = self._e.failed(self._e.call("PyBytes_AsStringAndSize", what, self._data, self._size))
        self.begin, self.size = self._e.b.load(self._data, typ=PTR), self._e.b.load(self._size, typ=I64)
        return failed

    def release(self) -> None:
        """They are needed no more."""


class View(Octets):
    """Those of any contiguous buffer."""

    def __init__(self, e: Any) -> None:
        self._e, self._view = e, frame(e.b, I64, _WORDS)

    def taken(self, what: Value) -> Value:
        """Get at them; whether that failed, with an exception set."""
        b = self._e.b
        b.store(number(0), b.gep(self._view, [number(_SIZE)], source_etype=I8))
        failed = self._e.failed(self._e.call("PyObject_GetBuffer", what, self._view, number(_SIMPLE, I32)))
        self.begin = b.load(self._view, typ=PTR)
        self.size = b.load(b.gep(self._view, [number(_SIZE)], source_etype=I8), typ=I64)
        return failed

    def release(self) -> None:
        """They are needed no more."""
        self._e.call("PyBuffer_Release", self._view)


class EitherWay(Octets):
    """Those of an object of bytes, or of any contiguous buffer."""

    def __init__(self, e: Any) -> None:
        self._e, self._octets, self._view = e, Octets(e), View(e)

    def taken(self, what: Value) -> Value:
        """Get at them; whether that failed, with an exception set."""
        b = self._e.b
        kind = b.load(b.gep(what, [number(object_layout.offset_of_type() or 0)], source_etype=I8), typ=PTR)
        self._is_bytes = b.icmp_unsigned("==", kind, self._e.constant(bytes))
        ways = [(self._octets, b.append_basic_block("bytes")), (self._view, b.append_basic_block("buffer"))]
        done = b.append_basic_block("taken")
        b.cbranch(self._is_bytes, *(block for _, block in ways)).set_weights([1000, 1])
        found = []
        for way, block in ways:
            b.position_at_end(block)
            failed = way.taken(what)
            found.append((failed, way.begin, way.size, b.block))
            b.branch(done)
        b.position_at_end(done)
        phis = [b.phi(value.type) for value in found[0][:3]]
        for *values, block in found:
            for phi, value in zip(phis, values, strict=True):
                phi.add_incoming(value, block)
        failed, self.begin, self.size = phis
        return failed

    def release(self) -> None:
        """They are needed no more."""
        b = self._e.b
        held, done = b.append_basic_block("held"), b.append_basic_block("released")
        b.cbranch(self._is_bytes, done, held).set_weights([1000, 1])
        b.position_at_end(held)
        self._view.release()
        b.branch(done)
        b.position_at_end(done)
