"""Several patterns at once: the function that looks at their common bits finds the clause that trying each in turn finds."""

from __future__ import annotations

from typing import Any

import pytest

import bitwright
from bitwright.backends.python import compile_pattern
from bitwright.bitsyntax import parse_pattern, tree
from bitwright.ir.text import from_text, to_text
from bitwright.ir.verify import verify
from bitwright.lower.clauses import lower_clauses
from bitwright.lower.match import lower_match
from bitwright.lower.passes.dispatch import Window, best_window, clauses_in_words
from tests.patterns.test_words import Maker, value_of


def in_turn(clauses: list[tree.Guarded], data: bytes, free: dict[str, Any]) -> Any:
    """Index and record of the first that matches, or None."""
    for index, clause in enumerate(clauses):
        program = lower_match(clause)
        given = [free[reg.hint] for reg in program.functions["entry"].params[2:]]
        found = value_of(program, data, 0, 8 * len(data), *given)
        if found is not None:
            return index, found[0]
    return None


def compare(clauses: list[tree.Guarded], inputs: list[bytes], free: dict[str, Any]) -> set[int]:
    """The answers of both engines are those of each in turn; which clauses matched."""
    lowered = lower_clauses(clauses)
    assert lowered is not None
    verify(lowered)
    words = clauses_in_words(lowered)
    assert words is not None
    verify(words)
    assert to_text(from_text(to_text(words), {})) == to_text(words)
    given = [free[reg.hint] for reg in lowered.functions["entry"].params[2:]]
    functions, source = compile_pattern(words, "test")
    taken = set()
    for data in inputs:
        expected = in_turn(clauses, data, free)
        assert value_of(lowered, data, 0, 8 * len(data), *given) == expected
        assert value_of(words, data, len(data), *given) == expected, to_text(words)
        assert functions["match"](data, **free) == expected, source
        taken |= {expected[0]} if expected else set()
    return taken


def some_clauses(seed: int) -> tuple[list[tree.Guarded], list[bytes], dict[str, Any]]:
    """Patterns that begin with literals, some of which lie in the inputs of others."""
    makers = [Maker(1000 * seed + number) for number in range(5)]
    random = makers[0].random
    clauses, inputs = [], []
    for maker in makers:
        made = maker.make()
        assert isinstance(made.pattern, tree.Bitstring)
        tags: list[tree.Segment] = []
        prefix = b""
        for _ in range(random.randrange(3)):
            width, value = random.choice((4, 8, 8, 8, 16)), random.randrange(4)
            if random.random() < 0.85:
                tags.append(tree.Segment(tree.Literal(value), "integer", tree.Literal(width)))
            else:
                tags.append(tree.Segment(tree.Wildcard(), "integer", tree.Literal(width)))
            if width == 4:
                tags.append(tree.Segment(tree.Literal(1), "integer", tree.Literal(4)))
            prefix += bytes([value << 4 | 1]) if width == 4 else value.to_bytes(width // 8, "big")
        clauses.append(tree.Guarded(tree.Bitstring((*tags, *made.pattern.segments))))
        inputs += [prefix + data for data in maker.inputs()[:6]]
    return clauses, inputs, makers[0].free


@pytest.mark.parametrize("part", range(4))
def test_random_clauses(part: int) -> None:
    taken = [compare(*some_clauses(seed)) for seed in range(part * 20, part * 20 + 20)]
    assert sum(map(len, taken)) > 15


def test_order_counts_where_several_match(engine: Any) -> None:
    clauses = bitwright.Clauses(["<<1, _::bits>>", "<<_, 2, _::bits>>", "<<1, 2>>", "<<3, x>>", "<<_, y>>"]).on(engine)
    assert clauses.match(b"\x01\x02") == (0, {})
    assert clauses.match(b"\x03\x02") == (1, {})
    assert clauses.match(b"\x03\x04") == (3, {"x": 4})
    assert clauses.match(b"\x05\x04") == (4, {"y": 4})
    assert clauses.match(b"\x05") is None
    assert clauses.match(b"") is None


def test_clauses_that_are_no_bitstrings(engine: Any) -> None:
    clauses = bitwright.Clauses(["<<1, v>>", "{a, b}", "[]", "^x", "y"]).on(engine)
    assert clauses.match(b"\x01\x02", x=b"q") == (0, {"v": 2})
    assert clauses.match((1, 2), x=b"q") == (1, {"a": 1, "b": 2})
    assert clauses.match([], x=b"q") == (2, {})
    assert clauses.match(b"q", x=b"q") == (3, {})
    assert clauses.match(b"z", x=bytearray(b"q")) == (4, {"y": b"z"})
    assert clauses.match("z", x=b"q") == (4, {"y": "z"})


def test_bits_are_looked_at_once() -> None:
    clauses = bitwright.Clauses([f"<<{tag}::4, v::4, 7, rest::binary>>" for tag in range(9)]).on("python")
    assert clauses.match(b"\x51\x07ab") == (5, {"v": 1, "rest": b"ab"})
    source = clauses.source()
    assert source is not None
    assert source.count("ARMS.get(") == 1
    assert "& 240" in source
    assert source.count("!= 7") == 9


def test_the_window_that_leaves_the_fewest() -> None:
    whole = [{0: (0xFF, 1), 1: (0xFF, tag)} for tag in range(5)]
    assert best_window(whole) == Window(1, 1, 0xFF)
    assert best_window([{0: (0xFF, 1)}, {0: (0xFF, 1)}]) is None
    assert best_window([{0: (0xFF, 8), 1: (0xFF, 0)}, {0: (0xFF, 8), 1: (0xFF, 6)}, {0: (0xFF, 0x86), 1: (0xFF, 0xDD)}]) is not None
    assert best_window([{0: (0xF0, 0x40)}, {0: (0xFF, 0x60)}, {}]) == Window(0, 1, 0xF0)


def test_each_clause_alone_is_what_it_is_in_company() -> None:
    texts = ("<<1, n, d::binary-size(n)>>", "<<1, d::binary>> when byte_size(d) > 2", "<<_::4, 2::4, d::bits>>")
    lowered = lower_clauses([parse_pattern(text, "elixir") for text in texts])
    assert lowered is not None
    clauses = bitwright.Clauses(texts)
    for data in (b"\x01\x01a", b"\x01\x05abc", b"\x01a", b"\x02", b"\xf2ab", b""):
        each = [bitwright.pattern(text).match(data) for text in texts]
        expected = next(((index, found) for index, found in enumerate(each) if found is not None), None)
        assert clauses.match(data) == expected
