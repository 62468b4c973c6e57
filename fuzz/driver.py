"""Runs one target over many inputs: by atheris where it is installed, otherwise by the seeded mutator.

    python -m fuzz.fuzz_dns [--runs N] [--seconds N] [--seed N] [--engine auto|atheris|mutator]

A target is a function of bytes that raises if the invariant is broken and otherwise says what happened
("value", "error", ...).  The input that broke it is written to `fuzz/found/` and its path is printed: once the
cause is mended, it moves to the corpus, which the ordinary tests replay.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bitwright.testing.raw import RawMutator

HERE = Path(__file__).resolve().parent
FOUND = HERE / "found"


def corpus_of(name: str) -> dict[str, bytes]:
    """The inputs kept for one target, by file name."""
    return {path.name: path.read_bytes() for path in sorted((HERE / "corpus" / name).iterdir())}


def main(name: str, target: Callable[[bytes], str], *, largest: int, arguments: Sequence[str] | None = None) -> int:
    """Fuzz one target as the command line says; 1 if the invariant was broken."""
    parser = argparse.ArgumentParser(prog=f"fuzz.fuzz_{name}", description=f"Fuzz the {name} target.")
    parser.add_argument("--runs", type=int, default=20_000, help="inputs to try (default 20000)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--seed", type=int, default=1, help="of the mutator (default 1)")
    parser.add_argument("--engine", choices=("auto", "atheris", "mutator"), default="auto")
    asked = parser.parse_args(arguments)
    has_atheris = importlib.util.find_spec("atheris") is not None
    if asked.engine == "atheris" and not has_atheris:
        parser.error("atheris is not installed; pip install 'bitwright[fuzz]', or --engine mutator")
    if asked.engine == "atheris" or (asked.engine == "auto" and has_atheris):
        return _by_atheris(name, target, asked, largest)
    return _by_mutator(name, target, asked, largest)


def _by_mutator(name: str, target: Callable[[bytes], str], asked: argparse.Namespace, largest: int) -> int:
    corpus = list(corpus_of(name).values())
    mutate = RawMutator(corpus, random.Random(asked.seed), largest)
    outcomes: Counter[str] = Counter()
    slowest, slowest_input = 0.0, b""
    for data in corpus:
        target(data)  # compiles everything, so that the slowest input is slow by itself
    start = time.perf_counter()
    for _ in range(asked.runs):
        data = mutate()
        before = time.process_time()
        try:
            outcomes[target(data)] += 1
        except Exception as error:
            _keep(name, data, error)
            raise
        took = time.process_time() - before
        if took > slowest:
            slowest, slowest_input = took, data
        if time.perf_counter() - start > asked.seconds:
            break
    seconds = time.perf_counter() - start
    total = outcomes.total()
    shares = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    print(f"{name}: {total} inputs (seed {asked.seed}) in {seconds:.1f} s, {total / seconds:.0f} a second: {shares}")
    print(f"slowest: {slowest * 1e3:.1f} ms of processor time for {len(slowest_input)} bytes; broken invariants: 0")
    return 0


def _by_atheris(name: str, target: Callable[[bytes], str], asked: argparse.Namespace, largest: int) -> int:
    """Coverage-guided; does not return, because libFuzzer ends the process."""
    for data in corpus_of(name).values():
        target(data)  # compiles everything first, so that the generated code is instrumented too
    atheris: Any = importlib.import_module("atheris")
    atheris.instrument_all()

    def one(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:
            _keep(name, data, error)
            raise

    with tempfile.TemporaryDirectory() as new:  # libFuzzer writes what it finds interesting into its first folder
        options = [f"-runs={asked.runs}", f"-seed={asked.seed}", f"-max_len={largest}", "-print_final_stats=1"]
        if (words := HERE / "dictionaries" / f"{name}.dict").exists():
            options.append(f"-dict={words}")
        if asked.seconds != float("inf"):
            options.append(f"-max_total_time={int(asked.seconds)}")
        atheris.Setup([sys.argv[0], new, str(HERE / "corpus" / name), *options], one)
        atheris.Fuzz()
    return 0


def _keep(name: str, data: bytes, error: Exception) -> None:
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}.bin"
    path.write_bytes(data)
    print(f"{name}: {type(error).__name__}: {error}\ninput written to {path}", file=sys.stderr)
