"""What a supervisor is told of a child.

Promise: a description that cannot work is refused when it is made.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, get_args

from bitwright.net.supervisor.exits import Restart

Run: TypeAlias = "Callable[..., Awaitable[object]]"


@dataclasses.dataclass(frozen=True, slots=True)
class Child:
    """A task that a supervisor runs.

    * `run(*, task_status)` is the task; it calls `task_status.started()` once it is ready, and the next child is started only
      then.  What holds from there on is what those after it may rely on.
    * `restart`: "permanent" (always), "transient" (after a failure), "temporary" (never).
    * `shutdown`: seconds from its cancellation to the hard one, which reaches into its `cleanup()` too; 0 for both at once, None
      for no hard one: that is for supervisors, whose children have deadlines of their own.
    """

    name: str
    run: Run
    restart: Restart = "permanent"
    shutdown: float | None = 5.0

    def __post_init__(self) -> None:
        if self.restart not in get_args(Restart):
            raise ValueError(f"restart={self.restart!r} of {self.name}: one of {', '.join(get_args(Restart))}")
        if self.shutdown is not None and self.shutdown < 0:
            raise ValueError(f"shutdown={self.shutdown!r} of {self.name}: seconds, or None to wait for ever")
        if not _takes_status(self.run):
            raise TypeError(f"run={self.run!r} of {self.name}: an async function that takes task_status=, to say when it is ready")


def _takes_status(run: Any) -> bool:
    try:
        parameters = inspect.signature(run).parameters
    except ValueError:  # nothing is known of it: what it takes is seen when it is called
        return True
    except TypeError:
        return False
    return "task_status" in parameters or any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
