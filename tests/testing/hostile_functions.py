"""Functions that do to their caller what parsers should not; each does it for the input that names it."""

from __future__ import annotations

import collections
import ctypes
import itertools
import os
import time
import tracemalloc
from collections.abc import Callable


class RefusedError(ValueError):
    """How they refuse."""


def parse(data: bytes) -> int:
    """Do as the input says; anything else is refused."""
    act = ACTS.get(data.split(b" ")[0])
    if act is None:
        raise RefusedError("nothing of that name")
    act()
    return len(data)


def _index() -> None:
    next(iter([[0]]))[1]


def _deep() -> None:
    def down(depth: int) -> int:
        return down(depth + 1) + 1

    down(0)


def _spin() -> None:
    """An endless loop that calls others, as loops do."""
    while True:
        _step()


def _step() -> int:
    return sum(range(50))


def _stubborn() -> None:
    """Keeps whatever is raised in it."""
    while True:
        try:
            while True:
                pass
        except BaseException:  # noqa: BLE001
            pass


def _in_c() -> None:
    """A loop in C that never asks whether there was a signal."""
    collections.deque(itertools.repeat(0), maxlen=0)


def _surrogate() -> None:
    raise KeyError("\ud800\x1b[31m")


def _mute() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("not even this")

    raise MuteError


def _busy() -> None:
    end = time.process_time() + 0.3
    while time.process_time() < end:
        _step()


def _leave() -> None:
    raise SystemExit(3)


def _bomb() -> None:
    bytearray(64 << 30)


def _abort() -> None:
    os.abort()


def _segfault() -> None:
    ctypes.string_at(0)


ACTS: dict[bytes, Callable[[], object]] = {
    b"ok": lambda: None,
    b"index": _index,
    b"deep": _deep,
    b"spin": _spin,
    b"stubborn": _stubborn,
    b"in-c": _in_c,
    b"abort": _abort,
    b"segfault": _segfault,
    b"exit": lambda: os._exit(7),
    b"leave": _leave,
    b"bomb": _bomb,
    b"allocate": lambda: bytearray(5_000_000),
    b"surrogate": _surrogate,
    b"mute": _mute,
    b"busy": _busy,
    b"print": lambda: print("x" * 100_000),
    b"trace": tracemalloc.stop,
}
