"""Numbers of every width at every bit, in both byte orders and both bit orders, against oracles that share no code with bitwright.

The oracle here follows the definition word by word: bits in the order of the wire, cut into chunks of eight.  `bitstring`
and `construct` say the same layouts in their own words, where they can.
"""

from __future__ import annotations

import random
import types
from typing import Any, Literal

import bitstring
import construct  # type: ignore[import-untyped]  # it has no types
import pytest

from bitwright import OpenEnum, Struct, align, array, auto, bits, const, flag, nested, pad, raw, reserved, u8, u16, when
from tests.engines.agreement import agreed, built

Order = Literal["big", "little"]
BIT_ORDERS: tuple[Literal["msb", "lsb"], ...] = ("msb", "lsb")
ORDERS: tuple[Order, ...] = ("big", "little")
Layout = list[tuple[int, bool]]  # width, signed


def declared(layout: Layout, bit_order: str, endian: str) -> type[Struct]:
    """The layout as a struct, filled up to whole bytes."""

    def body(namespace: dict[str, Any]) -> None:
        namespace["__annotations__"] = {f"f{i}": int for i in range(len(layout))}
        for i, (width, signed) in enumerate(layout):
            namespace[f"f{i}"] = bits(width, signed=signed)
        gap = -sum(width for width, _ in layout) % 8
        if gap:
            namespace["_gap"] = pad(bits=gap)

    return types.new_class("Layout", (Struct,), {"bit_order": bit_order, "endian": endian}, body)


def expected(data: bytes, layout: Layout, bit_order: str, endian: str) -> list[int]:
    """The numbers, by the definition."""
    stream = [byte >> (7 - k if bit_order == "msb" else k) & 1 for byte in data for k in range(8)]
    found = []
    for width, signed in layout:
        taken, stream = stream[:width], stream[width:]
        chunks = [taken[i : i + 8] for i in range(0, width, 8)]
        digits = [c if bit_order == "msb" else c[::-1] for c in chunks]
        text = "".join(str(bit) for chunk in (digits if endian == "big" else digits[::-1]) for bit in chunk)
        value = int(text, 2)
        found.append(value - (1 << width) if signed and text[0] == "1" else value)
    return found


def some_layout(rng: random.Random) -> tuple[Layout, bytes]:
    """A layout, and bytes whose last gap is zero whatever the bit order: whole bytes only, or up to seven more bits."""
    layout = [(rng.choice([rng.randint(1, 64), rng.randint(1, 12), 8, 16, 32]), rng.random() < 0.3) for _ in range(rng.randint(1, 7))]
    return layout, rng.randbytes((sum(width for width, _ in layout) + 7) // 8)


def without_gap(data: bytes, layout: Layout, bit_order: str) -> bytes:
    """The same bytes with zeros behind the last number."""
    gap = -sum(width for width, _ in layout) % 8
    mask = 0xFF << gap & 0xFF if bit_order == "msb" else 0xFF >> gap
    return data[:-1] + bytes([data[-1] & mask])


@pytest.mark.parametrize("bit_order", BIT_ORDERS)
@pytest.mark.parametrize("endian", ORDERS)
def test_random_layouts(endian: str, bit_order: str) -> None:
    rng = random.Random(f"{endian} {bit_order}")
    for _ in range(150):
        layout, data = some_layout(rng)
        data = without_gap(data, layout, bit_order)
        struct = declared(layout, bit_order, endian)
        found = agreed(struct, "parse", data).value
        assert [getattr(found, f"f{i}") for i in range(len(layout))] == expected(data, layout, bit_order, endian), (layout, data.hex())
        assert built(found) == data
        cut = agreed(struct, "parse", data[:-1])
        assert cut.problem.code == "truncated"


def pieces(data: bytes, layout: Layout) -> list[tuple[bitstring.Bits, bool]]:
    """The bits of each number, and whether it is signed."""
    whole, at, found = bitstring.Bits(hex=data.hex()), 0, []
    for width, signed in layout:
        found.append((whole[at : at + width], signed))
        at += width
    return found


def test_layouts_that_bitstring_can_say_too() -> None:
    """Most significant bit first at any bit, in big endian; in little endian only whole bytes."""
    rng = random.Random("bitstring")
    for _ in range(150):
        layout, data = some_layout(rng)
        data = without_gap(data, layout, "msb")
        said = [part.int if signed else part.uint for part, signed in pieces(data, layout)]
        found = agreed(declared(layout, "msb", "big"), "parse", data).value
        assert [getattr(found, f"f{i}") for i in range(len(layout))] == said
        whole = [(8 * rng.randint(1, 8), signed) for _, signed in layout]
        data = rng.randbytes(sum(width for width, _ in whole) // 8)
        said = [part.intle if signed else part.uintle for part, signed in pieces(data, whole)]
        found = agreed(declared(whole, "msb", "little"), "parse", data).value
        assert [getattr(found, f"f{i}") for i in range(len(layout))] == said


def test_layouts_that_construct_can_say_too() -> None:
    """Least significant bit first, as construct has it: the bytes reversed, and the fields in reversed order."""
    rng = random.Random("construct")
    for _ in range(60):
        layout, data = some_layout(rng)
        data = without_gap(data, layout, "lsb")
        gap = 8 * len(data) - sum(width for width, _ in layout)
        fields = [f"f{i}" / construct.BitsInteger(width, signed=signed) for i, (width, signed) in enumerate(layout)]
        said = construct.BitStruct(*([construct.Padding(gap)] if gap else []), *reversed(fields)).parse(data[::-1])
        found = agreed(declared(layout, "lsb", "little"), "parse", data).value
        assert [getattr(found, f"f{i}") for i in range(len(layout))] == [said[f"f{i}"] for i in range(len(layout))]


# --- everything that can begin inside a byte, least significant bit first ------------------------


class Kind(OpenEnum):
    LOW = 1
    HIGH = 30


class Inner(Struct, bit_order="lsb"):
    kind: Kind = bits(6, Kind)
    more: bool = flag()
    number: int = bits(13, signed=True)


class Everything(Struct, bit_order="lsb"):
    count: int = auto(bits(3))
    version: int = const(bits(2), 2)
    first: Inner = nested(Inner)
    spare: int = reserved(3)
    list_: list[int] = array(bits(5), count=3)
    _gap = pad(bits=1)
    length: int = auto(bits(12))
    has_more: bool = auto(flag())
    odd: int = bits(19, endian="big")
    more: int | None = when(has_more, u16())
    inners: list[Inner] = array(Inner, count=2)
    _fill = pad(bits=84)
    words: list[int] = array(u16(), count=count)
    _align = align(4)
    body: bytes = raw(size=length)


def bits_of(*parts: tuple[int, int]) -> bytes:
    """Numbers and their widths, side by side from the lowest bit."""
    total = at = 0
    for value, width in parts:
        total |= (value & (1 << width) - 1) << at
        at += width
    return total.to_bytes((at + 7) // 8, "little")


def test_everything_least_significant_bit_first() -> None:
    one, two = Inner(kind=Kind.HIGH, more=True, number=-1000), Inner(kind=Kind(2), more=False, number=4095)
    message = Everything(first=one, list_=[31, 0, 5], odd=0x41234, more=0xBEEF, inners=[two, one], words=[1, 0x203], body=b"abc")
    inner_one, inner_two = ((30, 6), (1, 1), (-1000, 13)), ((2, 6), (0, 1), (4095, 13))
    swapped = 0x41234 >> 11 | (0x41234 >> 3 & 0xFF) << 8 | (0x41234 & 7) << 16  # big endian: first chunk most significant, three bits last
    start = bits_of(
        (2, 3), (2, 2), *inner_one, (0, 3), (31, 5), (0, 5), (5, 5), (0, 1), (3, 12), (1, 1), (swapped, 19), (0xBEEF, 16),
        *inner_two, *inner_one, (0, 84), (1, 16), (0x203, 16),
    )  # fmt: skip
    data = start + bytes(-len(start) % 4) + b"abc"
    assert built(message) == data
    assert message.resolved().count == 2
    assert agreed(Everything, "parse", data).value == message.resolved()
    assert agreed(Everything, "check", data).value[1] == []
    for end in range(len(data)):
        assert agreed(Everything, "parse", data[:end]).problem.code in ("truncated", "count-too-large")


def test_findings_are_placed_by_the_order_of_the_wire() -> None:
    class Spare(Struct, bit_order="lsb"):
        a: int = bits(3)
        z: int = reserved(9)
        _gap = pad(bits=4)

    assert [(f.code, f.path, f.bit_offset) for f in agreed(Spare, "check", b"\x08\x10").value[1]] == [
        ("reserved-bits", "z", 3),
        ("padding", "_gap", 12),
    ]


# --- both in one struct --------------------------------------------------------------------------


class Mixed(Struct):
    """As a CAN message may have it: one signal from the lowest bit up, one from the highest down."""

    intel: int = bits(12, bit_order="lsb")
    gear: int = bits(4, bit_order="lsb")
    motorola: int = bits(12)
    state: int = bits(4)
    swapped: int = bits(12, endian="little")
    rest: int = bits(4)


def test_both_bit_orders_in_one_struct() -> None:
    assert built(Mixed(intel=0x123, gear=4, motorola=0x567, state=8, swapped=0x9AB, rest=0xC)) == bytes.fromhex("2341 5678 ab9c")


class Low(Struct, bit_order="lsb"):
    a: int = bits(4)
    b: int = bits(12)


class High(Struct):
    a: int = bits(4)
    b: int = bits(12)


class Both(Struct):
    first: Low = nested(Low)
    second: High = nested(High)
    third: list[Low] = array(Low, count=2)


def test_structs_of_both_orders_side_by_side() -> None:
    message = Both(first=Low(a=1, b=0x234), second=High(a=1, b=0x234), third=[Low(a=5, b=6), Low(a=7, b=8)])
    assert built(message) == bytes.fromhex("4123 1234 6500 8700")


class BlockHeader(Struct, bit_order="lsb"):
    """RFC 1951, 3.2.3 and 3.2.7: the header of a block with dynamic codes."""

    final: bool = flag()
    kind: int = bits(2)
    hlit: int = bits(5)
    hdist: int = bits(5)
    hclen: int = bits(4)
    lengths: list[int] = array(bits(3), count=5)


def test_the_header_of_a_deflate_block() -> None:
    import zlib

    text = b"".join(bytes([i * i % 251, i % 7, 0x41]) for i in range(3000))
    made = zlib.compressobj(9, wbits=-15)
    data = made.compress(text) + made.flush()
    found = agreed(BlockHeader, "parse_prefix", data).value[0]
    number = int.from_bytes(data[:4], "little")
    assert (found.kind, found.hlit, found.hdist, found.hclen) == (2, number >> 3 & 31, number >> 8 & 31, number >> 13 & 15)
    assert built(found) == data[:4]


class FrameControl(Struct, bit_order="lsb"):
    """IEEE 802.15.4, 7.2.2: the frame control field, and the sequence number behind it."""

    kind: int = bits(3)
    security: bool = flag()
    pending: bool = flag()
    ack: bool = flag()
    pan_compression: bool = flag()
    spare: int = reserved(1)
    suppressed: bool = flag()
    elements: bool = flag()
    destination_mode: int = bits(2)
    version: int = bits(2)
    source_mode: int = bits(2)
    sequence: int = u8()


def test_a_frame_control_field() -> None:
    message = FrameControl(
        kind=1, security=False, pending=False, ack=True, pan_compression=True, suppressed=False, elements=False, destination_mode=2,
        version=0, source_mode=2, sequence=0x5C,
    )  # fmt: skip
    assert built(message) == bytes.fromhex("61885c")
    assert "split" in [op.kind for op in FrameControl.codec("python").optimized("parse").functions["entry"].body.ops]


def test_a_bit_order_inside_a_byte_that_only_nesting_makes_wrong() -> None:
    from bitwright import DeclarationError

    class Turning(Struct):
        a: int = u8()
        b: int = u8(bit_order="lsb")

    class Shifted(Struct):
        x: int = bits(4)
        inner: Turning = nested(Turning)
        y: int = bits(4, bit_order="lsb")

    for act in (lambda: Shifted.parse(b"\0\0\0"), lambda: Shifted(x=0, inner=Turning(a=0, b=0), y=0).build()):
        with pytest.raises(DeclarationError, match=r"Turning\.b: is least .* but begins at bit 4 of a byte that was begun most"):
            act()
