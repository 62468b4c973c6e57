"""The fewest and the most bits that a declaration can occupy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bitwright import Struct, bits, nested, u8
from bitwright.schema.measure import Size, size_of, size_of_struct
from bitwright.schema.spec import spec_of

PRELUDE = """
class Three(Struct):
    n: int = bits(24)
class Loose(Struct):
    n: int = u8()
    data: bytes = raw()
class Base(Struct): ...
class Arm(Base, tag=1):
    n: int = u8()
class Case(Struct):
    n: int = u8()
    f: bool = flag()
    _gap = pad(bits=7)
"""


@pytest.mark.parametrize(
    ("field", "fewest", "most"),
    [
        ("bits(13)", 13, 13),
        ("flag()", 1, 1),
        ("reserved(3)", 3, 3),
        ("raw(size=5)", 40, 40),
        ("raw(size=n)", 0, None),
        ("raw()", 0, None),
        ("raw(prefix=u8())", 8, 8 + 8 * 255),
        ("raw(terminator=b'ab')", 16, None),
        ("payload(size=2)", 16, 16),
        ("text(size=5)", 40, 40),
        ("text(prefix=u16())", 16, 16 + 8 * 65535),
        ("ipv4()", 32, 32),
        ("ipv6()", 128, 128),
        ("mac()", 48, 48),
        ("domain_name()", 8, 8 * 255),
        ("nested(Three)", 24, 24),
        ("nested(Loose)", 8, None),
        ("nested(Loose, size=4)", 32, 32),
        ("nested(Loose, size=n)", 8, None),
        ("array(u16(), count=3)", 48, 48),
        ("array(u16(), size=6)", 48, 48),
        ("array(u16(), count=n)", 0, None),
        ("array(u16(), until=lambda it: it == 0)", 16, None),
        ("array(Three)", 0, None),
        ("array(bits(3), count=8)", 24, 24),
        ("array(Loose, count=2)", 16, None),
        ("switch(n, {1: Three}, Arm)", 8, 24),
        ("switch(n, {1: Three}, Loose)", 8, None),
        ("switch(n, {1: Three}, Loose, size=9)", 72, 72),
        ("variant(Base, on=n)", 0, None),
        ("when(f, u16())", 0, 16),
        ("when(f, raw(size=n))", 0, None),
        ("checksum(u16(), internet)", 16, 16),
        ("const(raw(size=2), b'ab')", 16, 16),
    ],
)
def test_interval(field: str, fewest: int, most: int | None, declare: Callable[[str], dict[str, Any]]) -> None:
    source = f"{PRELUDE}    it: Any = {field}\n"
    found = spec_of(declare(source)["Case"]).field("it")
    assert found is not None
    assert size_of(found.type) == Size(fewest, most)


def test_a_struct_is_the_sum_of_its_fields(declare: Callable[[str], dict[str, Any]]) -> None:
    names = declare(PRELUDE)
    assert [size_of_struct(names[n]) for n in ("Three", "Loose", "Base", "Case")] == [Size(24, 24), Size(8, None), Size(0, 0), Size(16, 16)]


def test_padding_and_alignment_count(declare: Callable[[str], dict[str, Any]]) -> None:
    made = declare("class Case(Struct):\n    n: int = u8()\n    _edge = align(8)\n    _gap = pad(bits=4, bytes=1)\n")["Case"]
    assert size_of_struct(made) == Size(8 + 12, 8 + 56 + 12)


def test_a_subclass_is_measured_anew() -> None:
    class Base(Struct):
        n: int = u8()

    class Longer(Base):
        m: int = bits(3)

    class Holder(Struct):
        longer: Longer = nested(Longer)

    assert [size_of_struct(s) for s in (Base, Longer, Holder)] == [Size(8, 8), Size(11, 11), Size(11, 11)]


def test_arithmetic_of_intervals() -> None:
    assert Size(1, 2) + Size(3, 4) == Size(4, 6)
    assert Size(1, None) + Size(3, 4) == Size(4, None)
    assert Size(1, 2).times(3) == Size(3, 6)
    assert Size(1, None).times(3) == Size(3, None)
    assert (Size(2, 2).fixed, Size(2, 3).fixed, Size(2, None).fixed) == (2, None, None)
