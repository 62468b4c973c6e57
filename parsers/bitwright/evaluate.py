"""The value of a declared expression over a message object: what computed properties return."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from bitwright.schema.expr import BINARY, Binary, Const, FieldRef, ItemRef, Node, ParamRef, Rest, Select, Unary
from bitwright.values import SKIPPED

Leaf: TypeAlias = FieldRef | ItemRef | ParamRef | Rest
OPERATORS: dict[str, Callable[[int, int], int]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "floordiv": operator.floordiv, "mod": operator.mod,
    "and": operator.and_, "or": operator.or_, "xor": operator.xor, "shl": operator.lshift, "shr": operator.rshift,
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip


def evaluated(node: Node, leaf: Callable[[Leaf], int], operate: Callable[[str, int, int], int]) -> int:
    """Evaluate, with what it reads from elsewhere as `leaf` says, and operations as `operate` does them."""
    match node:
        case Const(number):
            return number
        case Unary(op, a):
            value = evaluated(a, leaf, operate)
            return -value if op == "neg" else int(not value)
        case Binary(op, a, b):
            return operate(op, evaluated(a, leaf, operate), evaluated(b, leaf, operate))
        case Select(c, a, b):
            return evaluated(a if evaluated(c, leaf, operate) else b, leaf, operate)
        case FieldRef() | ItemRef() | ParamRef() | Rest():
            return leaf(node)


def operated(op: str, left: int, right: int) -> int:
    """One operation, with the exceptions of Python's."""
    return int(OPERATORS[op](left, right))


def evaluate(node: Node, message: Any) -> int:
    """Evaluate over the attributes of `message`; ValueError where a derived field is still None, or one was left out."""

    def leaf(of: Leaf) -> int:
        match of:
            case FieldRef(names):
                return _attribute(message, names)
            case ItemRef() | ParamRef() | Rest():
                raise ValueError("a parameter, an array element or what is left of a region is not part of the message")

    return evaluated(node, leaf, operated)


def _attribute(message: Any, names: tuple[str, ...]) -> int:
    value: Any = message
    for name in names:
        value = getattr(value, name)
    if value is None:
        raise ValueError(f"{'.'.join(names)} is not known yet; it is derived: use resolved() first")
    if value is SKIPPED:
        raise ValueError(f"{'.'.join(names)} was left out when the message was parsed with only=")
    return int(value)


def evaluator(node: Node) -> Callable[[Any], int]:
    """`evaluate` for one expression, compiled: computed properties are read for every packet of a capture."""
    try:
        compiled: Callable[[Any], int] = eval(f"lambda message: int({_source(node)})")  # noqa: S307  # of our own making
    except ValueError:
        return lambda message: evaluate(node, message)

    def value_of(message: Any) -> int:
        try:
            return compiled(message)
        except TypeError:
            return evaluate(node, message)  # a derived field is still None; this says which

    return value_of


def _source(node: Node) -> str:
    match node:
        case Const(number):
            return f"({number})"
        case FieldRef(names):
            return f"(+message.{'.'.join(names)})"  # TypeError of what is not there, even where it would only be compared
        case Unary(op, a):
            return f"(-{_source(a)})" if op == "neg" else f"(not {_source(a)})"
        case Binary(op, a, b):
            return f"({_source(a)} {BINARY[op]} {_source(b)})"
        case Select(c, a, b):
            return f"({_source(a)} if {_source(c)} else {_source(b)})"
        case ItemRef() | ParamRef() | Rest():
            raise ValueError("not part of the message")
