"""Constructions from trees made by hand: what is written, and where, on each engine."""

from __future__ import annotations

from typing import Any

import pytest
from bitstring import Bits

from bitwright.bitsyntax.tree import Bitstring, Expr, Literal, Segment, Variable
from bitwright.errors import BuildError, PatternError
from bitwright.patterns.construction import Construction


def segment(value: str | Expr, type_: Any = "integer", size: int | str | None = None, unit: int = 1, **more: Any) -> Segment:
    made = Variable(value) if isinstance(value, str) else value
    return Segment(made, type_, Literal(size) if isinstance(size, int) else Variable(size) if size else None, unit, **more)


def built(engine: str, *segments: Segment, **values: Any) -> Any:
    return Construction("<<...>>", engine=engine, expr=Bitstring(segments)).build_from(values)


def test_numbers_side_by_side_are_one_pack() -> None:
    parts = segment("a", size=4), segment("b", size=12), segment("c", size=16)
    made = Construction("", engine="python", expr=Bitstring(parts))
    assert made.source().count("pack_HH(") == 1
    assert made.build(a=0x1F, b=0xABC, c=-1) == b"\xfa\xbc\xff\xff"


def test_behind_a_bitstring_of_any_size(engine: str) -> None:
    parts = (segment("a", "binary"), segment("b", size=12, order="little"), segment("c", "utf8"), segment("d", "float", 16))
    assert built(engine, *parts, a=Bits("0b101"), b=0x123, c=0xE9, d=1.5) == Bits("0xa46387527c0, 0b000")


def test_an_error_names_the_segment(engine: str) -> None:
    with pytest.raises(BuildError, match=r"^b: segment 2 of type 'integer': expected an integer but got") as caught:
        built(engine, segment("a", size=8), segment("b", size=8), a=1, b=1.0)
    assert (caught.value.code, caught.value.path) == ("type", "b")


def test_sizes_are_judged_before_anything_is_written(engine: str) -> None:
    with pytest.raises(BuildError, match=r"^b: segment 2 .*expected a non-negative integer as size but got: -1"):
        built(engine, segment("a", size=8), segment("b", size="n"), a="x", b=1, n=-1)


@pytest.mark.parametrize("n", [1 << 34, 1 << 60, 1 << 70])
def test_absurd_sizes_take_no_memory(engine: str, n: int) -> None:
    for size in ("n", n):
        with pytest.raises(BuildError) as caught:
            built(engine, segment("a", size=size), a=1, n=n)
        assert caught.value.code == "too-large"
    with pytest.raises(BuildError) as caught:
        built(engine, segment("a", size="n"), segment("b", size="m"), a=1, b=1, n=1 << 33, m=1)
    assert (caught.value.code, caught.value.path) == ("too-large", "")


def test_names_with_an_underscore_may_be_left_out(engine: str) -> None:
    unsized = segment("_c", "binary", None, 8)
    parts = (segment("_a", size=3), segment("_b", "binary", 2, 8), unsized, segment("_d", "binary", "n"), segment("e", size=5))
    assert built(engine, *parts, e=-1, n=24) == bytes(5) + b"\x1f"
    assert built(engine, *parts, e=-1, n=0, _a=5, _b=b"ab", _c=b"c") == b"\xac\x2c\x4c\x7f"


def test_a_name_without_value_is_undefined(engine: str) -> None:
    with pytest.raises(PatternError, match="undefined variable 'a'"):
        built(engine, segment("a", size=8))
