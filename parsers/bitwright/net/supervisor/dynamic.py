"""A supervisor of children that come and go, and do not rely on each other.

Promise: OTP's `DynamicSupervisor`: their number has a bound, none waits for another to start or to stop, and a child that has
ended and is not restarted is forgotten.
"""

from __future__ import annotations

from typing import Any

import anyio

from bitwright.net.errors import NotRunning, Overloaded, WontStop
from bitwright.net.hooks import Hooks
from bitwright.net.supervisor.base import BaseSupervisor
from bitwright.net.supervisor.child import Child
from bitwright.net.supervisor.exits import NORMAL, is_restarted
from bitwright.net.supervisor.living import Living
from bitwright.net.supervisor.places import Place


class DynamicSupervisor(BaseSupervisor):
    """Begins without children; `start_child` adds them, `most` at most.  Strategy, intensity and period are those of one_for_one."""

    def __init__(
        self, *, most: int = 16384, intensity: int = 3, period: float = 5.0, name: str = "supervisor", hooks: Hooks | None = None
    ) -> None:
        super().__init__(intensity=intensity, period=period, name=name, hooks=hooks)
        if most < 1:
            raise ValueError(f"most={most!r} of {name}: at least one child")
        self.most = most

    async def start_child(self, child: Child) -> Any:
        """Start a child and wait until it is ready; gives what it gave to `started()`.  Others are not held up.

        Raises Overloaded, ValueError for a name that there is, StartFailed, NotRunning.  A caller that is cancelled leaves the
        child as it is.
        """
        place, living = await self._ask(lambda: self._add(child))
        await living.settled.wait()
        if not living.ready:
            if place.living is living and not living.stopping:  # the supervisor has not seen it yet: the name is free from here on
                place.ended(living)
                self._tell_exit(living)
                self._let_go(place)
            raise place.failure(living)
        return living.value

    async def stop_child(self, name: str) -> None:
        """Stop a child and forget it.  Others are not held up.  LookupError, NotRunning; WontStop if it does not end."""
        living, stopped = await self._ask(lambda: self._halt(name))
        await stopped.wait()
        if living.stuck:
            raise WontStop(name)
        if not living.ended.is_set():
            raise NotRunning(f"the supervisor {self.name} has ended, and stops {name} with all others")

    async def _boot(self) -> None:
        """There is nobody yet."""

    async def _add(self, child: Child) -> tuple[Place, Living]:
        if child.name in self._places:
            raise ValueError(f"the supervisor {self.name} has a child {child.name!r}")
        if len(self._places) >= self.most:
            raise Overloaded(f"the supervisor {self.name} has {self.most} children, as many as it may")
        place = self._places[child.name] = Place(child)
        return place, self._launch(place)

    async def _exited(self, place: Place, living: Living) -> None:
        how = living.exit or NORMAL
        if is_restarted(place.child.restart, how) if living.ready else place.restarts > 0:  # what does not come up again is tried again
            self._count_restart(place, how.error)
            self._launch(place)
        else:
            self._let_go(place)

    def _let_go(self, place: Place) -> None:
        del self._places[place.child.name]

    async def _halt(self, name: str) -> tuple[Living, anyio.Event]:
        """Stop it in a task of its own, so that neither others nor a caller who goes away matter."""
        place, stopped = self._place(name), anyio.Event()
        living = place.living
        if living is None:
            raise NotRunning(f"{name} does not run")
        living.stopping = True  # from here on: an exit that waits behind this request must not have it restarted

        async def stop() -> None:
            try:
                if await self._stop(living) and place.living is living:
                    place.ended(living)
                    self._let_go(place)
            finally:
                stopped.set()

        self._group.start_soon(stop)
        return living, stopped

    async def _stop_all(self) -> None:
        async with anyio.create_task_group() as group:
            for living in list(self._alive):
                group.start_soon(self._stop, living)

    def _strategy(self) -> str:
        return "dynamic"
