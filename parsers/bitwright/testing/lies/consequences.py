"""What comes of a message in which something was changed: the tree of the seed is gone through again, field by field, as it was declared.

Promise: the outcome follows from the declaration, the seed's fields and the change; no engine reads the mutant.  Fields stay where the
seed's are, moved by what was inserted before them; where a change makes other bytes be read as a field, the answer is
`Unknown`, except for what `fresh` can tell of the bytes there.
"""

from __future__ import annotations

from bitwright.lower.expressions import expanded, refs_of
from bitwright.schema import measure, spec
from bitwright.schema.expr import Node as Expr
from bitwright.testing.expressions import Scope, Unknown
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.labels import ACCEPTED, UNKNOWN, Expected
from bitwright.testing.lies.edits import Lie
from bitwright.testing.lies.failing import Failure, below
from bitwright.testing.lies.fresh import fresh
from bitwright.testing.lies.lists import Lists
from bitwright.testing.lies.marks import Marks, origin_of
from bitwright.testing.lies.sums import Sum, solve


def consequence(tree: FieldTree, marks: Marks, lie: Lie) -> tuple[bytes, Expected]:
    """The mutant, with checksums solved again where they are not what is changed, and what is expected of it."""
    data = lie.apply(tree.data)
    walk, found = _walked(tree, marks, lie, data)
    before = bytes(data)
    wrong = solve(walk.sums if found is None else [*walk.sums, *_other_sums(tree, marks, lie, walk)], data, lie.reads)
    if lie.certain is None and data != before and _walked(tree, marks, lie, data)[1] != found:
        return bytes(data), UNKNOWN  # something else is read from the bytes of a checksum too
    if found is not None:
        return bytes(data), found
    findings = sorted([*walk.findings, *wrong], key=lambda one: one[0])
    if marks.findings:
        return bytes(data), UNKNOWN  # which of several findings is left, and is met first, is not worked out
    if not findings:
        return bytes(data), ACCEPTED
    return bytes(data), Expected(accepts=True, code=findings[0][1], path=findings[0][2])


def _walked(tree: FieldTree, marks: Marks, lie: Lie, data: bytearray) -> tuple[Walk, Expected | None]:
    """How far the mutant is read, and what comes of it; None of a whole message."""
    walk = Walk(tree, marks, lie, data)
    try:
        if lie.certain is None:
            walk.message()
    except Failure as failure:
        return walk, Expected(accepts=False, code=failure.code, path=failure.path)
    except Unknown:
        return walk, UNKNOWN
    return walk, lie.certain


def _other_sums(tree: FieldTree, marks: Marks, lie: Lie, walk: Walk) -> list[Sum]:
    """Where reading fails, the checksums that it does not come to, as far as nothing moved: other parsers may look at them first."""
    if any(edit.growth for edit in lie.edits):
        return []
    if marks.sums is None:
        seed = Walk(tree, marks, Lie(), bytearray(tree.data))
        seed.whole = True
        try:
            seed.message()
            marks.sums = seed.sums
        except (Failure, Unknown):
            marks.sums = []
    return [one for one in marks.sums if one.node.owner not in walk.done and one.node not in lie.reads]


class Walk(Lists):
    """One time through the tree.  Places are bits of the mutant."""

    def __init__(self, tree: FieldTree, marks: Marks, lie: Lie, data: bytearray) -> None:
        super().__init__(tree, marks, lie, data)
        self.sums: list[Sum] = []
        self.whole = False  # whether every field is looked at
        self.done: set[Node] = set()  # structs that were read to their end
        self.starts: dict[Node, int] = {}
        self.limits: dict[Node, int] = {}
        self.furthest: dict[Node, int] = {}
        self.grows = any(edit.growth for edit in lie.edits)
        self.touched = {above for node in (*lie.reads, *self.astray) for above in (node, *node.upward())}

    def starts_of(self, owner: Node) -> int:
        """Where a struct begins."""
        return self.starts[owner]

    def message(self) -> None:
        """The whole message; Failure, or Unknown, where it is none."""
        size = 8 * len(self.data)
        if self.struct(self.tree.root, 0, size) != size:
            raise Failure("unconsumed", "")

    # --- structs -----------------------------------------------------------------------------

    def struct(self, node: Node, pos: int, limit: int) -> int:
        """The fields of a struct, from `pos` on; the place behind them."""
        made = spec.spec_of(node.struct) if node.struct is not None else None
        if made is None or not node.is_complete:
            raise Unknown(node.path)
        self.starts[node], self.limits[node] = pos, limit
        children = iter(node.children)
        begins: dict[str, int] = {}
        ends: dict[str, int] = {}
        for field in made.fields:
            if isinstance(field.type, spec.CheckType):
                self._check(node, made, field.type)
                continue
            child = next(children, None)
            if child is None or child.key != field.name:
                raise Unknown(node.path)
            begins[field.name] = pos
            pos = self.field(child, pos, limit)
            ends[field.name] = pos
        if node in self.furthest:
            pos = min(max(pos, self.furthest[node]), limit)
        for field, wire in made.sums:
            self._sum(node, field, wire, begins, ends, pos)
        self.done.add(node)
        return pos

    def _check(self, node: Node, made: spec.StructSpec, wire: spec.CheckType) -> None:
        if self.changed and not self.value(node, wire.condition):
            raise Failure("check", below(node.path, last_read(made, wire.condition)))

    def _sum(
        self, node: Node, field: spec.FieldSpec, wire: spec.ChecksumType, begins: dict[str, int], ends: dict[str, int], end: int,
    ) -> None:  # fmt: skip
        child = node.child(field.name)
        if child is None or not child.is_present:
            return
        prefix = b""
        if wire.prefix is not None:
            prefix = Scope(self.tree, node).parameter(wire.prefix)
            if not prefix:
                return
        start = self.starts[node] // 8
        over = wire.over
        if over is None:
            span = start, end // 8
        elif isinstance(over, spec.FieldSpan):
            span = begins[over.first] // 8, ends[over.last] // 8
        elif isinstance(over, tuple):
            span = start + max(self.value(node, over[0]), 0), start + max(self.value(node, over[1]), 0)
        else:
            span = start, start + max(self.value(node, over), 0)
        self.order += 1
        self.sums.append(Sum(child, wire, begins[field.name] // 8, *span, prefix, self.order, self.tree.order_of(child, wire.inner)))

    # --- fields ------------------------------------------------------------------------------

    def field(self, node: Node, pos: int, limit: int) -> int:
        """One field, or one element; the place behind it."""
        self.order += 1
        size = node.end - node.begin
        if not self.whole and self._is_untouched(node, pos, limit):
            return pos + size
        wire = node.wire
        if isinstance(wire, spec.OptionalType):
            present = self.value(node.owner, wire.condition, (limit - pos) // 8)
            if not present:
                if node.number is not None:
                    self.changed[node] = 0  # as expressions see it
                return pos
            if not node.is_present:
                after = fresh(self, wire.inner, node.path, pos, limit)
                if node.field is not None and isinstance(node.key, str) and (node.field.fixed is not None or node.field.reserved):
                    raise Unknown(node.path)  # whether what is there now is what it has to be
                return after
            wire = wire.inner
        if isinstance(wire, spec.AtType):
            self._pointed(node, wire, pos)
            return pos
        assert wire is not None
        after = self.read(node, wire, pos, limit)
        self.constraints(node, after)
        return after

    def _is_untouched(self, node: Node, pos: int, limit: int) -> bool:
        """Whether a field reads as in the seed, so that nobody need look."""
        if isinstance(node.wire, spec.AlignType) and self.grows:
            return False  # it may be another gap now
        if node in self.touched or self.marks.has_pointer(node) or pos != self.place(node.begin):
            return False
        if pos + (node.end - node.begin) > limit or self.place_end(node) != pos + node.end - node.begin:
            return False
        if self.marks.is_open(node) and limit - pos != node.limit - node.begin:
            return False
        return not self.changed or not any(self.differs(node.owner, expr) for expr in self.marks.expressions(node))

    def _pointed(self, node: Node, wire: spec.AtType, pos: int) -> None:
        owner = node.owner
        assert owner is not None
        base = owner if wire.base == "self" else origin_of(owner)
        start, end = self.starts[base], self.limits[base]
        offset = self.value(owner, wire.offset) + ((pos - start) // 8 if wire.base == "here" else 0)
        target = start + 8 * offset
        if not start <= target <= end:
            raise Failure("bad-offset", node.path)
        if wire.direction == "backward":
            if target >= self.starts[owner]:
                raise Failure("bad-direction", node.path)
            end = self.starts[owner]
        elif wire.direction == "forward":
            made = spec.spec_of(owner.struct) if owner.struct is not None else self.tree.spec
            least = pos
            if sum(measure.size_of(f.type).fewest for f in made.fields[: made.fields.index(node.field)]) < 8:
                least = max(pos, self.starts[owner] + 8)
            if target < least:
                raise Failure("bad-direction", node.path)
        after = self.read(node, wire.inner, target, end)
        if node not in self.touched and self.data[target // 8 : after // 8] != self.tree.data[node.begin // 8 : node.end // 8]:
            raise Unknown(node.path)  # another field lies there too, which is what was changed
        self.furthest[base] = max(self.furthest.get(base, start), after)
        self.constraints(node, after)

    def read(self, node: Node, wire: spec.WireType, pos: int, limit: int) -> int:
        """What a field holds, without the optional and the pointer around it."""
        match wire:
            case spec.NestedType():
                return self._nested(node, wire, pos, limit)
            case spec.SwitchType():
                return self._switch(node, wire, pos, limit)
            case spec.ArrayType():
                return self.array(node, wire, pos, limit)
        return self.content(node, wire, pos, limit)

    # --- what holds others -------------------------------------------------------------------

    def _same_order(self, node: Node, order: Expr | str | None) -> None:
        if self.changed and order is not None and not isinstance(order, str) and self.differs(node.owner, order):
            raise Unknown(node.path)

    def _nested(self, node: Node, wire: spec.NestedType, pos: int, limit: int) -> int:
        region = None if wire.size is None else self.region(node, wire.size, pos, limit)
        self._same_order(node, wire.order)
        after = self.struct(node, pos, limit if region is None else region)
        return after if region is None else self._left(node, after, region)

    @staticmethod
    def _left(node: Node, after: int, region: int) -> int:
        if after != region:
            raise Failure("unconsumed", node.path)
        return region

    def _switch(self, node: Node, wire: spec.SwitchType, pos: int, limit: int) -> int:
        key = self.value(node.owner, wire.on)
        region = None if wire.size is None else self.region(node, wire.size, pos, limit)
        self._same_order(node, wire.order)
        before, order = len(self.findings), self.order
        try:
            return self._arm(node, wire, key, pos, limit, region)
        except Failure:
            if wire.malformed is None or region is None:
                raise
        del self.findings[before:]
        self.sums = [one for one in self.sums if one.order <= order]
        after = fresh(self, spec.NestedType(wire.malformed), node.path, pos, region)
        self.findings.append((self.order, "malformed", node.path))
        return self._left(node, after, region)

    def _arm(self, node: Node, wire: spec.SwitchType, key: int, pos: int, limit: int, region: int | None) -> int:
        cases = wire.union.cases
        if wire.empty is not None and region == pos:
            arm = cases.get(key)
            if arm is None or measure.size_of_struct(arm).fewest:
                arm = wire.empty
        else:
            arm = cases.get(key, wire.default)
        if arm is None:
            raise Failure("unknown-tag", node.path)
        end = limit if region is None else region
        if arm is node.struct and pos == self.place(node.begin):
            after = self.struct(node, pos, end)
        else:
            after = fresh(self, spec.NestedType(arm), node.path, pos, end)
        return after if region is None else self._left(node, after, region)


def last_read(made: spec.StructSpec, condition: Expr) -> str:
    """The last field that a condition reads: where its failure is said to be; "" of one that reads none."""
    read = {ref.partition(".")[0] for ref in refs_of(expanded(condition, made))}
    return next((field.name for field in reversed(made.fields) if field.name in read), "")
