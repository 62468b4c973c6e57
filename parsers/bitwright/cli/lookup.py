"""Finding specs for commands: a name, or module:Class, also from the directory one is in."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bitwright.cli.failure import USAGE, CommandError
from bitwright.errors import DeclarationError

if TYPE_CHECKING:
    from bitwright import Struct


def spec_class(name: str) -> type[Struct]:
    """The Struct class that `name` means; CommandError if there is none."""
    from bitwright.stack import SpecNotFound, find_spec

    if ":" in name and (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # last, so that a file here never hides an installed module
    check_engine()
    try:
        return find_spec(name)
    except (SpecNotFound, DeclarationError) as error:
        raise CommandError(str(error), USAGE) from None


def check_engine() -> None:
    """CommandError if the environment asks for an engine that does not exist."""
    from bitwright.codec import ENGINES

    wanted = os.environ.get("BITWRIGHT_BACKEND") or "auto"
    if wanted != "auto" and wanted not in ENGINES:
        raise CommandError(f"BITWRIGHT_BACKEND={wanted}: no such engine; there are: auto, {', '.join(ENGINES)}", USAGE)
