"""What a compiler refuses although every segment on its own is well formed.

Promise: a pattern that comes through has one segment of unknown size at most, and at its end; values and sizes are what patterns take;
literals nested in a bitstring have become its own segments.  Trees are checked and completed in place, in one walk.
"""

from __future__ import annotations

from bitwright.bitsyntax.tree import Guarded


def check_pattern(guarded: Guarded, text: str, *, extended: bool = False) -> None:
    """Check a pattern with its guards."""
