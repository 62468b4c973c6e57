"""Any buffer is an input, and none is changed; any buffer is a value of bytes."""

from __future__ import annotations

import array as arrays
import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bitwright import Name, ParseError, Struct, array, auto, checksum, domain_name, raw, text, u8, u16
from bitwright.checksum import internet
from tests.engines.agreement import agreed


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
