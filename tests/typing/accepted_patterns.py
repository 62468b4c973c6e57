"""Bit patterns, as checkers see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_type

import bitwright
from bitwright import Clauses, Explanation, Pattern, PatternError, Struct, case, comprehension, construct, pattern

header = pattern("<<a::4, b::4, rest::binary>>")
assert_type(header, Pattern)
assert_type(bitwright.pattern("<<A:4, B:4>>", dialect="erlang", extended=False, bit_order="lsb"), Pattern)
assert_type(header.match(b"\x12x"), dict[str, Any] | None)
assert_type(header.match(bytearray(b"\x12x"), n=3), dict[str, Any] | None)
assert_type(header.match({"any": "term"}), dict[str, Any] | None)
if (prefix := header.match_prefix(b"\x12x")) is not None:
    assert_type(prefix[0], dict[str, Any])
assert_type(header.explain(b"\x12"), Explanation)
assert_type(header.explain(b"\x12").segment, int | None)
assert_type(header.explain(b"\x12").needed_bits, int | None)
assert_type(pattern("<<a>>").iter(b"ab"), Iterator[dict[str, Any]])
assert_type(header.names, tuple[str, ...])
assert_type(header.segments[0].name, str)
assert_type(header.segments[0].bit_offset, int | None)
assert_type(header.on("interp"), Pattern)
assert_type(header.source(), str)
assert_type(Clauses([header, "<<>>"]).match(b""), tuple[int, dict[str, Any]] | None)
built = construct("<<a + 1::8>>").build(a=1)
assert isinstance(built, bytes)
pairs = comprehension("for <<a <- data>>, do: a")
pairs(data=b"ab")


def handled(data: bytes) -> object:
    return case(data, {"<<1, v::32>>": lambda v: v, pattern("_"): None}, n=1)


try:
    pattern("<<x::n>>")
except PatternError as error:
    assert_type(error.column, int)
    assert_type(error.line, int)
    assert_type(error.text, str)
    assert_type(error.advice, str)


class Empty(Struct):
    """So that this file declares something too."""
