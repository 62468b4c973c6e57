"""What a peer's declaration gives to a group: how it parses, how it builds, and how its results compare with everybody's.

Only `parse` and `build` are timed.  `seen` and `given` translate between a peer's own objects and the plain values of a format, which
`table.py` describes; they run before anything is timed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeAlias


def _same(value: Any) -> Any:
    return value


@dataclasses.dataclass(frozen=True)
class Declared:
    """One format in a peer's words; without `build`, the peer only reads it."""

    parse: Callable[[bytes], Any]
    seen: Callable[[Any], Any] = _same  # the plain values of what `parse` gave
    build: Callable[[Any], bytes] | None = None
    given: Callable[[Any], Any] = _same  # what `build` takes, from the plain values


Declarations: TypeAlias = dict[str, Declared]  # by the name of the contender


def built_by(declared: Declared) -> Callable[[Any], bytes]:
    """How a peer builds that can."""
    assert declared.build is not None
    return declared.build
