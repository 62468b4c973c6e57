"""Bytes that a bit pattern matches: values are drawn for its variables, and built as the pattern says.

Promise: what is returned was matched.  Stuck where the values that were drawn give nothing that the pattern, with its guards, matches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bitwright.bitsyntax import tree
from bitwright.bitsyntax.rebuilding import rebuilt
from bitwright.errors import BuildError
from bitwright.patterns.construction import Construction
from bitwright.patterns.pattern import Pattern
from bitwright.terms import FUNCTIONS, TermFault
from bitwright.testing.draw import Draw
from bitwright.testing.generating.frame import Stuck

TRIES: Final = 12
LONGEST: Final = 16  # units of what takes the rest, and the greatest number that is drawn for a size
FLOATS: Final = (0.0, 1.0, -1.5, 0.5, 2.0, -0.0)


def matched(pattern: Pattern, draw: Draw, bindings: Mapping[str, Any] | None = None) -> bytes:
    """Whole bytes that the pattern matches; `bindings` are what it reads from outside."""
    whole = pattern._tree.pattern
    if not isinstance(whole, tree.Bitstring):
        raise TypeError(f"bytes are made for patterns that are one bitstring, not for {pattern.text!r}")
    named = _named(whole)
    construction = Construction(pattern.text, dialect=pattern.dialect, bit_order=pattern.bit_order, engine=pattern.engine, expr=named)
    constants = [leaf.value for guard in pattern._tree.guards for leaf in _below(guard) if isinstance(leaf, tree.Literal)]
    for _ in range(TRIES):
        maker = _Maker(draw, dict(bindings or {}), _sizing(named), [c for c in constants if type(c) is int])
        try:
            for segment in named.segments:
                maker.segment(segment)
            made = construction.build_from(maker.values)
        except (BuildError, TermFault, Stuck):
            continue
        if isinstance(made, bytes) and pattern.match(made, **(bindings or {})) is not None:
            return made
    raise Stuck(f"no bytes were found that {pattern.text!r} matches")


def _named(whole: tree.Bitstring) -> tree.Bitstring:
    """The pattern with a name of its own for each `_`, which has no value that could be built."""
    serial = iter(range(1 << 30))

    def change(node: Any) -> Any:
        if isinstance(node, tree.Wildcard):
            return tree.Variable(f"_ {next(serial)}", node.at)
        return rebuilt(node, change)

    found: tree.Bitstring = change(whole)
    return found


def _below(node: Any) -> Iterator[Any]:
    """The node and everything in it."""
    if isinstance(node, tuple):
        for part in node:
            yield from _below(part)
    elif isinstance(node, tree.Node):
        yield node
        for name in node.__struct_fields__:
            yield from _below(getattr(node, name))


def _sizing(whole: tree.Bitstring) -> frozenset[str]:
    """The variables that sizes are made of."""
    sizes = [segment.size for segment in whole.segments if segment.size is not None]
    return frozenset(leaf.name for leaf in _below(tuple(sizes)) if isinstance(leaf, tree.Variable))


class _Maker:
    """Values for the variables of one pattern, in the order of its segments."""

    def __init__(self, draw: Draw, values: dict[str, Any], sizing: frozenset[str], constants: list[int]) -> None:
        self.draw, self.values, self.sizing, self.constants = draw, values, sizing, constants

    def segment(self, segment: tree.Segment) -> None:
        """Give the variable of a segment a value, unless it has one."""
        if isinstance(segment.value, tree.Variable) and segment.value.name not in self.values:
            self.values[segment.value.name] = self._value(segment, segment.value.name)

    def _value(self, segment: tree.Segment, name: str) -> Any:
        draw = self.draw
        match segment.type:
            case "integer":
                width = self._bits(segment)
                low, high = (-(1 << width >> 1), (1 << width >> 1) - 1) if segment.signed else (0, (1 << width) - 1)
                fitting = [c for c in self.constants if low <= c <= high]
                if fitting and draw.chance(0.5):
                    return draw.choice(fitting)
                return draw.integer(0, min(high, LONGEST)) if name in self.sizing else draw.integer(min(low, high), max(low, high))
            case "float":
                return draw.choice(FLOATS)
            case "binary":
                return self._run(segment)
            case "varint":
                return draw.integer(0, 300)
        return ord(draw.text(1, 1, "aZ é\u4e2d"))

    def _bits(self, segment: tree.Segment) -> int:
        size = self._number(segment.size) if segment.size is not None else 0
        if not 0 <= size * segment.unit <= 1 << 14:
            raise Stuck(f"a size of {size}")
        return size * segment.unit

    def _run(self, segment: tree.Segment) -> Any:
        """Bytes, or a run of bits that are none."""
        count = self._bits(segment) if segment.size is not None else self.draw.integer(0, LONGEST) * max(segment.unit, 8)
        raw = self.draw.octets(-(-count // 8), -(-count // 8))
        if count % 8 == 0:
            return raw
        from bitwright.terms import bits_class

        return bits_class()(hex=raw.hex())[:count]

    def _number(self, node: tree.Expr | None) -> int:
        match node:
            case tree.Literal(value):
                found = value
            case tree.Variable(name) | tree.Pin(name):
                found = self.values.get(name)
            case tree.Call(function, args) if function in FUNCTIONS:
                found = FUNCTIONS[function](*(self._number(part) for part in args))
            case _:
                raise Stuck("a size that is no arithmetic")
        if type(found) is not int:
            raise Stuck("a size that is no number")
        return found
