"""A supervisor of children that rely on each other, in the order in which they are named.

Promise: OTP's `supervisor`: a child is started when the one before it is ready, and stopped when the one after it has ended; what
a failure takes with it is what the strategy says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias, get_args

from bitwright.net.errors import Busy, StartFailed, WontStop
from bitwright.net.hooks import Hooks
from bitwright.net.supervisor.base import BaseSupervisor
from bitwright.net.supervisor.child import Child
from bitwright.net.supervisor.exits import is_restarted
from bitwright.net.supervisor.living import Living
from bitwright.net.supervisor.places import Place

Strategy: TypeAlias = Literal["one_for_one", "one_for_all", "rest_for_one"]


class Supervisor(BaseSupervisor):
    """Starts `children` left to right, stops them right to left, and restarts them as `strategy` says.

    * "one_for_one": the child that ended; "one_for_all": all of them; "rest_for_one": it and those after it.
    * More than `intensity` restarts in `period` seconds, of all children together: it stops them all and raises TooManyRestarts.
      There is no back-off: what cannot be reached for a while is a client's business, not its supervisor's.

    The defaults of intensity and period are Elixir's.  A supervisor that is run again begins with the children it was made with.
    """

    def __init__(
        self,
        children: Iterable[Child] = (),
        *,
        strategy: Strategy = "one_for_one",
        intensity: int = 3,
        period: float = 5.0,
        name: str = "supervisor",
        hooks: Hooks | None = None,
    ) -> None:
        super().__init__(intensity=intensity, period=period, name=name, hooks=hooks)
        if strategy not in get_args(Strategy):
            raise ValueError(f"strategy={strategy!r} of {name}: one of {', '.join(get_args(Strategy))}")
        self.strategy = strategy
        self._declared = tuple(children)
        names = [child.name for child in self._declared]
        if len(set(names)) < len(names):
            raise ValueError(f"children of {name} with one name: {', '.join(names)}")

    async def start_child(self, child: Child) -> Any:
        """Start one more, after all others; gives what it gave to `started()`.

        Raises StartFailed, after which it is no child; ValueError for a name that there is; NotRunning.
        """
        return await self._ask(lambda: self._add(child))

    async def stop_child(self, name: str) -> None:
        """Stop a child, which stays known (a temporary one does not).  LookupError, NotRunning; WontStop if it does not end."""
        await self._ask(lambda: self._halt(name))

    async def restart_child(self, name: str) -> Any:
        """Start a child that does not run; gives what it gave to `started()`.  Busy if it runs; LookupError, StartFailed, NotRunning."""
        return await self._ask(lambda: self._start_again(name))

    async def delete_child(self, name: str) -> None:
        """Forget a child that does not run.  Busy if it runs; LookupError, NotRunning."""
        await self._ask(lambda: self._forget(name))

    async def _boot(self) -> None:
        self._places.update((child.name, Place(child)) for child in self._declared)
        for place in self._places.values():
            await self._start(place)

    async def _exited(self, place: Place, living: Living) -> None:
        if living.exit is not None and is_restarted(place.child.restart, living.exit):
            await self._restart(place)
        else:
            self._let_go(place)

    def _let_go(self, place: Place) -> None:
        if place.child.restart == "temporary":
            del self._places[place.child.name]

    async def _restart(self, place: Place) -> None:
        """Stop and start what the strategy says, until it has come up or there were too many restarts."""
        cause = place.exit.error if place.exit is not None else None
        while True:
            self._count_restart(place, cause)
            try:
                await self._replace(self._concerned(place))
            except StartFailed as failed:  # tried again at once, from the child that failed: that counts as well
                place, cause = self._places[failed.child], failed
            else:
                return

    def _concerned(self, place: Place) -> list[Place]:
        everyone = list(self._places.values())
        if self.strategy == "one_for_one":
            return [place]
        return everyone if self.strategy == "one_for_all" else everyone[everyone.index(place) :]

    async def _replace(self, concerned: list[Place]) -> None:
        for place in reversed(concerned):
            await self._stop_for_good(place)
        for place in concerned:
            if place.child.name in self._places:
                await self._start(place)

    async def _stop_for_good(self, place: Place) -> None:
        """Stop a child and wait for its end, however long that takes: no second one is started beside it."""
        living = place.living
        if living is not None:
            if not await self._stop(living):
                await living.ended.wait()
            place.ended(living)
        self._let_go(place)

    async def _start(self, place: Place) -> Any:
        living = self._launch(place)
        await living.settled.wait()
        self._go_on()
        if not living.ready:
            place.ended(living)
            self._tell_exit(living)
            raise place.failure(living)
        return living.value

    async def _stop_all(self) -> None:
        for place in reversed(self._places.values()):
            living = place.living
            if living is not None and not living.stuck and await self._stop(living):
                place.ended(living)

    async def _add(self, child: Child) -> Any:
        if child.name in self._places:
            raise ValueError(f"the supervisor {self.name} has a child {child.name!r}")
        place = self._places[child.name] = Place(child)
        try:
            return await self._start(place)
        except StartFailed:
            del self._places[child.name]
            raise

    async def _halt(self, name: str) -> None:
        place = self._place(name)
        living = place.living
        if living is not None:
            if not await self._stop(living):
                raise WontStop(name)
            place.ended(living)
        self._let_go(place)

    async def _start_again(self, name: str) -> Any:
        place = self._place(name)
        if place.living is not None:
            raise Busy(f"{name} runs")
        return await self._start(place)

    async def _forget(self, name: str) -> None:
        if self._place(name).living is not None:
            raise Busy(f"{name} runs: stop it first")
        del self._places[name]

    def _strategy(self) -> str:
        return self.strategy
