"""Whatever stands in a text, Erlang's reader gives a tree or a `PatternError` whose place lies in the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitwright.bitsyntax import erlang
from bitwright.errors import PatternError
from tests.bitsyntax.any_text import attempt_with

READERS: list[Callable[[str], Any]] = [erlang.parse_pattern, erlang.parse_construction, erlang.parse_comprehension]
WORDS = [
    "<<", ">>", "(", ")", "[", "]", "{", "}", "#{", ",", ":", "/", "-", "+", "|", "||", "<-", "<=", "<:=", ":=", "=>", "=", "=:=", "=<",
    "++", " ", "\n", "%", "X", "Y", "_", "_z", "a", "when", ";", "1", "0", "8", "1.5", "16#F", "$a", '"ab"', '"\\x{41}"', "'q'", '~"s"',
    "binary", "unit", "unit:8", "little", "signed", "float", "utf8", "bits", "bsl", "and", "andalso", "not", "bnot", "element", "length",
    "lists", "seq", "begin", "?", ".", "é", "日", "\\", '"', "'", "$", "^",
]  # fmt: skip


def attempt(text: str) -> None:
    attempt_with(READERS, text)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map("".join))
def test_words_in_any_order(text: str) -> None:
    attempt(text)
    attempt(f"<<{text}>>")


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_characters(text: str) -> None:
    attempt(text)


@pytest.mark.parametrize(
    "piece",
    [
        "(", "[", "{", "<<", "-", "not ", "#{a:=", "#{a=>", "[1|", "X=", "X+", "1+(", "[X||", "<<X:(", "<< <<", "element(1,", "a++",
        '"a"++', "X;", "$", "'", '"', '"a"', "1#", "~", "X when ", "<<A:8/", "<<A:8/unit:8-", "1 bsl ", "9", "9 bsl 9", "\\",
        "%\n", "[X||X<-",
    ],
)  # fmt: skip
def test_depth_is_bounded(piece: str) -> None:
    for count in (61, 500, 20_000):
        attempt(piece * count)
        attempt("X when X " + piece * count)
        attempt("<<" + piece * count)


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("[", "]"), ("{", "}"), ("#{a := ", "}"), ("[1 | ", "]")])
def test_what_is_not_too_deep_is_read(opening: str, closing: str) -> None:
    erlang.parse_pattern(opening * 50 + "X" + closing * 50)
    with pytest.raises(PatternError, match="nested more than 60 deep"):
        erlang.parse_pattern(opening * 70 + "X" + closing * 70)


def test_a_chain_of_operators_is_bounded_and_a_list_is_not() -> None:
    with pytest.raises(PatternError, match="operators"):
        erlang.parse_pattern("X when " + "+".join(["X"] * 70))
    erlang.parse_pattern("X when " + " ; ".join(["X"] * 500))
    erlang.parse_pattern("<<" + ", ".join(f"X{n}:(N * 8)" for n in range(1000)) + ">>")


@pytest.mark.parametrize("text", ["<<(1 bsl 99999999999)>>", "<<(9 bsl 9 bsl 9999999)>>", "<<(1 / 0)>>", "<<(1.5 bsl 2)>>"])
def test_numbers_that_cannot_be_computed_are_refused(text: str) -> None:
    with pytest.raises(PatternError, match="illegal pattern"):
        erlang.parse_pattern(text)
