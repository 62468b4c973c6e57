"""The tree of a message: every field at its place, numbers read and written there, whatever the bytes."""

from __future__ import annotations

import random

import pytest

from bitwright import Struct, array, bits, nested, raw, u8, u16, varint
from bitwright.schema import spec
from bitwright.testing.expressions import Scope, Unknown
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.numbers import bounds_of, number_at, patched_number
from tests.testing.seeds import seeds


@pytest.mark.parametrize("name", sorted(seeds()))
def test_every_field_lies_within_its_region_and_numbers_are_what_was_read(name: str) -> None:
    message, data = seeds()[name]
    trees = [tree for tree in (FieldTree(message, one) for one in data) if tree.is_valid]
    assert trees
    for tree in trees:
        for node in tree.root.walk():
            assert node.begin <= node.end <= node.limit
            assert all(child.parent is node for child in node.children)
            wire = node.number
            if wire is not None and wire.time is None and node.is_leaf:
                assert tree.number(node) == int(node.value)


@pytest.mark.parametrize("name", sorted(seeds()))
def test_what_is_written_is_read_and_nothing_else_changes(name: str) -> None:
    message, data = seeds()[name]
    rng = random.Random(1)
    for tree in (tree for tree in (FieldTree(message, one) for one in data) if tree.is_valid):
        for node in tree.leaves():
            wire = node.number
            if wire is None or isinstance(wire, spec.VarintType):
                continue
            order, number = tree.order_of(node, wire), rng.randint(*bounds_of(wire))
            at, patch = patched_number(tree.data, node.begin, wire, order, number)
            changed = tree.data[:at] + patch + tree.data[at + len(patch) :]
            assert len(changed) == len(tree.data)
            assert number_at(changed, node.begin, node.end, wire, order) == number
            back = patched_number(changed, node.begin, wire, order, tree.number(node))
            assert changed[: back[0]] + back[1] + changed[back[0] + len(back[1]) :] == tree.data


def test_what_is_no_message_has_the_fields_before_the_failure() -> None:
    class Item(Struct):
        size: int = u8()
        data: bytes = raw(size=size)

    class Message(Struct):
        kind: int = bits(4)
        count: int = bits(4)
        items: list[Item] = array(Item, count=count)

    tree = FieldTree(Message, b"\x12\1a\5abc")
    assert not tree.is_valid
    assert tree.error is not None
    assert tree.error.path == "items[1].data"
    assert tree["items[0].data"].value == b"a"
    assert tree["items[1].size"].value == 5
    assert not tree["items[1].data"].is_complete
    assert FieldTree(Message, b"").nodes.keys() >= {"", "kind"}
    assert FieldTree(Message, b"\x10\0").is_valid is False


def test_expressions_see_parameters_computed_values_and_changes() -> None:
    class Inner(Struct):
        width: int = u16()
        double = width * 2

    class Outer(Struct):
        inner: Inner = nested(Inner)
        number: int = varint("leb128")

    tree = FieldTree(Outer, b"\0\5\x80\1")
    outer = Scope(tree, tree.root)
    assert spec.spec_of(Inner).computed
    inner = tree["inner"]
    doubled = spec.spec_of(Inner).computed["double"]
    assert Scope(tree, inner).value(doubled) == 10
    assert Scope(tree, inner, {tree["inner.width"]: 7}).value(doubled) == 14
    assert tree.number(tree["number"]) == 128
    with pytest.raises(Unknown):
        outer.value(doubled)
