"""Calls in flight: each ends exactly once, and what comes afterwards is nobody's."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from bitwright import Struct, auto, bits, i8, raw, u8, u16, u64, varint
from bitwright.net import Disconnected, Overloaded, Protocol
from bitwright.net.pending import Call, Pending


class Ask(Struct):
    id: int = u16(default=0)
    answer: int = u8(default=0)
    text: bytes = raw(default=b"")


class Tiny(Struct):
    id: int = bits(4, default=0)
    more: int = bits(4, default=0)


class Plain(Struct):
    text: bytes = raw()


ASK = Protocol(Ask, correlate=Ask.id, answers=lambda request, reply: reply.answer == 1 and request.text == reply.text)


def opened(pending: Pending[Ask], text: bytes = b"x") -> Call[Ask]:
    call = pending.open(Ask(text=text))
    pending.sending(call)
    return call


def reply_to(call: Call[Ask]) -> Ask:
    return call.request.replace(answer=1)


def test_a_call_ends_by_its_answer_and_wakes_once() -> None:
    pending, woken = Pending(ASK), list[str]()
    call = opened(pending)
    call.wake = lambda: woken.append("awake")
    with pytest.raises(RuntimeError, match="no answer"):
        call.result()
    assert pending.settle(reply_to(call)) is call
    assert (call.result(), call.over, woken, len(pending)) == (reply_to(call), True, ["awake"], 0)
    assert pending.settle(reply_to(call)) is None  # a datagram that came twice
    pending.abandon(call)
    pending.refuse(call, ValueError())
    pending.fail(OSError())
    assert (call.result(), woken) == (reply_to(call), ["awake"])
    counters = pending.counters
    assert (counters.opened, counters.answered, counters.late, counters.abandoned, counters.failed) == (1, 1, 1, 0, 0)


def test_answers_find_their_questions_in_any_order() -> None:
    pending = Pending(ASK)
    calls = [opened(pending, bytes([n])) for n in range(100)]
    assert len({call.id for call in calls}) == 100
    for call in reversed(calls):
        assert pending.settle(reply_to(call)) is call
    assert [call.result().text for call in calls] == [bytes([n]) for n in range(100)]


def test_the_question_of_the_caller_stays_as_it_was() -> None:
    request = Ask(id=7, text=b"x")
    call = Pending(ASK).open(request)
    assert request == Ask(id=7, text=b"x")
    assert call.id is not None
    assert call.request == Ask(id=call.id, text=b"x")


def test_a_late_answer_is_counted_and_dropped() -> None:
    pending = Pending(ASK)
    call = opened(pending)
    pending.abandon(call)
    assert pending.settle(reply_to(call)) is None
    assert (pending.counters.late, pending.counters.unknown, pending.counters.abandoned) == (1, 0, 1)
    with pytest.raises(RuntimeError, match="given up"):
        call.result()


@pytest.mark.parametrize(
    "forged",
    [
        lambda good: good.replace(id=good.id ^ 1),  # nobody asked that
        lambda good: good.replace(text=b"another question"),
        lambda good: good.replace(answer=0),  # our own question, sent back
    ],
)
def test_what_is_no_answer_leaves_the_call_in_flight(forged: Callable[[Ask], Ask]) -> None:
    pending = Pending(ASK)
    call = opened(pending)
    assert pending.settle(forged(reply_to(call))) is None
    assert (pending.counters.unknown, call.over) == (1, False)
    assert pending.settle(reply_to(call)) is call


def test_what_answers_a_question_that_was_not_sent_was_guessed() -> None:
    pending = Pending(ASK)
    call = pending.open(Ask(text=b"x"))
    assert pending.settle(reply_to(call)) is None
    assert pending.counters.unknown == 1


def test_all_fail_at_once_and_each_knows_whether_it_was_sent() -> None:
    pending, cause = Pending(ASK), ConnectionResetError("reset")
    sent, unsent = opened(pending), pending.open(Ask())
    taken_back = opened(pending)
    pending.unsent(taken_back)
    woken: list[int] = []
    sent.wake = lambda: woken.append(1)
    unsent.wake = lambda: woken.append(2)
    pending.fail(cause)
    assert woken == [1, 2]
    assert len(pending) == 0
    for call, was_sent in ((sent, True), (unsent, False), (taken_back, False)):
        with pytest.raises(Disconnected, match="reset") as caught:
            call.result()
        assert caught.value.sent is was_sent
        assert caught.value.__cause__ is cause
    assert pending.settle(reply_to(sent)) is None


def test_one_call_can_fail_alone() -> None:
    pending = Pending(ASK)
    first, second = opened(pending), opened(pending)
    pending.refuse(first, ConnectionRefusedError("nobody"))
    with pytest.raises(ConnectionRefusedError):
        first.result()
    assert pending.settle(reply_to(second)) is second


def test_ids_are_never_those_in_flight_nor_those_that_rest() -> None:
    pending = Pending(Protocol(Tiny, correlate="id"))  # 16 ids: half for calls, a quarter rests
    assert pending.most == 8
    for _ in range(200):
        calls = [pending.open(Tiny()) for _ in range(8)]
        assert len({call.id for call in calls}) == 8
        with pytest.raises(Overloaded, match="8 calls are in flight"):
            pending.open(Tiny())
        for call in calls[:4]:
            pending.abandon(call)
        rested = {call.id for call in calls[:4]}
        fresh = [pending.open(Tiny()) for _ in range(4)]
        assert rested.isdisjoint(call.id for call in fresh)
        for call in [*calls, *fresh]:
            pending.abandon(call)
    assert len(pending) == 0


def test_every_id_that_is_left_can_be_used() -> None:
    pending = Pending(Protocol(Tiny, correlate="id"), most=12)
    for _ in range(100):
        calls = [pending.open(Tiny()) for _ in range(12)]
        assert len({call.id for call in calls}) == 12
        for call in calls:
            pending.abandon(call)
    with pytest.raises(ValueError, match="from 1 to 12"):
        Pending(Protocol(Tiny, correlate="id"), most=13)


def test_ids_cannot_be_guessed_from_earlier_ones() -> None:
    pending, found = Pending(ASK), list[int]()
    for _ in range(2000):
        call = opened(pending)
        assert call.id is not None
        found.append(call.id)
        pending.settle(reply_to(call))
    steps = {(after - before) % 65536 for before, after in itertools.pairwise(found)}
    assert len(steps) > 1800  # of 1999: drawn evenly, 30 are expected twice
    assert all(200 < sum(number >> bit & 1 for number in found) < 1800 for bit in range(16))


def test_the_width_follows_from_the_declaration() -> None:
    class Signed(Struct):
        id: int = i8(default=0)

    class Wide(Struct):
        id: int = u64(default=0)

    signed = Pending(Protocol(Signed, correlate=Signed.id))
    seen = {signed.open(Signed()).id for _ in range(signed.most)}
    assert len(seen) == 128
    assert min(i for i in seen if i is not None) < 0
    wide = Pending(Protocol(Wide, correlate=Wide.id))
    assert len({wide.open(Wide()).id for _ in range(1000)}) == 1000


def test_a_field_that_calls_cannot_choose_is_refused() -> None:
    class Derived(Struct):
        size: int = auto(u8())
        body: bytes = raw(size=size)

    class Varying(Struct):
        id: int = varint("leb128")
        body: bytes = raw(default=b"")

    with pytest.raises(TypeError, match="not free"):
        Pending(Protocol(Derived, correlate="size"))
    with pytest.raises(TypeError, match="no plain integer"):
        Pending(Protocol(Plain, correlate="text"))
    with pytest.raises(TypeError, match="no plain integer"):
        Pending(Protocol(Varying, correlate="id"))
    with pytest.raises(TypeError, match="Plain is no Ask"):
        Pending(ASK).open(Plain(text=b""))  # type: ignore[arg-type]


def test_without_ids_answers_come_in_the_order_of_sending() -> None:
    pending = Pending(Plain)
    first, second, unsent = (pending.open(Plain(text=t)) for t in (b"1", b"2", b"3"))
    assert pending.settle(Plain(text=b"from nowhere")) is None
    pending.sending(second)
    pending.sending(first)
    pending.sending(unsent)
    pending.unsent(unsent)
    assert pending.settle(Plain(text=b"a")) is second
    assert pending.settle(Plain(text=b"b")) is first
    assert pending.settle(Plain(text=b"c")) is None
    assert pending.counters.unknown == 2


def test_without_ids_the_answer_of_a_call_that_was_given_up_is_not_the_next_ones() -> None:
    pending = Pending(Plain)
    first, second = (pending.open(Plain(text=t)) for t in (b"1", b"2"))
    pending.sending(first)
    pending.sending(second)
    pending.abandon(first)
    assert pending.settle(Plain(text=b"late")) is None
    assert pending.settle(Plain(text=b"right")) is second
    assert (pending.counters.late, second.result().text) == (1, b"right")


def test_without_ids_what_a_lost_connection_owed_is_not_waited_for() -> None:
    pending = Pending(Plain)
    lost = pending.open(Plain(text=b"1"))
    pending.sending(lost)
    pending.abandon(lost)
    pending.fail(OSError("gone"))
    call = pending.open(Plain(text=b"2"))
    pending.sending(call)
    assert pending.settle(Plain(text=b"answer")) is call


def test_without_ids_what_is_no_message_was_the_answer_to_the_oldest() -> None:
    pending = Pending(Plain)
    first, second = (pending.open(Plain(text=t)) for t in (b"1", b"2"))
    pending.sending(first)
    pending.sending(second)
    pending.spoilt(ValueError("no message"))
    with pytest.raises(ValueError, match="no message"):
        first.result()
    assert pending.settle(Plain(text=b"2")) is second
    pending.spoilt(ValueError("nobody's"))
    with_ids = Pending(ASK)
    call = opened(with_ids)
    with_ids.spoilt(ValueError("anybody's"))
    assert with_ids.settle(reply_to(call)) is call


def test_answers_that_are_owed_and_never_come_are_bounded() -> None:
    pending = Pending(Plain, most=4)
    for _ in range(8):
        call = pending.open(Plain(text=b"x"))
        pending.sending(call)
        pending.abandon(call)
    with pytest.raises(Overloaded, match="8 answers are owed"):
        pending.open(Plain(text=b"x"))


def test_what_wants_no_answer_has_an_id_that_is_nobodys() -> None:
    pending = Pending(ASK)
    sent = pending.cast(Ask(text=b"x"))
    call = opened(pending)
    assert sent.id != call.id
    assert pending.settle(sent.replace(answer=1)) is None
    assert (pending.counters.late, pending.counters.casts, len(pending)) == (1, 1, 1)
