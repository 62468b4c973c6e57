"""What can be said of pointers before anything is read: where they count from, and that following them ends."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from bitwright.errors import declaration_error
from bitwright.lower.facts import has_pointers, reachable
from bitwright.schema import spec
from bitwright.schema.checks import takes_the_rest
from bitwright.schema.pointers import derived_offset


def refuse_loose_base(made: spec.StructSpec, loose: int) -> None:
    """What lies behind a struct's inline part begins with a byte."""
    if loose:
        raise declaration_error(
            f"ends {loose} bits into a byte, so nothing can lie behind it at an offset; add `_gap = pad(bits={8 - loose})`",
            made.location, made.name,
        )  # fmt: skip


def refuse_endless_pointers(struct: type) -> None:
    """A struct that can lead to itself must say in which direction, the same all the way round; DeclarationError otherwise."""
    inside = _in_order(struct, reachable(struct))
    if not any(has_pointers(one) for one in inside):
        return
    for one in inside:
        for field, wire in _pointers(one):
            around = {target for target in spec.structs_in(wire.inner) if target is one or one in reachable(target)}
            if not around:
                continue
            made = spec.spec_of(one)
            if wire.direction is None:
                raise declaration_error(
                    f'{made.name} can lead to itself through this offset, without end; say direction="backward" or direction="forward": '
                    "it then leads only to before, or behind, the struct that holds it",
                    field.location, made.name, field.name,
                )  # fmt: skip
            _refuse_other_direction(one, field, wire, around)


def _in_order(first: type, others: AbstractSet[type]) -> list[type]:
    """The struct in work, then the others by name, so that the same one is always blamed."""
    return [first, *sorted(others - {first}, key=lambda struct: spec.spec_of(struct).name)]


def _refuse_other_direction(one: type, field: spec.FieldSpec, wire: spec.AtType, around: set[type]) -> None:
    """Going forward and backward in turn would come back to the same place."""
    beyond = {inner for target in around for inner in reachable(target) if one in reachable(inner)}
    for other in _in_order(one, around | beyond):
        for second, found in _pointers(other):
            leads_back = any(target is one or one in reachable(target) for target in spec.structs_in(found.inner))
            if leads_back and found.direction is not None and found.direction != wire.direction:
                made = spec.spec_of(one)
                raise declaration_error(
                    f"leads {wire.direction}, but {spec.spec_of(other).name}.{second.name} leads {found.direction} and can come back "
                    "here, so following them need never end; let both lead the same way",
                    field.location, made.name, field.name,
                )  # fmt: skip


def _pointers(struct: type) -> Iterator[tuple[spec.FieldSpec, spec.AtType]]:
    for field in spec.spec_of(struct).fields:
        wire = spec.pointer_of(field.type)
        if wire is not None:
            yield field, wire


def points_outside(wire: spec.WireType) -> bool:
    """Whether an offset in a type leads to behind a struct around it."""
    own = [struct for struct in spec.structs_in(wire) if not spec.spec_of(struct).origin]
    inside = {s for struct in own for s in {struct, *reachable(struct, within_scope=True)}}
    return spec.pointer_of(wire) is not None or any(found.base != "self" for s in inside for _, found in _pointers(s))


def refuse_early_sums(struct: type) -> None:
    """A checksum is computed when its struct is written, and the offsets in it must be known by then; DeclarationError otherwise."""
    for inner in reachable(struct, within_scope=True) - {struct}:
        made = spec.spec_of(inner)
        sums = [field for field in made.fields if isinstance(field.type, spec.ChecksumType)]
        if sums and not made.origin and _late_offsets(inner):
            raise declaration_error(
                f"covers offsets that are known only when {spec.spec_of(struct).name} is written; declare "
                f'class {made.name}(..., origin=True), use base="self", or drop auto() and give the offsets',
                sums[0].location, made.name, sums[0].name,
            )  # fmt: skip


def refuse_blocks_behind_the_rest(struct: type, *, outermost: bool) -> None:
    """Nothing can be written behind a field that reads everything to the end; DeclarationError for a struct that would do both."""
    made = spec.spec_of(struct)
    origin = outermost or made.origin
    rest = next((field for field in made.fields if spec.pointer_of(field.type) is None and takes_the_rest(field.type)), None)
    own = any(wire.base == "self" and derived_offset(made, wire) is not None for _, wire in _pointers(struct))
    if rest is not None and (own or (origin and _late_offsets(struct))):
        raise declaration_error(
            "takes everything to the end, also what derived offsets lead to, since that is written behind it; give it a size=, count= "
            "or terminator=, or drop auto() and give the offsets",
            rest.location, made.name, rest.name,
        )  # fmt: skip


def _late_offsets(struct: type) -> bool:
    """Whether a derived offset of the struct, or of one in it, is solved only at the end of a struct around it."""
    within = {struct, *reachable(struct, within_scope=True)}
    return any(
        wire.base != "self" and derived_offset(spec.spec_of(one), wire) is not None for one in within for _, wire in _pointers(one)
    )
