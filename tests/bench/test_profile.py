"""What each field costs: counts of the interpreter, and times by a clock that only one field moves."""

from __future__ import annotations

import math

import pytest

from bitwright import Cursor, FieldCodec, Struct, array, auto, bits, coded, nested, pad, raw, u8, u16
from bitwright.backends.llvm import is_available
from bitwright.bench import looking
from bitwright.bench.agreement import BenchError, Samples
from bitwright.bench.fieldpaths import Fields, in_order
from bitwright.bench.profiling import profile
from bitwright.bench.report import Profile
from bitwright.bench.tracing import traced

ENGINES = ["python", *(["llvm"] if is_available() else [])]
NANOSECONDS = 1e-9


class Clock:
    """Stands still but for the codecs below."""

    now = 0.0

    def __call__(self) -> float:
        Clock.now += NANOSECONDS  # so that a turn takes some time
        return Clock.now


class Slow(FieldCodec[int]):
    """A byte that takes 700 ns to read, and 300 ns to write."""

    def parse(self, cursor: Cursor) -> int:
        Clock.now += 700 * NANOSECONDS
        return cursor.u8()

    def build(self, value: int, out: bytearray) -> None:
        Clock.now += 300 * NANOSECONDS
        out.append(value)


class Item(Struct):
    plain: int = u8()
    slow: int = coded(Slow(), size=1)


class Packet(Struct):
    kind: int = bits(4)
    _gap = pad(bits=4)
    count: int = auto(u8())
    items: list[Item] = array(Item, count=count)
    inner: Item = nested(Item)
    size: int = auto(u16())
    body: bytes = raw(size=size)


WIRE = bytes.fromhex("10 03 0102 0304 0506 0708 0002 aabb")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(looking, "thread_time", made)
    return made


def times(operation: str, engine: str, wires: list[bytes]) -> tuple[dict[str, int | None], Profile]:
    found = profile(Packet, wires, operation, engine=engine, seconds=0.01)
    rounded = {cost.path: None if cost.seconds is None else round(cost.seconds / NANOSECONDS) for cost in found.costs}
    return rounded, found


@pytest.mark.parametrize("engine", ENGINES)
def test_the_field_that_takes_the_time_is_found(clock: Clock, engine: str) -> None:
    """Four items take 700 ns each to read; nothing else moves the clock."""
    found, whole = times("parse", engine, [WIRE])
    assert {path: found[path] for path in ("kind", "count", "size", "body")} == dict.fromkeys(("kind", "count", "size", "body"), 0)
    assert (found["items"], found["items.plain"], found["items.slow"]) == (2100, 0, 2100)
    assert (found["inner"], found["inner.plain"], found["inner.slow"]) == (700, 0, 700)
    assert round(whole.seconds / NANOSECONDS) == 2800
    assert round(whole.rest / NANOSECONDS) == 0
    assert whole.engine == engine


@pytest.mark.parametrize("engine", ENGINES)
def test_what_can_be_empty_is_found_in_building(clock: Clock, engine: str) -> None:
    """The list can be empty and saves three items; a number, and what a codec makes, cannot."""
    found, whole = times("build", engine, [WIRE])
    assert (found["items"], found["body"]) == (900, 0)
    assert {path for path, seconds in found.items() if seconds is None} >= {"kind", "count", "size", "inner"}
    assert round(whole.seconds / NANOSECONDS) == 1200
    assert round(whole.rest / NANOSECONDS) == 300
    assert {cost.why for cost in whole.costs if cost.seconds is None} == {"always takes the same room"}


def test_counts_are_of_one_message_on_average() -> None:
    other = bytes.fromhex("20 01 0102 0304 0000")
    found = {cost.path: cost for cost in profile(Packet, [WIRE, other], engine="python", seconds=0.01).costs}
    assert {path: (cost.count, cost.bytes) for path, cost in found.items() if "." not in path} == {
        "kind": (1, 0.5), "count": (1, 1), "items": (1, 4), "inner": (1, 2), "size": (1, 2), "body": (1, 1),
    }  # fmt: skip
    trace = traced(Packet.codec("interp"), "parse", [WIRE, other])
    assert trace.counts["items", "plain"] == 4
    assert trace.bits["items", "slow"] == 8 * 4


def test_steps_are_counted_where_they_are_done() -> None:
    """The same for any number of messages, and of a field with all that lies in it."""
    steps = traced(Packet.codec("interp"), "parse", [WIRE]).steps
    twice = traced(Packet.codec("interp"), "parse", [WIRE, WIRE]).steps
    assert twice == {path: 2 * count for path, count in steps.items()}
    assert steps["items", "slow"] == 3 * steps["inner", "slow"]
    assert steps["items",] > steps["items", "slow"] + steps["items", "plain"]
    assert steps[()] > sum(count for path, count in steps.items() if len(path) == 1)
    assert Packet.codec("interp").parse(WIRE).body == b"\xaa\xbb"  # the program of the codec still is as it was


def test_paths_are_those_that_messages_have_in_the_order_of_the_wire() -> None:
    counts = traced(Packet.codec("interp"), "parse", [WIRE]).counts
    fields = Fields(Packet, counts)
    known = dict.fromkeys(counts)
    assert [".".join(path) for path in in_order(fields, known)] == [
        "kind", "count", "items", "items.plain", "items.slow", "inner", "inner.plain", "inner.slow", "size", "body",
    ]  # fmt: skip
    assert fields.without(("items", "slow")) == {
        ("kind",), ("count",), ("inner", "plain"), ("inner", "slow"), ("size",), ("body",), ("items", "plain"),
    }  # fmt: skip
    assert fields.without(("inner",)) == fields.without(None) - {("inner", "plain"), ("inner", "slow")}


def test_a_field_that_messages_rarely_have_is_not_measured(clock: Clock) -> None:
    rare = [bytes.fromhex("20 00 0304 0000")] * 99 + [WIRE]
    found, _ = times("parse", "python", rare)
    assert "items" in found
    assert "items.slow" not in found
    assert "inner.slow" in found


@pytest.mark.parametrize(("operation", "engine"), [("push", "python"), ("parse", "interp")])
def test_what_has_no_profile_is_refused(operation: str, engine: str) -> None:
    with pytest.raises(BenchError, match="a profile"):
        profile(Packet, [WIRE], operation, engine=engine)


def test_samples_that_are_no_message_are_refused() -> None:
    with pytest.raises(BenchError, match=r"message 2 of 2 \(1003\) is no Packet"):
        Samples.of(Packet, [WIRE, WIRE[:2]])
    with pytest.raises(BenchError, match="there is no message"):
        Samples.of(Packet, [])


def test_a_profile_of_real_time_has_only_numbers() -> None:
    for cost in profile(Packet, [WIRE], engine="python", seconds=0.01).costs:
        assert cost.seconds is not None
        assert cost.error is not None
        assert math.isfinite(cost.seconds)
        assert cost.error >= 0
