"""Constructions against what the real matcher wrote, and against themselves."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bitwright
from bitwright import BuildError, PatternError
from bitwright.backends.llvm import is_available
from tests.patterns.constructions import STRANGE, Random
from tests.patterns.vectors import Case, cases, differs, same, shared, term

ENGINES: tuple[Any, ...] = ("interp", "python", *(["llvm"] if is_available() else []))
SHARED = shared("construct")
CASES = [case for name in ("construct", "erlang") for _, case in cases(name) if case.kind == "construct"]


def test_what_the_real_matcher_writes(engine: str) -> None:
    wrong = [said for case in CASES if (said := differs(case, engine))]
    assert not wrong, "\n".join(wrong[:20])
    assert len(CASES) > 700


def test_the_shared_vectors_and_their_messages(engine: str) -> None:
    if not SHARED:
        pytest.skip("no shared vectors here")
    for vector in SHARED:
        given_values = {name: value["term"][1:] if isinstance(value, dict) and "term" in value else term(value)
                        for name, value in vector["values"].items()}  # fmt: skip
        case = Case("construct", vector["template"], given_values, None, "elixir", expected(vector))
        assert differs(case, engine) == ""
        if vector["result"] == "error" and vector["error"]["kind"] == "runtime":
            with pytest.raises(BuildError) as caught:
                bitwright.construct(vector["template"]).on(engine).build_from(given_values)
            assert vector["error"]["message"] == f"construction of binary failed: {caught.value.problem.message}"


def expected(vector: dict[str, Any]) -> Any:
    from tests.patterns.vectors import Error

    if vector["result"] == "error":
        return Error(vector["error"]["kind"])
    return term({"hex": vector["output_hex"], "bits": vector["output_bits"]})


def outcome(text: str, values: dict[str, Any], engine: str, **options: Any) -> Any:
    try:
        return bitwright.construct(text).on(engine).build_from(values, **options)
    except BuildError as error:
        return error.problem
    except PatternError as error:
        return str(error)


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_the_engines_write_the_same_and_refuse_alike(rng: random.Random, strict: bool) -> None:
    made = Random(rng, wrong=rng.choice((0.05, 0.3)), others=STRANGE)
    text = made.text()
    interp, *others = (outcome(text, made.values, engine, strict=strict) for engine in ENGINES)
    for engine, found in zip(ENGINES[1:], others, strict=True):
        assert same(interp, found), f"{text} of {made.values}: {interp!r}, {engine} {found!r}"


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(ENGINES), st.sampled_from(["msb", "lsb"]))
def test_what_fits_is_read_back(rng: random.Random, engine: Any, bit_order: Any) -> None:
    made = Random(rng, fits=True)
    text = made.text()
    pattern = bitwright.Pattern(text, engine=engine, bit_order=bit_order)
    data = pattern.build_from(made.values, strict=True)
    assert same(data, pattern.build_from(made.values))
    sizes = {name: value for name, value in made.values.items() if name in pattern.free}
    found = pattern.match(data, **sizes)
    wanted = {name: value for name, value in made.values.items() if name not in sizes}
    assert found is not None, f"{text} of {made.values} does not match {data!r}"
    assert same(found, {name: wanted[name] for name in found}), f"{text} of {made.values}: {found}"
    assert found.keys() == wanted.keys()
