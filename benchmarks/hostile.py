"""How long hostile input takes, beside the bounds that each is held against: `python -m benchmarks.hostile`.

Each case is refused (or read) once before it is timed, so that compiling is not measured; the median of many calls counts.
Captures of `../shared/captures/hostile` are walked packet by packet, where that folder is; the slowest packet is named.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bitwright import ParseError, Struct, auto, capture, stack, u8, variant
from bitwright_specs.dns import Message

CAPTURES = Path(__file__).resolve().parents[2] / "shared" / "captures"
MICROSECOND, MILLISECOND = 1e-6, 1e-3


@dataclasses.dataclass(frozen=True)
class Case:
    """An input and the seconds that it may take on the python backend."""

    name: str
    bound: float
    work: Callable[[], object]


class Node(Struct):
    """A link of a chain."""


class Leaf(Node, tag=0):
    """The end."""


class Link(Node, tag=1):
    """Another link inside."""

    kind: int = auto(u8())
    inner: Node = variant(Node, on=kind)


def pointer(place: int) -> bytes:
    """A compression pointer (RFC 1035, section 4.1.4)."""
    return (0xC000 | place).to_bytes(2, "big")


def questions(names: list[bytes]) -> bytes:
    """A message of one question for each name."""
    return b"\0\1\0\0" + len(names).to_bytes(2, "big") + bytes(6) + b"".join(name + b"\0\1\0\1" for name in names)


def illegal_chain(hops: int, owners: int) -> bytes:
    """Pointers to pointers, more than any name may follow, and owners that all begin at the far end."""
    names, place = [b"\0"], 12
    for at in range(17, min(17 + 6 * hops, 0x4000), 6):
        names.append(pointer(place))
        place = at
    return questions(names + [pointer(place)] * owners)


def legal_chain(owners: int) -> bytes:
    """Names that end in each other, each up to 60 pointers deep, which is as long as a name may be."""
    names, at, place = list[bytes](), 12, 12
    for index in range(owners):
        names.append(b"\3abc" + pointer(place) if index % 60 else b"\0")
        if at < 0x4000:
            place = at
        at += len(names[-1]) + 4
    return questions(names)


def refused(struct: Any, data: bytes) -> Callable[[], object]:
    """Parsing what must not parse."""

    def work() -> str:
        try:
            struct.parse(data)
        except ParseError as error:
            return error.code
        raise AssertionError(f"{struct.__name__} reads {len(data)} bytes that it should refuse")

    return work


def cases() -> Iterator[Case]:
    """Every single input."""
    yield Case("count bomb: 4 x 65,535 records in 12 bytes", 50 * MICROSECOND, refused(Message, bytes(4) + b"\xff" * 8))
    yield Case("chain of 8,000 pointers, 3,000 owners", 20 * MILLISECOND, refused(Message, illegal_chain(8_000, 3_000)))
    legal = legal_chain(3_000)
    yield Case("3,000 names that end in each other, up to 60 pointers deep", 20 * MILLISECOND, lambda: Message.parse(legal))
    yield Case("recursion, 100,000 deep", 5 * MILLISECOND, refused(Link, b"\1" * 100_000 + b"\0"))


def seconds(work: Callable[[], object]) -> float:
    """The median time of a call."""
    work()
    times: list[float] = []
    until = time.perf_counter() + 0.5
    while len(times) < 5 or (time.perf_counter() < until and len(times) < 2_000):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def slowest_packet() -> tuple[float, str, int, int]:
    """Of all hostile captures: the seconds of the slowest packet, its file and number, and how many packets there were.

    Of three readings of a packet the quickest counts: that the machine was elsewhere for a while is not the packet's doing.
    """
    worst, count = (0.0, "", 0), 0
    walker = stack.Walker(stack.load_standard(), check=True)
    for path in sorted((CAPTURES / "hostile").rglob("*.*cap*")):
        try:
            with capture.open(path) as packets:
                for packet in packets:
                    took = min(once(lambda packet=packet: walker.decode(packet)) for _ in range(3))  # type: ignore[misc]
                    count += 1
                    worst = max(worst, (took, path.name, packet.number))
        except capture.CaptureError:
            continue
    return *worst, count


def once(work: Callable[[], object]) -> float:
    """The seconds of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> int:
    """Print the table; 1 if a bound is exceeded."""
    late = 0
    print(f"{'input':<58} {'bound':>9} {'measured':>11}")
    for case in cases():
        took = seconds(case.work)
        late += took > case.bound
        print(f"{case.name:<58} {case.bound * 1e3:6.2f} ms {took * 1e3:8.3f} ms{'  too slow' if took > case.bound else ''}")
    if (CAPTURES / "hostile").is_dir():
        took, name, number, count = slowest_packet()
        late += took > 50 * MILLISECOND
        print(f"{f'slowest of {count:,} packets of hostile captures':<58}  50.00 ms {took * 1e3:8.3f} ms  {name}, packet {number}")
    else:
        print(f"no hostile captures at {CAPTURES}", file=sys.stderr)
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
