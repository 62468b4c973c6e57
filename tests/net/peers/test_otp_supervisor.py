"""The same cases on OTP's supervisor and on ours: what is started, what ends, what is stopped, in which order, and who gives up."""

from __future__ import annotations

import dataclasses
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import TaskStatus

from bitwright.net import Child, NetError, Shutdown, StartFailed, Supervisor, TooManyRestarts
from tests.net.conftest import _virtual

SCRIPT = Path(__file__).with_name("supervising.escript")
NAMES = "abcd"
REASONS: dict[str, Exception | None] = {
    "normal": None,
    "shutdown": Shutdown(),
    "{shutdown,done}": Shutdown("done"),
    "boom": ValueError("boom"),
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One supervisor and what happens to it.  Children: name, restart type, the numbers of the starts that fail."""

    strategy: str
    intensity: int
    children: list[tuple[str, str, list[int]]]
    events: list[tuple[Any, ...]]

    def term(self) -> str:
        children = ",".join(_child(*child) for child in self.children)
        events = ",".join(_event(*event) for event in self.events)
        return f"{{{self.strategy},{self.intensity},[{children}],[{events}]}}.\n"


def _child(name: str, restart: str, fails: list[int]) -> str:
    return f"{{{name},{restart},{fails}}}"


def _event(what: str, *rest: Any) -> str:
    return f"{{add,{_child(*rest)}}}" if what == "add" else f"{{{what},{','.join(rest)}}}"


def made(rng: random.Random) -> Case:
    def child(name: str, first: int) -> tuple[str, str, list[int]]:
        fails = [number for number in range(first, 6) if rng.random() < 0.12]
        return name, rng.choice(["permanent", "permanent", "transient", "temporary"]), fails

    def event() -> tuple[Any, ...]:
        name = rng.choice(NAMES)
        match rng.choice(["exit"] * 6 + ["stop", "restart", "delete", "add"]):
            case "exit":
                return "exit", name, rng.choice(list(REASONS))
            case "add":
                return "add", *child(rng.choice("de"), 1)
            case what:
                return what, name

    boot = 1 if rng.random() < 0.15 else 2
    return Case(
        rng.choice(["one_for_one", "one_for_all", "rest_for_one"]),
        rng.randrange(6),
        [child(name, boot) for name in NAMES[: rng.randint(1, 4)]],
        [event() for _ in range(rng.randint(1, 8))],
    )


class Ours:
    """A case on our supervisor."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.said: list[str] = []
        self._starts: dict[str, int] = {}
        self._ends: dict[str, tuple[anyio.Event, list[Exception | None]]] = {}

    async def run(self) -> list[str]:
        children = [self._child(*child) for child in self.case.children]
        supervisor = Supervisor(children, strategy=self.case.strategy, intensity=self.case.intensity, period=3600)  # type: ignore[arg-type]
        try:
            async with anyio.create_task_group() as group:
                await group.start(supervisor.run)
                for event in self.case.events:
                    await self._happens(supervisor, *event)
                group.cancel_scope.cancel()
        except ExceptionGroup as raised:
            [error] = raised.exceptions
            if isinstance(error, StartFailed):
                self.said.append(f"did not start {error.child}")
            elif isinstance(error, TooManyRestarts):
                self.said.append("gave up shutdown")
            else:
                raise
        return self.said

    async def _happens(self, supervisor: Supervisor, what: str, name: str, *rest: Any) -> None:
        with anyio.CancelScope(shield=True):  # the supervisor may have given up: the rest happens to one that is dead
            if what == "exit":
                if any(child.name == name and child.state == "running" for child in supervisor.children()):
                    told, how = self._ends[name]
                    how.append(REASONS[rest[0]])
                    told.set()
            else:
                self.said.append(await self._asked(supervisor, what, name, *rest))
            await anyio.wait_all_tasks_blocked()

    async def _asked(self, supervisor: Supervisor, what: str, name: str, *rest: Any) -> str:
        try:
            match what:
                case "stop":
                    await supervisor.stop_child(name)
                case "restart":
                    await supervisor.restart_child(name)
                case "delete":
                    await supervisor.delete_child(name)
                case _:
                    await supervisor.start_child(self._child(name, *rest))
        except (NetError, LookupError, ValueError):
            return "error"
        return "ok"

    def _child(self, name: str, restart: Any, fails: list[int]) -> Child:
        async def run(*, task_status: TaskStatus[None]) -> None:
            number = self._starts[name] = self._starts.get(name, 0) + 1
            if number in fails:
                self.said.append(f"fail {name}")
                raise OSError
            self.said.append(f"start {name}")
            told, how = self._ends[name] = anyio.Event(), []
            task_status.started()
            try:
                await told.wait()
            except anyio.get_cancelled_exc_class():
                self.said.append(f"stop {name}")
                raise
            self.said.append(f"end {name}")
            if how[0] is not None:
                raise how[0]

        return Child(name, run, restart=restart)


@pytest.mark.skipif(shutil.which("escript") is None, reason="escript is not installed: apt-get install erlang-base")
def test_the_same_happens_as_in_otp(tmp_path: Path) -> None:
    rng = random.Random(12)
    cases = [made(rng) for _ in range(400)]
    terms = tmp_path / "cases.terms"
    terms.write_text("".join(case.term() for case in cases))
    done = subprocess.run(["escript", SCRIPT, terms], capture_output=True, text=True, timeout=60, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(cases)
    for number, (case, line) in enumerate(zip(cases, lines, strict=True)):
        backend, options = _virtual(["asyncio", "trio"][number % 2])
        assert anyio.run(Ours(case).run, backend=backend, backend_options=options) == line.split(","), case
    outcomes = " ".join(lines)
    for what in ("gave up shutdown", "did not start", "fail", "error"):  # the cases are of all sorts
        assert outcomes.count(what) > 10
