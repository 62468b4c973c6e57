"""Domain names from text to wire form, and what a name's suffixes are known by.

Promise: `bw_name_wire` takes what `split_name` in `wire/names.py` takes and refuses what it refuses; it writes no more than `WIRE_ROOM`
bytes of wire form and `STARTS_ROOM` of places.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I8, I64, PTR, Assembly
from bitwright.backends.llvm.routines.builder import Number, Operand, Routine
from bitwright.wire.names import MAX_LABEL, MAX_NAME

WIRE_ROOM: Final = 272  # a name that is too long is found out by then; words are read beyond its end
STARTS_ROOM: Final = 136  # a byte for each label
_BEYOND: Final = 256  # more bytes of wire form are refused at once
_SPREAD: Final = 0x9E3779B97F4A7C15 - (1 << 64)  # 2**64 divided by the golden ratio, as a number with a sign
_WORD: Final = 8


class _Splitter:
    """The routine in the making."""

    def __init__(self, assembly: Assembly) -> None:
        self.r = r = Routine(assembly, "bw_name_wire", I64, [PTR, I64, PTR, PTR, PTR], internal=True)
        self.text, self.size, self.wire, self.starts, self.out_count = r.args
        self.at, self.start, self.filled, self.count = r.local(0), r.local(0), r.local(1), r.local(0)
        self.refused = r.label("refused")

    def emit(self) -> None:
        r = self.r
        root, ended = r.label("root"), r.label("ended")
        self.refused.go_if(self.size.is_(0))
        with r.when(self.size.is_(1)):
            r.branch_if(r.byte(self.text).is_(ord(".")), root.block)
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


def hash_label(r: Routine, label: Operand, before: Number) -> Number:
    """A number for a label, with its length byte, and what follows it, of which `before` is the number."""
    size = r.byte(label) + 1
    found, at = r.local(before), r.local(0)
    with r.while_(at, size):
        left = size - at
        word = r.load(label, at)
        unused = r.select(left < _WORD, r.number(_WORD) - left, 0)
        mixed = (found ^ (word & (r.number(-1) >> (unused << 3)))) * _SPREAD
        found.put(mixed ^ (mixed >> 32))
        at.add(_WORD)
    return found.now()


