"""What building saves where a field is empty: the same program on two sets of messages taking turns.

Promise: both sets are built by the same code, from messages whose derived fields are open where that is possible.  What always takes the
same room, as a number does, cannot be empty, and is said to have no time of its own.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any, Final

import msgspec

from bitwright.bench.agreement import Samples
from bitwright.bench.fieldpaths import Fields
from bitwright.bench.looking import Copies, Looking, Told
from bitwright.bench.tracing import Path
from bitwright.errors import BuildError
from bitwright.schema import spec

FIXED: Final = "always takes the same room"
NEEDED: Final = "no message is valid without it"


class Emptying(Looking):
    """Building, with values of which a field is empty."""

    def __init__(self, samples: Samples, engine: str, seconds: float, tell: Told) -> None:
        super().__init__(samples, engine, seconds, tell)
        self._build = samples.message.codec(engine).message_builder()

    def passes(self, fields: Fields, path: Path | None, parent: Path) -> Copies | str:
        """Building all samples, with that field empty."""
        values = list(self.samples.sources)
        if path is not None:
            emptied = [_without(value, path) for value in values]
            if all(one is value for one, value in zip(emptied, values, strict=True)):
                return FIXED
            values = emptied
        try:
            for value in values:
                self.samples.message.codec(self.engine).build(value)
        except BuildError:
            return NEEDED
        build = self._build
        return [lambda: collections.deque(map(build, values), maxlen=0)]


def _without(value: Any, path: Path) -> Any:
    """The message with a field empty wherever it is; the very same where nothing can be."""
    name, inside = path[0], path[1:]
    field = spec.spec_of(type(value)).field(name)
    if field is None:
        return value
    before = getattr(value, name)
    after = _each(before, lambda one: _without(one, inside)) if inside else _empty(field.type, before)
    return value if after is before else msgspec.structs.replace(value, **{name: after})


def _hollow(value: Any) -> Any:
    """A struct with all its fields empty that can be."""
    for field in spec.spec_of(type(value)).visible:
        value = _without(value, (field.name,))
    return value


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """What lies in a field, changed: one struct or several."""
    if isinstance(value, list):
        changed = [_each(one, change) for one in value]
        return value if all(one is other for one, other in zip(changed, value, strict=True)) else changed
    return change(value) if hasattr(type(value), "__bitwright__") else value


def _empty(wire: spec.WireType, value: Any) -> Any:
    """The shortest value of a field of variable size; the value itself where there is no shorter one."""
    match spec.pointed(wire):
        case spec.ArrayType() if isinstance(value, list) and value:
            return []
        case spec.CodedType():
            return value
        case spec.NestedType() | spec.SwitchType():
            return _each(value, _hollow)
        case spec.BytesType(as_type=kind) if kind is bytes and value:
            return b""
        case spec.NameType() if value not in (None, "."):
            return "."
        case spec.TextType() if value:
            return ""
    return value
