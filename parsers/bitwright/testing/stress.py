"""Large inputs that may cost a parser much more than their size: chains of pointers as long as pointers reach, and long lists.

    for data, label in stresses(Message, seeds): ...

Promise: a few inputs for each list of the format, made of the smallest seeds that have it: of `SIZES` bytes, all counts and lengths
as they should be.  They come from the declaration and the seeds alone, the same every time; a campaign tries each once, before mutants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from bitwright.schema import spec
from bitwright.struct_ import Struct
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.labels import UNKNOWN, Label
from bitwright.testing.lies.edits import Edit, Lie
from bitwright.testing.lies.marks import origin_of
from bitwright.testing.lies.naming import linked
from bitwright.testing.lies.roles import uses_of
from bitwright.testing.lies.solving import all_solved
from bitwright.wire.names import POINTER_RANGE

SIZES: Final = (8_000, 22_000)  # bytes, about: deep enough for any stack, and beyond the 16 KB that pointers reach
SEEDS: Final = 40  # of the smallest, in which lists are looked for
HOPS: Final = 2_000  # of a chain that is read once
NAMED: Final = 3  # seeds for each list of elements that have names
LARGEST: Final = 2_000  # bytes of a seed


def stresses(message: type[Struct], seeds: Sequence[bytes]) -> Iterator[tuple[bytes, Label]]:
    """The inputs, chains before lists and smaller ones first; each is made when it is asked for."""
    found = list(_lists(message, seeds))
    for tree, array in found:
        yield from _deep(tree, array)
    for tree, array in found:
        yield from _chain(tree, array, SIZES[0])
    for size in SIZES[1:]:
        for tree, array in found:
            yield from _chain(tree, array, size)
    for size in SIZES:
        for tree, array in found:
            yield from _many(tree, array, size)


def _lists(message: type[Struct], seeds: Sequence[bytes]) -> Iterator[tuple[FieldTree, Node]]:
    """Lists that hold something, with the seed: one for each field that is one, and a few where there are names, which lead elsewhere."""
    seen: Counter[tuple[type | None, str | int]] = Counter()
    for data in sorted(dict.fromkeys(seeds), key=lambda data: (len(data), data))[:SEEDS]:
        if len(data) > LARGEST:
            continue
        tree = FieldTree(message, data)
        if not tree.is_valid:
            continue
        for node in tree.root.walk():
            owner = node.owner
            if isinstance(node.content, spec.ArrayType) and node.children and owner is not None:
                key, last = (owner.struct, node.key), node.children[-1]
                most = NAMED if _name_of(last) is not None else 1
                if seen[key] < most and last.begin % 8 == 0 and last.end % 8 == 0 and last.end > last.begin:
                    seen[key] += 1
                    yield tree, node


def _name_of(element: Node) -> Node | None:
    name = next((node for node in element.children if isinstance(node.content, spec.NameType)), None)
    return name if name is not None and name.begin % 8 == 0 else None


def _deep(tree: FieldTree, array: Node) -> Iterator[tuple[bytes, Label]]:
    """A chain in numbers that mean nothing to other fields, and a last element whose name leads to its end: deep, and followed once."""
    element = array.children[-1]
    name, uses = _name_of(element), uses_of(tree)
    if name is None:
        return
    free = [node for node in element.children if node.number is not None and node not in uses and node.begin >= name.end]
    slots = [node.begin // 8 - name.end // 8 + at for node in free for at in range(0, _octets(node) - 1, 2)]
    if not slots:
        return
    origin, end = origin_of(name).begin // 8, element.end // 8
    lead, rest = tree.data[element.begin // 8 : name.begin // 8], tree.data[name.end // 8 : end]
    first = target = name.begin // 8 - origin
    made, count, hops = bytearray(), 0, 0
    while hops < HOPS and end - origin + len(made) + len(lead) + len(rest) + 2 < POINTER_RANGE:
        made += lead + (0xC000 | first).to_bytes(2, "big")
        begin = len(made)
        made += rest
        for slot in slots:
            made[begin + slot : begin + slot + 2] = (0xC000 | target).to_bytes(2, "big")
            target = end + begin + slot - origin
            hops += 1
        count += 1
    made += lead + (0xC000 | target).to_bytes(2, "big") + rest
    label = Label("lie", "pointer-chain", array.path, f"a name that follows {hops + 1:,} pointers", UNKNOWN)
    yield from _grown(tree, array, bytes(made), count + 1, label)


def _octets(node: Node) -> int:
    """Of a number of whole bytes; 0 of another."""
    return 0 if node.begin % 8 or node.end % 8 or isinstance(node.content, spec.VarintType) else (node.end - node.begin) // 8


def _chain(tree: FieldTree, array: Node, size: int) -> Iterator[tuple[bytes, Label]]:
    """The list with more elements, the name of each a pointer to the one before, and from where pointers do not reach on to the last."""
    element = array.children[-1]
    name = _name_of(element)
    if name is None:
        return
    made, count = bytearray(), 0
    for link in linked(tree, element, name):
        if len(tree.data) + len(made) >= size:
            break
        made += link
        count += 1
    detail = f"{count:,} elements, the name of each a pointer to the one before"
    yield from _grown(tree, array, bytes(made), count, Label("lie", "pointer-chain", array.path, detail, UNKNOWN))


def _many(tree: FieldTree, array: Node, size: int) -> Iterator[tuple[bytes, Label]]:
    """The list with so many more of its last element."""
    element = array.children[-1]
    one = tree.data[element.begin // 8 : element.end // 8]
    count = (size - len(tree.data)) // len(one)
    label = Label("value", "many", array.path, f"{count:,} more of the last element", UNKNOWN)
    yield from _grown(tree, array, one * count, count, label)


def _grown(tree: FieldTree, array: Node, new: bytes, count: int, label: Label) -> Iterator[tuple[bytes, Label]]:
    """The seed with that behind the list's last element, where a count and lengths can say so."""
    element = array.children[-1]
    stop = element.end // 8
    for solved in all_solved(tree, uses_of(tree), Lie((Edit(stop, stop, new),), {}, label.detail), element, elements=count):
        yield bytes(solved.apply(tree.data)), label
