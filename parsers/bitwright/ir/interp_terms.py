"""What the ops do that compute with terms, in programs of both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitwright.ir.ops import Op
from bitwright.terms import TermFault, exactly_equal, shown

if TYPE_CHECKING:
    from bitwright.ir.interp import Machine


def _apply(m: Machine, op: Op, args: list[Any]) -> Any:
    from bitwright.terms.table import apply

    try:
        return apply(op.attrs["function"], *args)
    except TermFault as fault:
        raise m.fail("bad-argument", f"{op.attrs['function']}: {fault.message}") from None


def _truth(m: Machine, op: Op, args: list[Any]) -> int:
    if args[0] is not True and args[0] is not False:
        raise m.fail("bad-argument", f"expected true or false, got {shown(args[0])}")
    return int(args[0])


HANDLERS: dict[str, Any] = {
    "apply": _apply, "truth": _truth, "equal": lambda m, op, args: int(exactly_equal(*args)),
}  # fmt: skip
