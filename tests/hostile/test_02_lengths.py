"""Class 2: lengths and counts that are too large, too small, or reach into the next field: a value or a typed error with the culprit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bitwright.ir.interp import Span
from bitwright.lower.facts import reachable
from tests.engines.agreement import agreed
from tests.hostile import quick
from tests.hostile.corpus import corpus
from tests.hostile.messages import Sample, derived, samples
from tests.hostile.places import derived_numbers, lies, tree_of, with_number

CODES = {
    "truncated", "unconsumed", "count-too-large", "negative-size", "unknown-tag", "bad-text", "bad-label", "bad-pointer", "no-terminator",
    "check", "const", "name-too-long", "too-many-hops", "no-progress",
}  # fmt: skip


def places(sample: Sample) -> Iterator[Span]:
    """Where derived numbers lie."""
    names = set().union(*(derived(struct) for struct in {sample.struct, *reachable(sample.struct)}))
    for span in sample.spans:
        if span.path.rpartition(".")[2] in names and isinstance(span.value, int):
            yield span


def changed(data: bytes, span: Span, value: int) -> bytes:
    """The message with other bits in one place."""
    total = 8 * len(data)
    shift = total - span.bit_end
    mask = ((1 << (span.bit_end - span.bit_start)) - 1) << shift
    return (int.from_bytes(data, "big") & ~mask | value << shift & mask).to_bytes(len(data), "big")


@pytest.mark.parametrize("sample", samples()[:12], ids=lambda sample: sample.name)
def test_every_length_with_every_lie(sample: Sample) -> None:
    lied = 0
    for span in list(places(sample))[:25]:
        width, left = span.bit_end - span.bit_start, len(sample.data) - span.bit_end // 8
        top = (1 << width) - 1
        for value in {0, 1, span.value - 1, span.value + 1, left, left + 1, top, top - 1, top >> 1}:
            if not 0 <= value <= top:
                continue
            found = agreed(sample.struct, "parse", changed(sample.data, span, value))
            assert found.ok or found.problem.code in CODES, found.error
            lied += 1
    assert lied or not list(places(sample))


@pytest.mark.parametrize("name", sorted({sample.name for sample in corpus()}))
def test_every_length_and_count_of_every_format(name: str) -> None:
    """Each derived number of the corpus, a field of a class three times at most: all that `lies` thinks of, powers of two among them."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for sample in (sample for sample in corpus() if sample.name == name):
        for node, wire in derived_numbers(sample):
            key = type(node.owner.value if node.owner is not None else None), node.key
            seen[key] += 1
            if seen[key] > 3:
                continue
            rest = len(sample.data) - -(-node.end // 8)
            for number in lies(tree_of(sample).number(node), rest, wire):
                found = quick.read(sample.struct, with_number(sample, node, wire, number))
                assert found.ok or found.problem.code in CODES, found.error
    assert seen or not any(True for sample in corpus() if sample.name == name for _ in derived_numbers(sample))


@pytest.mark.parametrize(("name", "path"), [("frame", "size"), ("frame", "body_size"), ("tlv", "length"), ("outer", "length")])
def test_too_large_a_length_is_named_as_the_culprit(name: str, path: str) -> None:
    sample = next(sample for sample in samples() if sample.name == name)
    span = next(span for span in sample.spans if span.path == path)
    error = agreed(sample.struct, "parse", changed(sample.data, span, (1 << (span.bit_end - span.bit_start)) - 1)).problem
    assert error.code in ("truncated", "count-too-large")
    assert [(blame.field, blame.bit_offset) for blame in error.blames] == [(path, span.bit_start)]
    assert error.bit_offset >= span.bit_end


def test_too_small_a_length_leaves_bytes_in_its_region() -> None:
    sample = next(sample for sample in samples() if sample.name == "tlv")
    span = next(span for span in sample.spans if span.path == "length")
    error = agreed(sample.struct, "parse_prefix", changed(sample.data, span, span.value - 1)).problem
    assert error.code == "count-too-large", "the list inside no longer fits"
    error = agreed(sample.struct, "parse_prefix", changed(sample.data, span, span.value + 1) + b"\0").problem
    assert (error.code, error.path) == ("unconsumed", "part")
