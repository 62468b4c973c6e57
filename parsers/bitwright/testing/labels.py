"""What a mutant is: the one rule that it breaks, where, and what a correct parser does with it.

Promise: an `Expected` follows from the declaration alone, never from running an engine over the mutant, so that it can be held against
every engine, and against anybody's parser.  Where the declaration does not tell, it says so (`accepts` is None) instead of guessing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import msgspec

Tier: TypeAlias = Literal["seed", "value", "lie", "raw"]
TIERS: Final[tuple[Tier, ...]] = ("value", "lie", "raw")


def checked_tiers(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    """The same; an error where nothing could be made, or raw mutants under a wrong name."""
    if isinstance(tiers, str):
        raise TypeError(f"tiers={tiers!r} is a text: write a list, such as [{tiers!r}]")
    if not tiers:
        raise ValueError(f"no tier is given; there are: {', '.join(TIERS)}")
    if unknown := set(tiers) - set(TIERS):
        raise ValueError(f"{min(unknown)!r} is no tier; there are: {', '.join(TIERS)}")
    return tuple(tiers)


class Expected(msgspec.Struct, frozen=True, gc=False):
    """The outcome that follows from the declaration.

    `accepts` True: a value; with a `code`, a value with that finding, which `strict` refuses.  False: a ParseError of that `code`.
    None: the declaration does not say, but no other outcome than a value or a ParseError is right.  An empty `code` or `path` is not known.
    `path` is the error's or the finding's, as the error would have it.
    """

    accepts: bool | None
    code: str = ""
    path: str = ""

    def __str__(self) -> str:
        """In words."""
        place = f" at {self.path}" if self.path else ""
        if self.accepts is None:
            return "a value or a typed error"
        if self.accepts:
            return f"accepted with the finding {self.code}{place}" if self.code else "accepted"
        return f"refused with {self.code or 'any code'}{place}"


UNKNOWN: Final = Expected(None)
ACCEPTED: Final = Expected(accepts=True)


class Label(msgspec.Struct, frozen=True, gc=False):
    """What was done to a seed: `rule` names what is broken (`length`, `cut`, `unknown-tag`, ...), `path` the field that breaks it."""

    tier: Tier
    rule: str
    path: str
    detail: str = ""
    expected: Expected = UNKNOWN

    def __str__(self) -> str:
        """One line."""
        place = f" at {self.path}" if self.path else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.tier}: {self.rule}{place}{detail}, {self.expected}"


SEED: Final = Label("seed", "none", "", "", UNKNOWN)
