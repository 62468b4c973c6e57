"""Why a pattern matches or not: which segment, at which bit, what was expected and what is there.

Promise: the interpreter's failure is told in one sentence and as data; nothing of it is computed unless somebody asks.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from bitwright.bitsyntax import tree
from bitwright.errors import ParseError, Problem
from bitwright.escaping import columns, escaped, printable, shortened
from bitwright.ir.interp import Machine
from bitwright.patterns.inputs import bits_of
from bitwright.patterns.programs import MatchPrograms, entry_of, fields_of, variables_in
from bitwright.patterns.segments import bitstrings_in, segments_of
from bitwright.terms import normal, shown

if TYPE_CHECKING:
    from bitwright.patterns.pattern import Pattern
    from bitwright.patterns.segments import Segment

_LONGEST: Final = 60  # characters of a value in a sentence or a table


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A segment that was looked at: where it lies in the data and what it is; of the one that fails, `end` is None."""

    segment: Segment
    bit_offset: int
    bit_end: int | None
    value: Any = None
    has_value: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation:
    """What came of matching `data`; `str()` is the sentence, `table()` every segment with its bits.

    `code` is one of `bitwright.errors.MATCH_CODES`, "" where it matched.  `segment` is the number of the segment that does not
    match, counted from 1, `name` its variable, `bit_offset` where it begins.  `needed_bits`: where the data are too short, how
    many more bits are needed at least.  `expected` and `got`: where a value is another one.  `bindings` are the variables.
    """

    matched: bool
    code: str
    message: str
    segment: int | None = None
    name: str = ""
    bit_offset: int | None = None
    needed_bits: int | None = None
    expected: Any = None
    got: Any = None
    bindings: Mapping[str, Any] | None = None
    rows: tuple[Row, ...] = ()
    dialect: str = dataclasses.field(default="elixir", repr=False)

    def __str__(self) -> str:
        """One sentence, safe for a terminal."""
        return self.message

    def table(self) -> str:
        """The segments that were looked at, one a line, and the sentence."""
        lines = [("bits", "segment", "value"), *self._cells()]
        widths = [max(columns(line[i]) for line in lines) for i in range(2)]
        padded = [[cell + " " * (width - columns(cell)) for cell, width in zip(line[:2], widths, strict=True)] for line in lines]
        return "\n".join([*("  ".join([*cells, line[2]]).rstrip() for cells, line in zip(padded, lines, strict=True)), self.message])

    def _cells(self) -> Iterator[tuple[str, str, str]]:
        for row in self.rows:
            text = shortened(printable(" ".join(row.segment.text.split())), _LONGEST)
            if row.bit_end is None:
                yield f"{row.bit_offset}..", text, "<-- here"
            else:
                yield f"{row.bit_offset}..{row.bit_end}", text, _short(row.value, self.dialect) if row.has_value else ""

    def _repr_html_(self) -> str:
        """The table for notebooks."""
        rows = "".join(f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in cells)}</tr>" for cells in self._cells())
        head = "<tr><th>bits</th><th>segment</th><th>value</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table><p>{escaped(self.message)}</p>"


def explain(pattern: Pattern, data: Any, bindings: Mapping[str, Any]) -> Explanation:
    """Match in the interpreter, watching."""
    watching = _Run(pattern._programs, bindings)
    try:
        found = watching.match(data)
    except ParseError as error:
        return _Failure(pattern._programs, watching.machine, error.problem, data, bindings).explanation()
    rows = tuple(_rows(pattern.segments, watching.machine))
    count = f": {len(rows)} segment{'s' if len(rows) != 1 else ''}" if rows else ""
    return Explanation(True, "", f"matches{count}", bindings=found, rows=rows, dialect=pattern.dialect)


class _Run:
    """One run of the interpreter with its trace on."""

    def __init__(self, programs: MatchPrograms, bindings: Mapping[str, Any]) -> None:
        self.bit_order, bound = programs.bit_order, programs.bound(bindings)
        self.given = programs.values(bound, bindings)
        self.machine = Machine(programs.lowered(bound), trace=True)

    def match(self, data: Any) -> Mapping[str, Any]:
        """The variables; ParseError if the data do not match."""
        arguments: tuple[Any, ...] = (normal(data),)
        if entry_of(self.machine.program).unit == "bit":
            raw = bits_of(data, self.bit_order)
            if raw is None:
                raise ParseError(Problem("not-a-bitstring", "is no bitstring", got=data))
            self.machine.data, arguments = raw[0], (0, raw[1])
        found: Mapping[str, Any] = self.machine.run(*arguments, *self.given)[0]
        return found


def refusal(programs: MatchPrograms, machine: Machine, error: ParseError, bindings: Mapping[str, Any]) -> ParseError:
    """The failure of a run in the words of an explanation."""
    sentence = _Failure(programs, machine, error.problem, machine.data, bindings).sentence()
    return ParseError(msgspec.structs.replace(error.problem, message=sentence, struct="", path=""))


def _rows(segments: tuple[Segment, ...], machine: Machine) -> Iterator[Row]:
    """The segments that the interpreter went through, and the one in which it stopped."""
    known = iter(segments)
    for span in machine.spans or ():
        segment = next((each for each in known if each.index == span.segment), None)
        if segment is not None:
            yield Row(segment, span.bit_start, span.bit_end, span.value, span.is_valued)
    if machine.frames and machine.frames[-1].segment is not None:
        frame = machine.frames[-1]
        segment = next((each for each in known if each.index == frame.segment), None)
        if segment is not None:
            yield Row(segment, frame.bit_offset, None)


class _Failure:
    """The words for one failure."""

    def __init__(self, programs: MatchPrograms, machine: Machine, problem: Problem, data: Any, given: Mapping[str, Any]) -> None:
        self.machine, self.problem, self.data, self.given = machine, problem, data, given
        self.guarded: Final = programs.guarded
        self.bit_order: Final = programs.bit_order
        self.rows = tuple(_rows(segments_of(programs.guarded), machine))
        self.segment = self.rows[-1].segment if self.rows and problem.segment is not None else None
        self.bitstring = self._bitstring()

    def _bitstring(self) -> tree.Bitstring | None:
        """The one in work: each begins with its first segment."""
        begun = max(sum(row.segment.index == 1 for row in self.rows), 1)
        return next(itertools.islice(bitstrings_in(self.guarded.pattern), begun - 1, None), None)

    def explanation(self) -> Explanation:
        problem = self.problem
        return Explanation(
            False,
            problem.code,
            self.sentence(),
            problem.segment,
            self.segment.name if self.segment else "",
            problem.bit_offset,
            problem.needed_bits,
            None if problem.expected is msgspec.UNSET else problem.expected,
            None if problem.got is msgspec.UNSET else problem.got,
            rows=self.rows,
            dialect=self.guarded.dialect,
        )

    # --- the sentence ------------------------------------------------------------------------

    def sentence(self) -> str:
        problem = self.problem
        match problem.code:
            case "truncated":
                more = problem.needed_bits or 1
                return f"needs at least {more} more bit{'s' if more > 1 else ''}{self.of_segment('for')}: {problem.message}"
            case "mismatch":
                where = f"{self.where()}: " if problem.segment is not None else ""
                return f"{where}expected {self.show(problem.expected)}, got {self.show(problem.got)}{self.atom_advice()}"
            case "unconsumed":
                return f"{problem.message}{self.at()}{self.tail_advice()}"
            case "guard":
                return f"the guard `{printable(self.guard())}` does not hold{self.because(self.guarded.guards)}"
            case "bad-argument" if problem.segment is None:
                why = f"{problem.message}{self.because(self.guarded.guards)}"
                return f"the guard `{printable(self.guard())}` has no value: {why}"
            case "bad-size":
                return f"{self.where()}: {self.bad_size()}{self.because(self.size())}"
            case "bad-argument":
                return f"{self.where()}: its size has no value: {problem.message}{self.because(self.size())}"
            case "not-a-bitstring" if problem.segment is None:
                return f"takes a bitstring, and {self.show(problem.got)} is none{_advice(problem.got)}"
            case "shape":
                return f"the value {problem.message}"
            case _:
                return f"{self.where()}: {problem.message}"

    def where(self) -> str:
        """The segment and its place, as the subject of a sentence."""
        return self.of_segment("").strip() or "the value"

    def of_segment(self, word: str) -> str:
        if self.problem.segment is None:
            return ""
        name = self.segment.name or " ".join(self.segment.text.split()) if self.segment else ""
        quoted = f" `{shortened(printable(name), _LONGEST)}`" if name else ""
        return f" {word} segment {self.problem.segment}{quoted}{self.at()}"

    def at(self) -> str:
        return "" if self.problem.bit_offset is None else f" at bit {self.problem.bit_offset}"

    def show(self, value: Any) -> str:
        return _short(value, self.guarded.dialect)

    def size(self) -> Any:
        """The size of the segment in work, as a tree."""
        return self.bitstring.segments[self.problem.segment - 1].size if self.bitstring and self.problem.segment else None

    def bad_size(self) -> str:
        """What is wrong with the size."""
        got, message = self.problem.got, self.problem.message
        if got is msgspec.UNSET or self.show(got) in message:  # computed, in bits
            return f"{message} bits"
        if isinstance(got, int) and not isinstance(got, bool):
            return f"its size is {self.show(got)}{', larger than any input' if got > 0 else ''}"
        return f"its size is {self.show(got)}, which is no integer"

    def because(self, reader: Any) -> str:
        """The variables that an expression reads, with their values."""
        known = {**self.given, **self.bound(), **self.machine.partial}
        seen = [name for name in dict.fromkeys(variables_in(reader)) if name in known]
        return f", as {' and '.join(f'{printable(name)} is {self.show(known[name])}' for name in seen)}" if seen else ""

    def bound(self) -> Mapping[str, Any]:
        """What a pattern around bitstrings has bound before its guards were looked at: that is in no segment."""
        if isinstance(self.guarded.pattern, tree.Bitstring) or self.problem.segment is not None:
            return {}
        unguarded = msgspec.structs.replace(self.guarded, guards=())
        try:
            return _Run(MatchPrograms(unguarded, self.bit_order), self.given).match(self.data)
        except ParseError:
            return {}

    def guard(self) -> str:
        """The guards as they are written."""
        text = self.guarded.text
        first = min(_places(self.guarded.guards), default=len(text))
        begin = text.rfind("when", 0, first + 1)
        return " ".join(text[begin:].split())

    def atom_advice(self) -> str:
        """In Erlang a name in lower case is an atom, which no bits are."""
        expected = self.problem.expected
        if self.guarded.dialect != "erlang" or self.problem.segment is None or not isinstance(expected, str):
            return ""
        return f"; `{printable(expected)}` is an atom: a variable begins with a capital letter"

    def tail_advice(self) -> str:
        """The commonest beginner's bug: an untyped variable at the end is one byte."""
        last = self.bitstring.segments[-1] if self.bitstring and self.bitstring.segments else None
        if last is None or not last.untyped or last.type != "integer" or not isinstance(last.value, tree.Variable):
            return ""
        name = printable(last.value.name)
        rest = f"{name}::binary" if self.guarded.dialect == "elixir" else f"{name}/binary"
        written = self.guarded.text[last.at : last.end].strip()
        return f"; `{name}` without a type is one byte: did you mean `{rest}`?" if written == last.value.name else ""


def _advice(got: Any) -> str:
    """What to do with what is no bitstring."""
    if isinstance(got, str):
        return ": a str is an atom; encode() it, or make bytes of hex text with bytes.fromhex()"
    return ""


def _places(node: Any) -> Iterator[int]:
    """Where the parts of an expression begin."""
    if hasattr(node, "at"):
        yield node.at
    for part in fields_of(node):
        yield from _places(part)


def _short(value: Any, dialect: str) -> str:
    return shortened(shown(value, dialect), _LONGEST)
