"""What the constants of the ops on terms must be: see `constants`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bitwright.ir.claims import Check, within
from bitwright.ir.ops import Op, Program
from bitwright.terms import is_bits


def is_constant(value: Any) -> bool:
    """Whether a value is a term that nobody can change: such a one may be shared by everything that a program gives."""
    if isinstance(value, tuple):
        return all(map(is_constant, value))
    return value is None or type(value) in (bool, int, float, str, bytes) or is_bits(value)


def _constant(op: Op, program: Program) -> str | None:
    return None if is_constant(op.attrs["value"]) else f"the value is no term that cannot change: {op.attrs['value']!r}"


def _apply(op: Op, program: Program) -> str | None:
    from bitwright.terms.table import FUNCTIONS, arities

    name = op.attrs["function"]
    if not isinstance(name, str) or name not in FUNCTIONS:
        return f"no function is called {name!r}"
    least, most = arities(name)
    return None if least <= len(op.args) <= most else f"{name} takes {least} to {most} arguments, has {len(op.args)}"


def _is_truth(op: Op, program: Program) -> str | None:
    return within(op.outs[0], 0, 1)


TERM_CHECKS: Final[Mapping[str, Check]] = {"constant": _constant, "apply": _apply, "truth": _is_truth, "equal": _is_truth}
