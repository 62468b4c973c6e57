"""Patterns as pictures: text, SVG, what notebooks show."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

import bitwright
from bitwright_specs.dns.header import Header


def words(svg: str) -> list[str]:
    """What is written in a picture."""
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_a_pattern_and_the_struct_that_it_makes_have_the_same_boxes() -> None:
    pattern = bitwright.pattern("<<version::4, ihl::4, tos, length::16, id::16, flags::3, offset::13, crc::32>>")
    rows = [line for line in pattern.diagram().splitlines() if line.startswith(" ")]
    assert rows == [line for line in pattern.to_struct().diagram().splitlines() if line.startswith(" ")]
    assert len(rows) == 9


def test_the_drawing_has_what_the_text_has() -> None:
    pattern = bitwright.pattern("{a, <<kind::8, n::24, body::binary-size(n)>>, <<tail::3>>}", bit_order="lsb")
    drawn, written = words(pattern.diagram(format="svg")), pattern.diagram()
    for word in (pattern.text, "(bits of a byte: least significant first)", "kind", "n", "tail"):
        assert word in drawn
        assert word in written
    assert drawn.count("31") == 2  # a ruler for each bitstring
    assert any("binary-size(n)" in word for word in drawn)
    assert "(no segments)" in words(bitwright.pattern("x").diagram(format="svg"))


def test_notebooks_show_the_drawing_and_no_markup_of_the_text() -> None:
    pattern = bitwright.pattern('<<"</svg><script>alert(1)</script>", a>>')
    shown = pattern._repr_html_()
    assert shown.startswith('<div class="bitwright">')
    assert "&lt;/svg&gt;" in shown
    assert "<script" not in shown
    assert bitwright.pattern("<<a>>").diagram()._repr_html_().count("<pre>") == 1  # type: ignore[attr-defined]


def test_only_these_formats() -> None:
    with pytest.raises(ValueError, match="'png'"):
        bitwright.pattern("<<a>>").diagram(format="png")  # type: ignore[arg-type]


def test_a_class_is_drawn_as_its_pattern() -> None:
    for form in ("text", "svg"):
        drawn = Header.pattern().diagram(format=form)
        assert all(name in drawn for name in ("opcode", "rcode", "qdcount", "arcount"))
    assert Header.pattern().diagram().count("+-+") == Header.diagram().count("+-+")
