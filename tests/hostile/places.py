"""Where something of one kind lies in a message, and the message with another number there."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from bitwright.schema import spec
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.numbers import bounds_of, patched_number
from tests.hostile.messages import Sample


@functools.cache
def tree_of(sample: Sample) -> FieldTree:
    """The message, read; it is a whole one."""
    tree = FieldTree(sample.struct, sample.data)
    assert tree.is_valid, (sample, tree.error)
    return tree


def numbers(sample: Sample) -> Iterator[tuple[Node, spec.IntType]]:
    """Every number of fixed size."""
    for node in tree_of(sample).root.walk():
        wire = node.number
        if wire is not None and not isinstance(wire, spec.VarintType):
            yield node, wire


def derived_numbers(sample: Sample) -> Iterator[tuple[Node, spec.IntType]]:
    """Lengths, counts, tags and offsets: the numbers that building works out."""
    return ((node, wire) for node, wire in numbers(sample) if node.field is not None and node.field.auto)


def lies(number: int, rest: int, wire: spec.IntType) -> list[int]:
    """What such a number may say instead: none, one, more or less by one, all that is there and one more, and each power of two."""
    least, most = bounds_of(wire)
    powers = {(1 << bits) - step for bits in range(1, wire.width + 1) for step in (0, 1, 2)}
    wanted = {0, 1, number - 1, number + 1, rest, rest + 1, least, most, *powers} - {number}
    return sorted(value for value in wanted if least <= value <= most)


def with_number(sample: Sample, node: Node, wire: spec.IntType, number: int) -> bytes:
    """The message with that number in its place and every other bit as it was."""
    data = sample.data
    first, written = patched_number(data, node.begin, wire, tree_of(sample).order_of(node, wire), number)
    return data[:first] + written + data[first + len(written) :]
