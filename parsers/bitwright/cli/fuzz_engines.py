"""`bitwright fuzz SPEC`: the format in all engines, against each other and against what the declaration says."""

from __future__ import annotations

import argparse
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitwright.cli.fuzz_target import Setup
    from bitwright.testing.outcome import Target
    from bitwright.testing.regress import Case


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this target."""
    parser.add_argument("--strict", action="store_true", help="parse strictly: what is readable but wrong is refused (our engines only)")


def make(setup: Setup) -> tuple[Target, Case]:
    """All engines that are installed."""
    from bitwright.testing.regress import ENGINES, Case

    engines: Any = importlib.import_module("bitwright.testing.engines")
    return engines.EngineTarget(setup.message, strict=setup.arguments.strict), Case(name="like", data=b"", spec=setup.spec, target=ENGINES)
