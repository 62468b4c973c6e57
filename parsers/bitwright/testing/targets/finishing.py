"""Functions whose call only begins the work: coroutines are run, and generators read to their end.

Promise: what `async def` and `yield` put off until later has happened when `finish` returns, in an event loop of its own that leaves no
task behind; any other result is nothing that has to be finished.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Coroutine
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Final


def finish(result: object) -> None:
    """Do what a call has put off."""
    finisher = _FINISHERS.get(type(result))
    if finisher is not None:
        finisher(result)


def _run(coroutine: Coroutine[Any, Any, object]) -> None:
    import asyncio

    asyncio.run(coroutine)


def _run_through(generator: AsyncGeneratorType[object, None]) -> None:
    _run(_exhausted(generator))


async def _exhausted(generator: AsyncGeneratorType[object, None]) -> None:
    async for _ in generator:
        pass


def _exhaust(generator: GeneratorType[object, None, object]) -> None:
    collections.deque(generator, maxlen=0)


_FINISHERS: Final[dict[type, Callable[[Any], None]]] = {
    CoroutineType: _run,
    AsyncGeneratorType: _run_through,
    GeneratorType: _exhaust,
}
