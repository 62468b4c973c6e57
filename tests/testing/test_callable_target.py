"""Functions as targets: whatever one does is an outcome with a bucket that is the same every time, and the next input is served."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

import pytest

from bitwright.testing.labels import SEED, Expected, Label
from bitwright.testing.targets.callable import CallableTarget
from bitwright.testing.targets.errors import TargetError
from tests.testing import hostile_functions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers and timers are POSIX's")

HERE = "tests.testing.hostile_functions"
REFUSES = [f"{HERE}:RefusedError"]
TIMEOUT = 1.0

# The input -> kind and bucket, in a process of its own.
ISOLATED = {
    "nothing of it": ("error", ""),
    "ok": ("value", ""),
    "print": ("value", ""),
    "trace": ("value", ""),
    "index": ("exception", f"IndexError in {HERE}:_index, line "),
    "deep": ("exception", f"RecursionError in {HERE}:_deep.<locals>.down"),
    "surrogate": ("exception", f"KeyError in {HERE}:_surrogate, line "),
    "mute": ("exception", f"{HERE}._mute.<locals>.MuteError in {HERE}:_mute, line "),
    "leave": ("exception", f"SystemExit in {HERE}:_leave, line "),
    "bomb": ("memory", f"MemoryError in {HERE}:_bomb, line "),
    "spin": ("timeout", f"timeout in {HERE}:_spin"),
    "stubborn": ("timeout", "timeout in hostile_functions.py:_stubborn"),
    "in-c": ("timeout", "timeout in hostile_functions.py:_in_c"),
    "abort": ("crash", "SIGABRT in hostile_functions.py:_abort"),
    "segfault": ("crash", "SIGSEGV in hostile_functions.py:_segfault"),
    "exit": ("crash", "exit code 7"),
}
TAMED = ("nothing of it", "ok", "index", "deep", "mute", "leave", "spin")


@pytest.fixture(scope="module")
def isolated() -> Iterator[CallableTarget]:
    target = CallableTarget(f"{HERE}:parse", raises=REFUSES, timeout=TIMEOUT, limit=1 << 30)
    yield target
    target.close()


@pytest.fixture
def inline() -> Iterator[CallableTarget]:
    target = CallableTarget(hostile_functions.parse, raises=REFUSES, timeout=TIMEOUT, isolated=False)
    yield target
    target.close()


@pytest.mark.parametrize("act", ISOLATED)
def test_what_a_function_does_is_an_outcome_and_the_next_input_is_served(act: str, isolated: CallableTarget) -> None:
    kind, bucket = ISOLATED[act]
    outcome = isolated.run(act.encode(), SEED)
    assert outcome.kind == kind, outcome
    assert outcome.bucket.startswith(bucket) if bucket.endswith("line ") else outcome.bucket == bucket, outcome
    assert isolated.run(b"ok", SEED).kind == "value"


@pytest.mark.parametrize("act", TAMED)
def test_in_this_process_it_is_the_same(act: str, inline: CallableTarget) -> None:
    kind, bucket = ISOLATED[act]
    outcome = inline.run(act.encode(), SEED)
    assert outcome.kind == kind
    assert outcome.bucket.startswith(bucket)


def test_a_first_of_its_bucket_has_a_traceback_without_our_own_lines(inline: CallableTarget) -> None:
    detail = inline.run(b"index", SEED).detail
    assert "in _index" in detail
    assert "IndexError: list index out of range" in detail
    assert "targets" not in detail
    assert inline.run(b"index 2", SEED).detail == "IndexError: list index out of range"


def test_what_is_slow_each_time_is_a_finding_with_its_place() -> None:
    target = CallableTarget(hostile_functions.parse, raises=REFUSES, timeout=60.0, slow=0.1, isolated=False)
    outcome = target.run(b"busy", SEED)
    target.close()
    assert outcome.kind == "slow"
    assert outcome.bucket.startswith("slow")
    assert outcome.seconds > 0.1


def test_what_allocates_beyond_a_bound_is_a_finding() -> None:
    target = CallableTarget(hostile_functions.parse, raises=REFUSES, memory=1_000_000, isolated=False)
    outcomes = [target.run(b"allocate %d" % number, SEED) for number in range(300)]
    small = [target.run(b"ok %d" % number, SEED) for number in range(300)]
    target.close()
    found = [outcome for outcome in outcomes if outcome.bucket]
    assert {outcome.bucket for outcome in found} == {"more than 1,000,000 bytes allocated"}
    assert {outcome.kind for outcome in found} == {"memory"}
    assert all((outcome.peak_bytes or 0) >= 5_000_000 for outcome in found)
    assert not any(outcome.bucket for outcome in small)
    assert any(outcome.peak_bytes is not None for outcome in small)


ACCEPTS = Label("lie", "length", "records[3].length", "+1", Expected(accepts=False, code="eof"))
REFUSED = Label("value", "value", "flags", "", Expected(accepts=True))
FINDING = Label("lie", "checksum", "checksum", "", Expected(accepts=True, code="checksum"))


@pytest.mark.parametrize(
    ("data", "label", "bucket"),
    [
        (b"ok", ACCEPTS, "accepts lie length at records[].length"),
        (b"no", REFUSED, "refuses value value at flags"),
        (b"ok", REFUSED, ""),
        (b"no", ACCEPTS, ""),
        (b"ok", FINDING, ""),
        (b"no", FINDING, ""),  # a strict parser's right
        (b"ok", SEED, ""),
    ],
)
def test_expectations_count_where_they_are_asked_for(data: bytes, label: Label, bucket: str) -> None:
    target = CallableTarget(hostile_functions.parse, raises=REFUSES, isolated=False, expect=True)
    outcome = target.run(data, label)
    target.close()
    assert outcome.bucket == bucket
    assert (outcome.kind == "unexpected") == bool(bucket)


def test_what_is_not_expected_is_not_looked_at_unless_asked(inline: CallableTarget) -> None:
    assert inline.run(b"ok", ACCEPTS).kind == "value"


def test_large_inputs_pass(isolated: CallableTarget) -> None:
    assert isolated.run(b"ok " + random.Random(1).randbytes(3_000_000), SEED).kind == "value"


MISTAKES = {
    "no_such_module_at_all:parse": "no_such_module_at_all",
    f"{HERE}:prse": "did you mean parse",
    f"{HERE}:ACTS": "cannot be called",
    "parse": "module:function",
}


@pytest.mark.parametrize("isolated", [True, False])
@pytest.mark.parametrize("text", MISTAKES)
def test_a_function_that_cannot_be_had_is_an_error_of_the_target(text: str, isolated: bool) -> None:
    with pytest.raises(TargetError, match=MISTAKES[text]):
        CallableTarget(text, isolated=isolated)


def test_a_refusal_that_is_no_exception_is_an_error() -> None:
    with pytest.raises(TargetError, match="is no exception"):
        CallableTarget(hostile_functions.parse, raises=[f"{HERE}:parse"], isolated=False)


def test_a_function_without_a_name_needs_this_process() -> None:
    with pytest.raises(TargetError, match="isolated=False"):
        CallableTarget(lambda data: data)
