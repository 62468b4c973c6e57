"""What lowering must know of a struct before it starts: recursion, names inside, bit phases."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Final, TypeVar, cast

import msgspec

from bitwright.errors import DEFAULT_LIMITS, Limits, declaration_error
from bitwright.schema import measure, spec
from bitwright.schema.expr import Const, Rest, walk
from bitwright.schema.forward import refuse_undeclared

T = TypeVar("T")
# While something is lowered: what was found out, since each struct in a union of a hundred asks for the same of all of them.
_KNOWN: Final[ContextVar[dict[Any, Any] | None]] = ContextVar("known facts", default=None)


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """What a program is lowered for.

    `strict`: findings are checked.  `lax`: the payload of the outermost struct takes what bytes are there.  `plain`: structs
    become dicts of plain data (text for bytes, addresses and enumeration members) instead of objects.  `stream`: the input is
    still arriving, so what reads before its end waits.  `only`: the paths that are asked for; all else is skipped.
    """

    strict: bool = False
    lax: bool = False
    plain: bool = False
    stream: bool = False
    only: frozenset[tuple[str, ...]] | None = None
    limits: Limits = DEFAULT_LIMITS

    def lowered(self) -> Options:
        """Without the limit that no program knows, so that calls that differ in it share one."""
        if self.limits.input_size == DEFAULT_LIMITS.input_size:
            return self
        return dataclasses.replace(self, limits=msgspec.structs.replace(self.limits, input_size=DEFAULT_LIMITS.input_size))


@functools.lru_cache(maxsize=256)
def options_of(strict: bool, lax: bool, plain: bool, limits: Limits | None) -> Options:
    """Options that many calls ask for: making them would take longer than reading a small message."""
    return Options(strict=strict, lax=lax, plain=plain, limits=limits or DEFAULT_LIMITS)


@dataclasses.dataclass(frozen=True, slots=True)
class Needs:
    """What a function takes besides its place: the scope of names, the depth of recursion, what pointers count from."""

    scope: bool = False
    depth: bool = False
    pointers: bool = False

    def __or__(self, other: Needs) -> Needs:
        return Needs(self.scope or other.scope, self.depth or other.depth, self.pointers or other.pointers)


def has_names(wire: spec.WireType) -> bool:
    """Whether the type itself, not a struct in it, is or holds a domain name."""
    match wire:
        case spec.NameType():
            return True
        case spec.ArrayType(item) | spec.OptionalType(_, item) | spec.AtType(_, item):
            return has_names(item)
    return False


def holds_names(wire: spec.WireType) -> bool:
    """Whether a type can hold domain names of the surrounding scope."""
    own = [struct for struct in spec.structs_in(wire) if not spec.spec_of(struct).origin]
    inside = {s for struct in own for s in {struct, *reachable(struct, within_scope=True)}}
    return has_names(wire) or any(has_names(f.type) for struct in inside for f in spec.spec_of(struct).fields)


@contextlib.contextmanager
def known_facts() -> Iterator[None]:
    """What is asked within about a struct is found out once; nothing may be declared meanwhile that changes it."""
    token = _KNOWN.set({}) if _KNOWN.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            _KNOWN.reset(token)


def reachable(struct: type, *, within_scope: bool = False) -> frozenset[type]:
    """Structs that can occur inside; with `within_scope` not beyond those that begin a scope of their own."""
    return _once(_reachable, struct, within_scope)


def needs_of(struct: type) -> Needs:
    """What the function for a struct takes."""
    return _once(_needs_of, struct)


def _once(find: Callable[..., T], *about: Any) -> T:
    known = _KNOWN.get()
    if known is None:
        return find(*about)
    key = (find, *about)
    found = known.get(key)
    if found is None:
        found = known[key] = find(*about)
    return cast("T", found)


def _reachable(struct: type, within_scope: bool) -> frozenset[type]:
    found: set[type] = set()
    waiting = [struct]
    while waiting:
        for field in spec.spec_of(waiting.pop()).fields:
            for inner in spec.structs_in(field.type):
                if inner not in found and not (within_scope and spec.spec_of(inner).origin):
                    found.add(inner)
                    waiting.append(inner)
    return frozenset(found)


def _needs_of(struct: type) -> Needs:
    inside = {struct, *reachable(struct, within_scope=True)}
    scope = any(has_names(f.type) for s in inside for f in spec.spec_of(s).fields)
    everything = reachable(struct)
    depth = struct in everything or any(s in reachable(s) for s in everything)
    return Needs(scope and not spec.spec_of(struct).origin, depth, any(has_pointers(s) for s in everything | {struct}))


def has_pointers(struct: type) -> bool:
    """Whether a field of the struct itself lies where an offset says."""
    return any(spec.pointer_of(field.type) is not None for field in spec.spec_of(struct).fields)


def counts_from_itself(struct: type) -> bool:
    """Whether a field of the struct lies at an offset from the struct's own start."""
    pointers = (spec.pointer_of(field.type) for field in spec.spec_of(struct).fields)
    return any(pointer is not None and pointer.base == "self" for pointer in pointers)


def reads_to_end(struct: type) -> bool:
    """Whether what a struct reads depends on where its input ends, however much of it there is."""
    return field_to_the_end(struct) is not None


def field_to_the_end(struct: type) -> tuple[spec.StructSpec, spec.FieldSpec] | None:
    """The first field found whose size depends on where the input of a struct ends, and the struct that declares it."""
    seen: set[type] = {struct}
    waiting = [struct]
    while waiting:
        made = spec.spec_of(waiting.pop())
        for field in made.fields:
            if any(isinstance(n, Rest) for root in spec.expressions_of(field.type) for n in walk(root)):
                return made, field
            wire = spec.pointed(field.type)
            match wire:
                case spec.BytesType(None, None, None) | spec.TextType(_, None, None, None):
                    return made, field
                case spec.ArrayType() if wire.to_the_end:
                    return made, field
                case spec.NestedType(size=size) | spec.ArrayType(size=size) | spec.SwitchType(size=size) if size is not None:
                    if not any(needs_of(inner).pointers for inner in spec.structs_in(wire)):
                        continue  # a region of its own
            new = set(spec.structs_in(wire)) - seen
            seen |= new
            waiting += new
    return None


def refuse_unknown(struct: type) -> None:
    """DeclarationError if the struct, or one that it can hold, names a struct that is not declared."""
    for each in (struct, *reachable(struct)):
        refuse_undeclared(each)


def refuse_hollow_recursion(struct: type) -> None:
    """A struct that holds itself must hold something else too, else reading could go on without ever reading."""
    hollow = {s for s in {struct, *reachable(struct)} if measure.size_of_struct(s).fewest == 0}
    for each in hollow:
        waiting, seen = [each], set[type]()
        while waiting:
            inside = {inner for field in spec.spec_of(waiting.pop()).fields for inner in spec.structs_in(field.type)} & hollow
            if each in inside:
                made = spec.spec_of(each)
                raise declaration_error(
                    "can hold itself with no byte in between, so reading it need never end; give it a field of its own, such as a tag",
                    made.location, made.name,
                )  # fmt: skip
            waiting += inside - seen
            seen |= inside


def unions_in(struct: type) -> list[spec.Union]:
    """The open unions that a program for the struct depends on."""
    found: dict[int, spec.Union] = {}
    for each in {struct, *reachable(struct)}:
        for field in spec.spec_of(each).fields:
            wire = field.type
            while isinstance(wire, spec.ArrayType | spec.OptionalType | spec.AtType):
                wire = wire.item if isinstance(wire, spec.ArrayType) else wire.inner
            if isinstance(wire, spec.SwitchType) and wire.union.open:
                found[id(wire.union)] = wire.union
    return list(found.values())


def phase_after(wire: spec.WireType, phase: int, made: spec.StructSpec, field: spec.FieldSpec) -> int:
    """The bit of a byte at which the next field begins; DeclarationError where that is not known."""
    loose = loose_bits(wire)
    if loose is not None:
        return (phase + loose) % 8
    raise declaration_error(
        "can end at any bit of a byte, so the place of what follows is not known; make it fill whole bytes with pad(bits=...)",
        field.location, made.name, field.name,
    )  # fmt: skip


def end_phase(struct: type, phase: int) -> int:
    """The bit of a byte at which a struct ends that begins at `phase`."""
    made = spec.spec_of(struct)
    for field in made.fields:
        phase = phase_after(field.type, phase, made, field)
    return phase


def loose_bits(wire: spec.WireType, inside: frozenset[type] = frozenset()) -> int | None:
    """How many bits more than whole bytes the type takes, if that is always the same; `inside` are the structs being asked already."""
    match wire:
        case spec.OptionalType(_, inner):
            return 0 if loose_bits(inner, inside) == 0 else None
        case spec.ArrayType(item, count, None):
            each = loose_bits(item, inside)
            return each * count.value % 8 if each and isinstance(count, Const) else None if each else each
        case spec.NestedType(struct, None):
            return _loose_in(struct, inside)
        case spec.SwitchType(size=None):
            return 0 if all(_loose_in(arm, inside) == 0 for arm in spec.arms_of(wire)) else None
    return (measure.size_of(wire).fixed or 0) % 8  # what has no fixed size is bytes


def _loose_in(struct: type, inside: frozenset[type]) -> int | None:
    if struct in inside:
        return 0  # a struct inside itself: whole if everything around it is
    total = 0
    for field in spec.spec_of(struct).fields:
        loose = loose_bits(field.type, inside | {struct})
        if loose is None:
            return None
        total += loose
    return total % 8
