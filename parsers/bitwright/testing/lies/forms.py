"""Lies of how a value is written: variable sizes, encodings, terminators, padding, fixed bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bitwright.schema import spec
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.lies.edits import SAME, Edit, Lie, Reading
from bitwright.testing.lies.roles import Use
from bitwright.testing.lies.solving import all_solved
from bitwright.testing.numbers import patched_number
from bitwright.wire.varints import most_bytes

NO_TEXT = (b"\xff", b"\x80", b"\xc0", b"\xf8", b"\xed\xa0\x80", b"\x00\xd8", b"\xd8\x00", b"\xff\xff\xff\xff")


def longer_forms(written: bytes, coding: str) -> Iterator[bytes]:
    """The same number in more bytes than it needs."""
    if coding == "quic":
        size = len(written)
        number = int.from_bytes(written, "big") & (1 << 8 * size - 2) - 1
        for more in (2, 4, 8):
            if more > size:
                yield (number | (more.bit_length() - 1) << 8 * more - 2).to_bytes(more, "big")
    elif coding == "der":
        digits = written if written[0] < 0x80 else written[1:]
        for zeros in (0, 1, 2):
            longer = bytes(zeros) + digits
            if len(longer) + 1 > len(written):
                yield bytes([0x80 | len(longer)]) + longer
    elif coding == "vlq":
        for more in (1, 2):
            yield b"\x80" * more + written
    else:
        below_zero = coding == "sleb128" and written[-1] & 0x40
        for more in (1, 2):
            fill = b"\xff" * (more - 1) + b"\x7f" if below_zero else b"\x80" * (more - 1) + b"\0"
            yield written[:-1] + bytes([written[-1] | 0x80]) + fill


def too_long_forms(coding: str, bits: int) -> Iterator[bytes]:
    """More bytes than any number of the type takes."""
    most = most_bytes(coding, bits)
    if coding == "quic":
        if most < 8:
            yield b"\xff" * 8
    elif coding == "der":
        yield bytes([0x80 | most]) + b"\1" * most
        yield b"\xff" + b"\1" * 127
        yield b"\x80"
    else:
        yield b"\x80" * most + b"\1"
        yield b"\xff" * (most + 1) + b"\0"
        yield b"\xff" * 64 + b"\x7f"


def varints(tree: FieldTree, node: Node, uses: Mapping[Node, list[Use]]) -> Iterator[Lie]:
    """A number of variable size in too many bytes, or in more than it needs."""
    wire = node.number
    if not isinstance(wire, spec.VarintType):
        return
    begin, end, number = node.begin // 8, node.end // 8, tree.number(node)
    for new in longer_forms(tree.data[begin:end], wire.coding):
        lie = Lie((Edit(begin, end, new),), {node: Reading(number, 8 * len(new))}, f"{len(new)} bytes for {number}")
        yield from all_solved(tree, uses, lie, node)
    for new in too_long_forms(wire.coding, wire.width):
        lie = Lie((Edit(begin, end, new),), {node: Reading(bits=8 * len(new))}, f"{len(new)} bytes")
        yield from all_solved(tree, uses, lie, node)


def texts(tree: FieldTree, node: Node) -> Iterator[Lie]:
    """Bytes that the encoding does not have."""
    begin, end = node.begin // 8, node.end // 8
    for bad in NO_TEXT:
        for at in sorted({begin, begin + 1, (begin + end) // 2, end - len(bad)}):
            if begin <= at <= end - len(bad):
                yield Lie((Edit(at, at + len(bad), bad),), {node: SAME}, f"{bad.hex()} at byte {at}")


def terminators(tree: FieldTree, node: Node, mark: bytes) -> Iterator[Lie]:
    """Another byte where the terminator stands."""
    at = tree.data.rfind(mark, node.begin // 8, node.end // 8)
    if at >= 0:
        for other in (b"x", b"\xfe"):
            if other not in mark:
                yield Lie((Edit(at, at + len(mark), other * len(mark)),), {node: SAME}, f"no terminator at byte {at}")


def has_padding(tree: FieldTree, node: Node) -> bool:
    """Whether `padding` has something to say."""
    wire = node.content
    if isinstance(wire, spec.BytesType | spec.TextType):
        return next(padding(tree, node), None) is not None
    return isinstance(wire, spec.PadType | spec.AlignType) and node.end > node.begin


def padding(tree: FieldTree, node: Node) -> Iterator[Lie]:
    """Padding that is not zero."""
    match node.content:
        case spec.PadType(width, bit_order):
            places = {0, width // 2, width - 1}
            for bit in sorted(place for place in places if place >= 0):
                one = spec.IntType(1, bit_order=bit_order)
                at, new = patched_number(tree.data, node.begin + bit, one, "big", 1)
                yield Lie((Edit(at, at + 1, new),), {node: Reading(finds="padding")}, f"bit {bit} is set")
        case spec.AlignType():
            for at in range(node.begin // 8, node.end // 8):
                yield Lie((Edit(at, at + 1, b"\1"),), {node: Reading(finds="padding")}, f"byte {at} is 1")
        case spec.BytesType(pad=pad, terminator=mark) | spec.TextType(pad=pad, terminator=mark) if pad is not None and mark is not None:
            at = tree.data.find(mark, node.begin // 8, node.end // 8) + len(mark)
            if at < node.end // 8:
                new = bytes([tree.data[node.end // 8 - 1] ^ 0x41])
                yield Lie((Edit(node.end // 8 - 1, node.end // 8, new),), {node: Reading(finds="padding")}, "behind the terminator")


def fixed_bytes(tree: FieldTree, node: Node, fixed: bytes) -> Iterator[Lie]:
    """A byte of a magic number that is another."""
    begin = node.end // 8 - len(fixed)
    for at in range(begin, begin + len(fixed)):
        for flip in (1, 0x20, 0x80, 0xFF):
            yield Lie((Edit(at, at + 1, bytes([tree.data[at] ^ flip])),), {node: SAME}, f"byte {at} is another")
