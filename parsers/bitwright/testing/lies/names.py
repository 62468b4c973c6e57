"""The rules that a domain name keeps to (RFC 1035, sections 3.1 and 4.1.4), and what follows where it breaks one.

Promise: these rules are stated apart from the readers of the engines, which are held against them.
"""

from __future__ import annotations

from typing import Final

from bitwright.errors import DEFAULT_LIMITS
from bitwright.testing.lies.failing import Failure

MOST_OCTETS: Final = 255
MOST_HOPS: Final = DEFAULT_LIMITS.pointer_hops


def name_end(data: bytes | bytearray, begin: int, limit: int, origin: int, path: str) -> int:
    """Where a name that begins at a byte ends; Failure if it breaks a rule."""
    start = here = begin
    octets, hops, after = 1, 0, 0
    while octets <= MOST_OCTETS and hops <= MOST_HOPS:
        length = data[here] if here < limit else 0
        size = 2 if length >= 0xC0 else 1 if length >= 0x40 else length + 1
        if here + size > limit:  # a run of labels ends before the run that led to it begins
            raise Failure("bad-pointer" if hops else "truncated", path)
        if 0x40 <= length < 0xC0:
            raise Failure("bad-label", path)
        if length >= 0xC0:
            target = origin + ((length & 0x3F) << 8 | data[here + 1])
            after = after or here + 2
            if target >= start:
                raise Failure("bad-pointer", path)
            hops, limit, start, here = hops + 1, start, target, target
            continue
        here += size
        if not length:
            return after or here
        octets += size
    raise Failure("too-many-hops" if hops > MOST_HOPS else "name-too-long", path)
