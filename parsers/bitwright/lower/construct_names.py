"""Which names a construction reads: every variable in it, since in an expression only a comprehension binds any."""

from __future__ import annotations

from bitwright.bitsyntax import tree


def read_names(expr: tree.Expr | None) -> frozenset[str]:
    """The names whose values an expression takes; of a pattern, those of all its variables."""
    match expr:
        case None | tree.Literal() | tree.Wildcard():
            return frozenset()
        case tree.Variable(name) | tree.Pin(name):
            return frozenset((name,))
        case tree.Bitstring(segments):
            found = (read_names(part) for segment in segments for part in (segment.value, segment.size))
        case tree.Call(_, args):
            found = (read_names(arg) for arg in args)
        case tree.TupleOf(items):
            found = (read_names(item) for item in items)
        case tree.ListOf(items, tail):
            found = (read_names(item) for item in (*items, tail))
        case tree.MapOf(pairs):
            found = (read_names(part) for pair in pairs for part in pair)
        case tree.RangeOf(first, last, step):
            found = (read_names(part) for part in (first, last, step))
        case tree.Both(left, right):
            found = (read_names(part) for part in (left, right))
        case tree.Comprehension():
            raise NotImplementedError
    return frozenset().union(*found)
