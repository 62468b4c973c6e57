"""A supervisor's children: what each is, whether it runs, how it ended last."""

from __future__ import annotations

import dataclasses

from bitwright.net.errors import StartFailed
from bitwright.net.supervisor.child import Child
from bitwright.net.supervisor.exits import Exit, Restart
from bitwright.net.supervisor.living import Living


@dataclasses.dataclass(frozen=True, slots=True)
class ChildInfo:
    """A child as it is now.  `state`: starting, running, stopping, "does not stop", or ended."""

    name: str
    restart: Restart
    state: str
    restarts: int  # since the supervisor was started, for its own exits
    exit: Exit | None  # the last one


@dataclasses.dataclass(slots=True, eq=False)
class Place:
    """What a supervisor knows of one child."""

    child: Child
    living: Living | None = None
    restarts: int = 0
    exit: Exit | None = None

    def ended(self, living: Living) -> None:
        """Nothing of it runs."""
        self.living, self.exit = None, living.exit

    def failure(self, living: Living) -> StartFailed:
        """What is raised for a child that ended before it was ready."""
        how = living.exit
        why = "it ended before it said that it is ready" if how is None or how.error is None else how.text()
        failed = StartFailed(self.child.name, why)
        failed.__cause__ = None if how is None else how.error
        return failed

    def info(self) -> ChildInfo:
        """A picture of it."""
        return ChildInfo(self.child.name, self.child.restart, self._now(), self.restarts, self.exit)

    def state(self) -> str:
        """In a few words."""
        if not self.restarts:
            return self._now()
        return f"{self._now()}, {self.restarts} restart{'s' * (self.restarts > 1)}, last exit {self.exit}"

    def _now(self) -> str:
        living = self.living
        if living is None:
            return "ended"
        if living.stuck:
            return "does not stop"
        if living.stopping:
            return "stopping"
        return "running" if living.ready else "starting"
