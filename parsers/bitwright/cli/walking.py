"""What walks through the packets of a capture: the standard bindings with those of the command line, by which engine; what writes rows."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from typing import TYPE_CHECKING, Protocol

from bitwright.cli.failure import USAGE, CommandError
from bitwright.cli.output import Output
from bitwright.cli.terminal import Style, wants_colour

if TYPE_CHECKING:
    from bitwright.stack import Registry, Row, Walker


class RowWriter(Protocol):
    """Something that writes rows."""

    def row(self, row: Row) -> None:
        """Write one."""


def wants_machine_code(arguments: argparse.Namespace) -> bool:
    """Whether machine code is worth making with the first packet: it was asked for, or the capture is large and may be read with it."""
    from bitwright.cli.parallel import LEAST_BYTES
    from bitwright.engines import AUTO, wanted_engine
    from bitwright.tiers import messages_before, missing_llvmlite

    engine = arguments.backend or wanted_engine()
    if engine != AUTO:
        return bool(engine == "llvm")
    messages = messages_before()
    if not messages or missing_llvmlite():
        return messages == 0 and not missing_llvmlite()
    try:
        found = os.stat(arguments.file) if arguments.file != "-" else os.fstat(0)  # noqa: PTH116  # the same of both
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size >= LEAST_BYTES


def walker_of(arguments: argparse.Namespace) -> Walker:
    """The walker that a command line asks for; CommandError where it cannot be made."""
    from bitwright.cli.lookup import check_engine
    from bitwright.stack import RegistryError, Walker, load_standard

    check_engine(arguments.backend)
    try:
        registry = load_standard()
        for binding in arguments.bindings:
            _bind(registry, binding)
        plain = arguments.format == "jsonl" and not arguments.at_once
        return Walker(registry, check=arguments.check, plain=plain, backend=arguments.backend, at_once=arguments.at_once)
    except RegistryError as error:
        raise CommandError(str(error), USAGE) from None


def row_writer(arguments: argparse.Namespace, output: Output) -> RowWriter:
    """What writes rows as the command line asks for."""
    if arguments.format == "jsonl":
        from bitwright.cli.row_jsonl import JsonLines

        return JsonLines(output, native=arguments.at_once)
    colour = output.target is None and wants_colour(sys.stdout)
    if arguments.format == "tree":
        from bitwright.cli.row_tree import Trees
        from bitwright.cli.tree import TreePrinter

        return Trees(output, TreePrinter(for_people=colour, encoding=output.encoding), arguments.time)
    from bitwright.cli.row_text import TextLines

    return TextLines(output, Style(enabled=colour), arguments.time)


def _bind(registry: Registry, binding: str) -> None:
    """Add `TABLE=VALUE=SPEC`, where TABLE `link` means link types."""
    table, _, rest = binding.partition("=")
    number, _, name = rest.partition("=")
    try:
        value = int(number, 0)
    except ValueError:
        value = -1
    if not table or not name or value < 0:
        raise CommandError(f"--as {binding}: write it as TABLE=NUMBER=SPEC, such as udp.port=5300=dns", USAGE)
    if name not in registry.layers and name not in registry.choices:
        _add_layer(registry, name)
    if table == "link":
        registry.link(value, name)
    else:
        registry.bind(table, value, name)


def _add_layer(registry: Registry, name: str) -> None:
    from bitwright.cli.lookup import spec_class

    registry.layer(name, spec_class(name))
