"""Spec to parse program: one function a struct, phase and byte order.

A function takes a position and the end of its region, and yields the object, the position after
it, and the numbers that its caller's expressions ask for ("exports").
"""

from __future__ import annotations

import dataclasses
from typing import Any

from bitwright.errors import declaration_error
from bitwright.ir.builder import Builder
from bitwright.ir.ops import Function, Program, Reg
from bitwright.lower.expressions import Values
from bitwright.lower.facts import Needs, Options, end_phase, needs_of
from bitwright.schema import spec
from bitwright.schema.expr import FieldRef, ItemRef, Node, walk

POSITION_HI = 1 << 48  # no buffer is longer, so positions stay within it
Exports = tuple[tuple[str, ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """What makes two functions for one struct different."""

    struct: type
    phase: int
    order: str
    needs: Needs
    exports: Exports = ()
    arguments: tuple[str, ...] = ()


class ParseLowering:
    """Lowers a struct and all that it holds into one program."""

    def __init__(self, struct: type, order: str, options: Options) -> None:
        self.options = options
        self.names: dict[Key, str] = {}
        self.program = Program(spec.spec_of(struct).name, "parse", "entry", {}, {})
        self._symbols: dict[int, str] = {}
        self._entry(struct, order)

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

    def function(self, key: Key) -> str:
        """The name of the function for a key, lowered on first use."""
        name = self.names.get(key)
        if name is None:
            name = base = "parse_" + spec.spec_of(key.struct).name + ("_le" if key.order == "little" else "") + (f"_at{key.phase}" if key.phase else "")
            serial = 2
            while name in self.names.values() or name == "entry":
                name, serial = f"{base}_{serial}", serial + 1
            self.names[key] = name
            StructLowering(self, key, name).lower()
        return name

    def _entry(self, struct: type, order: str) -> None:
        made = spec.spec_of(struct)
        loose = end_phase(struct, 0)
        if loose:
            raise declaration_error(
                f"ends {loose} bits into a byte, so it cannot be a message; add `_gap = pad(bits={8 - loose})` or nest it",
                made.location, made.name,
            )  # fmt: skip
        builder = Builder()
        start, end = position(builder, "start"), position(builder, "end")
        params = tuple(parameter(builder, p) for p in made.params.values())
        needs = needs_of(struct)
        scope = (start, builder.obj("memo", hint="memo")) if needs.scope else ()
        depth = (builder.const(0),) if needs.depth else ()
        name = self.function(Key(struct, 0, order, needs, (), tuple(made.params)))
        value, after = builder.reg("obj", hint="value"), position(builder, "after")
        builder.emit("call", (start, end, *scope, *depth, *params), (value, after), function=name)
        builder.give(value, after)
        self.program.functions["entry"] = Function("entry", (start, end, *params), ("obj", "int"), builder.block)


def position(builder: Builder, hint: str = "pos") -> Reg:
    """A fresh register for a byte position."""
    return builder.reg("int", 0, POSITION_HI, hint)


def advance(builder: Builder, base: Reg, amount: Reg | int, hint: str = "pos") -> Reg:
    """A position plus a number of bytes that was checked to be there."""
    if amount == 0:
        return base
    other = builder.const(amount) if isinstance(amount, int) else amount
    return builder.int("bin", base, other, lo=0, hi=POSITION_HI, hint=hint, op="add")


def parameter(builder: Builder, described: spec.ParamSpec) -> Reg:
    """The register of a parameter."""
    if described.type is bytes:
        return builder.reg("obj", hint=described.name)
    return builder.reg("int", 0, 1 if described.type is bool else (1 << 64) - 1, described.name)


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
        self.values = Values(b, self.spec.name)
        self.objects: dict[str, Reg] = {}
        self.params = self._parameters()
        self.pos, self.phase = self.start, key.phase
        self.wanted = self._wanted_exports()

    def _parameters(self) -> tuple[Reg, ...]:
        b, key = self.builder, self.key
        params = [self.start, self.end]
        if key.needs.scope:
            self.origin, self.memo = position(b, "origin"), b.reg("obj", hint="memo")
            params += [self.origin, self.memo]
        if key.needs.depth:
            self.depth = b.reg("int", 0, 1 << 20, "depth")
            params.append(self.depth)
        for name in key.arguments:
            described = self.spec.params.get(name)
            reg = parameter(b, described) if described else b.reg("int", 0, (1 << 64) - 1, name)
            self.values.params[name] = reg
            params.append(reg)
        return tuple(params)

    def _wanted_exports(self) -> dict[str, set[tuple[str, ...]]]:
        """Which numbers of which nested struct this struct's expressions and its callers use."""
        from bitwright.schema.collect import _nodes

        wanted: dict[str, set[tuple[str, ...]]] = {}
        nodes: list[Node] = [*self.spec.computed.values()]
        for field in self.spec.fields:
            nodes += _nodes(field.type)
            if isinstance(field.type, spec.ChecksumType) and field.type.over is not None:
                nodes.append(field.type.over)
            if field.fixed is not None and not isinstance(field.fixed, bytes):
                nodes.append(field.fixed)
        paths = [n.names for root in nodes for n in walk(root) if isinstance(n, FieldRef)]
        for names in [*paths, *self.key.exports]:
            if len(names) > 1:
                wanted.setdefault(names[0], set()).add(names[1:])
        return wanted

    def lower(self) -> None:
        """Lower every field, then yield the object, the position and the exports."""
        from bitwright.lower.parse_fields import FieldLowering

        b = self.builder
        if self.spec.origin:
            self.origin, self.memo = self.start, b.obj("memo", hint="memo")
        for name, described in self.spec.params.items():
            if name not in self.values.params:
                self._default_parameter(name, described)
        if self.depth is not None:
            self._check_depth()
        for field in self.spec.fields:
            FieldLowering(self, field).lower()
        if self.options.strict:
            self._check_sums()
        value = self._make()
        exports = [self.values.lower(self._export(path), self.spec.location) for path in self.key.exports]
        b.give(value, self.pos, *exports)
        outs = ("obj", "int", *("int" for _ in exports))
        self.owner.program.functions[self.name] = Function(self.name, self.params, outs, b.block)  # type: ignore[arg-type]  # of RegType

    def _default_parameter(self, name: str, described: spec.ParamSpec) -> None:
        if described.default is spec.MISSING:
            raise declaration_error(
                f"needs the parameter `{name}`; hand it over with arguments={{'{name}': ...}} where it is nested", self.spec.location, self.spec.name
            )
        b = self.builder
        if described.type is bytes:
            self.values.params[name] = b.obj("constant", value=described.default)
        else:
            self.values.params[name] = b.const(int(described.default))

    def _check_depth(self) -> None:
        assert self.depth is not None
        b, limit = self.builder, self.options.limits.depth
        too_deep = b.bin("ge", self.depth, b.const(limit))
        b.fail_if(too_deep, "depth", f"structs are nested more than {limit} deep")
        self.depth = b.int("bin", self.depth, b.const(1), lo=0, hi=1 << 20, hint="depth", op="add")

    def _export(self, path: tuple[str, ...]) -> Node:
        if len(path) == 1 and path[0] in self.spec.computed:
            return self.spec.computed[path[0]]
        return FieldRef(path)

    def _make(self) -> Reg:
        if self.options.plain:
            names = tuple(f.name for f in self.spec.visible)
            return self.builder.obj("record", *(self.objects[n] for n in names), hint="value", names=names)
        struct: Any = self.key.struct
        keyword_only: frozenset[str] = struct.__bitwright_keywords__
        positional = tuple(n for n in struct.__struct_fields__ if n not in keyword_only)
        keywords = tuple(n for n in struct.__struct_fields__ if n in keyword_only)
        args = [self.objects[n] for n in (*positional, *keywords)]
        symbol = self.owner.symbol(struct, self.spec.name)
        return self.builder.obj("make", *args, hint="value", class_=symbol, keywords=keywords)

    def _check_sums(self) -> None:
        for field in self.spec.fields:
            if isinstance(field.type, spec.ChecksumType):
                self._check_sum(field, field.type)

    def _check_sum(self, field: spec.FieldSpec, wire: spec.ChecksumType) -> None:
        b = self.builder
        value = self.values.fields[(field.name,)]
        at = self.values.fields[(field.name, "@")]
        stop = self.pos if wire.over is None else advance(b, self.start, self.values.lower(wire.over, field.location))
        present = b.bin("ne", value, b.const(0)) if wire.zero_is_absent else b.const(1)
        if wire.prefix is not None:
            prefix = self.values.params[wire.prefix]
            given = b.bin("ne", b.int("len", prefix, lo=0, hi=POSITION_HI), b.const(0))
            present = b.bin("and", present, given)
        else:
            prefix = b.obj("none")
        size = wire.inner.width // 8
        algorithm = self.owner.symbol(wire.algorithm, getattr(wire.algorithm, "__name__", "algorithm"))
        args = (self.start, stop, at, present, prefix)
        found = b.int("checksum", *args, lo=0, hi=(1 << wire.inner.width) - 1, algorithm=algorithm, bytes=size)
        if wire.zero_is_absent:
            found = b.select(b.bin("eq", found, b.const(0)), b.const((1 << wire.inner.width) - 1), found)
        wrong = b.bin("and", present, b.bin("ne", found, value))
        b.emit("enter", (at,), name=field.name, phase=0, location=field.location)
        b.emit("finding_if", (wrong, value, found), code="checksum", message="the checksum is {0:#x}, the bytes give {1:#x}")
        b.emit("leave", (at, value), phase=0)


def item_exports(predicate: Node | None) -> Exports:
    """The numbers of an array element that `until=` looks at."""
    if predicate is None:
        return ()
    return tuple(dict.fromkeys(n.names for n in walk(predicate) if isinstance(n, ItemRef) and n.names))

