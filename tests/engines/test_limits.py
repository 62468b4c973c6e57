"""Bounded work, whatever the bytes: depth, counts, pointers, sizes; in numbers of steps, never in time."""

from __future__ import annotations

import sys
import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from bitwright import DeclarationError, Limits, Name, ParseError, Struct, array, auto, domain_name, param, raw, u8, u16, u32, u64, variant
from bitwright.ir import interp_parse
from tests.engines.agreement import ENGINES, agreed, built


class Node(Struct):
    """A union that may hold itself."""


class Leaf(Node, tag=0):
    """The end."""


class Branch(Node, tag=1):
    kind: int = auto(u8())
    below: Node = variant(Node, on=kind)


class Value(Struct):
    """As in ASN.1: values in values."""


class Element(Value, tag=0):
    kind: int = auto(u8())
    size: int = auto(u16())
    value: Value = variant(Value, on=kind, size=size)


class Octets(Value, tag=1):
    octets: bytes = raw()


class Sequence(Value, tag=2):
    elements: list[Element] = array(Element)


def deep(levels: int) -> Node:
    node: Node = Leaf()
    for _ in range(levels):
        node = Branch(below=node)
    return node


def test_a_struct_that_holds_itself() -> None:
    assert built(deep(5)) == b"\1\1\1\1\0"
    tree = Element(value=Sequence(elements=[Element(value=Octets(octets=b"ab")), Element(value=Sequence(elements=[]))]))
    assert built(tree) == bytes.fromhex("020008 010002 6162 020000".replace(" ", ""))


def test_depth_is_limited_both_ways() -> None:
    assert agreed(Branch, "build", deep(64)).ok is False
    assert agreed(Branch, "build", deep(63)).ok
    for levels in (64, 65, 1_000, 100_000):
        found = agreed(Branch, "parse", b"\1" * levels + b"\0")
        assert (found.problem.code, found.problem.path.count("below"), found.problem.bit_offset) == ("depth", 64, 512)
        assert agreed(Branch, "build", deep(levels)).problem.code == "depth"
    for depth in (1, 5, 200):
        assert agreed(Branch, "parse", b"\1" * (depth - 2) + b"\0", limits=Limits(depth=depth)).ok == (depth > 1)
        assert agreed(Branch, "parse", b"\1" * depth + b"\0", limits=Limits(depth=depth)).problem.code == "depth"


def test_a_depth_beyond_the_stack_is_an_error_too() -> None:
    for levels in (2_000, 100_000):
        found = agreed(Branch, "parse", b"\1" * levels + b"\0", limits=Limits(depth=10**6))
        assert found.problem.code == "depth"
    sequences = b""
    for _ in range(300):
        sequences = b"\2" + len(sequences).to_bytes(2, "big") + sequences
    assert agreed(Element, "parse", sequences).problem.code == "depth"


def test_depth_in_a_thread_with_a_small_stack() -> None:
    found: list[str] = []

    def work() -> None:
        for engine in ENGINES:
            try:
                Branch.codec(engine).parse(b"\1" * 100_000, limits=Limits(depth=10**6))
            except ParseError as error:
                found.append(error.code)

    old = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old)
    assert found == ["depth"] * len(ENGINES)


def test_recursion_without_a_byte_in_between_is_refused() -> None:
    class Hollow(Struct):
        """Would branch for ever."""

    class Both(Hollow, tag=0):
        kind = param(int)
        left: Hollow = variant(Hollow, on=kind, arguments={"kind": kind})
        right: Hollow = variant(Hollow, on=kind, arguments={"kind": kind})

    class Holder(Struct):
        kind: int = u8()
        tree: Hollow = variant(Hollow, on=kind, arguments={"kind": kind})

    for use in (lambda: Holder.parse(b"\0"), lambda: Holder(kind=0, tree=Both(left=None, right=None)).build()):
        with pytest.raises(DeclarationError, match=r"test_limits\.py:\d+: Both: can hold itself with no byte in between"):
            use()


# --- counts and sizes --------------------------------------------------------------------------


class Counted(Struct):
    count: int = auto(u64())
    bytes_: list[int] = array(u8(), count=count * 2)


class Names(Struct):
    count: int = auto(u32())
    names: list[Name] = array(domain_name(), count=count)


class Records(Struct):
    """As a DNS message: counts of things that have at least eleven bytes."""

    counts: list[int] = array(u16(), count=2)
    count: int = auto(u16())
    records: list[Counted] = array(Counted, count=count)


class Nothings(Struct):
    """Of an arm without bytes, as many as the count says."""

    kind: int = u8()
    count: int = auto(u64())
    nodes: list[Node] = array(variant(Node, on=kind), count=count)


class Large(Struct):
    size: int = auto(u64())
    body: bytes = raw(size=size)


BOMBS: list[tuple[Any, bytes, str, str]] = [
    (Counted, b"\xff" * 8 + b"ab", "count-too-large", "bytes_"),
    (Counted, bytes(7) + b"\2" + b"abc", "count-too-large", "bytes_"),
    (Names, b"\xff" * 4 + b"\0" * 8, "count-too-large", "names"),
    (Records, b"\xff" * 6 + bytes(6), "count-too-large", "records"),
    (Nothings, b"\0" + b"\xff" * 8 + b"abc", "no-progress", "nodes"),
    (Large, b"\xff" * 8 + b"abcd", "truncated", "body"),
    (Large, b"\x7f" + b"\xff" * 7, "truncated", "body"),
]


@pytest.mark.parametrize(("struct", "data", "code", "path"), BOMBS)
def test_count_bombs(struct: Any, data: bytes, code: str, path: str) -> None:
    found = agreed(struct, "parse", data)
    assert (found.problem.code, found.problem.path) == (code, path)
    for engine in ENGINES:
        codec = struct.codec(engine)
        tracemalloc.start()
        with pytest.raises(ParseError):
            codec.parse(data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 64 * 1024, engine


@pytest.mark.parametrize(("struct", "data", "code", "path"), BOMBS)
def test_count_bombs_take_few_steps(struct: Any, data: bytes, code: str, path: str) -> None:
    for engine in ENGINES:
        codec = struct.codec(engine)
        steps = lines_run(lambda codec=codec: pytest.raises(ParseError, codec.parse, data))  # type: ignore[misc]
        assert steps < 3_000, engine


def lines_run(call: Callable[[], Any]) -> int:
    """How many lines of Python a call executes: its work, on any machine."""
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    old = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(old)
    return count


def test_the_size_of_the_input_is_limited() -> None:
    data = built(Large(body=bytes(100)))
    assert agreed(Large, "parse", data, limits=Limits(input_size=len(data))).ok
    for method in ("parse", "parse_prefix", "parse_layer", "check"):
        assert agreed(Large, method, data, limits=Limits(input_size=len(data) - 1)).problem.code == "too-large", method
    assert agreed(Large, "parse_prefix", b"?" + data, 1, limits=Limits(input_size=len(data))).ok


def test_limits_of_one_call_do_not_stay() -> None:
    data = b"\1" * 30 + b"\0"
    for _ in range(2):
        assert agreed(Branch, "parse", data).ok
        assert not agreed(Branch, "parse", data, limits=Limits(depth=9)).ok
        assert Branch.parse(data).build() == data
        with pytest.raises(ParseError, match="more than 9 deep"):
            Branch.parse(data, limits=Limits(depth=9))


def test_calls_with_other_sizes_share_their_programs(engine: str) -> None:
    codec = Large.codec(engine)
    data = built(Large(body=b"ab"))
    codec.parse(data, limits=Limits(input_size=10))
    before = len(codec._programs)
    for size in range(10, 40):
        codec.parse(data, limits=Limits(input_size=size))
    assert len(codec._programs) == before


# --- names -------------------------------------------------------------------------------------


class Owners(Struct):
    """Names one after the other: a chain of pointers, then owners that point at its end."""

    names: list[Name] = array(domain_name())


def chain(hops: int, owners: int) -> bytes:
    """As in the attack on resolvers: each name is a pointer to the one before."""
    out = bytearray(b"\1a\0")
    last = 0
    for _ in range(hops):
        here = len(out)
        if here >= 0x4000:
            break
        out += (0xC000 | last).to_bytes(2, "big")
        last = here
    return bytes(out + (0xC000 | last).to_bytes(2, "big") * owners)


@pytest.mark.parametrize("limits", [Limits(), Limits(pointer_hops=10**6)])
def test_chains_of_pointers_cost_work_in_proportion_to_the_message(limits: Limits) -> None:
    data = chain(8_000, 3_000)
    parts = [data[: 3 + 2 * (len(data) // part)] for part in (8, 4, 2)]
    work = [lines_run(lambda part=part: attempt(part, limits)) for part in parts]  # type: ignore[misc]
    assert work[-1] < 60 * len(data)
    assert work[2] < 2.5 * work[1] + 2_000
    assert work[1] < 2.5 * work[0] + 2_000


def attempt(data: bytes, limits: Limits) -> None:
    try:
        Owners.parse(data, limits=limits)
    except ParseError as error:
        assert error.code == "too-many-hops"  # either outcome is right; the work is what counts


def test_a_chain_is_read_with_one_reading_for_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    original = interp_parse.read_name

    def counting(data: bytes, position: int, *rest: Any) -> Any:
        reads.append(position)
        return original(data, position, *rest)

    monkeypatch.setattr(interp_parse, "read_name", counting)
    data = chain(500, 200)
    assert len(Owners.codec("interp").parse(data, limits=Limits(pointer_hops=10**6)).names) == 701
    assert len(reads) == len(set(reads)) == 701


def test_names_far_from_a_zero_byte_are_not_searched_for_one_to_the_end() -> None:
    """A label and a pointer, over and over: nowhere a zero byte, so looking for one must stop at the longest name."""
    data = b"\1a\0" + b"\1b\xc0\0" * 16_000
    looked = [0]

    class Counting(bytes):
        def find(self, sub: Any, start: Any = None, end: Any = None) -> int:
            looked[0] += (end if end is not None else len(self)) - (start or 0)
            return bytes.find(self, sub, start, end)

    from bitwright.backends.python.runtime import name

    memo: dict[int, tuple[str, int, int]] = {}
    counting, position = Counting(data), 0
    while position < len(data):
        _, position = name(counting, position, len(data), 0, memo, 64)
    assert looked[0] <= 300 * 16_001
