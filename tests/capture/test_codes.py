"""Every code of a damaged capture has a case here, and its line in the documentation."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from bitwright.capture import CAPTURE_CODES
from bitwright.stack import WALK_FINDING_CODES
from tests.capture import files
from tests.capture.files import block, enhanced, interface, section
from tests.capture.reading import refusal

CASES = {
    "empty": b"",
    "not-a-capture": b"GET / HTTP/1.1\r\n",
    "unsupported": b"\xfd7zXZ\0" + bytes(20),
    "version": files.pcap_header(version=(1, 4)),
    "truncated": files.pcap(files.PACKETS)[:-1],
    "record-length": files.pcap_header() + files.record(b"", captured=1 << 30),
    "block-length": section() + block(6, b"", length=4),
    "packet-length": section() + interface() + enhanced(b"abcd", captured=99),
    "interface": section() + enhanced(b"abcd"),
    "byte-order": section(mark=0),
    "header": files.pcap_header(link=0x0030_0000),
    "inflate": gzip.compress(files.pcap_header()) + b"garbage",
    "inflate-limit": gzip.compress(files.pcap([bytes(60_000)] * 300)),
}
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "captures.md"


def documented() -> dict[str, str]:
    return {m[1]: m[2].strip() for m in re.finditer(r"^\| `([a-z-]+)` \|([^|]*)\|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)}


def test_every_code_has_a_case() -> None:
    assert CASES.keys() == CAPTURE_CODES.keys()


@pytest.mark.parametrize("code", CASES)
def test_the_case_of_a_code(code: str) -> None:
    assert refusal(CASES[code]).code == code


def test_every_code_and_finding_is_documented() -> None:
    said = documented()
    assert {code: said.get(code) for code in CAPTURE_CODES} == dict(CAPTURE_CODES)
    assert said.keys() >= WALK_FINDING_CODES.keys()
