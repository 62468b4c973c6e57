"""Patterns where the package bitstring is missing: whole bytes do without it, and what needs it says how to get it."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
sys.modules["bitstring"] = None  # as if it were not installed: importing it fails
import bitwright
from bitwright import pattern

engine = sys.argv[1]
assert pattern("<<a::4, b::4, r::bits>>").on(engine).match(b"ab") == {"a": 6, "b": 1, "r": b"b"}
assert pattern("<<a::4, b::4>>").on(engine).build(a=6, b=1) == b"a"
assert pattern("<<a::3, r::binary>>").on(engine).match(b"ab") is None
ways = {
    "match": lambda: pattern("<<a::3, r::bits>>").on(engine).match(b"x"),
    "match_prefix": lambda: pattern("<<a::3>>").on(engine).match_prefix(b"x"),
    "explain": lambda: pattern("<<a::3, r::bits>>").on(engine).explain(b"x"),
    "iter": lambda: list(pattern("<<a::bits-3, b::5>>").on(engine).iter(b"x")),
    "to_struct": lambda: pattern("<<a::bits-3, b::5>>").on(engine).to_struct(),
    "comprehension": lambda: bitwright.comprehension("for <<a <- d>>, into: <<>>, do: <<a::3>>").on(engine)(d=b"x"),
}
for name, way in ways.items():
    try:
        way()
    except (ImportError, bitwright.BuildError, bitwright.PatternError) as error:
        assert "pip install 'bitwright[bits]'" in str(error), (name, error)
        print(name)
"""


def test_whole_bytes_match_and_the_rest_says_what_is_missing(engine: str) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, engine], check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["match", "match_prefix", "explain", "iter", "to_struct", "comprehension"], done


COMMAND = """
import sys
sys.modules["bitstring"] = None
from bitwright.cli import main
sys.exit(main(["match", *sys.argv[1:]]))
"""


def test_the_command_says_it_in_a_line() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", COMMAND, *arguments], check=False, capture_output=True, text=True, timeout=60)

    for arguments in (
        ["<<a, b::bits-3, c::5>>", "0102"],
        ["<<a::3>>", "ff", "--prefix"],
        ["<<a::bits-3, b::5>>", "ff", "--all"],
        ["<<a>>", "ff", "--bits", "3"],
    ):
        done = run(*arguments)
        assert (done.returncode, done.stderr.count("\n")) == (3, 1), done
        assert "pip install 'bitwright[bits]'" in done.stderr
    assert run("<<a, b::3, c::5>>", "0102").returncode == 0
