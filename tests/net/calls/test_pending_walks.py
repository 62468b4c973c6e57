"""Calls in flight, whatever is done with them and in whatever order: what holds after every step."""

from __future__ import annotations

import random

import pytest

from bitwright import Struct, bits, u8
from bitwright.net import Call, Disconnected, Overloaded, Pending, Protocol


class Ask(Struct):
    id: int = bits(5, default=0)
    more: int = bits(3, default=0)
    number: int = u8(default=0)


def same(request: Ask, reply: Ask) -> bool:
    """Whether the reply is about what was asked."""
    return request.number == reply.number


PENDINGS = {
    "ids": lambda: Pending(Protocol(Ask, correlate=Ask.id, answers=same)),
    "in order": lambda: Pending(Protocol(Ask), most=16),
    "in any order": lambda: Pending(Protocol(Ask, answers=same), most=16, in_order=False),
}


class Walk:
    """Random steps, and what is known of each call beside what `Pending` says."""

    def __init__(self, how: str, seed: int) -> None:
        self.how, self.dice, self.pending = how, random.Random(seed), PENDINGS[how]()
        self.open: list[Call[Ask]] = []
        self.owed: list[Call[Ask]] = []  # in order: whose answer the next one is
        self.woken: dict[Call[Ask], int] = {}
        self.number = 0

    def ask(self) -> None:
        self.number = (self.number + 1) % 256
        try:
            call = self.pending.open(Ask(number=self.number))
        except Overloaded:
            assert len(self.open) == self.pending.most or len(self.owed) >= 2 * self.pending.most
            return
        assert call.id not in {each.id for each in self.open} or call.id is None
        self.woken[call] = 0

        def wake() -> None:
            self.woken[call] += 1

        call.wake = wake
        self.open.append(call)

    def send(self) -> None:
        for call in self.dice.sample(self.open, min(2, len(self.open))):
            if not call.sent and self.how == "in order":
                self.owed.append(call)
            self.pending.sending(call)
            if self.dice.random() < 0.2 and call in self.owed[-1:]:
                self.pending.unsent(self.owed.pop())

    def reply(self) -> None:
        sent = [call for call in self.open if call.sent]
        if self.how == "in order":
            expected = self.owed.pop(0) if self.owed else None
            answer = Ask(number=0)
            if expected is not None and expected.over:
                expected = None
        elif sent and self.dice.random() < 0.7:
            expected = self.dice.choice(sent)
            answer = expected.request
        else:
            expected, answer = None, Ask(id=self.dice.randrange(32), number=(self.number + 100) % 256)  # asked by nobody in flight
        assert self.pending.settle(answer) is expected
        if expected is not None:
            self.ended(expected, woken=1)
            assert expected.result() == answer

    def give_up(self) -> None:
        if self.open:
            call = self.dice.choice(self.open)
            self.pending.abandon(call)
            self.ended(call, woken=1)  # who waits is told, and has left

    def refuse(self) -> None:
        if self.open:
            call = self.dice.choice(self.open)
            self.pending.refuse(call, ValueError("no"))
            self.ended(call, woken=1)

    def lose(self) -> None:
        if self.dice.random() < 0.1:
            self.pending.fail(ConnectionResetError("reset"))
            self.owed.clear()
            for call in list(self.open):
                self.ended(call, woken=1)
                with pytest.raises(Disconnected) as caught:
                    call.result()
                assert caught.value.sent is call.sent

    def ended(self, call: Call[Ask], *, woken: int) -> None:
        assert call.over
        assert self.woken[call] == woken
        self.open.remove(call)

    def holds(self) -> None:
        counters = self.pending.counters
        assert len(self.pending) == len(self.open) <= self.pending.most
        assert all(not call.over for call in self.open)
        assert counters.opened == counters.answered + counters.failed + counters.abandoned + len(self.open)
        assert all(times <= 1 for times in self.woken.values())


@pytest.mark.parametrize("how", PENDINGS)
@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_done_each_call_ends_once(how: str, seed: int) -> None:
    walk = Walk(how, seed)
    steps = [walk.ask, walk.ask, walk.send, walk.send, walk.reply, walk.give_up, walk.refuse, walk.lose]
    for _ in range(1500):
        walk.dice.choice(steps)()
        walk.holds()
    assert min(walk.pending.counters.answered, walk.pending.counters.failed, walk.pending.counters.abandoned) > 20
