"""Class 5, offsets: to themselves, in circles, outside, many to one block, graphs of them: typed, and bounded work."""

from __future__ import annotations

import tracemalloc

import pytest

from bitwright import BuildError, DeclarationError, Limits, ParseError, Struct, array, at, nested, raw, text, u8, u16, u32, when
from bitwright.wire.pointers import LEAST_INPUT
from tests.engines.agreement import agreed


class Forward(Struct):
    """A node that leads to two behind it."""

    value: int = u8()
    left_at: int = u16()
    right_at: int = u16()
    left: Forward = at(left_at, nested("Forward"), direction="forward")
    right: Forward = at(right_at, nested("Forward"), direction="forward")


class Fork(Struct):
    """A node that may lead to two behind it."""

    left_at: int = u16()
    right_at: int = u16()
    left: Fork | None = when(left_at != 0, at(left_at, nested("Fork"), direction="forward"))
    right: Fork | None = when(right_at != 0, at(right_at, nested("Fork"), direction="forward"))


class Backward(Struct):
    """A node that leads to one before it, or, at byte 0, ends."""

    value: int = u8()
    link: int = u16()
    before: bytes = at(link, raw(size=1), direction="backward")


class Looking(Struct):
    """The last node, which is found first."""

    start: int = u16()
    node: Backward = at(start, nested(Backward))


class Big(Struct):
    offset: int = u32()
    size: int = u32()
    body: bytes = at(offset, raw(size=size))


class Many(Struct):
    count: int = u32()
    blocks: list[Big] = array(Big, count=count)


class Word(Struct):
    offset: int = u8()
    words: str = at(offset, text(terminator=b"\0", encoding="latin-1"))


class Words(Struct):
    words: list[Word] = array(Word, count=100_000)


def graph(depth: int) -> bytes:
    """Each node leads twice to the next."""
    return b"".join(b"\0" + (5 * (i + 1)).to_bytes(2, "big") * 2 for i in range(depth))


@pytest.mark.parametrize("where", [0, 1, 4, 5, 9])
def test_a_node_that_leads_to_itself_or_back(where: int) -> None:
    data = graph(1)[:1] + (5).to_bytes(2, "big") * 2 + b"\0" + where.to_bytes(2, "big") + bytes(2)
    found = agreed(Forward, "parse", data).problem
    assert (found.code, found.path, found.culprit) == ("bad-direction", "left.left", f"left_at at byte 6 is {where}")


@pytest.mark.parametrize(("link", "ok"), [(2, True), (4, True), (5, False), (6, False), (0xFFFF, False)])
def test_backward_ends_before_the_struct(link: int, ok: bool) -> None:
    data = b"\0\5abc" + b"\1" + link.to_bytes(2, "big")
    found = agreed(Looking, "parse", data)
    assert found.ok is ok
    if not ok:
        assert (found.problem.code, found.problem.path) == ("bad-direction" if link < 9 else "bad-offset", "node.before")


def test_what_leads_backward_does_not_reach_into_its_struct() -> None:
    class Wide(Struct):
        link: int = u8()
        before: bytes = at(link, raw(size=2), direction="backward")

    class Holder(Struct):
        first: int = u16()
        wide: Wide = nested(Wide)

    assert agreed(Holder, "parse", b"ab\0").value.wide.before == b"ab"
    assert agreed(Holder, "parse", b"ab\1").problem.code == "truncated"


@pytest.mark.parametrize("depth", [60, 20_000 // 5])
def test_a_graph_that_explodes(depth: int) -> None:
    data = graph(depth)
    limits = Limits(depth=10_000 if depth == 60 else 64)
    found = agreed(Forward, "parse", data + b"\0" * 10, limits=limits).problem
    assert found.code in {"pointer-budget", "depth", "bad-direction"}


def test_a_graph_whose_leaves_end_it_runs_out_of_budget() -> None:
    data = b"".join((4 * (i + 1)).to_bytes(2, "big") * 2 for i in range(60)) + bytes(4)
    found = agreed(Fork, "parse", data, limits=Limits(depth=100)).problem
    assert found.code == "pointer-budget"
    assert found.path.count(".") >= 40
    small = b"".join((4 * (i + 1)).to_bytes(2, "big") * 2 for i in range(8)) + bytes(4)
    assert agreed(Fork, "parse", small).ok


def test_many_offsets_to_one_block() -> None:
    count, size = 20_000, 400_000
    entry = (4 + 8 * count).to_bytes(4, "big") + size.to_bytes(4, "big")
    data = count.to_bytes(4, "big") + entry * count + bytes(size)
    found = agreed(Many, "parse", data).problem
    assert (found.code, found.path) == ("pointer-budget", f"blocks[{8 * len(data) // size}].body")
    for engine in ("interp", "python"):
        tracemalloc.start()
        with pytest.raises(ParseError):
            Many.codec(engine).parse(data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20 * len(data)


def test_100_000_offsets_into_one_text() -> None:
    """Each names a suffix of the same bytes: the sum of their sizes is the square of the input."""
    far = b"\xff" * 100_000 + b"a" * 100_000 + b"\0"
    assert agreed(Words, "parse", far).problem.code == "pointer-budget"


def test_small_messages_have_room_to_share() -> None:
    data = (100).to_bytes(4, "big") + ((804).to_bytes(4, "big") + (60).to_bytes(4, "big")) * 100 + bytes(60)
    assert agreed(Many, "parse", data).ok
    assert LEAST_INPUT * Limits().pointed_factor > 100 * 60
    assert agreed(Many, "parse", data, limits=Limits(pointed_factor=1)).problem.code == "pointer-budget"


@pytest.mark.parametrize("size", [0, 1, 7])
def test_offsets_in_messages_cut_short(size: int) -> None:
    assert not agreed(Many, "parse", (b"\0\0\0\1" + bytes(8))[:size]).ok


def test_without_a_direction_no_class_is_made() -> None:
    with pytest.raises(DeclarationError, match="can lead to itself"):

        class Loop(Struct):
            offset: int = u8()
            again: Loop = at(offset, nested("Loop"))


def test_cyclic_values_do_not_build_for_ever(engine: str) -> None:
    node = Forward(value=1, left_at=5, right_at=5, left=None, right=None)  # type: ignore[arg-type]  # tied below
    node.left = node.right = node
    with pytest.raises(BuildError) as caught:
        Forward.codec(engine).build(node)
    assert caught.value.code == "too-large"
