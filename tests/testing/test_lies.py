"""Lies about messages: whatever a label says to expect is what the interpreter says, for every format, and most labels say it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from bitwright import ParseError
from bitwright.testing.draw import RandomDraw
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.generate import generate
from bitwright.testing.labels import Expected
from bitwright.testing.lies import sites
from bitwright.testing.mutator import Mutator
from bitwright_specs.dns import Message
from tests.testing.seeds import seeds

ENOUGH = 1000  # mutants of each format
LEAST_KNOWN = 0.8


def outcome(codec: Any, data: bytes, **options: Any) -> Expected:
    """What the interpreter says of an input; of several findings the first, as strict reading does."""
    try:
        _, findings = codec.check(data, **options)
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
    assert counted["lies"] > ENOUGH / 2
    assert counted["known"] >= LEAST_KNOWN * counted["lies"]


# Each rule, a format where it can be broken, and what comes of it at least once.
RULES = {
    "length": ("dns", "truncated"),
    "count": ("dns", "count-too-large"),
    "unknown-tag": ("png_file", ""),
    "checksum": ("ipv4", "checksum"),
    "pointer": ("dns", "bad-pointer"),
    "pointer-chain": ("dns", "too-many-hops"),
    "cut": ("tcp", "truncated"),
    "varint": ("protobuf_message", "varint"),
    "text": ("vocabulary", "bad-text"),
    "label": ("dns", "bad-label"),
    "name-too-long": ("dns", "name-too-long"),
    "reserved": ("tcp", "reserved-bits"),
    "padding": ("vocabulary", "padding"),
    "trailing": ("dns", "unconsumed"),
    "const": ("ipv4", "const"),
    "check": ("ipv4", "check"),
    "enum-unknown": ("vocabulary", "enum-unknown"),
    "offset": ("elf_tables", "bad-offset"),
    "terminator": ("vocabulary", "no-terminator"),
    "negative-size": ("ble_advertisement", "negative-size"),
    "depth": ("ber_tlv", "depth"),
    "presence": ("mqtt_connect", "truncated"),
    "until": ("png_file", "truncated"),
}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_is_broken_somewhere(rule: str) -> None:
    name, code = RULES[rule]
    message, data = seeds()[name]
    found = set()
    for tree in (FieldTree(message, one) for one in data):
        for site in sites(tree):
            if site.rule == rule and any(site.prepare()):
                draw = RandomDraw(random.Random(1))
                found |= {label.expected.code for _, label in (site.mutant(draw) for _ in range(40))}
        if code in found:
            return
    pytest.fail(f"{name} has no {rule} that leads to {code}, only {sorted(found)}")


@pytest.mark.parametrize("seed", range(6))
def test_one_rule_alone_is_broken_where_something_is_inserted(seed: int) -> None:
    """Lengths around, and checksums over, what was inserted fit again: only the finding of the rule is left."""
    message, _ = seeds()["vocabulary"]
    data = generate(message, random.Random(100 + seed)).build()
    codec = message.codec("interp")
    for site in sites(FieldTree(message, data)):
        if site.rule != "varint":
            continue
        known, _ = site.prepare()
        draw = RandomDraw(random.Random(seed))
        for mutant, label in (site.mutant(draw) for _ in range(4 * known)):
            if label.expected.accepts:
                _, findings = codec.check(mutant)
                assert [(one.code, one.path) for one in findings] == [("non-minimal", site.path)]


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


def test_a_tier_that_does_not_exist_is_refused() -> None:
    wrong: Any = ["lies"]
    with pytest.raises(ValueError, match="'lies' is no tier; there are: value, lie, raw"):
        Mutator(Message, [], random.Random(1), tiers=wrong)
    with pytest.raises(ValueError, match="no tier is given; there are: value, lie, raw"):
        Mutator(Message, [], random.Random(1), tiers=[])
    text: Any = "lie"
    with pytest.raises(TypeError, match=r"tiers='lie' is a text: write a list, such as \['lie'\]"):
        Mutator(Message, [], random.Random(1), tiers=text)
