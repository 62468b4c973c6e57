"""What pointers lead to, and how many bytes of it there are."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from bitwright.backends.llvm.verify.linear import Sum, constant

OUTPUT, LENGTH, CAPACITY = 8, 16, 24  # where a context says how the output lies
NAMES = 40  # where it says what is remembered of names
KEPT: Final = (0, NAMES)  # what nobody changes: the input, and that
MOST: Final = 1 << 56  # bytes of anything in memory: no machine has more addresses


@dataclasses.dataclass(frozen=True)
class Root:
    """Something in memory: `kind` says what, `name` which."""

    kind: str  # input, room, table, constant, arguments, made, output, object
    name: Any
    size: Sum | None = None  # the bytes that may be touched; None: none
    writable: bool = False


@dataclasses.dataclass(frozen=True)
class Pointer:
    """An address: so many bytes behind where something begins."""

    root: Root
    offset: Sum

    def moved(self, by: Sum) -> Pointer:
        """So many bytes behind it."""
        return Pointer(self.root, self.offset.plus(by))


OBJECT: Final = Pointer(Root("object", None), constant(0))  # of Python, or not known: nothing may be read or written there
