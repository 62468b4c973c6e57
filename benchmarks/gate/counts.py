"""Counts written down, by build, engine and case; what is found now beside them.

Promise: a file that was written is read back the same; a count that hardly differs from the one that is there leaves it as it is, so
that what changes in the file is what changed.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

Counts: TypeAlias = dict[str, dict[str, int]]  # instructions for each item, by engine and case

FILE: Final = Path(__file__).with_name("counts.toml")
TOLERANCE: Final = 0.03
NOISE: Final = 0.005  # of what is written down, that is left as it is
_HEAD: Final = """\
# Instructions for each item, counted by callgrind: written by `python -m benchmarks.gate --update`, never by hand.
# A build is an interpreter by what changes its counts; counts of one are never compared with those of another.
"""


@dataclasses.dataclass
class Build:
    """What was counted by one interpreter with these packages."""

    packages: dict[str, str]
    counts: Counts


@dataclasses.dataclass(frozen=True)
class Row:
    """A case by an engine: what is written down, if it is, and what is found."""

    engine: str
    name: str
    recorded: int | None
    found: int

    @property
    def change(self) -> float:
        """How much more it is now, as a share; 0 for what is new."""
        return self.found / self.recorded - 1 if self.recorded else 0.0

    @property
    def beyond(self) -> bool:
        """Whether it is off by more than is tolerated, either way: fewer must be written down too, to be held from then on."""
        return abs(self.change) > TOLERANCE


def load(path: Path = FILE) -> dict[str, Build]:
    """What is written down, by build."""
    if not path.exists():
        return {}
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Build(build["packages"], build["counts"]) for name, build in found.items()}


def save(builds: Mapping[str, Build], path: Path = FILE) -> None:
    """Write it down."""
    lines = [_HEAD]
    for name, build in sorted(builds.items()):
        lines += [f"[{_quoted(name)}.packages]", *(f"{one} = {_quoted(known)}" for one, known in sorted(build.packages.items())), ""]
        for engine, counts in build.counts.items():
            lines += [f"[{_quoted(name)}.counts.{_quoted(engine)}]", *(f"{_quoted(case)} = {count}" for case, count in counts.items()), ""]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    return json.dumps(text)


def rows(recorded: Counts, found: Counts) -> list[Row]:
    """What was found beside what is written down."""
    return [
        Row(engine, name, recorded.get(engine, {}).get(name), count)
        for engine, counts in found.items()
        for name, count in counts.items()
    ]  # fmt: skip


def merged(old: Build | None, packages: Mapping[str, str], found: Counts, *, whole: bool) -> Build:
    """What to write down: what was found, where it is more than noise; `whole`: what was not found is gone."""
    counts: Counts = {}
    known = old.counts if old else {}
    for engine, new in found.items():
        before = known.get(engine, {})
        kept = {} if whole else dict(before)
        counts[engine] = {**kept, **{name: _settled(before.get(name), count) for name, count in new.items()}}
    rest = {} if whole else {engine: counts for engine, counts in known.items() if engine not in found}
    return Build(dict(packages), {**counts, **rest})


def without_stale(others: Mapping[str, Build], compared: Sequence[Row]) -> dict[str, Build]:
    """The counts of other builds but those that another build has shown to have moved: they are of code that is no more."""
    stale = {(row.engine, row.name) for row in compared if row.beyond}
    left: dict[str, Build] = {}
    for build, known in others.items():
        counts = {
            engine: {name: count for name, count in found.items() if (engine, name) not in stale} for engine, found in known.counts.items()
        }
        left[build] = Build(known.packages, counts)
    return left


def _settled(before: int | None, now: int) -> int:
    return before if before and abs(now / before - 1) <= NOISE else now
