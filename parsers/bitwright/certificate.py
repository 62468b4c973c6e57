"""The loss certificate of a format: whether building gives back the bytes that were parsed, and if not, which fields do not.

* "canonical": `build(parse(x)) == x` for every x that `parse` accepts;
* "lossless": the same for `parse(x, keep=True)`, which remembers what the value alone does not say;
* "lossy": not even then, for the fields that are named.

It is derived from the declaration, field by field: a field is named if some input loses something there.  The tests hold
every certificate to its word, in both directions.
"""

from __future__ import annotations

import codecs
import functools
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

import msgspec

from bitwright.errors import Location
from bitwright.schema import spec
from bitwright.schema.expr import Const, Node
from bitwright.wire.varints import most_bytes

Kind: TypeAlias = Literal["canonical", "lossless", "lossy"]

# reason → what is lost, and whether keep=True remembers it.
REASONS: Final[dict[str, tuple[str, bool]]] = {
    "padding": ("padding is no part of the value; building writes zeros", True),
    "compression": ("a name can lie there in full or end in a pointer; building chooses the shortest way that fits", True),
    "non-minimal": ("an integer of variable size can take more bytes than it needs; building writes the fewest", True),
    "codec": ("a codec written in Python may read several forms of one value; building writes its own", True),
    "gap": ("bytes that no field covers can lie before it; building writes zeros", True),
    "overlap": ("it can lie on a checksum or a computed constant, which building refuses because that is not known yet", False),
    "encoding": ("the encoding has several forms of one text; building writes Python's", True),
}

# Encodings of more than a byte in which no text has two forms that Python's strict decoders accept.
_ONE_FORM: Final = frozenset({"ascii", "iso8859-1", "utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})


class Loss(msgspec.Struct, frozen=True):
    """A field that does not keep every form its bytes can have: where, why, and whether `keep=True` remembers them."""

    path: str
    reason: str
    message: str
    kept: bool
    declaration: Location


class Certificate(msgspec.Struct, frozen=True):
    """What a format promises about bytes, and the fields that keep it from promising more."""

    kind: Kind
    losses: tuple[Loss, ...] = ()

    def __str__(self) -> str:
        meaning = {
            "canonical": "build() gives back every message that parse() accepts",
            "lossless": "build() gives back every message that parse(keep=True) accepts",
            "lossy": "some messages cannot be given back byte for byte",
        }
        lines = [f"{self.kind}: {meaning[self.kind]}"]
        for reason in dict.fromkeys(loss.reason for loss in self.losses):
            message, remembered = REASONS[reason]
            lines.append(f"  {reason}: {message}{'' if remembered else '; keep=True does not help'}")
            lines += [f"    {loss.path}" for loss in self.losses if loss.reason == reason]
        return "\n".join(lines)


def certificate(struct: type) -> Certificate:
    """The certificate of a Struct class, with the arms that its unions have now."""
    losses = tuple(_losses(struct))
    kind: Kind = "canonical" if not losses else "lossless" if all(loss.kept for loss in losses) else "lossy"
    return Certificate(kind, losses)


def _losses(struct: type) -> Iterator[Loss]:
    """Every lossy field that can be reached, each once, by the first path that leads to it."""
    waiting: list[tuple[type, str]] = [(struct, "")]
    late = _filled_in_late(struct)
    met, named = {struct}, set[int]()  # of inherited fields, each counts once
    while waiting:
        current, prefix = waiting.pop(0)
        for field in spec.spec_of(current).fields:
            path = prefix + field.name
            reasons = list(dict.fromkeys(_reasons(field.type)))
            for reason in [*reasons, *(["overlap"] if late and "gap" in reasons else [])]:
                if id(field) not in named:
                    yield Loss(path, reason, *REASONS[reason], field.location)
            named.add(id(field))
            for inner, below in _inside(field.type, path):
                if inner not in met:
                    met.add(inner)
                    waiting.append((inner, below))


def _filled_in_late(struct: type) -> bool:
    """Whether anything in a format is written only when everything else has its place."""
    waiting, met = [struct], {struct}
    while waiting:
        for field in spec.spec_of(waiting.pop()).fields:
            computed = isinstance(field.fixed, Node) and not isinstance(field.fixed, Const)
            if computed or isinstance(spec.pointed(field.type), spec.ChecksumType):
                return True
            new = set(spec.structs_in(field.type)) - met
            met |= new
            waiting += new
    return False


def _reasons(wire: spec.WireType) -> Iterator[str]:
    """What a type itself loses, without the structs in it."""
    match wire:
        case spec.PadType(width) if width:
            yield "padding"
        case spec.AlignType():
            yield "padding"
        case spec.BitsType() if wire.fills_up:
            yield "padding"
        case spec.VarintType(width=width, coding=coding):
            if most_bytes(coding, width) > 1:
                yield "non-minimal"
        case spec.CodedType(codec=codec):
            if not codec.canonical:
                yield "codec"
            yield from _delimiting(wire)
        case spec.BytesType():
            yield from _delimiting(wire)
        case spec.NameType():
            yield "compression"
        case spec.TextType(encoding=encoding):
            yield from _delimiting(wire)
            if not has_one_form(encoding):
                yield "encoding"
        case spec.ArrayType(item, prefix=prefix):
            if prefix is not None:
                yield from _reasons(prefix)
            yield from _reasons(item)
        case spec.OptionalType(_, inner):
            yield from _reasons(inner)
        case spec.AtType(inner=inner):
            yield "gap"
            yield from _reasons(inner)


def _delimiting(wire: spec.BytesType | spec.TextType) -> Iterator[str]:
    """What the end of a content loses."""
    if wire.prefix is not None:
        yield from _reasons(wire.prefix)
    if wire.pad is not None and wire.terminator is not None:
        yield "padding"


def _inside(wire: spec.WireType, path: str) -> Iterator[tuple[type, str]]:
    """The structs that a type holds, each with the beginning of its fields' paths."""
    match wire:
        case spec.NestedType(struct):
            yield struct, f"{path}."
        case spec.ArrayType(item):
            yield from _inside(item, f"{path}[]")
        case spec.OptionalType(_, inner) | spec.AtType(_, inner):
            yield from _inside(inner, path)
        case spec.SwitchType():
            for arm in spec.arms_of(wire):
                yield arm, f"{path}({arm.__name__})."


@functools.cache
def has_one_form(encoding: str) -> bool:
    """Whether every text that the encoding's decoder gives is encoded to the very bytes it came from."""
    name = codecs.lookup(encoding).name
    if name in _ONE_FORM:
        return True
    import importlib

    try:
        table: object = getattr(importlib.import_module(f"encodings.{name.replace('-', '_')}"), "decoding_table", None)
    except ImportError:
        return False
    if not isinstance(table, str):
        return False  # not one byte a character: an encoding whose forms nobody has counted
    return all(_survives(bytes((byte,)), encoding) for byte in range(256))


def _survives(data: bytes, encoding: str) -> bool:
    try:
        return data.decode(encoding).encode(encoding) == data
    except UnicodeError:
        return True  # never read, so never lost
