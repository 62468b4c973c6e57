"""A pattern again and again over one value: what is skipped, what ends it, what a strict one says."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from bitstring import Bits
from hypothesis import given
from hypothesis import strategies as st

import bitwright
from bitwright import ParseError, PatternError


def elements(text: str, data: Any, engine: Any, *, dialect: Any = "elixir", strict: bool = False, **bindings: Any) -> list[Any]:
    return list(bitwright.pattern(text, dialect=dialect).on(engine).iter(data, strict=strict, **bindings))


FACTS: list[tuple[str, Any, dict[str, Any], list[Any]]] = [
    ("<<a, b::16>>", b"\1\0\2\3\0\4\5", {}, [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
    ("<<1, x>>", b"\1\2\3\4\1\5", {}, [{"x": 2}, {"x": 5}]),
    ("<<a::3>>", Bits("0b1010111"), {}, [{"a": 5}, {"a": 3}]),
    ("<<n, d::binary-size(n)>>", b"\2ab\0\1c\5x", {}, [{"n": 2, "d": b"ab"}, {"n": 0, "d": b""}, {"n": 1, "d": b"c"}]),
    ("<<^k, x>>", b"\1\2\3\4\1\5", {"k": 1}, [{"x": 2}, {"x": 5}]),
    ("<<a, b>> when a > b", b"\1\2\4\3\7", {}, [{"a": 4, "b": 3}]),
    ("<<c::utf8>>", b"ab\xffc", {}, [{"c": 97}, {"c": 98}]),
    ("<<f::float-32>>", bytes.fromhex("3fc000007fc0000040200000"), {}, [{"f": 1.5}, {"f": 2.5}]),
    ("<<_::4, a::4>>", b"\x12\x34", {}, [{"a": 2}, {"a": 4}]),
    ("<<a>>", b"", {}, []),
    ("<<a::signed>>", b"\xff\2", {}, [{"a": -1}, {"a": 2}]),
    ("<<a::signed-little-16>>", b"\xfe\xff\2\0\1", {}, [{"a": -2}, {"a": 2}]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "data", "bindings", "wanted"), FACTS)
def test_elements(text: str, data: Any, bindings: dict[str, Any], wanted: list[Any], engine: str) -> None:
    assert elements(text, data, engine, **bindings) == wanted


def test_any_buffer_of_whole_elements_is_read_to_its_end(engine: str) -> None:
    assert elements("<<a::16>>", memoryview(b"\0\1\0\2"), engine, strict=True) == [{"a": 1}, {"a": 2}]


STRICT: list[tuple[str, bytes, int, str, int]] = [
    ("<<a::16>>", b"\0\1\2", 1, "truncated", 16),
    ("<<1, x>>", b"\1\2\3\4\1\5", 1, "mismatch", 16),
    ("<<a, b>> when a > b", b"\4\3\1\2", 1, "guard", -1),
    ("<<c::utf8>>", b"ab\xffc", 2, "bad-utf", 16),
]


@pytest.mark.parametrize(("text", "data", "before", "code", "bit_offset"), STRICT)
def test_a_strict_one_says_where_it_stops(text: str, data: bytes, before: int, code: str, bit_offset: int, engine: Any) -> None:
    found = bitwright.pattern(text).on(engine).iter(data, strict=True)
    assert len(list(itertools.islice(found, before))) == before
    with pytest.raises(ParseError) as caught:
        next(found)
    assert caught.value.code == code
    assert bit_offset in (-1, caught.value.bit_offset)


def test_what_takes_no_bits_would_never_end(engine: Any) -> None:
    cases: list[tuple[str, dict[str, Any]]] = [("<<>>", {}), ("<<a::0>>", {}), ("<<a::size(n)>>", {"n": 0}), ("<<1::size(n)>>", {"n": 0})]
    for text, bindings in cases:
        with pytest.raises(ParseError) as caught:
            list(bitwright.pattern(text).on(engine).iter(b"ab", **bindings))
        assert caught.value.code == "no-progress"


def test_what_is_no_bitstring_is_refused(engine: Any) -> None:
    for value in (5, "text", None, [1], (b"a",)):
        with pytest.raises(ParseError) as caught:
            elements("<<a>>", value, engine)
        assert caught.value.code == "not-a-bitstring"


@pytest.mark.parametrize("text", ["<<a, r::binary>>", "<<r::bits>>", "<<_::binary>>", "{a, b}", "x", "<<a>> = p"])
def test_what_cannot_be_repeated_is_refused_at_once(text: str, engine: Any) -> None:
    with pytest.raises(PatternError):
        bitwright.pattern(text).on(engine).iter(b"ab")


def test_a_name_without_a_value_is_refused_with_its_place(engine: Any) -> None:
    with pytest.raises(PatternError, match="undefined variable"):
        elements("<<a::size(n)>>", b"ab", engine)


def test_in_erlang_what_is_given_is_compared_and_skipped(engine: Any) -> None:
    assert elements("<<K, X>>", b"\1\2\3\4\1\5", engine, dialect="erlang", K=1) == [{"X": 2}, {"X": 5}]
    assert elements("<<N, X:N>>", b"\x08\2\x08\4", engine, dialect="erlang", N=8) == [{"X": 2}, {"X": 4}]


PATTERNS = [
    "<<a::3, b::5>>", "<<1::2, a::6>>", "<<a, a>>", "<<n::4, d::bits-size(n)>>", "<<n, n, d::binary-size(n)>>", "<<c::utf8, 1::8>>",
    "<<a::float-16>>", "<<a, b>> when a > b and b != 7", '<<"ab", x>>', "<<x::little-signed-12>>", "<<a::2, n::2, d::size(n * 2 + 1)>>",
]  # fmt: skip


@given(st.sampled_from(PATTERNS), st.binary(max_size=24), st.integers(0, 7))
def test_both_engines_go_on_and_end_alike(text: str, data: bytes, cut: int) -> None:
    value = Bits(data)[: max(8 * len(data) - cut, 0)]
    found = [list(bitwright.pattern(text).on(engine).iter(value)) for engine in ("interp", "python")]
    assert repr(found[0]) == repr(found[1])
    comprehension = bitwright.comprehension(f"for {text[:-2]} <- b>>, do: 1") if "when" not in text else None
    if comprehension is not None:
        assert len(comprehension(b=value)) == len(found[0])
