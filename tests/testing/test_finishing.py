"""Targets that are coroutines or generators: a call only begins their work, and what they do after that counts."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from bitwright.testing.labels import SEED
from bitwright.testing.targets.callable import CallableTarget

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers and timers are POSIX's")


async def coroutine(data: bytes) -> int:
    """Refuses, fails, waits for ever or leaves a task behind, as it is told."""
    await asyncio.sleep(0)
    if data == b"refuse":
        raise ValueError("refused")
    if data == b"wait":
        await asyncio.Event().wait()
    if data == b"leave":
        _tasks.add(asyncio.get_running_loop().create_task(asyncio.sleep(3600)))
    return data[3]


def generator(data: bytes) -> Iterator[int]:
    """Reads the last byte last."""
    yield 1
    if data == b"refuse":
        raise ValueError("refused")
    while data == b"wait":
        yield 2
    yield data[3]


async def asynchronous_generator(data: bytes) -> AsyncIterator[int]:
    """Both."""
    for number in generator(data):
        await asyncio.sleep(0)
        yield number


_tasks: set[asyncio.Task[None]] = set()
FUNCTIONS = ("coroutine", "generator", "asynchronous_generator")


@pytest.fixture(params=[f"{name}{kind}" for name in FUNCTIONS for kind in (" here", " isolated")])
def target(request: pytest.FixtureRequest) -> Iterator[CallableTarget]:
    name, _, where = request.param.partition(" ")
    made = CallableTarget(f"{__name__}:{name}", raises=["ValueError"], timeout=1.0, isolated=where == "isolated")
    yield made
    made.close()


def test_what_is_done_after_the_call_is_the_outcome(target: CallableTarget) -> None:
    assert target.run(b"long enough", SEED).kind == "value"
    assert target.run(b"refuse", SEED).kind == "error"
    outcome = target.run(b"bad", SEED)
    assert outcome.kind == "exception"
    assert outcome.bucket.startswith(f"IndexError in {__name__}:")


def test_what_waits_for_ever_is_named_and_the_next_input_is_served(target: CallableTarget) -> None:
    outcome = target.run(b"wait", SEED)
    assert outcome.kind == "timeout"
    assert outcome.bucket in (f"timeout in {target.name}", f"timeout in {__name__}:generator")  # which the asynchronous one reads
    assert target.run(b"long enough", SEED).kind == "value"


def test_a_task_that_is_left_behind_does_not_keep_anything_going(target: CallableTarget) -> None:
    if "coroutine" in target.name:
        assert target.run(b"leave", SEED).kind == "value"
        assert all(task.done() for task in _tasks)
    assert target.run(b"long enough", SEED).kind == "value"
