"""`bitwright show`: a format as a diagram, as generated source, as the program, or explained."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from bitwright.cli.failure import OK, USAGE
from bitwright.cli.lookup import check_engine, module_classes, spec_class
from bitwright.cli.output import Output
from bitwright.cli.specs import described, write_table
from bitwright.cli.terminal import complain_of_pattern

if TYPE_CHECKING:
    from bitwright import Struct
    from bitwright.patterns.pattern import Dialect

HELP: Final = "show a format: diagram, source, program, explanation"
DESCRIPTION: Final = """\
Show a declared format: the bit diagram that an RFC would draw (svg: drawn), the Python
source that parses and builds it, the program (intermediate representation) that the
source is made from, machine code of it as LLVM has it and as assembly, an explanation
of layout and execution, or the loss certificate.  A module or a file without a class is
listed: its formats with their sizes.  A bit pattern, <<...>>, is shown in the same ways."""
EXAMPLES: Final = """\
examples:
  bitwright show ipv4
  bitwright show ipv4 --format svg -o ipv4.svg
  bitwright show dns --format source --direction build
  bitwright show udp --format ir
  bitwright show udp --format assembly
  bitwright show myformats:Header --format explain
  bitwright show ./myformats.py:Header
  bitwright show myformats
  bitwright show '<<version::4, ihl::4, tos, length::16, rest::binary>>'"""

FORMATS: Final = ("diagram", "svg", "source", "ir", "llvm", "assembly", "explain", "certificate")
DIRECTIONS: Final = ("parse", "build")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `show`."""
    parser.add_argument("spec", metavar="SPEC", help="what to show: a spec's name, module:Class, file.py:Class, a module, <<...>>")
    parser.add_argument("--format", choices=FORMATS, default="diagram", help="what to show of it (default: diagram)")
    parser.add_argument("--direction", choices=DIRECTIONS, default="parse", help="of source, ir, llvm, assembly: which (default: parse)")
    parser.add_argument("--dialect", choices=("elixir", "erlang"), default="elixir", help="how a pattern is written (default: elixir)")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")


def run(arguments: argparse.Namespace) -> int:
    """Show the format; the exit code."""
    if arguments.spec.lstrip().startswith("<<"):
        return _show_pattern(arguments)
    listed = module_classes(arguments.spec)
    if listed is not None:
        with Output(arguments.output) as output:
            write_table(output, [(f"{arguments.spec}:{struct.__qualname__}", *described(struct)) for struct in listed])
        return OK
    machine_code = arguments.format in ("llvm", "assembly")
    text = _shown(spec_class(arguments.spec, "llvm" if machine_code else None), arguments.format, arguments.direction)
    with Output(arguments.output) as output:
        output.line(text.rstrip("\n"))
    return OK


def _show_pattern(arguments: argparse.Namespace) -> int:
    from bitwright.errors import PatternError

    check_engine()
    try:
        text = _pattern_shown(arguments.spec, arguments.dialect, arguments.format, arguments.direction)
    except PatternError as error:
        complain_of_pattern(error)
        return USAGE
    with Output(arguments.output) as output:
        output.line(text.rstrip("\n"))
    return OK


def _pattern_shown(text: str, dialect: Dialect, form: str, direction: str) -> str:
    from bitwright.patterns.construction import construct
    from bitwright.patterns.pattern import pattern

    chosen = pattern(text, dialect=dialect)
    if form in ("diagram", "svg"):
        return chosen.diagram(format="svg" if form == "svg" else "text")
    if form == "source":
        return chosen.source() if direction == "parse" else construct(text, dialect=dialect).source()
    if form == "ir":
        from bitwright.ir.text import to_text

        return to_text(chosen._programs.lowered() if direction == "parse" else construct(text, dialect=dialect).program())
    return _shown(chosen.to_struct("Message"), form, direction)


def _shown(struct: type[Struct], form: str, direction: str) -> str:
    if form == "diagram":
        return struct.diagram()
    if form == "svg":
        return struct.diagram(format="svg")
    if form == "source":
        return struct.source(direction)
    if form == "certificate":
        return str(struct.certificate())
    if form == "explain":
        return struct.explain()
    if form == "llvm":
        return struct.source(direction, backend="llvm")
    if form == "assembly":
        return struct.assembly(direction)
    from bitwright.ir.text import to_text

    return to_text(struct.codec("python").optimized(direction))
