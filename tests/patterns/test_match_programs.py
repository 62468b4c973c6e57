"""Patterns as programs: lowered from trees that are made by hand, run by each engine."""

from __future__ import annotations

from typing import Any

import pytest
from bitstring import Bits

import bitwright
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


@pytest.mark.parametrize(
    ("text", "data", "given", "bindings"),
    [
        # sizes that no input has, and such as are surely negative
        ("<<n::64, d::binary-size(n)>>", b"\xff" * 20, {}, None),
        ("<<n::64, m::64, x::size(n * m * n * m)>>", b"\xff" * 20, {}, None),
        ("<<n::64, m::48, x::size(n * m)-unit(256), r::bits>>", bytes(14) + b"a", {}, {"n": 0, "m": 0, "x": 0, "r": b"a"}),
        ("<<n::32, x::size(bsl(1, n))>>", b"\xff" * 20, {}, None),
        ("<<x::size(9223372036854775808)-unit(256)>>", b"\xff" * 20, {}, None),
        ("<<n, x::size(n - 4503599627370496), y>>", b"\xff" * 20, {}, None),
        ("<<n, x::size(n * -4503599627370496)-unit(8), y>>", b"\0\1", {}, {"n": 0, "x": 0, "y": 1}),
        ("<<x::size(a)>>", b"a", {"a": 10**400}, None),
        ("<<x::size(a)>>", b"a", {"a": True}, None),
        ("<<n::32, _::bits>> when bit_size(<<0::size(n)>>) > 3", b"\xff" * 20, {}, None),
        # a pinned value says how long its segment is; of another type it matches nothing
        ("<<^x::binary, r::binary>>", b"abc", {"x": b"ab"}, {"r": b"c"}),
        ("<<^x::bits, r::bits>>", b"\xff", {"x": Bits("0b111")}, {"r": Bits("0b11111")}),
        ("<<^x::binary, r::binary>>", b"abc", {"x": 5}, None),
        # what stands behind an equal element is not evaluated
        ("<<a>> when a in [1, div(1, 0)]", b"\1", {}, {"a": 1}),
        ("<<a>> when a in [1, div(1, 0)]", b"\2", {}, None),
        # bitstrings that are made to be looked at
        ("<<a::binary-size(2)>> when a == <<97, n>>", b"ab", {"n": 98}, {"a": b"ab"}),
        ("<<n, d::binary-size(byte_size(<<n::16, 0>>))>>", b"\1abc", {}, {"n": 1, "d": b"abc"}),
        # a literal is what its segment's type makes of it, or nothing
        ("<<256>>", b"\0", {}, None),
        ("<<1::float-32, 0.1::float-32>>", bytes.fromhex("3f8000003dcccccd"), {}, None),
        ("<<-1::size(n)>>", b"\xff", {"n": 8}, None),
        ("<<-1::signed-size(n)>>", b"\xff", {"n": 8}, {}),
        # the same name twice: values are compared, not bits
        ("<<a::4, a::12>>", b"\x10\x01", {}, {"a": 1}),
        ("<<a::signed, a>>", b"\xff\xff", {}, None),
        ("{a, <<a, b>>}", (1, b"\1\2"), {}, {"a": 1, "b": 2}),
        ("{a, <<a, b>>}", (1.0, b"\1\2"), {}, None),
        ("[<<h::4, _::4>>, 2 | t]", [b"\x71", 2, 3], {}, {"h": 7, "t": [3]}),
        ("%{1 => <<a>>}", {1.0: b"a"}, {}, None),
        ("%{1 => <<a>>}", {1: b"a", 2: 3}, {}, {"a": 97}),
    ],
)
def test_what_a_pattern_makes_of_data(text: str, data: Any, given: dict[str, Any], bindings: Any, engine: Any) -> None:
    assert bitwright.pattern(text).on(engine).match(data, **given) == bindings


@pytest.mark.parametrize(
    ("text", "data", "bit_order", "bindings"),
    [
        ("<<body::binary, crc::32>>", b"abcdefg", "msb", {"body": b"abc", "crc": 0x64656667}),
        ("<<body::binary, crc::32>>", b"abc", "msb", None),
        ("<<a::4, body::bits, crc::3>>", b"abc", "msb", {"a": 6, "body": Bits("0b00010110001001100"), "crc": 3}),
        ("<<a::4, body::binary, crc::3>>", b"abc", "msb", None),
        ('<<n, _::binary, "end">>', b"1 the end", "msb", {"n": 49}),
        ("<<n::leb128, d::binary-size(n), r::binary>>", b"\x02abc", "msb", {"n": 2, "d": b"ab", "r": b"c"}),
        ("<<a::4, n::quic, b::4>>", b"\x14\x02\x5f", "msb", {"a": 1, "n": 37, "b": 15}),
        ("<<n::zigzag>>", b"\x80", "msb", None),
        ("<<x::float-32-nonfinite>>", b"\xff\x80\x00\x00", "msb", {"x": float("-inf")}),
        ("<<a::4, b::12, c::16>>", b"\x12\x34\x56\x78", "lsb", {"a": 2, "b": 0x341, "c": 0x7856}),
        ("<<a::4, b::big-12, c::big-16>>", b"\x12\x34\x56\x78", "lsb", {"a": 2, "b": 0x413, "c": 0x5678}),
        ("<<a::4, s::signed-4, r::binary>>", b"\x92ab", "lsb", {"a": 2, "s": -7, "r": b"ab"}),
        ("<<a::4, r::bits>>", b"\x12\x34", "lsb", {"a": 2, "r": Bits("0x82c")}),
        ('<<_::4, "C", _::4>>', b"\x30\x04", "lsb", {}),
        ("<<a::4, f::float-16, _::4>>", b"\x00\xc0\x03", "lsb", {"a": 0, "f": 1.0}),
        ("{<<a::3, _::2>>}", (Bits("0b10011"),), "lsb", {"a": 1}),
    ],
)
def test_what_goes_beyond_elixir(text: str, data: Any, bit_order: Any, bindings: Any, engine: Any) -> None:
    assert bitwright.pattern(text, extended=True, bit_order=bit_order).on(engine).match(data) == bindings


def test_of_many_alternatives_one_is_enough_and_one_that_faults_does_not_hold(engine: Any) -> None:
    pattern = bitwright.pattern("<<x, y>> when div(1, y) == 7 " + " ".join(f"when x == {n}" for n in range(120))).on(engine)
    assert [pattern.match(bytes([x, 0])) is not None for x in (0, 119, 120)] == [True, True, False]
    assert pattern.explain(b"\xff\0").code == "guard"
