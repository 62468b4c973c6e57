"""Patterns as programs: lowered from trees that are made by hand, run by each engine."""

from __future__ import annotations

from typing import Any

from bitstring import Bits

from bitwright.backends.python import compile_pattern
from bitwright.bitsyntax import tree
from bitwright.errors import ParseError
from bitwright.ir.interp import Machine
from bitwright.ir.ops import Program
from bitwright.ir.text import from_text, to_text
from bitwright.ir.verify import verify
from bitwright.lower.match import lower_match
from bitwright.lower.passes.copying import copy_program
from bitwright.lower.passes.trace import strip_trace
from bitwright.wire.bitruns import bitstring_of


def number(name: str, size: int = 8, **more: Any) -> tree.Segment:
    return tree.Segment(tree.Variable(name), "integer", tree.Literal(size), **more)


def pattern(*segments: tree.Segment) -> tree.Guarded:
    return tree.Guarded(tree.Bitstring(segments))


def run(program: Program, engine: str, data: Any, *free: Any) -> Any:
    """What a pattern's program yields, or None."""
    verify(program)
    found = bitstring_of(data)
    assert found is not None
    raw, end = found
    if engine == "interp":
        machine = Machine(program)
        machine.data = raw
        try:
            return tuple(machine.run(0, end, *free))
        except ParseError:
            return None
    bare = copy_program(program)
    strip_trace(bare)
    return compile_pattern(bare, "test")[0]["entry"](raw, 0, end, *free)


SLICE = pattern(
    number("a", 4),
    number("b", 12),
    number("n"),
    tree.Segment(tree.Variable("d"), "binary", tree.Variable("n"), 8),
    tree.Segment(tree.Variable("r"), "binary", None, 8),
)


def test_a_pattern_of_bits_lengths_and_a_rest(engine: str) -> None:
    program = lower_match(SLICE)
    assert run(program, engine, bytes.fromhex("12 34 02 61 62 63")) == ({"a": 1, "b": 0x234, "n": 2, "d": b"ab", "r": b"c"}, 48)
    assert run(program, engine, bytes.fromhex("12 34 04 61 62 63")) is None
    assert run(program, engine, Bits("0x1234016162, 0b1")) is None
    assert run(program, engine, b"") is None
    assert to_text(from_text(to_text(program), {})) == to_text(program)


def test_where_it_ends_may_be_left_open(engine: str) -> None:
    program = lower_match(pattern(number("a", 4), number("b", 3)), prefix=True)
    assert run(program, engine, b"\xff\x00") == ({"a": 15, "b": 7}, 7)
