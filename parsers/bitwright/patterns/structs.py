"""From a pattern to a Struct: the same layout as a class.

Promise: the class reads what the pattern matches, field by field the same values, and writes what it read; what a Struct cannot say
is refused with `PatternError` and advice, never left out.  Three things differ, since a Struct has its own rules: a float may be no
number, `_` and `_name` are findings where they are not zero, and a run of bits that begins within a byte is a `bitstring.Bits` always.
"""

from __future__ import annotations

import keyword
import types
from typing import TYPE_CHECKING, Any, Final, NoReturn

from bitwright.bitsyntax import tree
from bitwright.bitsyntax.computed import width_of
from bitwright.errors import DeclarationError, Location, PatternError
from bitwright.patterns.formulas import Formulas, solved_for
from bitwright.schema import content, numbers, reals, spec
from bitwright.schema.draft import draft_of, field
from bitwright.struct_ import Struct

if TYPE_CHECKING:
    from bitwright.patterns.pattern import Pattern

_FLOATS: Final[dict[int, Any]] = {16: reals.f16, 32: reals.f32, 64: reals.f64}
_UNSIGNED: Final[dict[int, Any]] = {16: numbers.u16, 24: numbers.u24, 32: numbers.u32, 48: numbers.u48, 64: numbers.u64}
_SIGNED: Final[dict[int, Any]] = {16: numbers.i16, 32: numbers.i32, 64: numbers.i64}
_MOST_WIDE: Final = 64


def struct_of(pattern: Pattern, name: str | None, module: str) -> type[Struct]:
    """The Struct class of a pattern that is one bitstring."""
    guarded = pattern._tree
    if not isinstance(guarded.pattern, tree.Bitstring):
        raise PatternError("only a pattern that is one bitstring has a layout", pattern.text, advice="take the part that is <<...>>")
    body = _Body(pattern, guarded, guarded.pattern)
    keywords = {"bit_order": "lsb"} if pattern.bit_order == "lsb" else {}
    try:
        made = types.new_class(name or "Message", (Struct,), keywords, lambda namespace: body.fill(namespace, module))
    except DeclarationError as error:
        raise PatternError(f"no Struct can be made of it: {error.problem.message}", pattern.text, body.place_of(error)) from None
    return made


class _Body:
    """Fills the namespace of a class with fields, one a segment."""

    def __init__(self, pattern: Pattern, guarded: tree.Guarded, bitstring: tree.Bitstring) -> None:
        self.pattern, self.guarded, self.bitstring, self.segments = pattern, guarded, bitstring, bitstring.segments
        self.declared: set[str] = set()
        self.numbers: dict[str, Any] = {}  # what expressions read: numbers and parameters
        self.usual_order = "little" if pattern.bit_order == "lsb" else "big"
        self.offset = 0  # of the next bit, counted from the begin of a byte
        naturals = (s.value.name for s in self.segments if s.type == "integer" and not s.signed and isinstance(s.value, tree.Variable))
        self.formulas = Formulas(pattern.text, self.numbers, frozenset(naturals))
        self.derived: frozenset[str] = frozenset()
        self.namespace: Any = {}

    def refuse(self, message: str, node: Any, advice: str = "") -> NoReturn:
        """Refuse a part of the pattern."""
        raise PatternError(message, self.pattern.text, node.at, advice)

    def place_of(self, error: DeclarationError) -> int | None:
        """Where the segment stands whose field was refused."""
        path = error.problem.path or ""
        return next((s.at for s in self.segments if isinstance(s.value, tree.Variable) and s.value.name == path), None)

    def fill(self, namespace: Any, module: str) -> None:
        """Declare everything."""
        self.namespace = namespace
        namespace["__module__"] = module
        namespace["__doc__"] = f"The pattern {' '.join(self.pattern.text.split())}"
        self.parameters()
        sizes = [s.size for s in self.segments if s.size is not None]
        alone = {solved_for(size) for size in sizes}
        self.derived = frozenset(alone - {name for size in sizes if not solved_for(size) for name in names_in(size)})
        for number, segment in enumerate(self.segments, 1):
            self.segment(number, segment)
        if self.offset % 8:
            self.refuse("the pattern ends within a byte", self.segments[-1], "a Struct has whole bytes: write the bits that fill the last")
        if self.guarded.guards:
            self.guards()

    def parameters(self) -> None:
        """The names that come from outside."""
        for segment in self.segments:
            if isinstance(segment.value, tree.Pin):
                self.refuse("a value that comes from outside is compared", segment, "bind a name, and compare it where the message is used")
        for name in self.pattern.free:
            self.declare(name, numbers.param(int), None, self.guarded.pattern.at)

    def declare(self, name: str, proxy: Any, annotation: type | None, at: int) -> None:
        """A field, or with no annotation what is none."""
        if not name.isidentifier() or keyword.iskeyword(name):
            raise PatternError(f"{name} is no name in Python", self.pattern.text, at, "give the variable another name")
        draft_of(proxy, "a pattern").site = Location(repr(self.pattern), self.pattern.text.count("\n", 0, at) + 1)
        if annotation is not None:
            self.namespace["__annotations__"][name] = annotation
        self.namespace[name] = proxy
        self.declared.add(name)
        if annotation is int or annotation is None:
            self.numbers[name] = proxy

    # --- segments ----------------------------------------------------------------------------

    def segment(self, number: int, segment: tree.Segment) -> None:
        """One segment."""
        value = segment.value
        if isinstance(value, tree.Variable) and value.name in self.declared:
            advice = "give the second another name, and compare the two in a guard"
            self.refuse(f"{value.name} is bound already, and would be compared", segment, advice)
        if segment.type == "integer":
            self.integer(number, segment)
        elif segment.type == "float":
            self.float(number, segment)
        elif segment.type == "binary":
            self.binary(number, segment)
        elif segment.type == "varint" and isinstance(value, tree.Variable):
            self.declare(value.name, self.auto(value.name, numbers.varint(segment.coding)), int, segment.at)  # type: ignore[call-overload]  # any coding
        else:
            self.refuse(f"a Struct has no {segment.type} alone", segment, "declare it in a class: text(size=..., encoding=...) has several")

    def fixed_width(self, segment: tree.Segment) -> int:
        """The bits of a number."""
        width = width_of(segment)
        if width is None:
            self.refuse("the width of the number is computed", segment, "a Struct has numbers of a fixed width: read bytes")
        return width

    def orders(self, segment: tree.Segment, width: int) -> dict[str, Any]:
        """The byte order, where it is not the usual one and says something."""
        return {} if width <= 8 or segment.order == self.usual_order else {"endian": segment.order}

    def auto(self, name: str, proxy: Any) -> Any:
        """A number that a size reads is derived from what has that size."""
        return numbers.auto(proxy) if name in self.derived else proxy

    def integer(self, number: int, segment: tree.Segment) -> None:
        """A number of 1 to 64 bits."""
        width, value = self.fixed_width(segment), segment.value
        if not 1 <= width <= _MOST_WIDE:
            self.refuse(f"a number of {width} bits", segment, "a Struct has numbers of 1 to 64 bits: write more as bits or binary")
        orders = self.orders(segment, width)
        if isinstance(value, tree.Wildcard):
            self.declare(f"_skipped_{number}", numbers.pad(bits=width), None, segment.at)
        elif isinstance(value, tree.Literal):
            self.constant(number, segment, value, width)
        elif isinstance(value, tree.Variable):
            plain = not orders and not segment.signed and value.name not in self.derived
            if value.name.startswith("_") and plain:
                proxy: Any = numbers.reserved(width)
            else:
                proxy = self.auto(value.name, _integer(width, segment.signed, orders))
            self.declare(value.name, proxy, int, segment.at)
        self.offset += width

    def constant(self, number: int, segment: tree.Segment, value: tree.Literal, width: int) -> None:
        """A number that must be there."""
        low, high = (-(1 << width - 1), (1 << width - 1) - 1) if segment.signed else (0, (1 << width) - 1)
        if type(value.value) is not int or not low <= value.value <= high:
            self.refuse("this never matches, since the literal is not among the segment's values", segment, "write a value that fits")
        proxy = numbers.const(_integer(width, segment.signed, self.orders(segment, width)), value.value)
        self.declare(f"_literal_{number}", proxy, int, segment.at)

    def float(self, number: int, segment: tree.Segment) -> None:
        """A float of 16, 32 or 64 bits."""
        width, value = self.fixed_width(segment), segment.value
        if width not in _FLOATS:
            self.refuse(f"a float of {width} bits", segment, "a float has 16, 32 or 64 bits")
        orders = self.orders(segment, width)
        if isinstance(value, tree.Variable):
            self.declare(value.name, _FLOATS[width](**orders), float, segment.at)
        elif isinstance(value, tree.Literal):
            proxy = numbers.const(_integer(width, False, orders), self.float_bits(segment, value, width))
            self.declare(f"_literal_{number}", proxy, int, segment.at)
        else:
            self.declare(f"_skipped_{number}", numbers.pad(bits=width), None, segment.at)
        self.offset += width

    def float_bits(self, segment: tree.Segment, literal: tree.Literal, width: int) -> int:
        """A literal as the bits of a float that is exactly it."""
        import struct

        form = {16: ">e", 32: ">f", 64: ">d"}[width]
        try:
            value = float(literal.value)
            packed = struct.pack(form, value)
        except (TypeError, ValueError, OverflowError):
            packed = b""
        if not packed or struct.unpack(form, packed)[0] != literal.value:
            self.refuse("this never matches, since no float of this width is the literal", segment, "write a value that fits")
        return int.from_bytes(packed, "big")

    # --- bytes and bits ----------------------------------------------------------------------

    def binary(self, number: int, segment: tree.Segment) -> None:
        """A string, bytes or bits of a size, or what is left."""
        if isinstance(segment.value, tree.Literal):
            self.string(number, segment, segment.value.value)
            return
        width = width_of(segment)
        if width is not None:
            self.run(number, segment, width)
            self.offset += width
            return
        if self.offset % 8:
            self.refuse("bytes of a size that is computed begin within a byte", segment, "move them to the begin of a byte")
        size = self.rest(number, segment) if segment.size is None else self.size(segment)
        named = {} if size is None else {"size": size}
        if isinstance(segment.value, tree.Variable):
            self.declare(segment.value.name, content.raw(**named), bytes, segment.at)
        else:
            self.declare(f"_skipped_{number}", content.raw(**named, default=b""), bytes, segment.at)

    def string(self, number: int, segment: tree.Segment, value: Any) -> None:
        """Bytes that must be there."""
        if not isinstance(value, bytes):
            self.refuse("this never matches", segment, "a binary is compared with a string")
        width = 8 * len(value)
        if not self.offset % 8:
            self.declare(f"_literal_{number}", numbers.const(content.raw(size=len(value)), value), bytes, segment.at)
        elif width <= _MOST_WIDE:
            order: Any = {} if self.usual_order == "big" else {"endian": "big", "bit_order": "lsb"}
            proxy = numbers.const(numbers.bits(width, **order), int.from_bytes(value, "big"))
            self.declare(f"_literal_{number}", proxy, int, segment.at)
        else:
            self.refuse("a string of more than 8 bytes begins within a byte", segment, "write it as several")
        self.offset += width

    def run(self, number: int, segment: tree.Segment, width: int) -> None:
        """Bytes or bits of a fixed size."""
        whole = not self.offset % 8 and not width % 8
        if isinstance(segment.value, tree.Wildcard):
            if width:
                self.declare(f"_skipped_{number}", numbers.pad(bits=width), None, segment.at)
            return
        assert isinstance(segment.value, tree.Variable)
        if whole:
            self.declare(segment.value.name, content.raw(size=width // 8), bytes, segment.at)
            return
        if not width:
            self.refuse("a run of no bits", segment, "leave it out")
        try:
            from bitstring import Bits
        except ImportError:
            self.refuse("a run of bits is a bitstring.Bits", segment, "install it: pip install 'bitwright[bits]'")
        self.declare(segment.value.name, numbers.bits(width, Bits), Bits, segment.at)

    def rest(self, number: int, segment: tree.Segment) -> Any:
        """The size of what takes the rest: none at the end, else what the others leave."""
        if segment.unit not in (1, 8):
            self.refuse(f"the rest in units of {segment.unit} bits", segment, "a Struct counts bytes: write unit 8, and a check")
        behind = sum(width_of(other) or 0 for other in self.segments[number:])
        if behind % 8:
            self.refuse("what is left ends within a byte", segment, "write the sizes behind it so that they make whole bytes")
        return numbers.rest() - behind // 8 if behind else None

    def size(self, segment: tree.Segment) -> Any:
        """A size that is computed, in bytes."""
        count, unit = segment.size, segment.unit
        assert count is not None
        if unit % 8 and isinstance(count, tree.Call) and count.function == "*":
            left, right = count.args
            for factor, other in ((left, right), (right, left)):
                if isinstance(factor, tree.Literal) and type(factor.value) is int and not factor.value * unit % 8:
                    count, unit = other, factor.value * unit
                    break
        if unit % 8:
            self.refuse("a computed number of bits", segment, "a Struct counts bytes: write size(n * 8), or binary-size(n)")
        return self.formulas.number(count) * (unit // 8) if unit != 8 else self.formulas.number(count)

    def guards(self) -> None:
        """What must hold."""
        condition: Any = None
        for guard in self.guarded.guards:
            holds = self.formulas.condition(guard)
            condition = holds if condition is None else condition | holds
        first = self.pattern.text.index("when", self.bitstring.end) + len("when")
        message = f"the guard does not hold: {' '.join(self.pattern.text[first:].split())}"
        proxy = field(lambda scope: spec.CheckType(scope.freeze(condition), message), hidden=True)
        draft_of(proxy, "a guard").site = Location(repr(self.pattern), self.pattern.text.count("\n", 0, first) + 1)
        self.namespace.state(proxy)


def _integer(width: int, signed: bool, orders: dict[str, Any]) -> Any:
    """The word of the vocabulary for a number."""
    if width == 8:
        return numbers.i8() if signed else numbers.u8()
    word = (_SIGNED if signed else _UNSIGNED).get(width)
    if word is not None:
        return word(**orders)
    return numbers.bits(width, signed=signed, **orders)


def names_in(node: tree.Expr) -> set[str]:
    """The variables that an expression reads."""
    match node:
        case tree.Variable(name):
            return {name}
        case tree.Call(_, args):
            return {name for arg in args for name in names_in(arg)}
        case _:
            return set()
