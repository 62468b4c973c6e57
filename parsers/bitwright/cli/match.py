"""`bitwright match`: a bit pattern against bytes; the bindings as JSON, or why it does not match."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, Final

from bitwright.cli.failure import MALFORMED, OK, UNREADABLE, USAGE, CommandError
from bitwright.cli.lookup import check_engine
from bitwright.cli.output import Output
from bitwright.cli.source import read_message, read_text
from bitwright.cli.terminal import complain, complain_of_pattern
from bitwright.errors import BuildError, MissingPackage, ParseError, PatternError

if TYPE_CHECKING:
    from bitwright import Pattern
    from bitwright.patterns.pattern import Dialect
    from bitwright.wire.bitstrings import BitString

HELP: Final = "match bytes against a bit pattern"
DESCRIPTION: Final = """\
Match bytes against a pattern in Elixir's or Erlang's binary syntax, and print its
variables as JSON: binaries as hex, other runs of bits as 0x or 0b text.  The pattern is
given as text or as @FILE.  The bytes are given as hex (spaces, colons and 0x are
welcome), as @FILE (bytes) or as - for stdin (hex if it looks like hex, otherwise bytes).
What does not match is explained on stderr, and the exit code is 1."""
EXAMPLES: Final = """\
examples:
  bitwright match '<<version::4, ihl::4, rest::binary>>' 45000054
  bitwright match '<<n, body::binary-size(n), crc::16>>' @frame.bin
  bitwright match '<<Len:16/little, Body:Len/binary, _/binary>>' @frame.bin --dialect erlang
  bitwright match '<<^id::16, rest::bits>>' 12345678 --bind id=0x1234
  bitwright match '<<tag, n, value::binary-size(n)>>' 01 01 61 02 00 --all
  bitwright match '<<2::4, op::4>>' 31 --explain"""

_WIDEST: Final = 4096  # bits; Python refuses to write longer integers in decimal
_BINDING: Final = re.compile(r"([A-Za-z_]\w*[?!]?)=(.*)", re.DOTALL)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `match`."""
    parser.add_argument("pattern", metavar="PATTERN|@FILE", help="the pattern")
    parser.add_argument("data", metavar="HEX|@FILE|-", nargs="+", help="the bytes")
    parser.add_argument("--dialect", choices=("elixir", "erlang"), default="elixir", help="how the pattern is written (default: elixir)")
    parser.add_argument("--bind", action="append", default=[], metavar="NAME=VALUE", help="a variable from outside, in the same syntax")
    parser.add_argument("--prefix", action="store_true", help="other bytes may follow; print {bindings, rest}")
    parser.add_argument("--all", action="store_true", help="match again and again, as a comprehension does; one line of JSON each")
    parser.add_argument("--strict", action="store_true", help="with --all: what does not match is an error, not the end")
    parser.add_argument("--explain", action="store_true", help="print each segment with its bits and value instead of JSON")
    parser.add_argument("--extended", action="store_true", help="allow what neither language has: leb128, nonfinite, ...")
    parser.add_argument("--bit-order", choices=("msb", "lsb"), default="msb", help="which bit of a byte is the first (default: msb)")
    parser.add_argument("--bits", type=_count, metavar="N", help="match the first N bits of the data only")
    parser.add_argument(
        "--backend", "--engine", dest="engine", choices=("auto", "interp", "python", "llvm"),
        help="the engine that runs the pattern (default: BITWRIGHT_BACKEND, or auto)",
    )  # fmt: skip
    parser.add_argument("--input", choices=("hex", "bytes"), help="what @FILE or - holds, if it is not what is assumed")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")


def _count(text: str) -> int:
    if not text.isdecimal() or not text.isascii():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of bits")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Match and print; the exit code."""
    if sum((arguments.prefix, arguments.all, arguments.explain)) > 1:
        raise CommandError("--prefix, --all and --explain exclude each other; see bitwright match --help", USAGE)
    if arguments.strict and not arguments.all:
        raise CommandError("--strict is an option of --all; see bitwright match --help", USAGE)
    check_engine(arguments.engine)
    try:
        chosen = _pattern(arguments)
        bindings = dict(_binding(each, arguments.dialect) for each in arguments.bind)
        for name in chosen.free:
            if name not in bindings:
                raise CommandError(f"the pattern reads the variable {name}; give it a value: --bind {name}=...", USAGE)
        data = _data(arguments)
        with Output(arguments.output) as output:
            return _show(chosen, data, bindings, output, arguments)
    except PatternError as error:
        complain_of_pattern(error)
        return USAGE
    except MissingPackage as error:
        raise CommandError(str(error), UNREADABLE) from None


def _pattern(arguments: argparse.Namespace) -> Pattern:
    from bitwright.patterns.pattern import pattern

    text, _ = read_text(arguments.pattern) if arguments.pattern.startswith("@") else (arguments.pattern, "")
    made = pattern(text, dialect=arguments.dialect, extended=arguments.extended, bit_order=arguments.bit_order)
    return made if arguments.engine is None else made.on(arguments.engine)


def _binding(text: str, dialect: Dialect) -> tuple[str, Any]:
    """A name and a value, written as a term of the dialect."""
    from bitwright.patterns.construction import construct

    found = _BINDING.fullmatch(text)
    if found is None:
        raise CommandError(f"--bind {text}: a variable and its value are written as NAME=VALUE", USAGE)
    try:
        return found[1], construct(found[2], dialect=dialect).build()
    except BuildError as error:
        raise CommandError(f"--bind {text}: {error}", USAGE) from None
    except PatternError as error:
        raise CommandError(f"--bind {text}: {error.message}{error.advice and f'; {error.advice}'}", USAGE) from None


def _data(arguments: argparse.Namespace) -> bytes | BitString:
    data, place = read_message(arguments.data, arguments.input)
    if arguments.bits is None:
        return data
    if arguments.bits > 8 * len(data):
        raise CommandError(f"{place}: has {8 * len(data)} bits, fewer than the {arguments.bits} of --bits", USAGE)
    from bitwright.patterns.inputs import slice_of

    cut: bytes | BitString = slice_of((data, arguments.bits), 0, arguments.bit_order)
    return cut


def _show(pattern: Pattern, data: Any, bindings: dict[str, Any], output: Output, arguments: argparse.Namespace) -> int:
    if arguments.all:
        return _show_all(pattern, data, bindings, output, strict=arguments.strict)
    if arguments.explain:
        explanation = pattern.explain(data, **bindings)
        output.line(explanation.table())
        output.flush()
        return OK if explanation.matched else _refuse(str(explanation))
    if arguments.prefix:
        found = pattern.match_prefix(data, **bindings)
        shown: Any = None if found is None else {"bindings": found[0], "rest": found[1]}
    else:
        shown = pattern.match(data, **bindings)
    if shown is None:
        return _refuse(str(pattern.explain(data, **bindings)))
    output.line(_json(shown, indent=2))
    return OK


def _show_all(pattern: Pattern, data: Any, bindings: dict[str, Any], output: Output, *, strict: bool) -> int:
    try:
        for found in pattern.iter(data, strict=strict, **bindings):
            output.line(_json(found))
    except ParseError as error:
        output.flush()
        return _refuse(str(error))
    return OK


def _refuse(text: str) -> int:
    complain(f"the data do not match: {text}")
    return MALFORMED


def _json(value: Any, indent: int | None = None) -> str:
    import json

    from bitwright.plain import plain_value

    return json.dumps(_readable(plain_value(value)), indent=indent).replace("\x7f", "\\u007f")


def _readable(value: Any) -> Any:
    """The same with integers of more bits than a decimal number is made of written as 0x text."""
    if isinstance(value, dict):
        return {name: _readable(item) for name, item in value.items()}
    return hex(value) if isinstance(value, int) and value.bit_length() > _WIDEST else value
