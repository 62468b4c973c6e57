"""`bitwright fuzz`: messages and mutants of a format, given to a target; what is wrong with what comes of them."""

from __future__ import annotations

import argparse
import functools
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from bitwright.cli import fuzz_target
from bitwright.cli.failure import INTERRUPTED, MALFORMED, OK, UNREADABLE, USAGE, CommandError
from bitwright.cli.lookup import message_class
from bitwright.cli.output import Output
from bitwright.cli.quantities import count_of, seconds
from bitwright.cli.terminal import say, stdout_silenced, wants_colour

if TYPE_CHECKING:
    from bitwright import Struct
    from bitwright.cli.fuzz_progress import FuzzProgress
    from bitwright.cli.fuzz_target import Plan
    from bitwright.testing.campaign import Campaign
    from bitwright.testing.labels import Label, Tier
    from bitwright.testing.report import Report

HELP: Final = "give mutants of a format's messages to a parser and say what goes wrong"
DESCRIPTION: Final = """\
Make messages of a declared format and mutants that break one rule each, give them to a
target, and report what is wrong with what comes of them (docs/fuzzing.md).  Without a target
they go to all engines of bitwright: these must agree, and do what the declaration says.
The same seed gives the same inputs; with a corpus folder, each finding is kept in it as a
file, and the next run goes on where this one ended.  The exit code is 1 if anything is found."""
EXAMPLES: Final = """\
examples:
  bitwright fuzz dns --input capture.pcap --runs 20000
  bitwright fuzz myformats:Header --seconds 60 --corpus found
  bitwright fuzz dns --tiers lie --format html -o report.html"""

FORMATS: Final = ("text", "json", "html")
ENGINES: Final = ("builtin", "atheris")
RUNS: Final = 100_000
SMALLER_SECONDS: Final = 10.0  # for each finding, to make its input smaller
_TIERS: Final = ("value", "lie", "raw")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `fuzz`."""
    parser.add_argument("spec", metavar="SPEC", help="the format: a spec's name, or module:Class")
    parser.add_argument("--input", metavar="FILE", action="append", default=[], dest="inputs",
                        help="messages to begin with: a capture, a file or a folder; repeatable (default: messages are made)")  # fmt: skip
    parser.add_argument("--runs", type=count_of("inputs"), metavar="N",
                        help=f"inputs to try (default: {RUNS:,}, or as many as --seconds allows)")  # fmt: skip
    parser.add_argument("--seconds", type=seconds(), metavar="S", help="stop after this time")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed gives the same inputs (default: 1)")
    parser.add_argument("--tiers", type=_tiers, default=_TIERS, metavar="T,T", help="kinds of mutants: value, lie, raw (default: all)")
    parser.add_argument("--engine", choices=ENGINES, default="builtin",
                        help="what chooses inputs: ours, or libFuzzer by coverage (needs atheris; not the same inputs again)")  # fmt: skip
    parser.add_argument("--corpus", metavar="DIR", help="keep an example of each finding there, and go on where the last run ended")
    fuzz_target.add_arguments(parser)
    parser.add_argument("--timeout", type=seconds(), default=5.0, metavar="S", help="of one input, in another process (default: 5)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="of the report (default: text)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report there instead of stdout")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def run(arguments: argparse.Namespace) -> int:
    """Run a campaign; the exit code."""
    from bitwright.cli.fuzz_seeds import seeds_of, tell_of_others

    message = message_class(arguments.spec)
    seeds = seeds_of(message, arguments.inputs, arguments.seed)
    tell_of_others(message, seeds, arguments.tiers)
    with Output(arguments.output, whole=True) as output:  # which may refuse: before the time is spent
        with stdout_silenced():  # what is called in this process may print, and the report is all that stdout is for
            report = _report(arguments, message, seeds)
        output.write(_drawn(report, message, arguments.format, output).encode(output.encoding, "backslashreplace"))
    if output.target is not None:
        from bitwright.testing.report_text import summary

        say(summary(report))
    if report.stopped == "interrupted":
        return INTERRUPTED
    return MALFORMED if report.findings else OK


def _report(arguments: argparse.Namespace, message: type[Struct], seeds: list[bytes]) -> Report:
    from bitwright.cli.fuzz_progress import FuzzProgress
    from bitwright.errors import MissingPackage
    from bitwright.testing.generating.frame import GenerationError
    from bitwright.testing.regress import CaseError
    from bitwright.testing.targets.errors import TargetError

    try:
        plan = fuzz_target.make(fuzz_target.Setup(arguments, message, arguments.spec, seeds))
    except TargetError as error:
        raise CommandError(str(error), USAGE) from None
    line = FuzzProgress(arguments.runs, arguments.seconds, wanted=not arguments.quiet)
    try:
        return _campaign(arguments, message, seeds, plan, line).run()
    except GenerationError as error:  # of the declaration's own code
        raise CommandError(str(error), USAGE) from None
    except (CaseError, MissingPackage) as error:
        raise CommandError(str(error), UNREADABLE) from None
    except OSError as error:  # of the corpus folder, or of a process that cannot be started; what an input does to a target is no exception
        raise CommandError(f"{arguments.corpus or plan.target.name}: {error.strerror or error}", UNREADABLE) from None
    finally:
        line.clear()
        plan.target.close()


def _campaign(arguments: argparse.Namespace, message: type[Struct], seeds: Sequence[bytes], plan: Plan, line: FuzzProgress) -> Campaign:
    """The campaign that the options ask for, which goes on where the corpus says."""
    from bitwright.testing.campaign import Campaign
    from bitwright.testing.corpus import Corpus
    from bitwright.testing.inputs import inputs, inputs_of, key_of
    from bitwright.testing.minimising import minimise

    seeds = seeds if plan.seeds is None else plan.seeds
    key = f"{plan.like.target}{' strict' if plan.like.strict else ''} {key_of(arguments.spec, seeds, arguments.seed, arguments.tiers)}"
    corpus = Corpus(Path(arguments.corpus), key, plan.like) if arguments.corpus is not None else None
    first = corpus.resume() if corpus is not None else 0
    if arguments.engine == "atheris":
        given, first = _guided(arguments, message, seeds, plan), 0
    elif plan.mutator is not None:
        given = inputs_of(plan.mutator, seeds, arguments.seed, first=first)
    else:
        given = inputs(message, seeds, arguments.seed, tiers=arguments.tiers, first=first)
    runs = arguments.runs if arguments.runs is not None or arguments.seconds is not None else RUNS
    return Campaign(
        given, plan.target, corpus=corpus, runs=runs, seconds=arguments.seconds, seed=arguments.seed, first=first, name=arguments.spec,
        minimise=functools.partial(minimise, message=message if plan.mutator is None else None, seconds=SMALLER_SECONDS),
        on_progress=line.tick,
    )  # fmt: skip


def _guided(arguments: argparse.Namespace, message: type[Struct], seeds: Sequence[bytes], plan: Plan) -> Iterator[tuple[bytes, Label]]:
    """Inputs that libFuzzer chooses by the coverage of what runs in this process."""
    from bitwright.testing.atheris_engine import PACKAGES, guided

    if plan.packages is None:
        raise CommandError("--engine atheris: counts the branches of Python code, so it is for a --target, or for our engines", USAGE)
    packages = plan.packages or PACKAGES
    return guided(message, seeds, seed=arguments.seed, packages=packages, tiers=arguments.tiers)


def _drawn(report: Report, message: type[Struct], form: str, output: Output) -> str:
    if form == "json":
        return report.json() + "\n"
    from bitwright.cli.parse import WIDE
    from bitwright.cli.terminal import Style
    from bitwright.seeing.hexdump import Paper, hexdump

    if form == "html":
        from bitwright.testing.report_html import report_html

        return report_html(report, lambda data: hexdump(message, data, Paper(color=True)))
    from bitwright.testing.report_text import report_text

    colour = output.target is None and wants_colour(sys.stdout)
    columns = shutil.get_terminal_size().columns - 2 if output.is_terminal else None  # the report indents by 2
    paper = Paper(width=16 if columns is None or columns >= WIDE else 8, color=colour, columns=columns)
    return report_text(report, Style(enabled=colour), lambda data: hexdump(message, data, paper))


def _tiers(text: str) -> tuple[Tier, ...]:
    chosen = text.split(",")
    for tier in chosen:
        if tier not in _TIERS:
            raise argparse.ArgumentTypeError(f"{tier!r} is no tier; there are: {', '.join(_TIERS)}")
    return tuple(cast("Tier", tier) for tier in _TIERS if tier in chosen)
