"""What the expressions of a declaration may say: fields that are known and are numbers, conditions where a condition is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from bitwright.errors import DeclarationError, Location, declaration_error
from bitwright.schema import spec
from bitwright.schema.expr import COMPARISONS, MOST_BYTES, Binary, Const, FieldRef, ItemRef, Node, ParamRef, Rest, Select, Unary, show, walk

# What each type is, in words.
KINDS: dict[type, str] = {
    spec.IntType: "a number", spec.VarintType: "a number",
    spec.ChecksumType: "a checksum", spec.OptionalType: "optional", spec.NestedType: "a struct",
    spec.ArrayType: "a list", spec.SwitchType: "a union", spec.BytesType: "bytes", spec.CodedType: "the value of a codec",
    spec.TextType: "text",
    spec.AtType: "behind a pointer",
    spec.FloatType: "a float", spec.BitsType: "a run of bits",
    spec.NameType: "a domain name", spec.PadType: "padding", spec.AlignType: "padding", spec.CheckType: "a condition",
}  # fmt: skip

# Where a condition cannot be made of `Base.field`.
AT_ONCE = "; Python compares Base.field at once, so name the condition in the base, `is_reply = qr == 1`, and write Base.is_reply"

# What a reference leads to: a number on the wire, or a computed value and the struct that has it.
Target: TypeAlias = spec.IntType | tuple[Node, spec.StructSpec]


class UnknownError(Exception):
    """A reference that leads nowhere, and why."""


def follow(made: spec.StructSpec, names: tuple[str, ...]) -> Target:
    """What a path of names means in a struct; UnknownError if it is no number."""
    name, rest = names[0], names[1:]
    field = made.field(name)
    if field is None:
        if not rest and name in made.computed:
            return made.computed[name], made
        raise UnknownError(f"{made.name} has no field `{name}`; {choice(name, [*(f.name for f in made.visible), *made.computed])}")
    if rest:
        if isinstance(field.type, spec.NestedType):
            return follow(spec.spec_of(field.type.struct), rest)
        raise UnknownError(f"`{name}` is {kind_of(field.type)}, and only a nested struct that is always there has fields to refer to")
    number = spec.number_behind(field.type)
    if not isinstance(number, spec.IntType):
        raise UnknownError(f"`{name}` is not a number but {kind_of(field.type)}; an expression takes integers, flags and enumerations")
    return number


def choice(name: str, known: list[str]) -> str:
    """What to write instead of a name that is not known."""
    import difflib

    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean `{close[0]}`?" if close else f"it has {', '.join(known) or 'none'}"


def _operand(node: Node) -> str:
    return f"({show(node)})" if isinstance(node, Binary) else show(node)


def kind_of(wire: spec.WireType) -> str:
    """What a type is, in words."""
    return KINDS[type(wire)]


class Relations(msgspec.Struct, frozen=True):
    """Checks the expressions of one field, or of one computed value, of a struct.

    `item` is the type of the array element, inside `until=`.
    """

    made: spec.StructSpec
    name: str
    location: Location | None
    item: spec.WireType | None = None

    def error(self, message: str) -> DeclarationError:
        """A DeclarationError about the field."""
        return declaration_error(message, self.location, self.made.name, self.name)

    def number(self, node: Node, what: str, *, rest: bool = False) -> None:
        """Refuse what cannot be evaluated, and constants below zero; `rest`: whether rest() may occur."""
        if isinstance(node, Const) and node.value < 0:
            raise self.error(f"{what}{node.value} is below zero")
        if isinstance(node, Const) and node.value > MOST_BYTES:
            raise self.error(f"{what}{node.value} is more than any input holds")
        for part in walk(node):
            self._part(part, rest=rest)

    def condition(self, node: Node, what: str, advice: str = AT_ONCE, *, rest: bool = False) -> None:
        """Refuse what is no condition, and what is always the same; `rest`: whether rest() may occur."""
        if isinstance(node, Const):
            raise self.error(f"{what} is always {bool(node.value)}, but must compare a field{advice}")
        self.number(node, what, rest=rest)
        if not self.is_condition(node):
            raise self.error(f"{what} is the number `{show(node)}`, not a condition; write `{_operand(node)} != 0` or another comparison")

    def _part(self, part: Node, *, rest: bool) -> None:
        match part:
            case FieldRef(names):
                self._field(names)
            case ItemRef(names):
                self._element(names)
            case ParamRef(name) if self.made.params[name].type is bytes:
                raise self.error(f"`{name}` is bytes, not a number; a bytes parameter goes into checksum(prefix=...) or arguments=")
            case Rest() if not rest:
                raise self.error("rest() is only known where a field is read; write it in its size=, or alone in when(rest() > 0, ...)")
            case Unary("not", operand) if not self.is_condition(operand):
                raise self.error(f"`~` means not, and `{show(operand)}` is no condition; to flip bits write `{_operand(operand)} ^ 0xFF`")
            case Binary("floordiv" | "mod", _, Const(0)):
                raise self.error(f"`{show(part)}` divides by zero")
            case Binary("shl" | "shr", _, Const(amount)) if not 0 <= amount < 64:
                raise self.error(f"`{show(part)}` shifts by {amount}; numbers have 64 bits")
            case Select(chosen, _, _):
                self.condition(chosen, "the condition of select()")

    def _field(self, names: tuple[str, ...]) -> Target:
        try:
            return follow(self.made, names)
        except UnknownError as why:
            raise self.error(f"`{'.'.join(names)}`: {why}" if len(names) > 1 else str(why)) from None

    def _element(self, names: tuple[str, ...]) -> Target:
        try:
            return self._element_target(names)
        except UnknownError as why:
            raise self.error(f"until=: {why}") from None

    def _element_target(self, names: tuple[str, ...]) -> Target:
        item = self.item
        if isinstance(item, spec.NestedType):
            if names:
                return follow(spec.spec_of(item.struct), names)
            raise UnknownError("the element is a struct; compare one of its fields, as in `lambda it: it.length == 0`")
        if names:
            raise UnknownError(f"the element is a value without fields, so `.{names[0]}` means nothing; compare the element itself")
        if isinstance(item, spec.IntType):
            return item
        raise UnknownError("the element is not a number; end the array with count= or size=")

    # --- conditions --------------------------------------------------------------------------

    def is_condition(self, node: Node) -> bool:
        """Whether an expression can only be true or false."""
        match node:
            case Const(value):
                return value in {0, 1}
            case FieldRef(names):
                return self._true_or_false(self._field(names))
            case ItemRef(names):
                return self._true_or_false(self._element(names))
            case ParamRef(name):
                return self.made.params[name].type is bool
            case Unary(op):
                return op == "not"
            case Binary(op, left, right):
                return op in COMPARISONS or (op in {"and", "or", "xor"} and self.is_condition(left) and self.is_condition(right))
            case Select(_, then, other):
                return self.is_condition(then) and self.is_condition(other)
            case Rest():
                return False

    def _true_or_false(self, target: Target) -> bool:
        if isinstance(target, spec.IntType):
            return target.as_type is bool
        node, made = target
        return Relations(made, self.name, self.location).is_condition(node)

    # --- parameters --------------------------------------------------------------------------

    def arguments(self, given: Iterable[tuple[str, Node]], struct: type, *, exact: bool) -> None:
        """Whether a struct is given the parameters it needs and, if `exact`, no others."""
        inner, values = spec.spec_of(struct), dict(given)
        for name, node in values.items():
            described = inner.params.get(name)
            if described is None:
                if exact:
                    raise self.error(f"arguments=: {inner.name} has no parameter `{name}`; {choice(name, list(inner.params))}")
                if not (isinstance(node, ParamRef) and self.made.params[node.name].type is bytes):
                    self.number(node, "")
            else:
                self._argument(name, node, described)
        for name, described in inner.params.items():
            if name not in values and described.default is spec.MISSING:
                raise self.error(f"{inner.name} needs the parameter `{name}`; hand it over: arguments={{{name!r}: ...}}")

    def _argument(self, name: str, node: Node, described: spec.ParamSpec) -> None:
        passed_on = isinstance(node, ParamRef) and self.made.params[node.name].type is bytes
        if not passed_on:
            self.number(node, f"arguments=: {name}=")
        if passed_on != (described.type is bytes):
            raise self.error(f"arguments=: `{name}` takes {described.type.__name__}, not `{show(node)}`")
