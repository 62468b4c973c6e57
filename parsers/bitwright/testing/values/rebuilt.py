"""Fields made anew by the generator, lists with other elements: the message is built again, so that what depends on them follows.

Promise: a mutant is what building gave for the changed message; where building refuses, there is no mutant.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, TypeAlias

from bitwright.codec import Codec, codec_of
from bitwright.errors import BuildError
from bitwright.schema import spec
from bitwright.testing.draw import Draw, RandomDraw
from bitwright.testing.expressions import Scope, Unknown
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.generating.frame import Frame, Region, Stuck
from bitwright.testing.generating.maker import Maker, defaults_of
from bitwright.testing.generating.plan import plan_of
from bitwright.testing.labels import ACCEPTED, UNKNOWN, Label, Tier

LARGEST: Final = 600  # bytes that a field may grow to
TRIES: Final = 6
NUMBERS: Final = range(12)  # of the mutants of a site: each costs as much as a message that is built
MOST_ELEMENTS: Final = 64  # of lists that are changed whole
Mutant: TypeAlias = tuple[bytes, Label]


class Workbench:
    """The message with all derived fields open, which each site changes, builds and puts back."""

    def __init__(self, tree: FieldTree) -> None:
        self.tree = tree
        self.codec: Codec = codec_of(tree.message)
        self._message: Any = None
        self.expected = UNKNOWN if _has_bytes_of_two_fields(tree) else ACCEPTED  # what is built may lack one of them, and read otherwise

    @property
    def message(self) -> Any:
        """Made when it is first needed."""
        if self._message is None:
            self._message = self.tree.value.relaxed()
            for node in self.tree.root.walk():
                wire = node.content
                if isinstance(wire, spec.ChecksumType) and wire.prefix is not None and not _parameters(self, node.parent).get(wire.prefix):
                    setattr(self.at(node.parent), str(node.key), node.value)  # there is nothing to compute it from
        return self._message

    def at(self, node: Node | None) -> Any:
        """The object that a node of the tree is."""
        if node is None or node.parent is None:
            return self.message
        around = self.at(node.parent)
        return around[node.key] if isinstance(node.key, int) else getattr(around, node.key)

    def build(self) -> bytes | None:
        """The bytes of the message as it is now; None where it cannot be."""
        try:
            return self.codec.build(self.message, endian=self.tree.endian, **self.tree.parameters)
        except BuildError:
            return None


class RebuiltSite:
    """Other messages that differ from the seed in one field; `change` returns what puts the message back."""

    __slots__ = ("_bench", "_change", "_made", "path", "rule")

    @property
    def tier(self) -> Tier:
        """As of every mutant made here."""
        return "value"

    def __init__(self, bench: Workbench, rule: str, path: str, change: Callable[[Draw], Callable[[], None]]) -> None:
        self._bench, self.rule, self.path, self._change = bench, rule, path, change
        self._made: dict[int, Mutant | None] = {}

    def prepare(self) -> tuple[int, int]:
        """Whether there is a mutant at all."""
        return int(self._numbered(0) is not None), 0

    def mutant(self, draw: Draw) -> tuple[bytes, Label]:
        """One of so many, each of which is made when it is first wanted, from its number alone."""
        found = self._numbered(draw.choice(NUMBERS)) or self._numbered(0)
        if found is None:
            raise ValueError(f"{self.path} has no mutants; prepare() says so")
        return found

    def _numbered(self, number: int) -> Mutant | None:
        if number not in self._made:
            self._made[number] = self._build(RandomDraw(random.Random(f"{self.path} {number}")))  # not for secrets
        return self._made[number]

    def _build(self, draw: Draw) -> Mutant | None:
        for _ in range(TRIES):
            try:
                restore = self._change(draw)
            except Stuck:
                continue
            try:
                data = self._bench.build()
            finally:
                restore()
            if data is not None and data != self._bench.tree.data:
                return data, Label("value", self.rule, self.path, "", self._bench.expected)
        return None


def rebuilt_sites(tree: FieldTree, without: Collection[Node]) -> Iterator[RebuiltSite]:
    """Every field that is given, but for some, and every list."""
    bench = Workbench(tree)
    for node in tree.root.walk():
        if node in without:
            continue
        field, owner = node.field, node.parent
        if field is None or owner is None or not isinstance(node.key, str) or field.hidden or field.auto or field.fixed is not None:
            continue
        if field.reserved or isinstance(node.content, spec.ChecksumType) or not owner.is_complete or _is_in_empty_arm(node):
            continue
        yield RebuiltSite(bench, _rule(node), node.path, _remaking(bench, node, field))
        if isinstance(node.value, list) and isinstance(node.content, spec.ArrayType) and len(node.value) <= MOST_ELEMENTS:
            yield RebuiltSite(bench, "elements", node.path, _other_elements(bench, node, node.content))


def _has_bytes_of_two_fields(tree: FieldTree) -> bool:
    """Whether a pointer leads to bytes that another field is read from as well."""
    pointed = [node for node in tree.root.walk() if node.wire is not None and spec.pointer_of(node.wire) is not None]
    return any(
        leaf.begin < node.end and leaf.end > node.begin and leaf is not node and node not in leaf.upward()
        for node in pointed for leaf in tree.leaves()
    )  # fmt: skip


def _is_in_empty_arm(node: Node) -> bool:
    """Whether the field is there because its union has no bytes: with some, the tag would choose."""
    unions = (above for above in node.upward() if isinstance(above.content, spec.SwitchType) and above.content.empty is not None)
    return any(above.begin == above.end for above in unions)


def _rule(node: Node) -> str:
    if isinstance(node.wire, spec.OptionalType):
        return "presence"
    match node.content:
        case spec.IntType():
            return "number"
        case spec.TextType():
            return "text"
        case spec.NameType():
            return "name"
        case spec.ArrayType():
            return "list"
        case spec.SwitchType():
            return "arm"
        case spec.NestedType():
            return "struct"
    return "bytes"


# --- changes ----------------------------------------------------------------------------------


def _remaking(bench: Workbench, node: Node, field: spec.FieldSpec) -> Callable[[Draw], Callable[[], None]]:
    """The field again, with the other fields of its struct as they are."""
    around = node.parent
    assert around is not None

    def change(draw: Draw) -> Callable[[], None]:
        owner = bench.at(around)
        frame = frame_of(bench, around, owner, field.name)
        maker = Maker(draw)
        maker.blocks.append([])
        maker.field(frame, field, Region(LARGEST), 0)
        maker.settle(frame)
        if isinstance(field.type, spec.OptionalType):
            frame.given.setdefault(field.name, None)  # what was there is not any more
        before = {name: getattr(owner, name) for name in frame.given}
        for name, value in frame.given.items():
            setattr(owner, name, value)

        def restore() -> None:
            for name, value in before.items():
                setattr(owner, name, value)

        return restore

    return change


def frame_of(bench: Workbench, node: Node, value: Any, without: str) -> Frame:
    """A struct that is there, as the generator sees it while it makes one more field of it: what is derived is open."""
    struct: type = type(value)
    made = spec.spec_of(struct)
    frame = Frame(plan_of(struct), {**defaults_of(made), **_parameters(bench, node)}, 0)
    for field in made.fields:
        if isinstance(field.type, spec.CheckType):
            frame.terms.append((field.type.condition, 1))
        elif field.name != without and not field.hidden:
            _enter(bench, frame, node, field, getattr(value, field.name))
    return frame


def _enter(bench: Workbench, frame: Frame, node: Node, field: spec.FieldSpec, value: Any) -> None:
    """One field that is there: its number, its own fields, and whether its condition holds."""
    wire, optional = spec.number_behind(field.type), isinstance(field.type, spec.OptionalType)
    if isinstance(field.type, spec.OptionalType) and not field.type.at_end and (value is not None or not _fills_itself(field)):
        frame.terms.append((field.type.condition, int(value is not None)))
    if isinstance(wire, spec.IntType):
        if value is None and field.auto and not optional:
            frame.pending[field.name] = wire
        elif value is not None or optional:
            frame.values[field.name] = value
    elif isinstance(wire, spec.NestedType) and value is not None:
        child = node.child(field.name)
        if child is not None:
            frame.children[field.name] = frame_of(bench, child, value, "")


def _fills_itself(field: spec.FieldSpec) -> bool:
    """Whether an optional field may be there though it has no value."""
    wire = field.type.inner if isinstance(field.type, spec.OptionalType) else field.type
    return field.auto or field.reserved or field.fixed is not None or isinstance(wire, spec.ChecksumType)


def _parameters(bench: Workbench, node: Node | None) -> dict[str, Any]:
    """What the seed's struct was given from outside."""
    if node is None or node.struct is None:
        return {}
    found = {}
    for name in spec.spec_of(node.struct).params:
        try:
            found[name] = Scope(bench.tree, node).parameter(name)
        except Unknown:
            continue
    return found


def _other_elements(bench: Workbench, node: Node, wire: spec.ArrayType) -> Callable[[Draw], Callable[[], None]]:
    """The list with an element more, less, twice, elsewhere, or another."""
    around = node.parent
    assert around is not None

    def change(draw: Draw) -> Callable[[], None]:
        values: list[Any] = bench.at(node)
        before = list(values)
        kind = draw.choice(("insert", "remove", "repeat", "exchange", "move") if before else ("insert",))
        last = len(before) - 1
        at = draw.integer(0, last) if before else 0
        if kind in ("insert", "exchange"):
            frame = frame_of(bench, around, bench.at(around), str(node.key))
            maker = Maker(draw, f"{frame.spec.name}.{node.key}")
            maker.blocks.append([])
            made = maker.value(frame, None, wire.item, Region(LARGEST)).value
            values[at : at + (kind == "exchange")] = [made]
        elif kind == "remove":
            del values[at]
        elif kind == "repeat":
            values.insert(at, values[at])
        else:
            values.insert(draw.integer(0, last), values.pop(at))

        def restore() -> None:
            values[:] = before

        return restore

    return change
