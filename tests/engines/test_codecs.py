"""Codecs written in Python: every way to delimit them, what they may do wrong, both engines alike."""

from __future__ import annotations

import pickle
import struct
import time
import zlib
from typing import Any

import pytest

from bitwright import (
    BuildError,
    Cursor,
    DeclarationError,
    FieldCodec,
    ParseError,
    Struct,
    Transform,
    Zlib,
    array,
    auto,
    coded,
    const,
    raw,
    u8,
    u16,
    varint,
    when,
)  # fmt: skip
from tests.engines.agreement import agreed, built


class Pairs(FieldCodec[list[tuple[int, bytes]]]):
    """Keys and values up to a key of zero."""

    def parse(self, cursor: Cursor) -> list[tuple[int, bytes]]:
        found = []
        while key := cursor.u8():
            found.append((key, cursor.take(cursor.u8())))
        return found

    def build(self, value: list[tuple[int, bytes]], out: bytearray) -> None:
        for key, content in value:
            out += bytes((key, len(content))) + content
        out.append(0)

    def to_plain(self, value: list[tuple[int, bytes]]) -> Any:
        return [[key, content.hex()] for key, content in value]

    def from_plain(self, plain: Any) -> list[tuple[int, bytes]]:
        return [(key, bytes.fromhex(content)) for key, content in plain]


class Complex(Transform[complex]):
    def decode(self, data: bytes) -> complex:
        return complex(*struct.unpack(">dd", data))

    def encode(self, value: complex) -> bytes:
        return struct.pack(">dd", value.real, value.imag)

    def to_plain(self, value: complex) -> Any:
        return [value.real, value.imag]

    def from_plain(self, plain: Any) -> complex:
        return complex(*plain)


class Loose(FieldCodec[int]):
    """A decimal number up to a semicolon: many texts mean one number."""

    def parse(self, cursor: Cursor) -> int:
        return int(cursor.find(b";"))

    def build(self, value: int, out: bytearray) -> None:
        out += b"%d;" % value


class Holder(Struct):
    length: int = auto(varint("leb128"))
    pairs: list[tuple[int, bytes]] = coded(Pairs())
    number: complex = coded(Complex(), size=16, default=1 + 2j)
    sized: list[tuple[int, bytes]] = coded(Pairs(), size=length)
    packed: bytes = coded(Zlib(limit=1000), raw(prefix=u16()))
    loose: int = coded(Loose())
    maybe: int | None = when(length > 3, coded(Loose()))
    several: list[bytes] = array(coded(Zlib(), prefix=u16()), count=2)


def holder(**changes: Any) -> Holder:
    first = Holder(pairs=[(1, b"ab"), (2, b"")], sized=[(7, b"x")], packed=b"a" * 500, loose=5, maybe=-9, several=[b"", b"z"])
    return first.replace(**changes)


def test_every_way_to_delimit_a_codec() -> None:
    wire = built(holder())
    assert wire.startswith(b"\x04\x01\x02ab\x02\x00\x00" + struct.pack(">dd", 1, 2) + b"\x07\x01x\x00")
    parsed = Holder.parse(wire)
    assert (parsed.length, parsed.packed, parsed.number) == (4, b"a" * 500, 1 + 2j)
    assert built(holder(sized=[], maybe=None))[0] == 1, "the length follows from what the codec writes"
    for end in range(len(wire)):
        assert not agreed(Holder, "parse", wire[:end]).ok


def test_codecs_as_plain_data_and_copies() -> None:
    parsed = Holder.parse(holder().build())
    plain = parsed.to_dict()
    assert (plain["pairs"], plain["number"], plain["packed"][:4]) == ([[1, "6162"], [2, ""]], [1.0, 2.0], "6161")
    assert Holder.from_json(parsed.to_json()) == parsed
    assert agreed(Holder, "parse_layer", parsed.build(), plain=True).value[0] == plain
    with pytest.raises(ValueError, match="pairs: Pairs: TypeError"):
        Holder.from_dict({**plain, "pairs": 5})
    relaxed = parsed.relaxed()
    relaxed.pairs.append((3, b""))
    assert len(parsed.pairs) == 2, "a copy of its own"
    assert pickle.loads(pickle.dumps(parsed)) == parsed


class Short(Struct):
    before: int = u8()
    pairs: list[tuple[int, bytes]] = coded(Pairs())


def test_bytes_that_run_out_are_truncated_as_everywhere() -> None:
    found = agreed(Short, "parse", b"\0\1\5ab")
    problem = found.problem
    assert (problem.code, problem.path, problem.bit_offset, problem.needed, problem.available) == ("truncated", "pairs", 24, 5, 2)
    found = agreed(Holder, "parse", b"\x03\0" + bytes(16) + b"\1\5abcdef")
    assert (found.problem.code, found.problem.path, found.problem.available) == ("truncated", "sized", 1), "no further than its region"


def test_what_a_codec_leaves_is_not_consumed() -> None:
    found = agreed(Holder, "parse", b"\x03\0" + bytes(16) + b"\0zz\0\0")
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("unconsumed", "sized", 8 * 19)


@pytest.mark.parametrize("error", [ValueError("no"), KeyError(1), IndexError(), RecursionError("deep"), MemoryError(), ParseError, UnicodeError(), OSError(5, "x")])
def test_whatever_a_codec_raises_is_one_error(error: Any) -> None:
    class Raising(FieldCodec[int]):
        def parse(self, cursor: Cursor) -> int:
            if error is ParseError:
                return Short.parse(b"").before
            raise error

        def build(self, value: int, out: bytearray) -> None:
            raise error if error is not ParseError else ValueError

    class Wrong(Struct):
        first: int = u8()
        value: int = coded(Raising(), size=1)

    found, unbuilt = agreed(Wrong, "parse", b"ab"), agreed(Wrong, "build", Wrong(first=1, value=2))
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("codec", "value", 8)
    assert found.problem.message.startswith("Raising: ")
    assert (unbuilt.problem.code, unbuilt.problem.path) == ("codec", "value")
    with pytest.raises(ParseError) as caught:
        Wrong.parse(b"ab")
    assert type(caught.value.__cause__) is (error if error is ParseError else type(error))
    with pytest.raises(BuildError) as refused:
        Wrong(first=1, value=2).build()
    assert isinstance(refused.value.__cause__, Exception)


def test_inflating_is_capped() -> None:
    bomb = zlib.compress(bytes(100_000_000))
    begin = time.perf_counter()
    for data, message in ((bomb, "more than 1000 bytes"), (bomb[:50], "more than 1000"), (zlib.compress(b"a")[:-1], "too early"), (b"junk", "header")):
        wire = b"\1\0" + bytes(16) + b"\0" + min(len(data), 65535).to_bytes(2, "big") + data[:65535]
        found = agreed(Holder, "parse", wire)
        assert (found.problem.code, found.problem.path) == ("codec", "packed")
        assert message in found.problem.message
    assert time.perf_counter() - begin < 2
    assert Zlib(wbits=-15).decode(Zlib(wbits=-15).encode(b"raw")) == b"raw"
    with pytest.raises(ValueError, match="2 bytes follow"):
        Zlib().decode(zlib.compress(b"a") + b"xx")


class Backwards(FieldCodec[list[int]]):
    """A chain of offsets, each before the last."""

    def parse(self, cursor: Cursor) -> list[int]:
        cursor.take(cursor.left - 1)
        found = [cursor.u8()]
        while found[-1]:
            cursor = cursor.before(found[-1] - 1)
            found.append(cursor.u8())
        return found

    def build(self, value: list[int], out: bytearray) -> None:
        out += bytes(range(value[0])) + bytes(value[:1])


class Chain(Struct):
    chain: list[int] = coded(Backwards(), raw())


def test_jumps_go_backwards_and_come_to_an_end() -> None:
    assert agreed(Chain, "parse", b"\0\1\2\3").value.chain == [3, 2, 1, 0]
    for data in (b"\0\1\5", b"\0\2\2\7"):
        found = agreed(Chain, "parse", data)
        assert found.problem.code == "codec"
        assert "not backwards" in found.problem.message
    for hostile in (bytes(range(100)), b"\1"):
        assert "more than 64 jumps" in agreed(Chain, "parse", hostile).problem.message


def test_the_cursor() -> None:
    cursor = Cursor(b"xx\1\2\3\4\5\6\7\x08ab;cd", 2, 15)
    assert (cursor.u16(), cursor.u16("little"), cursor.number(2, signed=True), cursor.position, cursor.left) == (0x102, 0x403, 0x506, 6, 7)
    assert (cursor.take(2), cursor.find(b";"), cursor.rest(), cursor.left) == (b"\7\x08", b"ab", b"cd", 0)
    assert Cursor(b"\0\0\0\7" + bytes(8), 0, 12).u32() == 7
    assert Cursor(bytes(7) + b"\x09", 0, 8).u64("big") == 9
    with pytest.raises(ValueError, match="not below zero"):
        cursor.take(-1)


def test_forms_that_a_codec_forgets_are_kept_on_request() -> None:
    class Numbers(Struct):
        numbers: int = coded(Loose())
        more: int = coded(Loose(), raw(prefix=u8()))

    wire = b" 007;\x04+12;"
    assert "codec" in str(Numbers.certificate())
    for engine in ("interp", "python"):
        codec = Numbers.codec(engine)
        assert codec.build(codec.parse(wire)) == b"7;\x0312;"
        value = codec.parse(wire, keep=True)
        assert codec.build(value) == wire
        assert codec.build(value.replace(numbers=8)).startswith(b"8;")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("coded(5)", "an instance of a subclass of FieldCodec"),
        ("coded(Loose)", "an instance of a subclass of FieldCodec"),
        ("coded(Loose(), raw(size=1), size=2)", "delimited twice"),
        ("coded(Loose(), size=1, prefix=u8())", "ends in two ways"),
        ("coded(Loose(), u8())", "takes bytes"),
        ("coded(Complex(), size=16, default='x')", "AttributeError"),
        ("coded(Complex(), size=15, default=1j)", "has 16 bytes, the field has 15"),
        ("const(coded(Loose(), size=2), b'1;')", "const"),
        ("array(coded(Loose()))", "can be empty"),
    ],
)
def test_what_cannot_be_declared(said: str, message: str) -> None:
    names = {"Struct": Struct, "coded": coded, "raw": raw, "u8": u8, "Loose": Loose, "Complex": Complex, "array": array, "const": const}
    with pytest.raises(DeclarationError, match=message):
        exec(f"class Wrong(Struct):\n    value: object = {said}\n", names)


class Mirrored(Transform[bytes]):
    def decode(self, data: bytes) -> bytes:
        return data[::-1]

    def encode(self, value: bytes) -> bytes:
        return value[::-1]


class Reflected(Mirrored):
    """Of bytes because Mirrored is."""


class Mirrors(Struct):
    one: bytes = coded(Mirrored(), raw(prefix=u8()))
    other: bytes = coded(Reflected())


def test_bytes_are_hexadecimal_text_in_plain_data_both_ways() -> None:
    mirrors = Mirrors(one=b"ab", other=b"cd")
    assert mirrors.to_dict() == {"one": "6162", "other": "6364"}
    assert Mirrors.from_json(mirrors.to_json()) == mirrors
