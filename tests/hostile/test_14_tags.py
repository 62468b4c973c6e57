"""Class 14: tags that do not fit what lies there: each arm's bytes under each tag: a value, or a typed error with the place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bitwright.schema import spec
from bitwright.schema.expr import FieldRef
from bitwright.testing.fieldtree import Node
from bitwright_specs.dns import Message, RData
from tests.engines.agreement import agreed
from tests.hostile import quick
from tests.hostile.corpus import corpus
from tests.hostile.messages import TLV, Kind, ListPart, NumberPart, Sample, TextPart, samples
from tests.hostile.places import tree_of, with_number
from tests.hostile.test_02_lengths import changed
from tests.specs.dns.unions import shipped

ARMS = {Kind.TEXT: TextPart(words="abc"), Kind.LIST: ListPart(numbers=[7]), Kind.NUMBER: NumberPart(high=1, low=2)}


def test_every_arm_under_every_tag() -> None:
    for own, part in ARMS.items():
        data = TLV(part=part).build()
        for tag in range(256):
            found = agreed(TLV, "parse", bytes([tag]) + data[1:])
            if tag not in set(Kind):
                assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("unknown-tag", "part", 24)
            elif tag == own:
                assert found.ok
            else:
                assert found.ok or found.problem.code in ("truncated", "unconsumed", "count-too-large", "bad-text")


def test_every_type_of_record_over_other_data() -> None:
    sample = next(sample for sample in samples() if sample.name == "dns" and any(s.path == "answers[0].type" for s in sample.spans))
    span = next(span for span in sample.spans if span.path == "answers[0].type")
    accepted = 0
    for tag in (*range(300), 32768, 32769, 65535):
        found = agreed(Message, "parse", changed(sample.data, span, tag))
        accepted += found.ok
        assert found.ok or found.problem.path.startswith("answers[0].rdata"), found.error
    assert accepted > 200, "types that nobody declared keep their bytes"


def switches(sample: Sample) -> Iterator[tuple[Node, spec.SwitchType, Node, spec.IntType]]:
    """Every union of a message whose arm is chosen by one number, and that number."""
    for node in tree_of(sample).root.walk():
        content = node.content
        if isinstance(content, spec.SwitchType) and isinstance(content.on, FieldRef) and node.owner is not None:
            tag = node.owner.child(content.on.names[0]) if len(content.on.names) == 1 else None
            wire = tag.number if tag is not None else None
            if tag is not None and wire is not None and not isinstance(wire, spec.VarintType):
                yield node, content, tag, wire


@pytest.mark.parametrize("name", sorted({sample.name for sample in corpus() if any(switches(sample))}))
def test_every_arm_of_the_corpus_under_every_tag(name: str) -> None:
    """The bytes of each arm under each tag of its union, and under tags that have none: a value, or an error of what the tag decides."""
    met: set[tuple[int, type]] = set()
    read = 0
    for sample in (sample for sample in corpus() if sample.name == name):
        for node, content, tag, wire in switches(sample):
            key = id(content.union), type(node.value)
            if key in met:
                continue
            met.add(key)
            known = [case for case in content.union.cases if 0 <= case < 1 << wire.width]
            unknown = [case for case in range(1 << wire.width if wire.width < 9 else 600) if case not in content.union.cases][-3:]
            for case in (*known, *unknown):
                found = quick.read(sample.struct, with_number(sample, tag, wire, case))
                read += found.ok
                if found.ok:
                    continue
                problem = found.problem
                assert 0 <= problem.bit_offset <= 8 * len(sample.data)
                assert problem.path
                if case in unknown and content.default is None and problem.code != "check":
                    assert (problem.code, problem.path) == ("unknown-tag", node.path), found.error
    assert met
    assert read > len(met) / 2, "each arm is read under its own tag"


def test_every_arm_of_dns_is_met() -> None:
    """The corpus holds a record of every type that is shipped."""
    arms = {type(record.rdata) for sample in corpus() if sample.name == "dns" for record in _records(sample)}
    assert shipped(RData) <= arms


def _records(sample: Sample) -> list[Any]:
    value: Any = tree_of(sample).value
    return [*value.answers, *value.authorities, *value.additionals]
