"""Class 14: tags that do not fit what lies there: each arm's bytes under each tag: a value, or a typed error with the place."""

from __future__ import annotations

from bitwright_specs.dns import Message
from tests.engines.agreement import agreed
from tests.hostile.messages import TLV, Kind, ListPart, NumberPart, TextPart, samples
from tests.hostile.test_02_lengths import changed

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
