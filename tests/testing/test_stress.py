"""Large inputs: counts and lengths as they should be, chains as long as pointers reach, the same every time, and cheap for our engines."""

from __future__ import annotations

import itertools
import random

import pytest

from bitwright import ParseError, Struct, u16, u32
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.generate import examples
from bitwright.testing.inputs import inputs
from bitwright.testing.stress import SIZES, stresses
from bitwright_specs.dns import Message, TcpMessage

SEEDS = [data for data, _ in itertools.islice(examples(Message, random.Random(5)), 30)]


class Fixed(Struct):
    sender: int = u16()
    receiver: int = u16()
    serial: int = u32()


def _hops(data: bytes) -> int:
    """Of the longest chain of pointers: each leads to one directly before a shorter one."""
    known: dict[int, int] = {}
    for at in range(12, len(data) - 1):
        if data[at] >= 0xC0:
            known[at] = 1 + known.get(int.from_bytes(data[at : at + 2], "big") & 0x3FFF, 0)
    return max(known.values(), default=0)


def test_chains_are_deeper_than_a_stack_and_longer_than_pointers_reach() -> None:
    chains = [data for data, label in stresses(Message, SEEDS) if label.rule == "pointer-chain"]
    assert {size for size in SIZES for data in chains if size <= len(data) < size + 600} == set(SIZES)
    assert max(map(_hops, chains)) > 2_500
    for data in chains:
        with pytest.raises(ParseError) as refused:
            Message.parse(data)
        assert refused.value.code == "too-many-hops"


def test_lists_are_long_and_counted() -> None:
    lists = [(data, label) for data, label in stresses(Message, SEEDS) if label.rule == "many" and len(data) < 10_000]
    accepted = 0
    for data, label in lists:
        tree = FieldTree(Message, data)
        assert tree.error is None or tree.error.code not in ("count-too-large", "unconsumed"), label
        if tree.is_valid:
            accepted += 1
            assert len(tree[label.path].children) > 30
    assert accepted > len(lists) // 2


def test_lengths_around_are_solved() -> None:
    """The length of two bytes before a DNS message over TCP."""
    seeds = [TcpMessage(message=Message.parse(data)).build() for data in SEEDS[:10]]
    made = list(stresses(TcpMessage, seeds))
    assert made
    assert all(int.from_bytes(data[:2], "big") == len(data) - 2 for data, _ in made)


def test_they_repeat_and_formats_without_lists_have_none() -> None:
    assert list(stresses(Message, SEEDS)) == list(stresses(Message, SEEDS[::-1]))
    header = bytes.fromhex("0007" "0009" "00000003")
    assert Fixed.parse(header).serial == 3
    assert list(stresses(Fixed, [header, b"", b"\xff"])) == []


def test_a_campaign_tries_them_after_its_seeds_and_only_where_rules_are_broken() -> None:
    large = list(stresses(Message, SEEDS[:5]))
    got = list(itertools.islice(inputs(Message, SEEDS[:5], 1), 5 + len(large) + 20))
    assert got[5 : 5 + len(large)] == large
    assert list(itertools.islice(inputs(Message, SEEDS[:5], 1, first=7), 3)) == got[7:10]
    raw = list(itertools.islice(inputs(Message, SEEDS[:5], 1, tiers=("raw",)), 20))
    assert {label.rule for _, label in raw[5:]} == {"bytes"}
