"""Values that are to be written: attributes of objects, numbers and bytes out of what they hold.

Promise: each does what the python backend does for the same op.  What is told from the type of a value alone is told here: an exact
int, a bool, a class of integers that turns into an int as int itself does, exact bytes, an exact list; everything else is asked of the
function of `backends/python/runtime.py` that the python backend calls, which `HELPERS` has.  An attribute is taken from where it lies
in an object if that is exactly of the class that was expected, and asked for otherwise.  A reference is held to whatever other code
could let go of meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bitwright.backends.llvm.assembler import FLOAT, I32, I64, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Label, Number, Routine
from bitwright.backends.llvm.routines.objects import called, type_of
from bitwright.backends.llvm.routines.output import load
from bitwright.backends.python import runtime

# What the slot `helpers` of a context leads to: types, and what does the rare cases.
HELPERS: Final[tuple[Any, ...]] = (
    int, bool, bytes, list, str, runtime.as_int, runtime.as_bytes, runtime.as_list, runtime.as_value,
    runtime.as_text, float, runtime.as_float,
)
NO_INT: Final = -(1 << 63)  # what `bw_as_int` returns for what it does not take, or what is less
_LONG_SUBCLASS: Final = 1 << 24  # Py_TPFLAGS_LONG_SUBCLASS
_NB_INT: Final = 26  # Py_nb_int, the slot that int() calls

# What each returns and takes.
SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    "bw_attr": (PTR, (PTR, PTR, I64)), "bw_arm": (I64, (PTR, PTR, I64)), "bw_is_of": (I64, (PTR, PTR)),
    "bw_as_int": (I64, (PTR, PTR)), "bw_attr_int": (I64, (PTR, PTR, PTR, I64)), "bw_as_wide_int": (I32, (PTR, PTR, PTR)),
    "bw_as_bytes": (PTR, (PTR, PTR)), "bw_as_list": (PTR, (PTR, PTR)), "bw_as_value": (PTR, (PTR, PTR, PTR)),
    "bw_as_float": (I32, (PTR, PTR, I64, PTR)), "bw_as_text": (PTR, (PTR, PTR, PTR, PTR)),
    "bw_call_method": (PTR, (PTR, PTR, PTR, I64, PTR)),
}  # fmt: skip


def _helper(r: Routine, held: Number, what: Any) -> Number:
    return r.load(load(r, held, "helpers"), 8 * HELPERS.index(what), PTR)


def _attr(assembly: Assembly) -> None:
    """`bw_attr(object, expected, offset) -> ptr`: an attribute, owned by the caller.

    `expected` leads to a class and the name; of objects of that class the attribute lies at the offset.
    """
    r = Routine(assembly, "bw_attr", PTR, [PTR, PTR, I64])
    value, expected, offset = r.args
    other = r.label("other")
    found = _lying(r, value, expected, offset, other)
    r.call("Py_IncRef", found)
    r.ret(found)
    other.begin()
    r.ret(r.call("PyObject_GetAttr", value, r.load(expected, 8, PTR)))
    r.finish()


def _lying(r: Routine, value: Number, expected: Number, offset: Number, other: Label) -> Number:
    """What lies there in an object of the class, to which no reference is held; elsewhere where it is not of it, or nothing lies there."""
    r.branch_if(type_of(r, value).is_not(r.load(expected, 0, PTR)), other.block)
    found = r.load(value, offset, PTR)
    r.branch_if(found.is_(r.null), other.block)
    return found


def _as_int(assembly: Assembly) -> None:
    """`bw_as_int(context, object) -> i64`: the number of an int, or NO_INT: an exception is set if it was not just too large."""
    r = Routine(assembly, "bw_as_int", I64, [PTR, PTR])
    held, value = r.args
    other = r.label("other")
    _told(r, held, value, other)
    r.ret(_narrow(r, value))
    other.begin()
    made = called(r, _helper(r, held, runtime.as_int), value)
    with r.when(made.is_(r.null)):
        r.ret(NO_INT)
    found = _narrow(r, made)
    r.call("Py_DecRef", made)
    r.ret(found)
    r.finish()


def _told(r: Routine, held: Number, value: Number, other: Label) -> None:
    """Go on where an object is an int whose number is known without running other code, elsewhere where it may not be."""
    kind, known = type_of(r, value), r.label("known")
    whole = _helper(r, held, int)
    r.branch_if(kind.is_(whole), known.block)
    r.branch_if(kind.is_(_helper(r, held, bool)), known.block)
    r.branch_if((r.call("PyType_GetFlags", kind) & _LONG_SUBCLASS).is_(0), other.block)
    own, inherited = (r.call("PyType_GetSlot", one, r.number(_NB_INT, I32)) for one in (kind, whole))
    r.branch_if(own.is_not(inherited), other.block)
    known.here()


def _narrow(r: Routine, value: Number) -> Number:
    """The number of an int, if it has 64 bits."""
    overflow = r.room(I32)
    found = r.call("PyLong_AsLongLongAndOverflow", value, overflow)
    return r.select(r.load(overflow, 0, I32).is_(0), found, NO_INT)


def _attr_int(assembly: Assembly) -> None:
    """`bw_attr_int(context, object, expected, offset) -> i64`: `bw_as_int` of what `bw_attr` gives."""
    r = Routine(assembly, "bw_attr_int", I64, [PTR, PTR, PTR, I64])
    held, value, expected, offset = r.args
    other = r.label("other")
    found = _lying(r, value, expected, offset, other)
    _told(r, held, found, other)  # nothing else runs until the number is known
    r.ret(_narrow(r, found))
    other.begin()
    asked = r.call("bw_attr", value, expected, offset)
    with r.when(asked.is_(r.null)):
        r.ret(NO_INT)
    number = r.call("bw_as_int", held, asked)
    r.call("Py_DecRef", asked)
    r.ret(number)
    r.finish()


def _as_wide_int(assembly: Assembly) -> None:
    """`bw_as_wide_int(context, object, place) -> i32`: the number of an int of -2^63 to 2^64 - 1, as 128 bits."""
    r = Routine(assembly, "bw_as_wide_int", I32, [PTR, PTR, PTR])
    held, value, place = r.args
    other, failed = r.label("other"), r.label("failed")
    known = r.local(value, PTR)
    _told(r, held, value, other)
    r.call("Py_IncRef", known)
    read = r.label("read")
    read.go()
    other.begin()
    known.put(called(r, _helper(r, held, runtime.as_int), value))
    failed.go_if(known.is_(r.null))
    read.here()
    overflow = r.room(I32)
    number = r.local(r.call("PyLong_AsLongLongAndOverflow", known, overflow))
    high = r.local(r.select(number < 0, r.number(-1), 0))
    lost = r.load(overflow, 0, I32)
    below, done = r.label("below"), r.label("done")
    r.branch_if(lost.is_(0), done.block)
    r.branch_if(lost.is_(-1), below.block)
    number.put(r.call("PyLong_AsUnsignedLongLong", known))
    high.put(0)
    with r.when(number.is_(-1)), r.when(r.call("PyErr_Occurred").is_not(r.null)):
        r.call("PyErr_Clear")
        below.go()
    done.here()
    r.call("Py_DecRef", known)
    r.store(number, place)
    r.store(high, place, 8)
    r.ret(0)
    below.begin()
    r.call("Py_DecRef", known)
    failed.here()
    r.ret(-1)
    r.finish()


def _kept_or(assembly: Assembly, name: str, exact: type, function: Callable[..., Any]) -> None:
    """`(context, object) -> ptr`: the object where it is exactly of a type, else what a function makes of it; owned by the caller."""
    r = Routine(assembly, name, PTR, [PTR, PTR])
    held, value = r.args
    with r.when(type_of(r, value).is_(_helper(r, held, exact))):
        r.call("Py_IncRef", value)
        r.ret(value)
    r.ret(called(r, _helper(r, held, function), value))
    r.finish()


def _as_bytes(assembly: Assembly) -> None:
    """`bw_as_bytes(context, object) -> ptr`."""
    _kept_or(assembly, "bw_as_bytes", bytes, runtime.as_bytes)


def _as_list(assembly: Assembly) -> None:
    """`bw_as_list(context, object) -> ptr`."""
    _kept_or(assembly, "bw_as_list", list, runtime.as_list)


def _as_value(assembly: Assembly) -> None:
    """`bw_as_value(context, object, class) -> ptr`: a value of a class of bytes, owned by the caller."""
    r = Routine(assembly, "bw_as_value", PTR, [PTR, PTR, PTR])
    held, value, wanted = r.args
    with r.when(type_of(r, value).is_(wanted)):
        r.call("Py_IncRef", value)
        r.ret(value)
    r.ret(called(r, _helper(r, held, runtime.as_value), value, wanted))
    r.finish()


def _as_text(assembly: Assembly) -> None:
    """`bw_as_text(context, object, encoding, place) -> ptr`: a text's bytes; the text goes to the place; both are owned by the caller."""
    r = Routine(assembly, "bw_as_text", PTR, [PTR, PTR, PTR, PTR])
    held, value, encoding, place = r.args
    other, failed = r.label("other"), r.label("failed")
    r.branch_if(type_of(r, value).is_not(_helper(r, held, str)), other.block)
    found = r.call("PyUnicode_AsEncodedString", value, r.call("PyUnicode_AsUTF8AndSize", encoding, r.null), r.null)
    failed.go_if(found.is_(r.null))
    r.call("Py_IncRef", value)
    r.store(value, place, 0, PTR)
    r.ret(found)
    other.begin()
    pair = called(r, _helper(r, held, runtime.as_text), value, encoding)
    failed.go_if(pair.is_(r.null))
    octets, text = (r.call("PyTuple_GetItem", pair, index) for index in range(2))
    for one in (octets, text):
        r.call("Py_IncRef", one)
    r.call("Py_DecRef", pair)
    r.store(text, place, 0, PTR)
    r.ret(octets)
    failed.begin()
    r.ret(r.null)
    r.finish()


def _arm(assembly: Assembly) -> None:
    """`bw_arm(object, classes, count) -> i64`: which of so many classes an object is exactly of, or -1."""
    r = Routine(assembly, "bw_arm", I64, [PTR, PTR, I64])
    value, classes, count = r.args
    kind = type_of(r, value)
    at = r.local(0)
    with r.while_(at, count):
        with r.when(r.load(r.at(classes, at << 3), 0, PTR).is_(kind)):
            r.ret(at)
        at.add(1)
    r.ret(-1)
    r.finish()


def _is_of(assembly: Assembly) -> None:
    """`bw_is_of(object, class) -> i64`: whether an object is exactly of a class."""
    r = Routine(assembly, "bw_is_of", I64, [PTR, PTR])
    value, wanted = r.args
    r.ret(type_of(r, value).is_(wanted).wide())
    r.finish()


def _as_float(assembly: Assembly) -> None:
    """`bw_as_float(context, object, width, place) -> i32`: the bits of the nearest float of a width; -1 where only infinity is near."""
    r = Routine(assembly, "bw_as_float", I32, [PTR, PTR, I64, PTR])
    held, value, width, place = r.args
    other, failed, narrow = r.label("other"), r.label("failed"), r.label("narrow")
    r.branch_if(type_of(r, value).is_not(_helper(r, held, float)), other.block)
    double = r.call("PyFloat_AsDouble", value)
    bits = Number(r, r.b.bitcast(double.value(), I64))
    with r.when(width.is_(64)):
        r.store(bits, place)
        r.ret(0)
    r.branch_if(width.is_not(32), other.block)
    r.branch_if(((bits >> 52) & 0x7FF).is_not(0x7FF), narrow.block)
    payload = bits & (1 << 52) - 1  # an infinity has none; what is left of that of no number is not nothing either
    kept = payload >> 29
    r.store((bits >> 63 << 31) | 0x7F80_0000 | r.select(kept.is_(0) & payload.is_not(0), r.number(1 << 22), kept), place)
    r.ret(0)
    narrow.begin()
    found = Number(r, r.b.bitcast(r.b.fptrunc(double.value(), FLOAT), I32)).wide()
    failed.go_if(((found >> 23) & 0xFF).is_(0xFF))
    r.store(found, place)
    r.ret(0)
    other.begin()
    size = r.call("PyLong_FromLong", width)
    failed.go_if(size.is_(r.null))
    made = called(r, _helper(r, held, runtime.as_float), value, size)
    r.call("Py_DecRef", size)
    failed.go_if(made.is_(r.null))
    r.store(r.call("PyLong_AsUnsignedLongLong", made), place)
    r.call("Py_DecRef", made)
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def _call_method(assembly: Assembly) -> None:
    """`bw_call_method(function, self, args, count, names) -> ptr`: calls a function as a method, with what a method was called with."""
    r = Routine(assembly, "bw_call_method", PTR, [PTR, PTR, PTR, I64, PTR])
    function, value, args, count, names = r.args
    total = r.local(count)
    with r.when(names.is_not(r.null)):
        total.add(r.call("PyTuple_Size", names))
    given = r.call("PyMem_Malloc", (total + 1) << 3)
    with r.when(given.is_(r.null)):
        r.call("PyErr_NoMemory")
        r.ret(r.null)
    r.store(value, given, 0, PTR)
    r.call("memcpy", r.at(given, 8), args, total << 3)
    found = r.call("PyObject_Vectorcall", function, given, count + 1, names)
    r.call("PyMem_Free", given)
    r.ret(found)
    r.finish()


def emit_values(assembly: Assembly) -> None:
    """All of them; those that others call come first."""
    for emit in (_attr, _as_int, _attr_int, _as_wide_int, _as_bytes, _as_list, _as_value, _as_text, _as_float, _call_method, _arm, _is_of):
        emit(assembly)
