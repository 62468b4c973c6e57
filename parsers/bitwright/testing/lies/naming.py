"""Lies of domain names (RFC 1035, sections 3.1 and 4.1.4): pointers, reserved types of labels, too many octets, chains of pointers.

Promise: pointers and labels are changed where they stand; what is inserted has every length and count around it solved.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Final

from bitwright.schema import spec
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.labels import Expected
from bitwright.testing.lies.edits import SAME, Edit, Lie
from bitwright.testing.lies.failing import below
from bitwright.testing.lies.marks import origin_of
from bitwright.testing.lies.names import MOST_HOPS
from bitwright.testing.lies.roles import Use
from bitwright.testing.lies.solving import all_solved
from bitwright.wire.names import POINTER_RANGE

FARTHEST: Final = POINTER_RANGE - 1  # that a pointer leads


def labels_of(tree: FieldTree, node: Node) -> list[int]:
    """The bytes at which a name's own labels begin, and with them the pointer or the zero that ends them."""
    found, here = [node.begin // 8], node.begin // 8
    while 0 < tree.data[here] < 0x40:
        here += tree.data[here] + 1
        found.append(here)
    return found


def pointers(tree: FieldTree, node: Node) -> Iterator[Lie]:
    """Pointers forward, to themselves, into a label, into the header, past the end, to where another name begins."""
    places = labels_of(tree, node)
    origin, first, size = origin_of(node).begin // 8, places[0], len(tree.data)
    end = places[-1]
    at = end if tree.data[end] >= 0xC0 else places[-2] if len(places) > 1 else None
    if at is None:
        return
    targets = {
        "to itself": at, "to the begin of its own name": first, "into its own name": first + 1, "forward": at + 2, "to the end": size,
        "past the end": size + 100, "as far as it can": origin + FARTHEST, "into the header": origin, "deeper into the header": origin + 4,
        "into a label": first - 1, "further ahead": first - 2, "half way": (origin + first) // 2,
    }  # fmt: skip
    for detail, target in targets.items():
        if 0 <= target - origin <= FARTHEST:
            yield Lie((Edit(at, at + 2, (0xC000 | target - origin).to_bytes(2, "big")),), {node: SAME}, detail)


def labels(tree: FieldTree, node: Node) -> Iterator[Lie]:
    """Labels of the two reserved types, and of lengths that do not fit."""
    for at in labels_of(tree, node):
        for kind in (0x40, 0x80):
            new = bytes([tree.data[at] & 0x3F | kind])
            yield Lie((Edit(at, at + 1, new),), {node: SAME}, f"type {kind >> 6:02b} at byte {at}")
        if 0 < tree.data[at] < 0x40:
            yield Lie((Edit(at, at + 1, b"\x3f"),), {node: SAME}, f"63 octets at byte {at}")


def long_names(tree: FieldTree, node: Node, uses: Mapping[Node, list[Use]]) -> Iterator[Lie]:
    """Names of 256 octets and more, and of the 255 that are allowed."""
    begin, end = node.begin // 8, node.end // 8
    for octets in (255, 256, 257, 320, 600):
        whole, last = divmod(octets - 1, 64)
        lengths = [63] * whole + ([last - 1] if last > 1 else [])
        name = b"".join(bytes([size]) + b"x" * size for size in lengths) + b"\0"
        if len(name) != octets:
            continue
        yield from all_solved(tree, uses, Lie((Edit(begin, end, name),), {node: SAME}, f"{octets} octets"), node)


def name_in(array: Node) -> Node | None:
    """The first name in the last element of a list, if that is a struct that has one."""
    if not isinstance(array.content, spec.ArrayType) or not array.children:
        return None
    return next((node for node in array.children[-1].children if isinstance(node.wire, spec.NameType)), None)


def chains(tree: FieldTree, array: Node, uses: Mapping[Node, list[Use]]) -> Iterator[Lie]:
    """More elements of a list, the name of each a pointer to the name of the one before."""
    name = name_in(array)
    if name is None:
        return
    element = array.children[-1]
    origin = origin_of(name).begin // 8
    hops = len(_hops(tree, name, origin))
    for count in (MOST_HOPS, MOST_HOPS + 1, MOST_HOPS + 6):
        made = b"".join(itertools.islice(linked(tree, element, name), count))
        stop = element.end // 8
        if count <= MOST_HOPS - hops or stop + len(made) - origin > FARTHEST:
            continue  # it is not too long, or longer than pointers reach
        lie = Lie((Edit(stop, stop, made),), {}, f"{count} elements, each a pointer to the one before")
        number = len(array.children) + MOST_HOPS - hops
        expected = Expected(accepts=False, code="too-many-hops", path=below(below(array.path, number), name.key))
        for solved in all_solved(tree, uses, lie, element, elements=count):
            yield Lie(solved.edits, solved.reads, solved.detail, certain=expected)


def linked(tree: FieldTree, element: Node, name: Node) -> Iterator[bytes]:
    """For ever: the element again, its name a pointer to the one before; beyond where pointers reach, to the last that they reach."""
    origin = origin_of(name).begin // 8
    lead, rest = tree.data[element.begin // 8 : name.begin // 8], tree.data[name.end // 8 : element.end // 8]
    here, target = element.end // 8 + len(lead) - origin, name.begin // 8 - origin
    while True:
        yield lead + (0xC000 | target).to_bytes(2, "big") + rest
        target = here if here < POINTER_RANGE else target
        here += len(lead) + 2 + len(rest)


def _hops(tree: FieldTree, name: Node, origin: int) -> list[int]:
    """Where the pointers are that a name follows."""
    found, here = [], name.begin // 8
    while tree.data[here]:
        if tree.data[here] >= 0xC0:
            found.append(here)
            here = origin + (int.from_bytes(tree.data[here : here + 2], "big") & FARTHEST)
        else:
            here += tree.data[here] + 1
    return found
