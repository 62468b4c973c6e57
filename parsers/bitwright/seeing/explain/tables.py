"""Plain text tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], widest: int = 60) -> str:
    """Columns under their heads, two spaces apart; no column but the last is made wider than `widest`."""
    listed = [head, *rows]
    widths = [min(widest, max(len(row[i]) for row in listed)) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in listed]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:]])
