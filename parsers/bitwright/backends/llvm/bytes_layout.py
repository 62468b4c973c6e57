"""Where an object of `bytes` has its bytes, found by looking at one, so that values of a class of bytes can be made in place.

`bytes.__new__(cls, raw)` takes several times as long: it asks `raw` for `__bytes__` first.
"""

from __future__ import annotations

import ctypes
import functools


@functools.cache
def head_of_bytes() -> int | None:
    """How many bytes come before the content, the last of them its hash, -1 while that is unknown; None if it looks otherwise."""
    size = ctypes.sizeof(ctypes.c_ssize_t)
    head = bytes.__basicsize__ - 1
    sample = bytes(bytearray(b"what nobody has asked the hash of"))
    hashed = ctypes.c_ssize_t.from_address(id(sample) + head - size)
    before = hashed.value
    expected = (-1, hash(sample), sample)
    return head if size == 8 and (before, hashed.value, ctypes.string_at(id(sample) + head, len(sample))) == expected else None
