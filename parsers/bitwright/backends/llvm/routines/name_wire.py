"""Domain names from text to wire form, and the numbers that suffixes are looked for by.

Promise: `bw_name_wire` takes what `split_name` in `wire/names.py` takes and refuses what it refuses; it writes no more than `WIRE_ROOM`
bytes of wire form and `STARTS_ROOM` of places.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I8, I16, I64, PTR, V16, Assembly
from bitwright.backends.llvm.routines.builder import Label, Local, Number, Routine
from bitwright.wire.names import MAX_LABEL, MAX_NAME

WIRE_ROOM: Final = 272  # a name that is too long is found out by then; words are read beyond its end
STARTS_ROOM: Final = 136  # a byte for each label
_BEYOND: Final = 256  # more bytes of wire form are refused at once
_SPREAD: Final = 0x9E3779B97F4A7C15 - (1 << 64)  # 2**64 divided by the golden ratio, as a number with a sign
_WORD: Final = 8
_SHORT: Final = 64  # bytes of text: a bit each
_CHUNK: Final = 16


class _Splitter:
    """The routine in the making."""

    def __init__(self, assembly: Assembly) -> None:
        self.r = r = Routine(assembly, "bw_name_wire", I64, [PTR, I64, PTR, PTR, PTR], internal=True)
        self.text, self.size, self.wire, self.starts, self.out_count = r.args
        self.at, self.start, self.filled, self.count = r.local(0), r.local(0), r.local(1), r.local(0)
        self.refused = r.label("refused")

    def emit(self) -> None:
        r = self.r
        root, ended, seldom = r.label("root"), r.label("ended"), r.label("seldom")
        self.refused.go_if(self.size.is_(0))
        with r.when(self.size.is_(1)):
            r.branch_if(r.byte(self.text).is_(ord(".")), root.block)
        self._short(seldom)
        seldom.begin()
        with r.while_(self.at, self.size) as loop:
            char = r.byte(self.text, self.at)
            self.at.add(1)
            with r.when(char.is_(ord("."))):
                self.refused.go_if(self.filled.is_(self.start + 1))
                self._close()
                self.filled.add(1)
                loop.again()
            with r.when(char.is_(ord("\\"))):
                self._escape()
                loop.again()
            self._append(char)
        with r.when(self.filled > self.start + 1):
            self._close()
        ended.go()
        root.begin()
        ended.here()
        r.store(0, self.wire, self.start, I8)
        self.refused.go_if(self.start >= MAX_NAME)
        r.store(self.count, self.out_count)
        r.ret(self.start + 1)
        self.refused.begin()
        r.ret(0)
        r.finish()

    def _short(self, seldom: Label) -> None:
        """A text of at most 64 bytes without escapes: its wire form is the text behind one byte, with lengths in place of dots."""
        r, size = self.r, self.size
        seldom.go_if(size > _SHORT)
        r.call("memcpy", r.at(self.wire, 1), self.text, size)
        dots, others, at = r.local(0), r.local(0), r.local(0)
        with r.while_(at, size):
            chunk, place = r.load(r.at(self.wire, 1), at, V16), at.now()
            dots.put(dots | (chunk.is_(ord(".")).bits(I16).wide() << place))
            others.put(others | (((chunk < 0) | chunk.is_(ord("\\"))).bits(I16).wide() << place))
            at.add(_CHUNK)
        ours = r.number(-1) >> (r.number(64) - size)
        seldom.go_if((others & ours).is_not(0))
        dots.put(dots & ours)
        with r.loop() as loop:
            loop.leave_if(dots.is_(0))
            left = dots.now()
            self._close_short(r.lowest_bit(left))
            dots.put(left & (left - 1))
        with r.when(self.start < size):
            self._close_short(size)
        r.store(0, self.wire, self.start, I8)
        r.store(self.count, self.out_count)
        r.ret(self.start + 1)

    def _close_short(self, stop: Number) -> None:
        """A label ends before this byte of the text."""
        r, length = self.r, stop - self.start
        self.refused.go_if((length - 1).below(MAX_LABEL).is_(0))
        r.store(length.narrow(I8), self.wire, self.start, I8)
        r.store(self.start.narrow(I8), self.starts, self.count, I8)
        self.count.add(1)
        self.start.put(stop + 1)

    def _append(self, char: Number) -> None:
        self.refused.go_if(char >= 0x80)
        self._append_byte(char)

    def _append_byte(self, char: Number) -> None:
        self.r.store(char.narrow(I8), self.wire, self.filled, I8)
        self.filled.add(1)
        self.refused.go_if(self.filled > _BEYOND)

    def _close(self) -> None:
        """A label ends here."""
        r = self.r
        length = self.filled - self.start - 1
        self.refused.go_if(length > MAX_LABEL)
        r.store(length.narrow(I8), self.wire, self.start, I8)
        r.store(self.start.narrow(I8), self.starts, self.count, I8)
        self.count.add(1)
        self.start.put(self.filled)

    def _digit(self, index: int) -> Number:
        return self.r.byte(self.text, self.at + index) - ord("0")

    def _escape(self) -> None:
        """Behind a backslash: three digits, or a character that is none."""
        r = self.r
        left = self.size - self.at
        self.refused.go_if(left < 1)
        first = self._digit(0)
        done = r.label("done")
        with r.when(first.below(10)):
            self.refused.go_if(left < 3)
            second, third = self._digit(1), self._digit(2)
            for digit in (second, third):
                self.refused.go_if(digit.below(10).is_(0))
            value = first * 100 + second * 10 + third
            self.refused.go_if(value > 0xFF)
            self.at.add(3)
            self._append_byte(value)
            done.go()
        self._append(r.byte(self.text, self.at))
        self.at.add(1)
        done.here()


def emit_name_wire(assembly: Assembly) -> None:
    """`bw_name_wire(text, size, wire, starts, out_count) -> i64`: the size of the wire form, 0 if there is none.

    Where labels begin goes to `starts`, a byte each, how many there are to `out_count`.
    """
    _Splitter(assembly).emit()


def hash_suffix(r: Routine, wire: Number, length: Number) -> Number:
    """A number for the wire form of a name: of its first label, the eight bytes behind that, and its length."""
    size = r.byte(wire) + 1
    found, at = r.local(length), r.local(0)
    with r.while_(at, size):
        _mix(r, found, r.load(wire, at), size - at)
        at.add(_WORD)
    _mix(r, found, r.load(wire, size), length - size)
    return found.now()


def _mix(r: Routine, found: Local, word: Number, count: Number) -> None:
    """Take in the first bytes of a word, at most so many."""
    unused = r.select(count < _WORD, r.number(_WORD) - count, 0)
    mixed = (found ^ (word << (unused << 3))) * _SPREAD
    found.put(mixed ^ (mixed >> 32))
