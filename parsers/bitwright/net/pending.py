"""Calls in flight: which question an answer belongs to.  Without I/O: a shell sends and receives, and is woken.

Promise: a call ends exactly once, in one of three ways: by its answer, by a failure, or given up by its caller; what comes for
it afterwards is counted and dropped.  The id of a call cannot be guessed (it comes from `secrets`), is never that of another
one in flight, nor of one that ended lately, whose late answer might still come.  Memory is bounded: by the calls in flight, and
by a fixed number of ids that rest.  These are the semantics of OTP's `GenServer.call`, where the reference is an id on the wire.
"""

from __future__ import annotations

import collections
import dataclasses
import secrets
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from bitwright.net.errors import Disconnected, Overloaded
from bitwright.net.protocol import Protocol, protocol_of
from bitwright.schema.spec import IntType, VarintType
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)

MOST_IN_FLIGHT: Final = 16384  # calls, where the field of the id would allow more
_MOST_RESTING: Final = 16384  # ids
_DRAWS: Final = 64  # before a free id is looked for among all


class Call(Generic[M]):
    """One question and what became of it.  Made by `Pending.open`.

    `request` is the question as it is sent, with its own id.  `sent`: whether any of it may have been given to the operating
    system.  `wake` is called once, when the call ends in whatever way: set it before waiting.
    """

    __slots__ = ("error", "id", "over", "reply", "request", "sent", "wake")

    def __init__(self, request: M, number: int | None) -> None:
        self.request, self.id = request, number
        self.sent = self.over = False
        self.reply: M | None = None
        self.error: BaseException | None = None
        self.wake: Callable[[], object] | None = None

    def result(self) -> M:
        """The answer; raises what the call failed with, or RuntimeError while it has neither."""
        if self.error is not None:
            raise self.error
        if self.reply is None:
            raise RuntimeError("the call has no answer: it is in flight, or was given up")
        return self.reply

    def _end(self, reply: M | None, error: BaseException | None) -> None:
        self.over, self.reply, self.error = True, reply, error
        wake, self.wake = self.wake, None
        if wake is not None:
            wake()


@dataclasses.dataclass(slots=True)
class CallCounters:
    """What became of calls, and of messages that were nobody's answer.

    `late`: the call had ended.  `unknown`: there was none with that id, or the message is no answer to it.  `undecided` of
    these: the protocol's `answers` raised an exception, `Pending.last_fault`.
    """

    opened: int = 0
    answered: int = 0
    failed: int = 0
    abandoned: int = 0
    casts: int = 0
    late: int = 0
    unknown: int = 0
    undecided: int = 0


class Pending(Generic[M]):
    """The calls in flight with one peer.

    Where the protocol has no field that tells answers apart, they come in the order in which the questions were sent; or, where
    that is not kept (`in_order=False`: datagrams), an answer is that of the oldest question for which `answers` is true.
    `most`: how many may be in flight; by default half of the ids that the field can hold, at most `MOST_IN_FLIGHT`.
    """

    def __init__(self, spoken: Protocol[M] | type[M], *, most: int | None = None, in_order: bool = True) -> None:
        protocol = protocol_of(spoken)
        if protocol.correlate is None and protocol.answers is None and not in_order:
            raise TypeError(f"{protocol.message.__name__} by datagrams, which get lost and overtake: give correlate= or answers=")
        self._message, self._answers, self._field = protocol.message, protocol.answers, protocol.correlate_field
        self._ordered = in_order and self._field is None
        self._ids = None if self._field is None else _ids_of(protocol.message, self._field)
        space = 2 * MOST_IN_FLIGHT if self._ids is None else len(self._ids)
        self._resting_most = min(space // 4, _MOST_RESTING)
        self.most = min(space // 2, MOST_IN_FLIGHT) if most is None else most
        if not 1 <= self.most <= space - self._resting_most:
            raise ValueError(f"most={most!r}: from 1 to {space - self._resting_most}, for {self._resting_most} of {space} ids rest")
        self._by_id: dict[int, Call[M]] = {}
        self._in_order: collections.deque[Call[M]] = collections.deque()  # sent and not answered; also those given up
        self._open: dict[Call[M], None] = {}  # without ids: all that are in flight, the oldest first
        self._resting: set[int] = set()
        self._rest_order: collections.deque[int] = collections.deque()
        self.counters = CallCounters()
        self.last_fault: Exception | None = None

    def __len__(self) -> int:
        """How many calls are in flight."""
        return len(self._by_id) + len(self._open)

    def open(self, request: M) -> Call[M]:
        """A call for a copy of `request`, with an id of its own where the protocol has one.

        Raises `Overloaded` where as many are in flight as may be, and TypeError for what is no message of the protocol.
        """
        self._check(request)
        if len(self) >= self.most:
            raise Overloaded(f"{len(self)} calls are in flight, {self.most} are the most")
        if len(self._in_order) >= 2 * self.most:  # those that were given up wait for their answers, too
            raise Overloaded(f"{len(self._in_order)} answers are owed, {2 * self.most} are the most")
        call: Call[M]
        if self._field is None:
            call = Call(request, None)
            self._open[call] = None
        else:
            fresh = self._fresh()
            call = Call(request.replace(**{self._field: fresh}), fresh)
            self._by_id[fresh] = call
        self.counters.opened += 1
        return call

    def cast(self, request: M) -> M:
        """What to send where no answer is waited for: a copy with an id of its own, at which an answer counts as late."""
        self._check(request)
        self.counters.casts += 1
        if self._field is None:
            return request
        fresh = self._fresh()
        self._rest(fresh)
        return request.replace(**{self._field: fresh})

    def sending(self, call: Call[M]) -> None:
        """Say that `call` is about to be sent; without ids, calls have to be sent in this order.  Again for the same: nothing."""
        if not call.sent:
            call.sent = True
            if self._ordered and not call.over:
                self._in_order.append(call)

    def unsent(self, call: Call[M]) -> None:
        """Take `sending` back: not a byte was written."""
        if call.sent:
            call.sent = False
            if call in self._in_order:
                self._in_order.remove(call)

    def settle(self, reply: M) -> Call[M] | None:
        """End the call that `reply` answers and give it; None if that is nobody's answer, which is counted."""
        if self._field is not None:
            call = self._of_id(getattr(reply, self._field), reply)
        else:
            call = self._next_in_order(reply) if self._ordered else self._oldest_answered(reply)
        if call is None:
            return None
        self.counters.answered += 1
        self._forget(call)
        call._end(reply, None)
        return call

    def spoilt(self, error: BaseException) -> None:
        """Something came that is no message, and may have been an answer: in order, it was that to the oldest question."""
        if self._in_order:
            self.refuse(self._in_order.popleft(), error)

    def abandon(self, call: Call[M]) -> None:
        """Its caller waits no longer (timeout, cancelled).  Of one that has ended: nothing."""
        if not call.over:
            self.counters.abandoned += 1
            self._forget(call)
            call._end(None, None)

    def refuse(self, call: Call[M], error: BaseException) -> None:
        """End one call with `error`.  Of one that has ended: nothing."""
        if not call.over:
            self.counters.failed += 1
            self._forget(call)
            call._end(None, error)

    def fail(self, cause: BaseException, *, sent_only: bool = False) -> None:
        """The connection is lost: end all calls at once with `Disconnected`, each knowing whether it was sent.

        What comes afterwards is of another connection: nothing of this one is waited for any more.  `sent_only`: those that were
        not sent go on.
        """
        self._in_order.clear()
        for call in [*self._by_id.values(), *self._open]:
            if call.sent or not sent_only:
                error = Disconnected(f"the peer is lost: {str(cause) or type(cause).__name__}", sent=call.sent)
                error.__cause__ = cause
                self.refuse(call, error)

    # --- which call it is --------------------------------------------------------------------

    def _of_id(self, number: int, reply: M) -> Call[M] | None:
        call = self._by_id.get(number)
        if call is None:
            if number in self._resting:
                self.counters.late += 1
            else:
                self.counters.unknown += 1
        elif not call.sent or not self._is_answer(call.request, reply):
            self.counters.unknown += 1
            return None
        return call

    def _is_answer(self, request: M, reply: M) -> bool:
        """What the protocol says; where it cannot judge what a peer made up, that is no answer."""
        if self._answers is None:
            return True
        try:
            return self._answers(request, reply)
        except Exception as error:  # noqa: BLE001  # a peer must not end the task that reads by what it sends
            self.counters.undecided += 1
            self.last_fault = error
            return False

    def _next_in_order(self, reply: M) -> Call[M] | None:
        """The oldest question is the one that is answered, be its caller there or not."""
        if not self._in_order or not self._is_answer(self._in_order[0].request, reply):
            self.counters.unknown += 1
            return None
        call = self._in_order.popleft()
        if call.over:
            self.counters.late += 1
            return None
        return call

    def _oldest_answered(self, reply: M) -> Call[M] | None:
        for call in self._open:
            if call.sent and self._is_answer(call.request, reply):
                return call
        self.counters.unknown += 1
        return None

    # --- ids ---------------------------------------------------------------------------------

    def _fresh(self) -> int:
        """An id that nobody can guess, and nobody has."""
        ids = self._ids
        assert ids is not None
        for _ in range(_DRAWS):
            drawn = ids[secrets.randbelow(len(ids))]
            if drawn not in self._by_id and drawn not in self._resting:
                return drawn
        return secrets.choice([each for each in ids if each not in self._by_id and each not in self._resting])

    def _rest(self, number: int) -> None:
        if number not in self._resting:
            self._resting.add(number)
            self._rest_order.append(number)
            if len(self._rest_order) > self._resting_most:
                self._resting.discard(self._rest_order.popleft())

    def _forget(self, call: Call[M]) -> None:
        if call.id is None:
            self._open.pop(call, None)
        else:
            del self._by_id[call.id]
            self._rest(call.id)

    def _check(self, request: M) -> None:
        if not isinstance(request, self._message):
            raise TypeError(f"{type(request).__name__} is no {self._message.__name__}, which this protocol speaks")


def _ids_of(message: type[Struct], name: str) -> range:
    """The ids that the field can hold."""
    field = message.__bitwright__.field(name)
    kind: Any = None if field is None else field.type
    if field is None or not isinstance(kind, IntType) or isinstance(kind, VarintType) or kind.as_type is not int:
        raise TypeError(f"correlate={name!r}: {message.__name__}.{name} is no plain integer of fixed size, so calls cannot choose it")
    if field.auto or field.fixed is not None or field.reserved:
        raise TypeError(f"correlate={name!r}: {message.__name__}.{name} is not free to be chosen")
    half = 1 << min(kind.width - 1, 61)  # a range of more has no length, and so many cannot be guessed either
    return range(-half, half) if kind.signed else range(2 * half)
