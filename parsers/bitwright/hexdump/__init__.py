"""A message as a hexdump in which every byte is named by its field.

One row a field: offset, its bytes in the columns where they lie, characters, the field's path and its value.
Fields that share bytes stand below them, each with its bits.  What went wrong is marked at its place, under
the bytes that it is about; what no field covers is there too.  Promise: whatever the bytes, this is a text, and
nothing of the data reaches it unescaped.  It reads the same without colour.
"""

from __future__ import annotations

from typing import Any

from bitwright.hexdump.layout import items_of
from bitwright.hexdump.page import Page, Paper
from bitwright.observe import observe


def hexdump(
    struct: type, data: Any, /, *, color: bool = False, width: int = 16, fold: bool = True, columns: int | None = None,
    endian: str | None = None, **parameters: Any,
) -> str:  # fmt: skip
    """The hexdump of one message; `width` bytes a row, long fields and lists folded unless `fold` is false."""
    if not 1 <= width <= 64:
        raise ValueError(f"width={width}: a row has 1 to 64 bytes")
    seen = observe(struct, data, endian, parameters)
    items, behind = items_of(seen, fold=fold)
    paper = Paper(width, fold, color, columns)
    count = f"{len(seen.data):,} byte{'s' if len(seen.data) != 1 else ''}"
    heading = f"{paper.paint('1', struct.__name__)}  {count}"
    return "\n".join([heading, *Page(seen.data, items, paper).lines(behind)]) + "\n"
