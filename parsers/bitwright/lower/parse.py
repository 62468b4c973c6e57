"""Spec to parse program: one function a struct, phase and byte order.

A function takes a position and the end of its region, and yields the object, the position after
it, and the numbers that its caller's expressions ask for ("exports").
"""

from __future__ import annotations

import dataclasses
from typing import Any

from bitwright.errors import declaration_error
from bitwright.ir.builder import Builder, IntervalError
from bitwright.ir.ops import Function, Reg
from bitwright.lower.common import (
    POSITION_HI,
    Arguments,
    ProgramLowering,
    deeper,
    default_parameters,
    layout_of,
    parameter,
    parameters_of,
    position,
    refuse_as_message,
)  # fmt: skip
from bitwright.lower.expressions import Path, Values, paths_into
from bitwright.lower.facts import Needs, Options, counts_from_itself, known_facts, needs_of
from bitwright.lower.pointing import refuse_loose_base
from bitwright.lower.projection import Asked, by_field
from bitwright.schema import measure, runs, spec
from bitwright.schema.expr import FieldRef, ItemRef, Node, walk

Exports = tuple[Path, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """What makes two functions for one struct different.

    `only`: what is asked for in it; `skip`: nothing, not even an object; `position`: whether the caller needs the place
    behind it, if not all of it is asked for.

    `lax`: its payload takes what bytes are there.  `outermost`: pointers count from it, as from an origin.
    """

    struct: type
    phase: int
    order: str
    needs: Needs
    exports: Exports = ()
    arguments: Arguments = ()
    lax: bool = False
    only: Asked = None
    skip: bool = False
    position: bool = True
    run: runs.Run = None  # inside a byte, in which bit order that was begun
    outermost: bool = False


class ParseLowering(ProgramLowering):
    """Lowers a struct and all that it holds into one program."""

    def __init__(self, struct: type, order: str, options: Options) -> None:
        super().__init__(struct, "parse")
        self.options = options
        with known_facts():
            self._entry(struct, order)

    def function(self, key: Key) -> str:
        """The name of the function for a key; lowered before the program is done."""
        name = self.names.get(key)
        if name is None:
            name = self.unique_name(key.struct, key.order, key.phase)
            self.names[key] = name
            self.waiting.append(StructLowering(self, key, name).lower)
        return name

    def _asked(self, needs: Needs) -> dict[str, Any]:
        only = self.options.only
        return {"outermost": needs.pointers, "only": only, "position": only is None}

    def _entry(self, struct: type, order: str) -> None:
        made = spec.spec_of(struct)
        refuse_as_message(struct)
        builder = Builder()
        start, end = position(builder, "start"), position(builder, "end")
        params = tuple(parameter(builder, p) for p in made.params.values())
        needs = needs_of(struct)
        scope = (start, builder.obj("memo", hint="memo")) if needs.scope else ()
        depth = (builder.const(0),) if needs.depth else ()
        arguments: Arguments = tuple((name, reg.type) for name, reg in zip(made.params, params, strict=True))
        reach = (builder.obj("none"),) if needs.pointers else ()
        name = self.function(Key(struct, 0, order, needs, (), arguments, self.options.lax, **self._asked(needs)))
        value, after = builder.reg("obj", hint="value"), position(builder, "after")
        builder.emit("call", (start, end, *scope, *depth, *reach, *params), (value, after), function=name)
        builder.give(value, after)
        self.lower_waiting()
        self.program.functions["entry"] = Function("entry", (start, end, *params), ("obj", "int"), builder.block)


class StructLowering:
    """The function of one struct: its state while its fields are lowered in order."""

    def __init__(self, owner: ParseLowering, key: Key, name: str) -> None:
        self.owner, self.key, self.name = owner, key, name
        self.options = owner.options
        self.spec = spec.spec_of(key.struct)
        self.builder = b = Builder()
        self.start, self.end = position(b, "pos"), position(b, "end")
        self.origin: Reg | None = None
        self.memo: Reg | None = None
        self.depth: Reg | None = None
        self.reach: Reg | None = None  # what pointers count in
        self.own_reach: Reg | None = None  # what those count in that count from this struct
        self.values = Values(b, self.spec)
        self.objects: dict[str, Reg] = {}
        self.places: dict[str, tuple[Reg, int]] = {}  # where each field begins: its byte, and the bit in it
        self.ends: dict[str, Reg] = {}  # and the byte behind it
        self.there: dict[str, Reg] = {}  # whether an optional field is there
        self.params = self._parameters()
        self.pos, self.phase = self.start, key.phase
        self.run: runs.Run = key.run
        self.wanted = paths_into(self.spec, key.exports)
        self.asked = None if key.only is None and not key.skip else by_field(self.spec, key.only or frozenset())
        self.to_come = True  # whether anything needs the place behind the field in work
        self.following = 0  # bytes that surely follow the field in work, where the input is still arriving

    def _parameters(self) -> tuple[Reg, ...]:
        b, key = self.builder, self.key
        params = [self.start, self.end]
        if key.needs.scope:
            self.origin, self.memo = position(b, "origin"), b.reg("obj", hint="memo")
            params += [self.origin, self.memo]
        if key.needs.depth:
            self.depth = b.reg("int", 0, 1 << 20, "depth")
            params.append(self.depth)
        if key.needs.pointers:
            self.reach = b.reg("obj", hint="reach")
            params.append(self.reach)
        params += parameters_of(b, self.values, self.spec, key.arguments)
        return tuple(params)

    def lower(self) -> None:
        """Lower every field, then yield the object, the position and the exports."""
        from bitwright.lower.parse_fields import FieldLowering  # it refers to this module
        from bitwright.lower.parse_sums import check_sums  # as does this

        b = self.builder
        if self.spec.origin:
            self.origin, self.memo = self.start, b.obj("memo", hint="memo")
        default_parameters(b, self.values, self.spec)
        if self.depth is not None:
            self.depth = deeper(b, self.depth, self.options.limits.depth)
        self._begin_reach()
        last = self._last()
        for index, (field, following) in enumerate(zip(self.spec.fields[:last], _following(self.spec)[:last], strict=True)):
            self.following = following if self.options.stream else 0
            self.to_come = self.key.position or index + 1 < last
            try:
                FieldLowering(self, field).lower()
            except IntervalError as error:
                raise declaration_error(f"an expression of it {error}", field.location, self.spec.name, field.name) from None
        if last == len(self.spec.fields):
            self._end_reach()
        if self.options.strict:
            check_sums(self)
        for field in self.spec.fields[last:]:
            self.objects[field.name] = b.obj("skipped", hint=field.name)
        value = b.obj("skipped", hint="value") if self.key.skip else self._make()
        exports = [self.values.lower(self._export(path), self.spec.location) for path in self.key.exports]
        b.give(value, self.pos, *exports)
        outs = ("obj", "int", *("int" for _ in exports))
        self.owner.program.functions[self.name] = Function(self.name, self.params, outs, b.block)  # type: ignore[arg-type]  # of RegType

    def _begin_reach(self) -> None:
        """A struct that pointers count from notes how far they lead: it ends there."""
        if self.reach is None:
            return
        origin = self.key.outermost or self.spec.origin
        if origin or counts_from_itself(self.key.struct):
            factor = self.options.limits.pointed_factor
            self.own_reach = self.builder.obj("reach", self.start, self.end, self.reach, hint="reach", factor=factor)
        if origin:
            self.reach = self.own_reach

    def _end_reach(self) -> None:
        if self.own_reach is not None:
            refuse_loose_base(self.spec, self.phase)
            self.pos = self.builder.number("extent", self.own_reach, self.pos, lo=0, hi=POSITION_HI, hint="pos")

    def _last(self) -> int:
        """How many fields are looked at: those up to the last that is asked for, where nobody needs to know what comes after them."""
        if self.asked is None or self.key.position:
            return len(self.spec.fields)
        wanted = {*self.asked, *by_field(self.spec, frozenset(self.key.exports))}
        return max((index + 1 for index, field in enumerate(self.spec.fields) if field.name in wanted), default=0)

    def _export(self, path: Path) -> Node:
        if len(path) == 1 and path[0] in self.spec.computed:
            return self.spec.computed[path[0]]
        return FieldRef(path)

    def _make(self) -> Reg:
        if self.options.plain:
            names = tuple(f.name for f in self.spec.visible)
            return self.builder.obj("record", *(self.objects[n] for n in names), hint="value", names=names)
        struct = self.key.struct
        positional, keywords = layout_of(struct)
        args = [self.objects[n] for n in (*positional, *keywords)]
        symbol = self.owner.symbol(struct, self.spec.name)
        return self.builder.obj("make", *args, hint="value", class_=symbol, keywords=keywords)


def _following(made: spec.StructSpec) -> list[int]:
    """For each field, the fewest bytes that the fields after it can have."""
    sizes = [measure.size_of(field.type).fewest for field in made.fields]
    return [sum(sizes[index + 1 :]) // 8 for index in range(len(sizes))]


def item_exports(predicate: Node | None) -> Exports:
    """The numbers of an array element that `until=` looks at."""
    if predicate is None:
        return ()
    return tuple(dict.fromkeys(n.names for n in walk(predicate) if isinstance(n, ItemRef) and n.names))
