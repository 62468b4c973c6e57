"""Class 15: checksums that do not fit: told with the place, refused where strict; every flipped bit is noticed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engines.agreement import agreed
from tests.hostile.messages import samples


@pytest.mark.parametrize("name", ["frame", "ipv4", "icmp"])
def test_every_bit_flipped_is_noticed(name: str) -> None:
    """A CRC notices every single bit; so does the Internet checksum, in what it covers."""
    sample = next(sample for sample in samples() if sample.name == name)
    struct: Any = sample.struct
    assert struct.check(sample.data)[1] == []
    covered = 20 if name == "ipv4" else len(sample.data)
    for bit in range(0, 8 * covered, 3 if covered > 60 else 1):
        damaged = bytearray(sample.data)
        damaged[bit // 8] ^= 0x80 >> bit % 8
        found = agreed(struct, "check", bytes(damaged))
        if found.ok:
            assert "checksum" in {finding.code for finding in found.value[1]}, bit
            assert agreed(struct, "parse", bytes(damaged), strict=True).problem.code in ("checksum", "reserved-bits", "padding")


def test_building_again_makes_it_right() -> None:
    sample = next(sample for sample in samples() if sample.name == "frame")
    struct: Any = sample.struct
    wrong = sample.data[:-1] + bytes([sample.data[-1] ^ 1])
    value, findings = struct.check(wrong)
    assert [(finding.code, finding.path) for finding in findings] == [("checksum", "sum")]
    assert value.build() == wrong, "a value that was read is kept, wrong as it is"
    assert value.relaxed().build() == sample.data
