"""What is changed in a message, and what that makes of the fields that it changes.

Promise: an edit says all that is needed to know where everything else lies afterwards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from bitwright.testing.fieldtree import Node
from bitwright.testing.labels import Expected


@dataclasses.dataclass(frozen=True, slots=True)
class Edit:
    """The bytes from `begin` to `end` of the seed become `new`."""

    begin: int
    end: int
    new: bytes

    @property
    def growth(self) -> int:
        """By how many bytes everything behind it moves."""
        return len(self.new) - (self.end - self.begin)


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What reading a changed field gives: a number, another size in bits, or a failure or a finding, by its code."""

    number: int | None = None
    bits: int | None = None
    fails: str = ""
    finds: str = ""


SAME = Reading()  # other content of the same size, which is as good


@dataclasses.dataclass(frozen=True, slots=True)
class Lie:
    """One mutant: its edits, in order and apart from each other, and what they make of fields; `detail` says it in words.

    `size` is that of the mutant in bytes, None where it follows from the edits: what lies behind it is cut off.  `trailing` follows
    behind the end of the seed.  `certain` is what to expect, where the rule that made the lie knows it.
    """

    edits: tuple[Edit, ...] = ()
    reads: Mapping[Node, Reading] = dataclasses.field(default_factory=dict)
    detail: str = ""
    size: int | None = None
    trailing: bytes = b""
    certain: Expected | None = None

    def apply(self, data: bytes) -> bytearray:
        """The mutant."""
        return applied(data, self.edits, self.size, self.trailing)


def applied(data: bytes, edits: Sequence[Edit], size: int | None = None, trailing: bytes = b"") -> bytearray:
    """The bytes with all edits."""
    made = bytearray(data)
    for edit in reversed(edits):
        made[edit.begin : edit.end] = edit.new
    if size is not None:
        del made[size:]
    made += trailing
    return made
