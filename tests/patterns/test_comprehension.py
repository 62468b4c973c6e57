"""Comprehensions as values: what they are given, what they refuse, and any text at all."""

from __future__ import annotations

import contextlib
import copy
import pickle
import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bitwright
from bitwright import BuildError, ParseError, PatternError
from bitwright.errors import BitwrightError
from tests.patterns.vectors import cases

TEXTS = sorted({str(case.what) for name in ("comprehension", "generators") for _, case in cases(name)})


def test_the_example_of_the_document(engine: Any) -> None:
    made = bitwright.comprehension("for <<a, b::16 <- data>>, a > 1, do: {a, b}").on(engine)
    assert made(data=b"\1\0\2\3\0\4\5") == [(3, 4)]
    assert made.free == ("data",)


def test_it_is_a_value() -> None:
    made = bitwright.comprehension("for <<a <- d>>, do: a")
    assert made is bitwright.comprehension("for <<a <- d>>, do: a")
    assert made == pickle.loads(pickle.dumps(made)) == copy.deepcopy(made)
    assert hash(made) == hash(made.on(made.engine))
    assert made != made.on("interp" if made.engine == "python" else "python")
    assert repr(made) == "bitwright.comprehension('for <<a <- d>>, do: a')"
    assert str(made) == made.text
    assert repr(bitwright.comprehension("[X || X <- L]", dialect="erlang")) == "bitwright.comprehension('[X || X <- L]', dialect='erlang')"


def test_names_from_outside_that_begin_with_an_underscore(engine: Any) -> None:
    made = bitwright.comprehension("for <<_a::size(_n) <- _d>>, do: _a + _n").on(engine)
    assert made.free == ("_d", "_n")
    assert made(_d=b"\x12", _n=4) == [5, 6]


def test_a_name_that_is_not_given_is_named_with_its_place(engine: Any) -> None:
    with pytest.raises(PatternError) as caught:
        bitwright.comprehension("for <<a::size(n) <- d>>, do: a").on(engine)(d=b"")
    assert "undefined variable" in str(caught.value)
    assert caught.value.column == 15


ERRORS: list[tuple[str, dict[str, Any], type[BitwrightError], str]] = [
    ("for <<a <- d>>, do: a", {"d": 5}, ParseError, "not-a-bitstring"),
    ("for a <- d, do: a", {"d": b"ab"}, ParseError, "shape"),
    ("for {a, b} <:= d, do: a + b", {"d": [(1, 2), 3]}, ParseError, "mismatch"),
    ("for <<a::16 <:= d>>, do: a", {"d": b"abc"}, ParseError, "truncated"),
    ("for <<1, a <:= d>>, do: a", {"d": b"\1\2\3\4"}, ParseError, "mismatch"),
    ("for <<a <- d>>, {a, b} = a, do: b", {"d": b"a"}, ParseError, "mismatch"),
    ("for <<a <- d>>, reduce: 0 do 5 -> a end", {"d": b"a"}, ParseError, "no-clause"),
    ("for <<a::size(n) <- d>>, do: a", {"d": b"a", "n": 0}, ParseError, "no-progress"),
    ("for <<a <- d>>, do: a / 0", {"d": b"a"}, BuildError, "bad-argument"),
    ("for <<a <- d>>, hd(a), do: a", {"d": b"a"}, BuildError, "bad-argument"),
    ("for <<a <- d>>, into: 5, do: a", {"d": b"a"}, BuildError, "type"),
    ('for <<a <- d>>, into: "", do: a', {"d": b"a"}, BuildError, "type"),
    ("for <<a <- d>>, into: %{}, do: a", {"d": b"a"}, BuildError, "type"),
    ("for <<a <- d>>, into: %{}, do: {[a], a}", {"d": b"a"}, BuildError, "bad-argument"),
    ("for <<a <- d>>, do: <<a::binary>>", {"d": b"a"}, BuildError, "type"),
    ("for x <- 1..3//0, do: x", {}, BuildError, "bad-argument"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values", "error", "code"), ERRORS)
def test_what_raises_there_raises_here(text: str, values: dict[str, Any], error: type[BitwrightError], code: str, engine: Any) -> None:
    with pytest.raises(error) as caught:
        bitwright.comprehension(text).on(engine)(**values)
    assert caught.value.code == code


def test_what_a_strict_one_made_before_is_not_lost_in_the_message(engine: Any) -> None:
    with pytest.raises(ParseError) as caught:
        bitwright.comprehension("for <<a, 7 <:= d>>, do: a").on(engine)(d=b"\1\7\2\7\3\x08")
    assert caught.value.bit_offset == 40


def test_a_long_range_is_not_made_a_list(engine: Any) -> None:
    made = bitwright.comprehension("for x <- 1..n, x > 3, reduce: 0 do acc when acc > 9 -> acc\n acc -> acc + x end").on(engine)
    assert made(n=20) == 15


def test_an_inner_one_sees_the_variables_around_it(engine: Any) -> None:
    text = 'for <<n, s::binary-size(n) <- d>>, do: {n, for(<<c <- s>>, c != n, into: "", do: <<c + n>>)}'
    made = bitwright.comprehension(text).on(engine)
    assert made(d=b"\2\1\2\1\5") == [(2, b"\3"), (1, b"\6")]


VALUES: list[Any] = [b"", b"\1\2\3", bytes(range(40)), 0, 3, -1, 1.5, "atom", None, True, [], [1, b"a", (1, 2)], {}, {1: 2}, (1,), range(3)]


def test_every_text_with_any_values_gives_a_result_or_a_typed_error(engine: Any) -> None:
    chosen = random.Random(7)
    for text in TEXTS:
        try:
            made = bitwright.comprehension(text).on(engine)
        except PatternError:
            continue
        for _ in range(4):
            with contextlib.suppress(ParseError, BuildError):
                made.of({name: chosen.choice(VALUES) for name in made.free})


PIECES = re.findall(r"\w+|[^\w\s]+|\s+", " ".join(TEXTS[::7]))


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.integers(0, len(TEXTS) - 1), st.integers(0, 60))
def test_any_text_is_a_comprehension_or_a_pattern_error(pieces: list[str], index: int, at: int) -> None:
    text = TEXTS[index][:at] + "".join(pieces) + TEXTS[index][at:]
    with contextlib.suppress(PatternError, ParseError, BuildError):
        made = bitwright.comprehension(text)
        if ".." not in text:  # a long range would take as long as it takes
            made.of(dict.fromkeys(made.free, b"\1\2\3"))


def test_a_value_may_have_any_name(engine: Any) -> None:
    assert bitwright.comprehension("for <<a::size(self) <- values>>, do: a").on(engine)(self=16, values=b"\0\1\0\2") == [1, 2]
