"""The tree of a pattern, a construction or a comprehension: the same for both dialects.

Promises: every default is filled in and every abbreviation resolved, so that nobody who reads a tree needs to know which
dialect it was written in; `at` is where a node begins in the text, in characters, for messages and carets.

Terms are Python values: an integer is an `int`, a float a `float`, a string or binary `bytes`, an atom a `str`, `true`,
`false` and `nil` are True, False and None, a tuple is a `tuple`, a list a `list`, a map a `dict`; a bitstring whose length is no
multiple of 8 is a `bitstring.Bits`.

Nodes are made by the thousand: those of msgspec are made three times as fast as dataclasses, and their classes ten times as
fast, which is most of what importing this module takes. Parsers complete them in place; whoever is handed a tree changes nothing in it.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from typing import Literal as OneOf

import msgspec

SegmentType: TypeAlias = OneOf["integer", "float", "binary", "utf8", "utf16", "utf32", "varint"]


class Node(msgspec.Struct):
    """Whatever is a part of a tree."""


class Literal(Node):
    """A term known now: int, float, bytes, str (an atom), True, False, None."""

    value: Any
    at: int = 0


class Variable(Node):
    """A variable: in a pattern it binds, or is compared with what it was bound to before; elsewhere it is read."""

    name: str
    at: int = 0


class Pin(Node):
    """`^name`: the value from outside, whatever the pattern binds under that name."""

    name: str
    at: int = 0


class Wildcard(Node):
    """`_`."""

    at: int = 0


class Call(Node):
    """An operator or a function by its canonical name.

    That is one of `bitwright.terms.FUNCTIONS`, or `and`, `or`, `in`, `if`, which do not evaluate all of their operands.
    """

    function: str
    args: tuple[Expr, ...]
    at: int = 0


class TupleOf(Node):
    """`{a, b}`."""

    items: tuple[Expr, ...]
    at: int = 0


class ListOf(Node):
    """`[a, b]`, or with a tail `[a, b | tail]`."""

    items: tuple[Expr, ...]
    tail: Expr | None = None
    at: int = 0


class MapOf(Node):
    """`%{key => value}`: as a pattern it matches every map that has these keys."""

    pairs: tuple[tuple[Expr, Expr], ...]
    at: int = 0


class RangeOf(Node):
    """`first..last`, or with a step `first..last//step`: where `in` looks, or a generator counts."""

    first: Expr
    last: Expr
    step: Expr | None = None
    at: int = 0


class Both(Node):
    """`pattern = pattern`: both match the same value."""

    left: Expr
    right: Expr
    at: int = 0


class Segment(Node):
    """One segment, resolved: it takes `size` times `unit` bits.

    `size` None: of `binary` the rest (in a construction the whole value), of `utf*` and `varint` what the content says; of
    integers and floats it is always there.  `binary` with unit 1 is what the dialects call `bits` or `bitstring`.
    A string is a `Literal` of bytes already encoded, of type `binary` and without size: it takes the bits it has.  `characters` says of
    one that was written with a type of text how many code points of which type it is, since a generator skips as many others.
    `coding` is that of a `varint`, as `wire/varints.py` names them.  `nonfinite`: NaN and infinities match too.
    `untyped`: the author gave no type; `ordered`: and did say the byte order.  `end` is where the segment ends in the text.
    """

    value: Expr
    type: SegmentType
    size: Expr | None = None
    unit: int = 1
    signed: bool = False
    order: OneOf["big", "little"] = "big"
    coding: str = ""
    nonfinite: bool = False
    untyped: bool = False
    at: int = 0
    end: int = 0
    ordered: bool = False
    characters: tuple[int, SegmentType] | None = None


class Bitstring(Node):
    """`<<...>>`, flat: literals nested in it are its own segments."""

    segments: tuple[Segment, ...]
    at: int = 0
    end: int = 0


class BitGenerator(Node):
    """`<<pattern <- source>>`; with `strict` (`<<pattern <:= source>>`) what does not match is an error."""

    pattern: Guarded
    source: Expr
    strict: bool = False
    at: int = 0


class ListGenerator(Node):
    """`pattern <- source`; of a list, a map (as pairs) or a range."""

    pattern: Guarded
    source: Expr
    strict: bool = False
    at: int = 0


class Filter(Node):
    """A condition between generators: what makes it false or nil is left out.

    With `guard` it is one of Erlang's: what makes it anything but true is left out, and so is what makes it fail.
    """

    condition: Expr
    at: int = 0
    guard: bool = False


class Clause(Node):
    """`pattern when guards -> body`."""

    pattern: Guarded
    body: Expr
    at: int = 0


class Comprehension(Node):
    """`for qualifiers, into: into, uniq: uniq, do: body`, or with `reduce`, of which `clauses` take the accumulator."""

    qualifiers: tuple[BitGenerator | ListGenerator | Filter, ...]
    body: Expr | None
    into: Expr | None = None
    uniq: bool = False
    reduce: Expr | None = None
    clauses: tuple[Clause, ...] = ()
    at: int = 0


Expr: TypeAlias = Literal | Variable | Pin | Wildcard | Call | TupleOf | ListOf | MapOf | RangeOf | Both | Bitstring | Comprehension


class Guarded(Node):
    """A whole pattern: what `pattern()` is given.  `guards` are alternatives: one that holds is enough, one that fails does not hold."""

    pattern: Expr
    guards: tuple[Expr, ...] = ()
    dialect: OneOf["elixir", "erlang"] = "elixir"
    text: str = ""
