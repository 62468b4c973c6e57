"""A pattern as a program: what matches it, and binds its variables.

Promise: the program accepts what Elixir 1.18 on OTP 27 matches, and yields its bindings as a dict, in the order of their first
occurrence, without those whose names begin with `_`.  Names that come from outside are parameters of `entry`, in the order of their
names, each under its own name as a hint.  A pattern that is one bitstring takes a position and an end in bits; any other takes a
value, and calls functions that count bits for the bitstrings in it.
"""

from __future__ import annotations

from typing import Any, Literal

from bitwright.bitsyntax import tree
from bitwright.ir.builder import Builder
from bitwright.ir.ops import Block, Function, Program, Reg
from bitwright.lower.composing import terms_of
from bitwright.lower.segments import Segments
from bitwright.lower.terms import Read
from bitwright.lower.terms import Terms as TermLowering
from bitwright.wire.bitruns import MOST_BITS

BitOrder = Literal["msb", "lsb"]


class Free:
    """Names from outside that a function turned out to need."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.found: dict[str, Reg] = {}

    def __call__(self, name: str) -> Reg:
        """The register of a name."""
        if name not in self.found:
            self.found[name] = self.builder.reg("obj", hint=name)
        return self.found[name]

    def names(self) -> list[str]:
        """All of them, sorted."""
        return sorted(self.found)

    def params(self) -> tuple[Reg, ...]:
        """Their registers, in the order of their names."""
        return tuple(self.found[name] for name in self.names())


def lower_match(
    guarded: tree.Guarded, bound: frozenset[str] = frozenset(), *, prefix: bool = False, bit_order: BitOrder = "msb"
) -> Program:  # fmt: skip
    """The program of a pattern.

    `bound`: in Erlang, names that are bound already, and so compared.  `prefix`: bits may follow the last segment.
    """
    return MatchLowering(guarded, bound, prefix, bit_order).program


class MatchLowering:
    """Lowers one pattern, with its guards."""

    def __init__(self, guarded: tree.Guarded, bound: frozenset[str], prefix: bool, bit_order: BitOrder) -> None:
        self.guards = guarded.guards
        self.pinned = bound if guarded.dialect == "erlang" else frozenset()
        self.bit_order = bit_order
        self.functions: dict[str, Function] = {}
        pattern = guarded.pattern
        entry = self.of_bits(pattern, prefix) if isinstance(pattern, tree.Bitstring) else self.of_terms(pattern)
        self.program = Program("pattern", "parse", "entry", {"entry": entry, **self.functions}, {})

    # --- entries -----------------------------------------------------------------------------

    def of_bits(self, pattern: tree.Bitstring, prefix: bool) -> Function:
        """Start, end, free names; the bindings and the position after them, in bits."""
        builder = Builder()
        segments, free = self.segments(builder)
        segments.lower(pattern.segments, whole=not prefix)
        record = self.finish(builder, segments.bound, free)
        builder.give(record, segments.settle() if prefix else segments.end)
        return Function("entry", (segments.start, segments.end, *free.params()), ("obj", "int"), builder.block, "bit")

    def of_terms(self, pattern: tree.Expr) -> Function:
        """A value and free names; the bindings."""
        builder = Builder()
        value, free = builder.reg("obj", hint="value"), Free(builder)
        bound: dict[str, Reg] = {}
        Terms(self, builder, free, bound).match(value, pattern)
        builder.give(self.finish(builder, bound, free))
        return Function("entry", (value, *free.params()), ("obj",), builder.block)

    def finish(self, builder: Builder, bound: dict[str, Reg], free: Free) -> Reg:
        """The guards, and what is bound."""
        if self.guards:
            self.guard(builder, self.guards, lambda name: bound.get(name.name) or free(name.name))
        named = {name: reg for name, reg in bound.items() if not name.startswith("_")}
        return builder.obj("record", *named.values(), hint="bindings", names=tuple(named))

    def guard(self, builder: Builder, guards: tuple[tree.Expr, ...], read: Read) -> None:
        """Fail unless one of the guards holds."""
        terms = terms_of(builder, read, guard=True)
        held = terms.condition(guards[0]) if len(guards) == 1 else self.tried(builder, terms, guards[0])
        for guard in guards[1:]:
            then, other = Block(), Block()
            with builder.inside(then):
                builder.give(builder.const(1))
            with builder.inside(other):
                builder.give(self.tried(builder, terms, guard))
            held, before = builder.reg("int", 0, 1, "held"), held
            builder.branch(before, then, other, (held,))
        builder.fail_if(builder.is_not(held), "guard", "no guard holds")

    def tried(self, builder: Builder, terms: TermLowering, guard: tree.Expr) -> Reg:
        """Whether a guard holds; one that fails does not."""
        blocks = Block(), Block()
        with builder.inside(blocks[0]):
            builder.give(terms.condition(guard))
        with builder.inside(blocks[1]):
            builder.give(builder.const(0))
        held = builder.reg("int", 0, 1, "held")
        builder.emit("attempt", (), (held,), blocks, finding=False)
        return held

    # --- bitstrings --------------------------------------------------------------------------

    def segments(self, builder: Builder) -> tuple[Segments, Free]:
        """What lowers the segments of a function that counts bits."""
        start, end = builder.reg("int", 0, MOST_BITS, "start"), builder.reg("int", 0, MOST_BITS, "end")
        free = Free(builder)
        return Segments(builder, start, end, free, bits=self.bit_order, pinned=self.pinned), free

    def inner(self, pattern: tree.Bitstring) -> tuple[str, list[str], list[str]]:
        """A function for a bitstring within a term: its name, the names that it needs, those that it yields."""
        builder = Builder()
        segments, free = self.segments(builder)
        segments.lower(pattern.segments, whole=True)
        values = [builder.obj("box", reg, as_="int") if reg.type == "int" else reg for reg in segments.bound.values()]
        builder.give(*values)
        name = f"bits_{len(self.functions) + 1}"
        params = (segments.start, segments.end, *free.params())
        self.functions[name] = Function(name, params, tuple([value.type for value in values]), builder.block, "bit")
        return name, free.names(), list(segments.bound)


class Terms:
    """Lowers a pattern around bitstrings: tuples, lists, maps, what is bound or compared as a whole."""

    def __init__(self, lowering: MatchLowering, builder: Builder, free: Free, bound: dict[str, Reg]) -> None:
        self.lowering, self.builder, self.free, self.bound = lowering, builder, free, bound

    def match(self, value: Reg, pattern: tree.Expr) -> None:
        """The ops that match a value in a register."""
        match pattern:
            case tree.Wildcard():
                pass
            case tree.Variable(name) if name not in self.lowering.pinned:
                self.bind(value, name)
            case tree.Variable(name) | tree.Pin(name):
                self.builder.emit("must.equal", (value, self.free(name)))
            case tree.Bitstring():
                self.bits(value, pattern)
            case tree.Both(left, right):
                self.match(value, left)
                self.match(value, right)
            case tree.TupleOf(items):
                self.parts(value, "tuple", items)
            case tree.ListOf(items, None):
                self.parts(value, "list", items)
            case tree.ListOf(items, tail) if tail is not None:
                self.parts(value, "cons", items, tail)
            case tree.MapOf(pairs):
                self.map(value, pairs)
            case _:
                self.builder.emit("must.equal", (value, self.constant(pattern)))

    def bind(self, value: Reg, name: str) -> None:
        """The first occurrence of a name binds it, another is compared."""
        known = self.bound.get(name)
        if known is None:
            self.bound[name] = value
        else:
            self.builder.emit("must.equal", (value, known))

    def bits(self, value: Reg, pattern: tree.Bitstring) -> None:
        """A bitstring: what it binds is bound, or compared, here."""
        function, needed, names = self.lowering.inner(pattern)
        bits: dict[str, Any] = {} if self.lowering.bit_order == "msb" else {"bits": self.lowering.bit_order}
        outs = tuple(self.builder.reg("obj", hint=name) for name in names)
        self.builder.emit("within", (value, *map(self.free, needed)), outs, function=function, **bits)
        for name, out in zip(names, outs, strict=True):
            self.bind(out, name)

    def parts(self, value: Reg, kind: str, items: tuple[tree.Expr, ...], tail: tree.Expr | None = None) -> None:
        """The elements of a tuple or a list."""
        patterns = (*items, *(() if tail is None else (tail,)))
        outs = tuple(self.builder.reg("obj", hint=p.name if isinstance(p, tree.Variable) else "") for p in patterns)
        self.builder.emit("unfold", (value,), outs, shape=(kind, len(items)))
        for out, pattern in zip(outs, patterns, strict=True):
            self.match(out, pattern)

    def map(self, value: Reg, pairs: tuple[tuple[tree.Expr, tree.Expr], ...]) -> None:
        """Every map that has these keys."""
        self.builder.emit("unfold", (value,), shape=("map", 0))
        for key, pattern in pairs:
            self.match(self.builder.obj("map.get", value, self.constant(key)), pattern)

    def constant(self, expr: tree.Expr) -> Reg:
        """A key, or a literal: what does not depend on the value that is matched."""
        return terms_of(self.builder, lambda name: self.free(name.name)).obj(expr)
