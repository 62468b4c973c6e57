"""How fields without parts read after a change: numbers, bytes, text, names, padding.

Promise: as in `consequences`; what is looked at of the mutant's bytes are those that the declaration says belong to the field.
"""

from __future__ import annotations

from bitwright.enums import OpenEnum
from bitwright.errors import Fault
from bitwright.schema import spec
from bitwright.schema.expr import Const
from bitwright.schema.expr import Node as Expr
from bitwright.testing.expressions import Scope, Unknown
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.lies.edits import Lie
from bitwright.testing.lies.failing import Failure
from bitwright.testing.lies.marks import Marks, origin_of
from bitwright.testing.lies.names import name_end
from bitwright.testing.numbers import number_at
from bitwright.wire.areas import content_end
from bitwright.wire.varints import most_bytes, size_of_varint


class Content:
    """What is known while the tree is gone through: `changed` numbers, findings with their turn, names led astray."""

    def __init__(self, tree: FieldTree, marks: Marks, lie: Lie, data: bytearray) -> None:
        self.tree, self.marks, self.lie, self.data = tree, marks, lie, data
        self.reads = lie.reads
        self.changed = {node: reading.number for node, reading in lie.reads.items() if reading.number is not None}
        self.findings: list[tuple[int, str, str]] = []
        self.order = 0  # of what is read
        self.astray = {node for edit in lie.edits for node in marks.led_to(edit) if node not in lie.reads}

    # --- places and numbers ------------------------------------------------------------------

    def place(self, bit: int) -> int:
        """Where a bit of the seed lies now."""
        return bit + 8 * sum(edit.growth for edit in self.lie.edits if 8 * edit.end <= bit)

    def place_end(self, node: Node) -> int:
        """Where a field of the seed ends now."""
        return self.place(node.end)

    def value(self, owner: Node | None, expr: Expr, rest: int | None = None) -> int:
        """An expression of a struct, with what was changed."""
        assert owner is not None
        return Scope(self.tree, owner, self.changed).value(expr, rest)

    def differs(self, owner: Node | None, expr: Expr) -> bool:
        """Whether an expression has, or may have, another value than in the seed."""
        assert owner is not None
        try:
            return self.value(owner, expr) != Scope(self.tree, owner).value(expr)
        except Unknown:
            return True

    def region(self, node: Node, size: Expr, pos: int, limit: int) -> int:
        """The end of a region of so many bytes."""
        amount = self.value(node.owner, size, (limit - pos) // 8)
        if amount < 0:
            raise Failure("negative-size", node.path)
        if pos + 8 * amount > limit:
            raise Failure("truncated", node.path)
        return pos + 8 * amount

    def prefix(self, node: Node, wire: spec.IntType, pos: int, limit: int) -> tuple[int, int]:
        """A number that lies before the content that it is about, and where it ends; its reading may say that it fails."""
        if pos != self.place(node.begin):
            raise Unknown(node.path)
        return self.number_here(node.path, wire, pos, limit, self.tree.order_of(node, wire))

    def number_here(self, path: str, wire: spec.IntType, pos: int, limit: int, order: str) -> tuple[int, int]:
        """A number of the mutant."""
        if isinstance(wire, spec.VarintType):
            base = pos // 8
            stop = self._varint_end(path, wire, base, limit // 8)
            try:
                number = number_at(bytes(self.data[base:stop]), 0, 8 * (stop - base), wire, order)
            except Fault as fault:
                raise Failure(fault.code, path) from None
            if stop - base != size_of_varint(number, wire.coding):
                self.findings.append((self.order, "non-minimal", path))
            return number, 8 * stop
        if pos // 8 * 8 + (pos % 8 + wire.width + 7) // 8 * 8 > limit:
            raise Failure("truncated", path)
        return number_at(self.data, pos, pos + wire.width, wire, order), pos + wire.width

    def _varint_end(self, path: str, wire: spec.VarintType, base: int, end: int) -> int:
        """Where a number of variable size ends; what is not in a usual form is not known here."""
        if base >= end:
            raise Failure("truncated", path)
        first = self.data[base]
        if wire.coding == "quic":
            stop = base + (1 << (first >> 6))
        elif wire.coding == "der":
            stop = base + 1 + (first & 0x7F if first >= 0x80 else 0)
        else:
            most = base + most_bytes(wire.coding, wire.width)
            stop = next((at + 1 for at in range(base, min(end, most)) if self.data[at] < 0x80), 0)
            if not stop:
                raise Failure("varint" if most <= end else "truncated", path)
        if stop - base > most_bytes(wire.coding, wire.width) or (first == 0x80 and wire.coding == "der"):
            raise Failure("varint", path)
        if stop > end:
            raise Failure("truncated", path)
        return stop

    def constraints(self, node: Node, after: int) -> None:
        """What the declaration says of the value besides its type."""
        field = node.field
        if field is None or not isinstance(node.key, str):
            return
        if isinstance(field.fixed, bytes):
            begin = after // 8 - len(field.fixed)
            if self.data[begin : begin + len(field.fixed)] != field.fixed:
                raise Failure("const", node.path)
            return
        if node.number is None:
            return
        number = self.changed[node] if node in self.changed else self.tree.number(node)
        if field.fixed is not None and number != self.value(node.owner, field.fixed):
            raise Failure("const", node.path)
        if field.reserved and number:
            self.findings.append((self.order, "reserved-bits", node.path))

    # --- by type -----------------------------------------------------------------------------

    def content(self, node: Node, wire: spec.WireType, pos: int, limit: int) -> int:
        """What a field holds that has no parts."""
        if pos != self.place(node.begin):
            raise Unknown(node.path)
        reading = self.reads.get(node)
        if isinstance(wire, spec.NameType):
            return 8 * name_end(self.data, pos // 8, limit // 8, self.starts_of(origin_of(node)) // 8, node.path)
        if reading is not None and reading.fails:
            raise Failure(reading.fails, node.path)
        size = node.end - node.begin if reading is None or reading.bits is None else reading.bits
        after = self._after(node, wire, pos, size, limit)
        if reading is not None and reading.finds:
            self.findings.append((self.order, reading.finds, node.path))
        return after

    def _after(self, node: Node, wire: spec.WireType, pos: int, size: int, limit: int) -> int:
        match wire:
            case spec.BytesType() | spec.TextType():
                return self._bytes(node, wire, pos, size, limit)
            case spec.BitsType(size=bits) if not isinstance(bits, Const):
                amount = self.value(node.owner, bits, (limit - pos) // 8)
                if amount < 0:
                    raise Failure("negative-size", node.path)
                after = pos + (amount + 7) // 8 * 8
                if after > limit:
                    raise Failure("truncated", node.path)
                if after - pos != size:
                    raise Unknown(node.path)  # of the bits behind it
                return after
            case spec.AlignType(multiple):
                assert node.owner is not None
                size = 8 * (-((pos - self.starts_of(node.owner)) // 8) % multiple)
            case spec.VarintType() if node in self.reads:
                return self.number_here(node.path, wire, pos, limit, "big")[1]
            case spec.IntType() if node in self.changed:
                self._named(node, wire, self.changed[node])
            case spec.ChecksumType(inner) if node in self.changed:
                self._named(node, inner, self.changed[node])
        if -(-(pos + size) // 8) * 8 > limit:
            raise Failure("truncated", node.path)
        return pos + size

    def starts_of(self, owner: Node) -> int:
        """Where a struct begins."""
        return self.place(owner.begin)

    def _named(self, node: Node, wire: spec.IntType, number: int) -> None:
        if wire.enum is not None and not issubclass(wire.enum, OpenEnum) and number not in wire.enum._value2member_map_:
            self.findings.append((self.order, "enum-unknown", node.path))

    def _bytes(self, node: Node, wire: spec.BytesType | spec.TextType, pos: int, size: int, limit: int) -> int:
        begin, stop, after = self._extent(node, wire, pos, size, limit)
        if isinstance(wire, spec.CodedType):
            if node in self.reads or after - pos != node.end - node.begin:
                raise Unknown(node.path)  # only the codec knows
        elif isinstance(wire, spec.TextType):
            try:
                bytes(self.data[begin // 8 : stop // 8]).decode(wire.encoding)
            except UnicodeError:
                raise Failure("bad-text", node.path) from None
        return after

    def _extent(self, node: Node, wire: spec.BytesType | spec.TextType, pos: int, size: int, limit: int) -> tuple[int, int, int]:
        """Where the content begins and ends, and where the field does."""
        if isinstance(wire, spec.CodedType) and wire.unsized:
            if limit - pos != node.limit - node.begin:
                raise Unknown(node.path)
            return pos, pos + size, pos + size
        if wire.prefix is not None:
            length, begin = self.prefix(node, wire.prefix, pos, limit)
            if length < 0:
                raise Failure("negative-size", node.path)
            if begin + 8 * length > limit:
                raise Failure("truncated", node.path)
            return begin, begin + 8 * length, begin + 8 * length
        if wire.pad is not None and wire.size is not None:
            end = self.region(node, wire.size, pos, limit)
            found = content_end(bytes(self.data), pos // 8, end // 8, wire.pad, wire.terminator, wire.unit)
            if found < 0:
                raise Failure("no-terminator", node.path)
            return pos, 8 * found, end
        if wire.terminator is not None:
            found = content_end(bytes(self.data), pos // 8, limit // 8, b"", wire.terminator, wire.unit)
            if found < 0:
                raise Failure("no-terminator", node.path)
            return pos, 8 * found, 8 * (found + len(wire.terminator))
        if wire.size is None:
            return pos, limit, limit
        stop = self.region(node, wire.size, pos, limit)
        return pos, stop, stop
