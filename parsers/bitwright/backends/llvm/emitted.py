"""What emitting makes of a program, and loading turns into builtins."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Emitted:
    """The text of a module, what its table `objects` must hold, and its builtins: whether they take keywords, by name.

    Of a module that was compiled before there is its object code instead of its text, and which routines that calls.
    """

    text: str
    objects: list[Any]
    builtins: dict[str, bool]
    python_source: str = ""  # of the ops that call Python
    methods: Mapping[str, int] = dataclasses.field(default_factory=dict)  # which builtins are, and where in `objects` their class is
    code: bytes | None = None
    routines: tuple[str, ...] = ()
