"""Class 6: structs inside themselves 100,000 deep: the limit on depth, typed, also where the stack is small."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bitwright import Limits, Struct, auto, u8, u32, variant
from tests.engines.agreement import agreed


class Node(Struct):
    """A link of a chain."""


class Leaf(Node, tag=0):
    """The end."""


class Link(Node, tag=1):
    """Another link inside."""

    kind: int = auto(u8())
    inner: Node = variant(Node, on=kind)


class Box(Struct):
    """A TLV in a TLV."""

    length: int = auto(u32())
    kind: int = auto(u8())
    inner: Node = variant(Node, on=kind, size=length)


LEVELS = 100_000
CHAINS: list[tuple[Any, bytes]] = [
    (Link, b"\1" * LEVELS + b"\0"),
    (Box, LEVELS.to_bytes(4, "big") + b"\1" * LEVELS + b"\0"),
]


@pytest.mark.parametrize(("struct", "data"), CHAINS, ids=["plain", "in a region"])
@pytest.mark.parametrize("limits", [None, Limits(depth=1), Limits(depth=200_000)])
def test_deep_input(struct: Any, data: bytes, limits: Limits | None) -> None:
    options = {} if limits is None else {"limits": limits}
    assert agreed(struct, "parse", data, **options).problem.code == "depth"


@pytest.mark.parametrize("levels", [LEVELS, 70, 10])
def test_a_thread_with_a_small_stack(levels: int) -> None:
    found: list[Any] = []
    before = threading.stack_size(64 * 1024)
    try:
        worker = threading.Thread(target=lambda: found.append(agreed(Link, "parse", b"\1" * levels + b"\0")))
        worker.start()
    finally:
        threading.stack_size(before)
    worker.join()
    [outcome] = found
    assert outcome.ok == (levels < 64)
    assert outcome.ok or outcome.problem.code == "depth"


def test_deep_values_are_not_built() -> None:
    value: Node = Leaf()
    for _ in range(1000):
        value = Link(inner=value)
    assert agreed(Link, "build", value).problem.code == "depth"
