"""What is put into the output as JSON: words, strings, numbers, bytes.

Promise: nothing but printable ASCII is put there, and nothing beside the room that was made for it.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I8, I64, PTR, V16
from bitwright.backends.llvm.routines.builder import Label, Number, Operand, Routine
from bitwright.backends.llvm.routines.output import load, store

SPARE: Final = 32  # bytes that can be read from where any text of a form begins, and are copied at once
_DIGITS: Final = 20  # of a number of 64 bits
_FIRST_PRINTABLE, _AFTER_PRINTABLE = 0x20, 0x7F
_QUOTE, _BACKSLASH = ord('"'), ord("\\")


class Writing:
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

    def short(self, begin: Number, count: Number) -> None:
        """Bytes that have `SPARE` readable ones at least: mostly no more than those, which are copied at once."""
        r = self.r
        place, long, done = self.room(count + SPARE), r.label("long"), r.label("done")
        long.go_if(r.number(SPARE).below(count))
        self._spare(begin, place)
        done.go()
        long.begin()
        r.call("memcpy", place, begin, count)
        done.here()
        self.wrote(count)

    def _spare(self, begin: Number, place: Number) -> None:
        for at in range(0, SPARE, 16):
            self.r.store(self.r.load(begin, at, V16), place, at, V16)

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

    def dotted(self, value: Number) -> None:
        """Four bytes as decimal numbers, quoted."""
        begin, count = self._content(value)
        self.failed.go_if(count.is_not(4))
        self.word(b'"')
        for at in range(4):
            if at:
                self.word(b".")
            self.natural(self.r.byte(begin, at))
        self.word(b'"')

    def hexadecimal(self, value: Number, separator: str = "") -> None:
        """Bytes as two digits each, quoted."""
        r = self.r
        begin, count = self._content(value)
        place = self.room(count * (2 + len(separator)) + 2)
        r.store(_QUOTE, place, 0, I8)
        at, to = r.local(0), r.local(1)
        with r.while_(at, count):
            if separator:
                with r.when(at.is_not(0)):
                    r.store(ord(separator), place, to, I8)
                    to.add(1)
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
        place = self.room(SPARE)
        one, done = r.label("one"), r.label("done")
        r.branch_if(value.below(10), one.block)
        digits = r.room(I8, _DIGITS + SPARE)
        left, count = r.local(value), r.local(0)
        with r.loop() as loop:
            now = left.now()
            left.put(r.divided(now, 10))
            count.add(1)
            r.store((now - left * 10 + ord("0")).narrow(I8), digits, r.number(_DIGITS) - count, I8)
            loop.leave_if(left.is_(0))
        self._spare(r.at(digits, r.number(_DIGITS) - count), place)
        self.wrote(count)
        done.go()
        one.begin()
        r.store((value + ord("0")).narrow(I8), place, 0, I8)
        self.wrote(1)
        done.here()


def _is_unprintable(octet: Number) -> Number:
    return (octet - _FIRST_PRINTABLE).below(_AFTER_PRINTABLE - _FIRST_PRINTABLE).is_(0)


def _digit(r: Routine, value: Number) -> Number:
    """A hexadecimal digit."""
    return (value + r.select(value < 10, ord("0"), ord("a") - 10)).narrow(I8)
