"""Whether the fields of a struct can follow each other on the wire as declared."""

from __future__ import annotations

from collections.abc import Mapping

from bitwright.errors import Location, declaration_error
from bitwright.schema import measure, runs, spec
from bitwright.schema.expr import Const, Node, Rest, least_rest, walk
from bitwright.schema.pointers import check_pointers
from bitwright.schema.relations import Relations, choice

# The most elements an array of things that can be empty may have: more would be work without input.
MOST_EMPTY = 4096

# The most elements of an array of odd bits: each is read at a place of its own.
MOST_LOOSE = 256


def check_struct(made: spec.StructSpec, own: Mapping[str, Location]) -> None:
    """Refuse a struct whose `own` names, those not inherited, say what cannot be."""
    for field in made.fields:
        if field.name in own:
            _check_field(field, Relations(made, field.label, field.location))
    for name, node in made.computed.items():
        if name in own:
            Relations(made, name, own[name]).number(node, "")
    check_pointers(made)
    _check_order(made)
    _check_places(made)


# --- one field ---------------------------------------------------------------------------------


def _check_field(field: spec.FieldSpec, relations: Relations) -> None:
    _check_type(field.type, relations)
    if field.fixed is not None and not isinstance(field.fixed, bytes | Const):
        relations.number(field.fixed, "")


def _check_type(wire: spec.WireType, relations: Relations) -> None:
    match wire:
        case spec.IntType():
            _check_order_of(wire.order, relations)
        case spec.BitsType(size=size):
            _check_size(size, "the number of bits", relations)
        case spec.FloatType(bits):
            _check_order_of(bits.order, relations)
        case spec.BytesType(size=size, prefix=prefix) | spec.TextType(size=size, prefix=prefix):
            _check_size(size, "size=", relations)
            if prefix is not None:
                _check_order_of(prefix.order, relations)
        case spec.NestedType(struct, size, order, arguments):
            _check_size(size, "size=", relations)
            _check_order_of(order, relations)
            relations.arguments(arguments, struct, exact=True)
        case spec.ArrayType():
            _check_array(wire, relations)
        case spec.SwitchType():
            _check_switch(wire, relations)
        case spec.OptionalType(condition, inner):
            relations.condition(condition, "the condition of when()", rest=True)
            _check_type(inner, relations)
            _check_rest(condition, inner, relations)
            if (measure.size_of(inner).fixed or 0) % 8:
                raise relations.error(
                    "can be absent and is not whole bytes, so the place of what follows is not known; "
                    "let it be there always, or put whole bytes into a struct of their own and that into when()"
                )
        case spec.CheckType(condition):
            relations.condition(condition, "the condition of check()")
        case spec.AtType(offset, inner):
            relations.number(offset, "offset ")
            _check_type(inner, relations)
        case spec.ChecksumType(inner):
            _check_order_of(inner.order, relations)
            _check_sum(wire, relations)


def _check_rest(condition: Node, inner: spec.WireType, relations: Relations) -> None:
    """A field at the end of a region is there if bytes are left for it: that must say the same when it is built."""
    if not any(isinstance(part, Rest) for part in walk(condition)):
        return
    least, fewest = least_rest(condition), measure.size_of(inner).fewest // 8
    if least is None:
        raise relations.error("rest() stands alone in the condition of when(): when(rest() > 0, ...), or rest() >= a number of bytes")
    if not 1 <= least <= fewest:
        there = f"can have {fewest} byte{'s' if fewest != 1 else ''} where the condition asks for {least}"
        advice = "" if fewest else ", and put what may be empty into a struct with a field of its own"
        raise relations.error(f"{there}, so it could be given and not be read again; write rest() > 0{advice}")


def _check_size(size: Node | None, what: str, relations: Relations) -> None:
    if size is not None:
        relations.number(size, what, rest=True)


def _check_order_of(order: spec.Order | Node | None, relations: Relations) -> None:
    if order is not None and not isinstance(order, str):
        relations.condition(order, "endian=")


def _check_array(wire: spec.ArrayType, relations: Relations) -> None:
    if isinstance(wire.item, spec.AtType):
        raise relations.error("its elements would all lie at one place; write an array of a struct that has the offset and the at()")
    _check_type(wire.item, relations)
    _check_size(wire.size, "size=", relations)
    if wire.count is not None:
        relations.number(wire.count, "count=")
    if wire.prefix is not None:
        _check_order_of(wire.prefix.order, relations)
    if wire.terminator is not None and measure.size_of(wire.item).fewest < 8 * len(wire.terminator):
        raise relations.error(
            "its elements can be shorter than the terminator, so that the end of one and the terminator could be taken for each other; "
            "use a shorter terminator, prefix= or count="
        )
    if wire.until is not None:
        Relations(relations.made, relations.name, relations.location, wire.item).condition(wire.until, "until=", "")
    loose = (measure.size_of(wire.item).fixed or 0) % 8
    if loose and not (isinstance(wire.count, Const) and wire.count.value <= MOST_LOOSE):
        raise relations.error(f"its elements are not whole bytes, so it needs a constant count= of at most {MOST_LOOSE}")
    small = isinstance(wire.count, Const) and wire.count.value <= MOST_EMPTY
    if measure.size_of(wire.item).fewest == 0 and not small and not _grows(wire.item):
        raise relations.error(
            "its elements can be empty, so a count or a region would not bound the work; give the element a field of its own size, "
            f"or a constant count of at most {MOST_EMPTY}"
        )


def _grows(item: spec.WireType) -> bool:
    """Whether only a run-time check can tell that an element consumes bytes (an open union, a bounded region)."""
    return isinstance(item, spec.NestedType | spec.SwitchType) and measure.size_of(item).most is None


def _check_switch(wire: spec.SwitchType, relations: Relations) -> None:
    if isinstance(wire.on, Const):
        raise relations.error(f"on={wire.on.value} is always the same; write the field that holds the tag")
    relations.number(wire.on, "on=")
    _check_size(wire.size, "size=", relations)
    _check_order_of(wire.order, relations)
    if wire.malformed is not None and wire.size is None:
        raise relations.error("malformed= takes what a region holds, and only size= says where that ends; give size=")
    arms = [*wire.union.cases.values(), *(arm for arm in (wire.default, wire.empty, wire.malformed) if arm is not None)]
    for arm in dict.fromkeys(arms):
        relations.arguments(wire.arguments, arm, exact=False)
    known = {name for arm in arms for name in spec.spec_of(arm).params}
    unknown = [name for name, _ in wire.arguments if name not in known]
    if unknown and not wire.union.open:
        raise relations.error(f"arguments=: no arm has a parameter `{unknown[0]}`")


def _check_sum(wire: spec.ChecksumType, relations: Relations) -> None:
    for place in wire.places:
        relations.number(place, "over=")
    made = relations.made
    if isinstance(wire.over, spec.FieldSpan):
        _check_span(wire.over, relations)
    field = made.field(relations.name)
    for other, theirs in made.sums:
        if other is not field and field is not None and made.covers(wire, other) and made.covers(theirs, field):
            raise relations.error(
                f"covers `{other.name}`, which is a checksum that covers it, so that each would change the other; give one over="
            )
    if wire.inner.signed or wire.inner.width % 8:
        raise relations.error("checksum() takes an unsigned number of whole bytes, such as u16()")
    if wire.prefix is not None and relations.made.params[wire.prefix].type is not bytes:
        raise relations.error(f"prefix= takes a bytes parameter, and `{wire.prefix}` is {relations.made.params[wire.prefix].type.__name__}")


def _check_span(span: spec.FieldSpan, relations: Relations) -> None:
    made = relations.made
    for name in (span.first, span.last):
        field = made.field(name)
        if field is None or isinstance(field.type, spec.CheckType):
            raise relations.error(f"over=: {made.name} has no field `{name}`; {choice(name, [f.name for f in made.visible])}")
    if not made.fields_of(span):
        raise relations.error(f"over=: `{span.last}` comes before `{span.first}`; write span({span.last}, {span.first})")


# --- one after the other -----------------------------------------------------------------------


def _check_order(made: spec.StructSpec) -> None:
    for field, following in zip(made.fields, made.fields[1:], strict=False):
        if isinstance(field.type, spec.BytesType) and field.type.payload and not isinstance(following.type, spec.CheckType):
            raise declaration_error(
                f"comes after `{field.name}`, but payload() is the layer above, so it is the last field; "
                "for bytes in between write raw(size=...)",
                following.location, made.name, following.name,
            )  # fmt: skip
        if is_at_end(field.type) and not (is_at_end(following.type) or isinstance(following.type, spec.CheckType)):
            raise declaration_error(
                f"comes after `{field.name}`, which is there if any bytes are left, so it could not be told from that; "
                "what follows must be when(rest() > 0, ...) too, or go before it",
                following.location, made.name, following.name,
            )  # fmt: skip
    for index, field in enumerate(made.fields):
        after = next((f for f in made.fields[index + 1 :] if measure.size_of(f.type).fewest), None)
        if after is not None and takes_the_rest(field.type):
            raise declaration_error(
                f"takes everything to the end of its region, so nothing is left for `{after.name}`; "
                "give it a size=, count=, prefix= or terminator=",
                field.location, made.name, field.name,
            )  # fmt: skip


def is_at_end(wire: spec.WireType) -> bool:
    """Whether the type is there if the region has bytes left for it."""
    return isinstance(wire, spec.OptionalType) and wire.at_end


def takes_the_rest(wire: spec.WireType) -> bool:
    """Whether the type always reads to the end of the region it is in, or what follows could be taken for it."""
    match wire:
        case spec.OptionalType():
            return wire.at_end
        case spec.CodedType(unsized=True):
            return False  # the codec may leave something
        case spec.BytesType() | spec.TextType():
            return wire.size is None and wire.prefix is None and wire.terminator is None
        case spec.ArrayType():
            return wire.to_the_end
        case spec.NestedType(struct, None):
            return any(takes_the_rest(f.type) for f in spec.spec_of(struct).fields)
    return False


# --- bits and bytes ----------------------------------------------------------------------------


def _check_places(made: spec.StructSpec) -> None:
    """Bytes begin at a byte, counted from the struct's start; checked as far as the place is known before reading."""
    phase: int | None = 0
    run: runs.Run = None
    for field in made.fields:
        needs = _whole_bytes(field.type)
        if phase and any(isinstance(wire.over, spec.FieldSpan) and wire.over.first == field.name for _, wire in made.sums):
            raise declaration_error(
                f"begins at bit {phase} of a byte, so no checksum can begin with it; let the span begin with a field before it",
                field.location, made.name, field.name,
            )  # fmt: skip
        if phase and needs:
            raise declaration_error(
                f"is {needs}, which begins with a byte, but this is bit {phase} of one; write `_gap = pad(bits={8 - phase})` before it",
                field.location, made.name, field.name,
            )  # fmt: skip
        if phase is not None:
            _check_run(made, field, phase, run)
        phase, run = _phase_after(field.type, phase), runs.last_order(field.type, run)
        if phase and any(isinstance(wire.over, spec.FieldSpan) and wire.over.last == field.name for _, wire in made.sums):
            raise declaration_error(
                f"ends at bit {phase} of a byte, so no checksum can end with it; let the span end with a field behind it",
                field.location, made.name, field.name,
            )  # fmt: skip


def _whole_bytes(wire: spec.WireType) -> str | None:
    """What a type is that cannot begin inside a byte; None if it can."""
    match wire:
        case spec.VarintType():
            return "a varint"
        case spec.BytesType():
            return "bytes"
        case spec.BitsType() if wire.fills_up:
            return "a run of bits that varies in size"
        case spec.TextType():
            return "text"
        case spec.NameType():
            return "a domain name"
        case spec.AlignType():
            return "an alignment to bytes"
        case spec.SwitchType():
            return "a union"
        case spec.ChecksumType():
            return "a checksum"
        case spec.NestedType(size=size) if size is not None:
            return "a region of bytes"
        case spec.ArrayType(count=None):
            return "an array without a count"
        case spec.OptionalType(_, inner):
            return _whole_bytes(inner)
    return None


def _check_run(made: spec.StructSpec, field: spec.FieldSpec, phase: int, run: runs.Run) -> None:
    """Bits that follow others in one byte are counted from the same side of it."""
    order = runs.first_order(field.type)
    if phase and run and order not in {None, run}:
        raise declaration_error(
            f'is {runs.WORDS[str(order)]}, but begins at bit {phase} of a byte that was begun {runs.WORDS[run]}; fill that byte before it, '
            f'with `_gap = pad(bits={8 - phase}, bit_order="{run}")` or more fields, or give it bit_order="{run}"',
            field.location, made.name, field.name,
        )  # fmt: skip


def _phase_after(wire: spec.WireType, phase: int | None) -> int | None:
    fixed = measure.size_of(wire).fixed
    if spec.pointer_of(wire) is not None:
        return phase
    if phase is None or isinstance(wire, spec.OptionalType):
        return phase if _whole_bytes(wire) or (measure.size_of(wire).most or 1) % 8 == 0 else None
    if fixed is not None:
        return (phase + fixed) % 8
    return phase if _whole_bytes(wire) else None
