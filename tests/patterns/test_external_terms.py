"""Terms go to the real matcher and into the files of its answers, and come back as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bitstring import Bits

from tests.patterns.external import decoded, encoded
from tests.patterns.vectors import same, shown, term

TERMS: list[Any] = [
    0, 1, -1, 255, 256, -(1 << 31), (1 << 31) - 1, 1 << 31, -(1 << 31) - 1, 1 << 64, -(1 << 64), 1 << 2100, -(1 << 2100),
    0.0, -0.0, 1.5, 5e-324, 1e300, b"", b"abc", Bits("0b101"), Bits(hex="abcd")[:11], "atom", "été", "", True, False, None,
    (), (1, 2), ("ok", b"\0"), [], [1], [97, 98], [b"a", [(1,)]], {}, {"a": 1, b"k": {1: [2.5]}}, {1: 2, (1,): Bits("0b1")},
]  # fmt: skip


@pytest.mark.parametrize("value", TERMS, ids=repr)
def test_the_external_format_keeps_a_term(value: Any) -> None:
    assert same(decoded(encoded(value)), value)


@pytest.mark.parametrize("value", TERMS, ids=repr)
def test_the_json_keeps_a_term(value: Any) -> None:
    assert same(term(json.loads(json.dumps(shown(value)))), value)


def test_the_external_format_of_the_documentation() -> None:
    assert encoded(("ok", 1, b"a", [], None)) == b"\x83i\0\0\0\5" + b"v\0\2ok" + b"b\0\0\0\1" + b"m\0\0\0\1a" + b"j" + b"v\0\3nil"
    assert decoded(b"\x83k\0\2ab") == [97, 98]
    assert decoded(b"\x83n\x01\x01\x05") == -5


@pytest.mark.parametrize("raw", [b"", b"\x82a\1", b"\x83a\1a", b"\x83g", b"\x83l\0\0\0\1a\1a\2"])
def test_what_is_no_term_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"external|left over|not read|improper"):
        decoded(raw)


UNEQUAL: list[tuple[Any, Any]] = [
    (1, 1.0), (1, True), (0.0, -0.0), (b"a", "a"), ([1], (1,)), (b"\xf0", Bits("0xf")), ({1: 1}, {1: True}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), UNEQUAL)
def test_what_is_not_the_same(one: Any, other: Any) -> None:
    assert same(one, one)
    assert not same(one, other)
