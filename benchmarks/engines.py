"""One format by every engine: what users call once the format is hot, and each engine asked for by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.groups import BITWRIGHT, MACHINE_CODE, PYTHON
from bitwright import Struct
from bitwright.backends.llvm import is_available
from bitwright.errors import EngineError

Work = Callable[[Any], Any]

_ENGINES = {PYTHON: "python", MACHINE_CODE: "llvm"}


def parsers(struct: type[Struct], samples: Iterable[bytes]) -> dict[str, Work]:
    """How each engine parses the samples: the machine code only where llvmlite is installed and can."""
    given = list(samples)
    found = {name: struct.codec(engine).message_parser() for name, engine in _engines(lambda e: struct.codec(e).parse, given)}
    return {BITWRIGHT: _hot(struct, "parse", given), **found}


def builders(struct: type[Struct], values: Iterable[Any]) -> dict[str, Work]:
    """The same of building."""
    given = list(values)
    found = {name: struct.codec(engine).message_builder() for name, engine in _engines(lambda e: struct.codec(e).build, given)}
    return {BITWRIGHT: _hot(struct, "build", given), **found}


def move(struct: type[Struct]) -> None:
    """What was used of a format so far moves to machine code, as after many messages; where llvmlite is not installed, it stays."""
    if is_available():
        struct.compile()


def _hot(struct: type[Struct], name: str, given: list[Any]) -> Work:
    """A method of the class as it is after some use, and after `compile()`."""
    for one in given:
        getattr(struct, name)(one)
    move(struct)
    work: Work = getattr(struct, name)
    return work


def _engines(work_of: Callable[[str], Work], given: list[Any]) -> list[tuple[str, str]]:
    """The engines that do this work."""
    found = []
    for name, engine in _ENGINES.items():
        try:
            work = work_of(engine)
            for one in given:
                work(one)
        except EngineError:
            continue
        found.append((name, engine))
    return found
