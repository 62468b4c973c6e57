"""Checksums of a mutant: those that cover what was changed are solved again, those that are what was changed are findings.

Promise: after `solve`, every checksum that a correct parser looks at fits its bytes, except where a finding says that it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bitwright.schema import spec
from bitwright.testing.fieldtree import Node
from bitwright.testing.lies.edits import Reading
from bitwright.testing.numbers import number_at, patched_number


class Sum(NamedTuple):
    """One checksum of a mutant: where it lies, and the bytes that it covers.  `order` is its turn among what is read."""

    node: Node
    wire: spec.ChecksumType
    at: int
    begin: int
    stop: int
    prefix: bytes
    order: int
    byte_order: str


def solve(sums: Sequence[Sum], data: bytearray, reads: Mapping[Node, Reading]) -> list[tuple[int, str, str]]:
    """Write what fits; the findings of those that were changed and do not.  The order is that of reading: what is covered comes first."""
    wrong = []
    for one in sums:
        inner = one.wire.inner
        size = inner.width // 8
        if one.at + size > len(data) or one.stop > len(data):
            continue
        value = number_at(data, 8 * one.at, 8 * (one.at + size), inner, one.byte_order)
        if one.wire.zero_is_absent and not value:
            continue
        found = fitting(one, data)
        if found == value:
            continue
        if one.node in reads:
            wrong.append((one.order, "checksum", one.node.path))
            continue
        at, new = patched_number(bytes(data), 8 * one.at, inner, one.byte_order, found)
        data[at : at + len(new)] = new
    return wrong


def fitting(one: Sum, data: bytes | bytearray) -> int:
    """What the checksum must be."""
    size = one.wire.inner.width // 8
    covered = bytes(data[one.begin : max(one.begin, one.stop)])
    begin, end = max(one.at - one.begin, 0), min(max(one.at - one.begin + size, 0), len(covered))
    if begin < end:
        covered = covered[:begin] + one.wire.own * (end - begin) + covered[end:]
    found = int(one.wire.algorithm(one.prefix + covered)) & (1 << one.wire.inner.width) - 1
    return (1 << one.wire.inner.width) - 1 if one.wire.zero_is_absent and not found else found
