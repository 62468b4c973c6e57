"""From a pattern to a Struct and back: the same layout, the same values, the same bytes, on both engines."""

from __future__ import annotations

import math
import pickle
import random
import struct as packing
import warnings
from typing import Any, Literal

import pytest
from bitstring import Bits
from hypothesis import given, settings
from hypothesis import strategies as st

import bitwright
from bitwright import DeclarationError, LintWarning, ParseError, Pattern, PatternError, Struct
from bitwright_specs.dns.header import Header
from tests.engines import numbers
from tests.engines.agreement import agreed, built
from tests.engines.formats import Body, Made, Module

REFERENCE = (
    "<<message_id::binary-size(2), qr::1, opcode::4, flag_aa::1, flag_tc::1, flag_rd::1, flag_ra::1, _reserved::3, rcode::4, "
    "qd_count::16, an_count::16, ns_count::16, ar_count::16, answer::binary>>"
)
QUERY = bytes.fromhex("e0a20120000100000000000103777777")

Reply = bitwright.pattern("<<id::16, text::binary>>").to_struct("Reply")


def visible(value: Struct) -> dict[str, Any]:
    """The fields of a value that a pattern yields too."""
    return {name: getattr(value, name) for name in type(value).__match_args__ if not name.startswith("_")}


def same(fields: dict[str, Any], found: dict[str, Any] | None, bit_order: str = "msb") -> bool:
    """Equal, where a run of whole bytes may be bits, the first bit first, and a flag is a number."""
    if found is None or fields.keys() != found.keys():
        return False
    return all(_plain(fields[name], found[name], bit_order) == found[name] for name in fields)


def _plain(value: Any, wanted: Any, bit_order: str) -> Any:
    if isinstance(value, Bits) and isinstance(wanted, bytes):
        return bytes(byte if bit_order == "msb" else int(f"{byte:08b}"[::-1], 2) for byte in value.tobytes())
    return value


# --- from a pattern to a Struct --------------------------------------------------------------


def test_the_reference_pattern(engine: Any) -> None:
    pattern = bitwright.pattern(REFERENCE).on(engine)
    made = pattern.to_struct("Message")
    message = made.codec(engine).parse(QUERY)
    assert visible(message) == pattern.match(QUERY)
    assert message.build() == QUERY
    assert made.__name__ == "Message"
    assert made.pattern().text == REFERENCE


def test_a_class_that_is_given_a_name_where_it_is_made_can_be_pickled() -> None:
    value = Reply(id=7, text=b"x")
    assert Reply.__module__ == __name__
    assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "fields", "data"),
    [
        ("<<a::8, b::16-little, c::signed-24, d::3, e::5>>", "abcde", b"\1\2\3\xff\xff\xfe\xa5"),
        ("<<a::1, b::12-little, c::3-signed, d::64, e::48-little-signed>>", "abcde", bytes(range(200, 216))),
        ("<<a::float, b::float-32-little, c::float-16>>", "abc", packing.pack(">d", 1.5) + packing.pack("<f", -2.0) + b"\x38\0"),
        ("<<n::8, data::binary-size(n), rest::binary>>", ["n", "data", "rest"], b"\2abc"),
        ("<<n::8, data::bits-size(n * 8), rest::bits>>", ["n", "data", "rest"], b"\2abc"),
        ("<<n::16-little, m::4, k::4, data::binary-size(n * m - k + 1)-unit(16), x>>", ["n", "m", "k", "data", "x"], b"\1\0\x21abcd!"),
        ("<<body::binary, crc::32>>", ["body", "crc"], b"body\0\0\0\1"),
        ("<<a::3, b::bits-size(13), c::bits-size(16)>>", "abc", b"\x12\x34\x56\x78"),
        ("<<v::leb128, x>>", "vx", b"\xe5\x8e\x26\7"),
        ("<<>>", "", b""),
    ],
)
def test_fields_are_the_variables(engine: Any, text: str, fields: Any, data: bytes) -> None:
    pattern = bitwright.pattern(text, extended="leb128" in text or "crc" in text).on(engine)
    made = pattern.to_struct()
    message = made.codec(engine).parse(data)
    assert list(visible(message)) == list(fields)
    assert same(visible(message), pattern.match(data))
    assert made.codec(engine).build(message) == data


def test_literals_must_be_there(engine: Any) -> None:
    pattern = bitwright.pattern('<<"RIFF", 0x1F::5, -1::3-signed, 1.5::float-32-little, 513::16-little, x>>').on(engine)
    made = pattern.to_struct()
    data = made.codec(engine).build(made(x=9))
    assert data == b"RIFF\xff\0\0\xc0\x3f\1\2\x09"
    assert pattern.match(data) == {"x": 9}
    for place in range(len(data) - 1):
        wrong = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert pattern.match(wrong) is None
        with pytest.raises(ParseError, match="must be"):
            made.codec(engine).parse(wrong)


@pytest.mark.parametrize("bit_order", ["msb", "lsb"])
def test_a_string_within_a_byte(engine: Any, bit_order: Literal["msb", "lsb"]) -> None:
    pattern = bitwright.pattern('<<a::4, "xyz", b::4, c::16>>', bit_order=bit_order).on(engine)
    data = pattern.build(a=5, b=6, c=0x1234)
    assert isinstance(data, bytes)
    message = pattern.to_struct().codec(engine).parse(data)
    assert visible(message) == {"a": 5, "b": 6, "c": 0x1234} == pattern.match(data)
    assert message.build() == data


def test_what_is_not_looked_at(engine: Any) -> None:
    made = bitwright.pattern("<<_::4, _zero::4, a, _::binary-size(2), _::binary>>").on(engine).to_struct()
    message, findings = made.codec(engine).check(b"\x11\x07\0\0rest")
    assert (message.a, message._zero) == (7, 1)
    assert {finding.code for finding in findings} == {"padding", "reserved-bits"}
    assert made.codec(engine).build(made(a=7)) == b"\0\7\0\0"


def test_lengths_are_derived(engine: Any) -> None:
    made = bitwright.pattern("<<n::16, data::binary-size(n - 2), k, more::binary-size(k)-unit(16)>>").to_struct()
    assert made.codec(engine).build(made(data=b"abc", more=b"wxyz")) == b"\0\5abc\2wxyz"
    assert made(data=b"", more=b"").resolved().n == 2


def test_a_guard_is_a_check(engine: Any) -> None:
    text = "<<a, b::16>> when (a > 1 and rem(b, 3) == 0) or not (a != 77) or max(a, b) == 500"
    pattern = bitwright.pattern(text).on(engine)
    made = pattern.to_struct()
    rng = random.Random(5)
    held = 0
    for data in [b"\x4d\0\1", b"\0\1\xf4", *(rng.randbytes(3) for _ in range(200))]:
        found = pattern.match(data)
        held += found is not None
        assert made.pattern().on(engine).match(data) == found
        if found is None:
            with pytest.raises(ParseError, match=r"the guard does not hold: \(a > 1"):
                made.codec(engine).parse(data)
        else:
            assert visible(made.codec(engine).parse(data)) == found
    assert 50 < held < 150


def test_erlang_gives_the_same_class(engine: Any) -> None:
    erlang = bitwright.pattern("<<N:8, Data:N/binary, X:12/little, _:4>> when X > 5, N < 9; N =:= 20", dialect="erlang").on(engine)
    made = erlang.to_struct()
    assert visible(made.codec(engine).parse(b"\2ab\x23\x10")) == erlang.match(b"\2ab\x23\x10") == {"N": 2, "Data": b"ab", "X": 0x123}
    with pytest.raises(DeclarationError, match="`N` is no name of a variable in Elixir"):
        made.pattern()


def test_names_from_outside_are_parameters(engine: Any) -> None:
    made = bitwright.pattern("<<data::binary-size(n), rest::binary>>").to_struct()
    message = made.codec(engine).parse(b"abc", n=2)
    assert (message.data, message.rest) == (b"ab", b"c")


@pytest.mark.parametrize(
    ("text", "column", "message", "advice"),
    [
        ("<<a, b::utf8>>", 6, "no utf8", "text("),
        ("<<a, a>>", 6, "a is bound already", "guard"),
        ("<<a::65, b::7>>", 3, "65 bits", "1 to 64"),
        ("<<a::0>>", 3, "0 bits", "1 to 64"),
        ("<<n, a::size(n)>>", 6, "width of the number is computed", "bytes"),
        ("<<n, a::bits-size(n)>>", 6, "computed number of bits", "n * 8"),
        ("<<a::4, n::3, d::binary-size(n), x::1>>", 15, "begin within a byte", "begin of a byte"),
        ("<<a, b::3>>", 6, "ends within a byte", "whole bytes"),
        ("<<^a, b>>", 3, "comes from outside", "compare"),
        ("<<256>>", 3, "never matches", "fits"),
        ("<<a, 0.1::float-32>>", 6, "never matches", "fits"),
        ("<<a::binary-unit(16)>>", 3, "units of 16 bits", "unit 8"),
        ("{a, <<b>>}", 1, "one bitstring", "<<...>>"),
        ("<<a, parse>>", 6, "method of every Struct", ""),
        ("<<a, class>>", 6, "class is no name in Python", "another name"),
        ("<<a>> when is_integer(a)", 12, "no such condition", "declare the class"),
        ("<<a, b>> when div(a - b, 2) == 1", 15, "may be negative", "declare the class"),
        ("<<a, b>> when abs(a) == 1", 15, "does not compute this", "declare the class"),
        ('<<a::4, "a string that is long", b::4>>', 9, "more than 8 bytes", "several"),
    ],
)
def test_what_no_struct_says(text: str, column: int, message: str, advice: str) -> None:
    with pytest.raises(PatternError) as caught:
        bitwright.pattern(text).to_struct()
    assert (caught.value.column, message in caught.value.message, advice in caught.value.advice) == (column, True, True), str(caught.value)


# --- from a Struct to a pattern --------------------------------------------------------------


def test_the_header_of_dns(engine: Any) -> None:
    pattern = Header.pattern().on(engine)
    assert pattern.text == (
        "<<id::16, qr::1, opcode::4, aa::1, tc::1, rd::1, ra::1, _z::1, ad::1, cd::1, rcode::4, "
        "qdcount::16, ancount::16, nscount::16, arcount::16>>"
    )
    rng = random.Random(1)
    for _ in range(200):
        data = rng.randbytes(12)
        found = pattern.match(data)
        assert found is not None
        message = Header.codec(engine).parse(data)
        assert found == {name: value for name, value in visible(message).items() if name != "z"}
        assert pattern.build(**found, _z=message.z) == data
        assert visible(pattern.to_struct("Again").codec(engine).parse(data)) == found


def test_every_word_of_a_fixed_layout(engine: Any) -> None:
    class Everything(Struct, endian="little"):
        magic: bytes = bitwright.const(bitwright.raw(size=4), b"\x89PNG")
        word: bytes = bitwright.const(bitwright.raw(size=2), b"BM")
        kind: int = bitwright.const(bitwright.bits(4), 5)
        flag: bool = bitwright.flag()
        _gap = bitwright.pad(bits=3)
        size: int = bitwright.u16()
        big: int = bitwright.i32(endian="big")
        real: float = bitwright.f32()
        address: bitwright.IPv4Address = bitwright.ipv4()
        _four = bitwright.align(8)
        some: Bits = bitwright.bits(24, Bits)
        data: bytes = bitwright.raw(size=size * 2 - 1)
        bitwright.check((size > 0) & (size % 2 == 1), "odd")
        rest: bytes = bitwright.raw()

    pattern = Everything.pattern().on(engine)
    assert pattern.text == (
        '<<0x89, 0x50, 0x4E, 0x47, "BM", 5::4, flag::1, _gap::3, size::16-little, big::32-signed, real::float-32-little, '
        "address::binary-size(4), _four::24, some::bits-size(24), data::binary-size((size * 2) - 1), rest::binary>> "
        "when (size > 0) and (rem(size, 2) == 1)"
    )
    address = bitwright.IPv4Address("10.0.0.1")
    message = Everything(flag=True, size=3, big=-5, real=0.5, address=address, some=Bits("0x123456"), data=b"abcde", rest=b"xyz")
    data = message.build()
    found = pattern.match(data)
    assert same({name: value for name, value in visible(message).items() if name not in {"magic", "word", "kind"}}, found)
    assert found is not None
    assert pattern.build(**found) == data
    assert pattern.match(data.replace(b"\3\0\xff", b"\4\0\xff")) is None


def test_what_no_pattern_says() -> None:
    class Inner(Struct):
        x: int = bitwright.u8()

    class Variable(Struct):
        x: int = bitwright.varint("leb128")

    class Nests(Struct):
        inner: Inner = bitwright.nested(Inner)

    class Prefixed(Struct):
        x: bytes = bitwright.raw(prefix=bitwright.u8())

    class Capital(Struct):
        Id: int = bitwright.u8()

    class Negative(Struct):
        n: int = bitwright.i8()
        x: bytes = bitwright.raw(size=n // 2)

    class Mixed(Struct):
        n: int = bitwright.bits(8, bit_order="lsb")
        x: int = bitwright.u8()

    refused: list[tuple[type[Struct], str, str]] = [
        (Variable, "x", "variable size"), (Nests, "inner", "variable layout"), (Prefixed, "x", "raw(size=n)"), (Capital, "Id", "no name"),
        (Negative, "x", "n // 2 is computed otherwise"), (Mixed, "n", "another order"),
    ]  # fmt: skip
    for struct, field, words in refused:
        with pytest.raises(DeclarationError) as caught:
            struct.pattern()
        assert (caught.value.problem.path, words in str(caught.value)) == (field, True)
        assert "test_structs.py" in str(caught.value)


# --- random layouts --------------------------------------------------------------------------


def some_pattern(rng: random.Random) -> Pattern:
    """A pattern of fixed layout."""
    parts: list[str] = []
    position = 0
    for index in range(rng.randint(1, 9)):
        kind = rng.randint(0, 9)
        name = f"f{index}" if rng.random() < 0.9 else rng.choice(["_", f"_g{index}"])
        order = rng.choice(["", "-little", "-big", "-native"])
        if kind < 6:
            width = rng.choice([rng.randint(1, 64), rng.randint(1, 12), 8, 16, 32])
            parts.append(f"{name}::{width}{rng.choice(['', '-signed'])}{order}")
        elif kind == 6:
            width = rng.choice([16, 32, 64])
            parts.append(f"f{index}::float-{width}{order}")
        else:
            width = 8 * rng.randint(1, 5) if kind < 9 else rng.randint(1, 80)
            parts.append(f"f{index}::bits-size({width})")
        position += width
    if position % 8:
        parts.append(f"_::{-position % 8}")
    return bitwright.pattern(f"<<{', '.join(parts)}>>", bit_order=rng.choice(["msb", "lsb"]))


@pytest.mark.parametrize("seed", range(50))
def test_a_random_pattern_is_the_same_as_a_struct(engine: Any, seed: int) -> None:
    rng = random.Random(seed)
    pattern = some_pattern(rng).on(engine)
    made = pattern.to_struct()
    back = made.pattern().on(engine)
    for _ in range(5):
        data = rng.randbytes(sum(segment.size_bits or 0 for segment in pattern.segments) // 8)
        message = made.codec(engine).parse(data)
        found = pattern.match(data)
        if any(isinstance(value, float) and not math.isfinite(value) for value in visible(message).values()):
            assert found is None
            continue
        assert same(visible(message), found, pattern.bit_order)
        assert back.match(data) == found
        assert made.codec(engine).parse(made.codec(engine).build(message)) == message


@st.composite
def layouts(draw: Any) -> Made:
    """A class of fixed layout, as the tests of the engines make them."""
    body = Body(Module(draw), "big", 0, bit_order=draw(st.sampled_from(["msb", "lsb"])))
    for _ in range(draw(st.integers(1, 6))):
        draw(st.sampled_from([numbers.number, numbers.flag, numbers.enumeration, numbers.spare, numbers.constant, numbers.real]))(body)
    body.to_byte()
    return body.finish("Fixed", ', bit_order="lsb"' if body.bit_order == "lsb" else "")


@settings(max_examples=80, deadline=None)
@given(layouts(), st.data())
def test_a_random_struct_is_the_same_as_a_pattern(form: Made, data: st.DataObject) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LintWarning)
        message = form.make(data.draw, {})
        wire = built(message)
    try:
        pattern = form.struct.pattern()
    except DeclarationError as error:  # of an order that a flag says, of text, of a name that Elixir has a use for
        assert any(words in str(error) for words in ("known only when", "is no name", "variable layout", "(text)")), error  # noqa: PT017
        return
    for engine in ("interp", "python"):
        found = pattern.on(engine).match(wire)
        fields = {f.name: f for f in form.struct.__bitwright__.visible}
        values = visible(agreed(form.struct, "parse", wire).value)
        wanted = {name: value for name, value in values.items() if not fields[name].reserved and fields[name].fixed is None}
        if any(isinstance(value, float) and not math.isfinite(value) for value in wanted.values()):
            assert found is None
        else:
            assert same(wanted, found), pattern
