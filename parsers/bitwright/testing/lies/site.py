"""Where one rule can be broken: its mutants are worked out when the first is asked for, and then only patched.

Promise: a mutant differs from the seed in one stretch of bytes that was worked out before; `mutant` copies, and that is all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from bitwright.testing.draw import Draw
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.labels import ACCEPTED, Label, Tier
from bitwright.testing.lies.consequences import consequence
from bitwright.testing.lies.edits import Lie
from bitwright.testing.lies.marks import Marks

if TYPE_CHECKING:
    from typing import TypeAlias

UNKNOWN_SHARE: Final = 0.05  # of the mutants of a site that has better ones
LARGE: Final = 4096  # bytes of a change that take long to read: such mutants come seldom
LARGE_SHARE: Final = 0.01
# What is changed so may be another message: only where it is not a rule is broken.
VALUE_TOO: Final = ("presence", "until", "text", "terminator")
Patch: TypeAlias = tuple[int, int, bytes, Label]  # the bytes from one to the other become these


class LieSite:
    """The lies about one field of one seed."""

    __slots__ = ("_known", "_large", "_lies", "_marks", "_unknown", "path", "rule", "tree")

    @property
    def tier(self) -> Tier:
        """As of every mutant made here."""
        return "lie"

    def __init__(self, tree: FieldTree, marks: Marks, rule: str, path: str, lies: Callable[[], Iterable[Lie]]) -> None:
        self.tree, self._marks, self.rule, self.path, self._lies = tree, marks, rule, path, lies
        self._known: list[Patch] | None = None
        self._large: list[Patch] = []
        self._unknown: list[Patch] = []

    def prepare(self) -> tuple[int, int]:
        """Work the mutants out, if that was not done; of how many the outcome is known, and of how many not."""
        if self._known is None:
            self._known, seen = [], {self.tree.data}
            for lie in self._lies():
                data, expected = consequence(self.tree, self._marks, lie)
                if data in seen or (self.rule in VALUE_TOO and expected == ACCEPTED):
                    continue
                seen.add(data)
                patch = (*difference(self.tree.data, data), Label("lie", self.rule, self.path, lie.detail, expected))
                among = self._unknown if expected.accepts is None else self._large if len(patch[2]) > LARGE else self._known
                among.append(patch)
            if not self._known:
                self._known, self._large = self._large, []
        return len(self._known), len(self._unknown)

    def mutant(self, draw: Draw) -> tuple[bytes, Label]:
        """One more; those whose outcome is known are preferred."""
        if self._known is None:
            self.prepare()
        known = self._known or []
        among = self._unknown if not known or (self._unknown and draw.chance(UNKNOWN_SHARE)) else known
        if self._large and draw.chance(LARGE_SHARE):
            among = self._large
        begin, end, new, label = draw.choice(among) if len(among) > 1 else among[0]
        data = self.tree.data
        return data[:begin] + new + data[end:], label


def difference(before: bytes, after: bytes) -> tuple[int, int, bytes]:
    """The stretch of `before` that is another in `after`, and what it is there."""
    least = min(len(before), len(after))
    begin = next((at for at in range(least) if before[at] != after[at]), least)
    tail = next((at for at in range(least - begin) if before[-1 - at] != after[-1 - at]), least - begin)
    return begin, len(before) - tail, after[begin : len(after) - tail]
