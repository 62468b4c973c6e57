"""Machine code that builds: `Struct.build` as a method, an output that outgrows the stack, and what is left behind."""

from __future__ import annotations

import gc
import inspect
import sys
import weakref
from array import array as vector
from collections.abc import Callable
from typing import Any

import pytest

from bitwright import (
    BuildError,
    IPv4Address,
    Struct,
    array,
    auto,
    bits,
    flag,
    i8,
    i64,
    ipv4,
    nested,
    raw,
    switch,
    text,
    u8,
    u16,
    u64,
)
from bitwright.backends.llvm import object_layout
from bitwright.errors import BitwrightError
from bitwright_specs.dns import Header, Opcode
from tests.ir.programs import build_text, read, run, run_machine_code

HEADER = bytes.fromhex("1a2b8583000100020003000a")
ENGINES = ("interp", "python", "llvm")


class Number(Struct):
    """A part."""

    value: int = u8()


class Note(Struct):
    """Another."""

    said: str = text(prefix=u8())


class Nothing(Struct):
    """What has no number of its own."""


class Many(Struct):
    """A field of each kind that building takes apart."""

    kind: int = auto(bits(4))
    last: bool = flag(default=False)
    spare: int = bits(3, default=0)
    small: int = i8(default=0)
    least: int = i64(default=0)
    most: int = u64(default=0)
    code: Opcode = bits(8, Opcode, default=Opcode.QUERY)
    address: IPv4Address = ipv4(default=IPv4Address("192.0.2.1"))
    count: int = auto(u8())
    numbers: list[Number] = array(Number, count=count)
    part: Number | Note | Nothing = switch(kind, {1: Number, 2: Note}, Nothing)
    length: int = auto(u16())
    body: bytes = raw(size=length)


class Quiet(int):
    """An int that is one."""


class Words(str):
    __slots__ = ()

    def encode(self, *given: Any, **named: Any) -> bytes:
        return b"by itself"


def many(**values: Any) -> Many:
    return Many(**{"numbers": [], "part": Number(value=1), "body": b"", **values})


def method(struct: type[Struct]) -> Callable[..., bytes]:
    """The compiled method, whatever serves without a name."""
    codec: Any = struct.codec("llvm")
    made: Callable[..., bytes] = codec._tier("build", "big", codec_options()).functions["build"]
    return made


def codec_options() -> Any:
    from bitwright.lower.facts import Options

    return Options()


def outcome(build: Callable[[Any], bytes], message: Any) -> Any:
    """The bytes, or what an error says; whatever else is raised, its type."""
    try:
        return build(message)
    except BitwrightError as error:
        return type(error), error.code, getattr(error, "path", None), str(error)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the same on every engine
        return type(error)


# --- the method ----------------------------------------------------------------------------------


def test_it_is_a_method_of_the_class() -> None:
    build = method(Header)
    assert type(build).__name__ == "method_descriptor"
    assert str(inspect.signature(build)) == "(self, /, **options)"
    assert build.__doc__ == "Machine code of Header.build."
    header = Header.parse(HEADER)
    assert build(header) == HEADER
    assert build(header, limits=None) == HEADER
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        build(header, 1)
    with pytest.raises(TypeError, match="has no parameter 'other'"):
        build(header, other=1)
    with pytest.raises(TypeError, match="'Header' objects"):
        build(many())


def test_a_subclass_has_bytes_of_its_own() -> None:
    class Longer(Number):
        more: int = u8()

    assert method(Number)(Number(value=7)) == b"\7"
    assert method(Number)(Longer(value=7, more=8)) == b"\7\x08"


def test_what_is_kept_is_written_again() -> None:
    class Padded(Struct):
        name: str = text(size=4, pad=b"\0")
        spare: bytes = raw(size=2, pad=b" ")

    data = b"ab\0\0c "
    kept = Padded.parse(data, keep=True)
    assert method(Padded)(kept) == data
    referred = Padded.parse(data)
    reference = weakref.ref(referred)
    assert method(Padded)(referred) == data
    assert reference() is referred


def test_a_failure_is_explained() -> None:
    changes: tuple[dict[str, Any], ...] = ({"id": 65536}, {"opcode": "x"}, {"qdcount": None})
    for wrong in (Header.parse(HEADER).replace(**each) for each in changes):
        with pytest.raises(BuildError) as found:
            method(Header)(wrong)
        with pytest.raises(BuildError) as wanted:
            Header.codec("interp").build(wrong)
        assert (found.value.code, found.value.path, str(found.value)) == (wanted.value.code, wanted.value.path, str(wanted.value))


def test_the_method_keeps_its_code_alive_and_nothing_else_does() -> None:
    def built() -> tuple[Callable[..., bytes], weakref.ref[type]]:
        class Local(Struct):
            value: int = u8()

        build = method(Local)
        assert build(Local(value=5)) == b"\5"
        return build, weakref.ref(Local)

    build, struct = built()
    gc.collect()
    local: Any = struct()
    assert build(local(value=6)) == b"\6"
    del build, local
    gc.collect()
    assert struct() is None


# --- the output ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 480, 481, 482, 483, 484, 511, 512, 513, 1023, 1024, 5000, 65535])
def test_an_output_that_outgrows_the_stack(size: int) -> None:
    message = many(body=bytes(index % 251 for index in range(size)), numbers=[Number(value=index) for index in range(40)])
    built = method(Many)(message)
    assert built == Many.codec("interp").build(message)
    assert Many.codec("llvm").resolved(message) == Many.codec("interp").resolved(message)


def test_an_output_that_python_writes_to_in_between() -> None:
    class Coded(Struct):
        before: bytes = raw(prefix=u16())
        text: str = text(prefix=u8(), encoding="utf-16-be")
        after: bytes = raw(prefix=u16())

    for size in (0, 3, 500, 505, 510, 3000):
        message = Coded(before=bytes(size), text="äö", after=b"x" * size)
        assert method(Coded)(message) == Coded.codec("interp").build(message)


def test_more_than_there_is_memory_for() -> None:
    """It is Python's error, and the output is let go."""
    program = read(build_text("put.zeros %0", "", "%0: int<0..2^48>"))
    assert run_machine_code(program, (3000,)) == (bytes(3000), None)
    with pytest.raises(MemoryError):
        run_machine_code(program, (1 << 48,))
    with pytest.raises(MemoryError):
        run(program, "python", (1 << 48,))


# --- objects -------------------------------------------------------------------------------------


def test_where_attributes_lie() -> None:
    class Open:
        __slots__ = ("a", "b")
        a: Any
        b: Any

    class Asked(Open):
        def __getattribute__(self, name: str) -> Any:
            return 5

    class Hidden(Open):
        @property
        def a(self) -> Any:
            return 5

    assert object_layout.offset_of_attribute(Header, "id") is not None
    assert object_layout.offset_of_attribute(Open, "a") is not None
    assert object_layout.offset_of_attribute(Open, "c") is None
    assert object_layout.offset_of_attribute(Asked, "a") is None
    assert object_layout.offset_of_attribute(Hidden, "a") is None
    assert object_layout.offset_of_attribute(Hidden, "b") is not None
    assert object_layout.offset_of_attribute(slice, "start") is None  # of a class in C, which says that it cannot be set
    assert object_layout.offset_of_type() is not None
    assert object_layout.knows_weak_references()


class Aside(Struct):
    """Has something to ask of another."""

    number: Number = nested(Number)
    rest: bytes = raw()


def test_an_attribute_that_is_gone() -> None:
    message = Aside(number=Number(value=1), rest=b"x")
    del message.number
    for engine in ("python", "llvm"):
        with pytest.raises(AttributeError):
            Aside.codec(engine).build(message)


# --- what is left behind -------------------------------------------------------------------------


def test_building_leaves_nothing_behind() -> None:
    good = many(body=bytes(700), numbers=[Number(value=1)], part=Note(said="x" * 40), least=1 << 40, most=1 << 63)
    wrong = many(body=bytes(700), part=Note(said="\ud800"), numbers=[Number(value=1)])
    strange = many(body=bytearray(700), part=Note(said=Words("y")), most=Quiet(5))
    watched = [good, wrong, strange, good.body, good.numbers, good.part, wrong.part, strange.body, strange.most, Number, Note, None, b""]
    codec: Any = Many.codec("llvm")
    build, entry = method(Many), codec._tier("build", "big", codec_options()).run
    resolve = codec._tier("resolve", "big", codec_options()).run

    def work() -> None:
        for message in (good, strange):
            build(message)
            entry(message)
            resolve(message)
        for function in (entry, resolve):
            outcome(function, wrong)

    for _ in range(20):
        work()
    gc.collect()
    counts = vector("q", map(sys.getrefcount, watched))
    blocks = sys.getallocatedblocks()
    for _ in range(2000):
        work()
    gc.collect()
    assert abs(sys.getallocatedblocks() - blocks) < 50
    assert max(abs(now - before) for now, before in zip(map(sys.getrefcount, watched), counts, strict=True)) < 50
