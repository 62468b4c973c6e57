"""Runs cases inside callgrind, one after the other: `python -m benchmarks.gate.counting NAME...`; `callgrind.py` starts it.

Promise: only the work of a case is counted.  What comes before (imports, compiling, what CPython learns from the first calls) is done
without being counted; the collector of cycles stands still, since what it costs depends on all objects of the process.  Machine code is
compiled for the oldest CPU of its kind, whatever this one is.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.gate.cases import CASES, Work
from benchmarks.gate.client import Client

EMPTY: Final = "nothing"  # what a count holds besides the work
FIXED: Final = "fixed part of "
_POOLS: Final = 4
_POOL_BYTES: Final = 16_384
_BYTES_HEADER: Final = b"".__sizeof__()  # and the byte at the end


def count(names: Sequence[str]) -> None:
    """Count these cases; callgrind writes one file for each."""
    client = Client()
    if not client.valgrinds():
        raise SystemExit("this counts inside valgrind: python -m benchmarks.gate starts it there")
    _pin_cpu()
    prepared = _prepared(names)
    for _ in range(2):
        for _, work in prepared:
            work()
    gc.collect()
    gc.disable()
    kept = _room()
    client.start()
    for name, work in prepared:
        work()
        client.zero()
        work()
        client.dump(name)
    del kept


def _prepared(names: Sequence[str]) -> list[tuple[str, Work]]:
    found: list[tuple[str, Work]] = [(EMPTY, lambda: None)]
    for case in CASES:
        if case.name in names:
            found.append((case.name, case.prepare()))
            if case.fixed:
                found.append((FIXED + case.name, case.fixed()))
    return found


def _room() -> list[Any]:
    """Half of many blocks of each size that CPython's allocator has, the other half free.

    A block that is alone in its pool, or the last that fits, costs a hundred instructions more each time that it is made and given back:
    a matter of what was made before, in any other part of the process.  So there is room in pools that never get empty.
    """
    made: list[Any] = []
    for size in range(16, 513, 16):
        for _ in range(_POOLS * _POOL_BYTES // size):
            made.append(object() if size == 16 else float(len(made)) if size == 32 else bytes(size - _BYTES_HEADER))
    return made[::2]


def _pin_cpu() -> None:
    """LLVM compiles for a CPU without extras."""
    try:
        import llvmlite.binding as llvm
    except ImportError:
        return
    oldest: Any = llvm
    oldest.get_host_cpu_name = lambda: "x86-64"
    oldest.get_host_cpu_features = llvm.FeatureMap


if __name__ == "__main__":
    count(sys.argv[1:])
