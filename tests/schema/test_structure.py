"""What each word of structure means: nesting, arrays, unions, optional fields."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import OpenEnum, Struct, array, auto, flag, nested, pad, param, raw, switch, u8, u16, variant, when
from bitwright.schema.expr import Binary, Const, FieldRef, ItemRef
from bitwright.schema.spec import ArrayType, BytesType, IntType, NestedType, OptionalType, SwitchType, spec_of


class Kind(OpenEnum):
    A = 1
    B = 2


class Inner(Struct, endian="inherit"):
    mode = param(int, default=0)
    length: int = u16()
    last: bool = flag()
    _gap = pad(bits=7)


class Base(Struct): ...


class A(Base, tag=Kind.A):
    n: int = u8()


class B(Base, tag=(Kind.B, 9)):
    data: bytes = raw()


class Words(Struct):
    kind: Kind = auto(u8(Kind))
    n: int = auto(u8())
    plain: Inner = nested(Inner, default=Inner(length=3, last=False))
    region: Inner = nested(Inner, size=n, endian="little", arguments={"mode": n + 1})
    ordered: Inner = nested(Inner, endian=plain.length == 1)
    counted: list[Inner] = array(Inner, count=plain.length, default=[])
    sized: list[int] = array(u16(endian="little"), size=4)
    until: list[Inner] = array(Inner, until=lambda it: it.last | (it.length == 0))
    until_zero: list[int] = array(u8(), until=lambda it: it == 0)
    grid: list[list[int]] = array(array(u8(), count=2), count=2)
    closed: A | B = switch(kind, {Kind.A: A, Kind.B: B}, B, size=n)
    opened: Base = variant(Base, on=kind, unknown=B, empty=A, size=n)
    maybe: Inner | None = when(plain.last, nested(Inner))
    gift: int | None = when(kind == Kind.A, u8(default=3))
    rest: list[Inner] = array(Inner)


N, KIND = FieldRef(("n",)), FieldRef(("kind",))


@pytest.mark.parametrize(
    ("name", "wire"),
    {
        "plain": NestedType(Inner),
        "region": NestedType(Inner, N, "little", (("mode", Binary("add", N, Const(1))),)),
        "ordered": NestedType(Inner, None, Binary("eq", FieldRef(("plain", "length")), Const(1))),
        "counted": ArrayType(NestedType(Inner), FieldRef(("plain", "length"))),
        "sized": ArrayType(IntType(16, order="little"), None, Const(4)),
        "until": ArrayType(
            NestedType(Inner),
            until=Binary("or", ItemRef(("last",)), Binary("eq", ItemRef(("length",)), Const(0))),
        ),
        "until_zero": ArrayType(IntType(8), until=Binary("eq", ItemRef(()), Const(0))),
        "grid": ArrayType(ArrayType(IntType(8), Const(2)), Const(2)),
        "maybe": OptionalType(FieldRef(("plain", "last")), NestedType(Inner)),
        "gift": OptionalType(Binary("eq", KIND, Const(1)), IntType(8)),
        "rest": ArrayType(NestedType(Inner)),
    }.items(),
)
def test_type_of_each_word(name: str, wire: Any) -> None:
    found = spec_of(Words).field(name)
    assert found is not None
    assert found.type == wire


def union_of(name: str) -> SwitchType:
    found = spec_of(Words).field(name)
    assert found is not None
    assert isinstance(found.type, SwitchType)
    return found.type


def test_a_closed_union() -> None:
    wire = union_of("closed")
    assert (wire.on, wire.size, wire.default, wire.empty) == (KIND, N, B, None)
    assert wire.union.cases == {1: A, 2: B}
    assert not wire.union.open


def test_an_open_union_has_every_tagged_subclass() -> None:
    wire = union_of("opened")
    assert (wire.on, wire.size, wire.default, wire.empty) == (KIND, N, B, A)
    assert wire.union.cases == {1: A, 2: B, 9: B}
    assert wire.union.open
    assert [wire.union.tag_of(arm) for arm in (A, B, Inner)] == [1, 2, None]


def test_an_arm_that_comes_later_is_one_too_and_is_made_known() -> None:
    class Late(Struct): ...

    class Holder(Struct):
        kind: int = u8()
        body: Late = variant(Late, on=kind)

    field = spec_of(Holder).field("body")
    assert field is not None
    assert isinstance(field.type, SwitchType)
    told: list[str] = []
    field.type.union.dependents.append(lambda: told.append("once"))

    class Arm(Late, tag=(3, 4)):
        n: int = u8()

    assert field.type.union.cases == {3: Arm, 4: Arm}
    assert told == ["once"]


def test_an_arm_of_a_special_union_is_one_of_the_general_too() -> None:
    class General(Struct): ...

    class Special(General): ...

    class Arm(Special, tag=5):
        n: int = u8()

    unions: list[Any] = [General, Special]
    assert [u.__bitwright_union__.cases for u in unions] == [{5: Arm}, {5: Arm}]


def test_a_refused_arm_leaves_the_union_as_it_was() -> None:
    class Root(Struct): ...

    class First(Root, tag=2):
        n: int = u8()

    with pytest.raises(TypeError, match="tag 2 of Root is taken by First"):

        class Second(Root, tag=(1, 2)):
            n: int = u8()

    root: Any = Root
    assert root.__bitwright_union__.cases == {2: First}


def test_optional_fields_default_to_none_or_their_own() -> None:
    found = {f.name: f.default for f in spec_of(Words).fields}
    assert found["maybe"] is None
    assert found["gift"] == 3


def test_a_default_list_is_copied() -> None:
    class Listed(Struct):
        items: list[int] = array(u8(), count=2, default=(1, 2))

    first, second = Listed(), Listed()
    first.items.append(3)
    assert second.items == [1, 2]


def test_a_default_struct_is_copied() -> None:
    class Holder(Struct):
        inner: Inner = nested(Inner, default=Inner(length=1, last=True))

    first, second = Holder(), Holder()
    first.inner.length = 9
    assert second.inner.length == 1


def test_elements_that_can_be_empty_by_a_small_constant_count() -> None:
    class Empty(Struct):
        items: list[bytes] = array(raw(size=0), count=4096)

    assert spec_of(Empty).field("items") is not None


def test_elements_of_an_open_union_may_turn_out_not_to_be_empty() -> None:
    class Item(Struct):
        kind: int = u8()
        body: Base = variant(Base, on=kind)

    class Items(Struct):
        items: list[Item] = array(Item)

    found = spec_of(Items).field("items")
    assert found is not None
    assert found.type == ArrayType(NestedType(Item))


def test_bytes_of_the_rest_in_a_region_do_not_swallow_what_follows() -> None:
    class Holder(Struct):
        n: int = auto(u8())
        body: B = nested(B, size=n)
        after: int = u16()

    found = spec_of(Holder).field("body")
    assert found is not None
    assert found.type == NestedType(B, N)
    inner = spec_of(B).field("data")
    assert inner is not None
    assert inner.type == BytesType()
