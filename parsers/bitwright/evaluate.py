"""The value of a declared expression over a message object: what computed properties return."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from bitwright.schema.expr import Binary, Const, FieldRef, ItemRef, Node, ParamRef, Rest, Select, Unary

OPERATORS: dict[str, Callable[[int, int], int]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "floordiv": operator.floordiv, "mod": operator.mod,
    "and": operator.and_, "or": operator.or_, "xor": operator.xor, "shl": operator.lshift, "shr": operator.rshift,
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip


def evaluate(node: Node, message: Any) -> int:
    """Evaluate over the attributes of `message`; ValueError where a derived field is still None."""
    match node:
        case Const(number):
            return number
        case FieldRef(names):
            value: Any = message
            for name in names:
                value = getattr(value, name)
            if value is None:
                raise ValueError(f"{'.'.join(names)} is not known yet; it is derived: use resolved() first")
            return int(value)
        case Unary(op, a):
            return -evaluate(a, message) if op == "neg" else int(not evaluate(a, message))
        case Binary(op, a, b):
            return int(OPERATORS[op](evaluate(a, message), evaluate(b, message)))
        case Select(c, a, b):
            return evaluate(a if evaluate(c, message) else b, message)
        case ItemRef() | ParamRef() | Rest():
            raise ValueError("a parameter, an array element or what is left of a region is not part of the message")
