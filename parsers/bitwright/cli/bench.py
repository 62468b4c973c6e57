"""`bitwright bench`: how fast a format is parsed, built and read from a stream, beside other engines and other decoders."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final

from bitwright.cli.failure import MALFORMED, OK, USAGE, CommandError
from bitwright.cli.lookup import look_here, message_class
from bitwright.cli.output import Output
from bitwright.cli.quantities import count_of, seconds
from bitwright.cli.terminal import Style, wants_colour

if TYPE_CHECKING:
    from bitwright.bench.rivals import Rival

HELP: Final = "measure how fast a format is parsed and built, and which field costs"
DESCRIPTION: Final = """\
Measure parsing, building and push parsing of a declared format: nanoseconds and
allocations of a message, messages and megabytes a second (docs/benching.md).  Engines, and
functions that --against names, take turns on the same messages, after their results were
compared.  Messages are those of a capture, of files or folders (--input), or are made from
the declaration."""
EXAMPLES: Final = """\
examples:
  bitwright bench dns --input capture.pcap
  bitwright bench myformats:Header --operation parse --backend llvm,python,interp
  bitwright bench dns --input capture.pcap --against peers:decode
  bitwright bench dns --input capture.pcap --operation parse --profile
  bitwright bench dns --json | jq '.operations[0].rows[0].seconds'"""

ENGINES: Final = ("auto", "interp", "llvm", "python")
OPERATIONS: Final = ("parse", "build", "push")
MESSAGES: Final = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `bench`."""
    parser.add_argument("spec", metavar="SPEC", help="the format: a spec's name, or module:Class")
    parser.add_argument("--input", metavar="FILE", action="append", default=[], dest="inputs",
                        help="messages: a capture, a file of them, or a folder of those; repeatable (default: they are made)")  # fmt: skip
    parser.add_argument("--messages", type=count_of("messages"), default=MESSAGES, metavar="N",
                        help=f"with at most so many (default: {MESSAGES:,}); of made ones 200 at most")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed makes the same messages (default: 1)")
    parser.add_argument("--operation", type=_operations, metavar="O,O", help="parse, build, push (default: all that the format can)")
    parser.add_argument("--backend", type=_engines, metavar="E,E",
                        help="engines: auto, interp, llvm, python (default: BITWRIGHT_BACKEND, or all compiled ones)")  # fmt: skip
    parser.add_argument("--against", metavar="[O=]M:F", action="append", default=[],
                        help="a function beside them: module:function, or OPERATION=module:function; repeatable")  # fmt: skip
    parser.add_argument("--skip-unequal", action="store_true", help="leave out messages that such a function refuses or reads otherwise")
    parser.add_argument("--seconds", type=seconds(most=3600), default=1.0, metavar="S", help="for each operation (default: 1)")
    parser.add_argument("--profile", action="store_true", help="also what each field costs in parsing and building, by the first engine")
    parser.add_argument("--json", action="store_true", help="write the figures as JSON")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of stdout")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def run(arguments: argparse.Namespace) -> int:
    """Measure and show; the exit code."""
    from bitwright.bench.agreement import BenchError
    from bitwright.bench.measuring import measure
    from bitwright.bench.report_text import report_text
    from bitwright.cli.bench_messages import bench_messages
    from bitwright.cli.lookup import check_engine
    from bitwright.cli.progress import StatusLine

    message = message_class(arguments.spec)
    for engine in arguments.backend or ():
        check_engine(engine)
    rivals = _rivals(arguments.against, arguments.operation or OPERATIONS)
    wires, source = bench_messages(message, arguments.inputs, arguments.messages, arguments.seed)
    line = StatusLine(wanted=not arguments.quiet)

    def tell(what: str) -> None:
        if line.due() is not None:
            line.draw(what)

    with Output(arguments.output) as output:  # which may refuse: before the time is spent
        try:
            report = measure(
                message, wires, operations=arguments.operation, engines=arguments.backend, rivals=rivals,
                skip_unequal=arguments.skip_unequal, seconds=arguments.seconds, profiled=arguments.profile, source=source, tell=tell,
            )  # fmt: skip
        except BenchError as error:
            raise CommandError(str(error), MALFORMED) from None
        finally:
            line.clear()
        style = Style(enabled=output.target is None and wants_colour(sys.stdout))
        output.write((report.json() + "\n" if arguments.json else report_text(report, style)).encode(output.encoding, "backslashreplace"))
    return OK


def _rivals(given: list[str], operations: tuple[str, ...]) -> list[Rival]:
    """The functions beside the engines; what is built is what the function for parsing made, if there is one."""
    from bitwright.bench.rivals import Rival
    from bitwright.testing.targets.errors import TargetError
    from bitwright.testing.targets.locate import locate

    look_here()
    found: list[Rival] = []
    for text in given:
        operation, equals, name = text.partition("=")
        operation, name = (operation, name) if equals else ("parse", text)
        if operation not in OPERATIONS:
            raise CommandError(f"--against {text}: {operation!r} is no operation; there are: {', '.join(OPERATIONS)}", USAGE)
        if operation not in operations:
            raise CommandError(f"--against {text}: {operation} is not measured; --operation says what is", USAGE)
        try:
            function = locate(name)
        except TargetError as error:
            raise CommandError(f"--against: {error}", USAGE) from None
        parsers = [rival.function for rival in found if rival.operation == "parse"]
        found.append(Rival(operation, function, name, parsers[-1] if operation == "build" and parsers else None))
    return found


def _operations(text: str) -> tuple[str, ...]:
    return _words(text, OPERATIONS, "operation")


def _engines(text: str) -> tuple[str, ...]:
    return _words(text, ENGINES, "engine")


def _words(text: str, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(text.split(",")))
    for word in chosen:
        if word not in known:
            raise argparse.ArgumentTypeError(f"{word!r} is no {what}; there are: {', '.join(known)}")
    return chosen
