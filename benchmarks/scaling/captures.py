"""Curves of captures: walked packet by packet, decoded to layers, and written as lines by the command; memory must not grow with them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from benchmarks.packets import capture_of
from benchmarks.processes import bitwright
from benchmarks.scaling.curves import CONSTANT, Curve, Work
from bitwright import capture, stack, tiers

CAPTURES = "How the cost of captures grows"
SIZES, MILLION = (1_000, 10_000, 100_000), 1_000_000
_DECODED = (1_000, 2_000, 5_000, 10_000, 20_000)


def curves(*, long: bool) -> Iterator[Curve]:
    """Every curve of captures; the long ones have a million packets."""
    sizes = (*SIZES, MILLION) if long else SIZES
    yield Curve(CAPTURES, "packets of a capture", "packets", sizes, _walking, CONSTANT)
    yield Curve(CAPTURES, "layers of every packet", "packets", _DECODED, _decoding, CONSTANT)
    yield Curve(CAPTURES, "decode --format jsonl, a whole process", "packets", sizes, _command, CONSTANT, is_process=True)


def _walking(size: int) -> Work:
    return functools.partial(_walk, str(capture_of(size)))


def _walk(path: str) -> int:
    count = 0
    with capture.open(path) as packets:
        for packet in packets:
            count += len(packet.data) > 0
    return count


def _decoding(size: int) -> Work:
    walker, path = stack.Walker(stack.load_standard()), str(capture_of(size))

    def work() -> int:
        with capture.open(path) as packets:
            return sum(len(walker.decode(packet).layers) for packet in packets)

    assert work() > size
    tiers.settle()  # a format that has become hot is compiled in another thread, whose memory would be counted here
    return work


def _command(size: int) -> Work:
    command = bitwright("decode", str(capture_of(size)), "--format", "jsonl")
    return lambda: command
