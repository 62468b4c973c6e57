"""The corpus of the pattern target: every part of both dialects, each with data that it matches or just does not."""

from __future__ import annotations

from typing import Final

ELIXIR, ERLANG, EXTENDED, LSB, RAGGED = 0, 1, 2, 4, 8 | 0x30  # the last one cuts three bits off the data

PATTERNS: Final[dict[str, tuple[int, str, bytes]]] = {
    "empty": (ELIXIR, "", b""),
    "nothing": (ELIXIR, "<<>>", b""),
    "dns": (ELIXIR,
        "<<id::binary-size(2), qr::1, op::4, aa::1, tc::1, rd::1, ra::1, _z::3, rcode::4, qd::16, an::16, ns::16, ar::16, r::binary>>",
            bytes.fromhex("e0a201200001000000000001077777770474657374")),
    "integers": (ELIXIR, "<<a, b::16, c::little-24, d::signed-little-12, e::4, f::native-signed-32, g::65, h::7>>", bytes(range(40, 61))),
    "floats": (ELIXIR,
        "<<a::float, b::float-32-little, c::16-float, 1.5::float-16, _::float-32>>",
        bytes.fromhex("3ff80000000000000000c03f3c003e007fc00000")),
    "text": (ELIXIR,
        '<<"GET ", c::utf8, d::utf16-little, e::utf32, "é日"::utf16, r::binary>>',
        "GET é".encode() + b"\x3d\xd8\0\xde\0\1\xf6\0\0\xe9\x65\xe5x"),
    "escapes": (ELIXIR, r'<<"\n\x41\u00e9\u{1F600}\0\"", ?\n, ?é::utf8>>', b'\nA\xc3\xa9\xf0\x9f\x98\x80\0"\n\xc3\xa9'),
    "sizes": (ELIXIR, "<<n, d::binary-size(n), m::4, e::bits-size(m * 2 - 1), f::size(n)-unit(8), r::bits>>", b"\2ab\x3f\x12\x34\x56"),
    "functions": (ELIXIR,
        "<<n, a::size(div(n, 2)), b::size(rem(n, 3)), c::size(abs(n - 9)), d::size(Bitwise.band(n, 3)), r::bits>>", b"\7abcd"),
    "units": (ELIXIR, "<<a::2*8, b::binary-size(3)-unit(4), c::n*4, d::binary-unit(16)>>", b"\1\2abcdefgh"),
    "pins": (ELIXIR, "<<^a, ^b::binary-size(2), c, ^d::16, r::binary>>", b"\0ab\1\0\2rest"),
    "repeated": (ELIXIR, "<<a, b::bits-size(4), a, b::bits-size(4), _x::4, _x::4>>", b"\5\x10\x51\x22"),
    "nested": (ELIXIR, "<<a, <<b::3, c::5>>::bits, <<>>, <<d, e>>, f::binary>>", b"\1\2\3\4\5"),
    "concatenated": (ELIXIR, '"ab" <> <<c, d::4>> <> <<e::4>> <> rest', b"abcdef"),
    "guards": (ELIXIR,
        "<<a, b::4, c::4, d::binary>> when a > 3 and b in [1, 2, 3] or byte_size(d) == c when is_integer(a) and not (a == 7)", b"\4\x12ab"),
    "guard-errors": (ELIXIR, "<<a, b>> when div(a, b) > 1 or a in 1..9//2", b"\7\0"),
    "terms": (ELIXIR, '{:ok, [<<a>>, %{"k" => <<b::16>>} | _], x} = y', b"ab"),
    "whole": (ELIXIR, "<<a, _::binary>> = <<_, b, _::binary>> = all", b"abc"),
    "comment": (ELIXIR, "<<a, # the first\n b::8 # the second\n>>", b"ab"),
    "numbers": (ELIXIR, "<<0xFF, 0b101::3, 0o17::5, 1_000::16, -1::signed, 255::signed, 256>>", b"\xff\xaf\3\xe8\xff\xff\0"),
    "negative-size": (ELIXIR, "<<n, d::size(n - 300), r::bits>>", b"\1ab"),
    "huge-size": (ELIXIR, "<<a::size(n * n * n * n), b::99999999999999999999>>", b"\1ab"),
    "huge-shift": (ELIXIR, "<<n, a::size(Bitwise.bsl(1, n * n * n)), b::bits>> when Bitwise.bsl(n, 1000000) > 0", b"\xffab"),
    "huge-size-explained": (ELIXIR, "<<n, a::size(Bitwise.bsl(1, 1000000)), r::bits>>", b"\1ab"),
    "huge-literal": (ELIXIR, f"<<{'9' * 300}::1000, r::bits>>", b"ab"),
    "huge-unit": (ELIXIR, "<<a::size(99999999)-unit(256), b::unit(257)>>", b"ab"),
    "deep-parentheses": (ELIXIR, f"<<a::size({'(' * 60}1{')' * 60}), r::bits>>", b"ab"),
    "deep-nesting": (ELIXIR, f"{'<< ' * 40}a{' >>' * 40}", b"a"),
    "deep-terms": (ELIXIR, f"{'[' * 60}<<a>>{']' * 60}", b"a"),
    "many-segments": (ELIXIR, f"<<{', '.join(f'a{i}::{i % 9}' for i in range(120))}>>", bytes(range(70))),
    "ragged": (RAGGED, "<<a::3, b::binary-size(1), c::bits>>", b"abcd"),
    "ragged-binary": (RAGGED, "<<a::5, b::binary>>", b"abcd"),
    "unknown-word": (ELIXIR, "<<a::foo>>", b"a"),
    "conflict": (ELIXIR, "<<a::big-little>>", b"a"),
    "unbound": (ELIXIR, "<<a::size(b), b>>", b"ab"),
    "not-last": (ELIXIR, "<<a::binary, b>>", b"ab"),
    "open": (ELIXIR, "<<a::8, b::", b"ab"),
    "surrogate": (ELIXIR, '<<"\udc80\0", a>>', b"ab"),
    "bidirectional": (ELIXIR, "<<a, \u202e\u2066b>>", b"ab"),
    "erlang-dns": (ERLANG, "<<Id:2/binary, QR:1, Op:4, _:2, RD:1, RA:1, _:3, RC:4, QD:16, R/binary>>", bytes.fromhex("e0a20120000100")),
    "erlang-number-as-all-that-is-left": (ERLANG, "<<L, $R/binary-unit:8>>", b"abcd"),  # repeated, it is no pattern
    "erlang-words": (ERLANG,
        '<<A:16/little-signed, B:4/unit:8, C:32/float, D/utf8, "\xe9"/utf8, "ab", E/bits>>',
        b"\1\xff\1\2\3\4\x3f\xc0\0\0\xc3\xa9\xc3\xa9abc"),
    "erlang-sizes": (ERLANG, "<<L, D:(L*8-8)/bitstring, L:L, R/binary-unit:8>>", b"\2a\x80"),
    "erlang-guards": (ERLANG, "<<A, B/binary>> when A >= 1, A =< 9; A =:= $x, byte_size(B) =/= 0 orelse A rem 2 == 0", b"\1ab"),
    "erlang-terms": (ERLANG, '{ok, [<<A>> | T], #{k := <<B:16>>}, "ab", 16#ff, \'an atom\'}', b"ab"),
    "extended-middle": (EXTENDED, "<<n, body::binary, crc::32>>", b"\1abcdef"),
    "extended-varints": (EXTENDED,
        "<<a::leb128, b::sleb128, c::zigzag, d::quic, e::mqtt, f::vlq, r::bits>>", b"\x81\1\x7f\3\x40\x41\5\x81\0zz"),
    "extended-nonfinite": (EXTENDED, "<<a::float-32-nonfinite, b::float-16>>", b"\x7f\xc0\0\0\x3c\0"),
    "lsb": (LSB, "<<a::3, b::5, c::12, d::big-16, e::binary-size(1), f::bits>>", bytes(range(60, 70))),
    "lsb-little": (LSB, "<<a::4, b::little-12, c::utf8, d::float-16, r::binary>>", bytes(range(60, 70))),
}  # fmt: skip


def pattern_corpus() -> dict[str, bytes]:
    """The inputs by name."""
    return {
        name: bytes([flags]) + text.encode("utf-8", "surrogateescape") + b"\xff" + data for name, (flags, text, data) in PATTERNS.items()
    }
