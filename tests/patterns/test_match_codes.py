"""Every code that says why a pattern does not match: in the document with its meaning, and met on both engines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import bitwright
from bitwright.errors import MATCH_CODES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "errors.md"

# code -> pattern, data, segment, bit offset
ROWS: dict[str, tuple[str, Any, int | None, int | None]] = {
    "truncated": ("<<a::4, b::12>>", b"\x12", 2, 4),
    "unconsumed": ("<<a::4, b::12>>", b"\x12\x34\x56", None, 16),
    "mismatch": ("<<a, a>>", b"\x12\x34", 2, 8),
    "ragged": ("<<a, r::binary-unit(16)>>", b"\x12\x34", 2, 8),
    "bad-size": ("<<a::signed, r::bits-size(a)>>", b"\xff\x34", 2, 8),
    "bad-float": ("<<a, r::float-16>>", b"\x00\x7c\x00", 2, 8),
    "bad-utf": ("<<a::utf16>>", b"\xdc\x00", 1, 0),
    "varint": ("<<a::4, n::mqtt, _::4>>", b"\xff\xff\xff\xff\xff\xff", 2, 4),
    "bad-argument": ("<<n, a::size(div(8, n))>>", b"\x00\x00", 2, 8),
    "guard": ("<<a>> when a > 5", b"\x05", None, None),
    "not-a-bitstring": ("{<<a>>}", (1,), None, None),
    "shape": ("{<<a>>}", (b"a", b"b"), None, None),
}


def test_every_code_has_a_row_and_a_line_in_the_document() -> None:
    assert set(ROWS) == set(MATCH_CODES)
    section = DOCUMENT.read_text("utf-8").partition("## When a pattern does not match")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", section, re.MULTILINE)) == MATCH_CODES


@pytest.mark.parametrize("code", ROWS)
def test_a_code(code: str, engine: Any) -> None:
    text, data, segment, bit_offset = ROWS[code]
    pattern = bitwright.pattern(text, extended=True).on(engine)
    assert pattern.match(data) is None
    found = pattern.explain(data)
    assert (found.code, found.segment, found.bit_offset) == (code, segment, bit_offset)
    assert str(found)
