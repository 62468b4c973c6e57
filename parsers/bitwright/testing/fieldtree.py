"""A message as a tree of fields: for each its place, its value, how it was declared, and what bounds it.

Promise: whatever the bytes, there is a tree; `tree.is_valid` says whether they are one whole message, and of what is not, the
tree has what was read before the failure.  The message is read once, by the interpreter; the mutator, the generator and the minimiser
work on the tree.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bitwright.codec import as_bytes, codec_of
from bitwright.errors import Finding, ParseError
from bitwright.schema import spec
from bitwright.seeing.observe import Observation, Part, observe
from bitwright.testing.expressions import Scope
from bitwright.testing.numbers import number_at

ROOT_PATH: Final = ""


@dataclasses.dataclass(slots=True, eq=False)
class Node:
    """A field, an element of an array, or the message itself.

    `key` is the field's name, the element's number, or "" of the root.  `field` is its declaration in the class of `owner`, and of an
    element that of its array; the root has none.  `wire` is its type as declared, `content` the same without optional and pointer.
    Bits count from the begin of the data; of what a pointer leads to they are where it lies.  `limit` is where the region ends that it is
    read in, `inner` the one that its children are read in.  `order` is the byte order of a struct, and of what lies in it.
    """

    path: str
    key: str | int
    parent: Node | None
    field: spec.FieldSpec | None
    wire: spec.WireType | None
    begin: int
    end: int
    value: Any
    limit: int
    inner: int
    order: str
    is_complete: bool = True
    children: list[Node] = dataclasses.field(default_factory=list)

    def __repr__(self) -> str:
        """Its path and place."""
        return f"<{self.path or 'message'} at bits {self.begin} to {self.end}>"

    @property
    def content(self) -> spec.WireType | None:
        """The type without the optional or the pointer around it."""
        return None if self.wire is None else spec.pointed(self.wire)

    @property
    def struct(self) -> type | None:
        """The class of its value, if that is a struct."""
        return type(self.value) if hasattr(type(self.value), "__bitwright__") else None

    @property
    def owner(self) -> Node | None:
        """The struct that has the field, or the array that the element is of; None of the root."""
        found = self.parent
        while found is not None and not found.is_struct:
            found = found.parent
        return found

    @property
    def is_struct(self) -> bool:
        """Whether its children are the fields of a struct."""
        return self.parent is None or isinstance(self.content, spec.NestedType | spec.SwitchType)

    @property
    def is_present(self) -> bool:
        """False of an optional field whose condition does not hold."""
        return not (isinstance(self.wire, spec.OptionalType) and self.value is None and self.begin == self.end)

    @property
    def number(self) -> spec.IntType | None:
        """The type of the number that it is, if it is one and there."""
        found = None if self.wire is None or not self.is_present else spec.number_behind(self.wire)
        return found if isinstance(found, spec.IntType) else None

    @property
    def is_leaf(self) -> bool:
        """Whether it has no parts, and is no struct and no list."""
        return not self.children and self.struct is None and not isinstance(self.value, list)

    def child(self, key: str | int) -> Node | None:
        """The field of that name, or the element of that number."""
        return next((node for node in self.children if node.key == key), None)

    def walk(self) -> Iterator[Node]:
        """Itself and everything below it, in the order in which it was read."""
        yield self
        for node in self.children:
            yield from node.walk()

    def upward(self) -> Iterator[Node]:
        """What it lies in, from its parent to the root."""
        found = self.parent
        while found is not None:
            yield found
            found = found.parent


class FieldTree:
    """One message, read.

    `root` is the message; `error` what is wrong with the bytes, None if they are one whole message; `findings` what is wrong but readable.
    """

    def __init__(
        self, message: type, data: Any, *, endian: str | None = None, parameters: Mapping[str, Any] | None = None,
    ) -> None:
        self.message, self.data, self.endian, self.parameters = message, as_bytes(data), endian, dict(parameters or {})
        self.spec = spec.spec_of(message)
        self.order = codec_of(message, "interp")._order(endian)
        seen = observe(message, self.data, endian, self.parameters)
        self.findings: list[Finding] = seen.findings
        self.error: ParseError | None = seen.error
        self.end = seen.end  # bytes
        self._numbers: dict[Node, int] = {}
        self.root = self._root(seen)
        self.nodes: dict[str, Node] = {}
        for node in self.root.walk():
            self.nodes.setdefault(node.path, node)

    @property
    def is_valid(self) -> bool:
        """Whether the bytes are one message and nothing else."""
        return self.error is None and self.end == len(self.data)

    @property
    def value(self) -> Any:
        """The message as an object; None if there was an error."""
        return self.root.value

    def leaves(self) -> Iterator[Node]:
        """The fields and elements that have no parts, in the order in which they were read."""
        return (node for node in self.root.walk() if node.is_leaf and node.wire is not None)

    def __getitem__(self, path: str) -> Node:
        """The node of a path; KeyError if there is none."""
        return self.nodes[path]

    def number(self, node: Node) -> int:
        """The number that a field is, as it lies there; 0 of one that is absent, as expressions see it."""
        known = self._numbers.get(node)
        if known is None:
            wire = node.number
            known = 0 if wire is None else number_at(self.data, node.begin, node.end, wire, self.order_of(node, wire))
            self._numbers[node] = known
        return known

    def order_of(self, node: Node, wire: spec.IntType) -> str:
        """The byte order of a number, "big" or "little"."""
        if wire.order is None or isinstance(wire.order, str):
            return node.order if wire.order in (None, "inherit") else str(wire.order)
        owner = node.owner
        return "little" if owner is not None and Scope(self, owner).value(wire.order) else "big"

    # --- making it ---------------------------------------------------------------------------

    def _root(self, seen: Observation) -> Node:
        size = 8 * len(self.data)
        root = Node(ROOT_PATH, "", None, None, None, 0, 8 * seen.end, seen.value, size, size, self.order, seen.error is None)
        self._fields(root, self.message, seen.parts)
        return root

    def _fields(self, owner: Node, struct: type, parts: list[Part]) -> None:
        """The children of a struct."""
        declared = {field.name: field for field in spec.spec_of(struct).fields}
        above = len(owner.path) + 1 if owner.path else 0
        for part in parts:
            field = declared.get(part.path[above:])
            if field is not None:
                self._add(owner, struct, field.name, field, field.type, part)

    def _add(self, parent: Node, struct: type, key: str | int, field: spec.FieldSpec, wire: spec.WireType, part: Part) -> None:
        end = part.end if part.end is not None else max(part.begin, 8 * self.end)
        limit = self._limit(parent, wire)
        content = spec.pointed(wire)
        size = content.size if isinstance(content, spec.NestedType | spec.ArrayType | spec.SwitchType) else None
        node = Node(
            part.path, key, parent, field, wire, part.begin, end, part.value, limit, limit if size is None else end, parent.order,
            part.end is not None,
        )  # fmt: skip
        parent.children.append(node)
        if isinstance(content, spec.ArrayType):
            for number, element in enumerate(part.parts):
                self._add(node, struct, number, field, content.item, element)
        elif isinstance(content, spec.NestedType | spec.SwitchType):
            made = node.struct or (content.struct if isinstance(content, spec.NestedType) else None)
            if made is not None and (part.value is not None or part.parts):
                node.order = self._order_of(node, content, made)
                self._fields(node, made, part.parts)

    def _limit(self, parent: Node, wire: spec.WireType) -> int:
        """Where the region ends that a field is read in; of what a pointer leads to, the one that the pointer counts in."""
        pointer = spec.pointer_of(wire)
        if pointer is None:
            return parent.inner
        owner = parent if parent.is_struct else parent.owner or parent
        if pointer.direction == "backward":
            return owner.begin
        return (owner if pointer.base == "self" else _origin_of(owner)).inner

    def _order_of(self, node: Node, wire: spec.NestedType | spec.SwitchType, struct: type) -> str:
        """The byte order of a nested struct."""
        own, handed = spec.spec_of(struct).order, wire.order
        if own != "inherit":
            return own
        if isinstance(handed, str):
            return node.order if handed == "inherit" else handed
        if handed is None:
            return node.order
        owner = node.owner
        return "little" if owner is not None and Scope(self, owner).value(handed) else "big"


def _origin_of(node: Node) -> Node:
    """The struct that pointers count from which are in this one."""
    while node.parent is not None:
        if node.struct is not None and spec.spec_of(node.struct).origin:
            return node
        node = node.parent
    return node
