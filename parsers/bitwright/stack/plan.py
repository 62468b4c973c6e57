"""The registry made ready for speed: one `Step` per layer, with its parser, its getters and its tables at hand.

Promise: making a plan compiles nothing; a layer is compiled when the first packet reaches it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, TypeAlias

from bitwright.errors import EngineError, Finding, ParseError
from bitwright.evaluate import evaluate
from bitwright.schema import spec
from bitwright.schema.expr import Node, Rest, Select
from bitwright.stack.registry import ChoiceEntry, LayerEntry, Registry

PSEUDO_HEADER = "pseudo_header"

Getter: TypeAlias = Callable[[Any], Any]
Table: TypeAlias = "Mapping[int, Step | Choice]"


class Step:
    """One layer, prepared.

    `parse(data, offset)` gives the value and how many bytes its header announces.  `payload` gets the
    bytes of the layer above and `payload_name` is their field; None and "" where the layer carries none.
    `plain`: the value is plain data instead of an object.
    """

    __slots__ = (
        "_at_once", "_backend", "_size", "fragment", "name", "parse", "payload", "payload_name", "plain", "selectors", "stream", "struct",
    )  # fmt: skip

    def __init__(self, entry: LayerEntry, backend: str | None, plain: bool, at_once: bool) -> None:
        field = spec.spec_of(entry.struct).payload
        wire = field.type if field is not None and isinstance(field.type, spec.BytesType) else None
        self.name = entry.name
        self.struct = entry.struct
        self.fragment = entry.fragment
        self.stream = entry.stream
        self.plain = plain and field is None
        self.payload_name = field.name if field else ""
        self.payload: Getter | None = attrgetter(field.name) if field else None
        self.selectors: tuple[tuple[Getter, Table], ...] = ()
        self.parse: Callable[[bytes, int], tuple[Any, int]] = self._first_parse
        self._size = wire.size if wire is not None else None
        self._backend, self._at_once = backend, at_once

    def _first_parse(self, data: bytes, offset: int) -> tuple[Any, int]:
        self.parse = self._parser()
        return self.parse(data, offset)

    def _parser(self) -> Callable[[bytes, int], tuple[Any, int]]:
        parser: Callable[[bytes, int], tuple[Any, int]]
        if self._at_once:
            with contextlib.suppress(EngineError):  # a format that has no machine code is read by what serves it otherwise
                parser = self.struct.codec("llvm").layer_parser(plain=self.plain)
                return parser
        parser = self.struct.codec(self._backend).layer_parser(plain=self.plain)
        return parser

    def ends_by_length(self, value: Any) -> bool:
        """Whether this value's payload ends where a length field says, and not with the data."""
        return self._size is not None and not _is_rest(self._size, value)

    def above(self, value: Any, payload: bytes) -> tuple[Step | None, int]:
        """The layer to read from `payload`, None if none is bound; and the number that it was bound to."""
        if not payload or (self.fragment is not None and self.fragment(value)):
            return None, 0
        for get, table in self.selectors:
            key = get(value)
            found = table.get(key)
            if found is not None:
                return (found if isinstance(found, Step) else found.choose(payload)), key
        return None, 0

    def findings(self, data: bytes, parameters: Mapping[str, Any]) -> list[Finding]:
        """What is wrong but readable in a complete layer."""
        found: list[Finding] = self.struct.codec(self._backend).check(data, **parameters)[1]
        return found

    def wants(self, parameter: str) -> bool:
        """Whether the layer's struct declares a parameter of that name."""
        return parameter in spec.spec_of(self.struct).params

    def is_partial(self, error: ParseError, size: int) -> bool:
        """Whether a stream's `size` bytes end inside a message, as far as what was read of it can tell.

        An element that overruns a region of known length inside the message is a wrong message; one
        that overruns the data itself is a message whose rest comes later.
        """
        if error.code != "truncated" or not ends_at(error, size):
            return False
        made = spec.spec_of(self.struct)
        *outer, _ = error.path.replace("[", ".[").split(".")
        for name in outer:
            if name.startswith("["):
                continue
            field = made.field(name)
            wire = field.type.inner if field and isinstance(field.type, spec.OptionalType) else field.type if field else None
            if not isinstance(wire, spec.NestedType) or wire.size is not None:
                return False
            made = spec.spec_of(wire.struct)
        return True


def ends_at(error: ParseError, size: int) -> bool:
    """Whether the bytes that a failing field could use end where `size` bytes of data do, and not at a length field's word."""
    return error.available is None or -(-(error.bit_offset or 0) // 8) + error.available >= size


def _is_rest(size: Node, value: Any) -> bool:
    """Whether a size says, for this value, "what is left"."""
    if isinstance(size, Select):
        return _is_rest(size.then if evaluate(size.condition, value) else size.other, value)
    return isinstance(size, Rest)


class Choice:
    """A name that stands for one of several layers, prepared."""

    __slots__ = ("bits", "cases", "name")

    def __init__(self, entry: ChoiceEntry) -> None:
        self.name = entry.name
        self.bits = entry.bits
        self.cases: dict[int, Step] = {}

    def leading(self, data: bytes) -> int | None:
        """The number that the first bits make; None if there are too few."""
        octets = (self.bits + 7) // 8
        head = data[:octets]
        return int.from_bytes(head, "big") >> (8 * octets - self.bits) if len(head) == octets else None

    def choose(self, data: bytes) -> Step | None:
        """The layer that the first bits select; None if there are too few or they select none."""
        leading = self.leading(data)
        return None if leading is None else self.cases.get(leading)


def plan_links(registry: Registry, backend: str | None, plain: bool, at_once: bool = False) -> dict[int, Step | Choice]:
    """Link type to prepared layer; RegistryError if the registry uses a name that nobody registered."""
    registry.validate()
    steps = {name: Step(entry, backend, plain, at_once) for name, entry in registry.layers.items()}
    choices = {name: Choice(entry) for name, entry in registry.choices.items()}
    for name, entry in registry.choices.items():
        choices[name].cases = {value: steps[case] for value, case in entry.cases.items()}
    made: dict[str, Step | Choice] = {**steps, **choices}
    tables = {table: {value: made[name] for value, name in bound.items()} for table, bound in registry.tables.items()}
    for name, layer in registry.layers.items():
        steps[name].selectors = tuple((attrgetter(field), tables[table]) for table, fields in layer.keys.items() for field in fields)
    return {link_type: made[name] for link_type, name in registry.links.items()}
