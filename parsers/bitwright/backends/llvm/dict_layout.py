"""Where an object of `dict` has its values, found by looking at one, so that a copy of a dict of the same keys can be filled in place.

`PyDict_SetItem` looks up each key, which takes more than half of the time of making a dict.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from typing import Any, Final

KEYS: Final = 32  # where a dict says where its keys and values are
_INDEX_SIZE, _INDICES, _ENTRY = 9, 32, 16  # in what lies there: log2 of the size of the indices, the indices; then the entries
PLACEHOLDER: Final = object()  # the value of every key, before there is one


@functools.cache
def _known() -> bool:
    """Whether this Python is one whose dicts, and whose counts of references, are as here."""
    plain = not hasattr(sys, "gettotalrefcount") and getattr(sys, "_is_gil_enabled", lambda: True)()
    return sys.implementation.name == "cpython" and (3, 11) <= sys.version_info[:2] <= (3, 13) and plain and object.__basicsize__ == 16


def first_value(template: dict[str, Any]) -> int | None:
    """How far behind what `KEYS` leads to the first value lies in a copy of a dict of placeholders; None if it looks otherwise.

    Values lie 16 bytes apart, in the order of the keys.
    """
    if not template or not _known():
        return None
    copy = template.copy()
    table = ctypes.c_size_t.from_address(id(copy) + KEYS).value
    indices = 1 << ctypes.c_uint8.from_address(table + _INDEX_SIZE).value
    entries = table + _INDICES + indices
    if not len(template) <= indices <= 64 * len(template) + 64:
        return None
    pairs = (ctypes.c_size_t * (2 * len(template))).from_address(entries)
    expected = [address for key in template for address in (id(key), id(PLACEHOLDER))]
    return _INDICES + indices + 8 if list(pairs) == expected else None
