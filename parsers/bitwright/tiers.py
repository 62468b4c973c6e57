"""When a program moves from Python to machine code under `auto`: what counts its messages, and the one thread that compiles.

Promise: nobody waits for the compiler but who forks meanwhile, until the program in work is done, and a process that ends; whoever
holds a function that was replaced goes on with what replaced it; where a program cannot move, Python goes on serving it and
the tier says why.  Without llvmlite nothing is counted.

`BITWRIGHT_COMPILE_AFTER` is the number of messages after which a program moves; 0: with the first, which waits for it; `never`: it stays.
"""

from __future__ import annotations

import collections
import functools
import os
import threading
import types
from collections.abc import Callable, Collection
from typing import Any, Final, TypeAlias

from bitwright.backends.llvm import INSTALL, LLVM_LOCK, is_available
from bitwright.errors import EngineError

Functions: TypeAlias = dict[str, Any]  # of one program by name, as an engine made them; `entry` is always there

VARIABLE: Final = "BITWRIGHT_COMPILE_AFTER"
MESSAGES: Final = 10_000  # measured: where what is saved makes up for compiling, from 1,000 (building DNS) to 100,000 (reading a header)
COUNTED: Final = ("entry", "parse", "build")  # what is called once for each message


def messages_before() -> int | None:
    """After how many messages a program moves; None for never."""
    wanted = os.environ.get(VARIABLE, "")
    if wanted == "never":
        return None
    if wanted and not wanted.isdecimal():
        raise ValueError(f"{VARIABLE}={wanted}: write a number of messages, or never")
    return int(wanted) if wanted else MESSAGES


def missing_llvmlite() -> str:
    """What is missing for machine code; empty if nothing is."""
    return "" if is_available() else f"the llvm engine needs llvmlite: {INSTALL}"


def require_llvmlite() -> None:
    """EngineError if it is not installed."""
    missing = missing_llvmlite()
    if missing:
        raise EngineError(missing)


class Handle(functools.partial[Any]):
    """A function that leads to whatever serves, and adds next to nothing to it: whoever holds it gets what it leads to now."""

    def lead_to(self, function: Callable[..., Any]) -> None:
        """From now on call this; machine code that it led to stays, since a thread may be in it."""
        if isinstance(self.func, types.BuiltinFunctionType):
            self.__dict__.setdefault("before", []).append(self.func)
        self.__setstate__((function, (), {}, self.__dict__))  # type: ignore[attr-defined]  # of C, which no stub has

    def lies_at(self, module: str, name: str) -> None:
        """Say where it is found."""
        self.__dict__.update(__module__=module, __qualname__=name)

    def __reduce__(self) -> Any:
        """It is pickled by where it lies, if that was said, as functions are."""
        name = self.__dict__.get("__qualname__")
        if name is None:
            raise TypeError("a function of a program that lies in no class cannot be pickled")
        return name


class Tier:
    """What runs one program: `run` is its entry, `functions` are all there are, `source` is what the first of them were made from."""

    __slots__ = ("engine", "functions", "gone", "run", "source", "why")

    def __init__(self, engine: str, functions: Functions, source: str, why: str = "") -> None:
        self.source, self.gone = source, False
        self._use(engine, functions, why)

    def _use(self, engine: str, functions: Functions, why: str) -> None:
        self.engine, self.why, self.functions = engine, why, functions
        self.run: Callable[..., Any] = functions["entry"]

    def end(self, functions: Functions) -> None:
        """The program is not what it was: whoever still holds the tier, or functions that it can lead elsewhere, runs these."""
        with _state.lock:
            self.gone = True
            self._use(self.engine, functions, "")

    def said(self) -> str:
        """Why this engine serves; empty if it was asked for by name."""
        return self.why


class Mover(Tier):
    """Begins with Python's functions, and moves to those that `compiled` makes; EngineError says why there are none.

    `changed` is called whenever other functions serve.
    """

    __slots__ = ("_changed", "_compiled", "_done", "_handles", "_limit", "_now", "_python", "_waits", "left")

    def __init__(
        self, python: Functions, source: str, compiled: Callable[[], Functions], changed: Callable[[Mover], None],
        counted: Collection[str] = COUNTED,
    ) -> None:  # fmt: skip
        self._python = self._now = python
        self._compiled, self._changed = compiled, changed
        self._limit = messages_before()
        self.left = self._limit or 0
        self._waits, self._done = self._limit is not None, False  # for messages; with trying
        names = [] if self._limit is None else [name for name in counted if name in python]
        self._handles = {name: Handle(self._counting(name)) for name in names}
        super().__init__("python", {**python, **self._handles}, source, f"{VARIABLE} is never")

    def end(self, functions: Functions) -> None:
        """The same; those whom functions were handed out to that count, or counted, are led on."""
        super().end(functions)
        for name in self._handles.keys() & functions.keys():
            self._handles[name].lead_to(functions[name])

    def _counting(self, name: str) -> Callable[..., Any]:
        """What counts the calls of a function."""

        def counting(*args: Any, **options: Any) -> Any:
            if self._waits:
                self.left -= 1
                if self.left <= 0:
                    self._hot()
            return self._now[name](*args, **options)

        return counting

    def said(self) -> str:
        """Why this engine serves."""
        if self._waits and self._limit is not None:
            return f"{max(self._limit - self.left, 0)} of the {self._limit} messages are done after which machine code is made"
        return self.why

    @property
    def at_once(self) -> bool:
        """Whether it moves with the first message, which waits."""
        return self._limit == 0

    def _hot(self) -> None:
        with _state.lock:
            if not self._waits:
                return
            self._waits = False
        self._serve("python", self._python, "machine code is being made")
        _enqueue(self)

    def count_again(self) -> None:
        """The next message asks for machine code again: nobody is there any more to make it."""
        self.left, self._waits = 1, True
        self._serve("python", {**self._python, **self._handles}, "")
        for name, handle in self._handles.items():
            handle.lead_to(self._counting(name))

    def _serve(self, engine: str, functions: Functions, why: str) -> None:
        with _state.lock:
            if self.gone:
                return
            if engine == "llvm":  # what was generated before, and its source, is let go, but for what nothing replaces
                self._now = {**{name: self._python[name] for name in self._handles}, **functions}
                self._python, self.source = {}, ""
            for name, handle in self._handles.items():
                handle.lead_to(self._now[name])
            self._use(engine, functions, why)
        self._changed(self)

    def move(self, why: str) -> None:
        """Move now, in this thread; where that cannot be, Python goes on serving, and the tier says why."""
        with LLVM_LOCK:
            if self._done or self.gone:
                return
            self._waits, self._done = False, True
            try:
                functions = self._compiled()
            except EngineError as refusal:
                self._serve("python", self._python, str(refusal))
            except Exception as error:  # noqa: BLE001  # whatever is wrong with LLVM here, Python serves
                self._serve("python", self._python, f"the llvm engine failed: {type(error).__name__}: {error}")
            else:
                self._serve("llvm", functions, why)


# --- the thread that compiles ------------------------------------------------------------------


class _State:
    """What waits for the compiler, and who works on it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: collections.deque[Mover] = collections.deque()
        self.worker: threading.Thread | None = None
        self.working = False  # until the worker has decided to end
        self.forks = 0  # that are about to happen: no thread is started before they have


_state = _State()


def _enqueue(tier: Mover) -> None:
    """Have the thread make a tier's machine code."""
    with _state.lock:
        _state.waiting.append(tier)
        _start_worker()


def _start_worker() -> None:
    """With the lock held: start the thread, if there is work and none is there."""
    if _state.working or _state.forks or not _state.waiting:
        return
    made = threading.Thread(target=_work, name="bitwright-compiler", daemon=False)  # the process does not end in the middle of LLVM's work
    _state.worker, _state.working = made, True
    try:
        made.start()
    except RuntimeError:  # no threads can be started here, or not any more
        _state.worker, _state.working = None, False
        while _state.waiting:
            tier = _state.waiting.popleft()
            tier.why = "no thread could be started to make machine code; compile() makes it"


def _work() -> None:
    """Compile what waits, until nothing does, somebody forks, or the process ends."""
    try:
        while (tier := _next()) is not None:
            tier.move("it is hot")
    except BaseException:  # a defect, which the thread's end shows; the next one that is hot starts another
        with _state.lock:
            _state.working = False
        raise


def _next() -> Mover | None:
    """What to compile next; None once the thread is to end."""
    with _state.lock:
        if _state.waiting and not _state.forks and threading.main_thread().is_alive():
            return _state.waiting.popleft()
        _state.working = False
        return None


def settle() -> None:
    """Wait until the thread has nothing to do: for measuring and for tests."""
    while (worker := _state.worker) is not None and worker.is_alive():
        worker.join()


def _before_fork() -> None:
    """The thread ends after the program in work: a child has no such thread, and should find nothing half done."""
    with _state.lock:
        _state.forks += 1
        worker = _state.worker
    if worker is not None and worker is not threading.current_thread():
        worker.join()


def _after_in_parent() -> None:
    with _state.lock:
        _state.forks -= 1
        _start_worker()


def _after_in_child() -> None:
    """No other thread is left, so nobody holds the lock; what waited asks again, with its next message."""
    global _state  # another thread may have held its lock
    waiting, _state = _state.waiting, _State()
    for tier in waiting:
        tier.count_again()


if hasattr(os, "register_at_fork"):  # after that of the locks, so that the thread is waited for before they are taken
    os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
