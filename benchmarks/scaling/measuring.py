"""What a curve's work costs at each of its sizes: the least of several times, and the most memory that is held at once.

Times are of the processor, and sizes take turns, so that a machine that slows down for a while slows all of them.  Memory is
measured in runs of its own: it is what Python and its extensions allocate (`tracemalloc`), or of a process the most that it had
resident.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Mapping

from benchmarks.processes import environment
from benchmarks.scaling.curves import Curve, Work

# By a process that is small itself: a process begins with what the one that starts it had resident at most.
_LAUNCHER = """
import resource, subprocess, sys, time
begin = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
ROUNDS = (2, 15)  # at least, at most
CURVE_SECONDS, QUICK_SECONDS = 0.7, 0.1  # of rounds


def measure(curve: Curve, seconds: float = CURVE_SECONDS) -> tuple[dict[int, float], dict[int, float]]:
    """Seconds, and bytes, by size."""
    works = {size: curve.make(size) for size in curve.sizes}
    if curve.is_process:
        return _processes(works)
    times = dict.fromkeys(works, float("inf"))
    begin, done = time.perf_counter(), 0
    gc.collect()
    gc.disable()  # it walks over what other work left as well
    try:
        while done < ROUNDS[0] or (done < ROUNDS[1] and time.perf_counter() - begin < seconds):
            for size, work in works.items():
                times[size] = min(times[size], _timed(work))
            done += 1
        return times, {size: float(peak_of(work)) for size, work in works.items()}
    finally:
        gc.enable()


def _timed(work: Work) -> float:
    """Seconds of processor time of one call, for what else the machine does is no cost of it; of a quick one, of several in turn."""
    start = time.process_time()
    work()
    taken = time.process_time() - start
    times = int(0.001 / max(taken, 1e-7))
    if times < 2:
        return taken
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


def peak_of(work: Work) -> int:
    """The most bytes that are allocated at once during a call, beyond those before it."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        result = work()
        _, peak = tracemalloc.get_traced_memory()
        del result
    finally:
        tracemalloc.stop()
    return peak - before


def _processes(commands: Mapping[int, Work]) -> tuple[dict[int, float], dict[int, float]]:
    seconds, memory = dict[int, float](), dict[int, float]()
    for size, command in commands.items():
        done = subprocess.run([sys.executable, "-c", _LAUNCHER, *command()], check=True, capture_output=True, env=environment())
        taken, resident = done.stdout.split()
        seconds[size], memory[size] = float(taken), float(resident) * 1024
    return seconds, memory
