"""Class 6: structs inside themselves 100,000 deep: the limit on depth, typed, also where the stack is small."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bitwright import Limits, ParseError, Struct, array, auto, u8, u32, variant
from bitwright.stream import Stream
from tests.engines.agreement import ENGINES, agreed


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


class Bush(Node, tag=2):
    """Counted links, each with a node inside."""

    count: int = auto(u8())
    links: list[Link] = array(Link, count=count)


LEVELS = 100_000
CHAINS: list[tuple[Any, bytes]] = [
    (Link, b"\1" * LEVELS + b"\0"),
    (Box, LEVELS.to_bytes(4, "big") + b"\1" * LEVELS + b"\0"),
    (Link, b"\2\1" * LEVELS + b"\0"),
]


@pytest.mark.parametrize(("struct", "data"), CHAINS, ids=["plain", "in a region", "in lists"])
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


@pytest.mark.parametrize("options", [{"strict": True}, {"keep": True}, {"partial": True}, {"only": ("kind", "inner")}], ids=str)
@pytest.mark.parametrize(("struct", "data"), CHAINS, ids=["plain", "in a region", "in lists"])
def test_every_way_of_reading_ends_at_the_limit(struct: Any, data: bytes, options: dict[str, Any]) -> None:
    assert agreed(struct, "parse", data, **options).problem.code == "depth"
    assert agreed(struct, "parse_prefix", data + b"more").problem.code == "depth"
    assert agreed(struct, "check", data).problem.code == "depth"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_stream_ends_at_the_limit(engine: str) -> None:
    stream: Stream[Any] = Stream(Link.codec(engine), 1 << 20)
    assert stream.feed(b"\1" * 32) == []
    with pytest.raises(ParseError) as caught:
        stream.feed(b"\1" * LEVELS)
    assert caught.value.code == "depth"


def test_json_as_deep_is_refused() -> None:
    """As bytes, as text, and as what JSON was read to: an error that is no RecursionError."""
    text_ = '{"inner":' * LEVELS + "{}" + "}" * LEVELS
    with pytest.raises(ValueError, match=r".") as caught:
        Link.from_json(text_)
    assert len(str(caught.value)) < 2000
    deep: dict[str, Any] = {}
    for _ in range(LEVELS):
        deep = {"inner": deep}
    with pytest.raises(ValueError, match=r".") as caught:
        Link.from_dict(deep)
    assert len(str(caught.value)) < 2000
