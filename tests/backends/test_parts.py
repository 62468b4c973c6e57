"""parse(only=...) as machine code serves it: the same answers whichever way a part is asked for, and what stands beside the table."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from bitwright import SKIPPED, ParseError, Struct, array, auto, u8, u16, variant
from bitwright.backends.llvm import is_available
from bitwright.tiers import VARIABLE

pytestmark = pytest.mark.skipif(not is_available(), reason="machine code needs llvmlite")


class Sample(Struct):
    kind: int = u8()
    count: int = auto(u8())
    values: list[int] = array(u16(), count=count)


WIRE = Sample(kind=7, values=[1, 2, 3]).build()


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> type[Any]:
    """A class of its own whose programs are machine code from their first message on."""
    monkeypatch.setenv(VARIABLE, "0")

    class Moved(Struct):
        kind: int = u8()
        count: int = auto(u8())
        values: list[int] = array(u16(), count=count)

    assert Moved.compile() == {"parse": "llvm", "build": "llvm"}
    return Moved


def test_every_way_to_ask_gives_the_same(moved: type[Any]) -> None:
    for _ in range(3):  # the first call compiles, the second is the first that finds the parser
        for only in ("kind", ("kind",), ["kind"], {"kind"}, frozenset(["kind"]), iter(["kind"])):
            for data in (WIRE, bytearray(WIRE), memoryview(WIRE), memoryview(bytearray(b"\x07\x03") * 2)[::2], WIRE[:1]):
                asked = iter(["kind"]) if not isinstance(only, (str, tuple, list, set, frozenset)) else only
                found = moved.parse(data, only=asked)
                assert (found.kind, found.count, found.values) == (7, SKIPPED, SKIPPED)
    assert set(moved.codec().parts.parsers) == {"kind", ("kind",)}


def test_the_keyword_need_not_be_the_very_string(moved: type[Any]) -> None:
    moved.parse(WIRE, only="kind")
    assert moved.parse(WIRE, **{"_only"[1:]: "kind"}).kind == 7


def test_what_is_in_the_table_is_machine_code_and_is_called(moved: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    moved.parse(WIRE, only=("values",))
    (served,) = moved.codec().parts.parsers.values()
    assert type(served).__name__ == "builtin_function_or_method"
    monkeypatch.setattr(type(moved.codec()), "parse", None)  # which nobody needs any more
    assert moved.parse(WIRE, only=("values",)).values == [1, 2, 3]


def test_errors_are_those_of_the_other_engines(moved: type[Any]) -> None:
    for data in (b"", WIRE[:4], bytearray(WIRE[:3])):
        for only in (("values",), "values"):
            found = []
            for engine in (None, None, "python", "interp"):  # twice: by the codec, and from the table
                with pytest.raises(ParseError) as caught:
                    (moved if engine is None else moved.codec(engine)).parse(data, only=only)
                found.append(str(caught.value))
            assert len(set(found)) == 1, found
    with pytest.raises(TypeError, match="unhashable"):
        moved.parse(WIRE, only=([],))
    with pytest.raises(ValueError, match="has no field 'size'"):
        moved.parse(WIRE, only="size")
    with pytest.raises(TypeError, match="not str"):
        moved.parse("text", only="kind")
    moved.parse(WIRE, only="kind")
    with pytest.raises(ValueError, match="need all of it"):
        moved.parse(WIRE, only="kind", strict=True)
    with pytest.raises(TypeError, match="no parameter"):
        moved.parse(WIRE, only="kind", other=1)
    with pytest.raises(TypeError):
        moved.parse(only="kind")


def test_an_arm_that_is_added_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0")

    class Body(Struct):
        """The union."""

    class First(Body, tag=1):
        number: int = u8()

    class Outer(Struct):
        tag: int = auto(u8())
        body: Body = variant(Body, on=tag)

    Outer.compile()
    wire = b"\x02\x00\x05"
    for _ in range(2):
        with pytest.raises(ParseError):
            Outer.parse(wire, only="body")

    class Second(Body, tag=2):
        number: int = u16()

    for _ in range(2):
        assert Outer.parse(wire, only="body").body == Second(number=5)
        Outer.compile()


def test_a_class_that_nobody_needs_goes_with_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0")

    class Short(Struct):
        kind: int = u8()

    Short.compile()
    for _ in range(2):
        assert Short.parse(b"\x01", only="kind").kind == 1
    gone = weakref.ref(Short)
    del Short
    gc.collect()
    assert gone() is None


def test_python_serves_parts_from_the_table_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "never")

    class Slow(Struct):
        kind: int = u8()
        rest: int = u8()

    for _ in range(2):
        assert Slow.parse(b"\x01\x02", only="rest").rest == 2
    assert list(Slow.codec().parts.parsers) == ["rest"]
    with pytest.raises(ParseError, match="rest"):
        Slow.parse(b"\x01", only="rest")
