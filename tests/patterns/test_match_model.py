"""Random patterns against a model that reads the input as a string of zeros and ones, in both orders of bits.

The model knows integers, bitstrings, strings, a rest that may stand anywhere, sizes that are earlier variables, literals, pins, names
that occur twice.  Half of the inputs are made so that they match, or nearly do.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any, Literal

from bitstring import Bits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bitwright.backends.python import compile_pattern
from bitwright.bitsyntax import tree
from bitwright.errors import ParseError
from bitwright.ir.interp import Machine
from bitwright.ir.ops import Program
from bitwright.ir.verify import verify
from bitwright.lower.match import lower_match
from bitwright.lower.passes.copying import copy_program
from bitwright.lower.passes.trace import strip_trace
from bitwright.wire.bitruns import bitstring_of
from tests.patterns.test_bitruns import chunks, digits, model_integer
from tests.patterns.vectors import same

Order = Literal["msb", "lsb"]


@dataclasses.dataclass
class Model:
    """What a pattern makes of a run of bits."""

    run: str
    lsb: bool
    given: dict[str, Any]
    at: int = 0
    bound: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])

    def match(self, segments: tuple[tree.Segment, ...]) -> dict[str, Any] | None:
        """The bindings, or None."""
        for index, segment in enumerate(segments):
            if not self.segment(segment, segments[index + 1 :]):
                return None
        return {name: value for name, value in self.bound.items() if name[0] != "_"} if self.at == len(self.run) else None

    def segment(self, segment: tree.Segment, following: tuple[tree.Segment, ...]) -> bool:
        size = self.size(segment, following)
        if size is None or size < 0 or self.at + size > len(self.run):
            return False
        piece = self.run[self.at : self.at + size]
        self.at += size
        if isinstance(segment.value, tree.Wildcard):
            return True
        return self.settle(segment, self.value(segment, piece))

    def size(self, segment: tree.Segment, following: tuple[tree.Segment, ...]) -> int | None:
        match segment.size:
            case None if isinstance(segment.value, tree.Literal):
                return 8 * len(segment.value.value)
            case None:
                left = len(self.run) - self.at - sum(static_bits(each) for each in following)
                return None if left % segment.unit else left
            case tree.Literal(value):
                return int(value) * segment.unit
            case tree.Variable(name):
                found = self.bound.get(name, self.given.get(name))
                return found * segment.unit if type(found) is int else None
        raise AssertionError(segment.size)

    def value(self, segment: tree.Segment, piece: str) -> Any:
        if segment.type == "integer":
            return model_integer(piece, segment.signed, segment.order, self.lsb)
        return Bits(bin=piece) if len(piece) % 8 else bytes(chunks(piece, self.lsb))

    def settle(self, segment: tree.Segment, value: Any) -> bool:
        match segment.value:
            case tree.Literal(wanted):
                return same(value, wanted)
            case tree.Pin(name):
                return same(value, self.given[name])
            case tree.Variable(name):
                return same(value, self.bound.setdefault(name, value))
        raise AssertionError(segment.value)


def static_bits(segment: tree.Segment) -> int:
    """The bits of a segment whose size the pattern itself says."""
    if segment.size is None:
        assert isinstance(segment.value, tree.Literal)
        return 8 * len(segment.value.value)
    assert isinstance(segment.size, tree.Literal)
    return int(segment.size.value) * segment.unit


NAMES = st.sampled_from(["a", "b", "c", "d", "_e"])
ORDERS: st.SearchStrategy[Literal["big", "little"]] = st.sampled_from(["big", "little"])
WIDTHS = st.sampled_from([0, 1, 2, 3, 4, 5, 7, 8, 8, 8, 9, 12, 16, 16, 17, 24, 32, 33, 64, 65, 72])


@st.composite
def integers(draw: st.DrawFn, names: list[str], static: bool) -> tree.Segment:
    named = [*names, "given"]
    size = draw(WIDTHS.map(tree.Literal) if static else st.one_of(WIDTHS.map(tree.Literal), st.sampled_from(named).map(tree.Variable)))
    value = draw(
        st.one_of(
            NAMES.map(tree.Variable), NAMES.map(tree.Variable), st.just(tree.Wildcard()), st.just(tree.Pin("pinned")),
            st.sampled_from([0, 1, 5, 97, 255, -1, 256]).map(tree.Literal),
        )
    )  # fmt: skip
    unit = draw(st.sampled_from([1, 1, 1, 2, 8])) if isinstance(size, tree.Variable) else 1
    return tree.Segment(value, "integer", size, unit, draw(st.booleans()), draw(ORDERS))


@st.composite
def bitstrings(draw: st.DrawFn, names: list[str], static: bool) -> tree.Segment:
    named = [*names, "given"]
    small = st.integers(0, 4).map(tree.Literal)
    value: Any = draw(st.one_of(NAMES.map(tree.Variable), st.just(tree.Wildcard())))
    return tree.Segment(
        value, "binary", draw(small if static else st.one_of(small, st.sampled_from(named).map(tree.Variable))),
        draw(st.sampled_from([8, 8, 1])),
    )  # fmt: skip


STRINGS = st.sampled_from([b"a", b"ab", b"\xff\x00\xff"]).map(lambda text: tree.Segment(tree.Literal(text), "binary", None, 8))


@st.composite
def patterns(draw: st.DrawFn) -> tuple[tree.Segment, ...]:
    """Segments; behind one without a size only such whose size the pattern says."""
    found: list[tree.Segment] = []
    names: list[str] = []
    rest = draw(st.one_of(st.none(), st.integers(0, 5)))
    for index in range(draw(st.integers(0, 6))):
        static = rest is not None and index > rest
        if index == rest:
            value: Any = draw(st.one_of(NAMES.map(tree.Variable), st.just(tree.Wildcard())))
            found.append(tree.Segment(value, "binary", None, draw(st.sampled_from([8, 8, 1, 16]))))
        else:
            found.append(draw(st.one_of(integers(names, static), integers(names, static), bitstrings(names, static), STRINGS)))
        value = found[-1].value
        if isinstance(value, tree.Variable):
            names.append(value.name)
    return tuple(found)


@st.composite
def inputs(draw: st.DrawFn, segments: tuple[tree.Segment, ...], lsb: bool) -> str:
    """Bits: any, or such as the literals, a pinned 5 and small numbers make of the pattern."""
    if draw(st.booleans()):
        return draw(st.text("01", max_size=120))
    run = ""
    for segment in segments:
        size = 8 * draw(st.integers(0, 3)) if not isinstance(segment.size, tree.Literal) else segment.size.value * segment.unit
        match segment.value:
            case tree.Literal(bytes() as text):
                run += digits(text, lsb)
            case tree.Literal(int() as number) if segment.order == "big" and not lsb:
                run += f"{number & (1 << size) - 1:0{size}b}" if size else ""
            case tree.Pin() if segment.order == "big" and not lsb:
                run += f"{5 & (1 << size) - 1:0{size}b}" if size else ""
            case _:
                run += "".join(draw(st.lists(st.sampled_from("0001"), min_size=size, max_size=size)))
    return run


def as_data(run: str, lsb: bool) -> Any:
    """The run as what a user has."""
    return Bits(bin=run) if len(run) % 8 else bytes(chunks(run, lsb))


def answers(program: Program, data: Any, lsb: bool, free: list[Any]) -> tuple[Any, Any]:
    """What the interpreter says, and the compiled function."""
    found = bitstring_of(data, lsb)
    assert found is not None
    machine = Machine(program)
    machine.data = found[0]
    try:
        interpreted = machine.run(0, found[1], *free)[0]
    except ParseError:
        interpreted = None
    bare = copy_program(program)
    strip_trace(bare)
    compiled = compile_pattern(bare, "model")[0]["entry"](found[0], 0, found[1], *free)
    return interpreted, None if compiled is None else compiled[0]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data(), patterns(), st.sampled_from([0, 1, 2, 3, 8, -1, 1.0, b"a", True]), st.booleans())
def test_random_patterns(data: st.DataObject, segments: tuple[tree.Segment, ...], size: Any, lsb: bool) -> None:
    order: Order = "lsb" if lsb else "msb"
    program = lower_match(tree.Guarded(tree.Bitstring(segments)), bit_order=order)
    verify(program)
    given_names = {"given": size, "pinned": 5}
    entry = program.functions[program.entry]
    free = [given_names.get(param.hint, 3) for param in entry.params[2:]]
    known = {**dict.fromkeys("abcd", 3), "_e": 3, **given_names}
    for run in itertools.islice(iter(lambda: data.draw(inputs(segments, lsb)), None), 3):
        expected = Model(run, lsb, known).match(segments)
        for found in answers(program, as_data(run, lsb), lsb, free):
            assert (found is None and expected is None) or same(found, expected), (found, expected)
