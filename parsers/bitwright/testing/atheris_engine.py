"""Inputs guided by coverage: libFuzzer through atheris, with the declaration's mutator and dictionary.

    for data, label in guided(Message, seeds, seed=1, packages=("my_parser",)):
        run(data)  # whatever of `my_parser` runs before the next input is asked for, counts as this input's coverage

Promise: endless, and a plain iterator, so that whatever takes the inputs of the built-in mutator takes these.  Half of the changes are made
by the declaration's mutator and carry its labels, the other half by libFuzzer's own, which knows the dictionary.  One run for each process,
since libFuzzer has one state; not deterministic to the byte, since coverage depends on what has run before.

libFuzzer runs in a thread of its own and only chooses inputs: it hands each over and waits, so what the target does (exceptions, signals,
the end of the process) stays with the caller.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import importlib.util
import queue
import random
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any, Final

from bitwright.errors import MissingPackage
from bitwright.struct_ import Struct
from bitwright.testing.dictionaries import dictionary
from bitwright.testing.labels import SEED, TIERS, Label, Tier
from bitwright.testing.mutator import LARGEST, RAW, Mutator

INSTALL: Final = "pip install 'bitwright[fuzz]'"
PACKAGES: Final = ("bitwright.wire", "bitwright_specs")  # and what is generated: the interpreter takes the same branches for all formats
_LABELS: Final = 4_096  # mutants whose labels are remembered until libFuzzer hands them over
_MUTATORS: Final = 64  # inputs whose fields are remembered
_PATIENCE: Final = 60.0  # seconds until libFuzzer must have chosen an input
_UNINSTRUMENTED: Final = ("bitwright.testing", "bitwright.cli")
_begun = threading.Event()


def is_available() -> bool:
    """Whether atheris is installed."""
    return importlib.util.find_spec("atheris") is not None


def guided(
    message: type[Struct],
    seeds: Sequence[bytes],
    *,
    seed: int = 0,
    packages: Sequence[str] = PACKAGES,
    tiers: Sequence[Tier] = TIERS,
    largest: int = LARGEST,
) -> Iterator[tuple[bytes, Label]]:
    """The seeds, and then for ever what libFuzzer chooses by the coverage of the functions of `packages`."""
    atheris = _atheris()
    yield from ((data, SEED) for data in seeds)  # what the target loads and compiles with the first inputs is instrumented too
    if _begun.is_set():
        raise RuntimeError("libFuzzer has one state for each process: start another process for another coverage-guided run")
    _begun.set()
    instrument(atheris, packages)
    with tempfile.TemporaryDirectory() as folder:
        arguments = _arguments(Path(folder), message, seeds, seed, largest)
        yield from _Handover(atheris, arguments, _Changes(atheris, message, tiers, largest)).inputs()


def instrument(atheris: Any, packages: Sequence[str]) -> int:
    """Have functions of packages, and those that bitwright generated, count the branches that they take; how many functions."""
    count = 0
    for function in [each for each in gc.get_objects() if type(each) is FunctionType and _is_wanted(each, packages)]:
        with contextlib.suppress(Exception):  # a function that atheris cannot rewrite runs as it is
            atheris.instrument_func(function)
            count += 1
    return count


def _is_wanted(function: FunctionType, packages: Sequence[str]) -> bool:
    if function.__code__.co_filename.startswith("<bitwright "):
        return True
    module = function.__module__ or ""
    return any(_is_within(module, package) for package in packages) and not any(_is_within(module, each) for each in _UNINSTRUMENTED)


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


class _Changes:
    """libFuzzer's custom mutator: the declaration's mutants, and libFuzzer's own; remembers the labels of the former."""

    def __init__(self, atheris: Any, message: type[Struct], tiers: Sequence[Tier], largest: int) -> None:
        self.atheris, self.message, self.tiers, self.largest = atheris, message, tiers, largest
        self.labels: dict[bytes, Label] = {}
        self._mutators: dict[bytes, Mutator] = {}

    def __call__(self, data: bytes, most: int, seed: int) -> bytes:
        """One change of an input, of at most so many bytes."""
        data = bytes(data)
        if seed % 2:
            return bytes(self.atheris.Mutate(data, most))
        mutator = self._mutators.pop(data, None) or Mutator(self.message, [data], random.Random(), tiers=self.tiers, largest=self.largest)
        self._mutators[data] = mutator  # the one that was used last comes last
        if len(self._mutators) > _MUTATORS:
            del self._mutators[next(iter(self._mutators))]
        mutator.rng.seed(seed)
        changed, label = mutator.mutant()
        if len(changed) > most:
            return bytes(self.atheris.Mutate(data, most))
        self.labels[changed] = label
        if len(self.labels) > _LABELS:
            del self.labels[next(iter(self.labels))]
        return changed


class _Handover:
    """Inputs from libFuzzer's thread to the caller's, one at a time."""

    def __init__(self, atheris: Any, arguments: list[str], changes: _Changes) -> None:
        self.atheris, self.arguments, self.changes = atheris, arguments, changes
        self._chosen: queue.SimpleQueue[bytes | BaseException] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[None] = queue.SimpleQueue()

    def inputs(self) -> Iterator[tuple[bytes, Label]]:
        """For ever.  What runs between two inputs is the coverage of the first."""
        with _signals_left_alone():
            threading.Thread(target=self._fuzz, name="libFuzzer", daemon=True).start()
            data = self._next()
        _leave_at_once()
        while True:
            yield data, self.changes.labels.pop(data, RAW)
            self._done.put(None)
            data = self._next()

    def _next(self) -> bytes:
        found = self._chosen.get(timeout=_PATIENCE)
        if isinstance(found, BaseException):
            raise found
        return found

    def _fuzz(self) -> None:
        try:
            self.atheris.Setup(self.arguments, self._one, custom_mutator=self.changes)
            self.atheris.Fuzz()
        except BaseException as error:  # noqa: BLE001  # whatever ends this thread is told to the caller, who waits
            self._chosen.put(error)

    def _one(self, data: bytes) -> None:
        self._chosen.put(bytes(data))
        self._done.get()  # for ever, once nobody takes inputs any more


def _leave_at_once() -> None:
    """Have the process end, with its exit code, when Python has ended, before what libFuzzer and atheris would still do.

    libFuzzer takes the end of the process within an input for a crash, and atheris would wait for Python to go on.
    """
    libc = ctypes.CDLL(None)
    libc.on_exit(libc._exit, None)


@contextlib.contextmanager
def _signals_left_alone() -> Iterator[None]:
    """Signals stay with the main thread: atheris would set handlers when it starts, which Python refuses to another one."""
    before = signal.signal

    def only_in_the_main_thread(number: Any, handler: Any) -> Any:
        return before(number, handler) if threading.current_thread() is threading.main_thread() else None

    signal.signal = only_in_the_main_thread  # type: ignore[assignment]
    try:
        yield
    finally:
        signal.signal = before


def _arguments(folder: Path, message: type[Struct], seeds: Sequence[bytes], seed: int, largest: int) -> list[str]:
    """The command line of libFuzzer: seeds and dictionary in files, no limit and no signal of its own."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(seeds):
        (corpus / f"{number:06}").write_bytes(data)
    words = folder / "words.dict"
    words.write_text(dictionary(message), encoding="ascii")
    options = {
        "runs": -1, "seed": seed % (1 << 31) or 1, "max_len": largest, "verbosity": 0, "timeout": 0, "rss_limit_mb": 0, "handle_int": 0,
        "handle_term": 0, "handle_usr1": 0, "handle_usr2": 0, "dict": words, "artifact_prefix": f"{folder}/",
    }  # fmt: skip
    return [sys.argv[0] or "bitwright", *(f"-{name}={value}" for name, value in options.items()), str(corpus)]


def _atheris() -> Any:
    try:
        return importlib.import_module("atheris")
    except ImportError:
        raise MissingPackage(f"coverage-guided fuzzing needs atheris, which is not installed: {INSTALL}") from None
