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
    """Stay, but enter this state again: its `Enter` comes, and what was postponed, as if it had changed."""
    return Transition(None, actions, again=True)


def stop(reason: Any = None) -> Transition[Any]:
    """End the machine: nothing is handled any more."""
    return Transition(None, stopped=True, reason=reason)


Callback: TypeAlias = Callable[[S, Event], "Transition[S] | None"]


class Machine(Generic[S]):
    """Begins in `state`, whose `Enter` comes at once.  `now` is the time, in seconds of any clock that does not go back."""

    def __init__(self, state: S, callback: Callback[S], now: float) -> None:
        self.state, self._callback = state, callback
        self.stopped = False
        self.reason: Any = None
        self._queue: collections.deque[Event] = collections.deque()
        self._postponed: list[Event] = []
        self._timers: dict[Hashable, tuple[float, int, Any]] = {}  # until when, in what order begun, what comes then
        self._order = itertools.count()
        self._working = False
        self._enter(state, now)
        self._run(now)

    def post(self, content: Any, now: float) -> None:
        """Something has come from outside.  From inside a callback it waits for its turn."""
        if self._working:
            self._queue.append(Came(content))
            return
        self.tick(now)  # timers that were over before it came
        if not self.stopped:
            self._queue.append(Came(content))
            self._run(now)

    def tick(self, now: float) -> None:
        """It is `now`: timers that are over come, the earliest first."""
        if not self._working:
            self._run(now)

    @property
    def due(self) -> float:
        """When the next timer is over; infinity if none runs."""
        return min((until for until, _, _ in self._timers.values()), default=math.inf)

    @property
    def postponed(self) -> int:
        """How many events wait for a change of state."""
        return len(self._postponed)

    def forget(self, content: Any) -> None:
        """Drop what was posted and not handled to its end, and the timer that it names: whoever posted it wants it no longer."""
        self._timers.pop(content, None)
        self._postponed = [event for event in self._postponed if not (isinstance(event, Came) and event.content is content)]
        if self._queue:
            self._queue = collections.deque(event for event in self._queue if not (isinstance(event, Came) and event.content is content))

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
        over = [(until, order, name) for name, (until, order, _) in self._timers.items() if until <= now]
        if not over:
            return None
        _, _, name = min(over, key=lambda one: one[:2])
        return Expired(name, self._timers.pop(name)[2])

    def _handle(self, event: Event, now: float) -> None:
        self._timers.pop(EVENT, None)
        follows: Transition[S] = self._callback(self.state, event) or keep()
        if follows.stopped:
            self._stop(follows.reason)
            return
        before = self.state
        changed = follows.state is not None and follows.state != before
        if Postpone() in follows.actions:
            self._postponed.append(event)
        if changed or follows.again:
            self._queue.extendleft(reversed(self._postponed))
            self._postponed.clear()
        if changed:
            assert follows.state is not None
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
                    self._timers[action.name] = now + action.seconds, next(self._order), action.content

    def _stop(self, reason: Any) -> None:
        self.stopped, self.reason = True, reason
        self._queue.clear()
        self._postponed.clear()
        self._timers.clear()
