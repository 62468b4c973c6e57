"""`bitwright fuzz SPEC`: the format in all engines, against each other and against what the declaration says."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from bitwright.cli.fuzz_target import Plan

if TYPE_CHECKING:
    from bitwright.cli.fuzz_target import Setup

BESIDE: Final = ("strict",)
SLOWEST: Final = 1.0  # seconds of processor time for one input by all engines; mutants of lists and pointers have up to 64 KB
LARGEST: Final = 1_000_000  # bytes allocated for an input of at most 1,500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this target."""
    parser.add_argument("--strict", action="store_true", help="without a target: parse strictly, so that whatever is wrong is refused")


def make(setup: Setup) -> Plan:
    """All engines that are installed."""
    from bitwright.testing.engines import EngineTarget
    from bitwright.testing.regress import ENGINES, Case

    slowest = None if setup.arguments.engine == "atheris" else SLOWEST  # counting branches takes time of its own
    target = EngineTarget(setup.message, strict=setup.arguments.strict, slowest=slowest, largest=LARGEST)
    return Plan(target, Case(name="like", data=b"", spec=setup.spec, target=ENGINES), packages=())
