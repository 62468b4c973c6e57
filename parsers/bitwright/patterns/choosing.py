"""Which engine runs the program of a pattern, a set of clauses, a construction.

Promise: an engine that does not exist, or is not installed, is refused when it is named, and not when it is first needed.  Under `auto` a
program begins in Python and moves to machine code as those of structs do (`tiers.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from bitwright.backends.llvm import LLVM_LOCK
from bitwright.engines import AUTO, MESSAGE_ENGINES
from bitwright.locks import lock_across_forks
from bitwright.tiers import Functions, Mover, Tier, missing_llvmlite, require_llvmlite

Compiled: TypeAlias = tuple[Functions, str]  # functions by name, and the source

LOCK: Final = lock_across_forks()  # held by whoever makes programs and Python of them; it takes no other
_COUNTED: Final = ("entry", "match", "at", "each", "build")  # what is called once for each value
_ENTRIES: Final = ("match", "at", "build")  # what is run where there is no function of that name


def check_engine(name: str) -> None:
    """ValueError for an engine that does not exist, EngineError for one that is not installed."""
    if name not in (AUTO, *MESSAGE_ENGINES):
        raise ValueError(f"no engine is called {name!r}; there are: {', '.join((AUTO, *MESSAGE_ENGINES))}")
    if name == "llvm":
        require_llvmlite()


def lock_of(engine: str) -> threading.RLock:
    """What whoever compiles for an engine holds; whoever holds that of machine code may take the other, never the other way round."""
    return LLVM_LOCK if engine == "llvm" else LOCK


def tier_of(engine: str, python: Callable[[], Compiled], machine_code: Callable[[], Compiled], changed: Callable[[], Any]) -> Tier:
    """What runs a program: whoever calls holds the lock of the engine, and calls `begin` behind it.  `changed` is called when it moves."""
    if engine == "llvm":
        functions, source = machine_code()
        return Tier("llvm", _with_entry(functions), source)
    functions, source = python()
    if engine != AUTO:
        return Tier("python", _with_entry(functions), source)
    missing = missing_llvmlite()
    if missing:
        return Tier("python", _with_entry(functions), source, missing)

    def machine_functions() -> Functions:
        return _with_entry(machine_code()[0])

    return Mover(_with_entry(functions), source, machine_functions, lambda tier: changed(), _COUNTED)


def begin(tier: Tier) -> Tier:
    """Move a program at once that is to move with the first value."""
    if isinstance(tier, Mover) and tier.at_once:
        tier.move("machine code is made with the first value")
    return tier


def _with_entry(functions: Functions) -> Functions:
    if "entry" not in functions:
        functions["entry"] = next(functions[name] for name in _ENTRIES if name in functions)
    return functions
