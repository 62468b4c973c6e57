"""Sizes and guards as a Struct writes them, and the other way round.

Promise: an expression that comes through means the same on both sides for all values of its fields; any other is refused with advice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from bitwright.bitsyntax import tree
from bitwright.errors import PatternError
from bitwright.schema import expr
from bitwright.schema.numbers import select

_NUMBERS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "band": lambda a, b: a & b, "bor": lambda a, b: a | b, "bxor": lambda a, b: a ^ b,
    "min": lambda a, b: select(a < b, a, b), "max": lambda a, b: select(a > b, a, b),
}  # fmt: skip
# these are the same on both sides where no operand is negative
_NATURAL: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "div": lambda a, b: a // b, "rem": lambda a, b: a % b, "bsl": lambda a, b: a << b, "bsr": lambda a, b: a >> b,
}  # fmt: skip
_STAYS_NATURAL: Final = frozenset({"+", "*", "band", "bor", "bxor", "min", "max", *_NATURAL})
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": lambda a, b: a == b, "===": lambda a, b: a == b, "!=": lambda a, b: a != b, "!==": lambda a, b: a != b,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
_JOINED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "and": lambda a, b: a & b, "or": lambda a, b: a | b, ":erlang.and": lambda a, b: a & b, ":erlang.or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
}  # fmt: skip
_ADVICE: Final = "a Struct computes with + - * div rem, bits and comparisons of numbers: declare the class, and say it there"
_INFIX: Final = {
    "add": "+", "sub": "-", "mul": "*", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip
_CALLS: Final = {"floordiv": "div", "mod": "rem", "shl": "bsl", "shr": "bsr"}  # the same where no operand is negative

_BITWISE: Final = frozenset({"and", "or", "xor"})


class Formulas:
    """Turns expressions of a pattern into those of a class body.

    `fields` are the numbers that they may read, `naturals` the names of those that are never negative.
    """

    def __init__(self, text: str, fields: Mapping[str, Any], naturals: frozenset[str]) -> None:
        self.text, self.fields, self.naturals = text, fields, naturals

    def refuse(self, message: str, node: Any) -> NoReturn:
        """Refuse a part of an expression."""
        raise PatternError(message, self.text, node.at, _ADVICE)

    def number(self, node: tree.Expr) -> Any:
        """A number."""
        if isinstance(node, tree.Literal) and type(node.value) is int:
            return node.value
        if isinstance(node, tree.Variable | tree.Pin) and node.name in self.fields:
            return self.fields[node.name]
        if isinstance(node, tree.Call):
            if node.function == "neg":
                return -self.number(node.args[0])
            if node.function in _NUMBERS:
                return _NUMBERS[node.function](*map(self.number, node.args))
            if node.function in _NATURAL:
                for arg in node.args:
                    if not self.natural(arg):
                        self.refuse(f"{node.function} of what may be negative", node)
                return _NATURAL[node.function](*map(self.number, node.args))
        return self.refuse("a Struct does not compute this", node)

    def natural(self, node: tree.Expr) -> bool:
        """Whether a number is certainly not negative."""
        if isinstance(node, tree.Literal):
            return type(node.value) is int and node.value >= 0
        if isinstance(node, tree.Variable):
            return node.name in self.naturals
        return isinstance(node, tree.Call) and node.function in _STAYS_NATURAL and all(map(self.natural, node.args))

    def condition(self, node: tree.Expr) -> Any:
        """What is true or false."""
        if isinstance(node, tree.Call):
            if node.function in _COMPARISONS:
                return _COMPARISONS[node.function](*map(self.number, node.args))
            if node.function in _JOINED:
                return _JOINED[node.function](*map(self.condition, node.args))
            if node.function == "not":
                return ~self.condition(node.args[0])
        return self.refuse("a Struct has no such condition", node)


class Elixir:
    """Writes expressions of a class as Elixir does; ValueError for one that means something else there."""

    def __init__(self, naturals: frozenset[str], names: frozenset[str]) -> None:
        self.naturals, self.names = naturals, names

    def text(self, node: expr.Node) -> str:
        """The expression."""
        match node:
            case expr.Const(value):
                return str(value)
            case expr.FieldRef((name,)) | expr.ParamRef(name) if name in self.names:
                return name
            case expr.Unary("neg", operand):
                return f"-{self.inner(operand)}"
            case expr.Unary("not", operand) if _decides(operand):
                return f"not {self.inner(operand)}"
            case expr.Binary("and" | "or" as op, left, right) if _decides(left) and _decides(right):
                return f"{self.inner(left)} {op} {self.inner(right)}"
            case expr.Select(expr.Binary("lt" | "gt" as op, a, b), left, right) if (a, b) == (left, right):
                return f"{'min' if op == 'lt' else 'max'}({self.text(left)}, {self.text(right)})"
            case expr.Binary(op, left, right) if op in _BITWISE and not _decides(left) and not _decides(right):
                return f"b{op}({self.text(left)}, {self.text(right)})"
            case expr.Binary(op, left, right) if op in _CALLS and self.natural(left) and self.natural(right):
                return f"{_CALLS[op]}({self.text(left)}, {self.text(right)})"
            case expr.Binary(op, left, right) if op in _INFIX:
                return f"{self.inner(left)} {_INFIX[op]} {self.inner(right)}"
            case _:
                raise ValueError(expr.show(node))

    def inner(self, node: expr.Node) -> str:
        """The expression as an operand."""
        written = self.text(node)
        called = isinstance(node, expr.Binary) and (node.op in _CALLS or (node.op in _BITWISE and not _decides(node)))
        return f"({written})" if isinstance(node, expr.Binary | expr.Unary) and not called else written

    def natural(self, node: expr.Node) -> bool:
        """Whether a number is certainly not negative."""
        match node:
            case expr.Const(value):
                return value >= 0
            case expr.FieldRef((name,)):
                return name in self.naturals
            case expr.Binary(op, left, right):
                return op not in ("sub", *expr.COMPARISONS) and self.natural(left) and self.natural(right)
            case _:
                return False


def _decides(node: expr.Node) -> bool:
    """Whether an expression is true or false."""
    match node:
        case expr.Binary(op, left, right):
            return op in expr.COMPARISONS or (op in _BITWISE and _decides(left) and _decides(right))
        case expr.Unary("not", operand):
            return _decides(operand)
        case _:
            return False


def solved_for(node: tree.Expr) -> str:
    """The only name of an expression with + - * and numbers, whose value follows from that of the expression; "" for any other."""
    match node:
        case tree.Variable(name):
            return name
        case tree.Call("+" | "-" | "*", (left, tree.Literal())):
            return solved_for(left)
        case tree.Call("+" | "-" | "*", (tree.Literal(), right)):
            return solved_for(right)
        case _:
            return ""
