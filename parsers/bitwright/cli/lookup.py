"""Finding specs for commands: a name, or module:Class, also from the directory one is in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bitwright.cli.failure import UNREADABLE, USAGE, CommandError
from bitwright.errors import DeclarationError
from bitwright.schema.spec import MISSING

if TYPE_CHECKING:
    from bitwright import Struct


def spec_class(name: str, backend: str | None = None) -> type[Struct]:
    """The Struct class that `name` means, which the engine `backend` is to serve; CommandError if there is none."""
    from bitwright.stack import SpecNotFound, find_spec

    look_here()
    check_engine(backend)
    try:
        return find_spec(name)
    except (SpecNotFound, DeclarationError) as error:
        raise CommandError(str(error), USAGE) from None


def message_class(name: str, backend: str | None = None) -> type[Struct]:
    """The Struct class that `name` means, if its messages stand by themselves; CommandError if they cannot."""
    from bitwright.lower.common import refuse_as_message

    found = spec_class(name, backend)
    try:
        refuse_as_message(found)
    except DeclarationError as error:
        raise CommandError(str(error), USAGE) from None
    declared = found.__bitwright__
    if declared.order == "inherit":
        raise CommandError(f"{name}: takes its byte order from what nests it, so it is no message by itself; nest it", USAGE)
    needed = [parameter.name for parameter in declared.params.values() if parameter.default is MISSING]
    if needed:
        raise CommandError(f"{name}: needs the parameter {needed[0]}=, so it is no message by itself; nest it, or give it a default", USAGE)
    return found


def module_classes(name: str) -> list[type[Struct]] | None:
    """The Struct classes of the module or file that `name` means where it names no class and no spec; None if it means none."""
    from bitwright.stack import SpecNotFound, is_module, spec_entries, structs_of

    look_here()
    if ":" in name or name in spec_entries() or not is_module(name):
        return None
    try:
        found = structs_of(name)
    except (SpecNotFound, DeclarationError) as error:
        raise CommandError(str(error), USAGE) from None
    if not found:
        raise CommandError(f"{name!r} has no Struct class", USAGE)
    return found


def look_here() -> None:
    """Let modules of the current directory be found."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # last, so that a file here never hides an installed module


def check_engine(name: str | None = None) -> None:
    """CommandError if the engine that is asked for, by name or by the environment, does not exist or is not installed."""
    from bitwright.engines import AUTO, MESSAGE_ENGINES, wanted_engine
    from bitwright.tiers import messages_before, missing_llvmlite

    wanted = name or wanted_engine()
    if wanted != AUTO and wanted not in MESSAGE_ENGINES:
        raise CommandError(f"BITWRIGHT_BACKEND={wanted}: no such engine; there are: {AUTO}, {', '.join(MESSAGE_ENGINES)}", USAGE)
    try:
        messages_before()
    except ValueError as error:
        raise CommandError(str(error), USAGE) from None
    if wanted == "llvm":
        missing = missing_llvmlite()
        if missing:
            raise CommandError(missing, UNREADABLE)
