"""Objects as JSON by machine code: the bytes that Python writes for the same value, or nothing; and nobody's references are lost."""

from __future__ import annotations

import enum
import itertools
import random
import sys
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from bitwright import (
    IPv4Address,
    MACAddress,
    OpenEnum,
    Struct,
    array,
    f64,
    flag,
    i64,
    ipv4,
    mac,
    nested,
    payload,
    raw,
    reserved,
    rest,
    text,
    u8,
    u16,
    u64,
    when,
)
from bitwright.plain import to_plain
from bitwright.stack.specs import spec_entries
from bitwright.testing import examples
from tests.test_gallery import MESSAGES, load

pytest.importorskip("llvmlite")

from bitwright.backends.llvm.json_forms import Called, Field, Forms, Known, Named, Object, Plain, Shape, emit_writer, line_writer
from bitwright.backends.llvm.routines.json_text import MOST_DEPTH, Kind
from bitwright.backends.llvm.verify import verify
from bitwright.plain.shapes import shape_of, top_shape_of

ENCODE = msgspec.json.Encoder().encode
LINE = line_writer(Forms(shape_of))


def test_the_verifier_takes_the_code_that_calls_the_routines() -> None:
    verify(emit_writer(Forms(shape_of)).text)


def in_python(value: Any) -> bytes:
    return ENCODE(to_plain(value)) + b"\n"


class Colour(OpenEnum):
    RED = 0
    GREEN = 200
    FAR = 60_000


class Closed(enum.IntEnum):
    ONE = 1


class Inner(Struct):
    colours: list[Colour] = array(u16(Colour), count=3)
    closed: Closed = u8(Closed)


class Everything(Struct):
    small: int = u8()
    large: int = u64()
    negative: int = i64()
    up: bool = flag()
    _gap: int = reserved(7)
    bits: int = u8()
    inner: Inner = nested(Inner)
    said: str = text(size=small)
    address: IPv4Address = ipv4()
    card: MACAddress = mac()
    real: float = f64()
    maybe: int | None = when(bits == 1, u16())
    left: bytes = raw(size=rest())


class Carrier(Struct):
    kind: int = u8()
    carried: bytes = payload()


def everything(**changed: Any) -> Everything:
    values: dict[str, Any] = {
        "small": 1, "large": 2**64 - 1, "negative": -(2**63), "up": True, "bits": 1, "said": "A", "real": 1e17, "maybe": 65_535,
        "inner": inner(Colour.RED, Colour.GREEN, Colour(65_535)), "address": IPv4Address("192.0.2.1"), "card": MACAddress(bytes(6)),
        "left": bytes(range(256)),
    }  # fmt: skip
    return Everything(**{**values, **changed})


def inner(*colours: Colour, closed: Closed = Closed.ONE) -> Inner:
    return Inner(colours=list(colours), closed=closed)


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"large": 2**63}, {"large": 2**63 - 1}, {"large": 0}, {"negative": -1}, {"negative": 2**63 - 1}, {"negative": 10},
        {"up": False}, {"maybe": None}, {"left": b""}, {"left": bytes(5000)}, {"said": ""}, {"said": '"\\/ ~'}, {"said": "a" * 10_000},
        {"inner": inner(Colour.FAR, Colour(201), Colour(0))}, {"inner": inner()}, {"inner": inner(closed=cast("Closed", 2))},
        {"real": float("nan")}, {"real": float("-inf")}, {"real": 0.1}, {"real": -0.0}, {"card": MACAddress(b"\xff" * 6)},
    ],
    ids=str,
)  # fmt: skip
def test_every_kind_of_value(changed: dict[str, Any]) -> None:
    value = everything(**changed)
    assert LINE(value) == in_python(value)


@pytest.mark.parametrize("said", ["\x1f", "\x7f", "\x80", "\u20ac", "\ud800", "a\n", "\0"])
def test_what_is_not_printable_ascii_is_left_to_python(said: str) -> None:
    assert LINE(everything(said=said)) is None
    assert LINE(everything(said="before" + said)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"small": "1"}, {"small": 2**64}, {"negative": -(2**63) - 1}, {"small": 1.5}, {"said": b"A"}, {"left": "A"}, {"inner": 1},
        {"inner": Inner(colours=cast("Any", (1, 2)), closed=Closed.ONE)}, {"address": []}, {"real": "x"}, {"maybe": NotImplemented},
    ],
    ids=str,
)  # fmt: skip
def test_a_value_that_is_not_what_its_class_says_is_left_to_python(changed: dict[str, Any]) -> None:
    assert LINE(everything(**changed)) is None
    assert LINE(everything()) is not None


def test_a_payload_is_shown_only_if_there_is_one() -> None:
    line = line_writer(Forms(top_shape_of))
    assert line(Carrier(kind=1, carried=b"\0\xff")) == b'{"kind":1,"carried":"00ff"}\n'
    assert line(Carrier(kind=1, carried=b"")) == b'{"kind":1}\n'


def test_every_format_and_those_of_the_gallery() -> None:
    compared = written = 0
    structs = [entry.load() for entry in spec_entries().values()] + [getattr(load(name), struct) for name, struct in MESSAGES.items()]
    for struct in structs:
        for _, value in itertools.islice(examples(struct, random.Random(7)), 12):
            line, expected = LINE(value), in_python(value)
            compared += 1
            if line is None:
                assert not expected.isascii() or b"\x7f" in expected or b"\\u00" in expected, struct
            else:
                assert line == expected, struct
                written += 1
    assert written > 0.9 * compared > 200, (written, compared)


# --- forms that no declaration gives ------------------------------------------------------------


class Holder(msgspec.Struct):
    value: Any


def writer(item: Any, key: str = "value", text: Any = lambda value: b'"by Python"') -> Any:
    return line_writer(Forms(lambda kind: Shape([Field("value", key, item)], text)))


def test_names_beyond_the_table_and_those_that_are_not_ascii() -> None:
    line = writer(Named({0: "zero", 255: "last", 256: "beyond", -1: "minus", 7: "\u00e9"}))
    found = [line(Holder(value)) for value in (0, 255, 256, -1, 7, 1, 2**63 - 1, -(2**63), None)]
    expected = ['"zero"', '"last"', '"beyond"', '"minus"', "7", "1", str(2**63 - 1), str(-(2**63)), "null"]
    assert found == [f'{{"value":{text}}}\n'.encode() for text in expected]


def test_a_class_that_machine_code_cannot_read_is_written_by_python() -> None:
    assert writer(Plain(Kind.NUMBER), key="\u00e9")(Holder(1)) == b'"by Python"\n'
    assert writer(Plain(Kind.NUMBER))(SimpleNamespace(value=1)) == b'"by Python"\n'


@pytest.mark.parametrize("text", [b"\x7f", b"\x1b[2J", b"\xc3\xa9", "text", None, 1])
def test_what_a_function_gives_must_be_printable_ascii(text: Any) -> None:
    assert writer(Called(lambda value: text))(Holder(1)) is None


@pytest.mark.parametrize("error", [ValueError, MemoryError, RecursionError])
def test_where_a_function_fails_the_line_is_left_to_python(error: type[Exception]) -> None:
    def fail(value: Any) -> bytes:
        raise error

    assert writer(Called(fail))(Holder(1)) is None


def test_an_interrupt_is_not_swallowed() -> None:
    def fail(value: Any) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer(Called(fail))(Holder(1))


def test_objects_that_hold_themselves_end() -> None:
    value = Holder(None)
    value.value = value
    forms = Forms(lambda kind: Shape([Field("value", "value", Object(forms))], lambda value: b"0"))
    line = line_writer(forms)
    assert line(value) is None
    deep: Any = None
    for _ in range(MOST_DEPTH):
        deep = Holder(deep)
    assert line(deep) == b'{"value":' * MOST_DEPTH + b"null" + b"}" * MOST_DEPTH + b"\n"


def test_it_takes_one_object() -> None:
    for arguments in ((), (1, 2)):
        with pytest.raises(TypeError, match="takes one argument"):
            LINE(*arguments)
    assert LINE(cast("Any", None)) is None


def test_references_are_given_back() -> None:
    text, found = b'"found"', Holder(1000)
    line = line_writer(Forms(lambda kind: Shape([Field("value", "value", Called(lambda value: text))], lambda value: text)))
    refusing = writer(Plain(Kind.TEXT))
    known = writer(Known({5: text}, lambda value: text))
    values = (text, found, found.value, None, "value", Holder)
    for one in (line, refusing, known):
        one(found)
        before = [sys.getrefcount(value) for value in values]
        for _ in range(100):
            one(found)
        assert [sys.getrefcount(value) for value in values] == before
