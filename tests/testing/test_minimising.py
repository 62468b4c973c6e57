"""Inputs made smaller: what is left is what the finding needs, counts and lengths agree, and the search is bounded and repeatable."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest

from bitwright import ParseError, Struct, array, auto, nested, raw, text, u8, u16, when
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.minimising import minimise
from bitwright.testing.smaller import removals, simplifications
from bitwright.values import IPv4Address
from bitwright_specs.dns import Message
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4

DNS = {path.name: path.read_bytes() for path in sorted((Path(__file__).parents[2] / "fuzz/corpus/dns").glob("*.bin"))}
LARGE = [name for name in DNS if len(DNS[name]) > 150 and FieldTree(Message, DNS[name]).is_valid]


class Entry(Struct):
    kind: int = u8()
    size: int = auto(u16())
    data: bytes = raw(size=size)
    name: str = text(prefix=u8())


class Table(Struct):
    version: int = u8()
    has_extra: int = u8()
    words: int = auto(u8())
    count: int = auto(u16())
    body: bytes = raw(size=words * 4)  # counted in words
    entries: list[Entry] = array(nested(Entry), count=count)
    extra: int | None = when(has_extra != 0, u16())
    tail: bytes = raw(size=2)


def table() -> bytes:
    entries = [Entry(kind=n, data=bytes([n]) * (5 * n), name="n" * n) for n in range(1, 12)]
    return Table(version=3, has_extra=1, body=b"abcd" * 9, entries=entries, extra=77, tail=b"\xff\xff").build()


def is_message(message: type[Struct], data: bytes) -> bool:
    try:
        message.parse(data, strict=True)
    except ParseError:
        return False
    return True


def test_one_element_of_many_is_left_and_the_message_stays_valid() -> None:
    def is_same(data: bytes) -> bool:
        return is_message(Table, data) and any(entry.kind == 7 for entry in Table.parse(data).entries)

    smallest = minimise(table(), is_same, Table)
    wanted = Table(version=0, has_extra=0, body=b"", entries=[Entry(kind=7, data=b"", name="")], extra=None, tail=b"\0\0")
    assert smallest == wanted.build()


def test_without_a_declaration_bytes_go() -> None:
    assert minimise(random.Random(1).randbytes(300) + b"{" + bytes(50) + b"}", lambda data: b"{" in data and b"}" in data) == b"{}"


def test_a_lie_goes_on_lying_by_as_much() -> None:
    """A count that is 3 too large, in a message of 11 entries: one entry less, and it is still 3 too large."""
    data = bytearray(table())
    data[3:5] = (14).to_bytes(2, "big")
    counts = []
    for made in removals(FieldTree(Table, bytes(data))):
        tree = FieldTree(Table, made)
        counts.append((int.from_bytes(made[3:5], "big"), sum(node.is_complete for node in tree["entries"].children)))
    assert any(count < 14 and count == there + 3 for count, there in counts)


def _refuses_names(data: bytes) -> bool:
    try:
        Message.parse(data)
    except ParseError as error:
        return error.code == "bad-pointer"
    return False


def test_a_broken_message_becomes_its_broken_name() -> None:
    """An answer whose name points at itself, behind other records: what is left is hardly more than a header and that name."""
    data = bytearray(DNS[LARGE[0]])
    node = next(node for node in FieldTree(Message, bytes(data)).root.walk() if node.key == "name" and node.begin > 400)
    data[node.begin // 8 : node.begin // 8 + 2] = (0xC000 | node.begin // 8).to_bytes(2, "big")
    assert _refuses_names(bytes(data))
    smallest = minimise(bytes(data), _refuses_names, Message)
    assert _refuses_names(smallest)
    assert len(smallest) <= 20
    assert minimise(smallest, _refuses_names, Message) == smallest


def test_checksums_fit_again() -> None:
    src, dst = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
    packet = IPv4(src=src, dst=dst, ttl=9, protocol=IPProtocol.UDP, payload=b"payload" * 20).build()

    def is_same(data: bytes) -> bool:
        return is_message(IPv4, data) and IPv4.parse(data).ttl == 9

    smallest = minimise(packet, is_same, IPv4)
    assert is_message(IPv4, smallest)
    assert len(smallest) == 20


@pytest.mark.parametrize("name", LARGE[:12])
def test_most_removals_of_a_valid_message_are_valid_or_refused_and_all_are_shorter(name: str) -> None:
    tree = FieldTree(Message, DNS[name])
    made = list(removals(tree))
    assert all(len(data) < len(tree.data) for data in made)
    assert sum(is_message(Message, data) for data in made) >= 3
    simpler = list(simplifications(tree))
    assert simpler
    assert all(len(data) == len(tree.data) and data != tree.data for data in simpler)


def test_trials_are_bounded_and_the_result_repeats() -> None:
    asked: list[bytes] = []

    def is_same(data: bytes) -> bool:
        asked.append(data)
        return sum(data) > 40_000

    data = random.Random(2).randbytes(2000)
    first = minimise(data, is_same, Table, trials=100)
    assert len(asked) == 100
    assert len(set(asked)) == 100
    again = asked[:]
    asked.clear()
    assert minimise(data, is_same, Table, trials=100) == first
    assert asked == again
    assert sum(first) > 40_000


def test_seconds_end_it() -> None:
    asked: list[bytes] = []

    def is_same(data: bytes) -> bool:
        asked.append(data)
        return True

    assert minimise(b"abc", is_same, seconds=0.0) == b"abc"
    assert asked == []


def test_what_does_not_do_it_is_given_back() -> None:
    assert minimise(b"abc", lambda _: False, Message) == b"abc"
    assert minimise(b"", lambda _: True, Message) == b""


def _holds(wanted: int, data: bytes) -> bool:
    return wanted in data


@pytest.mark.parametrize("seed", range(5))
def test_whatever_the_bytes_it_ends(seed: int) -> None:
    rng = random.Random(seed)
    for name in LARGE[:4]:
        data = bytearray(DNS[name])
        for _ in range(4):
            data[rng.randrange(len(data))] = rng.randrange(256)
        wanted = rng.randrange(256)
        smallest = minimise(bytes(data), partial(_holds, wanted), Message, trials=300)
        assert smallest == bytes(data) or (wanted in smallest and len(smallest) <= len(data))
