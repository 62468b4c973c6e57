"""Making objects whose attributes are then filled in where they lie.

Promise: an object of `bw_new` has as many bytes as were asked for, all of them zero behind its head: nothing is written beside it.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm import object_layout
from bitwright.backends.llvm.assembler import I64, NULL, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Number, Routine

SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    # class, how many bytes its objects have: a new one, or NULL
    "bw_new": (PTR, (PTR, I64)),
}


def emit_making(assembly: Assembly) -> None:
    """All of them."""
    r = Routine(assembly, "bw_new", *SIGNATURES["bw_new"])
    kind, size = r.args
    offset = object_layout.offset_of_size()
    if offset is None:  # then nothing is made in place
        r.ret(Number(r, NULL))
    else:
        other = r.label("other")
        other.go_if(r.load(kind, offset).is_not(size))
        r.ret(r.call("PyType_GenericAlloc", kind, 0))
        other.begin()
        r.ret(Number(r, NULL))
    r.finish()
