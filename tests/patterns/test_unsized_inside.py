"""One segment without size before others: what follows counts from the end, at whatever bit it lies, on both engines."""

from __future__ import annotations

import random
from typing import Any

import pytest
from bitstring import Bits

import bitwright

BEFORE = ["", "p::7", "n::4, x::bits-size(n)", "u::utf8", "^k::9", "c::4, d::8"]
REST = ["m::bits", "_::bits", "m::binary", "m::binary-unit(16)"]
BEHIND = [
    "0::12, c::4", "q::7, h::65", "q::7, _h::65, g::float-32-little", "f::utf32", "b::binary-3, q::3, g::float-32, z::5", '"ab"', "c::1",
    "0::8", "^k::16, l::9-little-signed",
]  # fmt: skip


@pytest.mark.parametrize("rest", REST)
@pytest.mark.parametrize("before", BEFORE)
def test_what_follows_counts_from_the_end(before: str, rest: str) -> None:
    chosen = random.Random(7)
    matched = 0
    for behind in BEHIND:
        pattern = bitwright.pattern(f"<<{', '.join(filter(None, (before, rest, behind)))}>>", extended=True)
        for size in range(0, 200, 3):
            data: Any = Bits(uint=chosen.choice([0, 1, chosen.getrandbits(size)]) % (1 << size), length=size) if size else b""
            found = pattern.match(data, k=0)
            assert found == pattern.on("interp").match(data, k=0)
            whole = bytes(size // 8) + b"ab"[: size % 3]
            assert pattern.match(whole, k=0) == pattern.on("interp").match(whole, k=0)
            matched += found is not None
    assert matched
