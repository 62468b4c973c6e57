"""A pattern again and again: what is compiled for whole bytes yields, skips, ends and refuses as the interpreter does."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from bitstring import Bits

import bitwright
from bitwright import ParseError, PatternError
from tests.patterns.generators import drawn, ones
from tests.patterns.near import inputs
from tests.patterns.vectors import same

MOST = 50  # elements that are asked for


def elements(pattern: Any, data: Any, given: dict[str, Any], *, strict: bool) -> Any:
    """The elements, and the code and the place of the error that they end with."""
    found = []
    try:
        for each in itertools.islice(pattern.iter(data, strict=strict, **given), MOST):
            found.append(each)  # noqa: PERF402  # those before an error count
    except ParseError as error:
        return found, error.problem.code, error.problem.bit_offset
    return found, None, None


def test_what_differs_is_skipped_and_what_is_cut_off_ends_it(engine: Any) -> None:
    pattern = bitwright.pattern("<<1, x>>").on(engine)
    assert list(pattern.iter(b"\1\2\3\4\1\5\1")) == [{"x": 2}, {"x": 5}]
    assert list(pattern.iter(b"")) == []
    assert list(pattern.iter(Bits("0x0102, 0b0"))) == [{"x": 2}]
    assert elements(pattern, b"\1\2\3\4", {}, strict=True) == ([{"x": 2}], "mismatch", 16)
    assert elements(pattern, b"\1\2\1", {}, strict=True) == ([{"x": 2}], "truncated", 24)


def test_all_in_one_go_where_nothing_can_differ(engine: Any) -> None:
    pixels = bitwright.pattern("<<r, g, b>>").on(engine)
    assert list(pixels.iter(bytes(range(7)))) == [{"r": 0, "g": 1, "b": 2}, {"r": 3, "g": 4, "b": 5}]
    assert elements(pixels, bytes(range(7)), {}, strict=True)[1:] == ("truncated", 56)
    assert elements(pixels, bytes(range(6)), {}, strict=True)[1:] == (None, None)
    apart = bitwright.pattern("<<_::8, a::little-16, _::8, name::binary-size(2), _::16>>").on(engine)
    assert list(apart.iter(bytes(range(16)))) == [{"a": 0x0201, "name": b"\4\5"}, {"a": 0x0A09, "name": b"\x0c\x0d"}]


def test_lengths_and_values_from_outside(engine: Any) -> None:
    records = bitwright.pattern("<<n, d::binary-size(n * k)>> when d != stop").on(engine)
    assert list(records.iter(b"\1ab\0\1xy\1cd\2a", k=2, stop=b"xy")) == [{"n": 1, "d": b"ab"}, {"n": 0, "d": b""}, {"n": 1, "d": b"cd"}]
    with pytest.raises(PatternError, match="undefined variable `stop`"):
        list(records.iter(b"\1ab", k=2))


def test_an_element_that_takes_nothing_is_refused(engine: Any) -> None:
    pattern = bitwright.pattern("<<a::binary-size(n)>>").on(engine)
    assert list(pattern.iter(b"abcd", n=2)) == [{"a": b"ab"}, {"a": b"cd"}]
    assert elements(pattern, b"abcd", {"n": 0}, strict=False) == ([], "no-progress", 0)
    assert elements(pattern, b"abcd", {"n": 0}, strict=True) == ([], "no-progress", 0)


@pytest.mark.parametrize("seed", range(4))
def test_random_patterns(seed: int) -> None:
    rng = random.Random(f"iteration {seed}")
    yielded = 0
    for _ in range(40):
        sample = drawn(rng, "elixir")
        pattern = bitwright.pattern(sample.text)
        data = Bits(bin=ones(sample.data) * 3)
        for tried in itertools.chain([data], inputs(rng, data, 6)):
            whole = tried.tobytes() if isinstance(tried, Bits) and len(tried) % 8 == 0 else tried
            for strict in (False, True):
                try:
                    expected = elements(pattern.on("interp"), whole, sample.bindings[0], strict=strict)
                except PatternError:
                    continue
                found = elements(pattern.on("python"), whole, sample.bindings[0], strict=strict)
                assert same(found, expected), f"{pattern!r} of {whole!r} with {sample.bindings[0]!r}: {found!r}, not {expected!r}"
                yielded += len(found[0])
    assert yielded > 100


@pytest.mark.parametrize(("text", "dialect"), [
    ("<<l, r::binary>>", "elixir"), ("<<l, _::bits>>", "elixir"), ("<<L, $R/binary>>", "erlang"), ("<<L, a/binary>>", "erlang"),
])  # fmt: skip
def test_what_takes_all_that_is_left_cannot_be_repeated(text: str, dialect: Any, engine: Any) -> None:
    with pytest.raises(PatternError, match="takes all that is left, so nothing could be repeated"):
        list(bitwright.pattern(text, dialect=dialect).on(engine).iter(b"abcd"))
