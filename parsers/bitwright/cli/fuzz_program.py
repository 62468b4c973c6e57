"""`bitwright fuzz SPEC --exec COMMAND`: a program, which gets each input as a file or on stdin."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from bitwright.cli.fuzz_target import Plan

if TYPE_CHECKING:
    from bitwright.cli.fuzz_target import Setup

BESIDE: Final[tuple[str, ...]] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this target."""
    parser.add_argument("--exec", metavar="CMD", help="a program: @@ stands for the input's file, without it the input is on stdin")


def make(setup: Setup) -> Plan:
    """A process for each input."""
    from bitwright.testing.regress import Case
    from bitwright.testing.targets.program import ProgramTarget

    command, timeout = setup.arguments.exec, setup.arguments.timeout
    return Plan(
        ProgramTarget(command, timeout=timeout), Case(name="like", data=b"", spec=setup.spec, target=f"exec:{command}", timeout=timeout),
    )  # fmt: skip
