"""A tree as one line of text with every default in it, so that a test can say which tree it expects."""

from __future__ import annotations

from typing import Any

from bitwright.bitsyntax.tree import (
    BitGenerator,
    Bitstring,
    Both,
    Call,
    Comprehension,
    Expr,
    Filter,
    Guarded,
    ListGenerator,
    ListOf,
    Literal,
    MapOf,
    Pin,
    RangeOf,
    Segment,
    TupleOf,
    Variable,
)


def written(node: Guarded | Expr | Segment) -> str:
    """The tree, in prefix form."""
    match node:
        case Guarded():
            return " when ".join(map(written, (node.pattern, *node.guards)))
        case Literal(value):
            return f":{value}" if isinstance(value, str) else repr(value)
        case Variable(name):
            return name
        case Pin(name):
            return f"^{name}"
        case Call(function, args):
            return f"{function}({', '.join(map(written, args))})"
        case TupleOf(items):
            return f"{{{', '.join(map(written, items))}}}"
        case ListOf(items, tail):
            return f"[{', '.join(map(written, items))}{f' | {written(tail)}' if tail else ''}]"
        case MapOf(pairs):
            return f"%{{{', '.join(f'{written(key)} => {written(value)}' for key, value in pairs)}}}"
        case RangeOf(first, last, step):
            return f"{written(first)}..{written(last)}" + (f"//{written(step)}" if step else "")
        case Both(left, right):
            return f"{written(left)} = {written(right)}"
        case Bitstring(segments):
            return f"<<{', '.join(map(written, segments))}>>"
        case Segment():
            return _segment(node)
        case Comprehension():
            return _comprehension(node)
        case _:
            return "_"


def _segment(node: Segment) -> str:
    size = "" if node.size is None else f":{written(node.size)}"
    words = [node.coding, "signed" * node.signed, "little" * (node.order == "little"), "nonfinite" * node.nonfinite]
    unit = f"*{node.unit}" * (node.unit != 1)
    return " ".join([f"{written(node.value)}/{node.type}{size}{unit}", *(word for word in words if word)])


def _comprehension(node: Comprehension) -> str:
    options: dict[str, Any] = {"into": node.into, "reduce": node.reduce}
    parts = [*map(_qualifier, node.qualifiers), *(f"{name}: {written(value)}" for name, value in options.items() if value is not None)]
    parts += ["uniq"] * node.uniq
    if node.body is not None:
        parts.append(f"do: {written(node.body)}")
    return f"for {', '.join(parts)}" + "".join(f"; {written(clause.pattern)} -> {written(clause.body)}" for clause in node.clauses)


def _qualifier(node: BitGenerator | ListGenerator | Filter) -> str:
    if isinstance(node, Filter):
        return f"if {written(node.condition)}"
    kind = "bits" if isinstance(node, BitGenerator) else "each"
    return f"{kind} {written(node.pattern)} {'<:=' if node.strict else '<-'} {written(node.source)}"
