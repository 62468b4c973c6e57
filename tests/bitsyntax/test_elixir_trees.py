"""Elixir's syntax: which tree a text becomes, every default filled in."""

from __future__ import annotations

import sys

import pytest

from bitwright.bitsyntax import parse_comprehension, parse_construction, parse_pattern
from bitwright.bitsyntax.tree import Bitstring
from tests.bitsyntax.written import written

NATIVE = " little" * (sys.byteorder == "little")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("<<>>", "<<>>"),
        ("<<a>>", "<<a/integer:8>>"),
        ("<< a , b , >>", "<<a/integer:8, b/integer:8>>"),
        ("<<a::16, _::4, _x::4>>", "<<a/integer:16, _/integer:4, _x/integer:4>>"),
        ("<<x::little-signed-12>>", "<<x/integer:12 signed little>>"),
        ("<<x::8-integer-big-unsigned>>", "<<x/integer:8>>"),
        ("<<x::native>>", "<<x/integer:8 little>>"),
        ("<<x::size(3)-unit(5)>>", "<<x/integer:3*5>>"),
        ("<<x::3*5>>", "<<x/integer:3*5>>"),
        ("<<x::signed-2*8>>", "<<x/integer:2*8 signed>>"),
        ("<<n, x::n*8>>", "<<n/integer:8, x/integer:n*8>>"),
        ("<<n, m, x::n*m*8>>", "<<n/integer:8, m/integer:8, x/integer:*(n, m)*8>>"),
        ("<<n, x::(n + 1)*8>>", "<<n/integer:8, x/integer:+(n, 1)*8>>"),
        ("<<x::_*16-binary>>", "<<x/binary*16>>"),
        ("<<x::(signed-8)>>", "<<x/integer:8 signed>>"),
        ("<<n, x::size(n-1) - signed-little, y::size(n - 1)>>",
            "<<n/integer:8, x/integer:-(n, 1) signed little, y/integer:-(n, 1)>>"),
        ("<<(x::8)>>", "<<x/integer:8>>"),
        ("<<(x)::8>>", "<<x/integer:8>>"),
        ("<<x::integer()>>", "<<x/integer:8>>"),
        ("<<x::size 8>>", "<<x/integer:8>>"),
        ("<<x::-8>>", "<<x/integer:-8>>"),
        ("<<x::size(-1)>>", "<<x/integer:-1>>"),
        ("<<x::size(8)-8, y::unit(4)-2*4>>", "<<x/integer:8, y/integer:2*4>>"),
        (
            "<<f::float, g::float-32-little, h::float-size(8)-unit(8), i::signed-float>>",
            "<<f/float:64, g/float:32 little, h/float:8*8, i/float:64 signed>>",
        ),
        ("<<1.5, 2.5::32, 3::float, -1.5>>", "<<1.5/float:64, 2.5/float:32, 3/float:64, -1.5/float:64>>"),
        (
            r"<<1, -1::signed, +2, 0xFF, 0b101::3, 0o17, 1_000::16, ?a, ?\n, ?é>>",
            (
                "<<1/integer:8, -1/integer:8 signed, 2/integer:8, 255/integer:8, 5/integer:3, "
                "15/integer:8, 1000/integer:16, 97/integer:8, 10/integer:8, 233/integer:8>>"
            ),
        ),
        (
            "<<b::binary-size(2), c::bytes-2, d::2-binary, e::bits-5, f::bitstring-size(3), r::binary>>",
            "<<b/binary:2*8, c/binary:2*8, d/binary:2*8, e/binary:5, f/binary:3, r/binary*8>>",
        ),
        ("<<b::binary-unit(16)>>", "<<b/binary*16>>"),
        ("<<b::binary-_*16>>", "<<b/binary*16>>"),
        ("<<c::utf8, d::utf16-little, e::utf32-native>>", "<<c/utf8, d/utf16 little, e/utf32 little>>"),
        (
            '<<"aé", "b"::binary, "c"::little, "é"::utf8, "é"::utf16, "é"::utf16-little, "é"::utf32, r::bits>>',
            (
                r"<<b'a\xc3\xa9'/binary*8, b'b'/binary*8, b'c'/binary*8, b'\xc3\xa9'/binary*8, "
                r"b'\x00\xe9'/binary*8, b'\xe9\x00'/binary*8 little, b'\x00\x00\x00\xe9'/binary*8, r/binary>>"
            ),
        ),
        (r'<<"a\n\t\\\"\x41\xFF\u00e9\u{1F600}\s\0\e\d\q">>', r"""<<b'a\n\t\\"A\xff\xc3\xa9\xf0\x9f\x98\x80 \x00\x1b\x7fq'/binary*8>>"""),
        (
            '<<a, <<b::3, c::5>>::binary, <<>>, <<d>>, "x" <> "y">>',
            "<<a/integer:8, b/integer:3, c/integer:5, d/integer:8, b'x'/binary*8, b'y'/binary*8>>",
        ),
        ("<<a, <<b::3, r::bits>> >>", "<<a/integer:8, b/integer:3, r/binary>>"),
        ('"GET " <> <<a>> <> rest', "<<b'GET '/binary*8, a/integer:8, rest/binary*8>>"),
        ("^x <> rest", "<<^x/binary*8, rest/binary*8>>"),
        ("<<^x::binary, ^y::bits, ^z::8, r::bits>>", "<<^x/binary*8, ^y/binary, ^z/integer:8, r/binary>>"),
        (
            "<<n, d::binary-size(n), e::binary-size(m), f::binary-size(^n)>>",
            "<<n/integer:8, d/binary:n*8, e/binary:^m*8, f/binary:^n*8>>",
        ),
        ("{n, <<a::size(m)>>, n}", "{n, <<a/integer:^m>>, n}"),
        ("<<a::size(n), n>>", "<<a/integer:^n, n/integer:8>>"),
        ("<<l::4, _::4, h::binary-size((l - 5) * 4), r::binary>>", "<<l/integer:4, _/integer:4, h/binary:*(-(l, 5), 4)*8, r/binary*8>>"),
        (
            '<<x::size(byte_size("ab") * 8), y::size(Bitwise.band(x, 7) + (x &&& 7 ||| 1 <<< 2 >>> 1 ^^^ 2)), z::size(~~~x)>>',
            "<<x/integer:*(byte_size(b'ab'), 8), y/integer:+(band(x, 7), bor(band(x, 7), bsr(bsl(1, 2), bxor(1, 2)))), z/integer:bnot(x)>>",
        ),
        ("x", "x"),
        ("_", "_"),
        ("^x", "^x"),
        ("5", "5"),
        ("-5", "-5"),
        (":a", ":a"),
        (
            '{:ok, "a b", nil, true, false, 1.5, Foo.Bar, :"a b", :+, :erlang}',
            "{:ok, b'a b', None, True, False, 1.5, :Elixir.Foo.Bar, :a b, :+, :erlang}",
        ),
        ("[a, <<b>> | t]", "[a, <<b/integer:8>> | t]"),
        ("[1, 2] ++ t", "[1, 2 | t]"),
        ("'ab' ++ [c]", "[97, 98, c]"),
        ("[]", "[]"),
        ("%{}", "%{}"),
        ('%{:a => x, "k" => <<b>>, ^k => 1, {1, 2} => _, c: 3}', "%{:a => x, b'k' => <<b/integer:8>>, ^k => 1, {1, 2} => _, :c => 3}"),
        ('%{"x" <> "y" => a, <<"z">> => b}', "%{b'xy' => a, b'z' => b}"),
        ("<<x::little - -8, y::+8>>", "<<x/integer:-8 little, y/integer:8>>"),
        ("[a: 1, b: <<x>>]", "[{:a, 1}, {:b, <<x/integer:8>>}]"),
        ("{:a, b: 1}", "{:a, [{:b, 1}]}"),
        ("<<a, _::binary>> = <<_, b, _::binary>> = p", "<<a/integer:8, _/binary*8>> = <<_/integer:8, b/integer:8, _/binary*8>> = p"),
        ("{a, <<a, b>>, a} = t", "{a, <<a/integer:8, b/integer:8>>, a} = t"),
        (
            "<<a, b>> when a == 1 and b in [1, 2] or not is_integer(a)",
            "<<a/integer:8, b/integer:8>> when or(and(==(a, 1), in(b, [1, 2])), not(is_integer(a)))",
        ),
        (
            "<<a>> when a in 1..5 when a in 1..10//2 when a not in 'xy' when not a in [3]",
            "<<a/integer:8>> when in(a, 1..5) when in(a, 1..10//2) when not(in(a, [120, 121])) when not(in(a, [3]))",
        ),
        ("<<a>> when not a in [1] or (not a) in [1]", "<<a/integer:8>> when or(not(in(a, [1])), in(not(a), [1]))"),
        ("<<a>> when a > 1 + 2 * 3 - 4 / 5", "<<a/integer:8>> when >(a, -(+(1, *(2, 3)), /(4, 5)))"),
        ("<<a>> when is_integer a and a > 1", "<<a/integer:8>> when is_integer(and(a, >(a, 1)))"),
        (
            "<<a>> when -a + b == {a, [b | c], %{k: 1}} and <<a>> == <<1::8>>",
            "<<a/integer:8>> when and(==(+(neg(a), b), {a, [b | c], %{:k => 1}}), ==(<<a/integer:8>>, <<1/integer:8>>))",
        ),
        ("<<a::8, # the first\n b::16>> # all", "<<a/integer:8, b/integer:16>>"),
        ("<<é::8, x?, y!::8>>", "<<é/integer:8, x?/integer:8, y!/integer:8>>"),
        ("<<a::binary>>;", "<<a/binary*8>>"),
        ('<<"""\n   ab\\n\n     cd\n   """, r::binary>>', r"<<b'ab\n\n  cd\n'/binary*8, r/binary*8>>"),
        ('"""\n"""', "b''"),
        ('"""\n\n"""', r"b'\n'"),
        ('~c"ab" ++ t', "[97, 98 | t]"),
        (r"~s(a\)b) <> r", "<<b'a)b'/binary*8, r/binary*8>>"),
        (r"~S[a\n] <> r", r"<<b'a\\n'/binary*8, r/binary*8>>"),
        (r'"a\#{b}"', "b'a#{b}'"),
    ],
)
def test_a_pattern(text: str, tree: str) -> None:
    assert written(parse_pattern(text)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("<<a + 1::8>>", "<<+(a, 1)/integer:8>>"),
        ("<<a * 2 - 1, b>>", "<<-(*(a, 2), 1)/integer:8, b/integer:8>>"),
        ("<<byte_size(b)::16, b::binary>>", "<<byte_size(b)/integer:16, b/binary*8>>"),
        ('a <> b <> "c"', "<<a/binary*8, b/binary*8, b'c'/binary*8>>"),
        ("(a <> b) <> c", "<<a/binary*8, b/binary*8, c/binary*8>>"),
        (
            "<<a::8, <<b::4, c::4>>::binary, <<x::size(n)>>::binary, <<y::size(n)>>::bits, (p <> q), if(a, do: 1)::8>>",
            (
                "<<a/integer:8, b/integer:4, c/integer:4, <<x/integer:n>>/binary*8, "
                "y/integer:n, p/binary*8, q/binary*8, if(a, 1, None)/integer:8>>"
            ),
        ),
        (
            "<<-1.5, 1.5, -1, f::float, b::binary, c::bits>>",
            "<<-1.5/integer:8, 1.5/float:64, -1/integer:8, f/float:64, b/binary*8, c/binary>>",
        ),
        ("<<a::size(String.length(b))>>", "<<a/integer:String.length(b)>>"),
        ("if a > 1, do: <<1>>, else: <<2>>", "if(>(a, 1), <<1/integer:8>>, <<2/integer:8>>)"),
        ("if a do <<1>> else <<2>> end", "if(a, <<1/integer:8>>, <<2/integer:8>>)"),
        ("unless(a, do: 1)", "if(a, None, 1)"),
        ("b |> byte_size |> max(3)", "max(byte_size(b), 3)"),
        ("for <<x <- b>>, do: x", "for bits <<x/integer:8>> <- b, do: x"),
        (
            '<<(for <<x <- b>>, into: "", do: <<x + 1>>)::binary>>',
            "<<for bits <<x/integer:8>> <- b, into: b'', do: <<+(x, 1)/integer:8>>/binary*8>>",
        ),
        ('String.to_integer("12", 16) + length(~~~[1])', "+(String.to_integer(b'12', 16), length(bnot([1])))"),
        (":erlang.crc32(b)", ":erlang.crc32(b)"),
        ('"a#{b}c"', "<<b'a'/binary*8, to_string(b)/binary*8, b'c'/binary*8>>"),
        ('<<"#{a + 1}#{%{x: b}}", d>>', "<<to_string(+(a, 1))/binary*8, to_string(%{:x => b})/binary*8, d/integer:8>>"),
    ],
)
def test_a_construction(text: str, tree: str) -> None:
    assert written(parse_construction(text)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("for <<a, b::16 <- data>>, do: {a, b}", "for bits <<a/integer:8, b/integer:16>> <- data, do: {a, b}"),
        ("for <<a <- data>>, a > 1, b = a * 2, do: b", "for bits <<a/integer:8>> <- data, if >(a, 1), each b <:= [*(a, 2)], if b, do: b"),
        (
            "for <<n, d::binary-size(n) <:= b>>, into: %{}, do: {n, d}",
            "for bits <<n/integer:8, d/binary:n*8>> <:= b, into: %{}, do: {n, d}",
        ),
        ("for x <- [1, 2], <<y::size(x) <- b>>, uniq: true, do: y", "for each x <- [1, 2], bits <<y/integer:^x>> <- b, uniq, do: y"),
        (
            "for {a, b} when a > 1 when b < 2 <- list, into: [], do: a",
            "for each {a, b} when >(a, 1) when <(b, 2) <- list, into: [], do: a",
        ),
        ("for x <:= 1..3, do: x", "for each x <:= 1..3, do: x"),
        ("for(<<a <- b>>, do: a)", "for bits <<a/integer:8>> <- b, do: a"),
        ("for <<a <- b>> do a end", "for bits <<a/integer:8>> <- b, do: a"),
        ("for <<a <- b>>, reduce: 0 do acc -> acc + a end", "for bits <<a/integer:8>> <- b, reduce: 0; acc -> +(acc, a)"),
        (
            "for <<a <- b>>, reduce: {0, 1} do\n  {x, y} when a > 1 -> {x + a, y}\n  {x, y} -> {x, y - a}\nend",
            "for bits <<a/integer:8>> <- b, reduce: {0, 1}; {x, y} when >(a, 1) -> {+(x, a), y}; {x, y} -> {x, -(y, a)}",
        ),
        ("for <<a <- b>>, reduce: 0, do: (acc -> acc + a)", "for bits <<a/integer:8>> <- b, reduce: 0; acc -> +(acc, a)"),
        ("for(<<a <- b>>, reduce: 0) do 0 -> 1; x -> x + a end", "for bits <<a/integer:8>> <- b, reduce: 0; 0 -> 1; x -> +(x, a)"),
        ('for <<"x", a <- b>>, <<a>> == "a", do: a', "for bits <<b'x'/binary*8, a/integer:8>> <- b, if ==(<<a/integer:8>>, b'a'), do: a"),
        ("for <<^x, a <- b>>, do: a", "for bits <<^x/integer:8, a/integer:8>> <- b, do: a"),
        ("for <<x>> <- list, do: x", "for each <<x/integer:8>> <- list, do: x"),
    ],
)
def test_a_comprehension(text: str, tree: str) -> None:
    assert written(parse_comprehension(text)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("<<a::leb128, b::sleb128, c::zigzag, d::quic, e::mqtt, f::vlq>>",
         "<<a/varint leb128, b/varint sleb128, c/varint zigzag, d/varint quic, e/varint mqtt, f/varint vlq>>"),
        ("<<a::float-nonfinite, b::float-32-little-nonfinite>>", "<<a/float:64 nonfinite, b/float:32 little nonfinite>>"),
        ("<<a, b::binary, c::32, d::binary-size(2)>>", "<<a/integer:8, b/binary*8, c/integer:32, d/binary:2*8>>"),
        ('<<b::bits, "ab", c::utf32, 0::0>>', "<<b/binary, b'ab'/binary*8, c/utf32, 0/integer:0>>"),
    ],
)  # fmt: skip
def test_what_goes_beyond_elixir(text: str, tree: str) -> None:
    assert written(parse_pattern(text, extended=True)) == tree


def test_native_is_the_order_of_this_machine() -> None:
    text = "<<a::native, b::float-32-native, c::utf16-native>>"
    assert written(parse_pattern(text)) == f"<<a/integer:8{NATIVE}, b/float:32{NATIVE}, c/utf16{NATIVE}>>"


def test_the_reference_pattern() -> None:
    bits = "qr::1, opcode::4, flag_aa::1, flag_tc::1, flag_rd::1, flag_ra::1, _reserved::3, rcode::4"
    words = "qd_count::16, an_count::16, ns_count::16, ar_count::16"
    tree = written(parse_pattern(f"<<message_id::binary-size(2), {bits}, {words}, answer::binary>>"))
    expected = f"{bits}, {words}".replace("::", "/integer:")
    assert tree == f"<<message_id/binary:2*8, {expected}, answer/binary*8>>"


def test_a_segment_knows_its_place_in_the_text_and_whether_it_has_a_type() -> None:
    text = "<<a, bc :: size(3) - signed , <<d::4>>, 1.5::binary-unit(8)>>".replace("1.5", "e")
    pattern = parse_pattern(text).pattern
    assert isinstance(pattern, Bitstring)
    parts = [(text[segment.at : segment.end], segment.untyped) for segment in pattern.segments]
    assert parts == [("a", True), ("bc :: size(3) - signed", True), ("d::4", True), ("e::binary-unit(8)", False)]
    assert (pattern.at, pattern.end) == (0, len(text))


def test_a_decimal_number_of_any_length_is_read() -> None:
    digits = "1234567890" * 3000
    pattern = parse_pattern(f"<<{digits}::100000, 0x{'f' * 20000}::80000>>").pattern
    assert isinstance(pattern, Bitstring)
    value, large = (getattr(segment.value, "value", 0) for segment in pattern.segments)
    assert large == 16**20000 - 1
    assert value % 10**20 == 12345678901234567890
    assert value // 10**29980 == 12345678901234567890
