"""Commands and services of other distributions: modules that entry points name.

Promise: nothing is looked up before somebody asks for what does not come along, and one that is broken is named and hides no other.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Final

from bitwright.cli.failure import UNREADABLE, USAGE, CommandError

COMMANDS: Final = "bitwright.commands"
SERVICES: Final = "bitwright.services"
_PARTS: Final = ("HELP", "DESCRIPTION", "EXAMPLES", "add_arguments")


def names_of(group: str) -> dict[str, str]:
    """The modules of a group by their names, in alphabetical order; none is imported."""
    from importlib.metadata import entry_points

    return dict(sorted((point.name, point.value) for point in entry_points(group=group)))


def load(name: str, module: str, *, needs: str) -> Any:
    """A command's or a service's module; CommandError that names it if it cannot be one.  `needs`: the function that it is run by."""
    try:
        found: ModuleType = importlib.import_module(module)
    except ImportError as error:
        raise CommandError(f"{name}: {module} cannot be imported: {error}", UNREADABLE) from None
    missing = [part for part in (*_PARTS, needs) if not hasattr(found, part)]
    if missing:
        raise CommandError(f"{name}: {module} has no {', '.join(missing)}", UNREADABLE)
    return found


def unknown(what: str, name: str, known: Iterable[str]) -> CommandError:
    """The complaint about a name that nothing has."""
    there = list(known)
    near = difflib.get_close_matches(name, there, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(there) or 'none'}"
    return CommandError(f"no {what} is named {name!r}; {hint}", USAGE)


def os_error(place: str, error: OSError) -> CommandError:
    """What the operating system refused, in its words."""
    return CommandError(f"{place}: {error.strerror or error}", UNREADABLE)


def need(names: Mapping[str, str], what: str, name: str | None) -> str:
    """The module that `name` has; CommandError that lists what there is."""
    if name is None:
        raise CommandError(f"which {what}? there are: {', '.join(names) or 'none'}", USAGE)
    if name not in names:
        raise unknown(what, name, names)
    return names[name]
