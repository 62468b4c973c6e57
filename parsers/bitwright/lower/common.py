"""What lowering to parse and to build programs share: names of functions and objects, parameters, context."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Literal, NoReturn

from bitwright.errors import Location, declaration_error
from bitwright.ir.builder import Builder
from bitwright.ir.ops import Block, Program, Reg, RegType
from bitwright.lower.expressions import Values
from bitwright.lower.facts import Needs, end_phase, refuse_hollow_recursion, refuse_unknown
from bitwright.lower.pointing import refuse_endless_pointers
from bitwright.schema import runs, spec
from bitwright.schema.expr import Node

POSITION_HI = 1 << 48  # no buffer is longer, so positions, sizes and counts stay within it
PARAMETER_LO, PARAMETER_HI = -(1 << 64), (1 << 64) - 1

Arguments = tuple[tuple[str, RegType], ...]  # the parameters that a function is handed, by name


class ProgramLowering:
    """A program while it is made: every function and every object has one name."""

    def __init__(self, struct: type, direction: Literal["parse", "build"]) -> None:
        self.names: dict[Hashable, str] = {}
        self.program = Program(spec.spec_of(struct).name, direction, "entry", {}, {})
        self._symbols: dict[int, str] = {}
        self.waiting: list[Callable[[], None]] = []  # functions that are called but not lowered yet

    def lower_waiting(self) -> None:
        """Lower what is called, and what that calls: not inside each other, since structs may be nested deeper than Python's stack."""
        while self.waiting:
            self.waiting.pop(0)()

    def symbol(self, value: Any, name: str) -> str:
        """The `@name` under which an object is known in the program."""
        known = self._symbols.get(id(value))
        if known is None:
            known = f"@{name}"
            while known in self.program.symbols:
                known += "_"
            self._symbols[id(value)] = known
            self.program.symbols[known] = value
        return known

    def unique_block(self, struct: str, field: str) -> str:
        """A new name for the function that writes what a pointer leads to."""
        base = name = f"block_{struct}_{field}"
        serial = 2
        while name in self.program.functions:
            name, serial = f"{base}_{serial}", serial + 1
        return name

    def unique_name(self, struct: type, order: str, phase: int) -> str:
        """A new function's name: the struct's, and what is not usual about it."""
        base = f"{self.program.direction}_{spec.spec_of(struct).name}"
        base += ("_le" if order == "little" else "") + (f"_at{phase}" if phase else "")
        name, serial = base, 2
        while name in self.names.values():
            name, serial = f"{base}_{serial}", serial + 1
        return name


def refuse_as_message(struct: type) -> None:
    """A message fills whole bytes and ends; DeclarationError with advice if the struct cannot."""
    refuse_unknown(struct)
    refuse_hollow_recursion(struct)
    refuse_endless_pointers(struct)
    made, loose = spec.spec_of(struct), end_phase(struct, 0)
    if loose:
        raise declaration_error(
            f"ends {loose} bits into a byte, so it cannot be a message; add `_gap = pad(bits={8 - loose})` or nest it",
            made.location, made.name,
        )  # fmt: skip


def parameter(builder: Builder, described: spec.ParamSpec) -> Reg:
    """The register of a parameter."""
    if described.type is bytes:
        return builder.reg("obj", hint=described.name)
    lo, hi = (0, 1) if described.type is bool else (PARAMETER_LO, PARAMETER_HI)
    return builder.reg("int", lo, hi, described.name)


def parameters_of(builder: Builder, values: Values, made: spec.StructSpec, arguments: Arguments) -> list[Reg]:
    """Registers for the parameters that a caller hands over; the others take their defaults."""
    taken = []
    for name, kind in arguments:
        described = made.params.get(name)  # none: an argument for other arms of a union
        limits = (0, 0) if kind == "obj" else (PARAMETER_LO, PARAMETER_HI)
        values.params[name] = reg = parameter(builder, described) if described else builder.reg(kind, *limits, name)
        taken.append(reg)
    return taken


def hand_over(builder: Builder, values: Values, wire: spec.NestedType | spec.SwitchType, location: Location) -> tuple[Arguments, list[Reg]]:
    """What a struct hands to the one that it nests, or to every arm of a union, within what a parameter holds."""
    structs = [wire.struct] if isinstance(wire, spec.NestedType) else spec.arms_of(wire)
    arguments, handed = [], []
    for name, node in wire.arguments:
        reg = values.lower(node, location)
        kinds = {described.type for struct in structs if (described := spec.spec_of(struct).params.get(name)) is not None}
        if bool in kinds and reg.type == "int" and not 0 <= reg.lo <= reg.hi <= 1:
            if kinds != {bool}:
                message = f"{name} is a flag in some arms and a number in others; declare it alike in all"
                raise declaration_error(message, location, values.made.name)
            reg = builder.bin("ne", reg, builder.const(0))
        elif reg.type == "int" and not PARAMETER_LO <= reg.lo <= reg.hi <= PARAMETER_HI:
            raise declaration_error(f"{name} would be {reg.lo} to {reg.hi}; a parameter has at most 64 bits", location, values.made.name)
        arguments.append((name, reg.type))
        handed.append(reg)
    return tuple(arguments), handed


def default_parameters(builder: Builder, values: Values, made: spec.StructSpec) -> None:
    """Parameters that nobody hands over have their default; DeclarationError if they have none."""
    for name, described in made.params.items():
        if name in values.params:
            continue
        if described.default is spec.MISSING:
            raise declaration_error(
                f"needs the parameter `{name}`; hand it over with arguments={{'{name}': ...}} where it is nested", made.location, made.name
            )
        if described.type is bytes:
            values.params[name] = builder.obj("constant", value=described.default)
        else:
            values.params[name] = builder.const(int(described.default))


def context(
    builder: Builder, needs: Needs, origin: Reg | None, memo: Reg | None, depth: Reg | None, pointers: tuple[Reg, ...]
) -> tuple[Reg, ...]:
    """What a called function takes besides its place: the scope of names, the depth of recursion, what pointers count from."""
    scope = (origin, memo) if needs.scope else ()
    deeper = (depth if depth is not None else builder.const(0),) if needs.depth else ()
    return tuple(r for r in (*scope, *deeper, *(pointers if needs.pointers else ())) if r is not None)


def deeper(builder: Builder, depth: Reg, limit: int) -> Reg:
    """The depth of what is nested in this struct; fails where that is too deep."""
    too_deep = builder.bin("ge", depth, builder.const(limit))
    builder.fail_if(too_deep, "depth", f"structs are nested more than {limit} deep")
    return builder.number("bin", depth, builder.const(1), lo=0, hi=1 << 20, hint="depth", op="add")


def order_for(struct: type, inherited: str) -> str:
    """The byte order of a nested struct."""
    own = spec.spec_of(struct).order
    return inherited if own == "inherit" else own


def byte_order(wire: spec.IntType, inherited: str) -> str | Node:
    """The byte order of a number; a Node is true for little endian.  Of one chunk of bits there is only one."""
    if wire.width <= 8:
        return straight_order(wire)
    return inherited if wire.order is None or wire.order == "inherit" else wire.order


def straight_order(wire: spec.IntType | spec.PadType | spec.BitsType) -> Literal["big", "little"]:
    """The byte order in which the bits of a number lie together, wherever it begins."""
    return "little" if wire.bit_order == "lsb" else "big"


def is_straight(wire: spec.IntType, phase: int, order: str) -> bool:
    """Whether a number that begins at bit `phase` of a byte is a run of bits of the word of that byte order around it."""
    return order == straight_order(wire) or (phase == 0 and wire.width % 8 == 0)


def swapped(builder: Builder, number: Reg, wire: spec.IntType, order: str) -> Reg:
    """The number with its chunks in the byte order `order`."""
    top = (1 << wire.width) - 1
    if number.lo < 0:
        number = builder.number("bin", number, builder.const(top), lo=0, hi=top, op="and")
    return builder.number("swap", number, lo=0, hi=top, width=wire.width, order=order)


def same_run(
    wire: spec.IntType | spec.PadType | spec.BitsType, phase: int, run: runs.Run, refuse: Callable[[str], NoReturn]
) -> spec.BitOrder:
    """The bit order of a field that begins at bit `phase` of a byte, which must be that of the bits before it in the byte."""
    if phase and run not in {None, wire.bit_order}:
        refuse(f"is {runs.WORDS[wire.bit_order]}, but begins at bit {phase} of a byte that was begun {runs.WORDS[str(run)]}")
    return wire.bit_order


def run_after(wire: spec.WireType, phase: int, before: runs.Run, refuse: Callable[[str], NoReturn]) -> runs.Run:
    """The bit order at the end of what may be absent or repeated: inside a byte it must be the one at its beginning."""
    after = runs.last_order(wire, before)
    if phase and after != before:
        refuse("can be absent or repeated inside a byte, so it must end in the bit order in which it begins")
    return after


def by_order(builder: Builder, values: Values, order: str | Node, emit: Callable[[str], None]) -> None:
    """Emit for the byte order, or for both where an earlier field chooses."""
    if isinstance(order, str):
        emit(order)
        return
    blocks = []
    for choice in ("little", "big"):
        with builder.inside(Block()) as block:
            emit(choice)
            builder.give()
        blocks.append(block)
    builder.branch(values.lower(order, values.made.location), blocks[0], blocks[1], ())


def layout_of(struct: type) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that the value class takes by position, in order, and those it takes by keyword."""
    made: Any = struct
    keyword_only: frozenset[str] = made.__bitwright_keywords__
    positional = tuple(n for n in made.__struct_fields__ if n not in keyword_only)
    return positional, tuple(n for n in made.__struct_fields__ if n in keyword_only)


def position(builder: Builder, hint: str = "pos") -> Reg:
    """A fresh register for a byte position."""
    return builder.reg("int", 0, POSITION_HI, hint)


def advance(builder: Builder, base: Reg, amount: Reg | int, hint: str = "pos") -> Reg:
    """A position plus a number of bytes that was checked to be there."""
    if amount == 0:
        return base
    other = builder.const(amount) if isinstance(amount, int) else amount
    return builder.number("bin", base, other, lo=0, hi=POSITION_HI, hint=hint, op="add")
