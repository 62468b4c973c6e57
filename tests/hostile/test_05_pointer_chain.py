"""Class 5: chains of pointers.  What is counted is work: how often a byte of the message is looked at by itself.

64 KB messages made to be slow: 8,000 pointers that each lead to the one before and 3,000 owners that point to the last;
names of a hundred labels with a pointer to each.  What a pointer leads to is read once, so the work grows with the message,
and with 127, the labels that one name can have, at worst.  `benchmarks/hostile.py` has the times.
"""

from __future__ import annotations

import struct
from typing import Any

import pytest

from bitwright import Limits, ParseError
from bitwright_specs.dns import Message, Opaque, Type

HOPS, OWNERS = 8_000, 3_000
UNLIMITED = Limits(pointer_hops=1 << 20)
LOOKING = pytest.mark.parametrize("engine", ["interp", "python"])  # machine code reads bytes where nobody can count; see the last test


class Counting(bytes):
    """Bytes that count how often one of them, or a run, is asked for."""

    asked = 0

    def __getitem__(self, key: Any) -> Any:
        self.asked += 1
        return super().__getitem__(key)

    def find(self, *args: Any) -> int:
        """The search for a zero byte counts as one look: it stops after 255."""
        self.asked += 1
        return super().find(*args)


def chain(hops: int, owners: int) -> bytes:
    """A name, `hops` pointers in data of an unknown type, each to the one before, and records whose owner is the last."""
    name = b"\1a\0"
    start = 12 + 11
    places = [start, *range(start + len(name), start + len(name) + 2 * hops, 2)]
    data = name + b"".join(struct.pack(">H", 0xC000 | place) for place in places[:-1])
    records = struct.pack(">BHHIH", 0, 0xFF00, 1, 0, len(data)) + data
    records += struct.pack(">HHHIH", 0xC000 | places[-1], 16, 1, 0, 0) * owners
    return struct.pack(">6H", 1, 0x8000, 0, 1 + owners, 0, 0) + records


def labels(questions: int) -> bytes:
    """Names of 127 labels, and as many questions as wanted whose names are suffixes of them, no two alike."""
    whole = b"\1a" * 126 + b"\0" + b"\0\1\0\1"
    names = min(60, questions // 126)
    suffixes = [12 + name * len(whole) + 2 * label for name in range(names) for label in range(126)]
    tail = b"".join(struct.pack(">HHH", 0xC000 | place, 1, 1) for place in suffixes[:questions])
    return struct.pack(">6H", 1, 0, names + len(suffixes[:questions]), 0, 0, 0) + whole * names + tail


def work(codec: Any, data: bytes, **options: Any) -> tuple[Any, int]:
    """What parsing comes to, and how often it looked."""
    counted = Counting(data)
    try:
        found: Any = codec.parse(counted, **options)
    except ParseError as error:
        found = error
    return found, counted.asked


def test_the_message_is_as_large_as_promised() -> None:
    data = chain(HOPS, OWNERS)
    assert 50_000 < len(data) < 65_536
    assert 50_000 < len(labels(7_000)) < 65_536


def test_by_default_the_first_owner_is_refused(engine: str) -> None:
    codec = Message.codec(engine)
    found, asked = work(codec, chain(HOPS, OWNERS))
    assert isinstance(found, ParseError)
    assert (found.code, found.path) == ("too-many-hops", "answers[1].name")
    assert asked < 1_000


@pytest.mark.parametrize("hops", [1, 64, 1_000, HOPS])
@LOOKING
def test_a_chain_is_followed_once(hops: int, engine: str) -> None:
    """Without a limit the whole message is read, and each pointer of the chain is looked at once, not once an owner."""
    data = chain(hops, OWNERS)
    found, asked = work(Message.codec(engine), data, limits=UNLIMITED)
    assert isinstance(found, Message)
    assert {record.name for record in found.answers[1:]} == {"a."}
    assert (found.answers[0].type, len(found.answers)) == (Type(0xFF00), 1 + OWNERS)
    assert isinstance(found.answers[0].rdata, Opaque)
    assert hops < asked < 3 * hops + 25 * OWNERS


@LOOKING
def test_twice_the_message_is_twice_the_work(engine: str) -> None:
    codec = Message.codec(engine)
    _, half = work(codec, chain(HOPS // 2, OWNERS // 2), limits=UNLIMITED)
    _, whole = work(codec, chain(HOPS, OWNERS), limits=UNLIMITED)
    assert whole < 2.1 * half


@LOOKING
def test_every_suffix_of_long_names(engine: str) -> None:
    """No two pointers lead to the same place: each name costs its own labels, of which there are 127 at most."""
    codec = Message.codec(engine)
    found, asked = work(codec, labels(7_000))
    assert isinstance(found, Message)
    names = found.questions
    assert {len(question.qname) // 2 for question in names} == set(range(1, 127))
    assert len(names) < asked < sum(3 * (len(question.qname) // 2) + 25 for question in names)
    _, half = work(codec, labels(3_500))
    assert asked < 2.1 * half


def test_machine_code_reads_the_same() -> None:
    pytest.importorskip("llvmlite")
    for data in (chain(HOPS, OWNERS), labels(7_000)):
        assert Message.codec("llvm").parse(data, limits=UNLIMITED) == Message.codec("interp").parse(data, limits=UNLIMITED)
