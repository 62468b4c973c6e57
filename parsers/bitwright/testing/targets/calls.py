"""Calling a function with one input: what came of it, how long it took, how much it allocated, and where it went wrong.

Promise: nothing that the function does in Python leaves `once` but an `Outcome` (and Ctrl-C); what runs over its time is interrupted and
its place told.  Code that does not come back to Python cannot be interrupted from here: for that there is a worker (`worker`).
"""

from __future__ import annotations

import mmap
import signal
import sys
import time
import traceback
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import msgspec

from bitwright.testing.outcome import Outcome
from bitwright.testing.targets import places
from bitwright.testing.targets.errors import TargetError
from bitwright.testing.targets.finishing import finish
from bitwright.testing.targets.locate import locate, locate_exceptions

LOOKS: Final = 16  # how often a call's stack is looked at before its time is over
MOST_SAMPLES: Final = 64
MOST_DETAIL: Final = 6_000  # characters


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How a function is called and judged.

    `raises`: the exceptions by which it refuses an input, as `module:Class`.  `timeout` is of the clock, for one call; `limit` is what the
    whole process may allocate before it is refused more.
    """

    function: str
    raises: tuple[str, ...] = ()
    timeout: float | None = 5.0
    limit: int | None = 2 << 30


class Overtime(BaseException):
    """Raised in the middle of a call whose time is over; a BaseException, so that few handlers in the function keep it."""


class Caller:
    """Calls one function; only one in a process can have a `timeout`, and in the main thread, because it has the alarm signal."""

    def __init__(self, terms: Terms, function: Callable[[bytes], object] | None = None) -> None:
        self.terms = terms
        self._function = locate(terms.function) if function is None else function
        self._refusals = locate_exceptions(terms.raises)
        self._samples: list[list[places.Place]] = []
        self._begun = 0.0
        self._armed = self._over = False
        self._told: set[str] = set()
        self._before = self._take_the_alarm() if terms.timeout is not None else None

    def close(self) -> None:
        """Give the alarm signal back."""
        if self._before is not None:
            signal.signal(signal.SIGALRM, self._before)
            self._before = None

    def once(self, data: bytes) -> Outcome:
        """What comes of one input.  Of a value that took long, `detail` is the place where most of the time went."""
        try:
            return self._guarded(data)
        except Overtime as error:  # just when everything was over
            self._disarm()
            return self._overtime(data, error)

    def peak(self, data: bytes) -> Outcome:
        """The same, several times slower, with what was allocated at most."""
        was_tracing = tracemalloc.is_tracing()
        if was_tracing:
            tracemalloc.reset_peak()
        else:
            tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        outcome = self.once(data)
        peak = tracemalloc.get_traced_memory()[1] - before
        if not was_tracing:
            tracemalloc.stop()
        return msgspec.structs.replace(outcome, peak_bytes=peak)

    def _guarded(self, data: bytes) -> Outcome:
        clock = time.process_time
        self._arm()
        begin = clock()
        try:
            finish(self._function(data))
            seconds = clock() - begin
            self._disarm()
        except Overtime as error:
            self._disarm()
            return self._overtime(data, error)
        except KeyboardInterrupt:
            self._disarm()
            raise
        except BaseException as error:  # noqa: BLE001  # SystemExit and the like too: a parser has no business with them
            self._disarm()
            return self._raised(error, clock() - begin)
        return Outcome("value", "", self._place() if self._samples else "", seconds)

    def _raised(self, error: BaseException, seconds: float) -> Outcome:
        if isinstance(error, self._refusals):
            return Outcome("error", "", self._place() if self._samples else "", seconds)
        name = type(error).__qualname__
        if type(error).__module__ != "builtins":
            name = f"{type(error).__module__}.{name}"
        place = places.of_exception(error)
        bucket = f"{name}{' in ' if place else ''}{place}"
        return Outcome("memory" if isinstance(error, MemoryError) else "exception", bucket, self._detail(bucket, error), seconds)

    def _overtime(self, data: bytes, error: Overtime) -> Outcome:
        timeout = self.terms.timeout
        assert timeout is not None
        place = self._place()
        bucket = f"timeout{' in ' if place else ''}{place}"
        return Outcome("timeout", bucket, f"not back after {timeout:g} s, for {len(data):,} bytes\n{_traceback(error)}", timeout)

    def _place(self) -> str:
        """Of a call that took long: where it was in the second half of the time."""
        place = places.of_samples(self._samples[len(self._samples) // 2 :])
        self._samples.clear()  # which holds the stacks
        return place or self.terms.function

    def _detail(self, bucket: str, error: BaseException) -> str:
        """The traceback, of the first of its bucket: it takes longer than most calls."""
        if bucket in self._told:
            return _one_line(error)
        self._told.add(bucket)
        return _traceback(error)

    def _take_the_alarm(self) -> Any:
        if not hasattr(signal, "setitimer"):
            raise TargetError("calls can be interrupted only on a system with timers (Linux, macOS, BSD); without: timeout=None")
        try:
            return signal.signal(signal.SIGALRM, self._look)
        except ValueError:
            raise TargetError("calls can be interrupted only in the main thread; elsewhere: in a worker, or timeout=None") from None

    def _arm(self) -> None:
        timeout = self.terms.timeout
        if timeout is not None:
            self._samples.clear()
            self._begun = time.perf_counter()
            self._armed, self._over = True, False
            signal.setitimer(signal.ITIMER_REAL, timeout / LOOKS, timeout / LOOKS)

    def _disarm(self) -> None:
        if self._armed:
            self._armed = False
            signal.setitimer(signal.ITIMER_REAL, 0.0)

    def _look(self, _number: int, frame: FrameType | None) -> None:
        """Note where the call is; end it when its time is over."""
        if not self._armed:
            return
        if not self._over and len(self._samples) < MOST_SAMPLES:
            self._samples.append(places.stack_of(frame))
        if time.perf_counter() - self._begun >= (self.terms.timeout or 0.0):
            self._over = True  # what is cleared up now is not where the time went
            raise Overtime


def _traceback(error: BaseException) -> str:
    """As Python prints it, without our own frames; of a long one the end, which tells most."""
    try:
        frames = traceback.TracebackException.from_exception(error, compact=True)
        frames.stack = traceback.StackSummary.from_list([frame for frame in frames.stack if frame.filename != __file__])
        text = "".join(frames.format(chain=False))
    except Exception as second:  # noqa: BLE001  # of a __str__ that is broken itself
        return f"{type(error).__name__}, of which no text can be had: {type(second).__name__}"
    return text if len(text) <= MOST_DETAIL else f"...{text[-MOST_DETAIL:]}"


def _one_line(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:500]
    except Exception as second:  # noqa: BLE001
        return f"{type(error).__name__}, of which no text can be had: {type(second).__name__}"


def limit_memory(most: int) -> None:
    """Let this process take no more than so many bytes beyond what it has; more is a MemoryError.  Where the system can."""
    if sys.platform == "win32":
        raise TargetError("the memory of a process can be limited only on a POSIX system; without: limit=None")
    import resource

    soft = _address_space() + most
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _address_space() -> int:
    """Bytes of address space in use, where the system tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * mmap.PAGESIZE
