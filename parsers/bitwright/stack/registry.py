"""Which layer follows which: names for layers, and tables from a field's value to the layer above.

Promise: this file names no protocol.  Specs register themselves through the entry point group
`bitwright.stack`, third parties' like those that come along.  A wrong registration is refused with
a `RegistryError` that names it, when it is made or, at the latest, when a `Walker` is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from bitwright.schema import spec
from bitwright.stack.errors import RegistryError
from bitwright.struct_ import Struct

ENTRY_POINT_GROUP: Final = "bitwright.stack"


@dataclasses.dataclass(frozen=True, slots=True)
class LayerEntry:
    """A registered layer: its class, and the fields whose values choose the layer above.

    `keys` maps a binding table to the fields to look up in it; tables and fields are tried in order.
    `fragment(value)` true: what the layer carries is a fragment.  `stream`: a segment may hold several
    messages, or part of one.
    """

    name: str
    struct: type[Struct]
    keys: Mapping[str, tuple[str, ...]]
    fragment: Callable[[Any], bool] | None = None
    stream: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class ChoiceEntry:
    """A name for several layers, told apart by the first bits of what is to be read."""

    name: str
    bits: int
    cases: Mapping[int, str]


class Registry:
    """Layers, link types and binding tables."""

    def __init__(self) -> None:
        self._layers: dict[str, LayerEntry] = {}
        self._choices: dict[str, ChoiceEntry] = {}
        self._links: dict[int, str] = {}
        self._tables: dict[str, dict[int, str]] = {}
        self._validated = False

    def layer(
        self,
        name: str,
        struct: type[Struct],
        *,
        keys: Mapping[str, Sequence[str]] | None = None,
        fragment: Callable[[Any], bool] | None = None,
        stream: bool = False,
    ) -> None:
        """Register a layer.

        `keys={"udp.port": ("dst_port", "src_port")}` looks the fields up in the binding table `udp.port`,
        in that order, to find the layer above.
        """
        self._check_new(name)
        made = spec.spec_of(struct)
        wanted = {table: tuple(fields) for table, fields in (keys or {}).items()}
        for table, fields in wanted.items():
            for field in fields:
                if made.field(field) is None and field not in made.computed:
                    raise RegistryError(f"layer {name!r}: {made.name} has no field {field!r} to look up in {table!r}")
        if wanted and made.payload is None:
            raise RegistryError(f"layer {name!r}: {made.name} has keys but no payload() field for the layer above")
        for parameter in made.params.values():
            if parameter.default is spec.MISSING:
                raise RegistryError(f"layer {name!r}: parameter {parameter.name!r} of {made.name} needs a default")
        self._layers[name] = LayerEntry(name, struct, wanted, fragment, stream)
        for table in wanted:
            self._tables.setdefault(table, {})

    def choice(self, name: str, *, bits: int, cases: Mapping[int, str]) -> None:
        """Register a name that stands for one of several layers, by the value of the first `bits` (1 to 32) bits.

        `registry.choice("raw_ip", bits=4, cases={4: "ipv4", 6: "ipv6"})`; bind link types and values to it as to a layer.
        """
        self._check_new(name)
        if not 1 <= bits <= 32:
            raise RegistryError(f"choice {name!r}: bits={bits}; it takes 1 to 32")
        self._choices[name] = ChoiceEntry(name, bits, dict(cases))
        if self._validated:
            self._check_cases(self._choices[name])

    def link(self, link_type: int, name: str) -> None:
        """Packets of a link type begin with the layer `name`."""
        if self._validated:
            self._check_name(name, f"link type {link_type}")
        self._links[link_type] = name

    def bind(self, table: str, value: int, name: str) -> None:
        """Where a layer looks `value` up in the binding table, the layer above is `name`; the last binding wins."""
        if self._validated:
            self._check_binding(table, value, name)
        self._tables.setdefault(table, {})[int(value)] = name

    def validate(self) -> None:
        """Check that every name used is registered; later registrations are checked at once."""
        for choice in self._choices.values():
            self._check_cases(choice)
        for link_type, name in self._links.items():
            self._check_name(name, f"link type {link_type}")
        for table, bound in self._tables.items():
            for value, name in bound.items():
                self._check_binding(table, value, name)
        self._validated = True

    @property
    def layers(self) -> Mapping[str, LayerEntry]:
        """Every layer by its name."""
        return MappingProxyType(self._layers)

    @property
    def choices(self) -> Mapping[str, ChoiceEntry]:
        """Every choice by its name."""
        return MappingProxyType(self._choices)

    @property
    def links(self) -> Mapping[int, str]:
        """Link type to layer name."""
        return MappingProxyType(self._links)

    @property
    def tables(self) -> Mapping[str, Mapping[int, str]]:
        """Binding table to value to layer name."""
        return MappingProxyType({table: MappingProxyType(bound) for table, bound in self._tables.items()})

    def _check_new(self, name: str) -> None:
        if name in self._layers or name in self._choices:
            raise RegistryError(f"the layer name {name!r} is taken")

    def _check_name(self, name: str, where: str) -> None:
        if name not in self._layers and name not in self._choices:
            known = ", ".join(sorted([*self._layers, *self._choices])) or "none"
            raise RegistryError(f"{where} is bound to {name!r}, which is not a registered layer; there are: {known}")

    def _check_binding(self, table: str, value: int, name: str) -> None:
        used = {key for entry in self._layers.values() for key in entry.keys}
        if table not in used:
            raise RegistryError(f"no layer uses the binding table {table!r}; there are: {', '.join(sorted(used)) or 'none'}")
        self._check_name(name, f"{table} {value}")

    def _check_cases(self, choice: ChoiceEntry) -> None:
        for value, name in choice.cases.items():
            self._check_name(name, f"choice {choice.name} {value}")
            if name in self._choices:
                raise RegistryError(f"choice {choice.name!r}: case {value} is the choice {name!r}; it must be a layer")


def load_standard() -> Registry:
    """A registry with everything that the installed distributions register.

    Each entry point of the group `bitwright.stack` is a function that takes the registry.
    """
    from importlib.metadata import entry_points

    registry = Registry()
    found = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    if not found:
        raise RegistryError(f"nothing is installed under the entry point group {ENTRY_POINT_GROUP!r}; is bitwright installed?")
    for point in found:
        register = point.load()
        register(registry)
    registry.validate()
    return registry
