"""`bitwright lint`: what a declaration can hardly mean, what it bounds, and whether it loses bytes."""

from __future__ import annotations

import argparse
import json
import warnings
from typing import TYPE_CHECKING, Any, Final

from bitwright.cli.failure import MALFORMED, OK, USAGE, CommandError
from bitwright.cli.lookup import check_engine, look_here
from bitwright.cli.output import Output
from bitwright.errors import DeclarationError, LintWarning
from bitwright.escaping import printable

if TYPE_CHECKING:
    from bitwright import Struct
    from bitwright.lint import Advice

HELP: Final = "say what is doubtful in a format, and whether it loses bytes"
DESCRIPTION: Final = """\
Look at a declared format and everything in it: sizes that can be negative, arms that no tag
leads to, conditions that are always true, reads that nothing bounds, and more (docs/lint.md).
Each line says where it is declared and what to write instead; the last lines are the loss
certificate: whether building gives back the bytes that were parsed.  A module or a file
without a class means all its formats.  The exit code is 1 if anything is a warning or worse."""
EXAMPLES: Final = """\
examples:
  bitwright lint dns
  bitwright lint myformats:Header
  bitwright lint ./myformats.py --no-notes
  bitwright lint ipv4 --sizes
  bitwright lint tcp udp --format json"""

FORMATS: Final = ("text", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `lint`."""
    parser.add_argument("specs", nargs="+", metavar="SPEC", help="what to look at: a spec's name, module:Class, file.py:Class, or a module")
    parser.add_argument("--format", choices=FORMATS, default="text", help="lines for people, or one JSON array (default: text)")
    parser.add_argument("--sizes", action="store_true", help="also the fewest and most bits of every field")
    parser.add_argument("--no-notes", action="store_true", help="only warnings and errors")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")


def run(arguments: argparse.Namespace) -> int:
    """Look at the formats; the exit code."""
    results = []
    for name in arguments.specs:
        try:
            results += [_looked_at(f"{name}", struct, len(found) > 1) for found in [_formats(name)] for struct in found]
        except DeclarationError as error:
            results.append(_refused(name, error))
    for result in results:
        if arguments.no_notes:
            result["advice"] = [one for one in result["advice"] if one.severity != "note"]
        if not arguments.sizes:
            del result["sizes"]
    with Output(arguments.output) as output:
        if arguments.format == "json":
            output.line(json.dumps([_plain(result) for result in results]))
        else:
            for result in results:
                _write(output, result, alone=len(results) == 1)
    serious = any(advice.severity != "note" for result in results for advice in result["advice"])
    return MALFORMED if serious else OK


def _formats(name: str) -> list[type[Struct]]:
    """The classes that a name means; a DeclarationError among them is what the linter is for."""
    from bitwright.stack import SpecNotFound, find_spec, is_module, spec_entries, structs_of

    look_here()
    check_engine()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LintWarning)  # they are all said again
            if ":" in name or name in spec_entries() or not is_module(name):
                return [find_spec(name)]
            found = structs_of(name)
    except SpecNotFound as error:
        raise CommandError(str(error), USAGE) from None
    if not found:
        raise CommandError(f"{name!r} has no Struct class", USAGE)
    return found


def _looked_at(name: str, struct: type[Struct], several: bool) -> dict[str, Any]:
    from bitwright.lint import lint, sizes_of

    return {
        "format": f"{name}:{struct.__qualname__}" if several else name, "advice": lint(struct), "certificate": struct.certificate(),
        "sizes": sizes_of(struct),
    }  # fmt: skip


def _refused(name: str, error: DeclarationError) -> dict[str, Any]:
    """A class that was refused when it was made: there is nothing else to say of it."""
    from bitwright.errors import Location
    from bitwright.lint import Advice

    problem = error.problem
    path = ".".join(part for part in (problem.struct, problem.path) if part)
    advice = Advice("error", "declaration", path, problem.message, "", problem.declaration or Location(name, 0))
    return {"format": name, "advice": [advice], "certificate": None, "sizes": []}


# --- output ------------------------------------------------------------------------------------


def _write(output: Output, result: dict[str, Any], *, alone: bool) -> None:
    if not alone:
        output.line(f"== {printable(result['format'])}")
    for advice in result["advice"]:
        remedy = f"; {advice.advice}" if advice.advice else ""
        where = f"{advice.path}: " if advice.path else ""
        output.line(printable(f"{advice.declaration}: {advice.severity}: {where}{advice.message} [{advice.code}]{remedy}"))
    for field in result.get("sizes", ()):
        output.line(f"size: {_interval(field.size.fewest, field.size.most):>24}  {printable(field.path) or '(the message)'}")
    if result["certificate"] is not None:
        for line in str(result["certificate"]).splitlines():
            output.line(printable(line))
    output.line(_counted(result["advice"]))


def _interval(fewest: int, most: int | None) -> str:
    said = str(fewest) if fewest == most else f"{fewest} or more" if most is None else f"{fewest} to {most}"
    return f"{said} bits"


def _counted(advice: list[Advice]) -> str:
    counts = {severity: sum(one.severity == severity for one in advice) for severity in ("error", "warning", "note")}
    said = [f"{count} {severity}{'s' if count != 1 else ''}" for severity, count in counts.items() if count]
    return ", ".join(said) or "nothing to say"


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(result)
    return plain
