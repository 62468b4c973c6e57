"""What calls demand and give: of the module's own functions what their signatures say, of CPython's what is written down here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bitwright.backends.llvm.verify.linear import Sum, constant
from bitwright.backends.llvm.verify.numbers import range_of
from bitwright.backends.llvm.verify.places import MOST, NAMES, OBJECT, OBJECTS, SIZE, SLOTS, Pointer, Root
from bitwright.backends.llvm.verify.routines import ROUTINES, call_of_routine
from bitwright.backends.llvm.verify.signatures import Signature, bounds_of, fact_of
from bitwright.backends.llvm.verify.text import Instruction
from bitwright.backends.llvm.verify.walk import Walk

VIEW_SIZE: Final = 16  # where a `Py_buffer` says how many bytes it has
DICT: Final = dict.__basicsize__
HEAD: Final = bytes.__basicsize__ - 1  # of an object of bytes, before its content

# Functions of CPython and of the C library that take the address of anything but an object: for each argument whether it is an object or a
# number (o), text that ends with a zero (s), a region whose bytes are read (r) or written (w), with the number of the argument that says
# how many, or room for so many bytes that is filled in (x8).  Whatever else CPython has takes objects and numbers alone.
TAKES: Final = {
    "PyBytes_FromStringAndSize": "r1 o", "PyBytes_AsStringAndSize": "o x8 x8", "PyByteArray_FromStringAndSize": "r1 o",
    "PyUnicode_Decode": "r1 o s s", "PyUnicode_DecodeUTF8": "r1 o s", "PyUnicode_DecodeASCII": "r1 o s", "PyUnicode_DecodeLatin1": "r1 o s",
    "PyUnicode_FromStringAndSize": "r1 o", "PyUnicode_FromKindAndData": "o o o", "PyUnicode_AsUTF8AndSize": "o x8",
    "PyObject_GetBuffer": "o x80 o", "PyBuffer_Release": "x80",
    "Py_EnterRecursiveCall": "s", "PyErr_SetString": "o s", "memcmp": "r2 r2 o", "memcpy": "w2 r2 o", "memset": "w2 o o",
}  # fmt: skip
_VECTORCALL: Final = "PyObject_Vectorcall"
_COUNT: Final = (1 << 63) - 1  # the bits of a vector's length that count


def call(walk: Walk, one: Instruction) -> None:
    """Go past a call."""
    name = str(one.args[0])[1:]
    if name in walk.module.functions:
        result = own(walk, one, name)
    elif name == _VECTORCALL or str(one.args[0])[0] == "%":
        result = _vectorcall(walk, one)
    elif name in ROUTINES:
        result = call_of_routine(walk, one, name)
    elif name.startswith("llvm."):
        result = _intrinsic(walk, one, name)
    elif name in TAKES or name.startswith("Py"):
        result = _foreign(walk, one, name)
    else:
        walk.refuse(f"nothing is known of {name}")
        result = walk.unknown(one.kind) if one.kind != "void" else OBJECT
    if one.result is not None:
        walk.values[one.result] = result
    if name not in ("PyByteArray_Size", "PyByteArray_AsString"):
        walk.sizes.clear()


# --- functions of the module -------------------------------------------------------------------


def own(walk: Walk, one: Instruction, name: str) -> Sum | Pointer:
    """Show what the function assumes, and assume what it gives back where it does not fail."""
    signature = walk.signatures[name]
    if not signature.function.internal or len(signature.function.params) != len(one.args) - 1:
        walk.refuse(f"calls {name}")
        return walk.unknown(one.kind)
    given = [walk.value(arg, kind) for arg, kind in zip(one.args[1:], one.kinds[1:], strict=True)]
    numbers = {index: value for index, value in enumerate(given) if isinstance(value, Sum)}
    size = _hand_over(walk, signature, given, name)
    for guess in [*signature.before]:
        fact = fact_of(guess, numbers[guess[1]], numbers, size)
        if fact is None or not walk.shown(fact):
            signature.before.discard(guess)
            walk.dropped.add(name)
    results = {
        place: walk.facts.new(*bounds_of(signature.after, place, *range_of(kind))) for place, kind in signature.results.items()
    }  # fmt: skip
    for index, value in enumerate(given):
        if isinstance(value, Pointer) and value.root.kind in ("room", "context"):
            _written(walk, index, value, results.get(index))
    status = walk.facts.new(*((-1, 0) if signature.has_status else range_of(one.kind)))
    if signature.has_status:
        walk.conditions.promised[status.single or 0] = lambda: [
            fact for guess in signature.after if (fact := fact_of(guess, results[guess[1]], numbers, size)) is not None
        ]
    return status


def _hand_over(walk: Walk, signature: Signature, given: Sequence[Sum | Pointer], name: str) -> Sum | None:
    """Note what the function's pointers lead to; the size of the input that it gets."""
    rooms: list[object] = []
    known = signature.given
    size: Sum | None = None
    for index, value in enumerate(given):
        if not isinstance(value, Pointer):
            continue
        kind, there = "object", 0
        if value.root.kind == "input" and value.offset == constant(0):
            kind, size = "input", value.root.size
            if not walk.is_there(value.root):
                walk.refuse(f"it is not shown that the input that {name} is handed is there")
        elif value.root.kind in ("room", "context"):
            kind, there = "context" if index == 1 else "room", walk.room_left(value)
            rooms.append(value.root.name)
            if kind == "context":
                walk.demand_output(value.root)
                said, read = walk.memory.load(walk.block, value.root, SIZE, "i64"), size
                if read is None or not isinstance(said, Sum) or not (walk.shown(read.minus(said)) and walk.shown(said.minus(read))):
                    walk.dropped |= {name} if signature.sized else set()
                    signature.sized = False
                for slot in SLOTS:
                    place = walk.memory.load(walk.block, value.root, slot, "ptr")
                    room = walk.room_left(place) if isinstance(place, Pointer) and (place.root.writable or slot != NAMES) else 0
                    if room < signature.slots.get(slot, room + 1):
                        signature.slots[slot] = room
                        walk.dropped.add(name)
        elif value.root.kind not in OBJECTS:
            walk.refuse(f"hands {name} a pointer to {value.root.kind} {value.root.name}")
        before = known.get(index)
        if before is None or before != (kind, min(before[1], there)):
            if before is not None and before[0] != kind:
                kind, there = "object", 0
            known[index] = (kind, there if before is None else min(before[1], there))
            if known[index] != before:
                walk.dropped.add(name)
    if len({*rooms}) != len(rooms):
        walk.refuse(f"hands {name} the same room twice")
    return size


def _written(walk: Walk, index: int, place: Pointer, result: Sum | None) -> None:
    """What a function was handed room for holds afterwards what it has put there."""
    if index == 1 and not place.offset.terms:
        walk.context_changed(place.root)
    else:
        walk.fill(place.root, result)


# --- functions of CPython ----------------------------------------------------------------------


def _foreign(walk: Walk, one: Instruction, name: str) -> Sum | Pointer:
    takes = TAKES[name].split() if name in TAKES else ["o"] * (len(one.args) - 1)
    if len(takes) != len(one.args) - 1:
        walk.refuse(f"calls {name} with {len(one.args) - 1} arguments")
        return walk.unknown(one.kind) if one.kind != "void" else OBJECT
    for how, arg, kind in zip(takes, one.args[1:], one.kinds[1:], strict=True):
        if kind[-1] != "*" and kind != "ptr" and kind[0] != "[":
            continue
        place = walk.pointer(arg)
        if how == "o" and place.root.kind not in OBJECTS:
            walk.refuse(f"{name} is handed a pointer to {place.root.kind} {place.root.name} as an object")
        elif how == "s" and arg is not None and place.root.kind != "constant":
            walk.refuse(f"{name} is handed as text what is none of the module's")
        elif how[0] in "rw" and arg is not None:
            counted = int(how[1:]) + 1
            walk.touch(place, walk.number(one.args[counted], one.kinds[counted]), write=how[0] == "w")
        elif how[0] == "x":
            walk.touch(place, constant(int(how[1:])), write=True)
            walk.memory.forget(walk.block, place.root, lambda offset, kind: None)
    return _GIVES[name](walk, one) if name in _GIVES else walk.unknown(one.kind) if one.kind != "void" else OBJECT


def _bytes_taken(walk: Walk, one: Instruction) -> Sum:
    """The input: its address and its size, where this has not failed."""
    return _input_of(walk, one, *(walk.pointer(arg) for arg in one.args[2:4]))


def _buffer_taken(walk: Walk, one: Instruction) -> Sum:
    """The same of a `Py_buffer` of bytes in a row."""
    view = walk.pointer(one.args[2])
    if one.args[3] != 0:
        walk.refuse("takes a buffer whose bytes need not lie in a row")
    return _input_of(walk, one, view, view.moved(constant(VIEW_SIZE)))


def _input_of(walk: Walk, one: Instruction, data: Pointer, length: Pointer) -> Sum:
    size, status = walk.facts.new(*range_of("i64")), walk.facts.new(-1, 0)
    where = Pointer(Root("input", f"of line {one.line}", size, there=status.shifted(1)), constant(0))
    for place, value in ((data, where), (length, size)):
        if not place.offset.terms:
            walk.memory.store(walk.block, place.root, place.offset.const, 8, value)
    walk.conditions.promised[status.single or 0] = lambda: [size, constant(MOST).minus(size)]
    return status


def _made(walk: Walk, one: Instruction) -> Pointer:
    """A new object of a class of bytes: its content may be filled in, and the hash before that."""
    size = walk.number(one.args[2], "i64")
    room = size.shifted(HEAD) if walk.shown(size) else None
    return Pointer(Root("made", one.result, room, writable=True, there=walk.facts.new(0, 1)), constant(0))


def _copy(walk: Walk, one: Instruction) -> Pointer:
    """A new dict: it says where its values lie."""
    return Pointer(Root("dict", one.result, constant(DICT), there=walk.facts.new(0, 1)), constant(0))


def _size_of_array(walk: Walk, one: Instruction) -> Sum:
    found = walk.sizes[str(one.args[1])] = walk.facts.new(0, MOST)
    return found


def _array(walk: Walk, one: Instruction) -> Pointer:
    """Where a bytearray lies, whose size has just been asked, or is asked next."""
    size = walk.sizes.setdefault(str(one.args[1]), walk.facts.new(0, MOST))
    return Pointer(Root("output", one.result, size, writable=True), constant(0))


def _content(walk: Walk, one: Instruction) -> Pointer:
    """Of an object of bytes; how many there are is not asked."""
    return Pointer(Root("content", one.result), constant(0))


def _size(walk: Walk, one: Instruction) -> Sum:
    return walk.facts.new(-1, MOST)


_GIVES: Final[dict[str, Callable[[Walk, Instruction], Sum | Pointer]]] = {
    "PyBytes_AsStringAndSize": _bytes_taken, "PyObject_GetBuffer": _buffer_taken, "PyType_GenericAlloc": _made,
    "PyByteArray_Size": _size_of_array,
    "PyDict_Copy": _copy, "PyByteArray_AsString": _array,
    "PyBytes_AsString": _content, "PyList_Size": _size, "PyTuple_Size": _size, "PyBytes_Size": _size,
}  # fmt: skip


def _vectorcall(walk: Walk, one: Instruction) -> Pointer:
    """The arguments lie in a row, and perhaps the place before them may be used."""
    if len(one.args) != 5 or (str(one.args[0])[0] == "%" and walk.pointer(one.args[0]).root.kind != "entry"):
        walk.refuse("calls a function that it has not got from its table of objects")
        return OBJECT
    row, count = walk.pointer(one.args[2]), walk.number(one.args[3], "i64")
    if row.root.kind == "arguments":
        walk.handed_on(row, count)
        return OBJECT
    if count.terms:
        walk.refuse("calls an object with a number of arguments that is not known")
        return OBJECT
    before = 8 if count.const < 0 else 0
    walk.touch(Pointer(row.root, row.offset.shifted(-before)), constant(8 * (count.const & _COUNT) + before), write=True)
    walk.memory.forget(walk.block, row.root, lambda offset, kind: None)
    return OBJECT


def _intrinsic(walk: Walk, one: Instruction, name: str) -> Sum | Pointer:
    """Those that compute alone."""
    if any(kind == "ptr" or kind[-1] == "*" for kind in one.kinds[1:]):
        walk.refuse(f"nothing is known of {name}")
    return walk.unknown(one.kind) if one.kind != "void" else OBJECT


