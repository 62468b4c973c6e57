"""Constructions: what is written, what is refused in which words, and what takes which values, on each engine."""

from __future__ import annotations

import enum
import pickle
import sys
from collections.abc import Callable
from typing import Any

import pytest
from bitstring import Bits

from bitwright import Pattern, construct, pattern
from bitwright.bitsyntax.tree import Bitstring, Expr, Literal, Segment, Variable
from bitwright.errors import CONSTRUCT_CODES, BuildError, Limits, PatternError
from bitwright.patterns.construction import Construction


def segment(value: str | Expr, type_: Any = "integer", size: int | str | None = None, unit: int = 1, **more: Any) -> Segment:
    made = Variable(value) if isinstance(value, str) else value
    return Segment(made, type_, Literal(size) if isinstance(size, int) else Variable(size) if size else None, unit, **more)


def built(engine: str, *segments: Segment, **values: Any) -> Any:
    return Construction("<<...>>", engine=engine, expr=Bitstring(segments)).build_from(values)


def test_numbers_side_by_side_are_one_pack() -> None:
    parts = segment("a", size=4), segment("b", size=12), segment("c", size=16)
    made = Construction("", engine="python", expr=Bitstring(parts))
    assert made.source().count("pack_HH(") == 1
    assert made.build(a=0x1F, b=0xABC, c=-1) == b"\xfa\xbc\xff\xff"


def test_behind_a_bitstring_of_any_size(engine: str) -> None:
    parts = (segment("a", "binary"), segment("b", size=12, order="little"), segment("c", "utf8"), segment("d", "float", 16))
    assert built(engine, *parts, a=Bits("0b101"), b=0x123, c=0xE9, d=1.5) == Bits("0xa46387527c0, 0b000")


def test_an_error_names_the_segment(engine: str) -> None:
    with pytest.raises(BuildError, match=r"^b: segment 2 of type 'integer': expected an integer but got") as caught:
        built(engine, segment("a", size=8), segment("b", size=8), a=1, b=1.0)
    assert (caught.value.code, caught.value.path) == ("type", "b")


def test_sizes_are_judged_before_anything_is_written(engine: str) -> None:
    with pytest.raises(BuildError, match=r"^b: segment 2 .*expected a non-negative integer as size but got: -1"):
        built(engine, segment("a", size=8), segment("b", size="n"), a="x", b=1, n=-1)


@pytest.mark.parametrize("n", [1 << 34, 1 << 60, 1 << 70])
def test_absurd_sizes_take_no_memory(engine: str, n: int) -> None:
    for size in ("n", n):
        with pytest.raises(BuildError) as caught:
            built(engine, segment("a", size=size), a=1, n=n)
        assert caught.value.code == "too-large"
    with pytest.raises(BuildError) as caught:
        built(engine, segment("a", size="n"), segment("b", size="m"), a=1, b=1, n=1 << 33, m=1)
    assert (caught.value.code, caught.value.path) == ("too-large", "")


def test_names_with_an_underscore_may_be_left_out(engine: str) -> None:
    unsized = segment("_c", "binary", None, 8)
    parts = (segment("_a", size=3), segment("_b", "binary", 2, 8), unsized, segment("_d", "binary", "n"), segment("e", size=5))
    assert built(engine, *parts, e=-1, n=24) == bytes(5) + b"\x1f"
    assert built(engine, *parts, e=-1, n=0, _a=5, _b=b"ab", _c=b"c") == b"\xac\x2c\x4c\x7f"


def test_a_name_without_value_is_undefined(engine: Any) -> None:
    with pytest.raises(PatternError, match="undefined variable `a`"):
        built(engine, segment("a", size=8))
    with pytest.raises(PatternError, match="undefined variable `b`") as caught:
        pattern("<<a, b::4>>").on(engine).build(a=1)
    assert (caught.value.column, caught.value.advice) == (6, "give it a value: build(b=...)")


# --- every way to fail ---------------------------------------------------------------------------

FAILING: dict[str, tuple[str, dict[str, Any], bool, str, str]] = {
    "type": ("<<x, a::binary>>", {"x": 1, "a": 5}, False, "a", "segment 2 of type 'binary': expected a binary but got: 5"),
    "range": ("<<a::signed-4>>", {"a": 8}, True, "a", "segment 1 of type 'integer': 8 does not fit 4 bits, signed, which hold -8 to 7"),
    "size": ("<<a::binary-2>>", {"a": b"a"}, False, "a", 'of type \'binary\': the value "a" is shorter than the size of the segment'),
    "text": ("<<a::utf8>>", {"a": -1}, False, "a", "of type 'utf8': expected a non-negative integer encodable as utf8 but got: -1"),
    "too-large": ("<<a::size(n)>>", {"a": 1, "n": 1 << 70}, False, "a", f"segment 1 of type 'integer': the size {1 << 70} is too large"),
    "bad-argument": ("<<1, div(8, a)>>", {"a": 0}, False, "", "div: "),
    "check": ("<<a>> when a > 1", {"a": 1}, True, "", "its guard does not hold"),
}


def test_every_code_has_a_row() -> None:
    assert FAILING.keys() == CONSTRUCT_CODES.keys()


@pytest.mark.parametrize("code", FAILING)
def test_codes(code: str, engine: Any) -> None:
    text, values, strict, path, said = FAILING[code]
    made = pattern(text).on(engine) if code == "check" else construct(text).on(engine)
    if strict:
        made.build(**values)  # cut off, or left to the guard
    for build in (made.build, lambda **given: made.build_from({k: v for k, v in given.items() if k != "strict"}, strict=strict)):
        with pytest.raises(BuildError) as caught:
            build(strict=strict, **values)
        assert (caught.value.code, caught.value.path) == (code, path)
        assert said in caught.value.problem.message
        assert pickle.loads(pickle.dumps(caught.value)).problem == caught.value.problem


# --- what counts as what -------------------------------------------------------------------------


class Colour(enum.IntEnum):
    RED = 1


class Flags(enum.IntFlag):
    A = 1
    B = 4


BUFFERS: tuple[Callable[[bytes], Any], ...] = (bytes, bytearray, memoryview, lambda raw: Bits(hex=raw.hex()))


@pytest.mark.parametrize("make", BUFFERS)
def test_any_buffer_is_a_binary(make: Callable[[bytes], Any], engine: Any) -> None:
    made = construct("<<a::4, b::binary, c::binary-1, d::bits-4>>").on(engine)
    assert made.build(a=1, b=make(b"ab"), c=make(b"c"), d=make(b"\xf0")) == b"\x16\x16\x26\x3f"


def test_a_view_that_was_released_is_no_value(engine: Any) -> None:
    view = memoryview(b"abc")
    view.release()
    for segment_text in ("a", "a::binary", "a::float", "a::utf8", "1::size(a)", "byte_size(a)", "a + 1", "(a <> a)::binary"):
        text = f"<<{segment_text}>>"
        with pytest.raises(BuildError) as caught:
            construct(text).on(engine).build(a=view)
        assert caught.value.code in {"type", "bad-argument"}


def test_members_of_enumerations_are_integers_and_bools_are_none(engine: Any) -> None:
    made = construct("<<a, b::4, c::size(b)>>").on(engine)
    assert made.build(a=Colour.RED, b=Flags.A | Flags.B, c=Colour.RED) == Bits("0x015, 0b00001")
    with pytest.raises(BuildError, match=r"got: true \(a Python bool is an atom here: pass int"):
        made.build(a=True, b=1, c=1)
    with pytest.raises(BuildError, match=r"got: :x \(a Python str is an atom here: pass its encode"):
        construct("<<a::binary>>").on(engine).build(a="x")


def test_strict_refuses_what_would_be_cut_off(engine: Any) -> None:
    def refused(text: str, **values: Any) -> str:
        made = construct(text).on(engine)
        made.build(**values)
        with pytest.raises(BuildError) as caught:
            made.build(strict=True, **values)
        return caught.value.code

    assert [refused("<<a::4>>", a=value) for value in (16, -1)] == ["range"] * 2
    assert [refused("<<a::signed-4>>", a=value) for value in (8, -9)] == ["range"] * 2
    assert [refused("<<a::signed-size(n)>>", a=value, n=200) for value in (1 << 199, -(1 << 199) - 1)] == ["range"] * 2
    assert refused("<<300>>") == "range"
    assert refused("<<a::binary-1>>", a=b"ab") == "size"
    assert refused("<<1::1, a::bits-3>>", a=b"ab") == "size"
    assert refused("<<a::bits-size(n)>>", a=b"ab", n=15) == "size"
    assert [refused("<<a::float-16>>", a=value) for value in (65520.0, 1 << 70)] == ["range"] * 2
    assert refused("<<a::float-size(n)>>", a=1e300, n=32) == "range"
    assert construct("<<a::4, b::signed-4, c::binary-1, d::float-16>>").on(engine).build(strict=True, a=15, b=-8, c=b"x", d=65504.0)


def test_without_the_package_for_bits_there_is_advice(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = construct("<<a::3>>").on(engine)
    assert made.build(a=1) == Bits("0b001")
    monkeypatch.setitem(sys.modules, "bitstring", None)
    with pytest.raises(BuildError, match=r"has 3 bits, which are no whole bytes: that takes the package bitstring \(pip install"):
        made.build(a=1)


# --- patterns build too --------------------------------------------------------------------------


def test_pins_are_read_and_variables_written_each_time(engine: Any) -> None:
    assert pattern("<<a, ^b, a, 7, c::binary-size(a)>>").on(engine).build(a=1, b=2, c=b"x") == b"\x01\x02\x01\x07x"
    with pytest.raises(PatternError, match="`_` has no value"):
        pattern("<<a, _>>").on(engine).build(a=1)


def test_the_compiled_function_takes_the_place_of_the_method() -> None:
    made = Pattern("<<a::4, _b::4, c::8>>", engine="python")
    assert made.build(a=1, c=2) == b"\x10\x02"
    assert "build" in vars(made)
    assert made.build(a=1, _b=3, c=-1, unneeded=5) == b"\x13\xff"
    with pytest.raises(BuildError, match="does not fit 8 bits"):
        made.build(a=1, c=-1, strict=True)
    with pytest.raises(PatternError, match="undefined variable `c`"):
        made.build(a=1)


NAMES = ("len", "self", "values", "class", "strict", "others", "general", "out", "canonical", "bytes", "a?", "größe", "pack_H", "phase")


@pytest.mark.parametrize("name", NAMES)
def test_names_that_mean_something_in_python(name: str, engine: Any) -> None:
    made = construct(f"<<{name}::12, 1::4, b::bits, {name}::16>>").on(engine)
    values: dict[str, Any] = {name: 0xABC, "b": b"x"}
    assert made.build_from(values) == b"\xab\xc1x\x0a\xbc"
    if name != "strict":
        assert made.build(**values) == b"\xab\xc1x\x0a\xbc"
        assert made.build(**values) == b"\xab\xc1x\x0a\xbc"


def test_constructions_are_values() -> None:
    made = construct("<<a + 1>>")
    assert made is construct("<<a + 1>>")
    assert pickle.loads(pickle.dumps(made)) == made
    assert repr(made) == "bitwright.construct('<<a + 1>>')"
    assert made != construct("<<a + 2>>")
    assert made.names == ("a",)
    assert len({made, construct("<<a + 1>>")}) == 1


def test_what_is_no_bitstring_is_a_value(engine: Any) -> None:
    assert construct("{<<a::4>>, byte_size(b), [a, b]}").on(engine).build(a=1, b=b"xy") == (Bits("0x1"), 2, [1, b"xy"])


def test_limits_bound_what_is_built(engine: Any) -> None:
    made = construct("<<a::size(n)>>").on(engine)
    assert made.build_from({"a": 1, "n": 64}, limits=Limits(output_size=8)) == bytes(7) + b"\1"
    with pytest.raises(BuildError, match=r"the size 65 is too large \(what is built may have 8 bytes\)"):
        made.build_from({"a": 1, "n": 65}, limits=Limits(output_size=8))


@pytest.mark.parametrize("part", ["a::3", "a::size(a)", "b::binary", "b::bits", "a::utf8", "a::float", "1::1"])
def test_many_segments(part: str, engine: Any) -> None:
    once, often = (construct(f"<<{', '.join([part] * count)}>>").on(engine).build_from({"a": 3, "b": b"xyz"}) for count in (8, 400))
    assert often == once * 50


@pytest.mark.parametrize("text", ["<<a + 1::8>>", "a <> b", "<<a::binary, b::utf16>>", "<<byte_size(b)::16, b::binary>>"])
def test_what_is_no_pattern_but_builds_is_refused_with_the_way_to_build_it(text: str) -> None:
    with pytest.raises(PatternError, match=r"bitwright\.construct\(\) takes this text"):
        pattern(text)
    assert construct(text).names


def test_what_is_neither_a_pattern_nor_builds_has_no_such_advice() -> None:
    with pytest.raises(PatternError) as caught:
        pattern('<<"ab"::16>>')
    assert "construct" not in str(caught.value)
