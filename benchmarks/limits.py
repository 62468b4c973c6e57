"""What CPython and the memory take before anybody parses anything: objects made of values that are ready, and bytes that pass by."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from benchmarks.groups import BITWRIGHT, HEADER_OBJECT, Group, over
from benchmarks.headers import HEADER
from bitwright.backends.llvm import is_available
from bitwright_specs.dns import Header

BATCH = 200
SIZE = 64 << 20  # bytes, more than any cache has
COPIED, SEARCHED = "64 MiB of memory copied", "64 MiB of memory searched for a byte"


def object_group() -> Group:
    """The fifteen values of a DNS header, ready, into a tuple, a dict, and the class; beside the class from twelve bytes."""
    if is_available():
        Header.compile()
    expected = Header.parse(HEADER)
    names = [field.name for field in Header.__bitwright__.visible]
    values = [getattr(expected, name) for name in names]
    makers = {
        "a tuple": _written("({values},)", names, values),
        "a dict": _written("{{{pairs}}}", names, values),
        "the class called": _written("Header({values})", names, values),
    }
    assert makers["a tuple"]() == tuple(values)
    assert makers["a dict"]() == dict(zip(names, values, strict=True))
    assert makers["the class called"]() == expected
    contenders = {name: _again(make) for name, make in makers.items()}
    return Group(HEADER_OBJECT, BATCH, {BITWRIGHT: over(Header.parse, [HEADER] * BATCH), **contenders}, item="object")


def _again(make: Callable[[], object]) -> Callable[[], None]:
    return over(lambda _: make(), range(BATCH))


def _written(expression: str, names: list[str], values: list[Any]) -> Callable[[], object]:
    """A function that makes one object of local variables, as code written for it would."""
    pairs = ", ".join(f"{name!r}: {name}" for name in names)
    given = ", ".join(f"{name}={name}" for name in names)
    source = f"lambda {given}: {expression.format(values=', '.join(names), pairs=pairs)}"
    made: Callable[[], object] = eval(source, {"Header": Header, **dict(zip(names, values, strict=True))})
    return made


def memory_times(quick: bool) -> dict[str, list[float]]:
    """Seconds to copy memory, and to look at every byte of it."""
    data = b"\x01" * SIZE  # written, so that the pages are there
    room = memoryview(bytearray(data))

    def copy() -> None:
        room[:] = data

    work: dict[str, Callable[[], object]] = {COPIED: copy, SEARCHED: lambda: data.find(b"\xff")}
    found: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(5 if quick else 21):
        for name, run in work.items():
            begin = time.perf_counter()
            run()
            found[name].append(time.perf_counter() - begin)
    return found
