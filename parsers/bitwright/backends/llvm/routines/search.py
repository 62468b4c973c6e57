"""Looking for a terminator, and for where padding begins: `wire/areas.py` as machine code.

Promise: nothing is read outside of the bytes between `base` and `end`, whatever those are.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I8, I32, I64, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Routine

SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    # data, base, end, terminator, its size, unit: where it begins, or -1
    "bw_find": (I64, (PTR, I64, I64, PTR, I64, I64)),
    # data, base, end, padding, its size: where the content ends that units of padding follow
    "bw_trim": (I64, (PTR, I64, I64, PTR, I64)),
    # data, base, end, padding, its size: 1 if there is nothing else, the last unit of it perhaps cut, or 0
    "bw_is_padding": (I64, (PTR, I64, I64, PTR, I64)),
}  # fmt: skip


def emit_search(assembly: Assembly) -> None:
    """All of them."""
    _emit_find(assembly)
    _emit_trim(assembly)
    _emit_is_padding(assembly)


def _emit_find(assembly: Assembly) -> None:
    """At single bytes the C library looks for the first byte of the terminator."""
    r = Routine(assembly, "bw_find", *SIGNATURES["bw_find"])
    data, base, end, terminator, size, unit = r.args
    at, last, absent = r.local(base), end - size, r.label("absent")
    with r.loop():
        absent.go_if(at > last)
        with r.when(unit.is_(1)):
            found = r.call("memchr", r.at(data, at), r.byte(terminator).narrow(I32), last - at + 1)
            absent.go_if(found.is_(r.null))
            at.put(found.address() - data.address())
        with r.when(r.call("memcmp", r.at(data, at), terminator, size).is_(0)):
            r.ret(at)
        at.add(unit)
    absent.begin()
    r.ret(-1)
    r.finish()


def _emit_trim(assembly: Assembly) -> None:
    r = Routine(assembly, "bw_trim", *SIGNATURES["bw_trim"])
    data, base, end, pad, size = r.args
    stop, done = r.local(end), r.label("done")
    done.go_if((end < base) | r.rest(end - base, size).is_not(0))
    with r.loop():
        done.go_if(stop - base < size)
        done.go_if(r.call("memcmp", r.at(data, stop - size), pad, size).is_not(0))
        stop.put(stop - size)
    done.begin()
    r.ret(stop)
    r.finish()


def _emit_is_padding(assembly: Assembly) -> None:
    r = Routine(assembly, "bw_is_padding", *SIGNATURES["bw_is_padding"])
    data, base, end, pad, size = r.args
    at, place, other = r.local(base), r.local(0), r.label("other")
    with r.while_(at, end):
        other.go_if(r.load(data, at, I8).is_not(r.load(pad, place, I8)))
        at.add(1)
        place.add(1)
        place.put(r.select(place.is_(size), 0, place))
    r.ret(1)
    other.begin()
    r.ret(0)
    r.finish()
