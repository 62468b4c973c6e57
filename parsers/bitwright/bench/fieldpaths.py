"""The fields of messages as a tree of paths, as far as samples have them.

Promise: paths are those that `only=` takes, in the order of the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bitwright.bench.tracing import WHOLE, Path
from bitwright.schema import spec
from bitwright.struct_ import Struct

DEPTH: Final = 4  # names in a path


class Fields:
    """The fields of a message that were seen in samples, as a tree of paths."""

    def __init__(self, message: type[Struct], seen: Mapping[Path, int]) -> None:
        self._message, self.seen = message, seen

    def below(self, path: Path = WHOLE) -> list[Path]:
        """The fields of what a path leads to that samples have, in the order of the wire."""
        structs: list[type] = [self._message]
        for name in path:
            holders = (spec.spec_of(struct).field(name) for struct in structs)
            structs = list(dict.fromkeys(inner for field in holders if field is not None for inner in spec.structs_in(field.type)))
        names = dict.fromkeys(field.name for struct in structs for field in spec.spec_of(struct).visible)
        return [(*path, name) for name in names if self.seen[(*path, name)]]

    def without(self, path: Path | None, at: Path = WHOLE) -> frozenset[Path]:
        """What messages have, but one field: as many names deep as is looked at, so that nothing is asked for that no message has."""
        found: set[Path] = set()
        for one in self.below(at):
            if one != path:
                found |= self.without(path, one) if len(one) < DEPTH and self.below(one) else {one}
        return frozenset(found)


def in_order(fields: Fields, known: Mapping[Path, Any], parent: Path = WHOLE) -> Iterator[Path]:
    """The paths of which something is known, what lies in a field after it."""
    for path in fields.below(parent):
        if path in known:
            yield path
            yield from in_order(fields, known, path)
