"""`differential`: every difference is allowed for a written reason, or told of; reasons that never serve are told of too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bitwright import ParseError, Struct, u8, u16
from bitwright.plain import plain_value
from bitwright.testing import Allowed, Difference, Label, differential


class Pair(Struct):
    first: int = u8()
    second: int = u16()


def ours(data: bytes) -> Any:
    return plain_value(Pair.parse(data))


def theirs(data: bytes) -> Any:
    """Reads the second number in the other order, takes trailing bytes, and refuses 255."""
    if len(data) < 3:
        raise ValueError(f"{len(data)} bytes are too few")
    if data[0] == 255:
        raise KeyError("a defect")
    return {"first": data[0], "second": int.from_bytes(data[1:3], "little")}


TRAILING = Allowed("trailing", "they take more bytes than the message has", lambda d: getattr(d.ours, "code", "") == "unconsumed")
ORDER = Allowed("order", "they read the second number in the other byte order", lambda d: d.path == "second")
DEFECT = Allowed("defect", "they fail for 255", lambda d: d.where == "exception in theirs" and isinstance(d.theirs, KeyError))


def compare(*allowed: Allowed) -> Any:
    return differential(ours, theirs, allowed=allowed, their_refusals=(ValueError,), name="pairs")


def test_equal_values_and_refusals_are_no_difference() -> None:
    both = compare()
    assert both(b"\1\2\2") == []
    assert both(b"\1\2") == []
    assert (both.inputs, both.equal, both.both_refuse) == (2, 1, 1)


def test_a_difference_is_told_with_its_path_and_both_values() -> None:
    (found,) = compare()(b"\1\2\3")
    assert found == Difference("value", "second", 0x0203, 0x0302, b"\1\2\3")
    assert str(found) == "value at second: ours 515, theirs 770"


def test_a_refusal_of_one_side_is_a_difference() -> None:
    (found,) = compare()(b"\1\2\2\xff")
    assert found.where == "refused by ours"
    assert isinstance(found.ours, ParseError)
    assert found.theirs == {"first": 1, "second": 0x0202}
    assert found.bucket == "refused by ours: unconsumed"


def test_what_they_raise_without_declaring_it_is_a_difference_that_can_be_allowed() -> None:
    assert [d.where for d in compare()(b"\xff\1\1")] == ["exception in theirs"]
    assert compare(DEFECT)(b"\xff\1\1") == []


def test_what_we_raise_without_declaring_it_is_raised_and_a_finding() -> None:
    def broken(data: bytes) -> Any:
        raise IndexError("ours")

    both = differential(broken, theirs, allowed=[Allowed("all", "everything is allowed", lambda d: True)])
    with pytest.raises(IndexError):
        both(b"\1\2\3")
    assert both.run(b"\1\2\3", Label("raw", "bytes", "")).bucket == "ours: IndexError"


def test_reasons_are_counted_and_unused_ones_told_of() -> None:
    both = compare(TRAILING, ORDER, DEFECT).over([b"\1\2\3", b"\1\2\3", b"\1\2\2\2", b"\1\1\1"])
    assert both.unexplained == {}
    assert both.reasons == {"order": 2, "trailing": 1, "defect": 0}
    assert both.unused == ["defect"]
    report = both.report()
    assert "order: they read the second number in the other byte order" in report
    assert "never seen: defect" in report
    assert "NOT ALLOWED" not in report


def test_what_is_not_allowed_is_in_the_report_with_its_input() -> None:
    both = compare(TRAILING).over([b"\1\2\3"])
    assert "NOT ALLOWED: value: second" in both.report()
    assert "010203" in both.report()


def test_each_part_needs_a_reason_of_its_own() -> None:
    def shifted(data: bytes) -> Any:
        return {key: value + 1 for key, value in theirs(data).items()}

    both = differential(ours, shifted, allowed=[ORDER])
    assert [d.path for d in both(b"\1\2\3")] == ["first"]
    assert both.reasons["order"] == 1


def test_parts_of_lists_and_absent_keys_are_told_apart() -> None:
    both = differential(json.loads, lambda data: {"a": [1, {"b": 2}], "c": 3}, name="json")
    assert [d.path for d in both(b'{"a": [1, {"b": 3}]}')] == ["a[1].b", "c"]
    assert [d.path for d in both(b'{"a": [1], "c": 3}')] == ["a"]
    assert next(iter(both.unexplained)) == "value: a.b"


def test_as_a_target_of_a_campaign() -> None:
    both = compare(TRAILING)
    label = Label("raw", "bytes", "")
    assert [both.run(data, label).kind for data in (b"\1\2\2", b"\1", b"\1\2\3")] == ["value", "error", "difference"]
    assert both.run(b"\1\2\3", label).bucket == "value: second"
    assert both.name == "pairs"
    both.close()


def test_what_is_shown_of_data_is_escaped() -> None:
    both = differential(lambda data: data.decode(), lambda data: "\x1b[2J", name="texts")
    assert "\x1b" not in both.run(b"a", Label("raw", "bytes", "")).detail
    assert "\x1b" not in both.report()


def test_a_reason_has_one_meaning() -> None:
    with pytest.raises(ValueError, match="listed twice"):
        compare(ORDER, ORDER)
