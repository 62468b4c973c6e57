"""What checks of constants have in common: each says what is wrong, or None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitwright.ir.ops import Op, Program, Reg

Check = Callable[[Op, Program], str | None]


def is_int(value: Any) -> bool:
    """Whether it is an int, and no bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def natural(value: Any, least: int = 0) -> bool:
    """Whether it is an int, at least `least`."""
    return is_int(value) and value >= least


def within(reg: Reg, lo: int, hi: int) -> str | None:
    """The register's interval must contain lo..hi."""
    if reg.lo <= lo and hi <= reg.hi:
        return None
    return f"%{reg.number} is to lie in {reg.lo}..{reg.hi}, but can be {lo}..{hi}"


def symbol(op: Op, program: Program, name: Any, what: str) -> str | None:
    """The name of an object of that kind."""
    if not isinstance(name, str) or name not in program.symbols:
        return f"no symbol is called {name!r}"
    value = program.symbols[name]
    fits = isinstance(value, type) if what == "class" else callable(value) if what == "function" else isinstance(value, Mapping)
    return None if fits else f"{name} is no {what}"


def flag(name: str) -> Check:
    """What checks that the constant of that name is true or false."""

    def check(op: Op, program: Program) -> str | None:
        return None if isinstance(op.attrs[name], bool) else f"{name} is {op.attrs[name]!r}"

    return check


def byte_order(order: Any) -> str | None:
    """One of the two."""
    return None if order in ("big", "little") else f"the order is {order!r}, neither big nor little"
