"""Elixir's and Erlang's terms and functions on them: pure functions that every engine shares.

Promise: they answer as Elixir 1.18 on OTP 27 does, for any Python value; what raises there raises `TermFault` here and nothing else does.
The functions by name are in `table`, which is loaded when `FUNCTIONS` is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitwright.terms.order import compare, equal, exact_key, exactly_equal
from bitwright.terms.shown import shown
from bitwright.terms.values import TermFault, bit_size, bits_class, is_bits, is_bitstring, is_integer, is_term, make_bits, normal, number_of

if TYPE_CHECKING:
    from bitwright.terms.table import FUNCTIONS, GUARDS, apply, arities

__all__ = [
    "FUNCTIONS", "GUARDS", "TermFault", "apply", "arities", "bit_size", "bits_class", "compare", "equal", "exact_key", "exactly_equal",
    "is_bits", "is_bitstring", "is_integer", "is_term", "make_bits", "normal", "number_of", "shown",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load the table of functions when one of its names is first asked for."""
    if name in ("FUNCTIONS", "GUARDS", "apply", "arities"):
        from bitwright.terms import table

        return getattr(table, name)
    raise AttributeError(f"module 'bitwright.terms' has no attribute {name!r}")
