"""Why a pattern does not match: the segment, the bit, what was expected, and how many bits are missing."""

from __future__ import annotations

from typing import Any

import pytest
from bitstring import Bits

import bitwright
from bitwright.errors import MATCH_CODES

# pattern, data, bindings, code, segment, bit, sentence
REFUSALS: list[tuple[str, Any, dict[str, Any], str, int | None, int | None, str]] = [
    ("<<a::4, b::12, c>>", b"\x12", {}, "truncated", 2, 4, "needs at least 16 more bits for segment 2 `b` at bit 4: takes 12 bits, 4 left"),
    ("<<n, body::binary-size(n), crc::16>>", b"\x03ab", {}, "truncated", 2, 8,
     "needs at least 24 more bits for segment 2 `body` at bit 8: takes 24 bits, 16 left"),
    ("<<1, 2::4, op::4>>", b"\x01\x35", {}, "mismatch", 2, 8, "segment 2 `2::4` at bit 8: expected 2, got 3"),
    ('<<"GET ", r::binary>>', b"PUT /", {}, "mismatch", 1, 0, 'segment 1 `"GET "` at bit 0: expected "GET ", got "PUT "'),
    ("<<a, b, a>>", b"\1\2\3", {}, "mismatch", 3, 16, "segment 3 `a` at bit 16: expected 1, got 3"),
    ("<<^id::16>>", b"\0\1", {"id": 2}, "mismatch", 1, 0, "segment 1 `id` at bit 0: expected 2, got 1"),
    ("<<a, b>>", b"abc", {}, "unconsumed", None, 16,
     "8 bits left behind the last segment at bit 16; `b` without a type is one byte: did you mean `b::binary`?"),
    ("<<a, b::4>>", b"abc", {}, "unconsumed", None, 12, "12 bits left behind the last segment at bit 12"),
    ("<<a, rest::binary>>", Bits(bin="000000011"), {}, "ragged", 2, 8,
     "segment 2 `rest` at bit 8: has 1 bit, which is no multiple of 8"),
    ("<<n, body::binary-size(n - 4)>>", b"\x02ab", {}, "bad-size", 2, 8, "segment 2 `body` at bit 8: its size is -16 bits, as n is 2"),
    ("<<a::size(n)>>", b"a", {"n": 1.0}, "bad-size", 1, 0, "as n is 1.0"),
    ("<<a::size(div(8, n))>>", b"a", {"n": 0}, "bad-argument", 1, 0, "as n is 0"),
    ("<<f::float-32>>", bytes.fromhex("7fc00000"), {}, "bad-float", 1, 0, "segment 1 `f` at bit 0: is no number"),
    ("<<c::utf8, d::utf8>>", b"a\xff", {}, "bad-utf", 2, 8, "segment 2 `d` at bit 8: is no code point in utf8"),
    ("<<t, n>> when t > 9 and n < most", b"\3\4", {"most": 8}, "guard", None, None,
     "the guard `when t > 9 and n < most` does not hold, as t is 3 and n is 4 and most is 8"),
    ("<<a>>", 5, {}, "not-a-bitstring", None, None, "takes a bitstring, and 5 is none"),
    ("<<a>>", "abc", {}, "not-a-bitstring", None, None,
     "takes a bitstring, and :abc is none: a str is an atom; encode() it, or make bytes of hex text with bytes.fromhex()"),
    ("{:tcp, <<a>>}", ("udp", b"a"), {}, "mismatch", None, None, "expected :tcp, got :udp"),
    ("{a, b}", (1, 2, 3), {}, "shape", None, None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "data", "given", "code", "segment", "bit", "sentence"), REFUSALS)
def test_a_refusal(
    text: str, data: Any, given: dict[str, Any], code: str, segment: int | None, bit: int | None, sentence: str, engine: Any
) -> None:
    pattern = bitwright.pattern(text).on(engine)
    assert pattern.match(data, **given) is None
    found = pattern.explain(data, **given)
    assert not found.matched
    assert found.bindings is None
    assert (found.code, found.segment, found.bit_offset) == (code, segment, bit)
    assert found.code in MATCH_CODES
    assert sentence in str(found)
    assert str(found).isprintable()


def test_the_numbers_of_a_refusal() -> None:
    pattern = bitwright.pattern("<<1, n, body::binary-size(n), crc::32>>")
    cut = pattern.explain(b"\x01\x05ab")
    assert cut.needed_bits == 24 + 32
    assert (cut.name, cut.expected, cut.got) == ("body", None, None)
    wrong = pattern.explain(b"\x02\x05ab")
    assert (wrong.expected, wrong.got, wrong.name, wrong.needed_bits) == (1, 2, "", None)


@pytest.mark.parametrize("size", range(12))
def test_so_many_bits_more_may_be_enough_and_fewer_never_are(size: int) -> None:
    pattern = bitwright.pattern("<<n, body::binary-size(n), crc::32>>")
    whole = b"\x07abcdefg1234"
    found = pattern.explain(whole[:size])
    assert found.code == "truncated"
    assert found.needed_bits is not None
    assert found.needed_bits == (8 * (12 - size) if size else 40)


def test_a_match_is_explained_too() -> None:
    found = bitwright.pattern("<<1, n, _::4, a::4, rest::bits>>").explain(Bits(hex="01021fabc"))
    assert found.matched
    assert found.code == ""
    assert found.bindings == {"n": 2, "a": 15, "rest": Bits(hex="abc")}
    assert found.table().splitlines() == [
        "bits    segment     value",
        "0..8    1           1",
        "8..16   n           2",
        "16..20  _::4",
        "20..24  a::4        15",
        "24..36  rest::bits  <<171, 12::size(4)>>",
        "matches: 5 segments",
    ]


def test_the_table_of_a_refusal_ends_where_it_fails() -> None:
    found = bitwright.pattern("<<a, 2, c>>").explain(b"\x01\x03\x04")
    assert found.table().splitlines() == [
        "bits  segment  value",
        "0..8  a        1",
        "8..   2        <-- here",
        "segment 2 `2` at bit 8: expected 2, got 3",
    ]


def test_segments_of_several_bitstrings_are_told_apart() -> None:
    pattern = bitwright.pattern("{<<a, b>>, <<c, d::4, _::4>>}")
    assert [row.segment.name for row in pattern.explain((b"ab", b"cd")).rows] == ["a", "b", "c", "d", ""]
    refused = pattern.explain((b"ab", b"c"))
    assert (refused.code, refused.segment, refused.name) == ("truncated", 2, "d")


def test_nothing_from_the_data_reaches_a_terminal_or_a_page() -> None:
    found = bitwright.pattern('<<"ok", r::binary>>').explain(b"\x1b[31m<b>")
    assert str(found).isprintable()
    assert all(line.isprintable() for line in found.table().splitlines())
    assert "<b>" not in bitwright.pattern("<<r::binary>>").explain(b"<b>")._repr_html_()


def test_huge_values_are_shown_in_short() -> None:
    pattern = bitwright.pattern("<<a::size(n)>> when a == 0")
    found = pattern.explain(b"\xff" * 9000, n=72000)
    assert found.code == "guard"
    assert len(str(found)) < 300


def test_explaining_is_the_same_on_every_engine() -> None:
    for text, data, given, *_ in REFUSALS:
        pattern = bitwright.pattern(text)
        assert pattern.on("interp").explain(data, **given) == pattern.on("python").explain(data, **given)


def test_an_atom_where_erlang_wants_a_variable_is_pointed_out(engine: Any) -> None:
    found = bitwright.pattern("<<a:8, B>>", dialect="erlang").on(engine).explain(b"ab")
    assert str(found) == "segment 1 `a:8` at bit 0: expected a, got 97; `a` is an atom: a variable begins with a capital letter"
    assert "atom" not in str(bitwright.pattern("<<3:8, B>>", dialect="erlang").on(engine).explain(b"ab"))
