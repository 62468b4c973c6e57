"""Which names a tree binds, and which have to come from outside."""

from __future__ import annotations

import pytest

from bitwright.bitsyntax import parse_comprehension, parse_construction, parse_pattern
from bitwright.bitsyntax.scope import bound_variables, free_places, free_variables


@pytest.mark.parametrize(
    ("text", "bound", "free"),
    [
        ("<<>>", "", ""),
        ("<<b, a::16, _, _x, b>>", "b a _x", ""),
        ("<<n, d::binary-size(n), e::binary-size(m)>>", "n d e", "m"),
        ("<<a::size(n), n::8>>", "a n", "n"),
        ("<<n, a::size(^n + k)>>", "n a", "k n"),
        ("<<^x, ^y::binary, r::binary>>", "r", "x y"),
        ("<<x, ^x>>", "x", "x"),
        ("{n, [a | b], %{^k => <<c>>}} = p", "n a b c p", "k"),
        ("<<a, b>> when a > limit and b in [a, c]", "a b", "c limit"),
        ("<<a>> when {a, [b | c], %{k: d}} == <<e::size(f)>>", "a", "b c d e f"),
        ("<<a, <<b, c::size(b)>>::bits, d::size(a)>>", "a b c d", ""),
        ("x", "x", ""),
        ("_", "", ""),
        ("<<a>> when x in y..z//w", "a", "w x y z"),
    ],
)
def test_the_names_of_a_pattern(text: str, bound: str, free: str) -> None:
    tree = parse_pattern(text)
    assert (bound_variables(tree), free_variables(tree)) == (tuple(bound.split()), tuple(free.split()))


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("<<a + 1::8, b::binary-size(n)>>", "a b n"),
        ("a <> <<b>> <> if(c, do: d, else: <<e::size(f)>>)", "a b c d e f"),
        ("<<(for <<x, y::size(x) <- b>>, do: x + y + z)::bits>>", "b z"),
        ("[a: b, c: {d, [e | f]}]", "b d e f"),
    ],
)
def test_the_names_of_a_construction(text: str, free: str) -> None:
    assert free_variables(parse_construction(text)) == tuple(free.split())


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("for <<a <- b>>, do: a", "b"),
        ("for x <- xs, <<y::size(x), z::size(n) <- x>>, z > limit, into: start, do: {x, y, z, w}", "limit n start w xs"),
        ("for <<a <- b>>, reduce: first do acc when acc > a -> acc; ^a -> c + acc end", "acc b c first"),
        ("for <<a <- b>>, b <- a, do: b", "b"),
        ("for <<^x <- x>>, x = 1, do: x", "x"),
        ("for {k, v} when k > m <- xs, do: for <<k <- v>>, do: k + j", "j m xs"),
    ],
)
def test_the_names_of_a_comprehension(text: str, free: str) -> None:
    assert free_variables(parse_comprehension(text)) == tuple(free.split())


def test_a_free_name_has_the_place_where_it_is_used_first() -> None:
    text = "<<a::size(n), ^x, b::size(n)>> when a > limit"
    assert free_places(parse_pattern(text)) == {"n": text.index("n)"), "x": text.index("^x"), "limit": text.index("limit")}
