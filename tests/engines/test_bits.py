"""Numbers of every width at every bit, also where structs, lists and optional fields begin inside a byte."""

from __future__ import annotations

import types
from typing import Any

import pytest

from bitwright import DeclarationError, OpenEnum, Struct, array, auto, bits, checksum, flag, i16, nested, pad, raw, reserved, u8, u16, when
from bitwright.checksum import internet
from tests.engines.agreement import agreed, built


class Kind(OpenEnum):
    LOW = 1
    HIGH = 30


def one_number(before: int, width: int, *, signed: bool) -> Any:
    """A struct with one number of `width` bits at bit `before`, and ones around it."""

    def body(namespace: dict[str, Any]) -> None:
        namespace["__annotations__"] = {"before": int, "number": int, "after": int}
        namespace["before"] = bits(before + 1)  # at least one bit, so the first byte is never empty
        namespace["number"] = bits(width, signed=signed)
        namespace["after"] = bits(-(before + 1 + width) % 8 + 8)

    return types.new_class("Number", (Struct,), {}, body)


@pytest.mark.parametrize("before", range(8))
@pytest.mark.parametrize("width", [1, 2, 3, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 40, 47, 48, 55, 56, 57, 63, 64])
def test_every_width_at_every_bit(width: int, before: int) -> None:
    for signed in (False, True):
        struct = one_number(before, width, signed=signed)
        low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
        after_width = -(before + 1 + width) % 8 + 8
        for value in {low, high, high // 3, 0}:
            for around in (0, 1):
                message = struct(before=around * ((2 << before) - 1), number=value, after=around * ((1 << after_width) - 1))
                data = built(message)
                whole = int.from_bytes(data, "big")
                assert whole >> after_width & ((1 << width) - 1) == value & ((1 << width) - 1)


def test_numbers_out_of_range() -> None:
    for signed, values in ((False, (-1, 8)), (True, (-5, 4))):
        struct = one_number(2, 3, signed=signed)
        for value in values:
            found = agreed(struct, "build", struct(before=0, number=value, after=0))
            assert (found.problem.code, found.problem.path) == ("range", "number")


class Inner(Struct):
    a: int = bits(3)
    kind: Kind = bits(6, Kind)
    b: bool = flag()


class Nest(Struct):
    """Ten bits nested at bit 3, 5 and 7, then at a byte again."""

    x: int = bits(3)
    first: Inner = nested(Inner)
    y: int = bits(8)
    second: Inner = nested(Inner)
    third: list[Inner] = array(Inner, count=2)
    z: int = bits(5)


def test_structs_that_begin_inside_a_byte() -> None:
    one, two = Inner(a=5, kind=Kind.HIGH, b=True), Inner(a=0, kind=Kind(2), b=False)
    data = built(Nest(x=7, first=one, y=0xA5, second=two, third=[one, one], z=1))
    text = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"
    assert text == "111" + "1010111101" + "10100101" + "0000000100" + "1010111101" * 2 + "00001"


class Derived(Struct):
    count: int = auto(bits(4))
    more: bool = auto(flag())


class Loose(Struct):
    """Derived numbers, optional fields and lists at bit 4."""

    x: int = bits(4)
    count: int = auto(bits(6))
    header: Derived = nested(Derived)
    y: int = bits(5)
    numbers: list[int] = array(u8(), count=count)
    words: list[int] = array(i16(), count=header.count)
    maybe: int | None = when(header.more, u16())
    pairs: list[int] = array(bits(2), count=3)
    z: int = bits(6)


def test_lists_and_optional_fields_inside_a_byte() -> None:
    message = Loose(x=9, header=Derived(), y=3, numbers=[1, 255], words=[-1, 2], maybe=0xABCD, pairs=[3, 0, 1], z=33)
    data = built(message)
    assert data == bytes.fromhex("90 8a 30 1f ff ff f0 00 2a bc dc 61".replace(" ", "")), data.hex(" ")
    assert message.resolved().header == Derived(count=2, more=True)
    assert len(built(Loose(x=9, header=Derived(), y=3, numbers=[], words=[], pairs=[0, 0, 0], z=0))) == 4


class Short(Struct):
    """A measured size solved after bits that were written before."""

    version: int = bits(3)
    size: int = auto(bits(10))
    rest: int = bits(3)
    blocks: list[Derived] = array(Derived, count=0)
    body: list[Inner] = array(Inner, count=0)
    words: list[int] = array(u16(), size=size)


def test_a_number_patched_inside_bytes() -> None:
    assert built(Short(version=5, rest=6, blocks=[], body=[], words=[1, 2])) == bytes([0b10100000, 0b00100110, 0, 1, 0, 2])


class Pads(Struct):
    a: int = bits(3)
    _one = pad(bits=100)
    b: int = bits(4)
    _two = pad(bits=5)
    _three = pad(bytes=300)
    c: int = u8()


def test_padding_of_any_size() -> None:
    data = built(Pads(a=7, b=15, c=9))
    assert len(data) == 14 + 300 + 1
    clean = agreed(Pads, "check", data).value[1]
    assert clean == []
    for bit in (3, 7, 8, 64, 102, 107, 111, 112, 8 * 314 - 1):
        dirty = bytearray(data)
        dirty[bit // 8] |= 0x80 >> bit % 8
        value, findings = agreed(Pads, "check", bytes(dirty)).value
        assert value == Pads(a=7, b=15, c=9)
        assert [f.code for f in findings] == ["padding"], bit
        assert findings[0].path == ("_one" if bit < 103 else "_two" if bit < 112 else "_three")


class Spare(Struct):
    a: int = bits(3)
    z: int = reserved(9)
    b: int = bits(4)


def test_reserved_bits_are_kept_and_found() -> None:
    assert built(Spare(a=1, b=2)) == b"\x20\x02"
    data = built(Spare(a=1, z=257, b=2))
    assert [(f.code, f.path, f.bit_offset) for f in agreed(Spare, "check", data).value[1]] == [("reserved-bits", "z", 3)]


def test_the_end_of_the_input_inside_a_byte() -> None:
    data = built(
        Nest(
            x=7,
            first=Inner(a=5, kind=Kind.HIGH, b=True),
            y=0,
            second=Inner(a=0, kind=Kind.LOW, b=False),
            third=[Inner(a=1, kind=Kind.LOW, b=True)] * 2,
            z=1,
        )
    )
    places = []
    for end in range(len(data)):
        found = agreed(Nest, "parse", data[:end])
        assert found.problem.code == "truncated"
        places.append((found.problem.path, found.problem.bit_offset))
    assert places == [
        ("x", 0),
        ("first.kind", 6),
        ("y", 13),
        ("second.kind", 24),
        ("third[0].a", 31),
        ("third[0].b", 40),
        ("third[1].kind", 44),
    ]


def test_what_cannot_begin_inside_a_byte_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"Misplaced\.body: is bytes, .*pad\(bits=5\)"):

        class Misplaced(Struct):
            a: int = bits(3)
            body: bytes = raw(size=1)

    with pytest.raises(DeclarationError, match=r"MisplacedSum\.sum: is a checksum, .*pad\(bits=4\)"):

        class MisplacedSum(Struct):
            a: int = bits(4)
            sum: int = checksum(u16(), internet)

    class Whole(Struct):
        body: bytes = raw(size=1)

    class Holder(Struct):
        a: int = bits(4)
        whole: Whole = nested(Whole)
        b: int = bits(4)

    with pytest.raises(DeclarationError, match="must begin at a byte boundary"):
        Holder.parse(b"\0\0\0")


def test_a_message_that_does_not_fill_its_bytes_is_refused() -> None:
    with pytest.raises(DeclarationError, match="ends 2 bits into a byte, so it cannot be a message"):
        Inner.parse(b"\0\0")
    with pytest.raises(DeclarationError, match="ends 2 bits into a byte, so it cannot be a message"):
        Inner(a=1, kind=Kind.LOW, b=True).build()
