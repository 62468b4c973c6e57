"""What the inputs of `bitwright fuzz` are given to: each kind of target is a module with its options and one function that makes it.

A module of `KINDS` has `add_arguments(parser)`, which adds its options, `make(setup)`, which returns a `Plan`: the target, and a case
that says how what it finds is replayed; and `BESIDE`, the options that mean nothing without it.  The option that the kind is named after
decides; without any it is bitwright's own engines.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from bitwright.cli.failure import USAGE, CommandError

if TYPE_CHECKING:
    from bitwright import Struct
    from bitwright.testing.inputs import Source
    from bitwright.testing.outcome import Target
    from bitwright.testing.regress import Case

# The option -> the module that makes its target.
KINDS: Final = {
    "target": "bitwright.cli.fuzz_callable",
    "exec": "bitwright.cli.fuzz_program",
    "connect": "bitwright.cli.fuzz_server",
}
OURS: Final = "bitwright.cli.fuzz_engines"


@dataclasses.dataclass(frozen=True, slots=True)
class Setup:
    """What a target is made of: the options, the message and its name on the command line, the seeds."""

    arguments: argparse.Namespace
    message: type[Struct]
    spec: str
    seeds: Sequence[bytes]


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """A target; what cases of it have in common; and, where inputs are no messages, what makes them, and the seeds of that.

    `packages` are those whose code an input runs in this process, empty for bitwright's own; None if it runs elsewhere.
    """

    target: Target
    like: Case
    mutator: Callable[[random.Random], Source] | None = None
    seeds: Sequence[bytes] | None = None
    packages: tuple[str, ...] | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every kind."""
    for module in (OURS, *KINDS.values()):
        loaded: Any = importlib.import_module(module)
        loaded.add_arguments(parser)


def make(setup: Setup) -> Plan:
    """The plan that the options ask for."""
    arguments = setup.arguments
    asked = [option for option in KINDS if getattr(arguments, option) is not None]
    if len(asked) > 1:
        raise CommandError(f"--{asked[0]} and --{asked[1]}: one target at a time", USAGE)
    chosen = KINDS[asked[0]] if asked else OURS
    for option, module in (("", OURS), *KINDS.items()):
        beside: tuple[str, ...] = importlib.import_module(module).BESIDE
        stray = [name for name in beside if getattr(arguments, name) is not None and getattr(arguments, name) is not False]
        if stray and module != chosen:
            needs = f"goes with --{option}" if option else "is for our own engines, without a target"
            raise CommandError(f"--{stray[0].replace('_', '-')}: {needs}", USAGE)
    loaded: Any = importlib.import_module(chosen)
    made: Plan = loaded.make(setup)
    return made
