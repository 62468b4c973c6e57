"""The derived fields of one struct and the equations between them: solved in the order in which they become known.

Only what the message leaves out is solved.  An equation that solved nothing must hold, unless a derived field in
it was given: that may be wrong on purpose.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from bitwright.errors import declaration_error
from bitwright.ir.builder import Builder, IntervalError
from bitwright.ir.ops import Block, Reg
from bitwright.lower.expressions import Path, Values, bounds, expanded, nested_in
from bitwright.lower.solve import (
    Arms,
    Equation,
    Solver,
    apart,
    determines,
    invertible,
    is_exact,
    needed,
    open_ended,
    unknowns_of,
)  # fmt: skip
from bitwright.schema import spec
from bitwright.schema.expr import Const, FieldRef, Node, Rest, show, walk


@dataclasses.dataclass(slots=True, eq=False)
class Unknown:
    """A derived field: whether the message gives it, and its value once it is known.

    `foreign`: a nested struct determines it itself; its value is known once that is written.  `late`: it says where
    something lies that is written behind this struct; until then `so_far` stands in its place, and in `absent` is whether
    nothing will take its place.
    """

    path: Path
    field: spec.FieldSpec
    wire: spec.IntType
    explicit: Reg
    given: Reg
    foreign: bool = False
    late: bool = False
    so_far: Reg | None = None
    absent: Reg | None = None
    value: Reg | None = None
    condition: Node | None = None  # of one that may be absent; it counts as 0 then

    @property
    def default(self) -> Any:
        """The value where nothing says another; MISSING if there is none."""
        return self.field.default if isinstance(self.field.default, int) else spec.MISSING

    @property
    def name(self) -> str:
        """The field's own name."""
        return self.path[-1]


class Equations:
    """The equations of one struct."""

    def __init__(self, builder: Builder, values: Values, made: spec.StructSpec, known: Callable[[Unknown, Reg], None]) -> None:
        self.b, self.values, self.made, self._tell = builder, values, made, known
        self.unknowns: dict[Path, Unknown] = {}
        self.all: list[Equation] = []

    def add(self, equation: Equation) -> Equation:
        """Note an equation."""
        equation.expression = expanded(equation.expression, self.made)
        self.all.append(equation)
        return equation

    def open(self) -> set[Path]:
        """The derived fields that have no value yet."""
        return {path for path, u in self.unknowns.items() if u.value is None}

    def learn(self, unknown: Unknown, value: Reg) -> None:
        """A derived field's value is known."""
        unknown.value = value
        self.values.fields[unknown.path] = value
        self._tell(unknown, value)

    def known_so_far(self, path: Path) -> Reg:
        """What is written in the place of a field that is not known yet."""
        so_far = self.unknowns[path].so_far if path in self.unknowns else None
        return self.b.const(0) if so_far is None else so_far

    def from_caller(self, unknown: Unknown, value: Reg) -> None:
        """The struct around this one has solved a field, unless the message gives it."""

        def solve() -> Reg:
            self.in_range(unknown.wire, value)
            return value

        self._unless_given(unknown, solve)

    def _unless_given(self, unknown: Unknown, solve: Callable[[], Reg]) -> None:
        b, (low, high) = self.b, bounds(unknown.wire)
        b.emit("enter", (), name=unknown.name, phase=0, location=unknown.field.location)
        with b.inside(Block()) as missing:
            b.give(self._if_there(unknown, solve))
        with b.inside(Block()) as there:
            b.give(b.as_int(unknown.given, low, high))
        out = b.reg("int", low, high, unknown.name)
        b.branch(b.is_not(unknown.explicit), missing, there, (out,))
        b.emit("leave", (), phase=0)
        self.learn(unknown, out)

    def _if_there(self, unknown: Unknown, solve: Callable[[], Reg]) -> Reg:
        """The solution, or 0 for a field that may be absent and is."""
        if unknown.condition is None:
            return solve()
        b, (low, high) = self.b, bounds(unknown.wire)
        holds = self.values.lower(unknown.condition, unknown.field.location)
        with b.inside(Block()) as then:
            b.give(solve())
        with b.inside(Block()) as other:
            b.give(b.const(0))
        out = b.reg("int", low, high, unknown.name)
        b.branch(holds, then, other, (out,))
        return out

    def in_range(self, wire: spec.IntType, value: Reg) -> None:
        """Fail if a solution does not fit its field."""
        b, (low, high) = self.b, bounds(wire)
        if value.lo < low or value.hi > high:
            outside = b.bin("or", b.bin("lt", value, b.const(low)), b.bin("gt", value, b.const(high)))
            b.fail_if(outside, "range", f"would have to be {{1}}, which does not fit; the field holds {low} to {high}", values=(value,))

    # --- solving -----------------------------------------------------------------------------

    def refuse_unsolvable(self) -> None:
        """DeclarationError for a derived field whose uses all resist solving."""
        for path, unknown in self.unknowns.items():
            if unknown.value is not None or unknown.foreign or unknown.late:
                continue
            uses = [e for e in self.all if path in unknowns_of(e.expression, {path})]
            if uses and not any(invertible(e.expression, path) for e in uses):
                raise declaration_error(
                    f"is derived, but `{show(uses[0].expression)}` cannot be solved for it; use it once, with + - * // << by constants, "
                    "or drop auto() and give it",
                    unknown.field.location, self.made.name, ".".join(path),
                )  # fmt: skip

    def solve(self, *, finally_: bool = False) -> None:
        """Solve what can be solved by now; `finally_`: nothing more will become known."""
        progress = True
        while progress:
            progress = any(self._advance(u, finally_) for u in self.unknowns.values() if u.value is None and not u.foreign and not u.late)

    def _advance(self, unknown: Unknown, finally_: bool) -> bool:
        """Solve for one field if what is known suffices: one equation that says it for sure, or all that may say it."""
        path, width = unknown.path, unknown.wire.width
        if unknown.condition is not None and not self.values.knows(unknown.condition):
            return False
        candidates = [e for e in self.all if invertible(e.expression, path) and all(apart(e.expression, path, one) for one in e.solved)]
        ready = [e for e in candidates if self._ready(e, path)]
        sure = [e for e in ready if e.solves_if is None and determines(e, path, width)]
        if sure:
            chain = sorted(sure, key=lambda e: e.kind == "presence")[:1]
        elif ready and (finally_ or len(ready) == len(candidates)):
            chain = sorted(ready, key=lambda e: e.kind == "presence")
        else:
            return False
        self._unless_given(unknown, lambda: self._choose(unknown, chain))
        for equation in chain:
            equation.solved.append(path)
            equation.holds = len(chain) == 1 and is_exact(equation) and unknown.condition is None  # absent, it solves nothing
        return True

    def _ready(self, equation: Equation, path: Path) -> bool:
        """Whether an equation's other side and all its other fields are known."""
        return equation.actual is not None and all(names in self.values.fields for names in needed(equation.expression, path))

    def _choose(self, unknown: Unknown, chain: list[Equation]) -> Reg:
        """The solution of the first equation that applies."""
        equation, *others = chain
        guard = equation.solves_if
        if guard is None:
            return self._solution(unknown, equation)
        b, (low, high) = self.b, bounds(unknown.wire)
        with b.inside(Block()) as applies:
            b.give(self._solution(unknown, equation))
        with b.inside(Block()) as otherwise:
            b.give(self._choose(unknown, others) if others else self._fallback(unknown, equation))
        out = b.reg("int", low, high, unknown.name)
        b.branch(guard, applies, otherwise, (out,))
        return out

    def _solution(self, unknown: Unknown, equation: Equation) -> Reg:
        try:
            found = Solver(self.b, self.values, equation, unknown.path, unknown.wire, unknown.default).solve()
            self.in_range(unknown.wire, found)
        except IntervalError as error:
            raise declaration_error(f"`{show(equation.expression)}` {error}", equation.location, self.made.name) from None
        return found

    def _fallback(self, unknown: Unknown, equation: Equation) -> Reg:
        """No equation applies: the arm has no tag, or the field that is measured is absent and so measures nothing."""
        b, name = self.b, ".".join(unknown.path)
        if unknown.default is not spec.MISSING:
            return b.const(int(unknown.default))
        if equation.kind == "tag":
            if equation.holds_if is not None:
                message = f"is the tag of {equation.field}, which is absent; give {name}=, or declare a default"
                b.fail_if(b.is_not(equation.holds_if), "unsolved", message)
            b.fail_if(b.const(1), "tag", f"no tag is known for the class of {equation.field}; give {name}=")
        return b.const(0)

    def undetermined(self) -> None:
        """What no equation determines alone: the default, or what an equation says once its other fields are given, or failure."""
        for unknown in [u for u in self.unknowns.values() if u.value is None and not u.late]:
            if unknown.value is None:  # it may have been solved after one before it
                self._unless_given(unknown, lambda unknown=unknown: self._last_resort(unknown))  # type: ignore[misc]
                self.solve(finally_=True)

    def _last_resort(self, unknown: Unknown) -> Reg:
        b, default, name = self.b, unknown.field.default, ".".join(unknown.path)
        if isinstance(default, int):
            return b.const(int(default))
        joint = next((e for e in self.all if not e.spent and self._joint(e, unknown)), None)
        if joint is None:
            b.fail_if(b.const(1), "unsolved", f"is derived, but nothing in {self.made.name} says how; give {name}=")
            return b.const(0)
        others = [self.unknowns[path] for path in sorted(unknowns_of(joint.expression, self.open()) - {unknown.path})]
        for other in others:
            both = f"{name}= or {'.'.join(other.path)}="
            b.fail_if(b.is_not(other.explicit), "unsolved", f"is derived, but `{show(joint.expression)}` leaves it open; give {both}")
            self.values.fields[other.path] = b.as_int(other.given, *bounds(other.wire))
        found = self._solution(unknown, joint)
        for other in others:
            del self.values.fields[other.path]
        return found

    def _joint(self, equation: Equation, unknown: Unknown) -> bool:
        """Whether an equation would determine a field if other derived fields in it were given."""
        known = {*self.values.fields, *(path for path, u in self.unknowns.items() if not u.foreign)}
        names = {n.names for n in walk(equation.expression) if isinstance(n, FieldRef)}
        ready = equation.actual is not None and equation.solves_if is None
        return ready and names <= known and invertible(equation.expression, unknown.path)

    # --- checking ----------------------------------------------------------------------------

    def check(self) -> None:
        """Every equation that solved nothing must hold."""
        for equation in self.all:
            if equation.holds or equation.actual is None:
                continue
            self.b.emit("enter", (), name=equation.field, phase=0, location=equation.location)
            self._agree_now(equation)
            self.b.emit("leave", (), phase=0)

    def _agree_now(self, equation: Equation) -> None:
        """Of one with an offset that is filled in later, only where there will be nothing to point to."""
        late = [u for u in self.unknowns.values() if u.late and u.path in unknowns_of(equation.expression, {u.path})]
        for unknown in late:
            assert unknown.so_far is not None
            self.values.fields[unknown.path] = unknown.so_far
        self.agree(dataclasses.replace(equation, holds_if=late[0].absent) if late else equation)
        for unknown in late:
            del self.values.fields[unknown.path]

    def agree(self, equation: Equation) -> None:
        """Fail unless an equation holds or a derived field in it was given on purpose."""
        b, actual = self.b, equation.actual
        assert actual is not None
        involved = [self.unknowns[n.names] for n in walk(equation.expression) if isinstance(n, FieldRef) and n.names in self.unknowns]
        self.values.rest = lambda: actual  # what is written is all there is, so rest() is its size
        value = self.values.lower(open_ended(equation.expression), equation.location)
        self.values.rest = None
        if equation.arms is not None:
            wrong = b.bin("ne", self._arm(equation.arms, value), equation.arms.index)
            if equation.arms.malformed >= 0:
                wrong = b.bin("and", wrong, b.bin("ne", equation.arms.index, b.const(equation.arms.malformed)))
        else:
            wrong = b.bin("ne", b.bin("ne", value, b.const(0)) if equation.kind == "presence" else value, actual)
        for guard in [*(b.is_not(u.explicit) for u in involved), *([equation.holds_if] if equation.holds_if is not None else [])]:
            wrong = b.bin("and", wrong, guard)
        code = "conflict" if involved else equation.kind if equation.kind in {"presence", "tag"} else "size"
        said = f"`{show(equation.expression)}` is {{1}}"
        if equation.arms is not None:
            untagged = b.bin("and", wrong, b.is_not(equation.arms.tagged))
            b.fail_if(untagged, code, f"{said}, which is the tag of another class", values=(value,))
        b.fail_if(wrong, code, f"{equation.what} is {{2}}, but {said}", values=(value, actual))

    def _arm(self, arms: Arms, tag: Reg) -> Reg:
        """The arm that parsing would choose."""
        b = self.b
        chosen = self._lookup(tag, arms.by_tag, arms.other)
        if arms.empties is not None and arms.size is not None and arms.size.actual is not None:
            chosen = b.select(b.is_not(arms.size.actual), self._lookup(tag, arms.empties, arms.empty), chosen)
        return chosen

    def _lookup(self, key: Reg, table: dict[int, int], default: int) -> Reg:
        values = [*table.values(), default]
        return self.b.number("lookup", key, lo=min(values), hi=max(values), table=table, default=default)


def determined_inside(made: spec.StructSpec, path: Path) -> bool:
    """Whether a struct has an equation of its own for a derived field, its own or that of a struct nested in it."""
    if any(invertible(expanded(node, made), path) for field in made.fields for node in _sizes_in(field.type)):
        return True
    return len(path) > 1 and determined_inside(nested_in(made, path[0]), path[1:])


def _sizes_in(wire: spec.WireType) -> list[Node]:
    """What says how large a field is, or which arm it is: these determine their fields; conditions may not."""
    match wire:
        case spec.OptionalType(_, inner) | spec.AtType(_, inner):
            return _sizes_in(inner)
        case spec.BytesType(pad=pad) | spec.TextType(pad=pad) if pad is not None:
            return []  # an area is filled up to its size, whatever is in it
        case spec.BytesType(size=size) | spec.TextType(size=size) | spec.BitsType(size=size) | spec.NestedType(size=size):
            found: list[Node | None] = [size]
        case spec.ArrayType(count=count, size=size):
            found = [count, size]
        case spec.SwitchType(on=on, size=size):
            found = [on, size]
        case _:
            found = []
    return [node for node in found if node is not None and not isinstance(node, Const | Rest)]
