"""The frozen description of a format: what a class declared, and nothing of how it is executed.

A `StructSpec` is made once, when the class is created, and never changes.  Everything below
(`lower`, diagrams, JSON, docs) reads it.  Sizes are bits unless the name says bytes.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from bitwright.errors import Location
from bitwright.field_codec import FieldCodec
from bitwright.locks import lock_across_forks
from bitwright.schema.expr import Const, Node, least_rest
from bitwright.wire.timestamps import Timestamp

Order: TypeAlias = Literal["big", "little", "inherit"]
BitOrder: TypeAlias = Literal["msb", "lsb"]  # which bit of a byte comes first
Base: TypeAlias = Literal["origin", "self", "here"]
Direction: TypeAlias = Literal["backward", "forward"]


class IntType(msgspec.Struct, frozen=True):
    """An integer of `width` bits; `as_type` is int, bool or an IntEnum class.

    `order` None means the struct's byte order; a Node is true for little endian.  A number is made of chunks of 8
    bits in the order of the wire, the last one perhaps shorter: in big endian the first chunk is the most significant.
    `bit_order` says which bit of a byte comes first, and so is the first, or the last, bit of a chunk.
    """

    width: int
    signed: bool = False
    order: Order | Node | None = None
    as_type: type = int
    bit_order: BitOrder = "msb"

    @property
    def enum(self) -> type[enum.IntEnum] | None:
        """The enumeration, if the value is a member of one."""
        return self.as_type if issubclass(self.as_type, enum.IntEnum) else None

    @property
    def time(self) -> type[Timestamp] | None:
        """The class of its values, if they are points in time."""
        return self.as_type if issubclass(self.as_type, Timestamp) else None


class VarintType(IntType, frozen=True):
    """An integer whose bytes say themselves how many they are; `width` is of the value, `coding` one of `varints.KINDS`."""

    coding: str = "leb128"


class FloatType(msgspec.Struct, frozen=True):
    """A number of IEEE 754 whose bits lie as those of the integer `bits`, of 16, 32 or 64."""

    bits: IntType


class BitsType(msgspec.Struct, frozen=True):
    """`size` bits as a value of `as_type`, which is `bitstring.Bits`.

    Where the size is an expression they begin at a byte, and the rest of their last byte is zero.
    """

    size: Node
    as_type: type
    bit_order: BitOrder = "msb"

    @property
    def fills_up(self) -> bool:
        """Whether the rest of the last byte belongs to it."""
        return not isinstance(self.size, Const)


class BytesType(msgspec.Struct, frozen=True):
    """Bytes: of `size`, after a length `prefix`, up to a `terminator`, or to the end of the region.

    With `pad`, `size` is that of an area which they need not fill: they end at the `terminator`, or before the padding.
    `as_type` is bytes or a fixed-size subclass; of a `mixed` UUID the first three parts are little endian.
    `payload` marks the bytes of the layer above.
    """

    size: Node | None = None
    prefix: IntType | None = None
    terminator: bytes | None = None
    as_type: type[bytes] = bytes
    payload: bool = False
    pad: bytes | None = None
    mixed: bool = False

    @property
    def unit(self) -> int:
        """The bytes that a terminator and a padding are counted in."""
        return 1


class CodedType(BytesType, frozen=True):
    """What a codec written in Python makes of the bytes; if `unsized`, it says itself where they end."""

    codec: FieldCodec[Any] = FieldCodec()
    unsized: bool = False


class TextType(msgspec.Struct, frozen=True):
    """Text in `encoding`, whose characters are made of units of so many bytes; delimited like `BytesType`."""

    encoding: str
    size: Node | None = None
    prefix: IntType | None = None
    terminator: bytes | None = None
    pad: bytes | None = None
    unit: int = 1


class NameType(msgspec.Struct, frozen=True):
    """A domain name (RFC 1035, 4.1.4); `compress` allows pointers when building."""

    compress: bool = True


class PadType(msgspec.Struct, frozen=True):
    """`width` zero bits that carry nothing."""

    width: int
    bit_order: BitOrder = "msb"


class AlignType(msgspec.Struct, frozen=True):
    """Zero bytes up to the next multiple of `multiple` bytes, counted from the struct's first byte."""

    multiple: int


class NestedType(msgspec.Struct, frozen=True):
    """Another struct, in a region of `size` bytes that it must fill exactly, or unbounded."""

    struct: type
    size: Node | None = None
    order: Order | Node | None = None
    arguments: tuple[tuple[str, Node], ...] = ()


class ArrayType(msgspec.Struct, frozen=True):
    """Elements: `count` of them; as many as a `prefix` says; as many as fill `size` bytes; some, or those to the end.

    Some are those up to and with the first that satisfies `until`, or up to where the bytes of a `terminator` stand.
    """

    item: WireType
    count: Node | None = None
    size: Node | None = None
    until: Node | None = None
    prefix: IntType | None = None
    terminator: bytes | None = None

    @property
    def to_the_end(self) -> bool:
        """Whether it takes everything that is left of its region."""
        return (self.count, self.size, self.until, self.prefix, self.terminator) == (None,) * 5


# Held while an arm is added and while a format is compiled, so that no thread compiles half of a union.
UNIONS_LOCK = lock_across_forks()


class Union(msgspec.Struct):
    """The arms of a tagged union.  `open` unions gain arms when classes with `tag=` are created."""

    name: str
    cases: dict[int, type]
    default: type | None
    open: bool = False
    dependents: list[Callable[[], None]] = msgspec.field(default_factory=list)

    def tag_of(self, struct: type) -> int | None:
        """The tag of a class, the first given if it has several; None for the default arm."""
        return next((tag for tag, arm in self.cases.items() if arm is struct), None)

    def add(self, tags: Collection[int], struct: type) -> None:
        """Register an arm, and let everything compiled from the old set go."""
        with UNIONS_LOCK:
            self.cases = {**self.cases, **dict.fromkeys(tags, struct)}
            dependents, self.dependents = self.dependents, []
            for forget in dependents:
                forget()


class SwitchType(msgspec.Struct, frozen=True):
    """A struct chosen by the value of `on`, in a region of `size` bytes that it must fill.

    `default` serves unknown tags; None refuses them.  `empty` serves a region of no bytes
    where the tagged arm cannot be empty.  `malformed` serves a region that the tagged arm cannot read.
    """

    on: Node
    union: Union
    default: type | None
    size: Node | None = None
    empty: type | None = None
    order: Order | Node | None = None
    arguments: tuple[tuple[str, Node], ...] = ()
    malformed: type | None = None


class OptionalType(msgspec.Struct, frozen=True):
    """`inner` where the condition holds; otherwise nothing on the wire, and None."""

    condition: Node
    inner: WireType

    @property
    def at_end(self) -> bool:
        """Whether it is there if the region has bytes left for it, so that only its like can follow."""
        return least_rest(self.condition) is not None


class AtType(msgspec.Struct, frozen=True):
    """`inner` at `offset` bytes from the start of the struct that `base` names; nothing where the field itself stands.

    `base`: "origin" is the nearest struct around with `origin`, or the outermost; "self" the struct that has the field;
    "here" counts from the field's place, within the region of the origin.  `direction`: whether the offset may only lead
    to before the struct that has the field, or only to behind it.  `align`: where building places what it has to place.
    """

    offset: Node
    inner: WireType
    base: Base = "origin"
    direction: Direction | None = None
    align: int = 1


class FieldSpan(msgspec.Struct, frozen=True):
    """From the begin of one field to the end of another, or of the same."""

    first: str
    last: str


class ChecksumType(msgspec.Struct, frozen=True):
    """An integer computed over the struct, each of its own bytes read as `own` (none at all, if that is empty).

    `over` is what it covers: the first bytes by their number, those from one place to another, or fields; None: all.

    `prefix` names a bytes parameter that is summed first (a pseudo-header); where that is empty, nothing is
    verified and the value must be given.  `zero_is_absent`: 0 on the wire means not computed, which is written
    where the prefix is empty, and a computed 0 is sent as all ones (RFC 768).
    """

    inner: IntType
    algorithm: Callable[[bytes], int]
    over: Node | tuple[Node, Node] | FieldSpan | None = None
    prefix: str | None = None
    zero_is_absent: bool = False
    own: bytes = b"\0"

    @property
    def places(self) -> tuple[Node, ...]:
        """The expressions that say what it covers."""
        return self.over if isinstance(self.over, tuple) else (self.over,) if isinstance(self.over, Node) else ()


class CheckType(msgspec.Struct, frozen=True):
    """No bits at all: a condition that must hold for what was read so far."""

    condition: Node
    message: str


WireType: TypeAlias = (
    IntType | FloatType | BitsType | BytesType | TextType | NameType | PadType | AlignType
    | NestedType | ArrayType | SwitchType | OptionalType | AtType | ChecksumType | CheckType
)  # fmt: skip


def number_behind(wire: WireType) -> WireType:
    """The type itself, without the optional, the pointer or the checksum around it."""
    while isinstance(wire, OptionalType | AtType | ChecksumType):
        wire = wire.inner
    return wire


def pointer_of(wire: WireType) -> AtType | None:
    """The pointer that a field is, perhaps where a condition holds; None if it is none."""
    wire = wire.inner if isinstance(wire, OptionalType) else wire
    return wire if isinstance(wire, AtType) else None


def pointed(wire: WireType) -> WireType:
    """The type itself, without the optional or the pointer around it."""
    while isinstance(wire, OptionalType | AtType):
        wire = wire.inner
    return wire


def structs_in(wire: WireType) -> Iterator[type]:
    """The structs that a wire type can hold directly."""
    match wire:
        case NestedType(struct):
            yield struct
        case ArrayType(item) | OptionalType(_, item) | AtType(_, item):
            yield from structs_in(item)
        case SwitchType():
            yield from arms_of(wire)


def arms_of(wire: SwitchType) -> list[type]:
    """Every struct a union can hold, each once, in order of tags."""
    found = [*wire.union.cases.values(), wire.default, wire.empty, wire.malformed]
    return list(dict.fromkeys(arm for arm in found if arm is not None))


def expressions_of(wire: WireType) -> list[Node]:
    """Every expression that parsing this type evaluates when it reaches it."""
    match wire:
        case IntType(order=order):
            found: list[object] = [order]
        case FloatType(bits):
            found = [bits.order]
        case BitsType(size=size):
            found = [size]
        case BytesType(size=size, prefix=prefix) | TextType(size=size, prefix=prefix):
            found = [size, prefix.order if prefix else None]
        case NestedType(_, size, order, arguments):
            found = [size, order, *(node for _, node in arguments)]
        case ArrayType(item, count, size, until, prefix):
            found = [count, size, until, prefix.order if prefix else None, *expressions_of(item)]
        case SwitchType():
            found = [wire.on, wire.size, wire.order, *(node for _, node in wire.arguments)]
        case OptionalType(condition, inner):
            found = [condition, *expressions_of(inner)]
        case CheckType(condition):
            found = [condition]
        case AtType(offset, inner):
            found = [offset, *expressions_of(inner)]
        case ChecksumType(inner):
            found = [*expressions_of(inner)]
        case _:
            found = []
    return [node for node in found if isinstance(node, Node)]


MISSING: Any = type("MISSING", (), {"__repr__": lambda self: "MISSING", "__bool__": lambda self: False})()


class FieldSpec(msgspec.Struct, frozen=True):
    """One field: its name, how it lies on the wire, and where it was declared.

    `auto`: derived from its uses when not given.  `fixed`: the only value allowed.
    `reserved`: a finding if not zero.  `hidden`: on the wire but not in the object.
    """

    name: str
    type: WireType
    location: Location
    default: Any = MISSING
    auto: bool = False
    fixed: Node | bytes | None = None
    reserved: bool = False
    hidden: bool = False
    doc: str = ""

    @property
    def label(self) -> str:
        """What messages call the field: its name; those without one have a number behind the word that made them."""
        return self.name.partition(" ")[0]

    @property
    def optional(self) -> bool:
        """Whether the constructor can do without it."""
        return self.auto or self.fixed is not None or self.default is not MISSING


class ParamSpec(msgspec.Struct, frozen=True):
    """A value given from outside: by the caller, or by the struct that nests this one."""

    name: str
    type: type
    default: Any
    location: Location


class StructSpec(msgspec.Struct, frozen=True):
    """All that a class declared."""

    name: str
    module: str
    struct: type
    fields: tuple[FieldSpec, ...]
    computed: Mapping[str, Node]
    params: Mapping[str, ParamSpec]
    order: Order
    origin: bool
    location: Location
    doc: str = ""
    bit_order: BitOrder = "msb"

    def field(self, name: str) -> FieldSpec | None:
        """The field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def visible(self) -> tuple[FieldSpec, ...]:
        """The fields that the object has, in wire order."""
        return tuple(f for f in self.fields if not f.hidden)

    @property
    def checks(self) -> list[tuple[FieldSpec, CheckType]]:
        """The conditions that must hold, in order."""
        return [(f, f.type) for f in self.fields if isinstance(f.type, CheckType)]

    @property
    def sums(self) -> list[tuple[FieldSpec, ChecksumType]]:
        """The checksums, in order, also those that may be absent."""
        types = ((f, f.type.inner if isinstance(f.type, OptionalType) else f.type) for f in self.fields)
        return [(f, wire) for f, wire in types if isinstance(wire, ChecksumType)]

    def covers(self, wire: ChecksumType, field: FieldSpec) -> bool:
        """Whether a checksum is known to cover a field: of a number of bytes it is not."""
        return wire.over is None or (isinstance(wire.over, FieldSpan) and field in self.fields_of(wire.over))

    def fields_of(self, span: FieldSpan) -> tuple[FieldSpec, ...]:
        """The fields of a span, in order; none if it is none."""
        names = [f.name for f in self.fields]
        if span.first not in names or span.last not in names:
            return ()
        return self.fields[names.index(span.first) : names.index(span.last) + 1]

    @property
    def last(self) -> FieldSpec:
        """The field that ends the struct."""
        return [f for f in self.fields if not isinstance(f.type, CheckType)][-1]

    @property
    def payload(self) -> FieldSpec | None:
        """The field that holds the layer above, or None."""
        return next((f for f in self.fields if isinstance(f.type, BytesType) and f.type.payload), None)


def spec_of(struct: type) -> StructSpec:
    """The spec of a Struct class; TypeError for anything else."""
    spec = getattr(struct, "__bitwright__", None)
    if not isinstance(spec, StructSpec):
        raise TypeError(f"{struct!r} is not a bitwright Struct")
    return spec
