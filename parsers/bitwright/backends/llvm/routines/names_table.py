"""The names of one message that pointers may lead to: a table of bounded size on the stack of whoever reads the message.

Promise: it is empty when its first number is 0; each entry owns its text, and `bw_drop_names` gives all of them back; an entry that
was put out is only read again, for what is accepted does not depend on what the table holds.

After the number whose bits say which entries are taken come the entries: position and origin of a name, its text, and of the name the
wire length, the bytes up to and with its first pointer or its end, and the pointers that it follows.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I16, I32, PTR, VOID, Assembly
from bitwright.backends.llvm.routines.builder import Label, Number, Operand, Routine

_ENTRIES_BITS: Final = 6  # as many entries as the first number has bits
_ENTRY: Final = 32
_FIRST: Final = 8
TABLE_SIZE: Final = _FIRST + (_ENTRY << _ENTRIES_BITS)  # bytes, aligned as a number of 64 bits

_POSITION, _ORIGIN, _TEXT, _WIRE, _OWN, _HOPS = 0, 8, 16, 24, 26, 28
_SPREAD: Final = 0x9E3779B97F4A7C15 - (1 << 64)  # 2**64 divided by the golden ratio, as a number with a sign


class Entry:
    """A name that is known."""

    def __init__(self, r: Routine, address: Number) -> None:
        self._r, self._address = r, address

    @property
    def text(self) -> Number:
        """Its text; the entry owns it."""
        return self._r.load(self._address, _TEXT, PTR)

    @property
    def wire(self) -> Number:
        """How many octets the whole name has."""
        return self._r.load(self._address, _WIRE, I16).wide()

    @property
    def own(self) -> Number:
        """How many bytes it has up to its first pointer, that included."""
        return self._r.load(self._address, _OWN, I16).wide()

    @property
    def hops(self) -> Number:
        """How many pointers it follows."""
        return self._r.load(self._address, _HOPS, I32).wide()


def _index(position: Number) -> Number:
    return (position * _SPREAD) >> (64 - _ENTRIES_BITS)


def _address(r: Routine, table: Number, index: Number) -> Number:
    return r.at(table, index * _ENTRY + _FIRST)


def find(r: Routine, table: Number, position: Number, origin: Number, unknown: Label) -> Entry:
    """The entry of the name at a position; where there is none, go on elsewhere."""
    index = _index(position)
    taken = (r.load(table) >> index) & 1
    r.branch_if(taken.is_(0), unknown.block)
    address = _address(r, table, index)
    other = (r.load(address, _POSITION) ^ position) | (r.load(address, _ORIGIN) ^ origin)
    r.branch_if(other.is_not(0), unknown.block)
    return Entry(r, address)


def note(
    r: Routine, table: Number, position: Number, origin: Number, *, text: Operand, wire: Number, own: Number, hops: Number
) -> None:
    """Keep a name, in place of another if need be."""
    index = _index(position)
    used, bit = r.load(table), r.number(1) << index
    address = _address(r, table, index)
    with r.when((used & bit).is_not(0)):
        r.call("Py_DecRef", r.load(address, _TEXT, PTR))
    r.call("Py_IncRef", text)
    r.store(used | bit, table)
    r.store(position, address, _POSITION)
    r.store(origin, address, _ORIGIN)
    r.store(text, address, _TEXT, PTR)
    r.store(wire.narrow(I16), address, _WIRE, I16)
    r.store(own.narrow(I16), address, _OWN, I16)
    r.store(hops.narrow(I32), address, _HOPS, I32)


def emit_drop_names(assembly: Assembly) -> None:
    """`bw_drop_names(table)`: give back what the entries own; the table is empty then."""
    r = Routine(assembly, "bw_drop_names", VOID, [PTR])
    (table,) = r.args
    used = r.local(r.load(table))
    r.store(0, table)
    with r.loop() as loop:
        loop.leave_if(used.is_(0))
        now = used.now()
        index = r.lowest_bit(now)
        r.call("Py_DecRef", r.load(_address(r, table, index), _TEXT, PTR))
        used.put(now & (now - 1))
    r.ret()
    r.finish()
