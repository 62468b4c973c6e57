"""`bitwright commands`: the commands and services that installed protocols add."""

from __future__ import annotations

import argparse
from typing import Final

from bitwright.cli.extensions import COMMANDS, SERVICES, load, names_of
from bitwright.cli.failure import OK, CommandError
from bitwright.cli.output import Output
from bitwright.cli.terminal import complain

HELP: Final = "list the commands and services that protocols add"
DESCRIPTION: Final = """\
List the commands and services that installed protocols add.  They come from the entry
point groups bitwright.commands and bitwright.services of any distribution."""
EXAMPLES: Final = """\
examples:
  bitwright commands"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`commands` has no options."""


def run(arguments: argparse.Namespace) -> int:
    """List them; the exit code."""
    rows: list[tuple[str, str]] = []
    for group, before, needs in ((COMMANDS, "", "run"), (SERVICES, "serve ", "server")):
        for name, module in names_of(group).items():
            try:
                rows.append((before + name, load(name, module, needs=needs).HELP))
            except CommandError as error:  # one broken distribution must not hide the others
                complain(str(error))
    width = max((len(name) for name, _ in rows), default=0)
    with Output() as output:
        for name, does in rows:
            output.line(f"{name:<{width}}  {does}")
    return OK
