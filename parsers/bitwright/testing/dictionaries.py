"""A dictionary for libFuzzer, AFL++ and atheris from a declaration: the bytes that mean something to the format.

    Path("message.dict").write_text(dictionary(Message))

Promise: every entry follows from the declaration (fixed values, members of enumerations, tags, numbers that conditions compare with,
terminators, the limits of lengths and counts, and what names and texts and numbers of variable size go wrong with), each once, in the order
of the declaration, and in the text form that those programs share, so the same class gives the same text everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from bitwright.schema.expr import COMPARISONS, Binary, Const, FieldRef, Node, walk
from bitwright.schema.spec import (
    ArrayType,
    AtType,
    BytesType,
    FieldSpec,
    IntType,
    NameType,
    StructSpec,
    SwitchType,
    TextType,
    VarintType,
    WireType,
    expressions_of,
    number_behind,
    pointed,
    structs_in,
)  # fmt: skip
from bitwright.struct_ import Struct

MOST_ENTRIES: Final = 4_096  # libFuzzer takes no more units of a dictionary than fit its table
LONGEST: Final = 64  # bytes of an entry, in libFuzzer

# What goes wrong with types whose bytes have a form of their own, whatever the format.
_NAMES: Final = {
    "root": b"\0", "pointer_to_the_first_byte": b"\xc0\0", "pointer_to_the_end": b"\xff\xff", "longest_label": b"\x3f",
    "reserved_label_type_01": b"\x40", "reserved_label_type_10": b"\x80",
}  # fmt: skip
_BAD_TEXT: Final = {
    "utf-8": {"overlong": b"\xc0\x80", "surrogate": b"\xed\xa0\x80", "beyond_unicode": b"\xf4\x90\x80\x80", "continuation": b"\x80"},
    "ascii": {"not_ascii": b"\x80"},
    "utf-16": {"surrogate_little": b"\0\xd8", "surrogate_big": b"\xd8\0"},
    "utf-32": {"beyond_unicode": b"\xff\xff\xff\xff"},
}
_VARINTS: Final = {"endless": b"\xff" * 11, "not_minimal": b"\x80\x80\x80\0"}


def dictionary(message: type[Struct]) -> str:
    """The text of a dictionary file."""
    return written(f"{message.__name__}: values that mean something to its format, one a line.", entries(message))


def written(title: str, found: Iterable[tuple[str, bytes]]) -> str:
    """The text of a dictionary file of these names and bytes."""
    return "\n".join([f"# {title}", *(f'{name}="{_escaped(data)}"' for name, data in found)]) + "\n"


def entries(message: type[Struct]) -> list[tuple[str, bytes]]:
    """Name and bytes of each entry; of equal bytes the first name is kept."""
    found: dict[bytes, str] = {}
    for spec in _specs(message):
        for field in spec.fields:
            for name, data in _of_field(spec, field):
                if 0 < len(data) <= LONGEST:
                    found.setdefault(data, re.sub(r"\W+", "_", f"{spec.name}_{field.label}_{name}"))
    return [(name, data) for data, name in found.items()][:MOST_ENTRIES]


def _specs(message: type[Struct]) -> Iterator[StructSpec]:
    """Every struct that the format can hold, each once, outermost first."""
    waiting, seen = [message], {message}
    while waiting:
        spec: StructSpec = waiting.pop(0).__bitwright__
        yield spec
        for field in spec.fields:
            for struct in structs_in(field.type):
                if struct not in seen:
                    seen.add(struct)
                    waiting.append(struct)


def _of_field(spec: StructSpec, field: FieldSpec) -> Iterator[tuple[str, bytes]]:
    """What one field adds; what it says of other fields too."""
    wire = number_behind(field.type)
    while isinstance(wire, ArrayType):
        wire = wire.item
    if isinstance(field.fixed, bytes):
        yield "fixed", field.fixed
    if isinstance(wire, IntType):
        yield from _numbers(spec, wire, _known(field, wire))
    match pointed(wire):
        case NameType():
            yield from _NAMES.items()
        case BytesType(terminator=terminator, prefix=prefix):
            yield from _delimited(spec, terminator, prefix)
        case TextType(encoding=encoding, terminator=terminator, prefix=prefix):
            yield from _delimited(spec, terminator, prefix)
            yield from next((bad.items() for name, bad in _BAD_TEXT.items() if encoding.lower().startswith(name)), ())
        case SwitchType(on=on, union=union) if isinstance(on, FieldRef):
            yield from _referred(spec, on, {f"tag_{getattr(arm, '__name__', arm)}": tag for tag, arm in union.cases.items()})
    if isinstance(field.type, ArrayType):
        yield from _delimited(spec, field.type.terminator, field.type.prefix)
    for node in expressions_of(field.type):
        yield from _compared(spec, node)
        yield from _limits(spec, field, node)


def _known(field: FieldSpec, wire: IntType) -> dict[str, int]:
    """The values of a number that have a meaning: its fixed one, and the members of its enumeration."""
    known = {"fixed": field.fixed.value} if isinstance(field.fixed, Const) else {}
    members = wire.enum.__members__ if wire.enum is not None else {}
    return {**known, **{name: int(member) for name, member in members.items()}}


def _delimited(spec: StructSpec, terminator: bytes | None, prefix: IntType | None) -> Iterator[tuple[str, bytes]]:
    """The end of something, or the limits of its length or count."""
    if terminator:
        yield "terminator", terminator
    if prefix is not None:
        yield from _numbers(spec, prefix, _edges(prefix))


def _compared(spec: StructSpec, node: Node) -> Iterator[tuple[str, bytes]]:
    """The numbers that a condition compares a field with."""
    for part in walk(node):
        match part:
            case Binary(op, FieldRef() as reference, Const(value)) | Binary(op, Const(value), FieldRef() as reference) if op in COMPARISONS:
                yield from _referred(spec, reference, {f"compared_{value}": value})


def _limits(spec: StructSpec, field: FieldSpec, node: Node) -> Iterator[tuple[str, bytes]]:
    """The edges of the fields that sizes, counts and offsets are calculated from."""
    wire: WireType = field.type
    if isinstance(wire, AtType) or node in (getattr(wire, "size", None), getattr(wire, "count", None), getattr(wire, "offset", None)):
        for part in walk(node):
            if isinstance(part, FieldRef) and (referred := _number_of(spec, part)) is not None:
                yield from _referred(spec, part, _edges(referred))


def _edges(wire: IntType) -> dict[str, int]:
    """Where a length or a count changes its meaning."""
    most = (1 << wire.width - wire.signed) - 1
    edges = {"none": 0, "one": 1, "most": most, "one_less": most - 1}
    return {**edges, "least": -most - 1, "minus_one": -1} if wire.signed else {**edges, "sign_bit": 1 << wire.width - 1}


def _referred(spec: StructSpec, reference: FieldRef, values: dict[str, int]) -> Iterator[tuple[str, bytes]]:
    """Values of another field of the struct."""
    wire = _number_of(spec, reference)
    if wire is not None:
        yield from _numbers(spec, wire, {f"{'_'.join(reference.names)}_{name}": value for name, value in values.items()})


def _number_of(spec: StructSpec, reference: FieldRef) -> IntType | None:
    """The number that a field is; the last of several names is of a struct inside."""
    field = spec.field(reference.names[0])
    for name in reference.names[1:]:
        inner: Any = next(iter(structs_in(field.type)), None) if field is not None else None
        field = inner.__bitwright__.field(name) if inner is not None else None
    wire = number_behind(field.type) if field is not None else None
    return wire if isinstance(wire, IntType) else None


def _numbers(spec: StructSpec, wire: IntType, values: dict[str, int]) -> Iterator[tuple[str, bytes]]:
    """Numbers of whole bytes as they lie on the wire: in both byte orders where the struct around may choose."""
    if isinstance(wire, VarintType):
        yield from _VARINTS.items()
        return
    if wire.width % 8:
        return  # its bytes hold other fields too
    for order in _orders(spec, wire):
        for name, value in values.items():
            if -(1 << wire.width - 1) <= value < 1 << wire.width:
                yield name, (value % (1 << wire.width)).to_bytes(wire.width // 8, order)


def _orders(spec: StructSpec, wire: IntType) -> Iterable[Any]:
    """The byte orders that a number can have."""
    order = spec.order if wire.order is None else wire.order
    if order in ("big", "little"):
        return (order,)
    return ("big",) if wire.width == 8 else ("big", "little")


def _escaped(data: bytes) -> str:
    """As the dictionaries write it: printable characters, and the rest by two hexadecimal digits."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02X}" for byte in data)
