"""Push parsing of random formats: wherever the input is cut, the messages, the needs and the errors are those of the whole."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from bitwright import DeclarationError, NeedMore, ParseError, Struct
from bitwright.stream import Stream
from tests.engines.agreement import ENGINES, outcome
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import drawn, thorough

# What is said of an input that ends too early or announces too much, where a stream would wait for more, or say `too-large`.
OF_THE_END = {"truncated", "no-terminator", "count-too-large"}


def streams(struct: type[Struct], params: dict[str, Any], limit: int = 1 << 16) -> list[Stream[Any]]:
    """A stream on each engine; formats that no stream can read are not considered."""
    try:
        return [Stream(struct.codec(engine), limit, **params) for engine in ENGINES]
    except DeclarationError as error:
        assert "stream" in str(error) or "still arriving" in str(error)
        event("refused")
        assume(False)
        raise


def fed(made: list[Stream[Any]], piece: bytes) -> Any:
    """What feeding gives, the same on every engine: messages or an error, and what is needed then."""
    found = [outcome(lambda stream=stream: stream.feed(piece)) for stream in made]  # type: ignore[misc]
    assert found[0].same(found[1]), found
    assert made[0].need == made[1].need, [stream.need for stream in made]
    assert made[0].buffered == made[1].buffered
    assert (made[0].need >= 1) == (found[0].ok and made[0].error is None)
    return found[0]


def outcome_of_prefix(struct: type[Struct], data: bytes, params: dict[str, Any]) -> Any:
    """What an input comes to that may be only a beginning: a need, or a value and its size, or an error; on every engine."""
    found = []
    for engine in ENGINES:
        try:
            found.append(outcome(lambda engine=engine: struct.codec(engine).parse_prefix(data, partial=True, **params)))  # type: ignore[misc]
        except NeedMore as more:
            found.append((more.need, more.problem.code, more.problem.path))
    if isinstance(found[0], tuple):
        assert found[0] == found[1]
    else:
        assert found[0].same(found[1]), found
    return found[0]


@thorough(50)
@given(formats(), st.data())
def test_a_message_cut_anywhere(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    made = streams(struct, params)
    expected = struct.parse(raw, **params)
    for cut in range(len(raw)):
        made = streams(struct, params)
        assert fed(made, raw[:cut]).value == []
        need = made[0].need
        assert cut + need <= len(raw), f"asks for {need} bytes at {cut} of {len(raw)}"
        assert outcome_of_prefix(struct, raw[:cut], params)[0] == need
        found = fed(made, raw[cut:])
        assert repr(found.value) == repr([expected])
        assert made[0].buffered == 0


@thorough(50)
@given(formats(), st.data())
def test_messages_in_pieces(form: Format, data: st.DataObject) -> None:
    struct, message, params, raw = drawn(form, data)
    made = streams(struct, params)
    assume(raw)
    other = form.message(data.draw)[0] if not params else message
    sent = [message, other, message]
    wire = b"".join(m.build(**params) for m in sent)
    sizes = data.draw(st.lists(st.integers(1, 9), min_size=1))
    got, at, turn = [], 0, 0
    while at < len(wire):
        size = sizes[turn % len(sizes)]
        got += fed(made, wire[at : at + size]).value
        at, turn = at + size, turn + 1
    for stream in made:
        stream.close()
        assert stream.position == len(wire)
    assert repr(got) == repr([m.resolved(**params) for m in sent])


@thorough(50)
@given(formats(), st.data())
def test_a_message_with_one_byte_changed(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    streams(struct, params)
    for _ in range(6 if raw else 0):
        place, value = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.sampled_from([0, 1, 2, 0x7F, 0x80, 0xC0, 0xFE, 0xFF]))
        mutant = raw[:place] + bytes((raw[place] ^ value if value else 0,)) + raw[place + 1 :]
        feed_bytewise(struct, mutant, params)


def feed_bytewise(struct: type[Struct], data: bytes, params: dict[str, Any]) -> None:
    """Byte by byte: at each the stream says what the prefix comes to; at the end, what the whole comes to."""
    made = streams(struct, params, 1 << 30)
    whole = outcome(lambda: struct.parse_prefix(data, **params))
    for size in range(1, len(data) + 1):
        found = fed(made, data[size - 1 : size])
        prefix = outcome_of_prefix(struct, data[:size], params)
        if found.ok and not found.value:
            assert prefix[0] >= made[0].need  # the stream looks again when what it waits for is there
        elif found.ok:
            assert whole.ok
            assert repr(prefix.value) == repr(whole.value) == repr((found.value[0], size))
            return
        else:
            assert prefix.same(found)
            assert not whole.ok
            if not found.same(whole):
                assert whole.problem.code in OF_THE_END, (found, whole)
                assert found.problem.code == "too-large" or whole.problem.code == "count-too-large", (found, whole)
            again = fed(made, b"more")
            assert again.same(found)
            return
    ended = [outcome(stream.close) for stream in made]
    assert not data or (ended[0].same(ended[1]) and ended[0].same(whole))


@thorough(30)
@given(formats(), st.data())
def test_a_limit_is_never_passed(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    whole = streams(struct, params, max(len(raw), 1))
    assert fed(whole, raw).ok
    try:
        made: list[Stream[Any]] = [Stream(struct.codec(engine), len(raw) - 1, **params) for engine in ENGINES]
    except ValueError:
        event("the limit is below the smallest message")
        return
    found = fed(made, raw)
    assert not found.ok
    assert found.problem.code in ("too-large", "no-terminator", "count-too-large"), found
    assert isinstance(made[0].error, ParseError)
