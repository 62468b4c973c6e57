"""`guided`: libFuzzer chooses by coverage, the declaration changes; what the process does stays with the caller.

Each run has a process of its own, because libFuzzer has one state for each.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from bitwright import Struct, u8
from bitwright.errors import MissingPackage
from bitwright.testing.atheris_engine import guided, is_available

needs_atheris = pytest.mark.skipif(not is_available(), reason="atheris is not installed: pip install 'bitwright[fuzz]'")

PROGRAM = """
import collections, itertools, random, sys
from bitwright import ParseError, Struct, auto, const, raw, u8, u16
from bitwright.testing.atheris_engine import guided

class Message(Struct):
    magic: int = const(u8(), 0x42)
    kind: int = u8()
    length: int = auto(u8())
    data: bytes = raw(size=length)

def depth(data):
    if data[:1] != b"B":
        return 0
    kind = data[1]
    if kind >= 0x80:
        if kind & 0x40:
            if len(data) > 5:
                return 3
            return 2
        return 1
    return 0

deepest = -1
tiers = collections.Counter()
for data, label in itertools.islice(guided(Message, [b"B\\x00\\x01a"], seed=5, packages=("__main__",), largest=64), 4000):
    assert len(data) <= 64, len(data)
    tiers[label.tier] += 1
    if len(data) > 1:
        deepest = max(deepest, depth(data))
print(deepest, tiers["seed"], sum(tiers.values()))
"""


class Message(Struct):
    number: int = u8()


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=120, check=False)


@needs_atheris
def test_coverage_leads_into_nested_conditions_and_the_exit_code_is_the_callers() -> None:
    done = run(PROGRAM + "sys.exit(7)")
    assert done.stdout.split() == ["3", "1", "4000"], done.stderr
    assert done.returncode == 7, done.stderr


@needs_atheris
def test_an_exception_and_an_end_within_an_input_are_no_crash_of_libfuzzer() -> None:
    raising = "    if tiers.total() > 50:\n        raise KeyError('mine')\n    if len(data) > 1:"
    done = run(PROGRAM.replace("    if len(data) > 1:", raising))
    assert done.returncode == 1
    assert "KeyError: 'mine'" in done.stderr
    assert "libFuzzer: fuzz target exited" not in done.stderr


@needs_atheris
def test_a_second_run_in_one_process_is_refused() -> None:
    done = run(PROGRAM + "next(itertools.islice(guided(Message, []), 1))")
    assert done.returncode == 1
    assert "one state for each process" in done.stderr.splitlines()[-1]


def test_without_atheris_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "atheris", None)
    with pytest.raises(MissingPackage, match=r"pip install 'bitwright\[fuzz\]'"):
        next(guided(Message, [b"\0"]))
