"""Patterns for whole bytes: the function that counts bytes gives what the program as lowered gives, on both engines."""

from __future__ import annotations

import random
from typing import Any, Literal

import pytest

from bitwright.backends.python import compile_pattern
from bitwright.bitsyntax import tree
from bitwright.errors import ParseError
from bitwright.ir.interp import Machine
from bitwright.ir.ops import Program
from bitwright.ir.text import from_text, to_text
from bitwright.ir.verify import verify
from bitwright.lower.match import lower_match
from bitwright.lower.passes.words import in_words
from bitwright.wire.bitruns import integer_at

BYTES = 24


def value_of(program: Program, data: bytes, *arguments: Any) -> Any:
    """What the interpreter makes of it, a tuple; None where it fails."""
    machine = Machine(program)
    machine.data = data
    try:
        return tuple(machine.run(*arguments))
    except ParseError:
        return None


def words_of(guarded: tree.Guarded, *, prefix: bool = False) -> tuple[Program, Program | None]:
    """As lowered, and for whole bytes."""
    lowered = lower_match(guarded, prefix=prefix)
    verify(lowered)
    function = in_words(lowered)
    if function is None:
        return lowered, None
    words = Program(lowered.name, lowered.direction, function.name, {function.name: function}, lowered.symbols)
    verify(words)
    return lowered, words


def compare(guarded: tree.Guarded, inputs: list[bytes], free: dict[str, Any]) -> int:
    """Every engine's answer for every input is the same; how many inputs matched."""
    lowered, words = words_of(guarded)
    assert words is not None
    assert to_text(from_text(to_text(words), {})) == to_text(words)
    given = [free[reg.hint] for reg in lowered.functions["entry"].params[2:]]
    functions, source = compile_pattern(words, "test")
    matched = 0
    for data in inputs:
        expected = value_of(lowered, data, 0, 8 * len(data), *given)
        assert value_of(words, data, len(data), *given) == (expected and expected[:1]), to_text(words)
        assert functions["match"](data, **free) == (expected and expected[0]), source
        matched += expected is not None
    lowered, words = words_of(guarded, prefix=True)
    if words is None:
        return matched
    functions, source = compile_pattern(words, "test")
    for data in inputs:
        expected = value_of(lowered, b"\xa5" + data, 8, 8 + 8 * len(data), *given)
        assert expected is None or expected[1] % 8 == 0
        found = value_of(words, b"\xa5" + data, 1, 1 + len(data), *given)
        assert found == (expected and (expected[0], expected[1] // 8)), to_text(words)
        assert functions["at"](b"\xa5" + data, 1, 1 + len(data), *given) == found, source
    return matched


class Maker:
    """A random pattern that many inputs match: its literals are what lies in one of them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.data = self.random.randbytes(self.random.randrange(BYTES))
        if self.random.random() < 0.5:
            self.data = bytes(byte & 7 for byte in self.data)
        self.segments: list[tree.Segment] = []
        self.numbers: list[str] = []
        self.free = {"n": self.random.randrange(5), "m": self.random.choice((-1, 2, "atom", 1.0, b"x"))}

    def make(self) -> tree.Guarded:
        for index in range(self.random.randrange(1, 9)):
            self.segments.append(self.segment(f"v{index}"))
        if self.random.random() < 0.6:
            unit = self.random.choice((1, 8, 8, 8, 16, 3))
            self.segments.append(tree.Segment(self.named("rest"), "binary", None, unit))
        return self.guarded()

    def guarded(self) -> tree.Guarded:
        return tree.Guarded(tree.Bitstring(tuple(self.segments)))

    def named(self, name: str) -> tree.Expr:
        return tree.Wildcard() if self.random.random() < 0.15 else tree.Variable(name)

    def segment(self, name: str) -> tree.Segment:
        kind = self.random.randrange(12)
        if kind < 6:
            return self.integer(name)
        if kind < 9:
            return tree.Segment(self.named(name), "binary", self.size(4), 8 if self.random.random() < 0.8 else 1)
        if kind == 9:
            return self.string()
        if kind == 10:
            width = self.random.choice((16, 32, 64))
            return tree.Segment(self.named(name), "float", tree.Literal(width), order=self.order())
        return tree.Segment(self.named(name), self.random.choice(("utf8", "utf16", "utf32")))

    def order(self) -> Literal["big", "little"]:
        return self.random.choice(("big", "big", "little"))

    def integer(self, name: str) -> tree.Segment:
        signed, order = self.random.random() < 0.2, self.order()
        if self.random.random() < 0.2:
            return tree.Segment(self.named(name), "integer", self.size(3), self.random.choice((1, 8)), signed=signed, order=order)
        width = self.random.choice((0, 1, 1, 2, 3, 4, 4, 5, 7, 8, 8, 8, 8, 12, 13, 16, 16, 24, 32, 33, 48, 64, 72, 128))
        value: tree.Expr = self.named(name)
        at = self.position() if self.random.random() < 0.3 else None
        if at is not None and at + width <= 8 * len(self.data):
            value = tree.Literal(integer_at(self.data, at, width, signed, order) + (self.random.random() < 0.1))
        elif isinstance(value, tree.Variable) and 0 < width <= 16:
            self.numbers.append(name)
        return tree.Segment(value, "integer", tree.Literal(width), signed=signed, order=order)

    def position(self) -> int | None:
        found = value_of(lower_match(self.guarded(), prefix=True), self.data, 0, 8 * len(self.data), *self.given())
        return None if found is None else int(found[1])

    def given(self) -> list[Any]:
        return [self.free[reg.hint] for reg in lower_match(self.guarded(), prefix=True).functions["entry"].params[2:]]

    def string(self) -> tree.Segment:
        at = self.position()
        size = self.random.randrange(4)
        raw = self.data[at // 8 : at // 8 + size] if at is not None and at % 8 == 0 else b"ab"
        return tree.Segment(tree.Literal(raw), "binary")

    def size(self, most: int) -> tree.Expr:
        choice = self.random.random()
        if choice < 0.4 or (choice < 0.8 and not self.numbers):
            return tree.Literal(self.random.randrange(most))
        if choice < 0.8:
            known: tree.Expr = tree.Variable(self.random.choice(self.numbers))
            if self.random.random() < 0.3:
                known = tree.Call(self.random.choice("+-*"), (known, tree.Literal(self.random.randrange(4))))
            return known
        return tree.Pin("m" if choice > 0.97 else "n")

    def inputs(self) -> list[bytes]:
        """The input that it was made from, what is shorter and longer, and some with another byte."""
        found = [self.data, self.data + b"\x01", self.data[:-1], self.data[:1], b"", self.data + self.data]
        for _ in range(4):
            if self.data:
                changed = bytearray(self.data)
                changed[self.random.randrange(len(changed))] = self.random.randrange(256)
                found.append(bytes(changed))
        return found


@pytest.mark.parametrize("part", range(4))
def test_random_patterns(part: int) -> None:
    matched = 0
    for seed in range(part * 150, part * 150 + 150):
        maker = Maker(seed)
        matched += compare(maker.make(), maker.inputs(), maker.free)
    assert matched > 100
