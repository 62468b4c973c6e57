"""The argument parser: the commands, their help with examples, and one-line errors."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from bitwright import __version__
from bitwright.cli.failure import EXIT_CODES, USAGE, CommandError

COMMANDS: Final = ("decode", "parse", "build", "match", "specs", "show", "lint", "fuzz", "bench", "record", "serve", "commands")

_DESCRIPTION = """\
Declare a wire format once; decode captures, parse and build messages, and draw pictures
with it."""
_EXAMPLES = """\
examples:
  bitwright decode capture.pcap
  bitwright decode --format jsonl capture.pcap | jq .layers
  bitwright parse udp 0035 9c40 000c 0000 01020304
  bitwright build dns '{"id": 1, "questions": [{"qname": "example.com.", "qtype": "AAAA"}]}'
  bitwright show ipv4 --format diagram"""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose complaint is one line and leaves through `CommandError`."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where to read what is right."""
        raise CommandError(f"{message}; see {self.prog} --help", USAGE)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The chosen command as `run`, and its options."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0][:1] != "-" and given[0] not in COMMANDS:
        return _of_extension(given)
    parser = _parser("bitwright", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("--version", action="version", version=f"bitwright {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name in COMMANDS:
        _add(commands, name, importlib.import_module(f"bitwright.cli.{name}"))
    return parser.parse_args(given)


def _of_extension(given: Sequence[str]) -> argparse.Namespace:
    """The options of a command that another distribution adds, which may stand between its other words."""
    from bitwright.cli import extensions

    others = extensions.names_of(extensions.COMMANDS)
    if given[0] not in others:
        raise extensions.unknown("command", given[0], [*COMMANDS, *others])
    module = extensions.load(given[0], others[given[0]], needs="run")
    parser = described_parser(f"bitwright {given[0]}", module)
    module.add_arguments(parser)
    parser.set_defaults(run=module.run)
    return parser.parse_intermixed_args(given[1:])


def described_parser(program: str, module: Any) -> Parser:
    """A parser with the texts of a module."""
    return _parser(program, module.DESCRIPTION, module.EXAMPLES)


def _add(commands: argparse._SubParsersAction[Parser], name: str, module: Any) -> None:
    described = commands.add_parser(name, help=module.HELP, **_texts(module.DESCRIPTION, module.EXAMPLES))
    module.add_arguments(described)
    described.set_defaults(run=module.run)


def _parser(program: str, description: str, examples: str) -> Parser:
    return Parser(prog=program, **_texts(description, examples))


def _texts(description: str, examples: str) -> dict[str, Any]:
    return {
        "description": description,
        "epilog": f"{examples}\n\n{EXIT_CODES}",
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "allow_abbrev": False,
    }
