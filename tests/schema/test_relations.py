"""What expressions may refer to, and what counts as a condition."""

from __future__ import annotations

import pytest

from bitwright import OpenEnum, Struct, array, auto, bits, checksum, const, flag, nested, param, raw, select, u8, u16, variant, when
from bitwright.checksum import internet
from bitwright.schema.expr import Binary, Const, FieldRef, ItemRef, Node, ParamRef, Rest, Select, Unary
from bitwright.schema.relations import Relations, UnknownError, follow
from bitwright.schema.spec import IntType, NestedType, expressions_of, number_behind, spec_of


class Kind(OpenEnum):
    A = 1


class Inner(Struct):
    n: int = u8()
    on: bool = flag()
    rest_: int = bits(7)
    is_big = n > 100
    twice = n * 2


class Middle(Struct):
    inner: Inner = nested(Inner)
    level: int = u8()


class Message(Struct):
    ready = param(bool, default=False)
    mode = param(int, default=0)
    secret = param(bytes, default=b"")
    middle: Middle = nested(Middle)
    kind: Kind = u8(Kind)
    magic: int = const(u8(), 7)
    size: int = auto(u8())
    maybe: int | None = when(ready, u8())
    sum_: int = checksum(u16(), internet, prefix=secret)
    data: bytes = raw(size=size)
    positive = middle.level > 0
    total = size + 1


MADE = spec_of(Message)


@pytest.mark.parametrize(
    ("path", "wire"),
    {
        "middle.inner.n": IntType(8),
        "middle.inner.on": IntType(1, as_type=bool),
        "kind": IntType(8, as_type=Kind),
        "magic": IntType(8),
        "maybe": IntType(8),
        "sum_": IntType(16),
    }.items(),
)
def test_paths_lead_to_numbers(path: str, wire: IntType) -> None:
    assert follow(MADE, tuple(path.split("."))) == wire


def test_paths_lead_to_computed_values_and_their_struct() -> None:
    node, owner = follow(MADE, ("middle", "inner", "twice"))  # type: ignore[misc]  # a computed value
    assert node == Binary("mul", FieldRef(("n",)), Const(2))
    assert owner is spec_of(Inner)
    assert follow(MADE, ("total",)) == (Binary("add", FieldRef(("size",)), Const(1)), MADE)


@pytest.mark.parametrize("path", ["nothing", "data", "middle", "middle.inner", "size.n", "middle.inner.n.x", "total.x"])
def test_other_paths_lead_nowhere(path: str) -> None:
    with pytest.raises(UnknownError):
        follow(MADE, tuple(path.split(".")))


def ref(path: str) -> FieldRef:
    return FieldRef(tuple(path.split(".")))


EQ = Binary("eq", ref("size"), Const(1))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (EQ, True),
        (Binary("lt", ref("size"), Const(1)), True),
        (ref("middle.inner.on"), True),
        (ref("middle.inner.is_big"), True),
        (ref("positive"), True),
        (ParamRef("ready"), True),
        (Unary("not", EQ), True),
        (Binary("and", EQ, ref("middle.inner.on")), True),
        (Binary("or", EQ, Binary("xor", EQ, EQ)), True),
        (Binary("and", EQ, Const(1)), True),
        (Select(EQ, EQ, ref("positive")), True),
        (Const(0), True),
        (Const(2), False),
        (ref("size"), False),
        (ref("kind"), False),
        (ref("total"), False),
        (ref("middle.inner.twice"), False),
        (ParamRef("mode"), False),
        (ParamRef("secret"), False),
        (Unary("neg", EQ), False),
        (Binary("and", ref("size"), Const(1)), False),
        (Binary("and", EQ, ref("size")), False),
        (Binary("add", EQ, EQ), False),
        (Select(EQ, ref("size"), EQ), False),
        (Rest(), False),
    ],
)
def test_what_is_a_condition(node: Node, expected: bool) -> None:
    assert Relations(MADE, "field", None).is_condition(node) is expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [(("on",), True), (("is_big",), True), (("n",), False)],
)
def test_conditions_about_an_element(names: tuple[str, ...], expected: bool) -> None:
    assert Relations(MADE, "field", None, NestedType(Inner)).is_condition(ItemRef(names)) is expected
    assert not Relations(MADE, "field", None, IntType(8)).is_condition(ItemRef(()))


def test_every_form_of_condition_is_accepted() -> None:
    class Conditions(Struct):
        ready = param(bool, default=False)
        a: int = u8()
        f: bool = flag()
        g: bool = flag()
        h: bool = bits(1, bool)
        _: int = bits(5, default=0)
        inner: Inner = nested(Inner)
        enough = a > 3
        b: int | None = when(f, u8())
        c: int | None = when(f & (a == 1) | (g == 0), u8())
        negated: int | None = when(~g, u8())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ~bool is an int
        d: int | None = when(f == g, u8())
        e: int | None = when(enough, u8())
        i: int | None = when(inner.is_big, u8())
        j: int | None = when(ready & h, u8())
        k: int | None = when(select(f, g, h), u8())
        swapped: int = u16(endian=inner.on)
        m: list[Inner] = array(Inner, until=lambda it: it.is_big | it.on)

    assert len(spec_of(Conditions).fields) == 16


def test_parameters_are_handed_on() -> None:
    class Leaf(Struct):
        secret = param(bytes)
        mode = param(int)
        ready = param(bool, default=False)
        n: int = u8()

    class Base(Struct): ...

    class Arm(Base, tag=1):
        mode = param(int)
        n: int = u8()

    class Tree(Struct):
        secret = param(bytes)
        a: int = u8()
        leaf: Leaf = nested(Leaf, arguments={"secret": secret, "mode": a * 2, "ready": a == 1})
        leaves: list[Leaf] = array(Leaf, count=2, arguments={"secret": secret, "mode": 3})
        body: Base = variant(Base, on=a, arguments={"mode": a, "future": 1})

    leaf = spec_of(Tree).field("leaf")
    assert leaf is not None
    assert leaf.type.arguments == (  # type: ignore[union-attr]
        ("secret", ParamRef("secret")), ("mode", Binary("mul", ref("a"), Const(2))), ("ready", Binary("eq", ref("a"), Const(1))),
    )  # fmt: skip


def test_expressions_of_a_type_are_all_that_reading_it_needs() -> None:
    class Everything(Struct):
        a: int = u8()
        b: int = u16(endian=a == 0)
        c: bytes = raw(prefix=u16(endian=a == 1))
        d: bytes | None = when(a == 2, raw(size=a + 3))
        e: list[list[int]] = array(array(u16(endian=a == 4), count=5), count=a + 6)
        f: list[int] = array(u8(), until=lambda it: it == 7)

    shown = {f.name: expressions_of(f.type) for f in spec_of(Everything).fields}
    a = ref("a")
    assert shown == {
        "a": [],
        "b": [Binary("eq", a, Const(0))],
        "c": [Binary("eq", a, Const(1))],
        "d": [Binary("eq", a, Const(2)), Binary("add", a, Const(3))],
        "e": [Binary("add", a, Const(6)), Const(5), Binary("eq", a, Const(4))],
        "f": [Binary("eq", ItemRef(()), Const(7))],
    }


def test_the_number_behind_an_optional_checksum() -> None:
    found = MADE.field("sum_")
    assert found is not None
    assert number_behind(found.type) == IntType(16)
