"""Reading domain names: `wire/names.py` as machine code.

Promise: what `read_name` and `name_end` accept is accepted, with the same text and position; what they refuse is refused, without
words: whoever wants to know why asks them.  Nothing is read outside of the bytes before `end`, nothing is written outside of the
room for the text, and the work is bounded by the limit of pointers and the longest name, whatever the bytes.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I8, I16, I32, I64, PTR, V16, VOID, Assembly, Type
from bitwright.backends.llvm.routines import names_table
from bitwright.backends.llvm.routines.builder import Label, Number, Routine
from bitwright.wire.names import MAX_LABEL, MAX_NAME, PLAIN

SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    # data, position, end, origin, table of names, most hops, where the text goes, where the position after it goes: 0, or -1
    "bw_read_name": (I32, (PTR, I64, I64, I64, PTR, I64, PTR, PTR)),
    "bw_name_end": (I32, (PTR, I64, I64, PTR)),  # data, position, end, where the position after it goes: 0, or -1
    "bw_drop_names": (VOID, (PTR,)),  # a table of names: gives back what it owns
}  # fmt: skip
_CHUNK: Final = 16  # bytes that are looked at together
_ROOM: Final = 4 * MAX_NAME + 2 * _CHUNK  # each byte may need an escape of four; chunks may go beyond the last
_POINTER: Final = 0xC0
_PAIR: Final = 0x28  # "(" and ")" differ in their last bit
_MARKS: Final = b'".;\\@$'  # the other characters that a backslash comes before
_DELETE: Final = 0x7F

assert set(range(0x21, _DELETE)) - set(PLAIN) == {*_MARKS, _PAIR, _PAIR | 1}


def emit_label_text(assembly: Assembly) -> None:
    """`bw_label_text(label, length, out) -> i64`: one label in presentation form, and how long that is."""
    r = Routine(assembly, "bw_label_text", I64, [PTR, I64, PTR], internal=True)
    label, length, out = r.args
    at, filled = r.local(0), r.local(0)
    with r.while_(at, length):
        char = r.byte(label, at)
        at.add(1)
        escaped, numbered = r.label("escaped"), r.label("numbered")
        place = r.at(out, filled)
        numbered.go_if((char - 0x21).below(_DELETE - 0x21).is_(0))
        for mark in (*_MARKS, _PAIR, _PAIR | 1):
            r.branch_if(char.is_(mark), escaped.block)
        r.store(char.narrow(I8), place, 0, I8)
        filled.add(1)
        done = r.label("done")
        done.go()
        escaped.begin()
        r.store(ord("\\"), place, 0, I8)
        r.store(char.narrow(I8), place, 1, I8)
        filled.add(2)
        done.go()
        numbered.begin()
        r.store(ord("\\"), place, 0, I8)
        tens = r.divided(char, 10)
        hundreds = r.divided(char, 100)
        for index, digit in enumerate((hundreds, tens - hundreds * 10, char - tens * 10), 1):
            r.store((digit + ord("0")).narrow(I8), place, index, I8)
        filled.add(4)
        done.here()
    r.ret(filled)
    r.finish()


def _special(r: Routine, chunk: Number) -> Number:
    """A bit for each byte of a chunk that is not plain."""
    special = (chunk < 0x21) | chunk.is_(_DELETE) | (chunk & 0xFE).is_(_PAIR)  # less than with a sign: from 0x80 on, too
    for mark in _MARKS:
        special = special | chunk.is_(mark)
    return special.bits(I16)


class _Reader:
    """The routine that reads a name, in the making."""

    def __init__(self, assembly: Assembly) -> None:
        self.r = r = Routine(assembly, "bw_read_name", I32, [PTR, I64, I64, I64, PTR, I64, PTR, PTR])
        self.data, self.position, self.end, self.origin, self.table, self.most_hops, self.out_text, self.out_position = r.args
        self.failed = r.label("failed")
        self.room = r.room(I8, _ROOM, align=_CHUNK)
        # Where a name begins that is read label by label: this one, or what it leads to if it is a pointer alone.
        self.base = r.local(self.position)
        self.before = r.local(0)  # pointers before that
        self.limit, self.start = r.local(self.end), r.local(self.position)  # of the run of labels that is being read
        self.here = r.local(self.position)
        self.hops, self.wire, self.filled = r.local(0), r.local(1), r.local(0)
        self.own = r.local(0)  # bytes from the base on up to its first pointer; 0 while that is unknown

    def emit(self) -> None:
        r = self.r
        r.store(0, self.out_text, 0, PTR)
        self._common()
        finished = r.label("finished")
        with r.loop() as runs:
            here = self.here.now()
            self.failed.go_if(here >= self.limit)
            length = r.byte(self.data, here)
            with r.when((length - 1).below(MAX_LABEL)):
                self._label(here, length)
                runs.again()
            with r.when(length.is_(0)):
                self._owns(here + 1)
                finished.go()
            self.failed.go_if(length < _POINTER)
            target = self._followed(here, length)
            self._owns(here + 2)
            self.limit.put(self.start)
            self.start.put(target)
            self.here.put(target)
            self._known_tail(target, finished)
        finished.begin()
        self._make()
        self.failed.begin()
        r.ret(-1)
        r.finish()

    def _followed(self, here: Number, length: Number) -> Number:
        """Where the pointer at `here` leads to: before the run that it ends."""
        self.failed.go_if(here + 2 > self.limit)
        target = self.origin + ((length & 0x3F) << 8 | self.r.byte(self.data, here + 1))
        self.failed.go_if(target >= self.start)
        self.hops.add(1)
        self.failed.go_if(self.hops > self.most_hops)
        return target

    def _common(self) -> None:
        """The commonest names: the root, and a pointer to one that was read before."""
        r = self.r
        unknown, other = r.label("unknown"), r.label("other")
        self.failed.go_if(self.position >= self.end)
        first = r.byte(self.data, self.position)
        with r.when(first.is_(0)):
            r.store(ord("."), self.room, 0, I8)
            text = r.call("PyUnicode_DecodeASCII", self.room, 1, 0)
            self.failed.go_if(text.is_(0))
            self._give(text, self.position + 1)
        r.branch_if(first < _POINTER, other.block)
        target = self._followed(self.position, first)
        entry = names_table.find(r, self.table, target, self.origin, unknown)
        self.failed.go_if(target + entry.own > self.position)
        hops = entry.hops + 1
        self.failed.go_if(hops > self.most_hops)
        text = entry.text
        r.call("Py_IncRef", text)
        with r.when(hops > 1):  # so that a chain of pointers is not followed again and again
            names_table.note(
                r, self.table, self.position, self.origin, text=text, wire=entry.wire, own=r.number(2), hops=hops
            )
        self._give(text, self.position + 2)
        unknown.begin()
        self.base.put(target)
        self.start.put(target)
        self.here.put(target)
        self.limit.put(self.position)
        self.before.put(1)
        other.here()

    def _label(self, here: Number, length: Number) -> None:
        """Append one label, and a dot."""
        r, begin = self.r, here + 1
        following = begin + length
        self.failed.go_if(following > self.limit)
        self.wire.add(length + 1)
        self.failed.go_if(self.wire > MAX_NAME)
        self.here.put(following)
        place = r.at(self.room, self.filled)
        special, source, at = r.label("special"), r.local(r.at(self.data, begin), PTR), r.local(0)
        chunks = (length + _CHUNK - 1) & -_CHUNK
        with r.when(begin + chunks > self.end):  # so near to the end that a chunk would go beyond it
            r.call("memcpy", place, source, length)
            source.put(place)
        with r.loop() as loop:
            now = at.now()
            self._chunk(r.at(source, now), r.at(place, now), length - now, special)
            at.add(_CHUNK)
            loop.leave_if(at >= length)
        self.filled.add(length)
        ended = r.label("ended")
        ended.go()
        special.begin()
        self.filled.add(r.call("bw_label_text", r.at(self.data, begin), length, place))
        ended.here()
        r.store(ord("."), r.at(self.room, self.filled), 0, I8)
        self.filled.add(1)

    def _chunk(self, source: Number, place: Number, left: Number, special: Label) -> None:
        """Copy 16 bytes, of which some are of the label; go to where it is done byte by byte if one is not plain."""
        r = self.r
        chunk = r.load(source, 0, V16)
        r.store(chunk, place, 0, V16)
        least = r.select(left < _CHUNK, left, _CHUNK)
        ours = (r.number(1) << least) - 1
        special.go_if((_special(r, chunk).wide() & ours).is_not(0))

    def _owns(self, stop: Number) -> None:
        """The first run ends here."""
        own = self.own.now()
        self.own.put(self.r.select(own.is_(0), stop - self.base, own))

    def _known_tail(self, target: Number, finished: Label) -> None:
        """What a pointer leads to is known: append its text."""
        r = self.r
        unknown = r.label("unknown")
        entry = names_table.find(r, self.table, target, self.origin, unknown)
        self.failed.go_if(target + entry.own > self.limit)
        self.hops.add(entry.hops)
        self.failed.go_if(self.hops > self.most_hops)
        wire = entry.wire
        with r.when(wire > 1):  # of the root there is nothing to append
            self.wire.add(wire - 1)
            self.failed.go_if(self.wire > MAX_NAME)
            size = r.room(I64)
            text = r.call("PyUnicode_AsUTF8AndSize", entry.text, size)
            self.failed.go_if(text.is_(0))
            r.call("memcpy", r.at(self.room, self.filled), text, r.load(size))
            self.filled.add(r.load(size))
        finished.go()
        unknown.begin()

    def _make(self) -> None:
        """The text becomes an object, and is kept for the pointers to come."""
        r = self.r
        text = r.local(r.null, PTR)
        filled = self.filled.now()
        root, made = r.label("root"), r.label("made")
        r.branch_if(filled.is_(0), root.block)
        text.put(r.call("PyUnicode_New", filled, 127))
        self.failed.go_if(text.is_(0))
        r.call("memcpy", r.call("PyUnicode_AsUTF8AndSize", text, 0), self.room, filled)
        made.go()
        root.begin()
        r.store(ord("."), self.room, 0, I8)
        text.put(r.call("PyUnicode_DecodeASCII", self.room, 1, 0))
        self.failed.go_if(text.is_(0))
        made.here()
        hops, before = self.hops.now(), self.before.now()
        names_table.note(
            r, self.table, self.base.now(), self.origin, text=text, wire=self.wire.now(), own=self.own.now(), hops=hops - before
        )
        with r.when((before & (hops > 1).wide()).is_not(0)):
            names_table.note(r, self.table, self.position, self.origin, text=text, wire=self.wire.now(), own=r.number(2), hops=hops)
        own = r.select(before.is_(0), self.own, 2)
        self._give(text.now(), self.position + own)

    def _give(self, text: Number, after: Number) -> None:
        r = self.r
        r.store(text, self.out_text, 0, PTR)
        r.store(after, self.out_position)
        r.ret(0)


def emit_read_name(assembly: Assembly) -> None:
    """`bw_read_name(data, position, end, origin, table, most_hops, out_text, out_position) -> i32`: 0, or -1."""
    _Reader(assembly).emit()


def emit_name_end(assembly: Assembly) -> None:
    """`bw_name_end(data, position, end, out_position) -> i32`: 0, or -1."""
    r = Routine(assembly, "bw_name_end", I32, [PTR, I64, I64, PTR])
    data, position, end, out = r.args
    failed, done = r.label("failed"), r.label("done")
    here, following = r.local(position), r.local(0)
    with r.loop():
        failed.go_if(here >= end)
        length = r.byte(data, here)
        following.put(here + 2)
        with r.when(length >= _POINTER):
            failed.go_if(following > end)
            done.go()
        following.put(here + length + 1)
        r.branch_if(length.is_(0), done.block)
        failed.go_if(length > MAX_LABEL)
        failed.go_if(following > end)
        here.put(following)
        failed.go_if(following + 1 - position > MAX_NAME)
    done.begin()
    r.store(following, out)
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def emit_names(assembly: Assembly) -> None:
    """`bw_read_name` and `bw_drop_names`."""
    names_table.emit_drop_names(assembly)
    emit_label_text(assembly)
    emit_read_name(assembly)
