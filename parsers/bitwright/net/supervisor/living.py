"""One life of a child: the task from its start to its end.

Promise: it ends by itself or by `stop`, never because what is around the supervisor is cancelled: stopping has an order.  Each
life has exactly one exit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import anyio

from bitwright.net.presence import Part, present
from bitwright.net.supervisor.child import Child
from bitwright.net.supervisor.cleaning import Lease, use_lease
from bitwright.net.supervisor.exits import ENDS_THE_PROGRAM, NORMAL, Exit, exit_of

GRACE: Final = 1.0  # seconds that a task has to end after the hard cancellation, before it is said that it won't


class Living:
    """A child that was started."""

    def __init__(self, child: Child, on_ready: Callable[[Living], None], on_end: Callable[[Living], None]) -> None:
        self.child = child
        self._on_ready, self._on_end = on_ready, on_end
        self.exit: Exit | None = None
        self.ready = False
        self.value: Any = None  # what the child gave to `started()`
        self.stopping = self.stuck = self.told = False
        self.settled = anyio.Event()  # ready, or ended
        self.ended = anyio.Event()
        self._scope = anyio.CancelScope(shield=True)
        self._lease = Lease()

    def started(self, value: Any = None) -> None:
        """The child is ready: this is its `task_status`."""
        if self.ready:
            raise RuntimeError(f"{self.child.name} called started() twice")
        self.ready, self.value = True, value
        self.settled.set()
        self._on_ready(self)

    async def run(self, above: Part, state: Callable[[], str]) -> None:
        """The task."""
        use_lease(self._lease)
        how = NORMAL
        try:
            with present("child", self.child.name, state, above=above), self._scope:
                await self.child.run(task_status=self)
        except anyio.get_cancelled_exc_class():
            return  # asyncio only: somebody cancelled this very task; going on with that would end the supervisor, too
        except (Exception, *ENDS_THE_PROGRAM) as error:  # noqa: BLE001  # the supervisor decides what follows
            how = exit_of(error)
        finally:
            self.exit = how
            self.settled.set()
            self.ended.set()
            self._on_end(self)

    async def stop(self) -> bool:
        """Cancel, wait for as long as the child may take, cancel hard; False if it does not end even so."""
        self.stopping = True
        self._scope.cancel()
        if self.child.shutdown != 0:
            with anyio.move_on_after(math.inf if self.child.shutdown is None else self.child.shutdown):
                await self.ended.wait()
        if not self.ended.is_set():
            self.kill()
            with anyio.move_on_after(GRACE):
                await self.ended.wait()
        self.stuck = not self.ended.is_set()
        return not self.stuck

    def kill(self) -> None:
        """Cancel hard: what the child cleans up, too."""
        self.stopping = True
        self._scope.cancel()
        self._lease.end()
