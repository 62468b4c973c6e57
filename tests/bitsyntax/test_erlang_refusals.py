"""Erlang's syntax: what is refused, and which column is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bitwright.bitsyntax import erlang, parse_pattern
from bitwright.errors import PatternError


def refused(text: str, message: str, column: int, advice: str = "", *, pattern: bool = True) -> None:
    """Check what is said about a text, and where."""
    read: Callable[[str], object] = erlang.parse_pattern if pattern else erlang.parse_construction
    with pytest.raises(PatternError) as caught:
        read(text)
    error = caught.value
    assert (error.column, message in error.message, advice in error.advice) == (column, True, True), str(error)


@pytest.mark.parametrize(
    ("text", "message", "column", "advice"),
    [
        ("", "the text is empty", 1, "write a pattern"),
        ("<<A:N*8/bits>>", "syntax error before *", 6, "in parentheses"),
        ("<<A:8/integer/little>>", "syntax error before /", 14, "joined by -"),
        ("<<A/8>>", "syntax error before 8", 5, "stands behind :"),
        ("<<0xFF>>", "syntax error before xFF", 4, "16#FF"),
        ("<<A>> when A => 1", "syntax error before =>", 14, ">="),
        ("<<A>> when A <= 1", "syntax error before <=", 14, "=<"),
        ("<<A>> when A != 1", "syntax error before !", 14, "=/="),
        ("<<A>> when A == 1 and A == 2", "syntax error before ==", 25, "andalso"),
        ("<<A>> if A", "syntax error before if", 7, "when"),
        ("<<A", "syntax error before the end", 4, ""),
        ("<<A>>.", "before .", 6, "no full stop"),
        ("<<A,>>", "before >>", 5, ""),
        ("<<A B>>", "before B", 5, "comma"),
        ("<<A::8>>", "before ::", 4, 'dialect="elixir"'),
        ("<<1+2:8>>", "before +", 4, ""),
        ("<<N, A:N+1>>", "before +", 9, ""),
        ("<<A:-1>>", "before -", 5, ""),
        ("<<A:8:8>>", "before :", 6, ""),
        ("<<A:_>>", "_ is unbound", 5, ""),
        ("<<A/_>>", "before _", 5, ""),
        ("<<A/integer/little>>", "before /", 12, ""),
        ("<<A/foo>>", "bit type foo undefined", 5, "integer"),
        ("<<A/size:8>>", "bit type size:8 undefined", 5, "before /"),
        ("<<A:4/unit:0>>", "bit type unit:0 undefined", 7, "1 to 256"),
        ("<<A:4/unit:257>>", "bit type unit:257 undefined", 7, "1 to 256"),
        ("<<A/bytes-unit:16>>", "conflict in unit specification: 16 and 8", 11, "binary-unit:16"),
        ("<<A/bits-unit:8>>", "conflict in unit specification: 8 and 1", 10, ""),
        ("<<A/signed-unsigned>>", "conflict in sign specification", 12, ""),
        ("<<A/big-little>>", "conflict in endianness specification", 9, ""),
        ("<<A/binary-integer>>", "conflict in type specification", 12, ""),
        ("<<A/unit:8>>", "a unit without a size", 3, "X:4/unit:8"),
        ("<<A:8/utf8>>", "neither size nor unit", 3, ""),
        ("<<A/utf16-unit:8>>", "neither size nor unit", 3, ""),
        ('<<"ab":16>>', "must not have a type or a size", 3, "utf8"),
        ('<<X, "ab"/little>>', "must not have a type or a size", 6, "utf8"),
        ('<<"é":8/utf8>>', "must not have a type or a size", 3, ""),
        ("<<A/binary, B>>", "only allowed at the end", 3, "extended=True"),
        ("<<_/bits, B/bits>>", "only allowed at the end", 3, ""),
        ("<< <<1>> >>", "illegal pattern", 4, "a number, a variable"),
        ("<<[1]>>", "illegal pattern", 3, ""),
        ("<<{1}>>", "illegal pattern", 3, ""),
        ("<<(A=1)>>", "illegal pattern", 3, ""),
        ("<<(1 div 0)>>", "illegal pattern", 6, ""),
        ("<<(a + 1)>>", "illegal pattern", 6, ""),
        ("<<^A>>", "unexpected ^", 3, "compared"),
        ("<<A/leb128>>", "Erlang has no leb128", 5, "extended=True"),
        ("A =<<B>>", "before <", 5, "blank"),
        ("{A + 1}", "illegal pattern", 4, "when"),
        ("foo(A)", "illegal pattern", 1, "when"),
        ("X ++ [1]", "illegal pattern", 3, "before ++"),
        ("#{a => X}", "illegal pattern: =>", 5, ":="),
        ("#{_ := X}", "_ is unbound", 3, ""),
        ("#{a := X,}", "before }", 10, ""),
        ("#rec{a = 1}", "records", 1, "tuple"),
        ("?MACRO", "before ?", 1, "macro"),
        ("X when", "before the end", 7, ""),
        ("X when X > 1;", "before the end", 14, ""),
        ("X when (X > 1, X < 2)", "before ,", 14, ""),
        ("X when X < 1 < 2", "before <", 14, ""),
        ("X when X > 1 and X < 5", "before <", 20, ""),
        ("X when foo(X)", "no function foo/1", 8, ""),
        ("X when X = 1", "a match", 10, "=:="),
        ("X when [X] ++ [] =:= X", "illegal guard expression: ++", 12, ""),
        ("X when integer_to_binary(X) =:= X", "illegal guard expression", 8, ""),
        ("<<X>> end", "before end", 7, ""),
        ("X when true end X", "before end", 13, ""),
        ("X when begin X end", "begin is not understood", 8, ""),
        ("[1 | 2 | 3]", "before |", 8, ""),
        ("[| X]", "before |", 2, ""),
        ('"abc', "not closed", 1, ""),
        ("'abc", "not closed", 1, ""),
        ("$", "missing behind $", 1, ""),
        ('"\\x4"', "illegal escape", 2, "\\x41"),
        ('"\\x{110000}"', "illegal character", 2, ""),
        ('"\\x{D800}"', "illegal character", 2, ""),
        ("16#", "illegal integer", 1, ""),
        ("37#1", "illegal base '37'", 1, "2 to 36"),
        ("2#3", "illegal integer", 1, "base 2"),
        ("1e3", "before e3", 2, ""),
        ("1.0e400", "illegal float", 1, ""),
        ("1__0", "before __0", 2, ""),
        ("日", "illegal character", 1, "quotes"),
        ("9" * 5000, "5000 digits", 1, ""),
        ("[X || X <- L]", "before ||", 4, ""),
    ],
)
def test_what_the_compiler_refuses(text: str, message: str, column: int, advice: str) -> None:
    refused(text, message, column, advice)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("<<_>>", "_ is unbound", 3),
        ("<<1,>>", "before >>", 5),
        ('<<"ab"/unit:8>>', "a unit without a size", 3),
        ('<<"ab":2/utf8>>', "neither size nor unit", 3),
        ("#{a := 1}", "illegal map: :=", 5),
        ("X = 1", "a match is no expression", 3),
        ("crypto:hash(X)", "no function crypto:hash/1", 8),
        ("case X of 1 -> 2 end", "case is not understood", 1),
        ("binary_part(X, Y)", "{Start, Length}", 1),
        ("[X || X <- L]", "comprehension cannot stand here", 4),
        ("<< <<X>> || X <- L >>", "comprehension cannot stand here", 10),
    ],
)
def test_what_a_construction_cannot_be(text: str, message: str, column: int) -> None:
    refused(text, message, column, pattern=False)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("<<X>>", "no comprehension", 1),
        ("[X || X <= L]", "pattern of bits", 9),
        ("[X || <<X/binary>> <= B]", "fields without size are not allowed", 9),
        ("[X || ]", "before ]", 7),
        ("[[X || X <- L] || L <- LL]", "comprehension cannot stand here", 16),
        ("[X || X + Y <- L]", "illegal pattern", 9),
        ("[X || X <- ]", "before ]", 12),
    ],
)
def test_what_no_comprehension_is(text: str, message: str, column: int) -> None:
    with pytest.raises(PatternError) as caught:
        erlang.parse_comprehension(text)
    assert (caught.value.column, message in caught.value.message) == (column, True)


def test_the_line_counts_in_a_text_of_several() -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern("<<A:8, % the first\n  B:16/little-foo>>", "erlang")
    assert (caught.value.line, caught.value.column) == (2, 15)
    assert str(caught.value).splitlines()[1:3] == ["    B:16/little-foo>>", "                ^"]


def test_a_dialect_that_is_none_is_refused() -> None:
    with pytest.raises(PatternError, match="no dialect 'prolog'"):
        parse_pattern("<<A>>", "prolog")
