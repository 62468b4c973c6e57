"""The inputs of a campaign by number: the seeds first, as they are, then large ones (`stress`), then mutants.

Promise: input N is the same whenever and wherever it is made from the same message, seeds, tiers and seed number, so a campaign can go
on with input N without having kept anything but N: the source of chance begins anew every `BLOCK` inputs.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol

from bitwright.struct_ import Struct
from bitwright.testing.labels import SEED, TIERS, Label, Tier
from bitwright.testing.mutator import Mutator
from bitwright.testing.stress import stresses

BLOCK: Final = 1_000


class Source(Protocol):
    """What makes mutants, and has no other source of chance than the one it was made with."""

    def mutant(self) -> tuple[bytes, Label]:
        """One more."""
        ...


def inputs(
    message: type[Struct], seeds: Sequence[bytes], seed: int, *, tiers: Sequence[Tier] = TIERS, first: int = 0,
) -> Iterator[tuple[bytes, Label]]:  # fmt: skip
    """Inputs from number `first` on, for ever: seeds, with the tier "lie" what costs much more than its size, then mutants."""
    large = stresses(message, seeds) if "lie" in tiers else ()
    return inputs_of(lambda rng: Mutator(message, seeds, rng, tiers=tiers), seeds, seed, first=first, large=large)


def inputs_of(
    make: Callable[[random.Random], Source], seeds: Sequence[bytes], seed: int, *, first: int = 0,
    large: Iterable[tuple[bytes, Label]] = (),
) -> Iterator[tuple[bytes, Label]]:  # fmt: skip
    """The same of any source of mutants."""
    before = 0
    for pair in itertools.chain(((data, SEED) for data in seeds), large):
        before += 1
        if before > first:
            yield pair
    number = max(first - before, 0)
    rng = random.Random()
    source = make(rng)
    rng.seed(f"{seed}/{number // BLOCK}")
    for _ in range(number % BLOCK):
        source.mutant()
    while True:
        yield source.mutant()
        number += 1
        if not number % BLOCK:
            rng.seed(f"{seed}/{number // BLOCK}")


def key_of(spec: str, seeds: Sequence[bytes], seed: int, tiers: Sequence[Tier]) -> str:
    """What decides what input N is, in one line."""
    digest = hashlib.sha256(b"".join(len(data).to_bytes(8, "big") + data for data in seeds)).hexdigest()[:12]
    return f"{spec} seed={seed} tiers={','.join(tiers)} seeds={digest}"
