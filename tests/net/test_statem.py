"""The rules of gen_statem: enter-calls, postponing, inserted events, and three kinds of timers."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from bitwright.net.statem import (
    EVENT,
    STATE,
    Came,
    Enter,
    Event,
    Expired,
    Insert,
    Machine,
    Postpone,
    Timer,
    Transition,
    go,
    keep,
    repeat,
    stop,
)

Rules = dict[tuple[str, object], Transition[str]]


def recording(rules: Rules, seen: list[tuple[str, object]]) -> Callable[[str, Event], Transition[str] | None]:
    """A callback that looks up what follows, by state and event, and writes down all that comes."""

    def callback(state: str, event: Event) -> Transition[str] | None:
        match event:
            case Enter(before):
                key: object = ("enter", before)
            case Came(content):
                key = content
            case Expired(timer, content):
                key = ("expired", timer if content is None else content)
        seen.append((state, key))
        return rules.get((state, key))

    return callback


def machine(rules: Rules) -> tuple[Machine[str], list[tuple[str, object]]]:
    seen: list[tuple[str, object]] = []
    return Machine("a", recording(rules, seen), 0.0), seen


def test_the_first_state_is_entered_at_once_and_each_other_before_its_first_event() -> None:
    run, seen = machine({("a", "up"): go("b")})
    run.post("up", 0)
    run.post("more", 0)
    assert seen == [("a", ("enter", "a")), ("a", "up"), ("b", ("enter", "a")), ("b", "more")]


def test_going_to_the_same_state_is_no_change_and_repeating_it_is_an_entry() -> None:
    run, seen = machine({("a", "same"): go("a"), ("a", "again"): repeat()})
    run.post("same", 0)
    run.post("again", 0)
    assert seen == [("a", ("enter", "a")), ("a", "same"), ("a", "again"), ("a", ("enter", "a"))]


def test_postponed_events_come_again_after_a_change_the_oldest_first() -> None:
    run, seen = machine({("a", 1): keep(Postpone()), ("a", 2): keep(Postpone()), ("a", "stay"): keep(), ("a", "up"): go("b")})
    for content in (1, 2, "stay", "up"):
        run.post(content, 0)
    assert run.postponed == 0
    assert seen[1:] == [("a", 1), ("a", 2), ("a", "stay"), ("a", "up"), ("b", ("enter", "a")), ("b", 1), ("b", 2)]


def test_entering_a_state_again_is_no_change_for_what_is_postponed() -> None:
    run, seen = machine({("a", 1): keep(Postpone()), ("a", "again"): repeat(), ("a", "up"): go("b")})
    run.post(1, 0)
    run.post("again", 0)
    assert run.postponed == 1
    run.post("up", 0)
    assert seen[-1] == ("b", 1)


def test_what_is_postponed_again_waits_for_the_next_change() -> None:
    run, seen = machine({("a", 1): keep(Postpone()), ("b", 1): keep(Postpone()), ("a", "up"): go("b"), ("b", "up"): go("c")})
    for content in (1, "up", "up"):
        run.post(content, 0)
    assert [entry for entry in seen if entry[1] == 1] == [("a", 1), ("b", 1), ("c", 1)]


def test_inserted_events_come_before_postponed_ones() -> None:
    run, seen = machine({("a", 1): keep(Postpone()), ("a", "up"): go("b", Insert("x"), Insert("y"))})
    run.post(1, 0)
    run.post("up", 0)
    assert seen[-3:] == [("b", "x"), ("b", "y"), ("b", 1)]


def test_any_event_cancels_the_timer_of_the_event() -> None:
    run, seen = machine({("a", "begin"): keep(Timer(EVENT, 5))})
    run.post("begin", 0)
    assert run.due == 5
    run.post("other", 4)
    assert run.due == math.inf
    run.tick(6)
    assert seen[-1] == ("a", "other")


def test_a_change_of_state_cancels_the_timer_of_the_state_and_nothing_else_does() -> None:
    run, seen = machine({("a", "begin"): keep(Timer(STATE, 5)), ("a", "up"): go("b"), ("a", "again"): repeat()})
    run.post("begin", 0)
    run.post("other", 1)
    run.post("again", 2)
    assert run.due == 5
    run.post("up", 3)
    assert run.due == math.inf
    run.tick(9)
    assert seen[-1] == ("b", ("enter", "a"))


def test_a_named_timer_survives_both() -> None:
    run, seen = machine({("a", "begin"): keep(Timer("poll", 5)), ("a", "up"): go("b")})
    run.post("begin", 0)
    run.post("up", 1)
    run.tick(5)
    assert seen[-1] == ("b", ("expired", "poll"))


def test_a_timer_that_is_begun_again_begins_anew_and_one_without_time_ends() -> None:
    run, seen = machine({("a", "begin"): keep(Timer("poll", 5)), ("a", "end"): keep(Timer("poll", None))})
    run.post("begin", 0)
    run.post("begin", 3)
    assert run.due == 8
    run.post("end", 4)
    run.tick(100)
    assert seen[-1] == ("a", "end")


def test_timers_that_are_begun_anew_for_ever_take_no_room() -> None:
    run, seen = machine({("a", "begin"): keep(Timer("poll", 5), Timer(EVENT, 7), Timer("long", 1e6))})
    for second in range(5_000):
        run.post("begin", second)
    assert len(run._next) < 50
    assert set(run.timers) == {"poll", EVENT, "long"}
    assert run.due == 5_004
    run.tick(5_003)
    assert len(seen) == 5_001
    run.tick(5_004)
    assert seen[5_001:] == [("a", ("expired", "poll"))]


def test_a_time_of_nothing_comes_after_what_waits_and_before_what_has_not_come() -> None:
    run, seen = machine({("a", "begin"): keep(Timer("now", 0), Insert("first"))})
    run.post("begin", 0)
    run.post("later", 0)
    assert seen[-3:] == [("a", "first"), ("a", ("expired", "now")), ("a", "later")]


def test_timers_that_were_over_come_before_what_came_after_them_the_earliest_first() -> None:
    run, seen = machine({("a", "begin"): keep(Timer("late", 3), Timer("early", 2), Timer("same", 2))})
    run.post("begin", 0)
    run.post("news", 10)
    assert [key for _, key in seen[2:]] == [("expired", "early"), ("expired", "same"), ("expired", "late"), "news"]


def test_on_entry_a_timer_may_be_begun_and_nothing_else() -> None:
    run, _ = machine({("a", "up"): go("b"), ("b", ("enter", "a")): keep(Timer(STATE, 1))})
    run.post("up", 0)
    assert run.due == 1
    for wrong in (keep(Postpone()), keep(Insert(1)), go("c"), repeat()):
        run, _ = machine({("a", "up"): go("b"), ("b", ("enter", "a")): wrong})
        with pytest.raises(ValueError, match="only timers"):
            run.post("up", 0)


def test_nothing_is_handled_after_the_end() -> None:
    run, seen = machine({("a", 1): keep(Postpone(), Timer("x", 1)), ("a", "end"): stop("done")})
    for content in (1, "end", "more"):
        run.post(content, 0)
    run.tick(5)
    assert (run.stopped, run.reason, run.due) == (True, "done", math.inf)
    assert seen[-1] == ("a", "end")


def test_what_is_forgotten_does_not_come_again_nor_does_its_timer() -> None:
    content = object()
    run, seen = machine({("a", content): keep(Postpone(), Timer(content, 5)), ("a", "up"): go("b")})
    run.forget(run.post(content, 0))
    run.post("up", 1)
    run.tick(9)
    assert seen[-1] == ("b", ("enter", "a"))
