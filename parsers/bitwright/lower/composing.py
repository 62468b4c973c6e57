"""Expressions of patterns: those of sizes, guards and keys, in which a bitstring may be made.

Promise: of a bitstring that holds literals only one constant is made; any other is made when it is asked for.
"""

from __future__ import annotations

from typing import Any

from bitwright.bitsyntax import tree
from bitwright.errors import Fault
from bitwright.ir.builder import Builder
from bitwright.ir.ops import Reg
from bitwright.lower.terms import Read, Terms
from bitwright.wire.composing import composed


def terms_of(builder: Builder, read: Read, *, guard: bool = False) -> Terms:
    """What lowers the expressions of a pattern into a builder."""

    def construct(expr: tree.Bitstring) -> Reg:
        layout = tuple(_part(segment) for segment in expr.segments)
        parts = [part for segment in expr.segments for part in (segment.value, segment.size) if part is not None]
        constants = _constants(parts)
        if constants is not None:
            try:
                return builder.obj("constant", value=composed(layout, *constants))
            except Fault:
                pass  # which fails when it is asked for
        return builder.obj("compose", *(terms.obj(part) for part in parts), layout=layout)

    terms = Terms(builder, read, construct, guard=guard)
    return terms


def _part(segment: tree.Segment) -> tuple[str, bool, int, str]:
    return segment.coding or segment.type, segment.size is not None, segment.unit, segment.order


def _constants(parts: list[tree.Expr]) -> list[Any] | None:
    """The values of literals; None if one of the expressions is none."""
    values = [part.value for part in parts if isinstance(part, tree.Literal)]
    return values if len(values) == len(parts) else None
