"""The tier "lie": for each rule of a format the sites of a message where it, and nothing else, can be broken.

Promise: of each mutant the expected outcome is worked out from the declaration and the tree of the seed, by `consequences`.  A seed that
is no whole message has no sites.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from bitwright.schema import spec
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.lies import depth, ends, forms, naming, numbers
from bitwright.testing.lies.edits import Lie
from bitwright.testing.lies.marks import Marks
from bitwright.testing.lies.roles import Use, uses_of
from bitwright.testing.lies.site import LieSite

Found = tuple[str, str, Callable[[], Iterable[Lie]]]  # rule, path, lies


def sites(tree: FieldTree) -> Iterator[LieSite]:
    """Every place of a message where a rule can be broken, and the rule."""
    if not tree.is_valid:
        return
    marks = Marks(tree)
    for rule, path, lies in _all(tree):
        yield LieSite(tree, marks, rule, path, lies)


def _all(tree: FieldTree) -> Iterator[Found]:
    yield "trailing", "", lambda: ends.trailing(tree)
    uses = uses_of(tree)
    for node in tree.leaves():
        if node.end > node.begin:
            yield "cut", node.path, lambda node=node: ends.cuts(node)  # type: ignore[misc]  # of this round
        if node.number is not None:
            yield from _of_number(tree, node, uses.get(node, []))
        if node.is_present:
            yield from _of_form(tree, node, uses)
    for outer, inner in depth.nests(tree):
        yield "depth", inner.path, lambda outer=outer, inner=inner: depth.depths(tree, outer, inner)  # type: ignore[misc]  # of this round
    for node in tree.root.walk():
        wire = node.content
        if naming.name_in(node) is not None:
            yield "pointer-chain", node.path, lambda node=node: naming.chains(tree, node, uses)  # type: ignore[misc]  # of this round
        prefix = getattr(wire, "prefix", None)
        if isinstance(prefix, spec.IntType) and node.end > node.begin:
            rule = "count" if isinstance(wire, spec.ArrayType) else "length"
            yield rule, node.path, lambda node=node, prefix=prefix: numbers.prefixes(tree, node, prefix)  # type: ignore[misc]  # the same


def _of_form(tree: FieldTree, node: Node, uses: Mapping[Node, list[Use]]) -> Iterator[Found]:
    """The lies about how a field is written."""
    path, wire = node.path, node.content
    match wire:
        case spec.VarintType():
            yield "varint", path, lambda: forms.varints(tree, node, uses)
        case spec.NameType():
            yield "pointer", path, lambda: naming.pointers(tree, node)
            yield "label", path, lambda: naming.labels(tree, node)
            yield "name-too-long", path, lambda: naming.long_names(tree, node, uses)
        case spec.TextType():
            yield "text", path, lambda: forms.texts(tree, node)
    if isinstance(wire, spec.BytesType | spec.TextType) and wire.terminator is not None:
        mark = wire.terminator
        yield "terminator", path, lambda: forms.terminators(tree, node, mark)
    if forms.has_padding(tree, node):
        yield "padding", path, lambda: forms.padding(tree, node)
    field = node.field
    if field is not None and isinstance(node.key, str) and isinstance(field.fixed, bytes):
        fixed = field.fixed
        yield "const", path, lambda: forms.fixed_bytes(tree, node, fixed)


def _of_number(tree: FieldTree, node: Node, uses: list[Use]) -> Iterator[Found]:
    """The lies that one number can tell."""

    def told(rule: str, values: Iterable[int]) -> Found:
        return rule, node.path, numbers.all_telling(tree, node, values)

    for use in uses:
        match use.role:
            case "size":
                yield told("length", numbers.lengths(tree, node, use))
                negative = [number for number in numbers.below_zero(tree, node, use) if numbers.is_below_zero(tree, node, use, number)]
                if negative:
                    yield told("negative-size", negative)
            case "count":
                yield told("count", numbers.lengths(tree, node, use))
            case "tag":
                yield told("unknown-tag", numbers.tags(tree, node, use))
            case "offset":
                yield told("offset", numbers.offsets(tree, node, use))
            case "check":
                yield told("check", numbers.breaking(tree, node, use))
            case "presence" | "until":
                yield told(use.role, numbers.candidates(node))
    if node.wire is not None and isinstance(node.wire, spec.ChecksumType | spec.OptionalType) and _sum(node.wire):
        yield told("checksum", numbers.flips(tree, node))
    field = node.field
    if field is not None and isinstance(node.key, str):
        if field.reserved:
            yield told("reserved", numbers.candidates(node))
        if field.fixed is not None:
            yield told("const", (*numbers.flips(tree, node), *numbers.candidates(node)))
    unnamed = numbers.unnamed(node)
    if unnamed:
        yield told("enum-unknown", unnamed)


def _sum(wire: spec.WireType) -> bool:
    return isinstance(wire.inner if isinstance(wire, spec.OptionalType) else wire, spec.ChecksumType)
