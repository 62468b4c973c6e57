"""`bitwright fuzz SPEC`: the format in all engines, against each other and against what the declaration says."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from bitwright.cli.fuzz_target import Plan

if TYPE_CHECKING:
    from bitwright.cli.fuzz_target import Setup

BESIDE: Final = ("strict",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this target."""
    parser.add_argument("--strict", action="store_true", help="without a target: parse strictly, so that whatever is wrong is refused")


def make(setup: Setup) -> Plan:
    """All engines that are installed."""
    from bitwright.testing.engines import LARGEST, SLOWEST, EngineTarget
    from bitwright.testing.regress import ENGINES, Case

    slowest = None if setup.arguments.engine == "atheris" else SLOWEST  # counting branches takes time of its own
    strict = setup.arguments.strict
    target = EngineTarget(setup.message, strict=strict, slowest=slowest, largest=LARGEST)
    return Plan(target, Case(name="like", data=b"", spec=setup.spec, target=ENGINES, strict=strict), packages=())
