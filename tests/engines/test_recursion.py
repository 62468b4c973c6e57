"""Structs that hold themselves or each other, named by text: values, typed limits, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from bitwright import DeclarationError, Limits, Struct, array, auto, bits, flag, nested, u8, when
from tests.engines.agreement import ENGINES, Outcome, agreed, built, outcome


class Node(Struct):
    value: int = u8()
    more: bool = auto(flag())
    spare: int = bits(7, default=0)
    child: Node | None = when(more, nested("Node"))


class Element(Struct):
    """A TLV of TLVs, as ASN.1 has them."""

    tag: int = u8()
    length: int = auto(u8())
    children: list[Element] = array("Element", size=length)


class Sum(Struct):
    """It holds products, which hold sums."""

    count: int = auto(u8())
    terms: list[Product] = array("Product", count=count)


class Product(Struct):
    kind: int = u8()
    inner: Sum | None = when(kind == 1, nested(Sum))
    factors: list[Product] = array("Product", until=lambda it: it.kind == 0)


class Child(Node):
    """What extends a struct holds those of the struct."""

    after: int = u8()


def end() -> Product:
    return Product(kind=0, factors=[])


def test_values_of_every_shape() -> None:
    assert built(Node(value=1, child=Node(value=2))) == b"\1\x80\2\0"
    tree = Element(tag=1, children=[Element(tag=2, children=[]), Element(tag=3, children=[Element(tag=4, children=[])])])
    assert built(tree) == b"\1\6\2\0\3\2\4\0"
    assert Element.from_json(tree.resolved().to_json()) == tree.resolved()
    assert tree.resolved().relaxed() == tree
    assert built(Child(value=1, child=Node(value=2), after=3)) == b"\1\x80\2\0\3"


class Pair(Struct):
    left: int = u8()
    right: Half | None = when(left != 0, nested("Half"))


class Half(Struct):
    pairs: int = auto(u8())
    inner: list[Pair] = array(Pair, count=pairs)


def test_mutual() -> None:
    assert built(Pair(left=1, right=Half(inner=[Pair(left=0), Pair(left=2, right=Half(inner=[]))]))) == b"\1\2\0\2\0"
    assert agreed(Pair, "parse", b"\1\2\0\2").problem.path == "right.inner[1].right.pairs"


DEEP = 10**5
INPUTS: list[tuple[type[Struct], bytes, str]] = [
    (Node, b"\1\x80" * DEEP, "depth"),
    (Pair, b"\1\1" * DEEP, "depth"),
    (Sum, b"\1\1" * DEEP, "depth"),
    (Element, b"\1\xff" * DEEP, "truncated"),  # each region would go beyond the one around it
    (Element, b"".join(bytes((1, 2 * left - 2)) for left in range(100, 0, -1)), "depth"),
]


@pytest.mark.parametrize("limits", [None, Limits(depth=DEEP * 2)])
@pytest.mark.parametrize(("struct", "data", "code"), INPUTS)
def test_deep_input_is_a_typed_error(struct: type[Struct], data: bytes, code: str, limits: Limits | None) -> None:
    if limits is not None and len(data) < DEEP:
        assert agreed(struct, "parse", data, limits=limits).ok
        return
    for engine in ENGINES:
        found = outcome(lambda engine=engine: struct.codec(engine).parse(data, limits=limits))  # type: ignore[misc]
        assert found.problem.code == code


@pytest.mark.parametrize(("struct", "data", "code"), INPUTS)
def test_deep_input_in_a_thread_with_a_small_stack(struct: type[Struct], data: bytes, code: str) -> None:
    found: list[Outcome] = []
    for engine in ENGINES:
        struct.codec(engine).message_parser()  # compiling is not what is to be tested
        in_small_stack(lambda engine=engine: found.append(outcome(lambda: struct.codec(engine).parse(data))))  # type: ignore[misc]
    assert [one.problem.code for one in found] == [code] * len(ENGINES)


def in_small_stack(call: Callable[[], object]) -> None:
    before = threading.stack_size(64 * 1024)
    try:
        thread = threading.Thread(target=call)
        thread.start()
        thread.join(20)
    finally:
        threading.stack_size(before)


def test_deep_values() -> None:
    value: Node | None = None
    for _ in range(1000):
        value = Node(value=1, child=value)
    assert value is not None
    assert agreed(Node, "build", value).problem.code == "depth"
    ok: Node | None = None
    for _ in range(60):
        ok = Node(value=1, child=ok)
    assert ok is not None
    assert len(built(ok)) == 120


def test_what_cannot_be() -> None:
    with pytest.raises(DeclarationError, match="always holds another of its own kind"):

        class Endless(Struct):
            value: int = u8()
            inner: Endless = nested("Endless")

    class Unfinished(Struct):
        value: int = u8()
        inner: list[Struct] = array("Missing", count=value)

    with pytest.raises(DeclarationError, match='names the struct "Missing", which is not declared beside Unfinished'):
        Unfinished.parse(b"\1")

    class Hollow(Struct):
        inner: list[Hollow] = array("Hollow")

    with pytest.raises(DeclarationError, match="can hold itself with no byte in between"):
        Hollow.parse(b"\1")

    with pytest.raises(DeclarationError, match="has no field `y`"):

        class Blind(Struct):
            value: int = u8()
            inner: list[Blind] = array("Blind", until=lambda it: it.y == 0)


def test_a_name_is_looked_for_beside_the_class() -> None:
    def declare() -> type[Struct]:
        class Outer(Struct):
            tag: int = u8()
            inner: Inner | None = when(tag == 1, nested("Inner"))

        class Inner(Struct):
            value: int = u8()

        return Outer

    first, second = declare(), declare()
    assert agreed(first, "parse", b"\1\2").ok
    assert type(second.parse(b"\1\2").inner) is not type(first.parse(b"\1\2").inner)
