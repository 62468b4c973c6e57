"""What pointers lead to, and how many bytes of it there are."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from bitwright.backends.llvm.context import offset_of
from bitwright.backends.llvm.verify.linear import Sum, constant

# Where a context says how the output lies, what is remembered of names, and what routines ask when they take values.
OUTPUT, LENGTH, CAPACITY, NAMES, HELPERS, SIZE = map(offset_of, ("output", "length", "capacity", "names", "helpers", "size"))
KEPT: Final = (offset_of("input"), NAMES, HELPERS, SIZE)  # what nobody changes
SLOTS: Final = {NAMES: "names", HELPERS: "helpers"}
GIVEN: Final = -8  # no slot: which call was the last that the output may have been moved by
MOST: Final = 1 << 56  # bytes of anything in memory: no machine has more addresses


@dataclasses.dataclass(frozen=True)
class Root:
    """Something in memory: `kind` says what, `name` which."""

    kind: str  # input, room, context, table, constant, arguments, output, or one of OBJECTS
    name: Any
    size: Sum | None = None  # the bytes that may be touched; None: none
    writable: bool = False
    there: Sum | None = None  # 1, or 0 if the address is NULL or was not filled in
    of: Root | None = None  # the context whose output it lies in
    when: int = 0  # and the call that gave it


@dataclasses.dataclass(frozen=True)
class Pointer:
    """An address: so many bytes behind where something begins."""

    root: Root
    offset: Sum

    def moved(self, by: Sum) -> Pointer:
        """So many bytes behind it."""
        return Pointer(self.root, self.offset.plus(by))


OBJECTS: Final = ("object", "entry", "made", "dict")  # what is an object of Python: of any, of the table, of bytes just made, a copied dict
OBJECT: Final = Pointer(Root("object", None), constant(0))  # of Python, or not known: nothing may be read or written there
