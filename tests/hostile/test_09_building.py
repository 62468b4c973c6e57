"""Class 9: values that would make huge messages.  Refused before anything is allocated for them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from bitwright import BuildError, Limits, Struct, align, array, auto, pad, raw, u8, u32


class Padded(Struct):
    """4 GiB of padding."""

    kind: int = u8()
    _gap = pad(bytes=(1 << 32) - 1)


class Aligned(Struct):
    """A boundary 16 GiB away."""

    kind: int = u8()
    _gap = align(1 << 34)


class Small(Struct):
    """Padding within the default limit, which a caller lowers."""

    kind: int = u8()
    _gap = pad(bytes=1 << 24)


class Lists(Struct):
    """Many gaps, none of them large."""

    count: int = auto(u32())
    items: list[Small] = array(Small, count=count)


class Counted(Struct):
    """A length that lies about what is there."""

    size: int = auto(u32())
    body: bytes = raw(size=size)


@pytest.mark.parametrize("make", [
    lambda: (Padded(kind=1), None),
    lambda: (Aligned(kind=1), None),
    lambda: (Small(kind=1), Limits(output_size=1 << 20)),
], ids=["pad", "align", "limit"])  # fmt: skip
def test_nothing_is_allocated(make: Callable[[], tuple[Struct, Limits | None]], engine: str) -> None:
    message, limits = make()
    codec = type(message).codec(engine)
    with pytest.raises(BuildError) as caught:  # compiles
        codec.build(message, limits=limits)
    assert (caught.value.code, caught.value.path) == ("too-large", "_gap")
    tracemalloc.start()
    try:
        with pytest.raises(BuildError):
            codec.build(message, limits=limits)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 64 * 1024, f"{peak} bytes"


def test_gaps_add_up(engine: str) -> None:
    message = Lists(items=[Small(kind=1)] * 4)
    with pytest.raises(BuildError) as caught:
        Lists.codec(engine).build(message, limits=Limits(output_size=3 << 24))
    assert (caught.value.code, caught.value.path) == ("too-large", "items[2]._gap")


def test_a_length_that_lies_makes_nothing_longer(engine: str) -> None:
    assert Counted.codec(engine).build(Counted(size=2**32 - 1, body=b"ab")) == b"\xff\xff\xff\xffab"
