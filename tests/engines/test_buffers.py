"""Any buffer is an input, and none is changed; any buffer is a value of bytes."""

from __future__ import annotations

import array as arrays
import functools
import mmap
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bitwright import Name, ParseError, Struct, array, auto, checksum, domain_name, raw, text, u8, u16, u32
from bitwright.checksum import internet
from bitwright.errors import DEFAULT_LIMITS
from bitwright.lower.facts import Options
from tests.engines.agreement import Outcome, agreed, outcome


class Message(Struct):
    sum: int = checksum(u16(), internet)
    count: int = auto(u8())
    numbers: list[int] = array(u16(), count=count)
    names: list[Name] = array(domain_name(), count=2)
    words: str = text(terminator=b"\0")
    body: bytes = raw()


MESSAGE = Message(numbers=[1, 2], names=["a.b.", "c.b."], words="hi", body=b"body")
DATA = MESSAGE.build()


def mapped(data: bytes, tmp_path: Path) -> mmap.mmap:
    """The bytes as a mapped file."""
    path = tmp_path / f"message{len(list(tmp_path.iterdir()))}"
    path.write_bytes(data)
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


BUFFERS: dict[str, Callable[[bytes, Path], Any]] = {
    "bytes": lambda data, path: data,
    "bytearray": lambda data, path: bytearray(data),
    "memoryview": lambda data, path: memoryview(data),
    "writable memoryview": lambda data, path: memoryview(bytearray(data)),
    "a part of one": lambda data, path: memoryview(b"??" + data + b"??")[2:-2],
    "a cast one": lambda data, path: memoryview(data).cast("c"),
    "every second byte": lambda data, path: memoryview(bytes(b for byte in data for b in (byte, 0xEE)))[::2],
    "array": lambda data, path: arrays.array("B", data),
    "array of signed": lambda data, path: arrays.array("b", [b - 256 if b > 127 else b for b in data]),
    "mmap": mapped,
}


@pytest.mark.parametrize("kind", BUFFERS)
def test_every_buffer_is_read_alike(kind: str, engine: str, tmp_path: Path) -> None:
    buffer = BUFFERS[kind](DATA, tmp_path)
    codec, expected = Message.codec(engine), MESSAGE.resolved()
    assert codec.parse(buffer) == expected
    assert codec.check(buffer) == (expected, [])
    assert codec.parse_layer(buffer) == (expected, len(DATA))
    assert bytes(memoryview(buffer)) == DATA, "the input is left as it was"
    value = codec.parse(buffer)
    assert type(value.body) is bytes, "what was read does not hang on the buffer"
    assert Message.parse(buffer) == expected


@pytest.mark.parametrize("kind", [kind for kind in BUFFERS if kind != "every second byte"])
def test_every_buffer_is_read_from_an_offset(kind: str, engine: str, tmp_path: Path) -> None:
    data = b"\xc0\xff" + DATA
    assert Message.codec(engine).parse_prefix(BUFFERS[kind](data, tmp_path), 2) == (MESSAGE.resolved(), len(DATA))


@pytest.mark.parametrize("kind", BUFFERS)
def test_errors_are_alike(kind: str, engine: str, tmp_path: Path) -> None:
    codec = Message.codec(engine)
    for end in (1, 5, 9, 12):
        with pytest.raises(ParseError) as expected:
            codec.parse(DATA[:end])
        with pytest.raises(ParseError) as found:
            codec.parse(BUFFERS[kind](DATA[:end], tmp_path))
        assert found.value.problem == expected.value.problem


def test_a_wide_array_is_read_as_its_bytes(engine: str) -> None:
    class Pair(Struct):
        first: bytes = raw(size=2)
        second: bytes = raw(size=2)

    words = arrays.array("H", [1, 2])
    assert Pair.codec(engine).parse(words) == Pair(first=words.tobytes()[:2], second=words.tobytes()[2:])


@pytest.mark.parametrize("wrong", ["text", 5, None, [1, 2]])
def test_what_is_no_buffer(wrong: Any, engine: str) -> None:
    with pytest.raises(TypeError):
        Message.codec(engine).parse(wrong)
    with pytest.raises(TypeError):
        Message.parse(wrong)


@pytest.mark.parametrize("offset", [-1, 3, 1 << 70])
def test_an_offset_outside_the_input(offset: int, engine: str) -> None:
    for data in (b"ab", bytearray(b"ab")):
        with pytest.raises(ValueError, match="is not within the 2 bytes"):
            Message.codec(engine).parse_prefix(data, offset)


class Content(Struct):
    size: int = auto(u8())
    body: bytes = raw(size=size)
    items: list[bytes] = array(raw(size=2))


@pytest.mark.parametrize("kind", BUFFERS)
def test_every_buffer_is_a_value(kind: str, tmp_path: Path) -> None:
    message = Content(body=BUFFERS[kind](b"abc", tmp_path), items=[BUFFERS[kind](b"de", tmp_path)])
    assert agreed(Content, "build", message).value == b"\3abcde"
    assert agreed(Content, "resolved", message).value == Content(size=3, body=b"abc", items=[b"de"])


# --- where they lie -------------------------------------------------------------------------------


class Chunk(Struct):
    kind: int = u8()
    length: int = auto(u32())
    body: bytes = raw(size=length)
    after: int = u8(default=0)


def held(buffer: bytearray) -> bool:
    """Whether somebody keeps the buffer from changing its size."""
    try:
        buffer.append(0)
    except BufferError:
        return True
    del buffer[-1:]
    return False


def test_machine_code_copies_no_buffer() -> None:
    codec, size = Chunk.codec("llvm"), 1 << 24
    buffer = bytearray(Chunk(kind=7, body=bytes(size), after=9).build())
    for only in ("after", ("kind", "after")):  # which compiles
        codec.parse(Chunk(kind=1, body=b"").build(), only=only)
    tracemalloc.start()
    try:
        assert codec.parse(buffer, only="after").after == 9
        assert codec.parse(memoryview(buffer), only=("kind", "after")).kind == 7
        assert tracemalloc.get_traced_memory()[1] < size // 16
    finally:
        tracemalloc.stop()
    assert not held(buffer)


def settled(call: Callable[[], Any]) -> Outcome:
    """What a call gives or raises; a ValueError is one of ways to refuse."""
    try:
        return outcome(call)
    except ValueError as error:
        return Outcome(str(error))


@pytest.mark.parametrize("engine", ["python", "llvm"])
def test_no_buffer_is_held_afterwards(engine: str) -> None:
    whole, codec = Chunk(kind=1, body=b"abc", after=2).build(), Chunk.codec(engine)
    functions = codec._tier("parse", "big", Options()).functions
    assert ("of_buffer" in functions) is (engine == "llvm")
    for data, options in ((whole, {}), (whole[:-1], {}), (b"", {}), (whole + b"x", {}), (whole, {"strict": True}), (whole, {"only": "body"})):
        buffer = bytearray(data)
        calls: list[Callable[[Any], Any]] = [
            functools.partial(codec.parse, **options), functions["parse"], lambda given: codec.parse_prefix(given, 1), codec.parse_layer,
        ]  # fmt: skip
        for call in calls:
            wanted = settled(functools.partial(call, data))
            found = settled(functools.partial(call, buffer))
            assert found.same(wanted), (found, wanted)
            del found
            assert not held(buffer)


def test_a_region_that_is_not_there() -> None:
    of_buffer = Chunk.codec("llvm")._tier("parse", "big", Options()).functions["of_buffer"]
    buffer = bytearray(Chunk(kind=1, body=b"abc", after=2).build())
    assert of_buffer(buffer, 0, len(buffer))[1] == len(buffer)
    for begin, end in ((-1, 3), (3, 2), (0, len(buffer) + 1), (1 << 62, 1 << 62)):
        with pytest.raises(ValueError, match="not within the input"):
            of_buffer(buffer, begin, end)
    with pytest.raises(TypeError):
        of_buffer("text", 0, 1)
    with pytest.raises(BufferError):
        of_buffer(memoryview(bytes(20))[::2], 0, 10)
    with pytest.raises(TypeError):
        of_buffer(buffer, "0", 1)
    assert not held(buffer)


class Whole(Struct):
    first: int = u8()
    rest: bytes = raw()


def test_more_than_the_limit_is_refused_by_the_parser_of_whole_messages() -> None:
    pytest.importorskip("llvmlite")
    parse = Whole.codec("llvm").message_parser()
    with mmap.mmap(-1, DEFAULT_LIMITS.input_size + 1) as memory, pytest.raises(ParseError) as caught:  # no page of which is touched
        parse(memory)
    assert caught.value.code == "too-large"
