"""The answers of the real matcher that lie beside the repository, where they do: every one of the group `match`, on every engine.

The input of some is written as an Elixir term; such a term is read by our own parser, and holds nothing but literals.
"""

from __future__ import annotations

import functools
from typing import Any

import pytest
from bitstring import Bits

import bitwright
from bitwright import PatternError, bitsyntax
from bitwright.bitsyntax import tree
from tests.patterns.vectors import SHARED, same, shared, term

VECTORS = shared("match")


def test_the_vectors_are_there() -> None:
    if not VECTORS:
        pytest.skip(f"the answers of the real matcher are not there: {SHARED}")
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_as_the_real_matcher(vector: dict[str, Any], engine: Any) -> None:
    text = vector["pattern"] + (f" when {vector['guard']}" if vector.get("guard") else "")
    given = {name: term(value) for name, value in vector["bindings_in"].items()}
    if vector["result"] == "error":
        assert refused(text, given, engine), text
        return
    found = bitwright.pattern(text).on(engine).match(subject(vector), **given)
    if vector["result"] == "nomatch":
        assert found is None, (text, found)
    else:
        expected = {name: term(value) for name, value in vector["bindings_out"].items()}
        assert found is not None, text
        assert same(found, expected), (text, found, expected)


def refused(text: str, given: dict[str, Any], engine: Any) -> bool:
    """Whether the compiler would refuse the text: as it is made, or for a variable that has no value."""
    try:
        bitwright.pattern(text).on(engine).match(b"", **given)
    except PatternError:
        return True
    return False


def subject(vector: dict[str, Any]) -> Any:
    """What is matched."""
    if "input_term" in vector:
        return constant(bitsyntax.parse_construction(vector["input_term"]))
    return term({"hex": vector["input_hex"], "bits": vector["input_bits"]})


@functools.singledispatch
def constant(expr: Any) -> Any:
    """The value of an expression that holds literals only."""
    raise TypeError(expr)


@constant.register
def _(expr: tree.Literal) -> Any:
    return expr.value


@constant.register
def _(expr: tree.TupleOf) -> Any:
    return tuple(map(constant, expr.items))


@constant.register
def _(expr: tree.ListOf) -> Any:
    return [constant(item) for item in expr.items]


@constant.register
def _(expr: tree.MapOf) -> Any:
    return {constant(key): constant(value) for key, value in expr.pairs}


@constant.register
def _(expr: tree.Bitstring) -> Any:
    bits = Bits()
    for segment in expr.segments:
        value = constant(segment.value)
        bits += Bits(value) if isinstance(value, bytes) else Bits(uint=value, length=constant(segment.size) * segment.unit)
    return bits if len(bits) % 8 else bits.tobytes()
