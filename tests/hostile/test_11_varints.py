"""Class 11: integers of variable size in more bytes than they need, and in more than there are."""

from __future__ import annotations

import pytest

from bitwright import Struct, auto, raw, u8, varint
from bitwright.schema.numbers import Coding
from bitwright.wire.varints import KINDS, most_bytes
from tests.engines.agreement import agreed


def holding(kind: Coding) -> type[Struct]:
    """A number of that coding, and a byte behind it."""

    class Held(Struct):
        value: int = varint(kind)
        after: int = u8()

    return Held


class Prefixed(Struct):
    """A length of variable size."""

    length: int = auto(varint("leb128"))
    body: bytes = raw(size=length)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("byte", [0x80, 0xFF])
def test_a_million_continuation_bytes(kind: Coding, byte: int) -> None:
    """Refused after as many bytes as the widest number takes: the rest is not looked at."""
    struct, most = holding(kind), most_bytes(kind, KINDS[kind][0])
    found = agreed(struct, "parse_prefix", bytes([byte]) * 1_000_000)
    if found.ok:
        assert kind == "quic", "its first byte says the size"
        return
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("varint", "value", 0)
    shorter = agreed(struct, "parse_prefix", bytes([byte]) * most)
    assert shorter.problem == found.problem


@pytest.mark.parametrize(("kind", "wire"), [
    ("leb128", "8100"), ("leb128", "ff8000"), ("sleb128", "ffff7f"), ("zigzag", "8200"), ("quic", "4001"), ("quic", "80000001"),
    ("mqtt", "80808000"), ("vlq", "8001"), ("der", "8101"), ("der", "82007f"),
])  # fmt: skip
def test_more_bytes_than_needed_are_a_finding(kind: Coding, wire: str) -> None:
    struct, data = holding(kind), bytes.fromhex(wire) + b"\7"
    value, findings = agreed(struct, "check", data).value
    assert [(finding.code, finding.path, finding.bit_offset) for finding in findings] == [("non-minimal", "value", 0)]
    assert agreed(struct, "parse", data, strict=True).problem.code == "non-minimal"
    assert len(value.build()) < len(data), "building writes the fewest"
    assert struct.parse(data, keep=True).build() == data


def test_a_length_that_asks_for_more_than_there_is() -> None:
    error = agreed(Prefixed, "parse", b"\xff\xff\xff\xff\xff\xff\xff\xff\x7fabc").problem
    assert (error.code, error.path, error.blames[0].field) == ("truncated", "body", "length")
