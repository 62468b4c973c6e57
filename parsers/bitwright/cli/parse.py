"""`bitwright parse`: one message, given as hex or in a file, shown with every field named."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import TYPE_CHECKING, Any, Final

from bitwright.cli.failure import MALFORMED, OK
from bitwright.cli.lookup import message_class
from bitwright.cli.output import Output
from bitwright.cli.source import read_message
from bitwright.cli.terminal import complain, say, wants_colour
from bitwright.errors import Finding, ParseError

if TYPE_CHECKING:
    from bitwright import Struct

HELP: Final = "parse one message"
DESCRIPTION: Final = """\
Parse one message and show it with every field named.  It is given as hex (spaces,
colons and 0x are welcome), as @FILE (bytes) or as - for stdin (hex if it looks like
hex, otherwise bytes).  SPEC is a name that `bitwright specs` lists, or module:Class.
What was read before an error is shown too."""
EXAMPLES: Final = """\
examples:
  bitwright parse udp 0035 9c40 000c 0000 01020304
  bitwright parse dns @message.bin --format hexdump
  bitwright parse dns @message.bin --format json
  bitwright build dns @query.json | bitwright parse dns -
  bitwright parse myformats:Header 01ff"""

FORMATS: Final = ("tree", "json", "hexdump")
BACKENDS: Final = ("auto", "interp", "llvm", "python")
WIDE: Final = 110  # columns from which a row of the hexdump has 16 bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `parse`."""
    parser.add_argument("spec", metavar="SPEC", help="what it is: a spec's name, or module:Class")
    parser.add_argument("data", metavar="HEX|@FILE|-", nargs="+", help="the message")
    parser.add_argument("--format", choices=FORMATS, default="tree", help="a tree (the default), JSON, or a hexdump with every byte named")
    parser.add_argument("--width", type=_width, metavar="N", help="bytes a row of the hexdump (default: 16; 8 on a narrow terminal)")
    parser.add_argument("--full", action="store_true", help="fold nothing in the hexdump: long fields and lists whole")
    parser.add_argument("--input", choices=("hex", "bytes"), help="what @FILE or - holds, if it is not what is assumed")
    parser.add_argument("--backend", choices=BACKENDS, help="the engine that parses (default: BITWRIGHT_BACKEND, or auto)")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")


def _width(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of bytes from 1 to 64")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Parse and show; the exit code."""
    struct = message_class(arguments.spec, arguments.backend)
    data, place = read_message(arguments.data, arguments.input)
    with Output(arguments.output) as output:
        if arguments.format == "hexdump":
            output.line(_hexdump(struct, data, output, arguments.width, fold=not arguments.full))
        try:
            value, findings = struct.codec(arguments.backend).check(data)
        except ParseError as error:
            _show(arguments.format, output, struct, error.partial, len(data))
            output.flush()
            complain(f"{place}: {error}")
            return MALFORMED
        _show(arguments.format, output, struct, value, len(data))
    for finding in findings:
        say(f"finding: {_finding(finding)}")
    return OK


def _finding(finding: Finding) -> str:
    return f"{finding.code}: {finding.path}: {finding.message}, at byte {finding.bit_offset // 8}"


def _hexdump(struct: type[Struct], data: bytes, output: Output, width: int | None, *, fold: bool) -> str:
    from bitwright.seeing.hexdump import Paper, hexdump

    columns = shutil.get_terminal_size().columns if output.is_terminal else None
    color = output.target is None and wants_colour(sys.stdout)
    width = width or (8 if columns is not None and columns < WIDE else 16)
    return hexdump(struct, data, Paper(width, fold, color, columns)).rstrip("\n")


def _show(form: str, output: Output, struct: type[Struct], value: Any, size: int) -> None:
    """Show a value, or the mapping of the fields that came before an error; a hexdump has shown both."""
    if form == "hexdump":
        return
    if form == "json":
        from bitwright.plain import plain_value

        output.line(pretty_json(plain_value(dict(value) if not isinstance(value, struct) else value)))
        return
    from bitwright.cli.tree import Node, TreePrinter, computed_nodes, partial_nodes, struct_nodes

    colour = output.target is None and wants_colour(sys.stdout)
    if isinstance(value, struct):
        nodes, note, kind = struct_nodes(value) + computed_nodes(value), f"{size} bytes", ""
    else:
        nodes, note, kind = partial_nodes(value), f"read in part, of {size} bytes", "bad"
    printer = TreePrinter(for_people=colour, encoding=output.encoding)
    output.line(printer.text(Node(struct.__name__, note, kind=kind), nodes))


def pretty_json(plain: Any) -> str:
    """JSON for reading, in ASCII, so that no terminal obeys what is in it."""
    import json

    return json.dumps(plain, indent=2).replace("\x7f", "\\u007f")
