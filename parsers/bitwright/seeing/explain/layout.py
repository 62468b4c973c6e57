"""The table of fields: where each lies, what it is, where its value comes from."""

from __future__ import annotations

import enum
from typing import Any

from bitwright.escaping import printable, shortened
from bitwright.schema import measure, runs, spec
from bitwright.schema.expr import FieldRef, Node, show, walk
from bitwright.seeing.diagram import describe, place_of
from bitwright.seeing.explain.tables import table

_MOST_DEFAULT = 40


def layout(made: spec.StructSpec) -> str:
    """One line a field, and one for each computed value."""
    rows = []
    after = 0
    moved = False  # a field before this one varies in size
    for field in made.fields:
        if isinstance(field.type, spec.CheckType):
            continue
        size = measure.size_of(field.type)
        side = runs.first_order(field.type)
        other = f", {side} first" if side not in {None, made.bit_order} else ""
        rows.append((_place(after, size, moved), field.name, _type(field.type) + other, _value(made, field)))
        if size.fixed is None or isinstance(field.type, spec.OptionalType):
            after, moved = 0, True
        else:
            after += size.fixed
    text = table(("bits", "field", "type", "value"), rows) if rows else "(no fields)"
    if any(place.startswith("+") for place, *_ in rows):
        text += "\n+ counts from the end of the last field whose size varies."
    for name, node in made.computed.items():
        text += f"\n{name} = {show(node)}, computed"
    for _, condition in made.checks:
        text += f"\n{show(condition.condition)} must hold: {printable(condition.message)}"
    return text


def _place(begin: int, size: measure.Size, moved: bool) -> str:
    plus = "+" if moved else ""
    if size.fixed is None:
        return f"{plus}{begin}-"
    if size.fixed == 0:
        return f"{plus}{begin}"
    return f"{plus}{begin}-{begin + size.fixed - 1}" if size.fixed > 1 else f"{plus}{begin}"


def _type(wire: spec.WireType) -> str:
    """A type in the vocabulary's own words where it is a number, else in words."""
    match wire:
        case spec.IntType():
            return _number(wire)
        case spec.FloatType(bits):
            return f"f{_number(bits)[1:]}"
        case spec.ChecksumType(inner=inner):
            return _number(inner)
        case spec.ArrayType(item=spec.IntType() as item):
            return describe(wire).replace(describe(item), _number(item), 1)
        case spec.AtType(inner=inner):
            return f"{_type(inner)}, at {place_of(wire)}"
        case spec.OptionalType(condition=condition, inner=inner):
            return f"{_type(inner)}, only if {show(condition)}"
    return describe(wire)


def _time(wire: spec.IntType) -> str:
    return "" if wire.time is None else f", {wire.time.unit} since the epoch of {wire.time.epoch}"


def _number(wire: spec.IntType) -> str:
    if isinstance(wire, spec.VarintType):
        return describe(wire) + (f", {wire.enum.__name__}" if wire.enum else "") + _time(wire)
    width, kind = wire.width, "i" if wire.signed else "u"
    if wire.as_type is bool and width == 1:
        text = "flag"
    else:
        text = f"{kind}{width}" if width % 8 == 0 else f"{'signed ' if wire.signed else ''}{width} bit{'s' if width > 1 else ''}"
    if wire.enum is not None:
        text += f", {wire.enum.__name__}"
    text += _time(wire)
    if isinstance(wire.order, str):
        text += f", {wire.order} endian"
    elif wire.order is not None:
        text += f", little endian if {show(wire.order)}"
    return text


def _value(made: spec.StructSpec, field: spec.FieldSpec) -> str:
    """Where the value comes from when a message is built."""
    if isinstance(field.type, spec.ChecksumType):
        return _sum(field.type)
    if field.fixed is not None:
        return f"always {_fixed(field.fixed)}"
    if field.auto:
        uses = [use for other in made.fields for use in _uses(other, field.name)]
        unused = "given" if field.default is spec.MISSING else _default(field.default)
        return f"derived: {'; '.join(uses)}" if uses else f"derived by what nests {made.name}, else {unused}"
    if field.reserved:
        return "reserved: kept; a finding when not zero"
    if field.hidden:
        return "not in the object"
    if isinstance(field.type, spec.OptionalType):
        return "None where absent"
    return "required" if field.default is spec.MISSING else _default(field.default)


def _fixed(fixed: Node | bytes) -> str:
    return f"the bytes {fixed.hex()}" if isinstance(fixed, bytes) else show(fixed)


def _default(value: Any) -> str:
    text = value.name if isinstance(value, enum.Enum) and value.name else repr(value)
    return f"default {shortened(printable(text), _MOST_DEFAULT)}"


def _sum(wire: spec.ChecksumType) -> str:
    match wire.over:
        case None:
            over = "all of it"
        case spec.FieldSpan(first, last):
            over = first if first == last else f"{first} to {last}"
        case tuple((begin, end)):
            over = f"the bytes {show(begin)} to {show(end)}"
        case size:
            over = f"the first {show(size)} bytes"
    prefix = f" after {wire.prefix}" if wire.prefix else ""
    return f"{getattr(wire.algorithm, '__name__', 'checksum')} of {over}{prefix}, computed last"


def _uses(field: spec.FieldSpec, name: str) -> list[str]:
    """How another field determines the one called `name`."""
    wire = field.type
    found: list[tuple[Node | None, str]] = []
    if isinstance(wire, spec.OptionalType):
        found.append((wire.condition, "whether {} is given"))
        wire = wire.inner
    if isinstance(wire, spec.AtType):
        found.append((wire.offset, "the place of {}"))
        wire = wire.inner
    match wire:
        case spec.ArrayType():
            found += [(wire.count, "the number of {}"), (wire.size, "the size of {}")]
        case spec.SwitchType():
            found += [(wire.on, "the class of {}"), (wire.size, "the size of {}")]
        case spec.BitsType():
            found.append((wire.size, "the number of bits of {}"))
        case spec.BytesType() | spec.TextType() | spec.NestedType():
            found.append((wire.size, "the size of {}"))
    return [
        words.format(field.name) if isinstance(node, FieldRef) else f"{show(node)} is {words.format(field.name)}"
        for node, words in found
        if node is not None and any(isinstance(n, FieldRef) and n.names == (name,) for n in walk(node))
    ]
