"""Objects as JSON: what lies in them is written out by a form, which says of each kind of value how.

Promise: what is written is ASCII that no terminal obeys, in the bytes that `msgspec.json` writes for the plain data of the same value;
a value that is not as its form says, or that would need more than that, is a failure (-1), perhaps with an exception set.  Nothing is
written beside the output, whatever the objects hold: forms are trusted, values are not.

A form is a table of words: how many fields it has, and of each its kind and what that kind needs (`arg`), where the value lies in the
object, and the text of its key, with what stands before it, and how long that is.  A form of -1 fields has a function instead.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final

from bitwright.backends.llvm.assembler import I8, I32, I64, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Label, Number, Operand, Routine
from bitwright.backends.llvm.routines.objects import called, type_of
from bitwright.backends.llvm.routines.output import load, store

WORDS: Final = 5  # of a field in a form: kind, arg, place, text of the key, its length
BY_FUNCTION: Final = -1  # instead of a number of fields
HELPERS: Final = (None, True, False)  # what the slot `helpers` of the context leads to
MOST_DEPTH: Final = 512  # of objects in objects: parsers stop long before
_ROOM: Final = 24  # bytes that a number needs at most, with what stands beside it
_FIRST_PRINTABLE, _AFTER_PRINTABLE = 0x20, 0x7F
_QUOTE, _BACKSLASH = ord('"'), ord("\\")


class Kind(enum.IntEnum):
    """What is done with a value; None is always `null`."""

    NUMBER = 0  # an int of 64 bits, with a sign or without, or a flag
    TEXT = 1  # a string, quoted
    HEX = 2  # bytes
    NAMED = 3  # a number of which `arg` has names: how many are in a table, a dict for the others, and the table of texts and sizes
    KNOWN = 4  # `arg`: a dict of texts by value, and the function that is asked for those that are not in it
    OBJECT = 5  # `arg`: a dict of the addresses of forms by class, and the function that is asked for those that are not in it
    LIST = 6  # `arg`: kind and arg of its elements, and those of the last one
    CALL = 7  # `arg`: a function that gives the text
    HEX_IF_ANY = 8  # bytes; nothing at all, not even the key, where there are none


SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    # context, (kind,) arg, value, depth: 0, or -1 where it fails
    "bw_json": (I32, (PTR, I64, PTR, PTR, I64)), "bw_json_list": (I32, (PTR, PTR, PTR, I64)), "bw_json_object": (I32, (PTR, PTR, PTR, I64)),
    "bw_json_line": (I32, (PTR, PTR, PTR)),
}


class _Writing:
    """What the routines here do with the output; `failed` is where they go if there is no room, or a value does not fit."""

    def __init__(self, r: Routine, held: Number, failed: Label) -> None:
        self.r, self.held, self.failed = r, held, failed

    def room(self, count: Number | int) -> Number:
        """Where the next bytes go, of which there is room for so many; `wrote` says how many there are then."""
        r = self.r
        count = r.number(count) if isinstance(count, int) else count
        with r.when((load(r, self.held, "capacity") - load(r, self.held, "length")).below(count)):
            self.failed.go_if(r.call("bw_grow", self.held, count).is_not(0))
        return r.at(load(r, self.held, "output"), load(r, self.held, "length"))

    def wrote(self, count: Operand) -> None:
        """So many bytes were put there."""
        store(self.r, self.held, "length", load(self.r, self.held, "length") + count)

    def word(self, text: bytes) -> None:
        """A text that is known now, of at most eight bytes."""
        place = self.room(8)
        for at, octet in enumerate(text):
            self.r.store(octet, place, at, I8)
        self.wrote(len(text))

    def some(self, begin: Number, count: Number) -> None:
        """Bytes from elsewhere."""
        self.r.call("memcpy", self.room(count), begin, count)
        self.wrote(count)

    def octets(self, value: Number) -> None:
        """The content of a bytes object that is as it should be."""
        self.some(*self._content(value))

    def _content(self, value: Number) -> tuple[Number, Number]:
        begin, count = self.r.room(PTR), self.r.room(I64)
        self.failed.go_if(self.r.call("PyBytes_AsStringAndSize", value, begin, count).is_not(0))
        return self.r.load(begin, 0, PTR), self.r.load(count)

    def printable(self, value: Number) -> None:
        """The same of bytes that somebody else made, which must be such as no terminal obeys."""
        r = self.r
        begin, count = self._content(value)
        at = r.local(0)
        with r.while_(at, count):
            self.failed.go_if(_is_unprintable(r.byte(begin, at)))
            at.add(1)
        self.some(begin, count)

    def quoted(self, value: Number) -> None:
        """A string of printable ASCII."""
        r, size = self.r, self.r.room(I64)
        begin = r.call("PyUnicode_AsUTF8AndSize", value, size)
        self.failed.go_if(begin.is_(r.null))
        count = r.load(size)
        place = self.room(count * 2 + 2)
        r.store(_QUOTE, place, 0, I8)
        at, to = r.local(0), r.local(1)
        with r.while_(at, count):
            octet = r.byte(begin, at)
            self.failed.go_if(_is_unprintable(octet))
            with r.when(octet.is_(_QUOTE) | octet.is_(_BACKSLASH)):
                r.store(_BACKSLASH, place, to, I8)
                to.add(1)
            r.store(octet.narrow(I8), place, to, I8)
            at.add(1)
            to.add(1)
        r.store(_QUOTE, place, to, I8)
        self.wrote(to + 1)

    def hexadecimal(self, value: Number) -> None:
        """Bytes as two digits each, quoted."""
        r = self.r
        begin, count = self._content(value)
        place = self.room(count * 2 + 2)
        r.store(_QUOTE, place, 0, I8)
        at, to = r.local(0), r.local(1)
        with r.while_(at, count):
            octet = r.byte(begin, at)
            r.store(_digit(r, octet >> 4), place, to, I8)
            r.store(_digit(r, octet & 15), place, to + 1, I8)
            at.add(1)
            to.add(2)
        r.store(_QUOTE, place, to, I8)
        self.wrote(to + 1)

    def decimal(self, value: Number) -> None:
        """A number with a sign."""
        left = self.r.local(value)
        with self.r.when(value < 0):
            self.word(b"-")
            left.put(self.r.number(0) - value)
        self.natural(left.now())

    def natural(self, value: Number) -> None:
        """A number without a sign."""
        r = self.r
        place, digits = self.room(_ROOM), r.room(I8, _ROOM)
        left, count = r.local(value), r.local(0)
        with r.loop() as loop:
            now = left.now()
            left.put(r.divided(now, 10))
            count.add(1)
            r.store((now - left * 10 + ord("0")).narrow(I8), digits, r.number(_ROOM) - count, I8)
            loop.leave_if(left.is_(0))
        r.call("memcpy", place, r.at(digits, r.number(_ROOM) - count), count)
        self.wrote(count)


def _is_unprintable(octet: Number) -> Number:
    return (octet - _FIRST_PRINTABLE).below(_AFTER_PRINTABLE - _FIRST_PRINTABLE).is_(0)


def _digit(r: Routine, value: Number) -> Number:
    """A hexadecimal digit."""
    return (value + r.select(value < 10, ord("0"), ord("a") - 10)).narrow(I8)


def _value(assembly: Assembly) -> None:
    """`bw_json(context, kind, arg, value, depth) -> i32`."""
    r = Routine(assembly, "bw_json", *SIGNATURES["bw_json"])
    held, kind, arg, value, depth = r.args
    failed = r.label("failed")
    out = _Writing(r, held, failed)
    helpers = load(r, held, "helpers")
    none, true, false = (r.load(helpers, 8 * index, PTR) for index in range(len(HELPERS)))
    for word, constant in ((b"null", none), (b"true", true), (b"false", false)):
        with r.when(value.is_(constant)):
            out.word(word)
            r.ret(0)
    writes: dict[Kind, Callable[[], None]] = {
        Kind.NUMBER: lambda: _integer(out, value),
        Kind.TEXT: lambda: out.quoted(value),
        Kind.NAMED: lambda: _named(out, arg, _number(r, value, failed)),
        Kind.KNOWN: lambda: _owned(out, _asked(out, arg, value)),
        Kind.HEX: lambda: out.hexadecimal(value),
        Kind.HEX_IF_ANY: lambda: out.hexadecimal(value),
        Kind.CALL: lambda: _owned(out, _called(out, arg, value)),
    }
    for one, write in writes.items():
        with r.when(kind.is_(one)):
            write()
            r.ret(0)
    for other, routine in ((Kind.LIST, "bw_json_list"), (Kind.OBJECT, "bw_json_object")):
        with r.when(kind.is_(other)):
            r.ret(r.call(routine, held, arg, value, depth))
    failed.here()
    r.ret(-1)
    r.finish()


def _integer(out: _Writing, value: Number) -> None:
    """An int of at most 64 bits."""
    r, large, done = out.r, out.r.label("large"), out.r.label("done")
    out.decimal(_number(r, value, large))
    done.go()
    large.begin()
    found = r.call("PyLong_AsUnsignedLongLong", value)
    with r.when(found.is_(-1)):
        out.failed.go_if(r.call("PyErr_Occurred").is_not(r.null))
    out.natural(found)
    done.here()


def _number(r: Routine, value: Number, failed: Label) -> Number:
    """The number of an int."""
    overflow = r.room(I32)
    found = r.call("PyLong_AsLongLongAndOverflow", value, overflow)
    failed.go_if(r.load(overflow, 0, I32).is_not(0))
    with r.when(found.is_(-1)):
        failed.go_if(r.call("PyErr_Occurred").is_not(r.null))
    return found


def _named(out: _Writing, arg: Number, number: Number) -> None:
    """The name that a table or a dict has for a number, or the number."""
    r = out.r
    unnamed, done = r.label("unnamed"), r.label("done")
    with r.when(number.below(r.load(arg))):
        entry = r.at(arg, number * 16 + 16)
        unnamed.go_if(r.load(entry, 0, PTR).is_(r.null))
        out.some(r.load(entry, 0, PTR), r.load(entry, 8))
        done.go()
    key = r.call("PyLong_FromLongLong", number)
    out.failed.go_if(key.is_(r.null))
    found = r.call("PyDict_GetItemWithError", r.load(arg, 8, PTR), key)
    r.call("Py_DecRef", key)
    unnamed.go_if(found.is_(r.null))
    out.octets(found)
    done.go()
    unnamed.begin()
    out.decimal(number)
    done.here()


def _asked(out: _Writing, arg: Number, key: Number) -> Number:
    """What a dict has under a key, else what the function beside it makes of the key; owned by whoever asks."""
    r = out.r
    found, known = r.local(r.call("PyDict_GetItemWithError", r.load(arg, 0, PTR), key), PTR), r.label("known")
    with r.when(found.is_not(r.null)):
        r.call("Py_IncRef", found)
        known.go()
    out.failed.go_if(r.call("PyErr_Occurred").is_not(r.null))
    found.put(called(r, r.load(arg, 8, PTR), key))
    out.failed.go_if(found.is_(r.null))
    known.here()
    return found.now()


def _called(out: _Writing, function: Number, value: Number) -> Number:
    """The text that a function makes of a value, to which a reference is held meanwhile; owned by whoever asks."""
    r = out.r
    r.call("Py_IncRef", value)
    made = called(r, function, value)
    r.call("Py_DecRef", value)
    out.failed.go_if(made.is_(r.null))
    return made


def _owned(out: _Writing, made: Number) -> None:
    """Write a text that somebody else made, and give it back."""
    r = out.r
    aside, done = r.label("aside"), r.label("done")
    _Writing(r, out.held, aside).printable(made)
    r.call("Py_DecRef", made)
    done.go()
    aside.begin()
    r.call("Py_DecRef", made)
    out.failed.go()
    done.begin()


def _list(assembly: Assembly) -> None:
    """`bw_json_list(context, arg, list, depth) -> i32`."""
    r = Routine(assembly, "bw_json_list", *SIGNATURES["bw_json_list"])
    held, arg, value, depth = r.args
    failed = r.label("failed")
    out = _Writing(r, held, failed)
    count = r.call("PyList_Size", value)
    failed.go_if(count < 0)
    at = r.local(0)
    out.word(b"[")
    with r.while_(at, count):
        with r.when(at.is_not(0)):
            out.word(b",")
        element = r.call("PyList_GetItem", value, at)
        failed.go_if(element.is_(r.null))
        item = r.at(arg, r.select(at.is_(count - 1), 16, 0))
        failed.go_if(r.call("bw_json", held, r.load(item), r.load(item, 8, PTR), element, depth).is_not(0))
        at.add(1)
    out.word(b"]")
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def _object(assembly: Assembly) -> None:
    """`bw_json_object(context, arg, object, depth) -> i32`: by the form of its class."""
    r = Routine(assembly, "bw_json_object", *SIGNATURES["bw_json_object"])
    held, arg, value, depth = r.args
    failed = r.label("failed")
    out = _Writing(r, held, failed)
    failed.go_if(depth > MOST_DEPTH)
    address = _asked(out, arg, type_of(r, value))
    form = Number(r, r.b.inttoptr(r.call("PyLong_AsLongLong", address).value(), PTR))
    r.call("Py_DecRef", address)
    count = r.load(form)
    with r.when(count < 0):
        r.ret(r.call("bw_json", held, r.number(Kind.CALL), r.load(form, 8, PTR), value, depth))
    with r.when(count.is_(0)):
        out.word(b"{")
    _fields(out, r.at(form, 8), count, value, depth + 1)
    out.word(b"}")
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def _fields(out: _Writing, first: Number, count: Number, value: Number, depth: Number) -> None:
    """All fields, each with its key."""
    r = out.r
    entry, left = r.local(first, PTR), r.local(count)
    with r.loop() as loop:
        loop.leave_if(left.is_(0))
        found, skipped = r.load(value, r.load(entry, 16), PTR), r.label("skipped")
        out.failed.go_if(found.is_(r.null))
        with r.when(r.load(entry).is_(Kind.HEX_IF_ANY)):
            size = r.call("PyBytes_Size", found)
            out.failed.go_if(size < 0)
            r.branch_if(size.is_(0), skipped.block)
        out.some(r.load(entry, 24, PTR), r.load(entry, 32))
        out.failed.go_if(r.call("bw_json", out.held, r.load(entry), r.load(entry, 8, PTR), found, depth).is_not(0))
        skipped.here()
        entry.put(r.at(entry, 8 * WORDS))
        left.add(-1)


def _line(assembly: Assembly) -> None:
    """`bw_json_line(context, arg, object) -> i32`: the JSON of an object, and the end of a line."""
    r = Routine(assembly, "bw_json_line", *SIGNATURES["bw_json_line"])
    held, arg, value = r.args
    failed = r.label("failed")
    failed.go_if(r.call("bw_json_object", held, arg, value, 0).is_not(0))
    _Writing(r, held, failed).word(b"\n")
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def emit_json(assembly: Assembly) -> None:
    """All of them."""
    for emit in (_value, _list, _object, _line):
        emit(assembly)
