"""Finding a declared format by name: `udp`, or `module:Class` for one of your own.

Promise: listing imports no spec; finding imports the one that is asked for.  Names come from the
entry point group `bitwright.specs`, so other distributions' specs are found like those that come along.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
from typing import Any, Final

from bitwright.schema.spec import StructSpec
from bitwright.stack.errors import SpecNotFound
from bitwright.struct_ import Struct

SPEC_GROUP: Final = "bitwright.specs"


@dataclasses.dataclass(frozen=True, slots=True)
class SpecEntry:
    """A named spec: where its class is, not yet imported."""

    name: str
    target: str

    def load(self) -> type[Struct]:
        """Import the class; SpecNotFound with the reason if that fails."""
        return _load(self.target)


def spec_entries() -> dict[str, SpecEntry]:
    """Every installed spec by its name, in alphabetical order."""
    from importlib.metadata import entry_points

    found = {point.name: SpecEntry(point.name, point.value.replace(" ", "")) for point in entry_points(group=SPEC_GROUP)}
    return dict(sorted(found.items()))


def find_spec(name: str) -> type[Struct]:
    """The Struct class behind a spec's name, or `module:Class`; SpecNotFound otherwise."""
    if ":" in name:
        return _load(name)
    entries = spec_entries()
    if name in entries:
        return entries[name].load()
    near = difflib.get_close_matches(name, entries, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(entries) or 'none'}; or write module:Class"
    raise SpecNotFound(f"no spec is named {name!r}; {hint}")


def _load(target: str) -> type[Struct]:
    module_name, _, path = target.partition(":")
    if not module_name or not path or module_name.startswith("."):
        raise SpecNotFound(f"{target!r} is not of the form module:Class")
    try:
        found: Any = importlib.import_module(module_name)
    except ImportError as error:
        raise SpecNotFound(f"{target!r}: {error}") from error
    for part in path.split("."):
        found = getattr(found, part, None)
    if isinstance(found, type) and issubclass(found, Struct) and isinstance(getattr(found, "__bitwright__", None), StructSpec):
        return found
    raise SpecNotFound(f"{target!r}: {module_name} has no Struct class {path!r}")
