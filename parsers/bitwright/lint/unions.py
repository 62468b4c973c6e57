"""Rules about unions: arms that no message leads to, tags without an arm."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bitwright.evaluate import OPERATORS
from bitwright.lint.advice import Remark
from bitwright.lint.places import Place
from bitwright.lint.ranges import View
from bitwright.schema import spec
from bitwright.schema.expr import Binary, Const, FieldRef, Node, Select, Unary, show, walk

MOST_TRIED = 1 << 12  # values of the fields of an expression that are tried one by one


def unreachable(place: Place) -> Iterator[Remark]:
    """Arms whose tag the tag expression never gives."""
    wire = place.wire
    if not isinstance(wire, spec.SwitchType):
        return
    within, values = place.view.range(wire.on), possible(wire.on, place.view)
    for tag, arm in wire.union.cases.items():
        outside = not within[0] <= tag <= within[1]
        if outside or (values is not None and tag not in values):
            said = f"is {within[0]} to {within[1]}" if outside else "is never that"
            yield Remark(
                "unreachable-arm", f"{arm.__name__} has the tag {int(tag)}, but `{show(wire.on)}` {said}",
                "widen the tag, or mend the number", spec.spec_of(arm).location,
            )  # fmt: skip


def possible(node: Node, view: View) -> set[int] | None:
    """Every value of an expression, where its fields have few; None where they have many."""
    names = list(dict.fromkeys(n for n in walk(node) if isinstance(n, FieldRef)))
    if isinstance(node, FieldRef) or not all(isinstance(n, FieldRef | Const | Unary | Binary | Select) for n in walk(node)):
        return None
    ranges = [range(low, high + 1) for low, high in map(view.range, names)]
    total = 1
    for one in ranges:
        total *= max(one.stop - one.start, 1)
        if total > MOST_TRIED:
            return None
    try:
        return {_value(node, dict(zip(names, chosen, strict=True))) for chosen in itertools.product(*ranges)}
    except (ArithmeticError, ValueError):
        return None  # divides by zero somewhere: refused elsewhere


def _value(node: Node, fields: dict[FieldRef, int]) -> int:
    match node:
        case Const(value):
            return value
        case FieldRef():
            return fields[node]
        case Unary(op, a):
            return -_value(a, fields) if op == "neg" else int(not _value(a, fields))
        case Binary(op, a, b):
            return int(OPERATORS[op](_value(a, fields), _value(b, fields)))
        case Select(c, a, b):
            return _value(a if _value(c, fields) else b, fields)
    raise ValueError(node)


def unknown_tags(place: Place) -> Iterator[Remark]:
    """Unions without arms, and those that refuse tags that the field can hold."""
    wire = place.wire
    if not isinstance(wire, spec.SwitchType):
        return
    if not spec.arms_of(wire):
        yield Remark("no-arms", f"{wire.union.name} has no arm", f"declare one: class First({wire.union.name}, tag=1), or give unknown=")
        return
    if wire.default is None:
        low, high = place.view.range(wire.on)
        values = possible(wire.on, place.view)
        count = len(values) if values is not None else high - low + 1
        tags = {int(tag) for tag in wire.union.cases}
        if count > len([tag for tag in tags if (tag in values if values is not None else low <= tag <= high)]):
            yield Remark(
                "unknown-refused", f"tags without an arm are refused; {len(tags)} of {count if count < 1 << 33 else 'very many'} have one",
                "give unknown= a struct that keeps the bytes, unless such messages should be refused",
            )  # fmt: skip


def several_tags(place: Place) -> Iterator[Remark]:
    """Arms that their class alone does not tell apart."""
    wire = place.wire
    if isinstance(wire, spec.SwitchType) and isinstance(wire.on, FieldRef) and len(wire.on.names) == 1:
        tag = place.made.field(wire.on.names[0])
        if tag is not None and tag.auto:
            for arm in spec.arms_of(wire):
                tags = [int(number) for number, one in wire.union.cases.items() if one is arm]
                if len(tags) > 1:
                    message = f"{arm.__name__} has the tags {', '.join(map(str, tags))}; built from the class alone it gets {tags[0]}"
                    yield Remark(
                        "several-tags", message,
                        f"give {tag.name}= where another is meant, or declare a class for each", spec.spec_of(arm).location,
                    )  # fmt: skip


