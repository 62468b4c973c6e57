"""What every supervisor is: a task that owns the tasks of its children.

It takes their exits, and what is asked of it, one after the other, and stops all of them before it ends.

Promise: however `run` ends (cancelled, given up, a child that did not start), no child runs afterwards.
"""

from __future__ import annotations

import abc
import collections
import contextlib
import types
from collections.abc import Awaitable, Callable
from typing import Any, Self

import anyio
import anyio.abc

from bitwright.net.background import beside
from bitwright.net.errors import Busy, NotRunning, TooManyRestarts
from bitwright.net.hooks import Hooks
from bitwright.net.presence import present
from bitwright.net.supervisor.child import Child
from bitwright.net.supervisor.cleaning import cleanup
from bitwright.net.supervisor.events import Telling
from bitwright.net.supervisor.exits import ENDS_THE_PROGRAM, Restart
from bitwright.net.supervisor.intensity import Intensity
from bitwright.net.supervisor.living import Living
from bitwright.net.supervisor.places import ChildInfo, Place


class Request:
    """Something that a caller waits for; that it is done does not depend on the caller."""

    def __init__(self, act: Callable[[], Awaitable[Any]]) -> None:
        self._act = act
        self.done = anyio.Event()
        self.value: Any = None
        self.error: Exception | None = None

    async def answer(self) -> None:
        """Do it.  What goes wrong is the caller's."""
        self.error = NotRunning("the supervisor has ended meanwhile")  # unless it is done
        try:
            self.value = await self._act()
            self.error = None
        except Exception as error:  # noqa: BLE001  # raised where the caller waits
            self.error = error
        finally:
            self.done.set()

    def refuse(self) -> None:
        """The supervisor ends before it is done."""
        self.error = NotRunning("the supervisor has ended")
        self.done.set()


class BaseSupervisor(abc.ABC):
    """Runs children: `async with` it, or run its `run` as a task, or as a child of another."""

    def __init__(self, *, intensity: int, period: float, name: str, hooks: Hooks | None) -> None:
        self.name = name
        self.hooks = hooks or Hooks()
        self._telling = Telling(name, self.hooks)
        self._limits = intensity, period
        self._intensity = Intensity(intensity, period)
        self._places: dict[str, Place] = {}  # by name, in the order of their start
        self._alive: dict[Living, None] = {}
        self._inbox: collections.deque[Living | Request] = collections.deque()
        self._running = self._accepting = False

    def child(self, *, restart: Restart = "permanent") -> Child:
        """This supervisor as a child of another: its own children have deadlines, so it has none."""
        return Child(self.name, self.run, restart=restart, shutdown=None)

    def children(self) -> list[ChildInfo]:
        """Its children, in the order of their start."""
        return [place.info() for place in self._places.values()]

    async def run(self, *, task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Start the children, say that it is ready, and supervise until cancelled.

        Raises StartFailed if a child does not come up, TooManyRestarts if it gives up, Busy if it runs already.  All children
        are stopped by then.
        """
        if self._running:
            raise Busy(f"the supervisor {self.name} runs already")
        self._begin()
        cancelled, failure = anyio.get_cancelled_exc_class(), None
        try:
            with present("supervisor", self.name, self._state) as self._part:
                async with anyio.create_task_group() as self._group:
                    try:
                        await self._boot()
                        task_status.started()
                        await self._serve()
                    except cancelled:
                        raise
                    except (Exception, *ENDS_THE_PROGRAM) as error:  # noqa: BLE001  # raised below, when the children have ended
                        failure = error
                    finally:
                        await self._finish()
        finally:
            self._running = False
            for place in self._places.values():
                if place.living is not None:
                    place.ended(place.living)
        self._go_on()
        if failure is not None:
            raise failure

    async def __aenter__(self) -> Self:
        """Run beside a block."""
        self._block = contextlib.AsyncExitStack()
        await self._block.enter_async_context(beside(self.run))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: types.TracebackType | None
    ) -> bool | None:
        """Stop all children; raises what ended the supervisor, if something did."""
        return await self._block.__aexit__(kind, error, traceback)

    @abc.abstractmethod
    async def _boot(self) -> None:
        """Start what is declared."""

    @abc.abstractmethod
    async def _exited(self, place: Place, living: Living) -> None:
        """A child ended by itself."""

    @abc.abstractmethod
    def _let_go(self, place: Place) -> None:
        """A child was stopped for good."""

    @abc.abstractmethod
    async def _stop_all(self) -> None:
        """Stop all children."""

    @abc.abstractmethod
    def _strategy(self) -> str: ...

    def _begin(self) -> None:
        self._places.clear()
        self._inbox.clear()
        self._intensity = Intensity(*self._limits)
        self._wake = anyio.Event()
        self._running = self._accepting = True
        self._fatal: BaseException | None = None

    async def _serve(self) -> None:
        while True:
            while self._inbox:
                self._go_on()
                match self._inbox.popleft():
                    case Request() as request:
                        await request.answer()
                    case living:
                        await self._take_exit(living)
            self._wake = anyio.Event()
            await self._wake.wait()

    def _go_on(self) -> None:
        """Raises what a child raised in order to end the program."""
        if self._fatal is not None:
            raise self._fatal

    async def _take_exit(self, living: Living) -> None:
        place = self._places.get(living.child.name)
        if place is None or place.living is not living:  # it was stopped, or did not start, and that was told
            return
        if living.stuck:  # it would not stop, and now it has
            place.ended(living)
            self._telling.child("stopped", living.child.name)
            self._let_go(place)
        elif not living.stopping:
            place.ended(living)
            self._tell_exit(living)
            await self._exited(place, living)

    async def _finish(self) -> None:
        """Stop all; at once if there is no time left for doing it in order.  Callers who wait are told."""
        self._accepting = False
        with cleanup() as scope:
            await self._stop_all()
        if scope.cancelled_caught:
            for living in list(self._alive):
                living.kill()
        for left in self._inbox:
            if isinstance(left, Request):
                left.refuse()
        self._inbox.clear()

    async def _ask(self, act: Callable[[], Awaitable[Any]]) -> Any:
        if not self._accepting:
            raise NotRunning(f"the supervisor {self.name} does not run")
        request = Request(act)
        self._post(request)
        await request.done.wait()
        if request.error is not None:
            raise request.error
        return request.value

    def _post(self, what: Living | Request) -> None:
        self._inbox.append(what)
        self._wake.set()

    def _launch(self, place: Place) -> Living:
        living = place.living = Living(place.child, self._on_ready, self._on_end)
        self._alive[living] = None
        self._group.start_soon(living.run, self._part, place.state, name=place.child.name)
        return living

    def _on_ready(self, living: Living) -> None:
        self._telling.child("started", living.child.name)

    def _on_end(self, living: Living) -> None:
        self._alive.pop(living, None)
        if living.exit is not None and not isinstance(living.exit.error, Exception | None):
            self._fatal = self._fatal or living.exit.error
        if self._accepting:
            self._post(living)

    async def _stop(self, living: Living) -> bool:
        """Stop a child and tell; False if it does not end."""
        stopped = await living.stop()
        if not living.told:
            living.told = True
            self._telling.child("stopped" if stopped else "stuck", living.child.name)
            if living.exit is not None and living.exit.kind == "failure":
                self._tell_exit(living)
        return stopped

    def _tell_exit(self, living: Living) -> None:
        if living.exit is not None:
            self._telling.exited(living.child.name, living.exit)

    def _count_restart(self, place: Place, cause: BaseException | None) -> None:
        """Raises TooManyRestarts."""
        if not self._intensity.allows(anyio.current_time()):
            self._telling.gave_up()
            most, period = self._limits
            raise TooManyRestarts(f"{self.name}: {most} restarts in {period:g} s, and {place.child.name} ended again") from cause
        place.restarts += 1
        self._telling.child("restarted", place.child.name)

    def _state(self) -> str:
        running = sum(place.living is not None for place in self._places.values())
        return f"{self._strategy()}, {running} of {len(self._places)} children run"

    def _place(self, name: str) -> Place:
        if name not in self._places:
            raise LookupError(f"the supervisor {self.name} has no child {name!r}")
        return self._places[name]


