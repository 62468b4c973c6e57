"""Whatever bytes come, and however: frames, an error that stays, or need for more; never more memory than the limit and what was fed."""

from __future__ import annotations

import random

import anyio
import pytest

from bitwright import ParseError, Struct, auto, nested, raw, u8, u16, u32
from bitwright.net import Connection, Ended, Malformed, Protocol, Received, Told
from bitwright.net.errors import FramingError, NetError
from bitwright.net.framing import FixedSize, Framing, LengthField, LengthPrefix, PushParser, Raw, Terminator
from bitwright.net.memory import stream_pair


class Note(Struct):
    length: int = auto(u8())
    text: bytes = raw(size=length)


class Odd(Struct):
    """Of which most bytes are no message."""

    magic: int = u16()
    size: int = auto(u32())
    name: bytes = raw(terminator=b"\0")
    note: Note = nested(Note, size=size)


LIMIT = 200
FRAMINGS: list[Framing] = [
    LengthPrefix(size=1, limit=LIMIT), LengthPrefix(size=2, limit=LIMIT, counts_itself=True),
    LengthPrefix(size=4, endian="little", limit=LIMIT), LengthField(offset=3, size=2, scale=4, plus=-20, limit=LIMIT),
    FixedSize(7), Raw(LIMIT), Terminator(ending=b"\n", limit=20), Terminator(ending=b"\0\1\0", limit=LIMIT, pieces=True),
    PushParser(Note, LIMIT), PushParser(Odd, LIMIT),
]  # fmt: skip


@pytest.mark.parametrize("framing", FRAMINGS, ids=str)
def test_garbage(framing: Framing) -> None:
    choose = random.Random(8)
    errors = 0
    for _ in range(300):
        framer, error = framing.framer(), None
        wire = bytes(choose.choices((0, 1, 2, 7, 10, 200, 255), weights=(9, 3, 3, 3, 3, 1, 1), k=choose.randint(1, 600)))
        at = pulled = 0
        while at < len(wire):
            piece = wire[at : at + choose.randint(1, 90)]
            at += len(piece)
            framer.push(piece)
            try:
                while (frame := framer.pull()) is not None:
                    assert len(frame) <= framing.limit
                    pulled += len(frame)
            except (FramingError, ParseError) as found:
                error = found
                break
            assert framer.need >= 1
            assert pulled + framer.buffered <= at
            assert framer.buffered <= LIMIT + 8
        errors += error is not None
        if error is not None:
            for more in (b"", wire):
                with pytest.raises(type(error)):
                    framer.feed(more)
    takes_all = isinstance(framing, FixedSize | Raw) or (isinstance(framing, Terminator) and framing.pieces)
    assert (errors == 0) == takes_all


@pytest.mark.anyio
@pytest.mark.parametrize("framing", [FRAMINGS[0], FRAMINGS[6], FRAMINGS[9]], ids=str)
async def test_garbage_ends_no_more_than_its_connection(framing: Framing) -> None:
    choose = random.Random(9)
    kinds: set[type] = set()
    for _ in range(60):
        mine, peer = stream_pair(piece=choose.randint(1, 50))
        connection = Connection(mine, Protocol(Note, stream=framing))
        await peer.send(choose.randbytes(choose.randint(0, 400)))
        await peer.aclose()
        events = [event async for event in connection]
        assert isinstance(events[-1], Ended)
        assert events[-1].error is None or isinstance(events[-1].error, NetError | ParseError)
        kinds |= {type(event) for event in events} | {type(events[-1].error)}
        await connection.aclose()
    assert len(kinds) > 2
    assert Malformed in kinds or ParseError in kinds


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(10))
async def test_messages_come_once_and_in_order_whoever_gives_up_when(seed: int) -> None:
    """Readers are cancelled and time out at random, passive or active, between any two bytes; others tell and demand meanwhile."""
    choose = random.Random(seed)
    mine, peer = stream_pair(piece=choose.randint(1, 5))
    connection = Connection(mine, Note, idle_timeout=0.5)
    sent = [bytes([number, *choose.randbytes(choose.randint(0, 6))]) for number in range(60)]
    found: list[bytes] = []
    told: list[int] = []

    async def write() -> None:
        wire = b"".join(Note(text=text).build() for text in sent)
        at = 0
        while at < len(wire):
            size = choose.randint(1, 9)
            await peer.send(wire[at : at + size])
            at += size
            await anyio.sleep(choose.random())
            connection.tell(at)
            if choose.random() < 0.5:
                connection.demand(choose.randint(0, 3))

    async def read() -> None:
        while len(found) < len(sent):
            with anyio.move_on_after(choose.random()):
                if choose.random() < 0.3:
                    found.append((await connection.receive()).text)
                else:
                    match await anext(connection):
                        case Received(message):
                            found.append(message.text)
                        case Told(value):
                            told.append(value)
                        case _:
                            connection.demand(1)

    async with anyio.create_task_group() as group:
        group.start_soon(write)
        group.start_soon(read)
    assert found == sent
    assert told == sorted(told)
    assert len(told) > 10
