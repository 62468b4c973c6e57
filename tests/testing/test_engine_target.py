"""`EngineTarget`: nothing is found where nothing is wrong, and each kind of fault is found where one is planted."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bitwright import OpenEnum, ParseError, Struct, auto, raw, reserved, u8, u16
from bitwright.errors import Problem
from bitwright.testing import EngineTarget, Expected, Label, Mutator
from bitwright.testing.engines import RANKED, REPEATED
from bitwright.testing.labels import SEED
from bitwright.testing.peaks import peak_of
from bitwright.testing.quiet import QuietCodec, Refused, engines_here
from tests.testing.seeds import seeds


class Kind(OpenEnum):
    """Two names."""

    ONE = 1
    TWO = 2


class Packet(Struct):
    """A kind, a length, bytes, and reserved bits."""

    kind: Kind = u8(Kind)
    length: int = auto(u8())
    data: bytes = raw(size=length)
    zero: int = reserved(8)


GOOD = b"\x01\x02ab\x00"


def lie(accepts: bool | None, code: str = "", path: str = "") -> Label:
    """A label that expects this."""
    return Label("lie", "planted", "data", "", Expected(accepts, code, path))


@pytest.fixture
def target() -> EngineTarget:
    """Of the packet, without bounds."""
    return EngineTarget(Packet)


@pytest.mark.parametrize("name", sorted(seeds()))
def test_nothing_is_found_in_raw_mutants_of_the_specs(name: str) -> None:
    message, messages = seeds()[name]
    target = EngineTarget(message, largest=1_000_000)
    kinds = set[str]()
    for data, label in _some(Mutator(message, messages, random.Random(1), tiers=("raw",), largest=1500), 150):
        outcome = target.run(data, label)
        assert not outcome.is_finding, (outcome.bucket, outcome.detail, data.hex())
        kinds.add(outcome.kind)
    assert kinds <= {"value", "error"}


def test_valid_messages_are_values(target: EngineTarget) -> None:
    outcome = target.run(GOOD, SEED)
    assert (outcome.kind, outcome.bucket, outcome.detail) == ("value", "", "")
    assert outcome.seconds > 0
    assert outcome.peak_bytes is not None, "the slowest input yet is measured"


def test_the_name_says_what_runs(target: EngineTarget) -> None:
    assert target.name.endswith("Packet by interp, " + ", ".join(engines_here()))
    assert EngineTarget(Packet, strict=True).name.endswith("; strict")
    target.close()


@pytest.mark.parametrize(
    ("data", "label"),
    [
        (GOOD, lie(None)),
        (GOOD, lie(accepts=True)),
        (b"\x01\x02ab\x07", lie(True, "reserved-bits", "zero")),
        (b"\x01\x02ab\x07", lie(True, "reserved-bits")),
        (b"\x01\x09ab\x00", lie(False, "truncated", "data")),
        (b"\x01\x09ab\x00", lie(accepts=False)),
    ],
)
def test_what_is_expected_is_no_finding(target: EngineTarget, data: bytes, label: Label) -> None:
    assert not target.run(data, label).is_finding


@pytest.mark.parametrize(
    ("data", "label", "bucket"),
    [
        (GOOD, lie(accepts=False), "lie planted at data: refused, any code expected, accepted came"),
        (GOOD, lie(True, "reserved-bits"), "lie planted at data: accepted, reserved-bits expected, accepted came"),
        (b"\x01\x09ab\x00", lie(accepts=True), "lie planted at data: accepted, any code expected, truncated at data came"),
        (b"\x01\x09ab\x00", lie(True, "checksum"), "lie planted at data: accepted, checksum expected, truncated at data came"),
        (b"\x01\x09ab\x00", lie(False, "check"), "lie planted at data: refused, check expected, truncated at data came"),
        (b"\x01\x09ab\x00", lie(False, "truncated", "kind"), "lie planted at kind: refused, truncated expected, truncated at data came"),
    ],
)
def test_what_is_not_expected_is_a_finding(target: EngineTarget, data: bytes, label: Label, bucket: str) -> None:
    outcome = target.run(data, label)
    assert (outcome.kind, outcome.bucket) == ("unexpected", bucket)
    assert str(label) in outcome.detail


def test_a_strict_target_refuses_findings() -> None:
    strict = EngineTarget(Packet, strict=True)
    assert strict.run(b"\x01\x02ab\x07", lie(True, "reserved-bits", "zero")).kind == "error"
    assert strict.run(GOOD, lie(True, "reserved-bits", "zero")).kind == "unexpected"
    assert strict.run(GOOD, lie(accepts=False)).kind == "unexpected"
    assert strict.run(b"\x01\x02ab\x07", lie(False, "unconsumed")).kind == "error", "a finding may lie ahead of what is wrong"


def plant(target: EngineTarget, monkeypatch: pytest.MonkeyPatch, read: Any, data: bytes = GOOD) -> str:
    """The bucket when an engine reads as `read` does."""
    target.run(data, SEED)
    monkeypatch.setitem(target._readers_for(strict=False), "python", read)
    outcome = target.run(data, SEED)
    assert outcome.is_finding
    return f"{outcome.kind}: {outcome.bucket}"


def test_engines_that_disagree_are_found(target: EngineTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: bytes) -> Any:
        raise Refused

    other = Packet.parse(b"\x02\x00\x00")
    assert plant(target, monkeypatch, lambda _: other) == "difference: python and interp read different values"
    monkeypatch.undo()
    assert plant(target, monkeypatch, refuse) == "difference: python refuses what interp reads"
    monkeypatch.undo()
    assert plant(target, monkeypatch, lambda _: other, b"\x01\x09") == (
        "difference: python reads what interp refuses with truncated at data"
    )


def test_an_exception_is_found_by_its_type_and_place(target: EngineTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> Any:
        raise KeyError("not in the bucket")

    place = f"{__name__}:{fail.__qualname__}, line {fail.__code__.co_firstlineno + 1}"
    assert plant(target, monkeypatch, fail) == f"exception: KeyError in {place}"


def test_what_is_built_is_compared(target: EngineTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(target._builders, "python", lambda _: b"other")
    assert {target.run(bytes([1, 2, byte, 98, 0]), SEED).kind for byte in range(40)} == {"difference"}


def test_what_the_certificate_promises_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain(Struct):
        number: int = u16()

    target = EngineTarget(Plain)
    assert target.run(b"\x01\x02", SEED).kind == "value"
    for name in target._builders:
        monkeypatch.setitem(target._builders, name, lambda _: b"\x00\x00")
    assert target.run(b"\x01\x02", SEED).kind == "difference"


def test_some_inputs_are_compared_to_the_letter(target: EngineTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    python = Packet.codec("python")

    def otherwise(*_: Any, **__: Any) -> Any:
        raise ParseError(Problem("truncated", "in other words"))

    monkeypatch.setattr(python, "parse_prefix", otherwise)
    buckets = {target.run(b"\x01\x09" + number.to_bytes(2), SEED).bucket for number in range(1500)}
    assert buckets == {"", "parse_prefix of python and interp differ at data"}


def test_bounds_are_findings() -> None:
    slow = EngineTarget(Packet, slowest=0.0).run(GOOD, SEED)
    assert (slow.kind, slow.bucket) == ("slow", "slow")
    large = EngineTarget(Packet, largest=0).run(GOOD, SEED)
    assert (large.kind, large.bucket) == ("memory", "memory")
    unbounded = EngineTarget(Packet, largest=0, slowest=0.0, ordinary=4)
    assert not unbounded.run(GOOD, SEED).is_finding, "the bounds are for inputs up to `ordinary` bytes"


def test_a_record_within_the_bound_is_read_again_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    target = EngineTarget(Packet, slowest=60.0)
    readings = []
    monkeypatch.setattr(target, "_read", lambda data, *, strict: readings.append((data, strict)))
    monkeypatch.setattr(time, "process_time", lambda: float(len(readings)))  # each takes a second
    assert target._processor_time(GOOD, 2.0) == 1.0
    assert len(readings) == RANKED
    target.slowest, readings[:] = 0.5, []
    assert target._processor_time(GOOD, 2.0) == 1.0
    assert len(readings) == REPEATED, "what is a finding otherwise is read again and again"


def test_the_peak_counts_what_is_let_go_again() -> None:
    assert 300_000 <= peak_of(lambda _: bytes(300_000) and None, b"") < 320_000


def test_quiet_codecs_leave_the_class_as_it_is() -> None:
    class Own(Struct):
        number: int = u16()

    before = Own.__dict__["parse"]
    codec = QuietCodec(Own, "python")
    read = codec.reader(None, {}, strict=False)
    build = codec.builder(None, {})
    assert Own.__dict__["parse"] is before
    assert build(read(b"\x00\x05")) == b"\x00\x05"
    for damaged in (b"", b"\x00\x05\x06"):
        with pytest.raises(codec.refusals):
            read(damaged)
    with pytest.raises(codec.refusals):
        build(Own(number=70_000))


def test_parameters_and_byte_order_from_outside() -> None:
    class Either(Struct, endian="inherit"):
        number: int = u16()

    assert EngineTarget(Either, endian="little").run(b"\x01\x02", SEED).kind == "value"


def test_without_llvmlite_the_other_engines_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bitwright.testing.quiet.missing_llvmlite", lambda: "not installed")
    target = EngineTarget(Packet)
    assert target.engines == ("interp", "python")
    assert target.run(GOOD, SEED).kind == "value"


def _some(mutator: Mutator, count: int) -> Iterator[tuple[bytes, Label]]:
    return (mutator.mutant() for _ in range(count))
