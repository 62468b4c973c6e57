"""Rules about sizes, counts, conditions and numbers."""

from __future__ import annotations

from collections.abc import Iterator

from bitwright.lint.advice import Remark
from bitwright.lint.places import Place
from bitwright.lint.ranges import View, number_range, taken_apart
from bitwright.schema import spec
from bitwright.schema.expr import Binary, Const, Node, Select, show, walk


def amounts(wire: spec.WireType) -> Iterator[tuple[str, Node]]:
    """The expressions of a type that say how much there is."""
    for what in ("size", "count"):
        node = getattr(wire, what, None)
        if isinstance(node, Node) and not isinstance(node, Const):
            yield what, node


def negative(place: Place) -> Iterator[Remark]:
    """Sizes and counts below zero: always, or for some messages."""
    for what, node in amounts(place.wire):
        low, high = place.view.range(node)
        if high < 0:
            message = f"its {what}, `{show(node)}`, is never above {high}"
            yield Remark("always-negative", message, "no message can be read; mend the expression")
        elif low < 0:
            yield Remark(
                "may-be-negative", f"its {what}, `{show(node)}`, can be {shown(low)}",
                f'guard it above: check({guard(node, place.view)}, "...")',
            )  # fmt: skip


def guard(node: Node, view: View) -> str:
    """The condition that keeps an amount from being negative, as its author would write it."""
    match node:
        case Select(condition, then, other):
            for part, holds in ((then, True), (other, False)):
                here = view.knowing(condition, holds=holds)
                if here.range(part)[0] < 0:
                    escape = show(condition) if not holds else f"~({show(condition)})"
                    return f"({escape}) | ({guard(part, here)})"
        case Binary("sub", a, b) | Binary("floordiv", Binary("sub", a, b), Const()):
            return f"{show(a)} >= {show(b)}"
    return f"{show(node)} >= 0"


def shown(number: int) -> str:
    """A number, or where it is too long to read, how large it is."""
    return str(number) if abs(number) < 1 << 32 else f"{'-' if number < 0 else ''}2^{abs(number).bit_length() - 1}"


def constant_conditions(place: Place) -> Iterator[Remark]:
    """Conditions that say nothing."""
    conditions: list[tuple[str, Node, View]] = []
    wire, view = place.wire, place.view
    if isinstance(wire, spec.OptionalType):
        conditions.append(("the condition of when()", wire.condition, view))
    if isinstance(wire, spec.CheckType):
        conditions.append(("the condition of check()", wire.condition, view))
    if isinstance(wire, spec.ArrayType) and wire.until is not None:
        conditions.append(("until=", wire.until, view.at_item(wire.item)))
    for node in spec.expressions_of(wire):
        conditions += [("the condition of select()", part.condition, view) for part in walk(node) if isinstance(part, Select)]
    for what, node, here in conditions:
        truth = here.range(node)
        if truth[0] > 0 or truth[1] < 0 or truth == (0, 0):
            always = "false" if truth == (0, 0) else "true"
            advice = "drop it, or mend what it compares" if always == "true" else "mend what it compares; what depends on it is never there"
            yield Remark("constant-condition", f"{what}, `{show(node)}`, is always {always}", advice)


def units(place: Place) -> Iterator[Remark]:
    """Sizes in units that the content does not always fill."""
    size = getattr(place.wire, "size", None)
    if not isinstance(size, Node) or isinstance(size, Const):
        return
    terms, number = taken_apart(size)
    step = min((abs(factor) for factor in terms.values()), default=1)
    if step > 1 and all(factor % step == 0 for factor in terms.values()) and isinstance(place.wire, spec.BytesType | spec.TextType):
        rest = number % step
        said = f"a multiple of {step}" if not rest else f"{rest} more than a multiple of {step}"
        yield Remark("size-units", f"its size, `{show(size)}`, is always {said}", "content of another size cannot be built; pad it")


def misaligned(place: Place) -> Iterator[Remark]:
    """Numbers of whole bytes inside which a byte begins."""
    wire = spec.number_behind(place.wire)
    if place.phase and isinstance(wire, spec.IntType) and wire.width >= 16 and wire.width % 8 == 0:
        yield Remark(
            "misaligned", f"{wire.width} bits begin at bit {place.phase} of a byte",
            f"is something missing before it, such as `_gap = pad(bits={8 - place.phase})`?",
        )  # fmt: skip


def enumerations(place: Place) -> Iterator[Remark]:
    """Members that the field cannot hold."""
    wire = place.wire
    if isinstance(wire, spec.IntType) and wire.enum is not None:
        low, high = number_range(wire)
        members = [member for member in wire.enum if not low <= int(member) <= high]
        if members:
            yield Remark(
                "enum-too-wide", f"{members[0].name} = {int(members[0])} does not fit {wire.width} bits",
                "widen the field, mend the number, or leave it: such a member can only never be written",
            )  # fmt: skip
