"""Curves of bit patterns: what compiling takes for more segments, and matching for more elements."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from benchmarks.scaling.curves import CONSTANT, Curve, Work, doubling
from bitwright import Pattern, pattern

PATTERNS = "How the cost of bit patterns grows"


def curves() -> Iterator[Curve]:
    """Every curve of patterns."""
    yield Curve(PATTERNS, "from a text of many segments to a function", "segments", doubling(8, 512), _compiling)
    yield Curve(PATTERNS, "a comprehension over every element", "elements", doubling(256, 16_384), _iterating, CONSTANT)
    yield Curve(PATTERNS, "a binary of many bytes", "bytes", doubling(1_024, 1 << 20), _taking)


def _compiling(size: int) -> Work:
    text = "<<" + ", ".join(f"field_{index}::{1 + index % 16}" for index in range(size)) + ", _::bits>>"
    data = bytes(2 * size)

    def work() -> dict[str, object] | None:
        return Pattern(text).match(data)  # not `pattern(text)`, which gives the one that was made before

    found = work()
    assert found is not None
    assert len(found) == size
    return work


def _iterating(size: int) -> Work:
    data, pixels = bytes(3 * size), pattern("<<red::8, green::8, blue::8>>")
    assert sum(1 for _ in pixels.iter(data)) == size
    return functools.partial(_drain, pixels, data)


def _drain(pixels: Pattern, data: bytes) -> int:
    return sum(1 for _ in pixels.iter(data))


def _taking(size: int) -> Work:
    framed, data = pattern("<<size::32, body::binary-size(size), rest::binary>>"), size.to_bytes(4, "big") + bytes(size) + b"rest"
    found = framed.match(data)
    assert found is not None
    assert len(found["body"]) == size
    return functools.partial(framed.match, data)
