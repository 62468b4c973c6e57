"""A message as a hexdump in which every byte is named by its field.

One row a field: offset, its bytes in the columns where they lie, characters, the field's path and its value.
Fields that share bytes stand below them, each with its bits.  What went wrong is marked at its place, under
the bytes that it is about; what no field covers is there too.  Promise: whatever the bytes, this is a text, and
nothing of the data reaches it unescaped.  It reads the same without colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bitwright.seeing.hexdump.layout import items_of
from bitwright.seeing.hexdump.page import Page, Paper
from bitwright.seeing.observe import observe

__all__ = ["Paper", "hexdump"]


PLAIN: Final = Paper()


def hexdump(struct: type, data: Any, paper: Paper = PLAIN, endian: str | None = None, parameters: Mapping[str, Any] | None = None) -> str:
    """The hexdump of one message, and of whatever follows it."""
    seen = observe(struct, data, endian, dict(parameters or {}))
    items, behind = items_of(seen, fold=paper.fold)
    count = f"{len(seen.data):,} byte{'s' if len(seen.data) != 1 else ''}"
    heading = f"{paper.paint('1', struct.__name__)}  {count}"
    return "\n".join([heading, *Page(seen.data, items, paper).lines(behind)]) + "\n"
