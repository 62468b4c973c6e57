"""What runs, as a tree: supervisors, their children, and the clients and servers in them.

Promise: a part is in the tree exactly while it runs, under the part in which it was begun; `tree()` prints all that run in this
process, and nothing in a name reaches a terminal unescaped.  Needs no event loop.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator

from bitwright.escaping import printable


class Part:
    """Something that runs: what it is, its name, and how it says what state it is in."""

    __slots__ = ("above", "kind", "name", "parts", "state")

    def __init__(self, kind: str, name: str, state: Callable[[], str], above: Part | None) -> None:
        self.kind, self.name, self.state, self.above = kind, name, state, above
        self.parts: dict[Part, None] = {}  # in the order in which they were begun; many may come and go


_roots: dict[Part, None] = {}  # what runs and was begun in no other part
_here: contextvars.ContextVar[Part | None] = contextvars.ContextVar("bitwright.net.part", default=None)


@contextlib.contextmanager
def present(kind: str, name: str, state: Callable[[], str], *, above: Part | None = None) -> Iterator[Part]:
    """Be in the tree while the block runs, below `above` or what runs around it.

    `kind` is one word ("client"), `state` gives a few, whenever somebody asks.  What is begun in the block, in tasks of its own
    too, stands below.
    """
    around = _here.get()
    part = Part(kind, name, state, above if above is not None else around)
    siblings = _roots if part.above is None else part.above.parts
    siblings[part] = None
    _here.set(part)
    try:
        yield part
    finally:
        _here.set(around)
        del siblings[part]


def tree() -> str:
    """All that runs in this process, one a line: the name, what it is, its state.  Empty if nothing runs."""
    return "\n".join(line for root in list(_roots) for line in _lines(root))


def _lines(part: Part) -> Iterator[str]:
    yield _said(part)
    below = list(_shown(part).parts)
    for place, inner in enumerate(below):
        first, others = ("└─ ", "   ") if place == len(below) - 1 else ("├─ ", "│  ")
        for number, line in enumerate(_lines(inner)):
            yield (others if number else first) + line


def _shown(part: Part) -> Part:
    """A child of a supervisor that is nothing but one client, server or supervisor is shown as that."""
    return next(iter(part.parts)) if part.kind == "child" and len(part.parts) == 1 else part


def _said(part: Part) -> str:
    shown = _shown(part)
    if shown is part:
        return printable(f"{part.name}: {part.state()}" if part.kind == "child" else f"{part.name}: {part.kind}, {part.state()}")
    name = "" if shown.name in (part.name, shown.kind) else f" {shown.name}"
    return printable(f"{part.name}: {shown.kind}{name}, {shown.state()}; {part.state()}")
