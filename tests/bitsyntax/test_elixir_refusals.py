"""Elixir's syntax: what is refused, which column is shown, and what is advised."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from bitwright.bitsyntax import parse_comprehension, parse_construction, parse_pattern
from bitwright.bitsyntax.scope import bound_variables, free_variables
from bitwright.bitsyntax.token_cursor import MOST_NESTED
from bitwright.errors import BitwrightError, PatternError


def refused(read: Callable[..., Any], text: str, message: str, column: int, advice: str, **options: bool) -> None:
    """Check what is said about a text, and where."""
    with pytest.raises(PatternError) as caught:
        read(text, **options)
    error = caught.value
    assert (error.column, message in error.message, advice in error.advice) == (column, True, True), str(error)


SPECIFIERS = [
    ("<<x::n>>", "unknown bitstring specifier: n", 6, "write size(n)"),
    ("<<n, x::binary-n>>", "unknown bitstring specifier: n", 16, "write size(n)"),
    ("<<x::foo(1)>>", "unknown bitstring specifier: foo", 6, "known are integer"),
    ("<<x::binry>>", "unknown bitstring specifier: binry", 6, "did you mean binary?"),
    ("<<x::Binary>>", "unknown bitstring specifier: Binary", 6, "did you mean binary?"),
    ("<<x::litle-16>>", "unknown bitstring specifier: litle", 6, "did you mean little?"),
    ("<<x::16-unsinged>>", "unknown bitstring specifier: unsinged", 9, "did you mean unsigned?"),
    ("<<x::int>>", "unknown bitstring specifier: int", 6, "did you mean integer?"),
    ("<<x::string>>", "unknown bitstring specifier: string", 6, "did you mean binary?"),
    ("<<x::u16>>", "unknown bitstring specifier: u16", 6, "did you mean 16?"),
    ("<<x::uint16>>", "unknown bitstring specifier: uint16", 6, "did you mean 16?"),
    ("<<x::int32_le>>", "unknown bitstring specifier: int32_le", 6, "did you mean signed-32-little?"),
    ("<<x::float32>>", "unknown bitstring specifier: float32", 6, "did you mean float-32?"),
    ("<<x::bytes4>>", "unknown bitstring specifier: bytes4", 6, "did you mean binary-size(4)?"),
    ("<<x::little_endian>>", "unknown bitstring specifier: little_endian", 6, "did you mean little?"),
    ("<<x::be-16>>", "unknown bitstring specifier: be", 6, "did you mean big?"),
    ("<<x::size>>", "unknown bitstring specifier: size", 6, "size(n)"),
    ("<<x::size()>>", "unknown bitstring specifier: size()", 6, "write size(n)"),
    ("<<x::size(1, 2)>>", "size takes one argument", 12, "size(n)-unit(m)"),
    ("<<x::binary(4)>>", "unknown bitstring specifier: binary(...)", 6, "write binary-size(...)"),
    ("<<x::utf8(4)>>", "unknown bitstring specifier: utf8(...)", 6, "write utf8"),
    ("<<x::_>>", "unknown bitstring specifier: _", 6, ""),
    ("<<x::8.0>>", "unknown bitstring specifier: 8.0", 6, "whole number"),
    ('<<x::"8">>', 'unknown bitstring specifier: "8"', 6, ""),
    ("<<x::n + 1>>", "unexpected +", 8, "size(...)"),
    ("<<x::8 / 2>>", "unexpected /", 8, "size(...)"),
    ("<<x::8::16>>", "expected , or >>, found ::", 7, ""),
    ("<<x::>>", "unexpected >>", 6, ""),
    ("<<x::8->>", "found ->", 7, ""),
    ("<<x::8--signed>>", "found --", 7, ""),
    ("<<x::8\n-signed>>", "found -", 1, ""),
    ("<<x::8\n+signed>>", "unexpected +", 1, ""),
    ("<<x::binary -8>>", "binary -8 reads as a call of binary", 13, "write binary - ..."),
    ("<<n, x::size(n -1)>>", "n -1 reads as a call of n", 16, "write n - ..."),
    ("<<x::unit(8)>>", "require a size specifier if the unit specifier is given", 6, "write size(8)"),
    ("<<x::_*8>>", "require a size specifier if the unit specifier is given", 8, "write size(8)"),
    ("<<x::float-unit(64)>>", "require a size specifier", 12, "write size(64)"),
    ("<<x::size(1)-unit(0)>>", "a unit is a number from 1 to 256", 14, ""),
    ("<<x::size(1)-unit(257)>>", "a unit is a number from 1 to 256", 14, ""),
    ("<<n, x::size(1)-unit(n)>>", "unit in bitstring expects an integer as argument", 22, "what varies is the size"),
    ("<<x::2*n>>", "unit in bitstring expects an integer as argument", 8, ""),
    ("<<x::8-16>>", 'conflicting size specification for bit field: "16" and "8"', 8, "one size"),
    ("<<x::size(8)-size(9)>>", 'conflicting size specification for bit field: "9" and "8"', 14, ""),
    ("<<n, x::size(n)-size(m)>>", 'conflicting size specification for bit field: "m" and "n"', 17, ""),
    ("<<x::2*4-unit(2)>>", 'conflicting unit specification for bit field: "2" and "4"', 10, ""),
    ("<<x::signed-unsigned>>", 'conflicting sign specification for bit field: "unsigned" and "signed"', 13, "keep one"),
    ("<<x::native-little>>", 'conflicting endianness specification for bit field: "little" and "native"', 13, "keep one"),
    ("<<x::utf16-utf8>>", 'conflicting type specification for bit field: "utf8" and "utf16"', 12, "keep one"),
    ("<<x::bytes-bits>>", 'conflicting type specification for bit field: "bitstring" and "binary"', 12, ""),
    ("<<x::bits-unit(8)>>", 'conflicting unit specification for bit field: "8" and "1"', 11, "binary-unit(8)"),
    ("<<x::float-8>>", "float requires size*unit to be 16, 32, or 64 (default), got: 8", 12, "float-32"),
    ("<<x::float-size(0)>>", "got: 0", 12, ""),
    ("<<x::float-99999999999999999999>>", "got: a huge number", 12, ""),
    ("<<x::signed-binary>>", "signed and unsigned specifiers are supported only on integer and float types", 6, "leave signed out"),
    ("<<x::utf8-unsigned>>", "signed and unsigned specifiers are supported only on", 11, "leave unsigned out"),
    ("<<x::utf8-8>>", "size and unit are not supported on utf types", 11, "content"),
    ("<<x::utf16-unit(8)>>", "size and unit are not supported on utf types", 12, "content"),
    ('<<"ab"::8>>', "literal string in bitstring supports only", 9, "leave the size out"),
    ('<<"ab"::signed>>', "literal string in bitstring supports only", 9, ""),
    ('<<"ab"::binary-size(1), r::binary>>', "literal string in bitstring supports only", 16, ""),
    ('<<"ab"::integer>>', 'conflicting type specification for bit field: "integer" and "binary"', 9, "a string is a binary"),
    ('<<"\\xFF"::utf16>>', "the string is not valid UTF-8", 3, "as numbers"),
    ("<<1.5::integer>>", 'conflicting type specification for bit field: "integer" and "float"', 8, "without a fraction"),
    ("<<1::binary>>", 'conflicting type specification for bit field: "binary" and "integer"', 6, ""),
    ("<<1.0::utf8>>", 'conflicting type specification for bit field: "utf8" and "float"', 8, ""),
    ("<<a, <<b>>::binary-size(1)>>", "literal <<>> in bitstring supports only type specifiers", 20, "leave the size out"),
    ("<<a, <<b>>::integer>>", 'conflicting type specification for bit field: "integer" and "bitstring"', 13, "bits or binary"),
    ("<<x::leb128>>", "leb128 is no specifier of the dialect", 6, "extended=True"),
    ("<<x::float-nonfinite>>", "nonfinite is no specifier of the dialect", 12, "extended=True"),
]
PATTERNS = [
    ("<<a::binary, b>>", "a binary field without size is only allowed at the end", 3, "extended=True"),
    ("<<a::binary, b::binary>>", "a binary field without size is only allowed at the end", 3, "write a size"),
    ("<<a, <<b::bits>>::bits, c>>", "a binary field without size is only allowed at the end", 8, ""),
    ("<<a, <<b::binary>>, c>>", "a binary field without size is only allowed at the end", 8, ""),
    ("<<_::binary, 0>>", "a binary field without size is only allowed at the end", 3, ""),
    ('a <> "b"', "cannot perform prefix match because the left operand of <> has unknown size", 1, "<<a::binary-size(n), ...>>"),
    ('_ <> "b"', "cannot perform prefix match", 1, ""),
    ('<<a::bits>> <> "b"', "a binary field without size is only allowed at the end", 3, ""),
    ('1 <> "b"', "expected binary argument in <> operator", 1, ""),
    ("\"a\" <> 'b'", "expected binary argument in <> operator", 8, ""),
    ("<<a, <<b::3, c::4>>::binary, d::1>>", "to be a binary but its number of bits is not divisible by 8", 6, "::bits"),
    ('"ab" <> <<c::4>>', "to be a binary but its number of bits is not divisible by 8", 9, "::bits"),
    ("<<a, <<n, b::size(n)>>::binary, d>>", "the length of the nested <<>> may be no multiple of 8 bits", 6, "::bits"),
    ("<<1 + 1, x>>", "cannot invoke +/2 inside a match", 3, "in a guard"),
    ("a + 1", "cannot invoke +/2 inside a match", 1, ""),
    ("<<-x>>", "cannot invoke -/1 inside a match", 3, ""),
    ('"a#{b}"', "cannot invoke to_string/1 inside a match", 5, ""),
    ("byte_size(x)", "cannot invoke byte_size/1 inside a match", 1, ""),
    ("<<:a>>", "invalid literal :a in <<>>", 3, "a number, a string or a bitstring"),
    ("<<nil>>", "invalid literal nil in <<>>", 3, ""),
    ("<<[a]>>", "invalid literal in <<>>: a list", 3, ""),
    ("<<'ab'>>", "invalid literal in <<>>: a list", 3, ""),
    ("<<{a}>>", "invalid literal in <<>>: a tuple", 3, ""),
    ("<<a = 1>>", "cannot pattern match inside a bitstring that is already in match", 3, "match the whole"),
    ("<<a = 1::8>>", "cannot pattern match inside a bitstring", 3, ""),
    ("a ++ [1]", "invalid argument for ++ operator inside a match", 1, "[head | tail]"),
    ("%{k => v}", "cannot use variable k as map key inside a pattern", 3, "write ^k"),
    ("%{<<1>> => v}", "map keys in patterns can only be literals", 3, "the string itself"),
    ("%{_ => v}", "cannot use _ as map key", 3, ""),
    ("%{a + 1 => v}", "map keys in patterns can only be literals or a pinned variable", 3, ""),
    ("1..x", "cannot be matched", 1, "in a guard"),
    ("for <<a <- b>>, do: a", "cannot be matched", 1, ""),
    ("{n, <<d::binary-size(n)>>}", 'undefined variable "n"', 22, "size(^n)"),
    ("<<n, <<d::binary-size(n)>>::binary>>", 'undefined variable "n"', 23, ""),
    ("<<n>> = <<n, d::binary-size(n)>>", 'undefined variable "n"', 29, ""),
    ("<<n::size(n)>>", 'undefined variable "n"', 11, "cannot be its own size"),
    ("<<x::size(foo(1))>>", "undefined function foo/1", 11, "only functions of the language"),
    ("<<x::size(byte_siz(y))>>", "undefined function byte_siz/1", 11, "did you mean byte_size?"),
    ("<<x::size(rem(y))>>", "undefined function rem/1", 11, "rem takes 2 arguments"),
    ("<<x::size(String.length(y))>>", "cannot invoke remote function String.length/1 inside a bitstring size specifier", 11, "compute it"),
    ("<<x::size(if y, do: 1)>>", "if is not allowed there", 11, ""),
    ("<<x::size(_)>>", "invalid use of _", 11, ""),
    ("<<x::size(y = 1)>>", "no expression", 11, "compare with =="),
    ("<<a>> when a && b", "&& is not allowed there", 12, "write and"),
    ("<<a>> when !a", "! is not allowed there", 12, "write not"),
    ("<<a>> when if(a, do: true)", "if is not allowed there", 12, ""),
    ("<<a>> when a in b", 'invalid right argument for operator "in"', 17, ""),
    ("<<a>> when a == ^b", "cannot use ^b outside of match clauses", 17, "write b"),
    ("<<a>> when _", "invalid use of _", 12, ""),
    ("<<a>> when a = 1", "stands in no expression", 12, "compare with =="),
    ("<<a>> when String.length(a) == 1", "cannot invoke remote function String.length/1 inside guards", 12, ""),
    ("^1", "invalid argument for unary operator ^, expected an existing variable, got: 1", 2, ""),
    ("<<^_>>", "invalid argument for unary operator ^", 4, ""),
    ("<<a>> when a > 1 and", "unexpected end of the text", 21, "right of and"),
    ("<<a>> when a & 1", "unexpected &", 14, "&&&"),
    ("for <<a <- b>>, do: a", "cannot be matched", 1, "comprehension()"),
]
WORDS = [
    ("", "the text is empty", 1, "write a pattern"),
    ("  # nothing", "the text is empty", 12, "write a pattern"),
    ("<<a>", "unexpected end of the text", 5, "ends too early"),
    ("<<a::>>", "unexpected >>", 6, "behind ::"),
    ("<<fin::1, in::3>>", "unexpected in", 11, "write in_"),
    ("<<not::3>>", "unexpected ::", 6, "write not_"),
    ("<<Type::8>>", "invalid literal Type in <<>>", 3, "small letter: type"),
    ("<<FF>>", "invalid literal FF in <<>>", 3, "0xFF"),
    ("<<a>> if a > 1", "unexpected if", 7, "begins with when"),
    ("<<a.b>>", "expected , or >>, found .", 4, "no dots"),
    ("<<a>>, <<b>>", "unexpected ,", 6, "Clauses"),
    ("<<a", "expected , or >>, found the end", 4, "ends too early"),
    ("<<a>> b", "unexpected b", 7, ""),
    ("<<a>>>", "unexpected end of the text", 7, "write a space"),
    ("<<a b>>", "expected , or >>, found b", 5, "is a comma missing?"),
    ("<<a,,b>>", "unexpected ,", 5, "too many"),
    ("<<,>>", "unexpected ,", 3, ""),
    ("<<a, <<b>>>>", "unexpected >", 12, "write a space"),
    ("<<<<a>>, b>>", "unexpected <<<", 1, "write a space"),
    ("<<a: 8>>", "unexpected", 3, "follow ::"),
    ("<<x:8>>", "unexpected :", 4, "follow ::"),
    ("<<X:8/binary>>", "unexpected :", 4, 'dialect="erlang"'),
    ("a::8", "unexpected ::", 2, "within <<>>"),
    ("<<a <- b>>", "a generator can only stand directly in for", 5, "write for"),
    ("x <- y", "unexpected <-", 3, "stands in for"),
    ("<<1e5>>", "no number", 3, "1.0e10"),
    ("<<0Xff>>", "no number", 3, ""),
    ("<<1__0>>", "no number", 3, ""),
    ("<<0b12>>", "no number", 3, ""),
    ("<<8bit>>", "no number", 3, "cannot begin with a digit"),
    ("<<1.0e999>>", "invalid float number 1.0e999", 3, "1.79"),
    ("<<" + "9" * 100_001 + ">>", "more than 100000 digits", 3, "0x"),
    ("<<0x" + "9" * 100_001 + ">>", "more than 100000 digits", 3, ""),
    ('<<"ab', "the string is not closed", 3, ""),
    ("'ab", "the string is not closed", 1, ""),
    ('"\\u12"', "invalid escape", 2, r"\uHHHH"),
    ('"a\\xZ"', "invalid escape", 3, r"\xHH"),
    ('"\\uD800"', "invalid or reserved Unicode code point", 2, ""),
    ('"\\u{110000}"', "invalid or reserved Unicode code point", 2, ""),
    ('"\ud800"', "a lone surrogate is no character", 1, "as numbers"),
    ("?", "a character is missing", 1, r"?\s"),
    ("<<?ab>>", "expected , or >>, found b", 5, ""),
    ("~w(a b)", "of all sigils only ~s and ~c are understood", 1, ""),
    ('"""\nab', "the string is not closed", 3, ""),
    ('"""\nab"""', "stands on a line of its own", 1, ""),
    ('"""\n#{a}\n"""', "#{} cannot stand in a heredoc", 1, "<>"),
    ('"a#{b"', "#{ is not closed", 3, "<>"),
    ('"a#{b c}"', "unexpected c", 7, ""),
    ('"a#{}"', "the text is empty", 5, ""),
    ("'a#{b}'", "#{} cannot stand here", 3, ""),
    ("<<É>>", "É is no name", 3, "small letter"),
    ("<<²>>", "² is no name", 3, ""),
    ("<<a\u0301>>", "unexpected", 4, ""),
    ("<<a, $>>", "unexpected $", 6, ""),
    ("%S{a: 1}", "structs are not understood", 2, ""),
    ("%{m | a: 1}", "a map cannot be updated here", 5, ""),
    ("[a: 1, b]", "unexpected expression after keyword list", 8, ""),
    ("abs(a, )", "unexpected )", 8, "no comma"),
    ("&(&1)", "unexpected &", 1, "no values"),
    ("{a", "expected }, found the end", 3, ""),
    ("(a", "expected ), found the end", 3, ""),
    ("1..2//3//4", "the range step operator (//) must immediately follow", 8, ""),
]
BUILDING = [
    ("<<_>>", "invalid use of _", 3, "give it a name"),
    ("<<^x>>", "cannot use ^x outside of match clauses", 3, "write x"),
    ('<<"ab"::16>>', "literal string in bitstring supports only", 9, ""),
    ("<<[1]>>", "invalid literal in <<>>: a list", 3, ""),
    ("<<:a>>", "invalid literal :a in <<>>", 3, ""),
    ("<<1, <<a::3>>::binary>>", "to be a binary but its number of bits is not divisible by 8", 6, ""),
    ("a = 1", "stands in no expression", 1, ""),
    ("<<a>> when a", "unexpected when", 7, ""),
    ("foo(1)", "undefined function foo/1", 1, ""),
    ("String.lenght(a)", "undefined function String.lenght/1", 8, "did you mean String.length?"),
    ("String.length(a, b)", "undefined function String.length/2", 8, "takes 1 argument"),
    ("a |> abs() + 1", "cannot pipe into +", 12, "parentheses"),
    ("a |> 5", "expected a call behind |>", 6, ""),
    ("if a, then: b", "takes do: and else:", 1, ""),
    ("if(a) b", "expected do, found b", 7, ""),
]
COMPREHENSIONS = [
    ("<<a>>", "a comprehension begins with for", 1, "write for"),
    ("for a > 1, do: a", "for has to begin with a generator", 1, "write for"),
    ("for do: a", "for has to begin with a generator", 1, ""),
    ("for <<a <- b>>", "expected do:, or do ... end", 15, ""),
    ("for <<a::binary <- b>>, do: a", "never allowed in binary generators", 7, "the pattern is repeated"),
    ("for <<a, r::bits <- b>>, do: a", "never allowed in binary generators", 10, ""),
    ("for <<a <- b, c>>, do: a", "expected >> behind the source", 13, ""),
    ("for <<1 + 1 <- b>>, do: a", "cannot invoke +/2 inside a match", 7, ""),
    ("for x <- l, foo: 1, do: x", "unsupported option foo given to for", 13, "into:"),
    ("for x <- l, into: a, into: b, do: x", "into: is given twice", 22, ""),
    ("for x <- l, uniq: 1, do: x", "only accepts a boolean", 13, ""),
    ("for x <- l, reduce: 0, into: [], do: (a -> a)", "cannot use :reduce alongside :into/:uniq", 1, ""),
    ("for x <- l, reduce: 0, do: x", "acc -> expr clauses", 24, ""),
    ("for x <- l, reduce: 0 do a end", "expected ->, found end", 28, "acc -> expression"),
    ("for x <- l, reduce: 0 do end", "for with reduce: needs clauses", 1, ""),
    ("for x <- l do a -> a end", "clauses stand only behind reduce:", 17, ""),
    ("for x <- l do a; b end", "only one expression can stand here", 16, ""),
    ("for x <- l, reduce: 0 do a -> ^a end", "cannot use ^a outside of match clauses", 31, ""),
    ("for x <- ^l, do: x", "cannot use ^l outside of match clauses", 10, ""),
    ("for <<a <- b>>, do: _", "invalid use of _", 21, ""),
]


@pytest.mark.parametrize(("text", "message", "column", "advice"), SPECIFIERS + PATTERNS + WORDS)
def test_a_pattern_is_refused(text: str, message: str, column: int, advice: str) -> None:
    refused(parse_pattern, text, message, column, advice)


@pytest.mark.parametrize(("text", "message", "column", "advice"), SPECIFIERS + WORDS + BUILDING)
def test_a_construction_is_refused(text: str, message: str, column: int, advice: str) -> None:
    refused(parse_construction, text, message, column, advice)


@pytest.mark.parametrize(("text", "message", "column", "advice"), COMPREHENSIONS)
def test_a_comprehension_is_refused(text: str, message: str, column: int, advice: str) -> None:
    refused(parse_comprehension, text, message, column, advice)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("<<a::binary, b::binary, 1>>", "only one segment can be without size", 3),
        ("<<a::binary, n, b::size(n)>>", "only one segment can be without size", 3),
        ("<<a::binary, c::utf8>>", "only one segment can be without size", 3),
        ("<<a::leb128-8>>", "size and unit are not supported on leb128 types", 13),
        ("<<a::leb128-quic>>", 'conflicting type specification for bit field: "quic" and "leb128"', 13),
        ("<<a::nonfinite>>", "nonfinite is supported only on floats", 6),
        ("<<a::leb128-signed>>", "signed and unsigned specifiers are supported only on", 13),
        ("<<1.5::quic>>", 'conflicting type specification for bit field: "quic" and "float"', 8),
        ("<<a::leb129>>", "unknown bitstring specifier: leb129", 6),
    ],
)
def test_what_goes_beyond_elixir_has_its_limits(text: str, message: str, column: int) -> None:
    refused(parse_pattern, text, message, column, "", extended=True)


DEEP = [
    "(" * 5000, "<< " * 5000, "- " * 5000 + "1", "1" + " + 1" * 5000, "[" * 5000 + "]" * 5000, "{" * 5000, "%{" * 5000, "not " * 5000 + "a",
    "[]" + " ++ []" * 5000, "a" + " = a" * 5000, "abs(" * 5000, "a" + " |> abs()" * 5000, "if a, do: " * 5000 + "1", "for x <- " * 5000,
    "<<x::" + "(" * 5000 + "8" + ")" * 5000 + ">>", "<<x::a" + "*2" * 5000 + ">>", "<<x::size(a" + " - 1" * 5000 + ")>>",
]  # fmt: skip


@pytest.mark.parametrize("text", DEEP, ids=lambda text: text[:12])
def test_what_is_nested_too_deeply_is_refused(text: str) -> None:
    for read in (parse_pattern, parse_construction, parse_comprehension):
        with pytest.raises(PatternError, match=f"nested more than {MOST_NESTED} deep|begins with for"):
            read(text)


def test_what_is_only_long_is_read() -> None:
    many = ", ".join(f"a{place}::8" for place in range(20_000))
    assert len(bound_variables(parse_pattern(f"<<{many}>>"))) == 20_000
    assert bound_variables(parse_pattern('"a" <> ' * 20_000 + "rest")) == ("rest",)
    assert free_variables(parse_construction("[" + "1, " * 20_000 + "x]")) == ("x",)
    assert bound_variables(parse_pattern("<<x::8" + "-signed" * 20_000 + ">>")) == ("x",)


def test_an_error_shows_the_line_and_a_caret() -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern("<<a::16,\n  b::litle-16, # the second\n  c>>")
    error = caught.value
    assert (error.line, error.column, error.at, error.code) == (2, 6, 14, "pattern")
    assert str(error).splitlines() == [
        "unknown bitstring specifier: litle (line 2, column 6)",
        "    b::litle-16, # the second",
        "       ^",
        "did you mean little?",
    ]


def test_a_caret_stands_right_behind_wide_letters_and_escapes() -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern('<<"日本\x1b\x07", x::n>>')
    _, line, caret, _ = str(caught.value).splitlines()
    assert line == r'  <<"日本\x1b\x07", x::n>>'
    assert caret == " " * (2 + len(r'<<"....\x1b\x07", x::')) + "^"


def test_of_a_long_line_what_is_around_the_place_is_shown() -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern("<<" + "a, " * 1000 + "x::n" + ", b" * 1000 + ">>")
    _, line, caret, _ = str(caught.value).splitlines()
    assert len(line) < 120
    assert line.startswith("  ...")
    assert line.endswith("...")
    assert line[caret.index("^") - 3 :].startswith("x::n, b")


def test_nothing_of_a_text_reaches_a_terminal_unescaped() -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern("<<x::\x1b[31m\u202e>>")
    assert str(caught.value).replace("\n", "").isprintable()


def test_an_error_survives_pickling() -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern("<<x::n>>")
    error = caught.value
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, PatternError)
    assert isinstance(again, ValueError)
    assert isinstance(again, BitwrightError)
    assert (str(again), again.text, again.column, again.advice) == (str(error), error.text, error.column, error.advice)


def test_there_are_two_dialects() -> None:
    with pytest.raises(PatternError, match="there is no dialect 'lisp'"):
        parse_pattern("<<a>>", "lisp")
