"""Generated messages of random formats: whatever is declared has messages, or says that none was found."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitwright import BuildError, DeclarationError, ParseError
from bitwright.testing.draw import RandomDraw
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.generate import GenerationError, attempt, generate
from bitwright.testing.generating.frame import Stuck
from bitwright.testing.values import sites
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import thorough
from tests.engines.wild import Wild, wild_formats


def outside(struct: Any, numbers: dict[str, int]) -> dict[str, Any]:
    """What parsing and building take besides the message."""
    return {**({"endian": "big"} if struct.__bitwright__.order == "inherit" else {}), **numbers}


@thorough(60)
@given(formats(), st.integers(0, 5), st.integers(0, 1000))
def test_a_format_that_has_messages_is_generated(form: Format, number: int, seed: int) -> None:
    struct = form.top.struct
    parameters = outside(struct, dict.fromkeys(form.top.params, number))
    try:
        value = generate(struct, random.Random(seed), **parameters)
    except GenerationError as error:  # blocks that lie on each other, sums over each other, codecs that refuse what was tried
        assert any(words in str(error) for words in ("overlap", "checksum", "was tried", "that were tried", "ends the list"))
        return
    assert struct.parse(value.build(**parameters), **parameters) == value


@thorough(60)
@given(wild_formats(), st.integers(0, 1000))
def test_a_declaration_that_hardly_works_raises_nothing_else(form: Wild, seed: int) -> None:
    if form.struct is None:
        return
    try:
        form.struct.codec("interp").program("build")
    except DeclarationError:
        return
    draw = RandomDraw(random.Random(seed))
    for _ in range(4):
        try:
            wire, value = attempt(form.struct, draw, outside(form.struct, {}))
        except (Stuck, BuildError, ParseError):
            continue
        assert form.struct.check(wire, **outside(form.struct, {})) == (value, [])


def test_an_attempt_takes_bounded_effort() -> None:
    from docs.gallery.ber_tlv import Element

    draw = RandomDraw(random.Random(3))
    for _ in range(50):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bitwright.testing.generating.maker.EFFORT", 30)
            try:
                wire, _ = attempt(Element, draw, {})
            except Stuck:
                continue
        assert len(wire) <= 1300


@thorough(40)
@given(formats(), st.integers(0, 5), st.integers(0, 1000))
def test_another_value_gives_a_message_again(form: Format, number: int, seed: int) -> None:
    struct, rng = form.top.struct, random.Random(seed)
    parameters = outside(struct, dict.fromkeys(form.top.params, number))
    try:
        wire = generate(struct, rng, **parameters).build(**parameters)
    except GenerationError:
        return
    endian = parameters.pop("endian", None)
    found = [site for site in sites(FieldTree(struct, wire, endian=endian, parameters=parameters)) if site.prepare()[0]]
    for _ in range(20 if found else 0):
        data, label = rng.choice(found).mutant(RandomDraw(rng))
        value, findings = struct.codec().check(data, endian=endian, **parameters)
        assert not findings, (label, value)
