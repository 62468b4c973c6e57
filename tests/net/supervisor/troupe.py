"""Children that say what happens to them."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from anyio.abc import TaskStatus

from bitwright.net import Child, cleanup


class Troupe:
    """Makes children that write what happens to them into one list, and do what they are told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.tasks: dict[str, Actor] = {}

    def child(self, name: str, **options: Any) -> Child:
        """A child that is ready at once and waits to be told."""
        return self.playing(name, lambda: None, **options)

    def playing(self, name: str, begin: Callable[[], Any], **options: Any) -> Child:
        """One whose start is `begin`, which may raise, or be a coroutine function."""

        async def run(*, task_status: TaskStatus[str]) -> None:
            self.said.append(f"start {name}")
            actor = self.tasks[name] = Actor()
            try:
                begun = begin()
                if isinstance(begun, Awaitable):
                    await begun
                task_status.started(f"value of {name}")
                await actor.play()
            finally:
                self.said.append(f"stop {name}")

        return Child(name, run, **options)

    def stubborn(self, name: str, *, seconds: float = math.inf, until: anyio.Event | None = None, **options: Any) -> Child:
        """One that needs `seconds` to clean up; or that nothing ends before `until`."""

        async def run(*, task_status: TaskStatus[None]) -> None:
            self.said.append(f"start {name}")
            task_status.started()
            try:
                await anyio.sleep_forever()
            finally:
                with cleanup() if until is None else anyio.CancelScope(shield=True) as cleaning:
                    await (anyio.sleep(seconds) if until is None else until.wait())
                self.said.append(f"{'cut' if cleaning.cancelled_caught else 'stop'} {name}")

        return Child(name, run, **options)

    async def tell(self, name: str, what: BaseException | None = None) -> None:
        """Have a child return, or raise; until all that follows from it without waiting has happened."""
        self.tasks[name].end(what)
        await anyio.wait_all_tasks_blocked()

    def heard(self) -> list[str]:
        """What was said since the last time."""
        said, self.said = self.said, []
        return said


class Actor:
    """What one life of a child is told."""

    def __init__(self) -> None:
        self._told = anyio.Event()
        self._what: BaseException | None = None

    def end(self, what: BaseException | None) -> None:
        self._what = what
        self._told.set()

    async def play(self) -> None:
        await self._told.wait()
        if self._what is not None:
            raise self._what
