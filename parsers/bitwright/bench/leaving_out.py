"""What parsing saves where a field is left out: two programs of one engine taking turns, one with the field and one without it.

Promise: a difference is of the very code that `parse(only=...)` runs.  What a field is needed for (a length, a count, a tag) is still read,
so its cost is that of its value; what others lie behind is still skipped.
"""

from __future__ import annotations

import collections
import itertools
from typing import Final

from bitwright.bench.agreement import Samples
from bitwright.bench.fieldpaths import Fields
from bitwright.bench.looking import Copies, Looking, Told
from bitwright.bench.tracing import Path
from bitwright.bench.turns import Pass
from bitwright.errors import ParseError
from bitwright.testing.quiet import QuietCodec

COPIES: Final = 3  # of a program in machine code, whose speed hangs on where in memory it comes to lie


class LeavingOut(Looking):
    """Parsing, with programs that were made for some of the fields."""

    def __init__(self, samples: Samples, engine: str, seconds: float, tell: Told) -> None:
        super().__init__(samples, engine, seconds, tell)
        self._codecs = [QuietCodec(samples.message, engine) for _ in range(COPIES if engine == "llvm" else 1)]
        given = self._codecs[0]._parameters({}, ParseError)
        self._calls = [(wire, 0, len(wire), *given) for wire in samples.wires]

    def end(self) -> None:
        """Let go what was compiled."""
        for codec in self._codecs:
            codec.end()

    def passes(self, fields: Fields, path: Path | None, parent: Path) -> Copies | str:
        """Parsing all samples by a program of its own."""
        only = fields.without(path)
        return [self._pass(codec, only) for codec in self._codecs]

    def _pass(self, codec: QuietCodec, only: frozenset[Path]) -> Pass:
        calls, run = self._calls, codec.part(only)
        return lambda: collections.deque(itertools.starmap(run, calls), maxlen=0)
