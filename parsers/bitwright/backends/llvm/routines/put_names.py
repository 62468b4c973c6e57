"""Writing domain names: `wire/compression.py` as machine code.

Promise: the same bytes as `NameMemo.write` and `fit_region` write, whatever was written before.  A text that `str` is not exactly the
class of is turned into one by Python first; what makes a given length come true is chosen by Python, too.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I8, I16, I32, I64, PTR, Assembly, Type
from bitwright.backends.llvm.routines import name_memo
from bitwright.backends.llvm.routines.builder import Number, Routine
from bitwright.backends.llvm.routines.name_wire import STARTS_ROOM, WIRE_ROOM, emit_name_wire, hash_suffix
from bitwright.backends.llvm.routines.names import emit_label_text
from bitwright.backends.llvm.routines.objects import called, type_of
from bitwright.backends.llvm.routines.output import load, store
from bitwright.backends.python.runtime import Fail
from bitwright.wire.compression import POINTER_RANGE
from bitwright.wire.names import join_labels, split_name

SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    "bw_new_memo": (PTR, ()),
    # context, text, `str`, `canonical`, origin, memo, whether to compress, where the canonical text goes or NULL: 0, or -1
    "bw_put_name": (I32, (PTR, PTR, PTR, PTR, I64, PTR, I64, PTR)),
    # context, memo, origin, begin, wanted, `plan_sizes`: whether the region was taken back, or -1
    "bw_fit": (I32, (PTR, PTR, I64, I64, I64, PTR)),
}  # fmt: skip
_TEXT_ROOM: Final = 4 * 256  # each byte may need an escape of four


def canonical(text: object) -> str:
    """The text of a name that is no exact `str`, as reading the name would give it."""
    if not isinstance(text, str):
        raise Fail
    try:
        return join_labels(split_name(text))
    except ValueError:
        raise Fail from None


class _Writer:
    """The routine that writes a name, in the making."""

    def __init__(self, assembly: Assembly) -> None:
        self.r = r = Routine(assembly, "bw_put_name", I32, [PTR, PTR, PTR, PTR, I64, PTR, I64, PTR])
        self.context, given, self.exactly, self.canonical, self.origin, self.memo, self.compress, self.out = r.args
        self.failed = r.label("failed")
        self.text, self.made = r.local(given, PTR), r.local(r.null, PTR)
        self.wire, self.starts = r.room(I8, WIRE_ROOM), r.room(I8, STARTS_ROOM)
        self.count, self.size = r.room(I64), r.room(I64)

    def emit(self) -> None:
        r = self.r
        with r.when(type_of(r, self.text.now()).is_not(self.exactly)):
            self.made.put(called(r, self.canonical, self.text.now()))
            self.failed.go_if(self.made.is_(0))
            self.text.put(self.made)
        chars = r.call("PyUnicode_AsUTF8AndSize", self.text, self.size)
        self.failed.go_if(chars.is_(0))
        length = r.call("bw_name_wire", chars, r.load(self.size), self.wire, self.starts, self.count)
        self.failed.go_if(length.is_(0))
        labels = r.load(self.count)
        more = length + (labels * name_memo.SUFFIX_SIZE) + name_memo.WRITTEN_SIZE
        base = name_memo.grown(r, self.memo, more, self.failed)
        self._write(base, length, labels)
        with r.when(self.out.is_not(0)):
            r.store(self._canonical(chars), self.out, 0, PTR)
        with r.when(self.made.is_not(0)):
            r.call("Py_DecRef", self.made)
        r.ret(0)
        self.failed.begin()
        with r.when(self.made.is_not(0)):
            r.call("Py_DecRef", self.made)
        r.ret(-1)
        r.finish()

    def _write(self, base: Number, length: Number, labels: Number) -> None:
        """Find how much is known already, and write the rest."""
        r = self.r
        begin = load(r, self.context, "length")
        self.pointer, self.cut, self.kept = r.local(-1), r.local(length), r.local(0)
        wanted = self._wanted(base)
        with r.when((self.compress | (wanted >= 0).wide()).is_not(0)):
            self._compress(base, length, labels, begin - self.origin, wanted)
        with r.when(self.kept.is_(0)):
            self.kept.put(name_memo.keep_wire(r, base, self.wire, length))
        cut, pointer = self.cut.now(), self.pointer.now()
        size = r.select(pointer < 0, cut, cut + 2)
        room = r.call("bw_room", self.context, size)
        self.failed.go_if(room.is_(0))
        with r.when(cut.is_not(0)):
            r.call("memcpy", room, self.wire, cut)
        with r.when(pointer >= 0):
            r.store(((pointer >> 8) | 0xC0).narrow(I8), room, cut, I8)
            r.store(pointer.narrow(I8), room, cut + 1, I8)
        name_memo.note_written(r, base, at=begin, wire=self.kept.now(), length=length, size=size)

    def _wanted(self, base: Number) -> Number:
        """The size that the name is to have, -1 if there is no plan."""
        r = self.r
        wanted = r.local(-1)
        left = r.load(base, name_memo.PLANNED)
        with r.when(left.is_not(0)):
            plan = r.load(base, name_memo.PLAN)
            wanted.put(r.load(base, plan, I16).wide())
            r.store(plan + 2, base, name_memo.PLAN)
            r.store(left - 1, base, name_memo.PLANNED)
        return wanted.now()

    def _compress(self, base: Number, length: Number, labels: Number, place: Number, wanted: Number) -> None:
        """Look for a suffix that is known, the longest first, and keep those that are not."""
        r = self.r
        index = r.local(0)
        with r.while_(index, labels) as loop:
            at = r.byte(self.starts, index)
            index.add(1)
            hashed = hash_suffix(r, r.at(self.wire, at), length - at)
            unknown = r.label("unknown")
            suffix = name_memo.find(r, base, hashed, r.at(self.wire, at), length - at, unknown)
            with r.when((wanted < 0) | wanted.is_(at + 2)):
                self.pointer.put(suffix.place)
                self.cut.put(at)
                with r.when(at.is_(0)):
                    self.kept.put(suffix.wire)
                loop.leave()
            loop.again()
            unknown.begin()
            with r.when((self.compress & (place + at < POINTER_RANGE).wide()).is_not(0)):
                with r.when(self.kept.is_(0)):
                    self.kept.put(name_memo.keep_wire(r, base, self.wire, length))
                name_memo.note(r, base, hashed, wire=self.kept + at, length=length - at, place=place + at)

    def _canonical(self, chars: Number) -> Number:
        """The text as reading the name would give it: the same object if it is that."""
        r = self.r
        room, filled, at = r.room(I8, _TEXT_ROOM), r.local(0), r.local(0)
        with r.loop() as loop:
            size = r.byte(self.wire, at)
            loop.leave_if(size.is_(0))
            filled.add(r.call("bw_label_text", r.at(self.wire, at + 1), size, r.at(room, filled)))
            r.store(ord("."), room, filled, I8)
            filled.add(1)
            at.add(size + 1)
        with r.when(filled.is_(0)):
            r.store(ord("."), room, 0, I8)
            filled.put(1)
        differs, done = r.label("differs"), r.label("done")
        found = r.local(self.text, PTR)
        r.branch_if(filled.is_not(r.load(self.size)), differs.block)
        r.branch_if(r.call("memcmp", room, chars, filled).is_not(0), differs.block)
        r.call("Py_IncRef", found)
        done.go()
        differs.begin()
        found.put(r.call("PyUnicode_DecodeASCII", room, filled, 0))
        self.failed.go_if(found.is_(0))
        done.here()
        return found.now()


def emit_put_name(assembly: Assembly) -> None:
    """`bw_put_name(context, text, str, canonical, origin, memo, compress, out) -> i32`: 0, or -1.

    `canonical` is the Python function that makes an exact `str` of another text; the canonical text goes to `out`, if it is not NULL.
    """
    _Writer(assembly).emit()


def emit_fit(assembly: Assembly) -> None:
    """`bw_fit(context, memo, origin, begin, wanted, plan) -> i32`: 1 if the region was taken back, 0 if not; or -1.

    `plan` is `name_memo.plan_sizes`.
    """
    r = Routine(assembly, "bw_fit", I32, [PTR, PTR, I64, I64, I64, PTR])
    context, memo, origin, begin, wanted, plan = r.args
    failed, fits = r.label("failed"), r.label("fits")
    with r.when(wanted < 0):
        r.ret(0)
    more = wanted - (load(r, context, "length") - begin)
    r.branch_if(more.is_(0), fits.block)
    r.branch_if(r.load(r.call("PyByteArray_AsString", memo), name_memo.TRIED).is_(begin), fits.block)
    arguments = r.room(PTR, 3)
    for index, value in enumerate((origin, begin, more)):
        r.store(r.call("PyLong_FromLongLong", value), arguments, 8 * index, PTR)
    numbers = [r.load(arguments, 8 * index, PTR) for index in range(3)]
    taken_back, made = r.local(-1, I32), r.label("made")
    for number in numbers:
        r.branch_if(number.is_(0), made.block)
    found = called(r, plan, memo, *numbers)
    with r.when(found.is_not(0)):
        taken_back.put(r.call("PyObject_IsTrue", found))
        r.call("Py_DecRef", found)
    made.here()
    for number in numbers:
        with r.when(number.is_not(0)):
            r.call("Py_DecRef", number)
    failed.go_if(taken_back < 0)
    with r.when(taken_back.is_not(0)):
        store(r, context, "length", begin)
        r.ret(1)
    fits.here()
    base = r.call("PyByteArray_AsString", memo)
    r.store(-1, base, name_memo.TRIED)
    name_memo.settle(r, base, begin)
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def emit_put_names(assembly: Assembly) -> None:
    """`bw_put_name`, which calls routines of the output."""
    emit_label_text(assembly)
    emit_name_wire(assembly)
    emit_put_name(assembly)


def emit_fitting(assembly: Assembly) -> None:
    """`bw_new_memo` and `bw_fit`."""
    name_memo.emit_new_memo(assembly)
    emit_fit(assembly)
