"""How many mutants a second are made of a DNS message, by tier and of all tiers mixed, in processor time.

    python -m benchmarks.mutants

Working the sites of a seed out comes before, and is told apart.
"""

from __future__ import annotations

import random
import time
from typing import Final

from benchmarks.packets import ROOT
from bitwright.testing.labels import TIERS, Tier
from bitwright.testing.mutator import Mutator
from bitwright_specs.dns import Message

TARGET: Final = 100_000  # mutants a second, all tiers mixed
FIRST: Final = 20_000
COUNT: Final = 200_000


def rate(seed: bytes, tiers: tuple[Tier, ...]) -> tuple[float, float]:
    """The seconds that the first mutants take, and how many a second there are from then on."""
    mutator = Mutator(Message, [seed], random.Random(1), tiers=tiers)
    begin = time.process_time()
    for _ in range(FIRST):
        mutator.mutant()
    ready = time.process_time()
    for _ in range(COUNT):
        mutator.mutant()
    return ready - begin, COUNT / (time.process_time() - ready)


def main() -> None:
    """Print a line for all tiers and for each."""
    corpus = sorted((ROOT / "fuzz" / "corpus" / "dns").glob("*.bin"))
    seed = next(data for data in (file.read_bytes() for file in reversed(corpus)) if len(data) > 200)
    print(f"mutants of a DNS message of {len(seed)} bytes; {TARGET:,} a second are asked for")
    choices: list[tuple[Tier, ...]] = [TIERS, *((tier,) for tier in TIERS)]
    for tiers in choices:
        first, count = rate(seed, tiers)
        print(f"{' '.join(tiers):16} {count:>10,.0f} a second, after {first:.2f} s for the first {FIRST:,}")


if __name__ == "__main__":
    main()
