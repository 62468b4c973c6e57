"""An answer that did not fit a datagram is fetched by a stream, and a network that loses, doubles and cuts changes no outcome."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import anyio
import pytest
from anyio.abc import TaskStatus

from bitwright.net import Connection, DatagramClient, Disconnected, StreamAddress, TimedOut, call_once
from bitwright.net.background import beside
from bitwright.net.memory import Faults
from tests.net.calls.scene import ANSWER, ASK, CUT, SERVER, Ask, Scene

pytestmark = pytest.mark.anyio
BY_STREAM = StreamAddress(address=SERVER)


@contextlib.asynccontextmanager
async def stream_server(scene: Scene, *answers: Ask | bytes | None) -> AsyncIterator[list[Ask]]:
    """Answers each connection's first question with these (by the id that was asked), and ends it at None; gives the questions."""
    acceptor = await scene.network.listen(SERVER)
    asked: list[Ask] = []

    async def serve(*, task_status: TaskStatus[None]) -> None:
        task_status.started()
        while True:
            stream, _ = await acceptor.accept()
            connection = Connection(stream, ASK)
            question = await connection.receive()
            asked.append(question)
            for answer in answers:
                if answer is None:
                    await connection.aclose()
                elif isinstance(answer, bytes):
                    await stream.send(answer)
                else:
                    await connection.send(answer.replace(id=question.id ^ answer.id))

    try:
        async with beside(serve):
            yield asked
    finally:
        await acceptor.aclose()


def client_of(scene: Scene) -> DatagramClient[Ask]:
    scene.answer = lambda request: [request.replace(flags=ANSWER | CUT)]
    return DatagramClient(ASK, SERVER, stream=BY_STREAM, network=scene.network)


async def test_a_truncated_answer_is_fetched_by_stream(scene: Scene) -> None:
    whole = Ask(flags=ANSWER, text=b"long and whole")
    async with scene.server(), stream_server(scene, whole) as asked, client_of(scene) as client:
        reply = await client.call(Ask(text=b"long"))
        assert reply.text == b"long and whole"
        assert [each.text for each in asked] == [b"long"]
        assert client.counters.truncated == 1


async def test_without_a_stream_it_is_given_as_it_is(scene: Scene) -> None:
    scene.answer = lambda request: [request.replace(flags=ANSWER | CUT)]
    async with scene.server(), DatagramClient(ASK, SERVER, network=scene.network) as client:
        assert (await client.call(Ask(text=b"long"))).flags == ANSWER | CUT


async def test_by_stream_too_an_answer_has_to_be_one(scene: Scene) -> None:
    good = Ask(flags=ANSWER, text=b"long")
    others = Ask(id=1, flags=ANSWER, text=b"long"), Ask(text=b"long"), Ask(flags=ANSWER, text=b"else")
    async with scene.server(), stream_server(scene, *others, good) as asked, client_of(scene) as client:
        reply = await client.call(Ask(text=b"long"))
        assert reply == good.replace(id=reply.id)
        assert asked[0].id == reply.id


async def test_nobody_listens_there(scene: Scene) -> None:
    async with scene.server(), client_of(scene) as client:
        with pytest.raises(Disconnected, match="no connection") as caught:
            await client.call(Ask(text=b"long"))
        assert caught.value.sent  # by datagram


async def test_one_question_that_never_had_a_connection_was_not_sent(scene: Scene) -> None:
    with pytest.raises(Disconnected, match="no connection") as caught:
        await call_once(ASK, BY_STREAM, Ask(text=b"x"), network=scene.network)
    assert not caught.value.sent


@pytest.mark.parametrize("piece", [None, b"\0", b"\0\x10half", b"\0\x02ab"], ids=["nothing", "a length cut", "a message cut", "no message"])
async def test_the_stream_ends_before_the_answer(scene: Scene, piece: bytes | None) -> None:
    answers = [None] if piece is None else [piece, None]
    async with scene.server(), stream_server(scene, *answers), client_of(scene) as client:
        with pytest.raises(Disconnected, match="no answer by stream") as caught:
            await client.call(Ask(text=b"long"))
        assert caught.value.sent


async def test_the_stream_is_silent_until_the_timeout(scene: Scene) -> None:
    async with scene.server(), stream_server(scene), client_of(scene) as client:
        before = anyio.current_time()
        with pytest.raises(TimedOut, match="did not come by stream"):
            await client.call(Ask(text=b"long"), timeout=3)
        assert anyio.current_time() - before == pytest.approx(3)


async def test_connections_for_truncated_answers_are_bounded_and_all_are_answered(scene: Scene) -> None:
    async with scene.server(), stream_server(scene, Ask(flags=ANSWER, text=b"long")) as asked, client_of(scene) as client:
        async with anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(client.call, Ask(text=b"long"))
        assert len(asked) == 100


async def test_a_bad_network_changes_no_outcome(scene: Scene) -> None:
    """Of a thousand calls, each ends once: by its own answer, or by its timeout."""
    outcomes: dict[int, list[str]] = {number: [] for number in range(1000)}

    async def ask(number: int) -> None:
        try:
            reply = await client.call(Ask(text=b"%04d" % number), timeout=20)
            outcomes[number].append("answered" if reply.text == b"%04d" % number else "wrong")
        except TimedOut:
            outcomes[number].append("timed out")

    scene.network.faults = Faults(drop=0.3, double=0.2, reorder=0.2, cut=0.1, delay=(0.01, 1.5))
    client = DatagramClient(ASK, SERVER, network=scene.network)
    async with scene.server(), client:
        async with anyio.create_task_group() as group:
            for number in outcomes:
                group.start_soon(ask, number)
        await anyio.sleep(60)
        ends = [end for each in outcomes.values() for end in each]
        calls = client.info().calls
        assert [len(each) for each in outcomes.values()] == [1] * 1000
        assert set(ends) == {"answered", "timed out"}
        assert (calls.answered, calls.abandoned) == (ends.count("answered"), ends.count("timed out"))
        assert calls.answered > 700  # a round trip is lost more often than not, and there are three attempts
        assert calls.late > 0
        assert client.info().in_flight == 0
