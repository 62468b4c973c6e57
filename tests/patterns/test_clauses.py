"""Several patterns tried in order: the first that matches wins, on every engine."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import bitwright
from bitwright import Clauses, ParseError, PatternError

TEXTS = ["<<1, v::32>>", "<<2, n, s::binary-size(n)>>", "<<3::8, x::float-32>>", "<<t, _::bits>> when t > 9", "<<>>", "_"]
ANSWERS: list[tuple[str, int, dict[str, Any]]] = [
    ("01 00000009", 0, {"v": 9}), ("02 03 616263", 1, {"n": 3, "s": b"abc"}), ("02 03 6162", 5, {}), ("03 3fc00000", 2, {"x": 1.5}),
    ("03 7fc00000", 5, {}), ("0a", 3, {"t": 10}), ("", 4, {}), ("01", 5, {}),
]  # fmt: skip


@pytest.mark.parametrize(("digits", "index", "variables"), ANSWERS)
def test_the_first_that_matches_wins(digits: str, index: int, variables: dict[str, Any], engine: Any) -> None:
    clauses = Clauses(TEXTS).on(engine)
    assert clauses.match(bytes.fromhex(digits)) == (index, variables)
    assert clauses.match(bytearray.fromhex(digits)) == (index, variables)


def test_what_no_clause_matches(engine: Any) -> None:
    clauses = Clauses(TEXTS[:-1]).on(engine)
    assert clauses.match(b"\x01") is None
    assert clauses.match("atom") is None
    assert Clauses([]).on(engine).match(b"") is None


def test_the_order_decides_not_the_shape(engine: Any) -> None:
    assert Clauses(["<<a>> when a > 5", "<<3>>", "<<a>>"]).on(engine).match(b"\x03") == (1, {})
    assert Clauses(["<<a>>", "<<3>>"]).on(engine).match(b"\x03") == (0, {"a": 3})
    assert Clauses(["<<3::4, _::4>>", "<<0x30>>"]).on(engine).match(b"\x30") == (0, {})
    assert Clauses(["<<a, b>> when a == b", "<<a, a>>", "<<a, _>>"]).on(engine).match(b"\1\2") == (2, {"a": 1})


def test_a_dispatch_on_many_tags(engine: Any) -> None:
    clauses = Clauses([*(f"<<{tag}, n::{8 * (tag % 3 + 1)}>>" for tag in range(200)), "<<tag, _::binary>>"]).on(engine)
    for tag in range(256):
        data = bytes([tag]) + bytes(tag % 3) + b"\x07"
        assert clauses.match(data) == ((tag, {"n": 7}) if tag < 200 else (200, {"tag": tag}))
        assert clauses.match(data + b"x") == (200, {"tag": tag})


def test_variables_from_outside(engine: Any) -> None:
    clauses = Clauses(["<<^id, a>>", "<<b::size(n), _>>"]).on(engine)
    assert clauses.match(b"\1\2", id=1, n=8) == (0, {"a": 2})
    assert clauses.match(b"\1\2", id=2, n=8) == (1, {"b": 1})
    with pytest.raises(PatternError, match="undefined variable `n`"):
        clauses.match(b"\1\2", id=2)


def test_terms_and_both_dialects_together(engine: Any) -> None:
    clauses = Clauses(["{:ok, <<a>>}", bitwright.pattern("<<A:16/little>>", dialect="erlang"), "[x | _]"]).on(engine)
    assert clauses.match(("ok", b"\1")) == (0, {"a": 1})
    assert clauses.match(b"\1\2") == (1, {"A": 0x201})
    assert clauses.match([1, 2]) == (2, {"x": 1})
    assert Clauses(["<<A:16/little>>"], dialect="erlang").on(engine).match(b"\1\2") == (0, {"A": 0x201})


def test_clauses_are_a_value() -> None:
    clauses = Clauses(TEXTS)
    assert clauses == Clauses(TEXTS)
    assert hash(clauses) == hash(Clauses(TEXTS))
    assert clauses != Clauses(TEXTS[1:])
    assert eval(repr(clauses), {"bitwright": bitwright}) == clauses
    assert pickle.loads(pickle.dumps(clauses)) == clauses
    assert len(clauses) == len(TEXTS)
    with pytest.raises(PatternError):
        Clauses(["<<a>>", "<<a::n>>"])
    with pytest.raises(TypeError, match="in a list"):
        Clauses("<<a>>")


def test_case_calls_the_handler_with_the_variables() -> None:
    handlers: dict[Any, Any] = {"<<1, v::16>>": lambda v: v + 1, bitwright.pattern("<<2, _x, y>>"): lambda y: y, "<<3>>": "three"}
    assert bitwright.case(b"\1\0\7", handlers) == 8
    assert bitwright.case(b"\2\0\7", handlers) == 7
    assert bitwright.case(b"\3", handlers) == "three"
    assert bitwright.case(b"\1\2", {"<<^data, clauses::8>>": lambda clauses: clauses}, data=1) == 2


def test_a_case_that_nothing_matches_says_why() -> None:
    with pytest.raises(ParseError) as caught:
        bitwright.case(b"\3", {"<<1>>": None, "<<a, b>>": None})
    assert caught.value.code == "no-clause"
    assert caught.value.problem.message == (
        "none of the 2 patterns matches; `<<1>>`: segment 1 `1` at bit 0: expected 1, got 3; "
        "`<<a, b>>`: needs at least 8 more bits for segment 2 `b` at bit 8: takes 8 bits, none left"
    )
    with pytest.raises(ParseError, match=r"none of the 20 patterns matches.*; and 12 more"):
        bitwright.case(b"", {f"<<{tag}>>": None for tag in range(20)})


def test_clauses_explain_themselves(engine: Any) -> None:
    found = Clauses(["<<1>>", "<<a>>", "<<a, b>>"]).on(engine).explain(b"\3")
    assert [each.code for each in found] == ["mismatch", "", "truncated"]
