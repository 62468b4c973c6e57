"""Every exception of bitwright, every stable error code, and the record they carry.

Promise: whatever bytes `parse` is given, it returns a value or raises `ParseError`;
whatever values `build` is given, it returns bytes or raises `BuildError`; a class that
declares no valid format raises `DeclarationError` when it is created; a text that is no bit
pattern raises `PatternError`.  All carry the same `Problem` record, are picklable, and derive
from the builtin a caller expects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from bitwright.escaping import pointed_at, printable

# code -> what it means, in one line.  docs/errors.md explains each; a test holds a case for each.
PARSE_CODES: Final[Mapping[str, str]] = {
    "truncated": "the input, or the region around the field, ends before the field does",
    "unconsumed": "a region or the input has bytes left that no field describes",
    "const": "a field with a fixed value holds another value",
    "check": "a condition that the format states with check() does not hold",
    "negative-size": "a computed size is below zero",
    "unknown-tag": "a union without a default arm meets a tag that no arm has",
    "count-too-large": "an array announces more elements than the bytes left can hold",
    "bad-text": "the bytes of a text field are not valid in its encoding",
    "bad-label": "a domain name label has a reserved type (its two high bits are 01 or 10)",
    "bad-pointer": "a compression pointer does not point strictly backwards",
    "too-many-hops": "a domain name follows more compression pointers than allowed",
    "name-too-long": "a domain name is longer than 255 octets",
    "no-progress": "an array element consumed nothing, so the array could never end",
    "bad-offset": "a pointer leads outside the bytes that it counts in",
    "bad-direction": "a pointer that may only lead backward, or only forward, leads the other way",
    "pointer-budget": "pointers lead to more bytes, counted as often as they are read, than the limit",
    "depth": "structs are nested deeper than the limit",
    "no-terminator": "the terminator of a field was not found",
    "codec": "a codec written in Python refused the bytes",
    "varint": "an integer of variable size takes more bytes, or is larger, than its type allows",
    "too-large": "the input is larger than the limit",
    "parameter": "a parameter that the format needs was not given, or is of the wrong type",
}

# What is wrong but readable.  Under `strict=True` a finding is raised as a ParseError of its code.
FINDING_CODES: Final[Mapping[str, str]] = {
    "checksum": "a checksum does not fit the bytes it covers",
    "reserved-bits": "reserved bits are set",
    "padding": "padding is not zero",
    "non-minimal": "an integer of variable size takes more bytes than its value needs",
    "payload-cut": "fewer payload bytes are there than the header announces",
    "malformed": "the data of a union's arm do not fit its layout, and are kept as they are",
    "enum-unknown": "a number has no name in its closed enumeration (a plain IntEnum)",
}

BUILD_CODES: Final[Mapping[str, str]] = {
    "type": "a value is not of the type that the field takes",
    "range": "a number does not fit the bits of its field",
    "size": "a value has another length than its size says",
    "unsolved": "a derived field cannot be computed from the values given",
    "check": "a condition that the format states with check() does not hold",
    "conflict": "two uses of one derived field need different values",
    "no-room": "the buffer that the message is to be written into is too small for it",
    "presence": "an optional field is given although its condition is false, or missing although it is true",
    "tag": "no tag is known for the class of a union's value",
    "text": "a text cannot be encoded",
    "name": "a domain name is malformed",
    "codec": "a codec written in Python refused the value",
    "overlap": "a block at a given offset would be written onto bytes that are not the same",
    "depth": "values are nested deeper than the limit",
    "too-large": "padding, or what lies at an offset, would make the message larger than the limit",
    "parameter": "a parameter that the format needs was not given, or is of the wrong type",
}


# Why a bit pattern does not match.
MATCH_CODES: Final[Mapping[str, str]] = {
    "truncated": "fewer bits are left than a segment takes",
    "unconsumed": "bits are left behind the last segment",
    "mismatch": "a value is another than the pattern says",
    "ragged": "the bits that are left are no multiple of the unit of the last segment",
    "bad-size": "a size is no integer, or is negative, or larger than any input",
    "bad-float": "the bits of a float segment are NaN or an infinity, or as many as no float has",
    "bad-utf": "the bits of a utf segment are no code point in its shortest form",
    "varint": "an integer of variable size takes more bytes, or is larger, than its type allows",
    "bad-argument": "an expression of a size or a guard has no value",
    "guard": "no guard holds",
    "not-a-bitstring": "the value that a bit pattern is to match is no bitstring",
    "shape": "a value is no tuple, list or map of the form that the pattern says",
}


# Why a construction builds nothing.
CONSTRUCT_CODES: Final[Mapping[str, str]] = {
    "type": "a value is not of the type that its segment takes",
    "range": "a number does not fit its segment, and strict=True was asked for; or no float or variable-size integer is that large",
    "size": "a bitstring is shorter than its segment, or no multiple of its unit; or a size is negative, or none that a float has",
    "text": "a number is no code point",
    "too-large": "a size is larger than the limit",
    "bad-argument": "an expression has no value",
    "check": "strict=True was asked for, and the guard of the pattern refuses the values",
}


class Location(msgspec.Struct, frozen=True):
    """Where something was declared: file and line of the user's source."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Blame(msgspec.Struct, frozen=True):
    """A field whose value made something impossible; `bit_offset` is None where nothing was read."""

    field: str
    value: int
    bit_offset: int | None = None

    def __str__(self) -> str:
        place = "" if self.bit_offset is None else f" at byte {self.bit_offset // 8}"
        return f"{self.field}{place} is {self.value}"


class Problem(msgspec.Struct, frozen=True):
    """What went wrong, where, and why: the same record from every engine.

    `path` is the field path from the message's root (``answers[3].rdata.exchange``).
    `bit_offset` counts from the first bit of the input.  `needed` and `available` are bytes.
    `blames` are the fields that caused a wrong size or count; `culprit` says so in words.
    `partial` maps the fields of the root that were decoded before, in order.
    Of a pattern, `segment` is the number of the segment, from 1 on, `needed_bits` how many more bits would be needed at
    least, and `expected` and `got` are the two values that differ, where that is the problem.
    """

    code: str
    message: str
    struct: str = ""
    path: str = ""
    bit_offset: int | None = None
    needed: int | None = None
    available: int | None = None
    blames: tuple[Blame, ...] = ()
    declaration: Location | None = None
    partial: Mapping[str, Any] = msgspec.field(default_factory=dict)
    segment: int | None = None
    needed_bits: int | None = None
    expected: Any = msgspec.UNSET
    got: Any = msgspec.UNSET

    @property
    def byte_offset(self) -> int | None:
        """The byte of the input in which the problem begins."""
        return None if self.bit_offset is None else self.bit_offset // 8

    @property
    def culprit(self) -> str | None:
        """Which fields' values caused it, with their places; None where none did."""
        return " and ".join(map(str, self.blames)) or None

    def moved(self, size: int) -> Problem:
        """The same problem, with places that count from `size` bytes further ahead."""
        blames = tuple(
            b if b.bit_offset is None else msgspec.structs.replace(b, bit_offset=b.bit_offset + 8 * size) for b in self.blames
        )  # fmt: skip
        bit_offset = None if self.bit_offset is None else self.bit_offset + 8 * size
        return msgspec.structs.replace(self, bit_offset=bit_offset, blames=blames)

    def text(self) -> str:
        """One line, safe for a terminal: struct, path, place, message, culprit, declaration."""
        where = ".".join(part for part in (self.struct, self.path) if part)
        parts = [f"{where}: {self.message}" if where else self.message]
        if self.bit_offset is not None:
            byte, bit = divmod(self.bit_offset, 8)
            parts.append(f"at byte {byte}" + (f" bit {bit}" if bit else ""))
        if self.culprit:
            parts.append(f"because {self.culprit}")
        line = printable(", ".join(parts)) + f" [{self.code}]"
        return f"{line} (declared at {self.declaration})" if self.declaration else line


class BitwrightError(Exception):
    """Base of all errors of bitwright; `problem` is the record."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return self.problem.text()

    @property
    def code(self) -> str:
        """The stable code, one of the catalogue's."""
        return self.problem.code

    @property
    def path(self) -> str:
        """The field path from the root."""
        return self.problem.path

    @property
    def bit_offset(self) -> int | None:
        """Offset in bits from the start of the input."""
        return self.problem.bit_offset

    @property
    def byte_offset(self) -> int | None:
        """Offset in bytes from the start of the input."""
        return self.problem.byte_offset

    @property
    def needed(self) -> int | None:
        """Bytes the field needs, where that is the problem."""
        return self.problem.needed

    @property
    def available(self) -> int | None:
        """Bytes that were left."""
        return self.problem.available

    @property
    def culprit(self) -> str | None:
        """Which field's value caused it."""
        return self.problem.culprit

    @property
    def declaration(self) -> Location | None:
        """File and line where the failing field is declared."""
        return self.problem.declaration

    @property
    def partial(self) -> Mapping[str, Any]:
        """The root's fields that were decoded before the problem."""
        return self.problem.partial


class ParseError(BitwrightError, ValueError):
    """The bytes are not a message of this format."""


class NeedMore(BitwrightError):
    """The bytes are the beginning of a message, as far as they go: at least `need` more could make it one.

    No ParseError: nothing is wrong.  `problem` says which field ran out of bytes.
    """

    def __init__(self, problem: Problem, need: int = 1) -> None:
        super().__init__(problem)
        self.need = need
        self.args = (problem, need)

    def __str__(self) -> str:
        return f"at least {self.need} more byte{'s are' if self.need != 1 else ' is'} needed: {self.problem.text()}"


class BuildError(BitwrightError, ValueError):
    """The values cannot be written in this format."""


class DeclarationError(BitwrightError, TypeError):
    """The class does not declare a valid format; the message says what to write instead."""

    def __str__(self) -> str:
        problem = self.problem
        where = ".".join(part for part in (problem.struct, problem.path) if part)
        return ": ".join(str(part) for part in (problem.declaration, where, problem.message) if part)


class PatternError(BitwrightError, ValueError):
    """A text is no pattern, or a pattern lacks a value that it needs: where in the text, and what to write instead.

    `at` is the place in characters from 0; None where the whole text is meant.
    """

    def __init__(self, message: str, text: str = "", at: int | None = None, advice: str = "") -> None:
        super().__init__(Problem("pattern", message))
        self.message, self.text, self.at, self.advice = message, text, at, advice
        self.args = (message, text, at, advice)

    @property
    def line(self) -> int:
        """The line of the place, counted from 1."""
        return self.text.count("\n", 0, self.at or 0) + 1

    @property
    def column(self) -> int:
        """The column of the place in its line, in characters counted from 1."""
        at = self.at or 0
        return at - self.text.rfind("\n", 0, at)

    def __str__(self) -> str:
        """The message, the line of the text with a caret below the place, and the advice."""
        parts = [printable(self.message)]
        if self.at is not None:
            start = self.at - self.column + 1
            stop = self.text.find("\n", self.at)
            line = self.text[start : len(self.text) if stop < 0 else stop]
            parts[0] += f" (line {self.line}, column {self.column})" if "\n" in self.text else f" (column {self.column})"
            parts.append(pointed_at(line, self.column - 1))
        return "\n".join([*parts, *([printable(self.advice)] if self.advice else [])])


class MissingPackage(ImportError):
    """An optional package that a value needs is not installed; the message says how to get it."""


class Fault(Exception):  # never seen by users: engines turn it into a ParseError
    """What readers that all engines share raise: the code, the byte, and words; of what is cut off, the bytes `needed` from there."""

    def __init__(self, code: str, position: int, message: str, needed: int | None = None) -> None:
        super().__init__(message)
        self.code, self.position, self.message, self.needed = code, position, message, needed


class LintWarning(UserWarning):
    """A declaration says something that it can hardly mean; `bitwright lint` says more."""


class EngineDisagreement(RuntimeError):
    """A compiled engine refused what the reference interpreter accepts: a bug of bitwright; please report it."""


class EngineError(RuntimeError):
    """An engine that was asked for by name is not installed, or cannot do what the format needs; no other takes its place."""


class Finding(msgspec.Struct, frozen=True):
    """Something wrong but readable: see `FINDING_CODES`."""

    code: str
    message: str
    path: str
    bit_offset: int


class Limits(msgspec.Struct, frozen=True):
    """Bounds on the work one message may cause; the defaults suit untrusted input.

    `depth`: structs nested in structs.  `pointer_hops`: compression pointers followed for one
    name.  `input_size`: bytes of one message that is read.  `output_size`: bytes of one that is built;
    padding is not made beyond it.  `pointed_factor`: bytes read through `at` for each byte of the input, of
    which at least 1024 are counted.  Counts need no limit: an array never has more elements than the bytes left can hold.
    """

    depth: int = 64
    pointer_hops: int = 64
    input_size: int = 1 << 30
    output_size: int = 1 << 30
    pointed_factor: int = 8


DEFAULT_LIMITS: Final = Limits()


def declaration_error(message: str, location: Location | None, struct: str = "", field: str = "") -> DeclarationError:
    """Make a DeclarationError whose text begins with the user's file and line."""
    return DeclarationError(Problem("declaration", message, struct=struct, path=field, declaration=location))
