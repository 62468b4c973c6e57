"""The tier "value": every mutant is a message, for every shipped spec and the gallery, whatever the seed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from bitwright import Struct, array, auto, checksum, raw, u8, u16
from bitwright.checksum import internet
from bitwright.testing.draw import RandomDraw
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.generate import examples
from bitwright.testing.labels import ACCEPTED, Label
from bitwright.testing.mutator import Mutator
from bitwright.testing.values import sites
from tests.testing.test_generate import FORMATS, loaded

SEEDS, EACH = 5, 60


def value_mutants(message: type[Struct], seed: bytes, rng: random.Random) -> Iterator[tuple[bytes, Label]]:
    """Mutants of sites at random."""
    draw, found = RandomDraw(rng), [site for site in sites(FieldTree(message, seed)) if site.prepare()[0]]
    while found:
        yield rng.choice(found).mutant(draw)


@pytest.mark.parametrize("place", FORMATS)
def test_every_mutant_is_a_message(place: str) -> None:
    message, rng = loaded(place), random.Random(4)
    made = list(itertools.chain.from_iterable(
        itertools.islice(value_mutants(message, seed, rng), EACH) for seed, _ in itertools.islice(examples(message, rng), SEEDS)
    ))  # fmt: skip
    assert made
    for data, label in made:
        assert label.tier == "value"
        assert label.expected == ACCEPTED
        message.codec("interp").parse(data, strict=True)
    assert len({data for data, _ in made}) > len(made) / 20


class Item(Struct):
    """An element."""

    kind: int = u8()
    body: bytes = raw(prefix=u8())


class Box(Struct):
    """Something of everything that follows from something else."""

    count: int = auto(u8())
    sum: int = checksum(u16(), internet)
    number: int = u16()
    items: list[Item] = array(Item, count=count)


def test_lists_grow_and_shrink_and_sums_fit() -> None:
    seed = Box(number=7, items=[Item(kind=1, body=b"ab"), Item(kind=2, body=b"")]).build()
    read = [Box.parse(data, strict=True) for data, _ in itertools.islice(value_mutants(Box, seed, random.Random(1)), 400)]
    assert {0, 65535} <= {value.number for value in read}
    assert {1, 2, 3} <= {len(value.items) for value in read}
    assert any(value.items[0].kind == 2 for value in read if value.items)
    assert len({bytes(value.items[0].body) for value in read if value.items}) > 5


def test_each_kind_of_field_has_its_rule() -> None:
    from bitwright_specs.dns import Message

    rules: set[str] = set()
    for seed, _ in itertools.islice(examples(Message, random.Random(2)), 6):
        rules |= {site.rule for site in sites(FieldTree(Message, seed))}
    assert rules >= {"number", "bytes", "name", "arm", "list", "elements"}


def test_what_is_no_message_has_no_sites() -> None:
    assert not list(sites(FieldTree(Box, b"\x01")))
    assert not list(sites(FieldTree(Box, Box(number=7, sum=1, items=[]).build())))


def test_the_mutator_gives_them_too() -> None:
    seed = Box(number=7, items=[Item(kind=1, body=b"ab")]).build()
    first, second = (list(itertools.islice(Mutator(Box, [seed], random.Random(3)), 300)) for _ in range(2))
    assert first == second
    assert {label.tier for _, label in first} == {"value", "lie", "raw"}
    only = list(itertools.islice(Mutator(Box, [seed], random.Random(3), tiers=("value",)), 100))
    assert {label.tier for _, label in only} == {"value"}
