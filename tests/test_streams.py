"""Struct.stream, NeedMore, build_into: what a connection sees, on every engine."""

from __future__ import annotations

import mmap
import pickle
import tracemalloc
from typing import Any

import pytest

from bitwright import (
    BitwrightError,
    BuildError,
    Cursor,
    DeclarationError,
    FieldCodec,
    NeedMore,
    ParseError,
    Struct,
    array,
    at,
    auto,
    checksum,
    coded,
    const,
    nested,
    param,
    raw,
    rest,
    text,
    u8,
    u16,
    u32,
    when,
)
from bitwright.backends.llvm import is_available
from bitwright.checksum import internet
from bitwright.stream import Stream


class Line(Struct):
    words: str = text(terminator=b"\r\n")


class Chunk(Struct):
    magic: bytes = const(raw(size=2), b"BW")
    length: int = auto(u16())
    body: bytes = raw(size=length)
    trailer: int = u8(default=0)


class Table(Struct):
    count: int = auto(u16())
    rows: list[Line] = array(Line, count=count)
    numbers: list[int] = array(u32(), count=2)


class Summed(Struct):
    length: int = auto(u8())
    sum: int = checksum(u16(), internet)
    body: bytes = raw(size=length)


class Outer(Struct):
    size: int = auto(u8())
    inner: Chunk = nested(Chunk, size=size)
    end: int = u8()


class Flexible(Struct):
    wide = param(bool, default=False)
    value: int = u8()
    more: int | None = when(wide, u8())


def stream_of(struct: type[Struct], engine: str, limit: int = 1 << 16, **parameters: Any) -> Stream[Any]:
    return Stream(struct.codec(engine), limit, **parameters)


WIRE = Chunk(body=b"hello").build()


def test_what_is_needed_follows_from_sizes_and_from_what_was_read(engine: str) -> None:
    stream = stream_of(Chunk, engine)
    assert (stream.need, stream.buffered) == (5, 0)  # magic, length, trailer
    assert stream.feed(WIRE[:1]) == []
    assert stream.need == 4
    assert stream.feed(WIRE[1:4]) == []
    assert stream.need == 6  # the body and the trailer
    assert stream.feed(WIRE[4:-1]) == []
    assert stream.need == 1
    assert stream.feed(WIRE[-1:]) == [Chunk.parse(WIRE)]
    assert (stream.need, stream.buffered, stream.position) == (5, 0, len(WIRE))


def test_counts_are_part_of_the_need(engine: str) -> None:
    stream = stream_of(Table, engine)
    assert stream.need == 2 + 2 * 4
    stream.feed(b"\0\5")
    assert stream.need == 5 * 2 + 2 * 4
    stream.feed(b"ab\r\n")
    assert stream.need == 5 * 2 + 2 * 4 - 4


def test_any_buffer_and_several_messages_at_once(engine: str) -> None:
    stream = stream_of(Chunk, engine)
    two = WIRE * 2 + WIRE[:3]
    assert stream.feed(memoryview(bytearray(two))) == [Chunk.parse(WIRE)] * 2
    assert stream.buffered == 3
    assert stream.feed(memoryview(b"".join(bytes((b, 0)) for b in WIRE[3:]))[::2]) == [Chunk.parse(WIRE)]
    assert type(stream.feed(WIRE)[0].body) is bytes
    with pytest.raises(TypeError):
        stream.feed("text")  # type: ignore[arg-type]  # wrong on purpose
    assert stream.feed(b"") == []
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        stream.feed(b"more")


def test_an_error_comes_as_soon_as_bytes_decide_it(engine: str) -> None:
    stream = stream_of(Chunk, engine)
    assert stream.feed(b"B") == []
    with pytest.raises(ParseError) as caught:
        stream.feed(b"X")
    with pytest.raises(ParseError) as whole:
        Chunk.codec(engine).parse_prefix(b"BX" + WIRE[2:])
    assert caught.value.problem == whole.value.problem
    for call in (lambda: stream.feed(WIRE), stream.close):
        with pytest.raises(ParseError, match=r"\[const\]"):
            call()
    assert stream.need == 0


def test_messages_before_an_error_are_not_lost(engine: str) -> None:
    stream = stream_of(Chunk, engine)
    assert stream.feed(WIRE + b"BX") == [Chunk.parse(WIRE)]
    assert stream.error is not None
    assert (stream.error.code, stream.error.byte_offset, stream.position) == ("const", 0, len(WIRE))
    with pytest.raises(ParseError, match=r"\[const\]"):
        stream.feed(b"")


def test_a_stream_that_ends_inside_a_message(engine: str) -> None:
    stream = stream_of(Chunk, engine)
    stream.feed(WIRE + WIRE[:6])
    with pytest.raises(ParseError) as caught:
        stream.close()
    with pytest.raises(ParseError) as whole:
        Chunk.codec(engine).parse_prefix(WIRE[:6])
    assert caught.value.problem == whole.value.problem
    assert (caught.value.code, caught.value.path, caught.value.needed, caught.value.available) == ("truncated", "body", 5, 2)
    with pytest.raises(ParseError):
        stream.feed(b"")


def test_what_announces_more_than_the_limit_is_refused_at_once(engine: str) -> None:
    stream = stream_of(Chunk, engine, limit=10)
    stream.feed(Chunk(body=b"12345").build())
    with pytest.raises(ParseError, match=r"body: needs 7 bytes, .* left up to the limit of the message.* is 7 \[too-large\]"):
        stream.feed(b"BW\0\7")


def test_a_terminator_is_looked_for_up_to_the_limit(engine: str) -> None:
    stream = stream_of(Line, engine, limit=8)
    assert stream.feed(b"123456\r\n") == [Line(words="123456")]
    assert stream.feed(b"1234567") == []
    with pytest.raises(ParseError, match="no-terminator"):
        stream.feed(b"\r\n")


def test_a_count_bomb_is_refused_before_the_first_element(engine: str) -> None:
    stream = stream_of(Table, engine, limit=1 << 12)
    tracemalloc.start()
    with pytest.raises(ParseError, match="count-too-large"):
        stream.feed(b"\xff\xff")
    assert tracemalloc.get_traced_memory()[1] < 1 << 16
    tracemalloc.stop()


def test_regions_inside_are_looked_at_when_they_are_there(engine: str) -> None:
    stream = stream_of(Outer, engine)
    assert stream.feed(b"\x06XX") == []
    with pytest.raises(ParseError) as caught:
        stream.feed(b"1234")
    assert (caught.value.code, caught.value.path) == ("const", "inner.magic")


def test_strict_and_parameters(engine: str) -> None:
    good = Summed(body=b"ab").build()
    bad = good[:-1] + b"!"
    assert stream_of(Summed, engine).feed(bad) == [Summed.parse(bad)]
    stream = stream_of(Summed, engine, strict=True)
    assert stream.feed(good + bad) == [Summed.parse(good)]
    assert stream.error is not None
    assert stream.error.code == "checksum"
    assert stream_of(Flexible, engine, wide=True).feed(b"\1\2") == [Flexible(value=1, more=2)]
    with pytest.raises(TypeError, match="no parameter"):
        stream_of(Flexible, engine, narrow=True)


def test_limits_that_no_message_keeps(engine: str) -> None:
    with pytest.raises(ValueError, match="a Chunk has at least 5 bytes"):
        stream_of(Chunk, engine, limit=4)


def test_formats_without_an_end_are_refused(engine: str) -> None:
    class Rest(Struct):
        kind: int = u8()
        body: bytes = raw()

    class Around(Struct):
        kind: int = u8()
        inner: Rest = nested(Rest)

    class Backwards(Struct):
        body: bytes = raw(size=rest() - 4)
        tail: int = u32()

    class Nothing(Struct):
        pass

    for struct, said in (
        (Rest, r"test_streams.py:\d+: Rest.body: takes all bytes to the end of the message.*nested\(Rest, size=size\)"),
        (Around, "Rest.body: takes all"),
        (Backwards, "Backwards.body: takes all"),
        (Nothing, "Nothing: has no bytes of its own"),
    ):
        with pytest.raises(DeclarationError, match=said):
            stream_of(struct, engine)

    class Framed(Struct):
        size: int = auto(u8())
        inner: Rest = nested(Rest, size=size)

    first, second = stream_of(Framed, engine).feed(b"\3abc\1x")
    assert (first, second) == (Framed.parse(b"\3abc"), Framed.parse(b"\1x"))


def test_codecs_read_from_regions(engine: str) -> None:
    class Pair(FieldCodec[tuple[int, bytes]]):
        def parse(self, cursor: Cursor) -> tuple[int, bytes]:
            return cursor.u8(), cursor.rest()

        def build(self, value: tuple[int, bytes], out: bytearray) -> None:
            out.append(value[0])
            out += value[1]

    class Coded(Struct):
        size: int = auto(u8())
        pair: tuple[int, bytes] = coded(Pair(), size=size)

    assert [each.pair for each in stream_of(Coded, engine).feed(b"\3abc\2xy")] == [(97, b"bc"), (120, b"y")]

    class Loose(Struct):
        kind: int = u8()
        pair: tuple[int, bytes] = coded(Pair())

    with pytest.raises(DeclarationError, match=r"Loose.pair: (takes all bytes|cannot be read while)"):
        stream_of(Loose, engine)


def test_pointers_are_refused(engine: str) -> None:
    class Leading(Struct):
        offset: int = u8()
        far: int = at(offset, u16())

    with pytest.raises(DeclarationError, match=r"Leading: cannot be read while its bytes are still arriving \(reach\); parse the message"):
        stream_of(Leading, engine)
    for data in (b"", b"\1", b"\1\1", b"\7\1\2"):
        with pytest.raises(NeedMore) as caught:
            Leading.codec(engine).parse(data, partial=True)
        assert caught.value.need == 1
    with pytest.raises(ParseError, match="unconsumed"):
        Leading.codec(engine).parse(b"\1\1\2\3", partial=True)
    assert Leading.codec(engine).parse(b"\1\1\2", partial=True).far == 258


def test_messages_without_bytes_are_no_endless_stream(engine: str) -> None:
    class Perhaps(Struct):
        there = param(bool, default=False)
        value: int | None = when(there, u8())

    assert stream_of(Perhaps, engine, there=True).feed(b"ab") == [Perhaps(value=97), Perhaps(value=98)]
    with pytest.raises(ParseError, match="no-progress"):
        stream_of(Perhaps, engine).feed(b"ab")


# --- NeedMore ----------------------------------------------------------------------------------


def test_need_more_says_how_many(engine: str) -> None:
    codec = Chunk.codec(engine)
    for size in range(len(WIRE)):
        with pytest.raises(NeedMore) as caught:
            codec.parse(WIRE[:size], partial=True)
        assert caught.value.need == (5 - size if size < 4 else len(WIRE) - size)
        assert not isinstance(caught.value, ParseError)
        assert isinstance(caught.value, BitwrightError)
        with pytest.raises(NeedMore):
            codec.parse_prefix(bytearray(b"??" + WIRE[:size]), 2, partial=True)
    assert codec.parse(WIRE, partial=True) == codec.parse(WIRE)
    assert codec.parse_prefix(WIRE + b"x", partial=True) == (codec.parse(WIRE), len(WIRE))


def test_need_more_is_a_whole_error() -> None:
    with pytest.raises(NeedMore) as caught:
        Chunk.parse(WIRE[:5], partial=True)
    error = caught.value
    assert str(error).startswith("at least 5 more bytes are needed: Chunk.body: needs 5 bytes, 1 byte left, at byte 4")
    again = pickle.loads(pickle.dumps(error))
    assert (again.need, again.problem, str(again)) == (error.need, error.problem, str(error))


@pytest.mark.parametrize(
    ("data", "code", "offset"),
    [(b"X", None, None), (b"BX", "const", 0), (WIRE + b"x", "unconsumed", 8 * len(WIRE)), (b"XX", "const", 0)],
)
def test_what_more_bytes_cannot_mend_is_a_parse_error(data: bytes, code: str | None, offset: int | None, engine: str) -> None:
    with pytest.raises(ParseError if code else NeedMore) as caught:
        Chunk.codec(engine).parse(data, partial=True)
    if code:
        assert (caught.value.code, caught.value.bit_offset) == (code, offset)


def test_need_more_of_formats_that_end_where_the_input_does(engine: str) -> None:
    class Pairs(Struct):
        kind: int = u16()
        pairs: list[int] = array(u16())

    class Tailed(Struct):
        body: bytes = raw(size=rest() - 4)
        tail: int = u32()

    for struct, data in ((Pairs, b""), (Pairs, b"\0"), (Pairs, b"\0\1\2"), (Tailed, b"abc")):
        with pytest.raises(NeedMore) as caught:
            struct.codec(engine).parse(data, partial=True)
        assert caught.value.need == 1
    assert Pairs.codec(engine).parse(b"\0\1", partial=True) == Pairs(kind=1, pairs=[])


def test_errors_of_a_prefix_count_from_the_input(engine: str) -> None:
    with pytest.raises(ParseError) as caught:
        Chunk.codec(engine).parse_prefix(b"12345BX", 5, partial=True)
    assert caught.value.byte_offset == 5


# --- build_into --------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0, 3])
def test_a_message_is_written_into_a_buffer(offset: int, engine: str) -> None:
    message = Chunk(body=b"hello")
    dirty = bytearray(b"\xa5" * 20)
    expected = bytes(dirty[:offset]) + WIRE + bytes(dirty[offset + len(WIRE) :])
    with mmap.mmap(-1, 20) as mapped:
        mapped[:] = bytes(dirty)
        for buffer in (dirty, memoryview(bytearray(dirty)), mapped):
            assert message.codec(engine).build_into(message, buffer, offset) == len(WIRE)
            assert bytes(buffer) == expected
    assert message.build_into(bytearray(len(WIRE))) == len(WIRE)


def test_a_buffer_stays_as_it_was_if_the_message_cannot_be_written(engine: str) -> None:
    codec = Chunk.codec(engine)
    buffer = bytearray(b"\xa5" * len(WIRE))
    with pytest.raises(BuildError, match=r"has 10 bytes, the buffer has 9 from byte 1 on \[no-room\]") as caught:
        codec.build_into(Chunk(body=b"hello"), buffer, 1)
    assert (caught.value.needed, caught.value.available) == (10, 9)
    with pytest.raises(BuildError, match="range"):
        codec.build_into(Chunk(body=b"", trailer=300), buffer)
    with pytest.raises(ValueError, match="offset 11 is not within the 10 bytes"):
        codec.build_into(Chunk(body=b""), buffer, 11)
    with pytest.raises(TypeError, match="bytes cannot"):
        codec.build_into(Chunk(body=b""), bytes(buffer))
    assert buffer == b"\xa5" * len(WIRE)


# --- machine code beside the parser that waits ----------------------------------------------------


class Rows(Struct):
    """Something to wait for in every row."""

    count: int = auto(u16())
    rows: list[bytes] = array(raw(prefix=u8()), count=count)


@pytest.mark.skipif(not is_available(), reason="machine code needs llvmlite")
def test_machine_code_looks_at_no_more_than_four_times_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Rows(rows=[b"ab"] * 2000).build()
    whole, looked = Stream._whole, []

    def counting(self: Stream[Any], there: bytes) -> Any:
        looked.append(len(there))
        return whole(self, there)

    monkeypatch.setattr(Stream, "_whole", counting)
    stream = stream_of(Rows, "llvm")
    found = [message for place in range(0, len(wire), 3) for message in stream.feed(wire[place : place + 3])]
    assert found == [Rows.parse(wire)]
    assert len(wire) < sum(looked) <= 5 * len(wire)  # once in place, and four times where a message had begun
    assert len(looked) > 3


def test_what_was_cut_is_as_what_is_whole_whoever_reads_it(engine: str) -> None:
    messages = [Outer(inner=Chunk(body=bytes(size)), end=size).resolved() for size in (0, 1, 9, 40)]
    wire = b"".join(message.build() for message in messages)
    for size in range(1, len(wire)):
        stream, found = stream_of(Outer, engine), []
        for place in range(0, len(wire), size):
            found += stream.feed(wire[place : place + size])
            assert stream.position + stream.buffered == min(place + size, len(wire))
        assert (found, stream.need) == (messages, 7)
        stream.feed(wire[:3])
        assert (stream.buffered, stream.position) == (3, len(wire))


class Kinds(Struct):
    kind: int = const(u8(), 7)
    length: int = auto(u16())
    body: bytes = raw(size=length)
    after: int = u32()


def test_behind_a_message_that_was_cut_errors_come_as_early_as_at_the_beginning(engine: str) -> None:
    wire = Kinds(body=b"hello", after=1).build()
    said = set()
    for cut in range(1, len(wire) + 1):
        stream = stream_of(Kinds, engine)
        found = stream.feed(wire[:cut]) + stream.feed(wire[cut:])
        assert len(found) == 1
        with pytest.raises(ParseError) as caught:
            stream.feed(b"\x04")  # which is all that it takes
        said.add(str(caught.value))
    with pytest.raises(ParseError) as first:
        stream_of(Kinds, engine).feed(b"\x04")
    assert said == {str(first.value)}


@pytest.mark.parametrize("messages", [[b""], [b"", b"a", b"bcd"], [b"x" * 90]])
def test_sizes_of_what_is_whole_at_the_front(messages: list[bytes], engine: str) -> None:
    wires = [Chunk(body=body).build() for body in messages]
    stream = stream_of(Chunk, engine, limit=100)
    for rest_ in (b"", b"B", wires[0][:-1], b"no message", b"BW\xff\xff"):
        assert stream.sizes(b"".join(wires) + rest_) == [len(wire) for wire in wires]
    assert stream.buffered == stream.position == 0
    assert len(stream.feed(b"".join(wires))) == len(wires)
    assert stream.feed(wires[0][:1]) == []
    assert stream.sizes(wires[0]) == []  # a message is in work
    with pytest.raises(ParseError):
        stream.feed(b"?")
    assert stream.sizes(wires[0]) == []
