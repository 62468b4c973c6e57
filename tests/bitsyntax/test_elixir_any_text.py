"""Whatever stands in a text, Elixir's reader gives a tree or a `PatternError` whose place lies in the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitwright.bitsyntax import elixir
from tests.bitsyntax.any_text import attempt_with

READERS: list[Callable[[str], Any]] = [
    elixir.parse_pattern, elixir.parse_construction, elixir.parse_comprehension, lambda text: elixir.parse_pattern(text, extended=True),
]  # fmt: skip
WORDS = [
    '"#{a}b"', '"""\n  a\n  """', "~s(a)", "#{", '"""',
    "<<", ">>", "(", ")", "[", "]", "{", "}", "%{", ",", "::", ":", "-", "+", "*", "/", "|", "||", "&&", "<-", "<:=", "=>", "=",
    "==", "<>", "++", "..", "//", "|>", " ", "\n", "#", "x", "y", "_", "_z", ":a", "when", ";", "1", "0", "8", "1.5", "0xF", "?a",
    '"ab"', "'ab'", '"\\xFF"', "binary", "size(", "unit(", "little", "signed", "float", "utf8", "bits", "and", "not", "in", "for ",
    "if ", "do", "end", "else", "do: ", "into: ", "reduce: ", "->", "byte_size", "String.length", "Foo", ".", "^", "é", "日", "\\",
    '"', "'", "?", "!", "&", "fn", "nil", "leb128", "99999999999999999999999", "1.0e999", "\ud800", "\u202e", "\x00",
]  # fmt: skip
BASES = [
    "<<id::binary-size(2), qr::1, op::4, n::16, d::binary-size(n * 2), _::bits>> when op in [1, 2] and n > 0",
    '"ab" <> <<a::little-signed-12, b::4>> <> rest = {x, [y | z], %{k: ^v}}',
    "<<a + 1::8, byte_size(b)::16, b::binary, <<c::4, d::4>>::binary, (if a, do: 1, else: 2)::8>>",
    'for <<n, v::size(n) <- data>>, v > 1, x <- [1, 2], into: "", do: <<x>>',
    "for <<a <- b>>, reduce: {0, 1} do\n  {x, y} when x > 1 -> {x, y + a}\n  _ -> {0, 0}\nend",
]


def attempt(text: str) -> None:
    attempt_with(READERS, text)


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_characters(text: str) -> None:
    attempt(text)


@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_words(text: str) -> None:
    attempt(text)


@given(st.lists(st.sampled_from(WORDS), max_size=10).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_words_behind_a_value(text: str) -> None:
    attempt(f"<<x::{text}>>")


@given(st.sampled_from(BASES), st.data())
@settings(max_examples=600, deadline=None)
def test_any_change_of_a_good_text(base: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(base)))
    stop = min(len(base), start + data.draw(st.integers(0, 4)))
    attempt(base[:start] + data.draw(st.sampled_from(WORDS)) + base[stop:])


@pytest.mark.parametrize("base", BASES)
def test_any_beginning_of_a_good_text(base: str) -> None:
    for stop in range(len(base)):
        attempt(base[:stop])
