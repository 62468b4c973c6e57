"""`bitwright specs`: what is declared, with its RFC."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bitwright.cli.failure import OK
from bitwright.cli.output import Output
from bitwright.cli.terminal import complain
from bitwright.escaping import printable

if TYPE_CHECKING:
    from bitwright import Struct

HELP: Final = "list the formats that are declared"
DESCRIPTION: Final = """\
List the installed specs: name, fewest bytes, and what they declare with its RFC.
Other distributions add theirs through the entry point group bitwright.specs."""
EXAMPLES: Final = """\
examples:
  bitwright specs
  bitwright show dns --format diagram"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`specs` has no options."""


def run(arguments: argparse.Namespace) -> int:
    """List the specs; the exit code."""
    from bitwright.stack import SpecNotFound, spec_entries

    rows = []
    for entry in spec_entries().values():
        try:
            rows.append((entry.name, *described(entry.load())))
        except (SpecNotFound, TypeError) as error:  # one broken distribution must not hide the others
            complain(f"spec {entry.name} cannot be loaded: {error}")
    with Output() as output:
        write_table(output, rows)
    return OK


def write_table(output: Output, rows: Sequence[tuple[str, str, str]]) -> None:
    """Names, sizes and first lines in columns."""
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    for name, size, doc in rows:
        output.line(f"{name:<{widths[0]}}  {size:>{widths[1]}}  {doc}".rstrip())


def described(struct: type[Struct]) -> tuple[str, str]:
    """The size of a format and the first line that it says of itself."""
    from bitwright.schema import measure

    size = measure.size_of_struct(struct)
    fewest = -(-size.fewest // 8)
    doc = struct.__bitwright__.doc.strip()
    return f"{fewest} B" if size.fixed is not None else f"{fewest}+ B", printable(doc.splitlines()[0]) if doc else ""
