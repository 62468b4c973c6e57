"""What a bit pattern takes from its text to a function, step by step."""

from __future__ import annotations

import time

from benchmarks.patterns import IPV4, REFERENCE
from bitwright.backends.python import compile_source
from bitwright.backends.python.patterns import emit_pattern
from bitwright.bitsyntax import parse_pattern
from bitwright.ir.ops import Program
from bitwright.ir.verify import verify
from bitwright.lower.match import lower_match
from bitwright.lower.passes.words import in_words


def compile_times(quick: bool) -> dict[str, list[float]]:
    """Seconds from a pattern's text to a function, and of each step on that way, with nothing cached."""
    found: dict[str, list[float]] = {}
    for name, text in (("the DNS header's pattern", REFERENCE), ("the IPv4 header's pattern", IPV4)):
        for _ in range(20 if quick else 100):
            steps = _steps(text)
            found.setdefault(f"{name}, from text to a function", []).append(sum(seconds for _, seconds in steps))
            for step, seconds in steps:
                found.setdefault(f"{name}: {step}", []).append(seconds)
    return found


def _steps(text: str) -> list[tuple[str, float]]:
    taken: list[tuple[str, float]] = []
    begin = time.thread_time()

    def lap(step: str) -> None:
        nonlocal begin
        now = time.thread_time()
        taken.append((step, now - begin))
        begin = time.thread_time()

    parsed = parse_pattern(text, "elixir")
    lap("parse")
    lowered = lower_match(parsed)
    lap("lower")
    verify(lowered)
    lap("verify")
    function = in_words(lowered)
    lap("passes")
    assert function is not None
    words = Program(lowered.name, lowered.direction, function.name, {function.name: function}, lowered.symbols)
    verify(words)
    lap("verify again")
    source, names = emit_pattern(words)
    lap("emit")
    compile_source(source, names, "benchmark")
    lap("compile")
    return taken
