"""From a Struct to a pattern: the same layout as one text in Elixir's syntax.

Promise: the pattern matches what the class reads, with the same numbers and bytes, and builds what the class writes; where a class says
what a pattern cannot, `DeclarationError` names the field and what to do.  An enumeration and a flag are their numbers, an address its
bytes, what is reserved or padding is not looked at, and a float that is no number does not match.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from bitwright.errors import declaration_error
from bitwright.patterns.formulas import Elixir
from bitwright.schema import spec
from bitwright.schema.expr import Const, Node

if TYPE_CHECKING:
    from bitwright.patterns.pattern import Pattern

_NAME: Final = re.compile(r"[a-z_][A-Za-z0-9_]*\Z")
_WORDS: Final = frozenset({"after", "and", "catch", "do", "else", "end", "false", "fn", "in", "nil", "not", "or", "rescue", "true", "when"})
_PLAIN: Final = re.compile(rb"[ !$-\[\]-~]+\Z")  # what stands in quotes as it is


def pattern_of(struct: type) -> Pattern:
    """The pattern of a Struct class."""
    from bitwright.patterns.pattern import pattern

    made = spec.spec_of(struct)
    writer = _Writer(made)
    for field in made.fields:
        writer.field(field, last=field is made.last)
    text = f"<<{', '.join(writer.segments)}>>"
    if writer.guards:
        text += f" when {writer.guards[0] if len(writer.guards) == 1 else ' and '.join(f'({guard})' for guard in writer.guards)}"
    return pattern(text, bit_order=made.bit_order)


class _Writer:
    """Writes segments and guards, field by field."""

    def __init__(self, made: spec.StructSpec) -> None:
        self.spec = made
        self.usual_order = "little" if made.bit_order == "lsb" else "big"
        self.segments: list[str] = []
        self.guards: list[str] = []
        self.offset: int | None = 0  # in bits, as long as it is known
        numbers = [f for f in made.fields if type(f.type) is spec.IntType and f.fixed is None]
        naturals = frozenset(f.name for f in numbers if isinstance(f.type, spec.IntType) and not f.type.signed)
        self.elixir = Elixir(naturals, frozenset(f.name for f in numbers) | frozenset(made.params))

    def refuse(self, field: spec.FieldSpec, what: str, advice: str) -> NoReturn:
        """Refuse a field that no segment can be."""
        message = f"{what}, which no bit pattern says; {advice}"
        raise declaration_error(message, field.location, self.spec.name, field.label)

    def field(self, field: spec.FieldSpec, *, last: bool) -> None:
        """One field."""
        match field.type:
            case spec.CheckType(condition):
                self.guards.append(self.guard(field, condition))
            case spec.VarintType():
                self.refuse(field, "a number of variable size", "write the pattern yourself, with extended=True")
            case spec.IntType() as wire:
                self.number(field, wire)
            case spec.FloatType(bits):
                self.add(field, f"{self.name(field)}::float-{bits.width}{self.order(field, bits)}", bits.width)
            case spec.BitsType(Const(size)) as wire:
                self.same_bits(field, wire.bit_order)
                self.add(field, f"{self.name(field)}::bits-size({size})", size)
            case spec.PadType(width) as wire:
                self.same_bits(field, wire.bit_order)
                if width:
                    self.add(field, f"{self.name(field)}::{width}", width)
            case spec.AlignType(multiple) if self.offset is not None:
                if gap := -self.offset % (8 * multiple):
                    self.add(field, f"{self.name(field)}::{gap}", gap)
            case spec.BytesType() as wire if type(wire) is spec.BytesType:
                self.bytes(field, wire, last)
            case _:
                self.refuse(field, f"it is of variable layout ({type(field.type).__name__.removesuffix('Type').lower()})",
                            "match the fields before it with a pattern, and read the rest with the class")  # fmt: skip

    def add(self, field: spec.FieldSpec, text: str, width: int | None) -> None:
        """A segment."""
        self.segments.append(text)
        self.offset = None if self.offset is None or width is None else self.offset + width

    def name(self, field: spec.FieldSpec) -> str:
        """The variable of a field; what is not in the object has a name that is left out."""
        name = field.name.partition(" ")[0]
        if field.hidden or field.reserved:
            name = f"_{name.lstrip('_') or 'gap'}"
        if not _NAME.match(name) or name in _WORDS:
            self.refuse(field, f"`{name}` is no name of a variable in Elixir", "give the field another name")
        return name

    def same_bits(self, field: spec.FieldSpec, bit_order: spec.BitOrder) -> None:
        """Refuse another bit order than the class's: a pattern has one."""
        if bit_order != self.spec.bit_order:
            self.refuse(field, "its bits are counted in another order than those of the class", "give the whole class one bit_order")

    def order(self, field: spec.FieldSpec, wire: spec.IntType) -> str:
        """The byte order, where it says something."""
        self.same_bits(field, wire.bit_order)
        order = self.spec.order if wire.order is None else wire.order
        if order not in ("big", "little"):
            self.refuse(field, "its byte order is known only when a message is read", 'declare it with endian="big" or "little"')
        return "" if wire.width <= 8 or order == self.usual_order else f"-{order}"

    def number(self, field: spec.FieldSpec, wire: spec.IntType) -> None:
        """A number, or the only one that is allowed."""
        if isinstance(field.fixed, Const):
            value = str(field.fixed.value)
        elif field.fixed is None:
            value = self.name(field)
        else:
            self.refuse(field, "it is computed from other fields", "leave the const() out, and compare the numbers in a check()")
        signed = "-signed" if wire.signed else ""
        self.add(field, f"{value}::{wire.width}{signed}{self.order(field, wire)}", wire.width)

    def bytes(self, field: spec.FieldSpec, wire: spec.BytesType, last: bool) -> None:
        """Bytes of a size, those that must be there, or the rest."""
        if wire.prefix is not None or wire.terminator is not None or wire.pad is not None or wire.mixed:
            self.refuse(field, "it is found by what lies in it", "declare it by a size, as in raw(size=n)")
        if isinstance(field.fixed, bytes):
            self.segments += _literal(field.fixed)
            self.offset = None if self.offset is None else self.offset + 8 * len(field.fixed)
        elif isinstance(wire.size, Const):
            self.add(field, f"{self.name(field)}::binary-size({wire.size.value})", 8 * wire.size.value)
        elif wire.size is not None:
            self.add(field, f"{self.name(field)}::binary-size({self.formula(field, wire.size)})", None)
        elif last:
            self.add(field, f"{self.name(field)}::binary", None)
        else:
            self.refuse(field, "it takes the rest, and something follows it", "give it a size")

    def formula(self, field: spec.FieldSpec, node: Node) -> str:
        """A size, or a condition."""
        try:
            return self.elixir.text(node)
        except ValueError as error:
            advice = "match the fields before it, and read the rest with the class"
            return self.refuse(field, f"{error} is computed otherwise in Elixir", advice)

    def guard(self, field: spec.FieldSpec, condition: Node) -> str:
        """What must hold."""
        return self.formula(field, condition)


def _literal(value: bytes) -> list[str]:
    """Bytes as segments: a string where it reads as one, else numbers."""
    if _PLAIN.match(value):
        return [f'"{value.decode("ascii")}"']
    return [str(byte) if byte < 10 else f"0x{byte:02X}" for byte in value]
