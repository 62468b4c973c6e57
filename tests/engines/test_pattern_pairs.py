"""Many inputs to many random patterns of both dialects: the interpreter, what is compiled as it was lowered, what is compiled
after the passes, by the python backend and to machine code, and the public `match` of each engine agree on every pair;
explanations say the same; buffers match as their bytes do.

100 inputs to each of 640 patterns are 64,000 pairs.  `BITWRIGHT_EXAMPLES=16 pytest tests/engines/test_pattern_pairs.py` is the
long run of a million; its last result is in `fuzz/README.md`.  A failure names the pattern, the input and the engines.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from bitstring import Bits

import bitwright
from bitwright import BuildError, PatternError
from bitwright.backends.llvm import is_available
from bitwright.backends.python import compile_pattern
from bitwright.errors import MATCH_CODES
from bitwright.lower.passes.copying import copy_program
from bitwright.lower.passes.trace import strip_trace
from bitwright.patterns.inputs import bits_of
from bitwright.terms import normal
from tests.patterns.generators import Sample, drawn
from tests.patterns.near import inputs
from tests.patterns.term_generators import within
from tests.patterns.vectors import same

TIMES = int(os.environ.get("BITWRIGHT_EXAMPLES", "1"))
INPUTS = 100
PATTERNS = 40  # in each of the tests below, which are:
KINDS: dict[str, Callable[[random.Random], Sample]] = {
    "elixir": lambda rng: drawn(rng, "elixir"),
    "erlang": lambda rng: drawn(rng, "erlang"),
    "extended": lambda rng: drawn(rng, "elixir", extended=True),
    "terms": lambda rng: within(rng, rng.choice(("elixir", "erlang"))),
}
SEEDS = range(4 * TIMES)
TESTS = [(kind, seed) for kind in KINDS for seed in SEEDS]


class Ways:
    """One pattern, matched in every way there is."""

    def __init__(self, sample: Sample) -> None:
        self.pattern = bitwright.pattern(sample.text, dialect=sample.dialect, extended=sample.extended)
        self.interpreted, self.compiled = self.pattern.on("interp"), self.pattern.on("python")
        self.machine_code = self.pattern.on("llvm") if is_available() else None
        self._lowered: dict[frozenset[str], Any] = {}

    def agreed(self, data: Any, given: dict[str, Any]) -> Any:
        """What all of them say."""
        expected = self.interpreted.match(data, **given)
        ways = [
            ("python", self.compiled.match(data, **given)),
            ("as lowered", self.compiled_from(data, given, passes=False)),
            ("after the passes", self.compiled_from(data, given, passes=True)),
        ]
        if self.machine_code is not None:
            ways.append(("llvm", self.machine_code.match(data, **given)))
            ways.append(("llvm of any bits", self.compiled_from(data, given, passes=True, engine="llvm")))
        for name, found in ways:
            assert same(found, expected), f"{self.pattern!r} of {data!r} with {given!r}: interp {expected!r}, {name} {found!r}"
        return expected

    def compiled_from(self, data: Any, given: dict[str, Any], *, passes: bool, engine: str = "python") -> Any:
        """By the program for any number of bits, compiled as it was lowered, or after the passes."""
        programs = self.pattern._programs
        bound = programs.bound(given)
        lowered = programs.lowered(bound)
        if passes:
            entry = programs.compiled(bound, engine=engine)[0]["entry"]
        else:
            entry = self._lowered.get(bound)
            if entry is None:
                plain = copy_program(lowered)
                strip_trace(plain)
                entry = self._lowered[bound] = compile_pattern(plain, "as lowered")[0]["entry"]
        values = programs.values(bound, given)
        if lowered.functions[lowered.entry].unit != "bit":
            return entry(b"", normal(data), *values)
        raw = bits_of(data)
        found = None if raw is None else entry(raw[0], 0, raw[1], *values)
        return None if found is None else found[0]

    def explained(self, data: Any, given: dict[str, Any], expected: Any) -> str:
        """The code of the explanation, which must say what was matched."""
        found = self.pattern.explain(data, **given)
        assert found.matched == (expected is not None), (self.pattern, data, given, found)
        assert same(found.bindings, expected), (self.pattern, data, given, found)
        assert str(found), (self.pattern, data, given)
        assert found.matched or found.code in MATCH_CODES, (self.pattern, data, given, found)
        return found.code


@pytest.mark.parametrize(("kind", "seed"), TESTS)
def test_a_hundred_inputs_to_a_pattern(kind: str, seed: int) -> None:
    rng, outcomes = random.Random(f"{kind} {seed}"), Counter[str]()
    for _ in range(PATTERNS):
        sample = KINDS[kind](rng)
        ways = Ways(sample)
        for at, data in enumerate(inputs(rng, sample.data, INPUTS)):
            given = sample.bindings[0] if at % 4 else rng.choice(sample.bindings)
            found = ways.agreed(data, given)
            outcomes["no match" if found is None else "match"] += 1
            if at % 10 == 0:
                outcomes[ways.explained(data, given, found)] += 1
    assert outcomes["match"] > PATTERNS * INPUTS // 10, outcomes
    assert outcomes["no match"] > PATTERNS * INPUTS // 10, outcomes
    assert len(outcomes) > 5, outcomes


@pytest.mark.parametrize("dialect", ["elixir", "erlang"])
def test_every_kind_of_input_gives_the_same(dialect: Any, engine: Any) -> None:
    """Bytes, a buffer, and whole bytes as a run of bits."""
    rng, whole = random.Random(f"kinds {dialect}"), 0
    for _ in range(120):
        sample = drawn(rng, dialect)
        pattern, given = bitwright.pattern(sample.text, dialect=dialect).on(engine), sample.bindings[0]
        for data in inputs(rng, sample.data, 6):
            if isinstance(data, bytes):
                expected = pattern.match(data, **given)
                whole += expected is not None
                padded = memoryview(b"\xff" + data + b"\xff")[1:-1]
                for other in (bytearray(data), memoryview(data), padded, Bits(hex=data.hex()) if data else Bits()):
                    assert same(pattern.match(other, **given), expected), (pattern, other, given)
    assert whole > 30


@pytest.mark.parametrize("dialect", ["elixir", "erlang"])
def test_a_prefix_matches_and_the_rest_is_what_follows(dialect: Any, engine: Any) -> None:
    rng, matched = random.Random(f"prefix {dialect}"), 0
    for _ in range(150):
        sample = drawn(rng, dialect)
        pattern, given = bitwright.pattern(sample.text, dialect=dialect).on(engine), sample.bindings[0]
        for data in inputs(rng, sample.data, 4):
            found, whole = pattern.match_prefix(data, **given), pattern.match(data, **given)
            other = pattern.on("interp").match_prefix(data, **given)
            assert same(found, other), (pattern, data, given, found, other)
            if whole is not None:
                assert found is not None, (pattern, data, given)
                assert same(found[0], whole), (pattern, data, given, found)
                assert not found[1], (pattern, data, given, found)
                matched += 1
    assert matched > 100
@pytest.mark.parametrize("dialect", ["elixir", "erlang"])
def test_what_was_matched_builds_the_same_bits(dialect: Any, engine: Any) -> None:
    """A pattern that names every bit keeps every bit."""
    rng, built = random.Random(f"build {dialect}"), 0
    for _ in range(300):
        sample = drawn(rng, dialect, most=5)
        pattern, given = bitwright.pattern(sample.text, dialect=dialect).on(engine), sample.bindings[0]
        for data in inputs(rng, sample.data, 4):
            found = pattern.match(data, **given)
            if found is None:
                continue
            try:
                again = pattern.build(**given, **found)
            except PatternError:
                assert "_" in pattern.text.replace("_*", ""), pattern  # a bit that has no name
                continue
            except BuildError as error:
                raise AssertionError(f"{pattern!r} does not build {found!r} with {given!r}") from error
            assert same(again, data), (pattern, data, given, found, again)
            built += 1
    assert built > 200
