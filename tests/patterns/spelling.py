"""How the two dialects write segments and expressions: what the generators of random patterns print.

Promises: `written` gives one segment, its words in random order and its size in one of the forms that the dialect has;
`valued(e, env)` is what the expression gives, None where it fails.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

Dialect = Literal["elixir", "erlang"]
Expression: TypeAlias = int | str | tuple[Any, ...]

ERLANG: Final = {"===": "=:=", "!==": "=/=", "!=": "/=", "<=": "=<"}
BITWISE: Final = ("band", "bor", "bxor", "bsl", "bsr")


def spelled(expression: Expression, dialect: Dialect) -> str:
    """An expression, or the sign of a comparison, as text."""
    match expression:
        case int():
            return str(expression) if expression >= 0 else f"({expression})"
        case str():
            return ERLANG.get(expression, expression) if dialect == "erlang" else expression
        case ("var", name):
            return str(name)
        case ("neg", one):
            return f"(-{spelled(one, dialect)})"
        case (function, one):
            return f"{function}({spelled(one, dialect)})"
        case (function, left, right) if function in BITWISE and dialect == "elixir":
            return f"Bitwise.{function}({spelled(left, dialect)}, {spelled(right, dialect)})"
        case ("div" | "rem" as function, left, right) if dialect == "elixir":
            return f"{function}({spelled(left, dialect)}, {spelled(right, dialect)})"
        case (function, left, right):
            return f"({spelled(left, dialect)} {function} {spelled(right, dialect)})"
        case _:
            raise ValueError(expression)


def valued(expression: Expression, names: Mapping[str, int]) -> Any:
    """Its value; None if it has none."""
    match expression:
        case int():
            return expression
        case ("var", name):
            return names[name]
        case (function, *arguments):
            found = [valued(each, names) for each in arguments]
            return None if None in found else _called(function, *found)
        case _:
            raise ValueError(expression)


def _called(function: str, left: Any, right: Any = None) -> Any:
    match function:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None
        case "div":
            return int(left / right) if right else None
        case "rem":
            return left - right * int(left / right) if right else None
        case "band":
            return left & right
        case "bor":
            return left | right
        case "bxor":
            return left ^ right
        case "bsl":
            return left << right
        case "bsr":
            return left >> right
        case "abs":
            return abs(left)
        case "trunc":
            return int(left)
        case "neg":
            return -left
        case _:
            raise ValueError(function)


def written(
    rng: random.Random,
    dialect: Dialect,
    value: str,
    kind: str,
    size: Expression | None,
    *,
    unit: int | None = None,
    sign: str = "",
    order: str = "",
) -> str:
    """One segment."""
    words = [word for word in (sign, order) if word]
    if kind in ("binary", "bits"):
        words.append(rng.choice({"binary": ("binary", "bytes"), "bits": ("bits", "bitstring")}[kind]) if unit is None else "binary")
    elif kind and (kind != "integer" or rng.random() < 0.3):
        words.append(kind)
    return _elixir(rng, value, words, size, unit) if dialect == "elixir" else _erlang(rng, value, words, size, unit)


def _elixir(rng: random.Random, value: str, words: list[str], size: Expression | None, unit: int | None) -> str:
    if size is None:
        words += [] if unit is None else [rng.choice((f"unit({unit})", f"_*{unit}"))]
    elif unit is None:
        words.append(str(size) if type(size) is int and rng.random() < 0.7 else f"size({_bare(size)})")
    elif rng.random() < 0.5 and (type(size) is int or (isinstance(size, tuple) and size[0] == "var")):
        words.append(f"{spelled(size, 'elixir')}*{unit}")
    else:
        words += [f"size({_bare(size)})", f"unit({unit})"]
    if size == 8 and words == ["8"] and rng.random() < 0.5:
        words = []
    rng.shuffle(words)
    return f"{value}::{'-'.join(words)}" if words else value


def _bare(size: Expression) -> str:
    """Within parentheses already."""
    text = spelled(size, "elixir")
    return text[1:-1] if isinstance(size, tuple) and size[0] in "+-*/" else text


def _erlang(rng: random.Random, value: str, words: list[str], size: Expression | None, unit: int | None) -> str:
    words += [] if unit is None else [f"unit:{unit}"]
    rng.shuffle(words)
    text = "" if size is None else spelled(size, "erlang")
    if text and not (text.isalnum() or text.startswith("(")):
        text = f"({text})"
    return value + (f":{text}" if text else "") + (f"/{'-'.join(words)}" if words else "")
