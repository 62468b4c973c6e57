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

from bitwright.backends.llvm.assembler import I32, I64, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Label, Number, Routine
from bitwright.backends.llvm.routines.json_output import Writing
from bitwright.backends.llvm.routines.objects import called, type_of
from bitwright.backends.llvm.routines.output import load

WORDS: Final = 5  # of a field in a form: kind, arg, place, text of the key, its length
BY_FUNCTION: Final = -1  # instead of a number of fields
HELPERS: Final = (None, True, False)  # what the slot `helpers` of the context leads to
MOST_DEPTH: Final = 512  # of objects in objects: parsers stop long before


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
    DOTTED = 9  # four bytes, each a decimal number, with dots between
    COLONS = 10  # bytes as two hexadecimal digits each, with colons between


SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    # context, (kind,) arg, value, depth: 0, or -1 where it fails
    "bw_json": (I32, (PTR, I64, PTR, PTR, I64)), "bw_json_list": (I32, (PTR, PTR, PTR, I64)), "bw_json_object": (I32, (PTR, PTR, PTR, I64)),
    "bw_json_line": (I32, (PTR, PTR, PTR)),
}


def _value(assembly: Assembly) -> None:
    """`bw_json(context, kind, arg, value, depth) -> i32`."""
    r = Routine(assembly, "bw_json", *SIGNATURES["bw_json"])
    held, kind, arg, value, depth = r.args
    failed = r.label("failed")
    out = Writing(r, held, failed)
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
        Kind.DOTTED: lambda: out.dotted(value),
        Kind.COLONS: lambda: out.hexadecimal(value, separator=":"),
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


def _integer(out: Writing, value: Number) -> None:
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


def _named(out: Writing, arg: Number, number: Number) -> None:
    """The name that a table or a dict has for a number, or the number."""
    r = out.r
    unnamed, done = r.label("unnamed"), r.label("done")
    with r.when(number.below(r.load(arg))):
        entry = r.at(arg, number * 16 + 16)
        unnamed.go_if(r.load(entry, 0, PTR).is_(r.null))
        out.short(r.load(entry, 0, PTR), r.load(entry, 8))
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


def _asked(out: Writing, arg: Number, key: Number) -> Number:
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


def _called(out: Writing, function: Number, value: Number) -> Number:
    """The text that a function makes of a value, to which a reference is held meanwhile; owned by whoever asks."""
    r = out.r
    r.call("Py_IncRef", value)
    made = called(r, function, value)
    r.call("Py_DecRef", value)
    out.failed.go_if(made.is_(r.null))
    return made


def _owned(out: Writing, made: Number) -> None:
    """Write a text that somebody else made, and give it back."""
    r = out.r
    aside, done = r.label("aside"), r.label("done")
    Writing(r, out.held, aside).printable(made)
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
    out = Writing(r, held, failed)
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
    out = Writing(r, held, failed)
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


def _fields(out: Writing, first: Number, count: Number, value: Number, depth: Number) -> None:
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
        out.short(r.load(entry, 24, PTR), r.load(entry, 32))
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
    Writing(r, held, failed).word(b"\n")
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def emit_json(assembly: Assembly) -> None:
    """All of them."""
    for emit in (_value, _list, _object, _line):
        emit(assembly)
