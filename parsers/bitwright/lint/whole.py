"""Every rule over a format and everything it contains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bitwright.errors import DeclarationError, Location
from bitwright.lint import content, numbers, structure, unions
from bitwright.lint.advice import CODES, Advice, Remark
from bitwright.lint.places import Place, fields_of, handed, open_ended, structs_of, types_in
from bitwright.lint.ranges import Range
from bitwright.schema import measure, spec

RULES: tuple[Callable[[Place], Iterator[Remark]], ...] = (
    numbers.negative, numbers.constant_conditions, numbers.units, numbers.misaligned, numbers.enumerations,
    unions.unreachable, unions.unknown_tags, unions.several_tags, structure.regions, structure.loops, structure.unbounded,
    structure.recursion, structure.payloads, structure.names, content.checksum_spans, content.checksum_widths, content.terminators,
)  # fmt: skip
_ORDER = ("error", "warning", "note")


def lint(struct: type) -> list[Advice]:
    """What should be looked at in a format, errors first; each place once, by the first path that leads to it."""
    found: dict[tuple[str, Location, str], Advice] = {}

    def add(path: str, remark: Remark, place: Location) -> None:
        severity, _ = CODES[remark.code]
        where = remark.declaration or place
        advice = Advice(severity, remark.code, path, remark.message, remark.advice, where)
        found.setdefault((remark.code, place, remark.message), advice)

    params, endless = handed(struct), open_ended(struct)
    for inner, prefix in structs_of(struct):
        made = spec.spec_of(inner)
        for place in places_of(made, params.get(inner), bounded=inner not in endless):
            for rule in RULES:
                for remark in rule(place):
                    add(prefix + place.field.label, remark, place.field.location)
        for name, remark in structure.parameters(made):
            add(prefix + name, remark, made.location)
    prefixes = dict(structs_of(struct))
    for inner, name, remark in structure.undetermined(struct):
        field = spec.spec_of(inner).field(name)
        assert field is not None
        add(prefixes[inner] + name, remark, field.location)
    for remark in _compiled(struct):
        add("", remark, spec.spec_of(struct).location)
    return sorted(found.values(), key=lambda advice: _ORDER.index(advice.severity))


def places_of(made: spec.StructSpec, params: Mapping[str, Range] | None = None, *, bounded: bool = False) -> Iterator[Place]:
    """Every type of a struct's fields, with what is known where it stands."""
    known: int | None = 0
    for field, view in fields_of(made, params):
        for wire, here in types_in(field.type, view):
            yield Place(made, field, wire, here, known if wire is field.type else None, bounded)
        size = measure.size_of(field.type)
        known = (known + size.fewest) % 8 if known is not None and size.fixed is not None else 0 if _whole(field.type) else None


def _whole(wire: spec.WireType) -> bool:
    """Whether a type of varying size begins and ends with a byte."""
    return isinstance(wire, spec.BytesType | spec.TextType | spec.NameType | spec.AlignType | spec.SwitchType | spec.ArrayType)


def _compiled(struct: type) -> Iterator[Remark]:
    """What only compiling finds."""
    from bitwright.codec import codec_of

    codec = codec_of(struct, "interp")
    order = spec.spec_of(struct).order
    for direction in ("parse", "build"):
        try:
            codec.program(direction, "big" if order == "inherit" else order)
        except DeclarationError as error:
            problem = error.problem
            where = ".".join(part for part in (problem.struct, problem.path) if part)
            yield Remark("declaration", f"{where}: {problem.message}", "see the message", problem.declaration)
            return
