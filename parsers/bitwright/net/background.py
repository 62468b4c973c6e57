"""Something that runs beside a block: started and ready before it, stopped after it.

Promise: when the block is left nothing of it runs any more; an error of either side comes out as itself, not in a group of one,
and ends the other side.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import anyio
from anyio.abc import TaskStatus

from bitwright.net.errors import sole


@contextlib.asynccontextmanager
async def beside(run: Callable[..., Coroutine[Any, Any, object]]) -> AsyncIterator[Any]:
    """Run `run(task_status=)` beside the block; gives what it gave to `started()`."""
    ends: list[BaseException] = []

    async def guarded(*, task_status: TaskStatus[Any]) -> None:
        try:
            await run(task_status=task_status)
        except Exception:
            raise
        except (KeyboardInterrupt, SystemExit, BaseExceptionGroup) as error:  # from a task, asyncio would end its loop at once
            ends.append(error)
            group.cancel_scope.cancel()

    try:
        with alone():
            async with anyio.create_task_group() as group:
                yield await group.start(guarded)
                group.cancel_scope.cancel()
    finally:
        if ends:
            raise ends[0]


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """An error that comes out of task groups as the only one is raised as itself."""
    try:
        yield
    except BaseExceptionGroup as group:
        error = sole(group)
        if error is group:
            raise
        raise error from error.__cause__
