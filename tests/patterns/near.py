"""What a random pattern is matched against: its data, and what is near them.

Promise: `inputs()` gives the data first, then bits that are flipped, cut off, ragged, too many or noise; of a term that holds
bitstrings, one place is changed, or now and then the whole.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

from bitstring import Bits

from tests.patterns.generators import WRONG, bits, ones

# Bytes at which integers, floats and code points change their meaning.
EDGES: Final = (
    0, 1, 2, 3, 4, 7, 8, 0x20, 0x3C, 0x41, 0x7C, 0x7F, 0x80, 0xBF, 0xC0, 0xC3, 0xD8, 0xDC, 0xED, 0xF0, 0xF4, 0xF8, 0xFC, 0xFE, 0xFF,
)  # fmt: skip


def inputs(rng: random.Random, data: Any, count: int) -> Iterator[Any]:
    """The data, and what is near them."""
    yield data
    for _ in range(count - 1):
        yield near(rng, data)


def near(rng: random.Random, data: Any) -> Any:
    """Something changed in it, at one place in a term."""
    if isinstance(data, bytes | Bits):
        return rng.choice(WRONG) if rng.random() < 0.01 else bits(changed(rng, ones(data)))
    if isinstance(data, tuple | list) and data and rng.random() < 0.9:
        items: list[Any] = list(data)
        at = rng.randrange(len(items))
        items[at] = near(rng, items[at])
        return type(data)(items)
    if isinstance(data, dict) and data and rng.random() < 0.9:
        key = rng.choice(list(data))
        return {**data, key: near(rng, data[key])}
    return rng.choice((*WRONG, data, data, data))


def changed(rng: random.Random, text: str) -> str:
    """Ones and zeros, changed in one way."""
    kind = rng.randrange(10)
    if kind == 0 or not text:
        return "".join(f"{rng.choice(EDGES):08b}" for _ in range(rng.randint(0, 24)))
    if kind == 1:
        return "".join(rng.choice("01") for _ in range(rng.randint(0, len(text) + 16)))
    place = rng.randrange(len(text))
    if kind == 2:
        return text[:place]
    if kind == 3:
        return text[: place // 8 * 8]
    if kind == 4:
        return text + "".join(rng.choice("01") for _ in range(rng.choice((1, 3, 8, 8, 16, 24))))
    if kind == 5:
        return text[:place] + f"{rng.choice(EDGES):08b}" + text[place + 8 :]
    if kind == 6:
        return text[: place // 8 * 8] + f"{rng.choice(EDGES):08b}" + text[place // 8 * 8 + 8 :]
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(text))
        text = text[:place] + ("1" if text[place] == "0" else "0") + text[place + 1 :]
    return text
