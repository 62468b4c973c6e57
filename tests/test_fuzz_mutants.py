"""`fuzz.mutants`: every format has seeds that are messages, pieces are the same on every run, and nothing is found in a small one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bitwright import ParseError
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
    _, tally = mutants.piece((name, 7, 0, INPUTS))
    told = {bucket: (found.label, found.detail, found.data.hex()) for bucket, found in tally.found.items() if bucket != "slow"}
    assert not told, told  # time is taken in the long run alone
    assert tally.inputs == sum(tally.rules.values()) == INPUTS
    assert 0 < tally.values < INPUTS
    assert {rule.split()[0] for rule in tally.rules} >= {"lie", "raw"}
    assert tally.known > INPUTS / 5
    assert tally.largest > 0


def test_pieces_are_the_same_in_every_process() -> None:
    _, here = mutants.piece(("ipv6", 3, 1, 200))
    _, again = mutants.piece(("ipv6", 3, 1, 200))
    _, other = mutants.piece(("ipv6", 3, 2, 200))
    assert (here.rules, here.values) == (again.rules, again.values)
    assert (here.rules, here.values) != (other.rules, other.values)


def test_what_is_found_is_told_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(mutants, "FOUND", tmp_path / "found")
    found = mutants.Found("KeyError in x\x1b[0m", "Traceback\n\x07", "raw: bytes", b"\x01\x02")
    one, other = mutants.Tally(2, 1, processor=1.0, found={found.bucket: found}), mutants.Tally(3, 3, processor=1.0)
    other.found = {found.bucket: mutants.Found(found.bucket, "", "", b"later")}
    one.add(other)
    assert mutants.report({"tcp": one}, 1, 2.0) == 1
    told = capsys.readouterr().out
    assert "(2 times)" in told
    assert "broken invariants: 1" in told
    assert "\x1b" not in told
    assert "\x07" not in told
    assert [path.read_bytes() for path in (tmp_path / "found").iterdir()] == [b"\x01\x02"]
    assert mutants.report({"tcp": mutants.Tally(1, 1, processor=1.0)}, 1, 2.0) == 0


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
