"""`bitwright build`: the bytes of a message written as JSON, with lengths, counts and checksums solved."""

from __future__ import annotations

import argparse
from typing import Any, Final

from bitwright.cli.failure import MALFORMED, OK, CommandError
from bitwright.cli.lookup import message_class
from bitwright.cli.output import Output
from bitwright.cli.source import read_text
from bitwright.errors import BuildError

HELP: Final = "build one message from JSON"
DESCRIPTION: Final = """\
Build the bytes of a message.  The JSON has the declared field names, as `bitwright
parse --format json` shows them; what can be derived (lengths, counts, tags, checksums)
may be left out.  The result is hex on stdout, or bytes in the file that -o names
(-o - for bytes on stdout)."""
EXAMPLES: Final = """\
examples:
  bitwright build dns '{"id": 1, "questions": [{"qname": "example.com.", "qtype": "AAAA"}]}'
  bitwright build dns @query.json -o query.bin
  bitwright parse dns @answer.bin --format json | bitwright build dns -"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `build`."""
    parser.add_argument("spec", metavar="SPEC", help="what it is: a spec's name, or module:Class")
    parser.add_argument("json", metavar="JSON|@FILE|-", help="the message")
    parser.add_argument("-o", "--output", metavar="OUT", help="write bytes there instead of hex to stdout")


def run(arguments: argparse.Namespace) -> int:
    """Build and write; the exit code."""
    struct = message_class(arguments.spec)
    text, place = read_text(arguments.json)
    plain = _decoded(text, place)
    try:
        data = struct.from_dict(plain).build()
    except BuildError as error:
        raise CommandError(f"{place}: {error}", MALFORMED) from None
    except ValueError as error:
        raise CommandError(f"{place}: {error}", MALFORMED) from None
    with Output(arguments.output) as output:
        if arguments.output is None:
            output.line(data.hex())
        else:
            output.write(data)
    return OK


def _decoded(text: str, place: str) -> Any:
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise CommandError(f"{place}: not JSON: {error.msg} at line {error.lineno} column {error.colno}", MALFORMED) from None
    except RecursionError:
        raise CommandError(f"{place}: not JSON that can be read: nested too deeply", MALFORMED) from None
