"""Objects that machine code makes in place: the same as those that a call of the class makes, and nothing left behind."""

from __future__ import annotations

import contextlib
import copy
import gc
import pickle
import sys
import weakref
from typing import Any

import msgspec
import pytest

from bitwright import OpenEnum, ParseError, Struct, array, auto, bits, flag, raw, reserved, text, u8, u16, when
from bitwright.backends.llvm import compile_program, object_layout
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.codec import Codec
from bitwright.lower.facts import Options
from tests.specs.test_mutants import VECTORS
from tests.test_gallery import MESSAGES, REAL, load


class Kind(OpenEnum):
    ONE = 1
    TWO = 2


class Item(Struct):
    kind: Kind = u8(Kind, default=Kind.ONE)
    length: int = auto(u8())
    name: str = text(size=length)


class Box(Struct):
    high: int = bits(4)
    last: bool = flag(default=False)
    _spare: int = reserved(3)
    count: int = auto(u8())
    items: list[Item] = array(Item, count=count)
    extra: int | None = when(last, u16())
    rest: bytes = raw()


BOX = Box(high=5, last=True, items=[Item(name="a"), Item(kind=Kind.TWO, name="bc")], extra=700, rest=b"rest")


def text_of(struct: type[Struct]) -> str:
    return emit_program(struct.codec("python").optimized("parse"), FAILURES, Fail, print).text


def parsed(struct: type[Struct], data: bytes) -> Any:
    return struct.codec("llvm").parse(data)


def called_again(value: Any) -> Any:
    """A message with the same values, made by calling classes."""
    if isinstance(value, Struct):
        return type(value)(*(called_again(getattr(value, name)) for name in type(value).__struct_fields__))
    return [called_again(one) for one in value] if isinstance(value, list) else value


def parts(value: Any) -> list[Any]:
    if isinstance(value, Struct):
        return [value, *(part for name in type(value).__struct_fields__ for part in parts(getattr(value, name)))]
    return [part for one in value for part in parts(one)] if isinstance(value, list) else []


CORPUS = [
    (Box, BOX.build()), *((struct, bytes.fromhex(octets)) for struct, octets in VECTORS),
    *((getattr(load(name), MESSAGES[name]), data) for name, messages in REAL.items() for data in messages.values()),
]  # fmt: skip


@pytest.mark.parametrize(("struct", "data"), [pytest.param(*case, id=f"{case[0].__name__}{at}") for at, case in enumerate(CORPUS)])
def test_an_object_is_what_a_call_makes(struct: type[Struct], data: bytes) -> None:
    assert '@"bw_new"' in text_of(struct)
    value = parsed(struct, data)
    expected = called_again(value)
    assert value == expected
    assert repr(value) == repr(expected)
    assert value.build() == expected.build()
    for made, other in zip(parts(value), parts(expected), strict=True):
        assert type(made) is type(other)
        assert made.__sizeof__() == other.__sizeof__()
        assert sys.getrefcount(made) == sys.getrefcount(other)
        assert gc.is_tracked(made) >= gc.is_tracked(other), "whatever may be in a cycle is looked at"
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value
    assert not struct.__weakrefoffset__ or weakref.ref(value)() is value


def test_what_has_no_parts_is_not_tracked() -> None:
    class Plain(Struct):
        first: int = u16()
        second: str = text(size=2)
        third: bytes = raw()

    assert not gc.is_tracked(parsed(Plain, b"\x01\x02abrest"))
    assert gc.is_tracked(parsed(Box, BOX.build()))


def test_what_a_class_does_when_it_is_called_is_done() -> None:
    class Noted(Struct):
        first: int = u16()
        seen = []  # of the class

        def __post_init__(self) -> None:
            self.seen.append(self.first)

    assert '@"bw_new"' not in text_of(Noted)
    assert parsed(Noted, b"\x01\x02").first == 0x102
    assert Noted.seen == [0x102]


def test_where_objects_are_laid_out_otherwise_classes_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_layout, "_made_as_expected", lambda: False)
    program = Box.codec("python").optimized("parse")
    assert '@"bw_new"' not in text_of(Box)
    functions, _ = compile_program(program, "Box", print)
    assert functions["parse"](BOX.build()) == BOX.resolved()


def test_layouts_that_are_not_known() -> None:
    class Mixed(msgspec.Struct):
        first: int
        second: int = 2

    assert object_layout.places_of(Mixed, 2, ()) is not None
    assert object_layout.places_of(Mixed, 2, ("second",)) == object_layout.places_of(Mixed, 2, ())
    assert object_layout.places_of(Mixed, 1, ()) is None, "the rest are defaults"
    assert object_layout.places_of(Mixed, 2, ("first",)) is None, "twice the same"
    for other in (object, int, dict, tuple, type("Other", (), {"__slots__": ("first",)}), 5):
        assert object_layout.places_of(other, 1, ()) is None


@pytest.mark.parametrize("data", [BOX.build()[:cut] for cut in range(len(BOX.build()) - 4)] + [BOX.build()], ids=len)
def test_nothing_is_left_behind(data: bytes) -> None:
    codec: Codec = Box.codec("llvm")
    run = codec._tier("parse", "big", Options()).run

    def one() -> None:
        with contextlib.suppress(*FAILURES):
            run(data, 0, len(data))

    shared = [Kind.ONE, Kind.TWO, Box, Item, None, True, False]
    one()
    before = [sys.getrefcount(each) for each in shared]
    for _ in range(500):
        one()
    after = [sys.getrefcount(each) for each in shared]
    assert all(abs(now - then) < 100 for now, then in zip(after, before, strict=True)), list(zip(shared, before, after, strict=True))


def test_a_failure_in_the_middle_is_explained() -> None:
    with pytest.raises(ParseError) as error:
        parsed(Box, BOX.build()[:6])
    assert error.value.path == "items[1].length"
