"""Lies about messages: whatever a label says to expect is what the interpreter says, for every format, and most labels say it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from bitwright import ParseError
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.labels import Expected
from bitwright.testing.lies import sites
from bitwright.testing.mutator import Mutator
from tests.testing.seeds import seeds

ENOUGH = 1500  # mutants of each format
LEAST_KNOWN = 0.6


def outcome(codec: Any, data: bytes) -> Expected:
    """What the interpreter says of an input; of several findings the first, as strict reading does."""
    try:
        _, findings = codec.check(data)
    except ParseError as error:
        return Expected(accepts=False, code=error.code, path=error.path)
    return Expected(accepts=True, code=findings[0].code, path=findings[0].path) if findings else Expected(accepts=True)


@pytest.mark.parametrize("name", sorted(seeds()))
def test_what_a_label_expects_is_what_the_interpreter_says(name: str) -> None:
    message, data = seeds()[name]
    codec = message.codec("interp")
    mutator = Mutator(message, data, random.Random(name), tiers=["lie"])
    counted: Counter[str] = Counter()
    for _ in range(ENOUGH):
        mutant, label = mutator.mutant()
        if label.tier != "lie":  # of seeds that are no message
            continue
        counted["lies"] += 1
        expected = label.expected
        if expected.accepts is None:
            continue
        counted["known"] += 1
        assert outcome(codec, mutant) == expected, (str(label), mutant.hex())
        if expected.accepts and expected.code:
            with pytest.raises(ParseError) as refused:
                codec.parse(mutant, strict=True)
            assert (refused.value.code, refused.value.path) == (expected.code, expected.path)
    assert counted["lies"] > ENOUGH / 3
    assert counted["known"] >= LEAST_KNOWN * counted["lies"]


def test_a_seed_that_is_no_message_has_no_sites() -> None:
    message, _ = seeds()["dns"]
    assert not list(sites(FieldTree(message, b"\1\2\3")))
    data, label = Mutator(message, [b"\1\2\3"], random.Random(1)).mutant()
    assert label.tier == "raw"
    assert isinstance(data, bytes)


def test_the_same_seed_gives_the_same_mutants() -> None:
    message, data = seeds()["ipv4"]
    first, second = (Mutator(message, data, random.Random(7)) for _ in range(2))
    assert [first.mutant() for _ in range(500)] == [second.mutant() for _ in range(500)]
