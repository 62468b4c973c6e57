"""The RFC picture of a format: boxes to scale, names that fit or a legend, rows of their own for what varies."""

from __future__ import annotations

import re
from typing import Literal
from xml.etree import ElementTree as ET

import pytest

from bitwright import (
    IPv6Address,
    MACAddress,
    Struct,
    align,
    array,
    at,
    auto,
    bits,
    check,
    const,
    f32,
    flag,
    ipv6,
    mac,
    nested,
    pad,
    payload,
    raw,
    reserved,
    text,
    u8,
    u16,
    u32,
    variant,
    varint,
    when,
)  # fmt: skip
from bitwright.seeing.diagram import diagram
from tests.ir.programs import specs

RULER = " " + "+-" * 32 + "+"


class Segment(Struct):
    """Segment header (RFC 9293, section 3.1)."""

    src_port: int = u16()
    sequence: int = u16()
    data_offset: int = auto(bits(4))
    _reserved: int = reserved(4)
    ack: bool = flag(default=False)
    push_function: bool = flag(default=False)
    code: int = bits(6)
    window: int = u16()
    urgent: int | None = when(ack, u16())
    options: bytes = raw(size=data_offset * 4 - 20)
    body: bytes = payload()


GOLDEN = """\
Segment: Segment header (RFC 9293, section 3.1).

  0                   1                   2                   3
  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 |            src_port           |            sequence           |
 +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 | data_ |       |a| |           |                               |
 | offset|  rsvd |c|1|    code   |             window            |
 |       |       |k| |           |                               |
 +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 :                                                               :
 :                  urgent: 16 bits, only if ack                 :
 :                                                               :
 +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 /                                                               /
 /             options: (data_offset * 4) - 20 bytes             /
 /                                                               /
 +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 /                                                               /
 /                     body: bytes to the end                    /
 /                                                               /
 +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

  1 = push_function (1 bit)
"""


def test_a_whole_picture() -> None:
    assert diagram(Segment) == GOLDEN
    assert Segment.diagram() == GOLDEN


def body(struct: type[Struct]) -> list[str]:
    """The lines of the first picture, without heading, bit numbers and legend."""
    return [line for line in diagram(struct).splitlines()[4:] if re.match(r" [+|/:@]", line)]


def test_high_fields_are_one_open_box() -> None:
    class Addressed(Struct):
        src: IPv6Address = ipv6()
        rest: int = u32()

    blank = " |" + " " * 63 + "|"
    gap = " +" + " " * 63 + "+"
    named = " +" + "src".center(63) + "+"
    assert body(Addressed)[:8] == [RULER, blank, gap, blank, named, blank, gap, blank]
    assert body(Addressed)[8] == RULER


def test_fields_that_wrap_share_rows() -> None:
    class Frame(Struct):
        dst: MACAddress = mac()
        src: MACAddress = mac()

    assert body(Frame)[2] == " +" + " " * 31 + "+-" * 16 + "+"
    assert body(Frame)[4] == " " + "+-" * 16 + "+" + " " * 31 + "+"
    assert [line for line in body(Frame) if "src" in line or "dst" in line] == [f" |{'dst':^63}|", f" |{'src':^63}|"]


def test_every_line_has_the_width_of_the_ruler_or_ends_a_run_early() -> None:
    class Ragged(Struct):
        first: int = bits(5)
        second: int = bits(11)
        tail: bytes = raw()

    lines = body(Ragged)
    assert lines[1] == " |  first  |        second       |"
    assert {len(line) for line in lines} == {len(RULER), 34}


def test_every_fixed_field_is_named_in_the_picture_or_the_legend() -> None:
    class Flags(Struct):
        one_rather_long_name: bool = flag()
        another_rather_long_name: bool = flag()
        qr: bool = flag()
        opcode: int = bits(3)
        x: int = bits(2)

    drawn = diagram(Flags)
    assert "1 = one_rather_long_name (1 bit)" in drawn
    assert "2 = another_rather_long_name (1 bit)" in drawn
    assert "3 = opcode (3 bits)" in drawn
    assert body(Flags)[1] == " |1|2|q|  3  | x |"
    assert body(Flags)[2] == " | | |r|     |   |"


def test_constants_padding_and_alignment() -> None:
    class Marked(Struct):
        version: Literal[2] = const(bits(4), 2)
        wide: Literal[7] = const(u16(), 7)
        _gap = pad(bits=12)
        label: str = text(terminator=b"\0")
        _fill = align(4)

    drawn = diagram(Marked)
    assert "|version|            wide = 7           |        padding        |" in drawn
    assert "label: text, bytes up to 0x00" in drawn
    assert "_fill: zero bytes up to a multiple of 4" in drawn


def test_repeated_and_nested_structs_follow_once() -> None:
    class Leaf(Struct):
        """A leaf."""

        value: int = u8()

    class Branch(Struct):
        count: int = auto(u8())
        leaves: list[Leaf] = array(Leaf, count=count, default=[])
        last: Leaf = nested(Leaf)

    drawn = diagram(Branch)
    assert "leaves: Leaf, count times" in drawn
    assert "  last: Leaf" in drawn  # its box is too narrow, so the legend says it
    assert drawn.count("Leaf: A leaf.\n") == 1


def test_arms_of_a_union_are_listed_with_their_tags() -> None:
    class Data(Struct):
        """The union."""

    class Unknown(Data):
        data: bytes = raw()

    class Byte(Data, tag=(1, 2)):
        value: int = u8()

    class Holder(Struct):
        kind: int = auto(u8())
        data: Data = variant(Data, on=kind, unknown=Unknown)

    assert "data: chosen by kind" in diagram(Holder)
    assert "  data is one of Byte (1, 2), Unknown (any other)" in diagram(Holder)


def test_byte_order_is_said() -> None:
    class Little(Struct, endian="little"):
        value: int = u32()

    assert "least significant byte first" in diagram(Little)


def test_fields_with_an_order_of_their_own_say_so() -> None:
    class Odd(Struct, bit_order="lsb"):
        low: int = bits(3)
        rest: int = bits(5)
        high: int = bits(4, bit_order="msb")
        pad: int = bits(4, bit_order="msb")
        network: int = u16(endian="big")
        chosen: list[int] = array(u16(endian=low == 1), count=2)

    shown = diagram(Odd).splitlines()
    assert shown[1:3] == ["(numbers of several bytes: least significant byte first)", "(bits of a byte: least significant first)"]
    assert shown[-4:] == [
        "  high: most significant bit first",
        "  pad: most significant bit first",
        "  network: most significant byte first",
        "  chosen: least significant byte first if low == 1",
    ]


def test_what_lies_elsewhere_and_what_varies_say_where_and_how() -> None:
    class Far(Struct):
        offset: int = auto(u8())
        name: str = at(offset, text(terminator=b"\0"))
        size: int = auto(varint("leb128"))
        body: bytes = raw(size=size)
        ratio: float = f32()
        known: bool = flag(default=False)
        wide: int = bits(47)
        check(size < 1000, "too much")

    lines = body(Far)
    assert f" @{'name: text, bytes up to 0x00, at byte offset'.center(63)}@" in lines
    assert f" /{'size: leb128 of at most 64 bits'.center(63)}/" in lines
    assert f" /{'body: size bytes'.center(63)}/" in lines
    assert any("ratio" in line for line in lines)
    assert any("wide" in line for line in lines)
    assert "must hold: size < 1000 (too much)" in diagram(Far)
    classes = [element.get("class") for element in drawn(Far)[0].iter()]
    assert classes.count("elsewhere") == 3


def test_a_struct_without_fields() -> None:
    class Nothing(Struct):
        """Nothing."""

    assert diagram(Nothing) == "Nothing: Nothing.\n\n(no fields)\n"


def test_a_large_fixed_field_is_a_row_of_its_own() -> None:
    class Block(Struct):
        data: bytes = raw(size=512)

    assert body(Block)[2] == f" /{'data: 512 bytes':^63}/"


# --- the same as SVG -----------------------------------------------------------------------------


def drawn(struct: type[Struct]) -> tuple[ET.Element, list[str]]:
    """The picture as SVG, which must be well-formed, and its texts."""
    root = ET.fromstring(struct.diagram(format="svg"))
    space = "{http://www.w3.org/2000/svg}"
    assert {element.tag for element in root.iter()} <= {space + tag for tag in ("svg", "style", "text", "rect", "path")}
    return root, ["".join(element.itertext()) for element in root.iter(f"{space}text")]


def test_a_picture_as_svg_has_the_same_boxes_and_legends() -> None:
    root, texts = drawn(Segment)
    assert texts[0] == "Segment: Segment header (RFC 9293, section 3.1)."
    assert texts[1:33] == [str(bit) for bit in range(32)]
    names = ["src_port", "sequence", "data_", "offset", "reserved", "1", "2", "code", "window"]
    assert texts[33:42] == names
    assert texts[42:45] == ["urgent: 16 bits, only if ack", "options: (data_offset * 4) - 20 bytes", "body: bytes to the end"]
    assert texts[45:] == ["1 = ack (1 bit)", "2 = push_function (1 bit)"]
    assert sum(element.get("class") == "absent" for element in root.iter()) == 3
    assert sum(element.get("class") == "spare" for element in root.iter()) == 1
    assert root.get("width") == "660"


def test_high_boxes_of_an_svg_have_no_line_inside() -> None:
    class Wide(Struct):
        src: IPv6Address = ipv6()
        end: int = u32()

    root, texts = drawn(Wide)
    horizontal = [y for element in root.iter() for y in re.findall(r"M10 (\d+)h20", element.get("d") or "")]
    assert len(horizontal) == 2
    assert texts[-2:] == ["src", "end"]


def test_an_svg_is_escaped_and_named() -> None:
    class Marked(Struct):
        """A </svg><script>alert(1)</script> & such."""

        body: bytes = raw()

    assert drawn(Marked)[1][0] == "Marked: A </svg><script>alert(1)</script> & such."
    with pytest.raises(ValueError, match='there are "text" and "svg"'):
        Marked.diagram(format="png")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", sorted(specs()))
def test_every_format_can_be_drawn(name: str) -> None:
    root, texts = drawn(specs()[name])
    assert specs()[name].__name__ in texts[0]
    assert not any(float(element.get("y", "0")) > float(root.get("height", "0")) for element in root.iter())
