"""The corpus folder of a campaign: one case and one test for each bucket, and where the campaign stands.

Promise: a folder that was written can be replayed as tests (`regress`) and gone on with: `resume` gives the number of the first input
that was not tried, for the same campaign only (the same `key`).  Several campaigns may share a folder.  A case that is there is never
written over by another run; what a run makes smaller replaces what it kept of that itself.
"""

from __future__ import annotations

import contextlib
import itertools
import time
import tomllib
from pathlib import Path
from typing import Final

from bitwright.testing.finding_file import file_name, write_file
from bitwright.testing.outcome import Outcome
from bitwright.testing.regress import STATE, Case, CaseError, case_name, read_folder, write_case
from bitwright.testing.report import Finding, versions

_KEY: Final = "inputs"


class Corpus:
    """A folder, which is made if there is none.

    `key` names the campaign: everything that decides what input N is, and who gets it; what TOML or a terminal would obey is replaced.
    `like` says how its cases are replayed: spec, target, raises, timeout, strict.  CaseError where the folder holds what is no case.
    """

    def __init__(self, folder: Path, key: str, like: Case | None = None) -> None:
        self.folder = folder
        self.key = "".join(c if c.isprintable() and c not in '"\\' else "?" for c in key)
        self._like = like if like is not None else Case(name="like", data=b"")
        folder.mkdir(parents=True, exist_ok=True)
        self._state = _read_state(folder / STATE)
        there = read_folder(folder)
        self._known = {case.bucket: case.name for case in there if case.bucket and self._is_like(case)}
        self._taken = {case.name for case in there}
        self._saved = 0.0

    def resume(self) -> int:
        """The number of the first input that was not tried yet."""
        return self._state.get(self.key, 0)

    def save(self, number: int, *, at_most_every: float = 0.0) -> None:
        """Note that the inputs before this number were tried; not if that was noted less than so many seconds ago."""
        now = time.monotonic()
        if now - self._saved < at_most_every:
            return
        self._saved = now
        self._state[self.key] = number
        lines = ["# How many inputs of each campaign were tried: where the next run goes on.", f"[{_KEY}]"]
        lines += [f'"{key}" = {count}' for key, count in sorted(self._state.items())]
        new = self.folder / f"{STATE}.new"
        new.write_text("\n".join(lines) + "\n", encoding="utf-8")
        new.replace(self.folder / STATE)  # whole or not at all, whenever the process ends

    def keep(self, finding: Finding) -> None:
        """Write a case, unless an earlier run has written one of the same bucket."""
        known = self._known.get(finding.bucket)
        if known is not None and finding.file is None:
            finding.was_known, finding.file = True, f"{known}.bin"
        if finding.was_known:
            return
        data = finding.smallest
        name = self._free(case_name(Outcome(finding.kind, finding.bucket), data))
        like = self._like
        case = Case(
            name=name, data=data, spec=like.spec, target=like.target, raises=like.raises, timeout=like.timeout, strict=like.strict,
            label=finding.label, kind=finding.kind, bucket=finding.bucket, detail=finding.detail, versions=versions(),
        )  # fmt: skip
        write_case(self.folder, case)
        write_file(self.folder, case)
        if finding.file not in (None, f"{name}.bin"):
            self._remove(str(finding.file).removesuffix(".bin"))
        self._known[finding.bucket], finding.file = name, f"{name}.bin"

    def _free(self, name: str) -> str:
        """The name, or with a number: another target may have the same finding by the same input."""
        names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        return next(each for each in names if each not in self._taken)

    def _is_like(self, case: Case) -> bool:
        return (case.target, case.strict) == (self._like.target, self._like.strict)

    def _remove(self, name: str) -> None:
        for file in (f"{name}.bin", f"{name}.toml", file_name(name)):
            with contextlib.suppress(FileNotFoundError):
                (self.folder / file).unlink()


def _read_state(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))[_KEY]
        return {str(key): int(count) for key, count in table.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise CaseError(f"{path}: is no state of a campaign: {error}") from None
