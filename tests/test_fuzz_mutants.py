"""`fuzz.mutants`: every format has seeds that are messages, pieces are the same on every run, and nothing is found in a small one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bitwright import ParseError
from bitwright.testing import Campaign
from bitwright.testing.labels import SEED, Label
from bitwright.testing.outcome import Outcome
from fuzz import mutants
from fuzz.mutant_seeds import FORMATS, LARGEST

ROOT = Path(__file__).resolve().parent.parent
INPUTS = 200


@pytest.mark.parametrize("name", FORMATS)
def test_most_seeds_are_messages(name: str) -> None:
    seeds = FORMATS[name].seeds()
    assert all(len(seed) <= LARGEST for seed in seeds)
    assert len(seeds) >= 15
    assert seeds == FORMATS[name].seeds()
    valid = 0
    for seed in seeds:
        try:
            FORMATS[name].message.parse(seed)
            valid += 1
        except ParseError:
            pass
    assert valid / len(seeds) > 0.6


@pytest.mark.parametrize("name", FORMATS)
def test_mutants_of_every_kind_hold_the_invariant(name: str) -> None:
    _, piece = mutants.piece((name, 7, 0, INPUTS))
    report = piece.report
    told = {found.bucket: (str(found.label), found.detail, found.data) for found in report.findings if found.bucket != "slow"}
    assert not told, told  # time is taken in the long run alone
    assert report.inputs == sum(rule.inputs for rule in report.rules) == INPUTS
    assert 0 < report.kinds["value"] < INPUTS
    assert {rule.tier for rule in report.rules} >= {"lie", "raw"}
    assert sum(rule.expected for rule in report.rules) > INPUTS / 5
    assert report.largest[0].peak_bytes


def test_pieces_are_the_same_in_every_process() -> None:
    here, again, other = (mutants.piece(("ipv6", 3, number, 200))[1].report for number in (1, 1, 2))
    assert (here.rules, here.kinds) == (again.rules, again.kinds)
    assert (here.rules, here.kinds) != (other.rules, other.kinds)


def test_what_is_found_is_told_once_a_cause_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(mutants, "FOUND", tmp_path / "found")
    bucket = "KeyError in x\x1b[0m"

    class Wrong:
        name = "a target that is wrong about what begins with 1"

        def run(self, data: bytes, label: Label) -> Outcome:
            return Outcome("crash", bucket, "Traceback\n\x07") if data[:1] == b"\1" else Outcome("value")

        def close(self) -> None:
            pass

    inputs = [iter([(data, SEED) for data in given]) for given in ([b"\0", b"\1\2"], [b"\1\3", b"\0", b"\0"])]
    pieces = [mutants.Piece(Campaign(given, Wrong()).run(), 1.0) for given in inputs]
    assert mutants.report({"tcp": pieces}, 1, 2.0) == 1
    told = capsys.readouterr().out
    assert "| tcp | 5 | 3 | 0 |" in told
    assert "(2 times)" in told
    assert "broken invariants: 1" in told
    assert "\x1b" not in told
    assert "\x07" not in told
    assert [path.read_bytes() for path in (tmp_path / "found").iterdir()] == [b"\1\2"]
    assert [piece.report.findings[0].count for piece in pieces] == [1, 1]
    assert mutants.report({"tcp": [mutants.Piece(Campaign(iter([(b"\0", SEED)]), Wrong()).run(), 1.0)]}, 1, 2.0) == 0


def test_the_command_runs_in_several_processes() -> None:
    command = [sys.executable, "-m", "fuzz.mutants", "--inputs", "40", "--formats", "ipv6,pcap", "--jobs", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert "80 mutants (seed 1)" in done.stdout, done.stderr
    assert "| ipv6 | 40 |" in done.stdout
    rest = subprocess.run([*command, "--piece", "15", "--done", "30"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert "| ipv6 | 10 |" in rest.stdout, rest.stderr
    refused = subprocess.run([*command[:-3], "gif"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert refused.returncode == 2
    assert "no such format: gif" in refused.stderr
