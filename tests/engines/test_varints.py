"""Integers of variable size: every coding at its edges, derived ones in and around regions, hostile ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bitwright import (
    BuildError,
    DeclarationError,
    Name,
    OpenEnum,
    ParseError,
    Struct,
    align,
    array,
    auto,
    bits,
    checksum,
    const,
    domain_name,
    nested,
    raw,
    text,
    u8,
    u16,
    varint,
    when,
)  # fmt: skip
from bitwright.checksum import crc32
from bitwright.wire.varints import KINDS, bounds_of_varint, most_bytes, read_varint, size_of_varint, write_varint
from tests.engines.agreement import agreed, built


class Kind(OpenEnum):
    SMALL = 1
    LARGE = 300


class Leb(Struct):
    value: int = varint("leb128")


class Sleb(Struct):
    value: int = varint("sleb128")


class Zigzag(Struct):
    value: int = varint("zigzag")


class Quic(Struct):
    value: int = varint("quic")


class Mqtt(Struct):
    value: int = varint("mqtt")


class Vlq(Struct):
    value: int = varint("vlq")


class Der(Struct):
    value: int = varint("der")


ALL: dict[str, Callable[..., Any]] = {"leb128": Leb, "sleb128": Sleb, "zigzag": Zigzag, "quic": Quic, "mqtt": Mqtt, "vlq": Vlq, "der": Der}

# From the documents that define them: DWARF 5, 7.6; protobuf encoding; RFC 9000, A.1; MQTT 5, table 1-1; the MIDI file format.
VECTORS = (
    ("leb128", 2, "02"), ("leb128", 127, "7f"), ("leb128", 128, "8001"), ("leb128", 129, "8101"), ("leb128", 12857, "b964"),
    ("leb128", 624485, "e58e26"), ("leb128", (1 << 64) - 1, "ffffffffffffffffff01"),
    ("sleb128", 2, "02"), ("sleb128", -2, "7e"), ("sleb128", 127, "ff00"), ("sleb128", -127, "817f"), ("sleb128", 128, "8001"),
    ("sleb128", -128, "807f"), ("sleb128", -129, "ff7e"), ("sleb128", -123456, "c0bb78"), ("sleb128", -(1 << 63), "8080808080808080807f"),
    ("zigzag", 0, "00"), ("zigzag", -1, "01"), ("zigzag", 1, "02"), ("zigzag", -2, "03"), ("zigzag", 0x7FFFFFFF, "feffffff0f"),
    ("zigzag", -(1 << 31), "ffffffff0f"),
    ("quic", 37, "25"), ("quic", 15293, "7bbd"), ("quic", 494878333, "9d7f3e7d"), ("quic", 151288809941952652, "c2197c5eff14e88c"),
    ("mqtt", 127, "7f"), ("mqtt", 128, "8001"), ("mqtt", 16383, "ff7f"), ("mqtt", 2097151, "ffff7f"), ("mqtt", 268435455, "ffffff7f"),
    ("vlq", 0x40, "40"), ("vlq", 0x80, "8100"), ("vlq", 0x2000, "c000"), ("vlq", 0x3FFF, "ff7f"), ("vlq", 0x1FFFFF, "ffff7f"),
    ("vlq", 0x0FFFFFFF, "ffffff7f"),
    ("der", 0, "00"), ("der", 127, "7f"), ("der", 128, "8180"), ("der", 255, "81ff"), ("der", 256, "820100"), ("der", 435, "8201b3"),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "number", "wire"), VECTORS)
def test_published_vectors_both_ways(kind: str, number: int, wire: str) -> None:
    assert built(ALL[kind](value=number)).hex() == wire
    assert agreed(ALL[kind], "parse", bytes.fromhex(wire)).value.value == number
    assert agreed(ALL[kind], "check", bytes.fromhex(wire)).value[1] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_edge_of_every_width(kind: str) -> None:
    for width in range(1, KINDS[kind][0] + 1):
        low, high = bounds_of_varint(kind, width)
        for number in {low, high, 0, high // 2, low // 2}:
            wire = write_varint(number, kind)
            assert len(wire) == size_of_varint(number, kind) <= most_bytes(kind, width)
            assert read_varint(wire + b"\xff", 0, len(wire) + 1, kind, width) == (number, len(wire))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_cut_says_how_much_is_missing(kind: str) -> None:
    wire = write_varint(bounds_of_varint(kind, KINDS[kind][0])[1], kind)
    for size in range(len(wire)):
        found = agreed(ALL[kind], "parse", wire[:size])
        assert (found.problem.code, found.problem.path, found.problem.bit_offset, found.problem.available) == ("truncated", "value", 0, size)
        assert found.problem.needed == (len(wire) if kind in ("quic", "der") and size else size + 1)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"quic"}))
def test_a_million_continuation_bytes_cost_nothing(kind: str) -> None:
    hostile = b"\xff" * 1_000_000
    found = agreed(ALL[kind], "parse", hostile)
    assert (found.problem.code, found.problem.bit_offset) == ("varint", 0)
    shorter = agreed(ALL[kind], "parse", hostile[: most_bytes(kind, KINDS[kind][0])])
    assert found.problem == shorter.problem, "it looks at ten bytes"


class Narrow(Struct):
    leb: int = varint("leb128", bits=10)
    quic: int = varint("quic", bits=10)
    signed: int = varint("sleb128", bits=8)


@pytest.mark.parametrize(
    ("wire", "path"), [("ff0f 00 00", "leb"), ("8008 00 00", "leb"), ("00 4400 00", "quic"), ("00 00 8001", "signed"), ("00 00 ff7e", "signed")]
)
def test_a_value_beyond_its_bits_is_refused(wire: str, path: str) -> None:
    found = agreed(Narrow, "parse", bytes.fromhex(wire))
    assert (found.problem.code, found.problem.path) == ("varint", path)


def test_what_does_not_fit_is_not_built() -> None:
    for bad in (Narrow(leb=1024, quic=0, signed=0), Narrow(leb=0, quic=-1, signed=0), Narrow(leb=0, quic=0, signed=128)):
        assert agreed(Narrow, "build", bad).problem.code == "range"
    assert agreed(Mqtt, "build", Mqtt(value=1 << 28)).problem.code == "range"


@pytest.mark.parametrize(("kind", "wire"), [("leb128", "8000"), ("sleb128", "ff7f"), ("zigzag", "8100"), ("quic", "4001"), ("mqtt", "808000"), ("vlq", "8001"), ("der", "8101")])
def test_more_bytes_than_needed_are_a_finding(kind: str, wire: str) -> None:
    raw_ = bytes.fromhex(wire)
    value, findings = agreed(ALL[kind], "check", raw_).value
    assert [(f.code, f.path, f.bit_offset) for f in findings] == [("non-minimal", "value", 0)]
    assert agreed(ALL[kind], "parse", raw_, strict=True).problem.code == "non-minimal"
    assert len(built(value)) == 1


class Words(Struct):
    kind: Kind = varint("leb128", Kind)
    fixed: int = const(varint("vlq"), 300)
    label: str = text(prefix=varint("quic"))
    body: bytes = raw(prefix=varint("mqtt"))
    values: list[int] = array(varint("zigzag"), until=lambda it: it == -1)
    maybe: int | None = when(kind == Kind.LARGE, varint("sleb128"))


def test_every_place_where_a_number_may_stand() -> None:
    message = Words(kind=Kind.LARGE, label="é" * 40, body=bytes(200), values=[5, -7000, -1], maybe=-5)
    wire = built(message)
    assert wire.startswith(bytes.fromhex("ac02 822c 4050"))
    assert Words.from_dict(message.to_dict()) == message
    found = agreed(Words, "parse", wire[:2] + b"\x82\x2d" + wire[4:])
    assert (found.problem.code, found.problem.path) == ("const", "fixed")
    assert agreed(Words, "build", message.replace(body=bytes(1 << 28))).problem.code == "size"


# --- derived -------------------------------------------------------------------------------------


class Leaf(Struct):
    count: int = auto(varint("leb128"))
    numbers: list[int] = array(u8(), count=count)


class Crowded(Struct):
    """Several lengths in a row, known in another order than they stand in, with a checksum and a patched number between."""

    total: int = auto(varint("leb128"))
    first: int = auto(varint("vlq"))
    patched: int = auto(u16())
    second: int = auto(varint("quic"))
    repeated: int = const(varint("leb128"), second + 1)
    sum: int = checksum(u16(), lambda data: crc32(data) & 0xFFFF)
    two: list[Leaf] = array(Leaf, size=second)
    one: list[Leaf] = array(Leaf, size=first)
    three: list[Leaf] = array(Leaf, size=patched)
    tail: Leaf = nested(Leaf, size=total - 4)


@pytest.mark.parametrize("sizes", [(0, 0, 0, 0), (200, 1, 1, 1), (1, 200, 1, 1), (1, 1, 200, 1), (100, 100, 100, 130), (300, 20000, 5, 127)])
def test_lengths_that_are_known_late_push_what_follows(sizes: tuple[int, ...]) -> None:
    one, two, three, tail = (Leaf(numbers=[7] * size) for size in sizes)
    message = Crowded(one=[one], two=[two], three=[three], tail=tail)
    wire = built(message)
    assert agreed(Crowded, "check", wire).value[1] == []
    again = Crowded.parse(wire)
    assert again.repeated == again.second + 1
    assert again.total == len(tail.build()) + 4
    assert built(again.relaxed()) == wire


def test_values_that_are_given_win() -> None:
    message = Crowded(one=[], two=[], three=[], tail=Leaf(numbers=[]), total=9, second=5, sum=3)
    wire = agreed(Crowded, "build", message).value
    assert wire == bytes.fromhex("09 00 0000 05 06 0003 00")
    resolved = agreed(Crowded, "resolved", message).value
    assert (resolved.total, resolved.first, resolved.second, resolved.sum) == (9, 0, 5, 3)
    assert agreed(Crowded, "build", message.replace(total=-1)).problem.code == "range"


LEVEL = "class Level(Struct):\n    a: int = auto(varint('leb128'))\n    b: Inner = nested(Inner, size=a)\n    c: int = u8()\n"


def test_nested_lengths_are_written_once() -> None:
    inner: Any = Leaf
    message: Any = Leaf(numbers=[1] * 200)
    for _ in range(30):
        names = {"Struct": Struct, "Inner": inner, "auto": auto, "varint": varint, "nested": nested, "u8": u8}
        exec(LEVEL, names)
        inner = names["Level"]
        message = inner(b=message, c=1)
    wire = built(message)  # if each level were built twice, 30 of them would never end
    assert len(wire) == 202 + 30 * 3


# --- refused -------------------------------------------------------------------------------------


def test_what_must_know_its_place_cannot_follow_a_length_known_late() -> None:
    class Aligned(Struct):
        length: int = auto(varint("leb128"))
        kind: int = u8()
        _gap = align(4)
        body: list[Leaf] = array(Leaf, size=length)

    class Named(Struct):
        length: int = auto(varint("leb128"))
        owner: Name = domain_name()
        body: list[Leaf] = array(Leaf, size=length)

    with pytest.raises(DeclarationError, match=r"length: is known only after `_gap`.*its own struct"):
        Aligned(kind=1, body=[]).build()
    with pytest.raises(DeclarationError, match=r"length: is known only after `owner`.*u16\(\)"):
        Named(owner="a.", body=[]).build()


def test_names_may_follow_in_a_scope_of_their_own_or_where_the_length_is_known() -> None:
    class Scope(Struct, origin=True):
        names: list[Name] = array(domain_name())

    class Holding(Struct):
        length: int = auto(varint("leb128"))
        scope: Scope = nested(Scope, size=length)

    class Early(Struct):
        length: int = auto(varint("leb128"))
        body: bytes = raw(size=length)
        names: list[Name] = array(domain_name())

    assert built(Holding(scope=Scope(names=["a.example.", "b.example."]))).hex() == "0f" + "0161076578616d706c6500" + "0162c002"
    assert built(Early(body=b"x" * 200, names=["a.", "a."]))[-2:] == b"\xc0\xca"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("varint('leb')", "there are leb128, sleb128, zigzag, quic, mqtt, vlq, der"),
        ("varint('leb128', bits=65)", "1 to 64 bits"),
        ("varint('leb128', bool)", "not a bool"),
        ("varint('leb128', str)", "cannot be the type of a number"),
        ("varint('mqtt', default=1 << 28)", "does not fit"),
        ("checksum(varint('leb128'), crc32)", "fixed size"),
        ("raw(prefix=varint('zigzag'))", "unsigned integer"),
    ],
)
def test_what_cannot_be_declared(said: str, message: str) -> None:
    names = {"Struct": Struct, "varint": varint, "checksum": checksum, "crc32": crc32, "raw": raw}
    with pytest.raises(DeclarationError, match=message):
        exec(f"class Wrong(Struct):\n    value: int = {said}\n", names)
    with pytest.raises(DeclarationError, match="begins with a byte"):
        exec("class Loose(Struct):\n    a: int = bits(3)\n    value: int = varint('leb128')\n", {**names, "bits": bits})


def test_engines_refuse_alike_what_is_no_number() -> None:
    for junk in (None, "1", b"1", 1.0, 1 << 70):
        message = Leb(value=1).replace(value=junk)
        assert agreed(Leb, "build", message).problem.code in {"type", "range"}
    with pytest.raises(BuildError):
        Leb(value=-1).build()
    with pytest.raises(ParseError):
        Leb.parse(b"")
