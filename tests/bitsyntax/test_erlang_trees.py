"""Erlang's syntax: which tree a text becomes, every default filled in."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from bitwright import terms
from bitwright.bitsyntax import erlang, erlang_functions, parse_pattern
from bitwright.bitsyntax.tree import (
    BitGenerator,
    Bitstring,
    Both,
    Call,
    Filter,
    ListGenerator,
    ListOf,
    Literal,
    MapOf,
    Segment,
    TupleOf,
    Variable,
    Wildcard,
)

NATIVE = "little" if sys.byteorder == "little" else "big"


def bare(node: Any) -> Any:
    """A tree as nested tuples, without places: what a test can write down."""
    match node:
        case Literal(value):
            return value
        case Variable(name):
            return Named(name)
        case Wildcard():
            return Named("_")
        case Call(function, args):
            return (function, *map(bare, args))
        case TupleOf(items):
            return ("{}", *map(bare, items))
        case ListOf(items, tail):
            return [*map(bare, items)] if tail is None else ("[|]", [*map(bare, items)], bare(tail))
        case MapOf(pairs):
            return ("#{}", *((bare(key), bare(value)) for key, value in pairs))
        case Both(left, right):
            return ("=", bare(left), bare(right))
        case Bitstring(segments):
            return ("<<>>", *(bare(segment) for segment in segments))
        case Segment():
            signed = "signed" if node.signed else "unsigned"
            size = None if node.size is None else bare(node.size)
            return (bare(node.value), node.type, size, node.unit, signed, node.order)
        case _:
            raise AssertionError(node)


class Named(str):
    """A variable's name, which is another thing than an atom."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and str.__eq__(self, other)

    __hash__ = str.__hash__


X = Named("X")


def segment(value: Any = X, kind: str = "integer", size: Any = 8, unit: int = 1, signed: str = "unsigned", order: str = "big") -> Any:
    """What `bare` makes of a segment."""
    return (value, kind, size, unit, signed, order)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X", segment()),
        ("X:16", segment(size=16)),
        ("X:16/little-signed", segment(size=16, signed="signed", order="little")),
        ("X/native", segment(order=NATIVE)),
        ("X/signed-signed", segment(signed="signed")),
        ("X/'signed'", segment(signed="signed")),
        ("X:4/unit:8", segment(size=4, unit=8)),
        ("X:4/integer-unit:8-little", segment(size=4, unit=8, order="little")),
        ("X:N", segment(size=Named("N"))),
        ("X:(N * 8)", segment(size=("*", Named("N"), 8))),
        ("X:(byte_size(B) - 1)/binary", segment(kind="binary", size=("-", ("byte_size", Named("B")), 1), unit=8)),
        ("X:$a", segment(size=97)),
        ("X:a", segment(size="a")),
        ("X:2.0", segment(size=2.0)),
        ("X/float", segment(kind="float", size=64)),
        ("X:32/float-little", segment(kind="float", size=32, order="little")),
        ("X/binary", segment(kind="binary", size=None, unit=8)),
        ("X/bytes", segment(kind="binary", size=None, unit=8)),
        ("X/bitstring", segment(kind="binary", size=None)),
        ("X/bits", segment(kind="binary", size=None)),
        ("X/binary-bits", segment(kind="binary", size=None)),
        ("X/binary-bytes", segment(kind="binary", size=None, unit=8)),
        ("X/binary-unit:16", segment(kind="binary", size=None, unit=16)),
        ("X:3/binary-unit:5", segment(kind="binary", size=3, unit=5)),
        ("X:2/bytes-unit:8", segment(kind="binary", size=2, unit=8)),
        ("X/binary-signed-little", segment(kind="binary", size=None, unit=8, signed="signed", order="little")),
        ("X/utf8", segment(kind="utf8", size=None)),
        ("X/utf16-little", segment(kind="utf16", size=None, order="little")),
        ("_:3", segment(Named("_"), size=3)),
        ("(X):3", segment(size=3)),
        ("-1:8/signed", segment(-1, signed="signed")),
        ("+1", segment(1)),
        ("bnot 1", segment(-2)),
        ("(1 bsl 4)", segment(16)),
        ("(1 + 2 * 3):8", segment(7)),
        ("16#FF", segment(255)),
        ("2#1010:4", segment(10, size=4)),
        ("1_000:16", segment(1000, size=16)),
        ("$\\n", segment(10)),
        ("$é", segment(233)),
        ("1.5", segment(1.5)),
        ("a", segment("a")),
        ('"ab"', segment(b"ab", "binary", None, 8)),
        ('"a" "b"', segment(b"ab", "binary", None, 8)),
        ('("ab")', segment(b"ab", "binary", None, 8)),
        ('"é"', segment(b"\xe9", "binary", None, 8)),
        ('"é"/utf8', segment("é".encode(), "binary", None, 8)),
        ('"é"/utf16-little', segment(b"\xe9\0", "binary", None, 8, order="little")),
        ('"\\x{1F600}"/utf32', segment(b"\0\1\xf6\0", "binary", None, 8)),
        ('"\\t\\d\\s\\101\\^A\\q"', segment(b"\t\x7f A\x01q", "binary", None, 8)),
    ],
)
def test_a_segment(text: str, expected: Any) -> None:
    assert bare(parse_pattern(f"<<{text}>>", "erlang").pattern) == ("<<>>", expected)


def test_a_character_beyond_a_byte_never_matches_and_is_cut_off_when_built() -> None:
    pattern = bare(parse_pattern('<<"日a">>', "erlang").pattern)
    assert pattern == ("<<>>", segment(0x65E5), segment(97))
    assert bare(erlang.parse_construction('<<"日a">>')) == ("<<>>", segment(b"\xe5a", "binary", None, 8))


def test_a_string_that_is_built_is_its_characters_each_of_the_type() -> None:
    assert bare(erlang.parse_construction('<<"ab":16/little>>')) == (
        "<<>>", segment(97, size=16, order="little"), segment(98, size=16, order="little"),
    )  # fmt: skip
    assert bare(erlang.parse_construction('<<"a"/float>>')) == ("<<>>", segment(97, "float", 64))
    assert bare(parse_pattern('<<"", X, "">>', "erlang").pattern) == ("<<>>", segment())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<>>", ("<<>>",)),
        ("{X, [1, 'a b' | _], \"ab\"}", ("{}", X, ("[|]", [1, "a b"], Named("_")), [97, 98])),
        ('"ab" ++ X', ("[|]", [97, 98], X)),
        ('"a" ++ "b" ++ X', ("[|]", [97, 98], X)),
        ('"" ++ X', X),
        ("[1] ++ [X]", [1, X]),
        ("#{a := X, K := true, <<1>> := nil}", ("#{}", ("a", X), (Named("K"), True), (("<<>>", segment(1)), None))),
        ("<<X>> = Y = _", ("=", ("<<>>", segment()), ("=", Named("Y"), Named("_")))),
        ("(<<X>>)", ("<<>>", segment())),
        ("[]", []),
        ("{}", ("{}",)),
        ("-1", -1),
        ("1 bsl 65", 1 << 65),
        ("X@1", Named("X@1")),
        ('~"é"', "é".encode()),
        ("<<X % the first\n, _>>", ("<<>>", segment(), segment(Named("_")))),
    ],
)
def test_a_term(text: str, expected: Any) -> None:
    assert bare(parse_pattern(text, "erlang").pattern) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X > 1, X < 5; X =:= 9", [("and", (">", X, 1), ("<", X, 5)), ("===", X, 9)]),
        ("X, Y, Z", [("and", X, ("and", Named("Y"), Named("Z")))]),
        ("X == 1 orelse X /= 2 andalso X =/= 3", [("or", ("==", X, 1), ("and", ("!=", X, 2), ("!==", X, 3)))]),
        ("(X or true) and not X xor X", [("xor", (":erlang.and", (":erlang.or", X, True), ("not", X)), X)]),
        ("1 + 2 * 3 bsl 1 =< - X div 2", [("<=", ("bsl", ("+", 1, ("*", 2, 3)), 1), ("div", ("neg", X), 2))]),
        ("X - 1 - 2 >= 3", [(">=", ("-", ("-", X, 1), 2), 3)]),
        ("element(2, X) =:= element(I, X)", [("===", ("elem", X, 1), ("elem", X, ("-", Named("I"), 1)))]),
        ("is_map_key(a, X)", [("is_map_key", X, "a")]),
        ("map_get(a, X) > 1", [(">", ("Map.fetch!", X, "a"), 1)]),
        ("erlang:is_integer(X)", [("is_integer", X)]),
        ("binary_part(X, {1, 2}) =:= <<X:8>>", [("===", ("binary_part", X, 1, 2), ("<<>>", segment()))]),
        ("size(X) > 1 bor bnot 2", [(">", ("size", X), ("bor", 1, ("bnot", 2)))]),
        ("X =:= -1", [("===", X, -1)]),
    ],
)
def test_guards(text: str, expected: Any) -> None:
    assert [bare(guard) for guard in parse_pattern(f"X when {text}", "erlang").guards] == expected


def test_a_construction_is_an_expression() -> None:
    assert bare(erlang.parse_construction("<<(byte_size(B)):16, (B)/binary, (A + 1):(N)>>")) == (
        "<<>>", segment(("byte_size", Named("B")), size=16), segment(Named("B"), "binary", None, 8),
        segment(("+", Named("A"), 1), size=Named("N")),
    )  # fmt: skip
    assert bare(erlang.parse_construction("<<<<1>>/bits, -X>>")) == (
        "<<>>", segment(("<<>>", segment(1)), "binary", None), segment(("neg", X)),
    )  # fmt: skip
    assert bare(erlang.parse_construction("#{a => lists:sum([1, X])} ")) == ("#{}", ("a", (":lists.sum", [1, X])))


def test_comprehensions() -> None:
    bits = erlang.parse_comprehension("<< <<X:8>> || <<X:4>> <= Bin, X > 3 >>")
    assert bare(bits.into) == b""
    assert bits.body is not None
    assert bare(bits.body) == ("<<>>", segment())
    generator, condition = bits.qualifiers
    assert isinstance(generator, BitGenerator)
    assert not generator.strict
    assert generator.pattern.dialect == "erlang"
    assert (bare(generator.pattern.pattern), bare(generator.source)) == (("<<>>", segment(size=4)), Named("Bin"))
    assert isinstance(condition, Filter)
    assert condition.guard
    assert bare(condition.condition) == (">", X, 3)

    items = erlang.parse_comprehension("[{X, Y} || {X, _} <- L, <<Y>> <:= <<1, 2>>, Z <:- lists:seq(1, X), K := V <- M]")
    assert items.into is None
    first, second, third, fourth = items.qualifiers
    assert isinstance(first, ListGenerator)
    assert not first.strict
    assert bare(first.pattern.pattern) == ("{}", X, Named("_"))
    assert isinstance(second, BitGenerator)
    assert second.strict
    assert isinstance(third, ListGenerator)
    assert third.strict
    assert bare(third.source) == (":lists.seq", 1, X)
    assert isinstance(fourth, ListGenerator)
    assert bare(fourth.pattern.pattern) == ("{}", Named("K"), Named("V"))


def test_places_are_those_of_the_text() -> None:
    text = "{a, <<X:8,\n  Data:(X * 8)/binary>>}"
    whole = parse_pattern(text, "erlang").pattern
    assert isinstance(whole, TupleOf)
    bitstring = whole.items[1]
    assert isinstance(bitstring, Bitstring)
    assert text[bitstring.at : bitstring.end] == "<<X:8,\n  Data:(X * 8)/binary>>"
    assert [text[segment.at : segment.end] for segment in bitstring.segments] == ["X:8", "Data:(X * 8)/binary"]


def test_every_function_of_the_tables_exists_and_takes_so_many_arguments() -> None:
    functions = {**erlang_functions.GUARDS, **erlang_functions.BODIES}
    assert len(functions) > 60
    for (name, arity), canonical in functions.items():
        least, most = terms.arities(canonical)
        given = 3 if (name, arity) == ("binary_part", 2) else arity  # its pair is two arguments
        assert least <= given <= most, name
    for operator in [*(found[2] for found in erlang_functions.BINARY.values()), *erlang_functions.UNARY.values()]:
        assert operator in terms.FUNCTIONS or operator in {"=", "and", "or"}, operator
