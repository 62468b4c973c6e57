"""A state machine with the rules of OTP's gen_statem, without I/O and without a clock of its own.

Promise: events are handled one at a time, each to its end.  On every change of state the new state's `Enter` comes first.  A
postponed event comes again after the next *change* of state, the oldest first; an inserted one comes before all others.  Of the
three kinds of timers any event cancels that of the event, a change of state that of the state, and neither the named ones.  A time
of 0 comes after what waits already, and before what has not come yet.

A callback gets the state and the event and returns what follows: `keep`, `go`, `repeat` or `stop`, each with actions; None keeps.
"""

from __future__ import annotations

import collections
import dataclasses
import heapq
import itertools
import math
from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, TypeAlias, TypeVar

S = TypeVar("S", bound=Hashable)


# --- what comes ------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Enter:
    """This state begins; `before` is the one before it, or itself for the first."""

    before: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Came:
    """What was posted from outside, or inserted by `Insert`."""

    content: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Expired:
    """A timer is over.  `timer` is `EVENT`, `STATE`, or the name of another."""

    timer: Hashable
    content: Any = None


Event: TypeAlias = Enter | Came | Expired


class _Kind:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


EVENT: Final = _Kind("EVENT")  # the timer that any event cancels
STATE: Final = _Kind("STATE")  # the timer that a change of state cancels


# --- what follows ----------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Postpone:
    """Let this event come again after the next change of state."""


@dataclasses.dataclass(frozen=True, slots=True)
class Insert:
    """Let this come next, before everything that waits; several in their order."""

    content: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Timer:
    """Start a timer anew, or end it (`seconds` None).  `name` is `EVENT`, `STATE`, or any other."""

    name: Hashable
    seconds: float | None
    content: Any = None


Action: TypeAlias = Postpone | Insert | Timer


@dataclasses.dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """What follows from an event.  Made by `keep`, `go`, `repeat` and `stop`."""

    state: S | None
    actions: tuple[Action, ...] = ()
    again: bool = False
    stopped: bool = False
    reason: Any = None


def keep(*actions: Action) -> Transition[Any]:
    """Stay in this state."""
    return Transition(None, actions)


def go(state: S, *actions: Action) -> Transition[S]:
    """Change to `state`; to the same one it is no change."""
    return Transition(state, actions)


def repeat(*actions: Action) -> Transition[Any]:
    """Stay, but enter this state again: its `Enter` comes.  It is no change: what was postponed waits, and the timers run on."""
    return Transition(None, actions, again=True)


def stop(reason: Any = None) -> Transition[Any]:
    """End the machine: nothing is handled any more."""
    return Transition(None, stopped=True, reason=reason)


Callback: TypeAlias = Callable[[S, Event], "Transition[S] | None"]


class Machine(Generic[S]):
    """Begins in `state`, whose `Enter` comes at once.  `now` is the time, in seconds of any clock that does not go back."""

    def __init__(self, state: S, callback: Callback[S], now: float) -> None:
        self.state: S = state
        self._callback = callback
        self.stopped = False
        self.reason: Any = None
        self._queue: collections.deque[Event] = collections.deque()
        self._postponed: dict[int, Event] = {}  # in order, by the identity of the event
        self._timers: dict[Hashable, tuple[float, int, Any]] = {}  # until when, in what order begun, what comes then
        self._next: list[tuple[float, int, Hashable]] = []  # a heap of them, and of some that were ended or begun anew
        self._order = itertools.count()
        self._working = False
        self._enter(state, now)
        self._run(now)

    def post(self, content: Any, now: float) -> Came:
        """Something has come from outside.  From inside a callback it waits for its turn.  Gives the event, for `forget`."""
        event = Came(content)
        if self._working:
            self._queue.append(event)
            return event
        self.tick(now)  # timers that were over before it came
        if not self.stopped:
            self._queue.append(event)
            self._run(now)
        return event

    def tick(self, now: float) -> None:
        """It is `now`: timers that are over come, the earliest first."""
        if not self._working:
            self._run(now)

    @property
    def due(self) -> float:
        """When the next timer is over; infinity if none runs."""
        return self._next[0][0] if self._first_timer() else math.inf

    @property
    def timers(self) -> tuple[Hashable, ...]:
        """Those that run."""
        return tuple(self._timers)

    @property
    def postponed(self) -> int:
        """How many events wait for a change of state."""
        return len(self._postponed)

    def forget(self, event: Came) -> None:
        """Drop an event that was not handled to its end, and the timer that its content names: whoever posted it wants it no longer."""
        self._timers.pop(event.content, None)
        self._postponed.pop(id(event), None)
        if self._queue:  # inside a callback
            self._queue = collections.deque(one for one in self._queue if one is not event)

    # --- how it goes on ----------------------------------------------------------------------

    def _run(self, now: float) -> None:
        self._working = True
        try:
            while not self.stopped:
                if self._queue:
                    self._handle(self._queue.popleft(), now)
                elif (expired := self._next_expired(now)) is not None:
                    self._handle(expired, now)
                else:
                    return
        finally:
            self._working = False

    def _next_expired(self, now: float) -> Expired | None:
        if not self._first_timer() or self._next[0][0] > now:
            return None
        _, _, name = heapq.heappop(self._next)
        return Expired(name, self._timers.pop(name)[2])

    def _first_timer(self) -> bool:
        """Whether one runs; the first to be over is then the first of the heap."""
        while self._next:
            _, order, name = self._next[0]
            if self._timers.get(name, (0.0, -1))[1] == order:
                return True
            heapq.heappop(self._next)
        return False

    def _handle(self, event: Event, now: float) -> None:
        self._timers.pop(EVENT, None)
        follows: Transition[S] = self._callback(self.state, event) or keep()
        if follows.stopped:
            self._stop(follows.reason)
            return
        before = self.state
        changed = follows.state is not None and follows.state != before
        if Postpone() in follows.actions:
            self._postponed[id(event)] = event
        if changed:
            assert follows.state is not None
            self._queue.extendleft(reversed(self._postponed.values()))
            self._postponed.clear()
            self._timers.pop(STATE, None)
            self.state = follows.state
        inserted = [Came(action.content) for action in follows.actions if isinstance(action, Insert)]
        self._queue.extendleft(reversed(inserted))
        self._start(follows.actions, now)
        if changed or follows.again:
            self._enter(before, now)

    def _enter(self, before: S, now: float) -> None:
        """The new state's own beginning: it may start timers, and stop; anything else would be another change before it began."""
        follows: Transition[S] = self._callback(self.state, Enter(before)) or keep()
        if follows.stopped:
            self._stop(follows.reason)
            return
        if follows.state is not None or follows.again or not all(isinstance(action, Timer) for action in follows.actions):
            raise ValueError(f"on entering {self.state!r}: only timers may be started, and the machine stopped, not {follows!r}")
        self._start(follows.actions, now)

    def _start(self, actions: tuple[Action, ...], now: float) -> None:
        for action in actions:
            if isinstance(action, Timer):
                self._timers.pop(action.name, None)
                if action.seconds is not None:
                    until, order = now + action.seconds, next(self._order)
                    self._timers[action.name] = until, order, action.content
                    heapq.heappush(self._next, (until, order, action.name))
        if len(self._next) > 2 * len(self._timers) + 16:  # most of it is of timers that were ended
            self._next = [(until, order, name) for name, (until, order, _) in self._timers.items()]
            heapq.heapify(self._next)

    def _stop(self, reason: Any) -> None:
        self.stopped, self.reason = True, reason
        self._queue.clear()
        self._postponed.clear()
        self._timers.clear()
        self._next.clear()
