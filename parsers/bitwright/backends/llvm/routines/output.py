"""The output of build programs: room for more bytes, and bytes that are put there.

Promise: an address that is given leads to as many bytes as were asked for, all of them within the output, until more is asked for; the
output begins on the stack of whoever builds and moves into a bytearray once it has outgrown that.  What returns an address returns NULL
where it failed, what returns a status -1; then an exception is set where the memory is not there.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I8, I32, I64, PTR, VOID, Assembly, Type
from bitwright.backends.llvm.routines.builder import Number, Operand, Routine
from bitwright.backends.llvm.routines.objects import type_of

_MOST: Final = 1 << 62  # bytes; no output can have more
_DOUBLED: Final = 1 << 20  # an output of more grows by a part of itself, so that memory is not asked for in vain
_PART: Final = 3
# `Py_buffer`: where it says where its bytes are, and how many; and at least as many bytes as it has in all.
_VIEW_BYTES: Final = 0
_VIEW_SIZE: Final = 16
_VIEW: Final = 96
_BYTES_SUBCLASS: Final = 1 << 27  # Py_TPFLAGS_BYTES_SUBCLASS

# What each returns and takes; the context comes first.
SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    "bw_grow": (I32, (PTR, I64)), "bw_room": (PTR, (PTR, I64)), "bw_room_begun": (PTR, (PTR, I64)), "bw_there": (PTR, (PTR, I64, I64)),
    "bw_wrote": (I64, (PTR, I64, PTR, I64)), "bw_put_zeros": (I32, (PTR, I64)), "bw_put_bytes": (I32, (PTR, PTR)),
    "bw_as_array": (I32, (PTR,)), "bw_array_changed": (VOID, (PTR,)), "bw_finish": (PTR, (PTR, I32)),
}  # fmt: skip


def load(r: Routine, held: Number, name: str) -> Number:
    """What a slot of the context holds."""
    return r.load(held, context.offset_of(name), context.SLOTS[name])


def store(r: Routine, held: Number, name: str, value: Operand) -> None:
    """Fill a slot of the context."""
    r.store(value, held, context.offset_of(name), context.SLOTS[name])


def _grow(assembly: Assembly) -> None:
    """`bw_grow(context, count) -> i32`: makes room for so many bytes more."""
    r = Routine(assembly, "bw_grow", I32, [PTR, I64])
    held, count = r.args
    failed = r.label("failed")
    length = load(r, held, "length")
    least = length + count
    with r.when(count.below(_MOST).is_(0)):
        r.call("PyErr_NoMemory")
        failed.go()
    capacity = load(r, held, "capacity")
    part = least >> _PART
    more = r.select(capacity < _DOUBLED, capacity, r.select(part > _DOUBLED, part, _DOUBLED))
    size = least + more
    array = r.local(load(r, held, "array"), PTR)
    fresh, there = r.label("fresh"), r.label("there")
    r.branch_if(array.is_(r.null), fresh.block)
    failed.go_if(r.call("PyByteArray_Resize", array, size).is_not(0))
    there.go()
    fresh.begin()
    array.put(r.call("PyByteArray_FromStringAndSize", r.null, size))
    failed.go_if(array.is_(r.null))
    r.call("memcpy", r.call("PyByteArray_AsString", array), load(r, held, "output"), length)
    store(r, held, "array", array)
    there.here()
    store(r, held, "output", r.call("PyByteArray_AsString", array))
    store(r, held, "capacity", size)
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def _reserve(r: Routine, held: Number, count: Number) -> Number:
    """Where so many new bytes begin; returns NULL if there is no room."""
    length = load(r, held, "length")
    with r.when((load(r, held, "capacity") - length).below(count)), r.when(r.call("bw_grow", held, count).is_not(0)):
        r.ret(r.null)
    store(r, held, "length", length + count)
    return r.at(load(r, held, "output"), length)


def _room(assembly: Assembly) -> None:
    """`bw_room(context, count) -> ptr`: where so many new bytes begin, which whoever asked for them fills in."""
    r = Routine(assembly, "bw_room", PTR, [PTR, I64])
    held, count = r.args
    r.ret(_reserve(r, held, count))
    r.finish()


def _room_begun(assembly: Assembly) -> None:
    """`bw_room_begun(context, count) -> ptr`: the last byte that was written, with so many new ones behind it; NULL if nothing was."""
    r = Routine(assembly, "bw_room_begun", PTR, [PTR, I64])
    held, count = r.args
    with r.when(load(r, held, "length").is_(0)):
        r.ret(r.null)
    r.ret(r.at(_reserve(r, held, count), -1))
    r.finish()


def _there(assembly: Assembly) -> None:
    """`bw_there(context, at, count) -> ptr`: so many bytes that were written before; NULL if they were not."""
    r = Routine(assembly, "bw_there", PTR, [PTR, I64, I64])
    held, at, count = r.args
    length = load(r, held, "length")
    beyond = length.below(at) | (length - at).below(count)
    with r.when(beyond):
        r.ret(r.null)
    r.ret(r.at(load(r, held, "output"), at))
    r.finish()


def _wrote(assembly: Assembly) -> None:
    """`bw_wrote(context, at, bytes, count) -> i64`: whether these bytes were written there."""
    r = Routine(assembly, "bw_wrote", I64, [PTR, I64, PTR, I64])
    held, at, octets, count = r.args
    place = r.call("bw_there", held, at, count)
    with r.when(place.is_(r.null)):
        r.ret(0)
    r.ret(r.call("memcmp", place, octets, count).is_(0).wide())
    r.finish()


def _put_zeros(assembly: Assembly) -> None:
    """`bw_put_zeros(context, count) -> i32`."""
    r = Routine(assembly, "bw_put_zeros", I32, [PTR, I64])
    held, count = r.args
    place = r.call("bw_room", held, count)
    with r.when(place.is_(r.null)):
        r.ret(-1)
    r.call("memset", place, r.number(0, I32), count)
    r.ret(0)
    r.finish()


def _put_bytes(assembly: Assembly) -> None:
    """`bw_put_bytes(context, object) -> i32`: the bytes of any buffer."""
    r = Routine(assembly, "bw_put_bytes", I32, [PTR, PTR])
    held, value = r.args
    failed = r.label("failed")
    with r.when((r.call("PyType_GetFlags", type_of(r, value)) & _BYTES_SUBCLASS).is_not(0)):
        begin, count = r.room(PTR), r.room(I64)
        failed.go_if(r.call("PyBytes_AsStringAndSize", value, begin, count).is_not(0))
        place = r.call("bw_room", held, r.load(count))
        failed.go_if(place.is_(r.null))
        r.call("memcpy", place, r.load(begin, 0, PTR), r.load(count))
        r.ret(0)
    view = r.room(I8, _VIEW, align=8)
    failed.go_if(r.call("PyObject_GetBuffer", value, view, r.number(0, I32)).is_not(0))
    size = r.load(view, _VIEW_SIZE)
    place = r.call("bw_room", held, size)
    given = place.is_not(r.null)
    with r.when(given):
        r.call("memcpy", place, r.load(view, _VIEW_BYTES, PTR), size)
    r.call("PyBuffer_Release", view)
    r.ret(r.select(given, r.number(0, I32), r.number(-1, I32)))
    failed.begin()
    r.ret(-1)
    r.finish()


def _as_array(assembly: Assembly) -> None:
    """`bw_as_array(context) -> i32`: makes the output a bytearray of just its bytes, for Python to write to."""
    r = Routine(assembly, "bw_as_array", I32, [PTR])
    (held,) = r.args
    length, array = load(r, held, "length"), load(r, held, "array")
    with r.when(array.is_not(r.null)):
        r.ret(r.call("PyByteArray_Resize", array, length))
    made = r.call("PyByteArray_FromStringAndSize", load(r, held, "output"), length)
    with r.when(made.is_(r.null)):
        r.ret(-1)
    store(r, held, "array", made)
    r.ret(0)
    r.finish()


def _array_changed(assembly: Assembly) -> None:
    """`bw_array_changed(context)`: reads again where the output lies, which Python may have moved and made longer."""
    r = Routine(assembly, "bw_array_changed", VOID, [PTR])
    (held,) = r.args
    array = load(r, held, "array")
    size = r.call("PyByteArray_Size", array)
    store(r, held, "output", r.call("PyByteArray_AsString", array))
    store(r, held, "length", size)
    store(r, held, "capacity", size)
    r.ret()
    r.finish()


def _finish(assembly: Assembly) -> None:
    """`bw_finish(context, status) -> ptr`: the output as bytes, unless the program failed; what was needed for it is given back."""
    r = Routine(assembly, "bw_finish", PTR, [PTR, I32])
    held, status = r.args
    made = r.local(r.null, PTR)
    with r.when(status.is_(0)):
        made.put(r.call("PyBytes_FromStringAndSize", load(r, held, "output"), load(r, held, "length")))
    r.call("Py_DecRef", load(r, held, "array"))  # which takes nothing, too
    r.ret(made)
    r.finish()


def emit_output(assembly: Assembly) -> None:
    """All of them; those that others call come first."""
    for emit in (_grow, _room, _room_begun, _there, _wrote, _put_zeros, _put_bytes, _as_array, _array_changed, _finish):
        emit(assembly)
