"""Calls by datagrams: each has exactly one outcome, and nothing that comes from elsewhere is taken for an answer."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from typing import ClassVar

import anyio
import pytest

from bitwright import errors
from bitwright.net import DatagramClient, Disconnected, Hooks, NotRunning, Overloaded, Protocol, TimedOut, TooLarge, tree
from bitwright.net.memory import MemoryDatagrams
from bitwright.net.network import Address
from tests.net.calls.scene import ANSWER, ASK, SERVER, Ask, Scene

pytestmark = pytest.mark.anyio


def client_of(scene: Scene, **settings: object) -> DatagramClient[Ask]:
    return DatagramClient(ASK, SERVER, network=scene.network, **settings)  # type: ignore[arg-type]


async def test_a_question_is_answered(scene: Scene) -> None:
    async with scene.server(), client_of(scene) as client:
        reply = await client.call(Ask(text=b"hello"))
        assert (reply.text, reply.flags) == (b"hello", ANSWER)
        assert reply.id == scene.questions[0][1].id
        assert client.info().calls.answered == 1


async def test_many_are_in_flight_on_one_socket_and_each_gets_its_own(scene: Scene) -> None:
    replies: dict[int, bytes] = {}
    held: list[Ask] = []

    def backwards(request: Ask) -> list[Ask]:
        """Nothing until all have asked, and then the last first."""
        held.append(request)
        return [each.replace(flags=ANSWER) for each in reversed(held)] if len(held) == 50 else []

    async def ask(number: int) -> None:
        replies[number] = (await client.call(Ask(text=b"%04d" % number))).text

    scene.answer = backwards
    async with scene.server(), client_of(scene) as client:
        async with anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(ask, number)
        assert client.info().calls.answered == 50
    assert replies == {number: b"%04d" % number for number in range(50)}
    assert len({sender for _, _, sender in scene.questions}) == 1


async def test_a_call_times_out_and_the_late_answer_harms_nobody(scene: Scene) -> None:
    scene.answer = lambda request: []
    async with scene.server() as server, client_of(scene) as client:
        before = anyio.current_time()
        with pytest.raises(TimedOut, match=r"no answer within 0\.5 s"):
            await client.call(Ask(text=b"slow"), timeout=0.5)
        assert anyio.current_time() - before == pytest.approx(0.5)
        _, question, sender = scene.questions[0]
        server.send_now(question.replace(flags=ANSWER).build(), sender)
        scene.answer = lambda request: [request.replace(flags=ANSWER)]
        assert (await client.call(Ask(text=b"next"))).text == b"next"
        calls = client.info().calls
        assert (calls.late, calls.unknown, calls.abandoned, calls.answered) == (1, 0, 1, 1)


async def test_what_is_not_answered_is_sent_again_as_it_was_with_back_off(scene: Scene) -> None:
    scene.answer = lambda request: []
    observed: list[str] = []
    async with scene.server(), client_of(scene, hooks=Hooks(lambda name, attributes: observed.append(name))) as client:
        with pytest.raises(TimedOut, match="within 7 s"):
            await client.call(Ask(text=b"x"), timeout=None)
        times = [when for when, _, _ in scene.questions]
        assert [when - times[0] for when in times] == pytest.approx([0, 1, 3])
        assert len({request.id for _, request, _ in scene.questions}) == 1
        assert (client.counters.sent, client.counters.sent_again, client.info().in_flight) == (3, 2, 0)
        assert observed == ["bitwright.client.sent_again"] * 2


async def test_an_answer_to_the_first_sending_that_comes_after_the_second_counts_once(scene: Scene) -> None:
    def second_time(request: Ask) -> list[Ask]:
        return [request.replace(flags=ANSWER)] * 2 if len(scene.questions) == 2 else []

    scene.answer = second_time
    async with scene.server(), client_of(scene) as client:
        assert (await client.call(Ask(text=b"x"))).text == b"x"
        await anyio.wait_all_tasks_blocked()
        calls = client.info().calls
        assert (calls.answered, calls.late) == (1, 1)


async def test_a_peer_that_is_not_there_is_told_at_once(scene: Scene) -> None:
    async with client_of(scene) as client:
        before = anyio.current_time()
        with pytest.raises(Disconnected, match="nobody") as caught:
            await client.call(Ask(text=b"x"))
        assert caught.value.sent
        assert isinstance(caught.value.__cause__, ConnectionRefusedError)
        assert anyio.current_time() == before
        async with scene.server():  # and the client is there when the peer is
            assert (await client.call(Ask(text=b"y"))).text == b"y"


async def test_a_peer_that_dies_in_mid_call(scene: Scene) -> None:
    outcomes: list[object] = []

    async def ask(text: bytes) -> None:
        try:
            outcomes.append((await client.call(Ask(text=text), timeout=20)).text)
        except Disconnected as error:
            outcomes.append(error.sent)

    scene.answer = lambda request: []
    async with client_of(scene) as client:
        async with anyio.create_task_group() as group, scene.server():
            for text in (b"1", b"2", b"3"):
                group.start_soon(ask, text)
            await anyio.wait_all_tasks_blocked()
        # their next sending finds nobody: all know at once, and long before their timeouts
        assert outcomes == [True, True, True]
        assert anyio.current_time() - scene.questions[0][0] == pytest.approx(1)


async def test_a_caller_that_is_cancelled_breaks_nothing(scene: Scene) -> None:
    scene.answer = lambda request: []
    async with scene.server() as server, client_of(scene) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call, Ask(text=b"gone"))
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        assert client.info().in_flight == 0
        _, question, sender = scene.questions[0]
        server.send_now(question.replace(flags=ANSWER).build(), sender)
        scene.answer = lambda request: [request.replace(flags=ANSWER)]
        assert (await client.call(Ask(text=b"here"))).text == b"here"
        assert client.info().calls.late == 1


@pytest.mark.parametrize(
    ("forge", "unknown", "malformed"),
    [
        (lambda good: good.replace(id=good.id ^ 1), 1, 0),
        (lambda good: good.replace(text=b"other"), 1, 0),
        (lambda good: good.replace(flags=0), 1, 0),
        (lambda good: b"\0", 0, 1),
        (lambda good: b"", 0, 1),
    ],
    ids=["other id", "other question", "our own question", "no message", "nothing"],
)
async def test_what_is_no_answer_is_dropped_and_the_call_goes_on(
    scene: Scene, forge: Callable[[Ask], Ask | bytes], unknown: int, malformed: int
) -> None:
    def answer(request: Ask) -> list[Ask | bytes]:
        good = request.replace(flags=ANSWER)
        return [forge(good), good]

    scene.answer = answer
    async with scene.server(), client_of(scene) as client:
        assert (await client.call(Ask(text=b"good"))).text == b"good"
        assert (client.info().calls.unknown, client.counters.malformed) == (unknown, malformed)


async def test_a_stranger_is_not_heard(scene: Scene) -> None:
    scene.answer = lambda request: []
    async with scene.server() as server, client_of(scene) as client:
        stranger = await scene.network.datagrams(("10.0.0.2", 53))
        async with anyio.create_task_group() as group:
            group.start_soon(client.call, Ask(text=b"x"))
            await anyio.wait_all_tasks_blocked()
            _, question, sender = scene.questions[0]
            stranger.send_now(question.replace(flags=ANSWER, text=b"x, forged").build(), sender)
            await anyio.wait_all_tasks_blocked()
            assert client.info().in_flight == 1
            server.send_now(question.replace(flags=ANSWER).build(), sender)
        assert (client.counters.received, client.info().calls.answered) == (1, 1)


async def test_what_the_protocol_cannot_judge_does_not_end_the_client(scene: Scene) -> None:
    def picky(request: Ask, reply: Ask) -> bool:
        return reply.text[0] == request.text[0]  # IndexError for an answer without text

    protocol = Protocol(Ask, correlate=Ask.id, answers=picky)
    scene.answer = lambda request: [request.replace(text=b""), request]
    async with scene.server(), DatagramClient(protocol, SERVER, network=scene.network) as client:
        assert (await client.call(Ask(text=b"x"))).text == b"x"
        assert (client.info().calls.undecided, client.info().calls.unknown) == (1, 1)


async def test_more_than_the_bound_is_refused_and_not_sent(scene: Scene) -> None:
    scene.answer = lambda request: []
    async with scene.server(), client_of(scene, most=2) as client, anyio.create_task_group() as group:
        group.start_soon(client.call, Ask(text=b"1"))
        group.start_soon(client.call, Ask(text=b"2"))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Overloaded):
            await client.call(Ask(text=b"3"))
        assert len(scene.questions) == 2
        group.cancel_scope.cancel()


async def test_what_cannot_be_sent_is_an_error_and_not_sent(scene: Scene) -> None:
    async with scene.server(), client_of(scene) as client:
        with pytest.raises(TooLarge, match="1003 bytes; the limit is 1000"):
            await client.call(Ask(text=bytes(1000)))
        with pytest.raises(errors.BuildError):
            await client.call(Ask(flags=256))
        with pytest.raises(TooLarge):
            await client.cast(Ask(text=bytes(1000)))
        calls = client.info().calls
        assert (scene.questions, client.info().in_flight, calls.failed, calls.abandoned) == ([], 0, 2, 0)


async def test_a_client_that_does_not_run(scene: Scene) -> None:
    client = client_of(scene)
    with pytest.raises(NotRunning):
        await client.call(Ask())
    async with client:
        assert "10.0.0.1:53: client, udp, 0 in flight" in tree()
        with pytest.raises(NotRunning, match="already"):
            await client.run()
    assert (tree(), client.info().state) == ("", "closed")
    with pytest.raises(NotRunning):
        await client.cast(Ask())
    async with scene.server(), client:  # and again
        assert (await client.call(Ask(text=b"x"))).text == b"x"


async def test_closing_the_client_ends_what_is_in_flight(scene: Scene) -> None:
    outcomes: list[bool] = []

    async def ask() -> None:
        try:
            await client.call(Ask(text=b"x"))
        except Disconnected as error:
            outcomes.append(error.sent)

    scene.answer = lambda request: []
    client = client_of(scene)
    async with scene.server(), anyio.create_task_group() as group, client:
        group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
    assert outcomes == [True]
    assert anyio.current_time() == pytest.approx(scene.questions[0][0], abs=0.5)  # not when it would have been sent again


async def test_a_client_runs_once_at_a_time(scene: Scene) -> None:
    client, refused = client_of(scene), list[str]()

    async def run() -> None:
        try:
            await client.run()
        except NotRunning as error:
            refused.append(str(error))

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        group.start_soon(run)
        await anyio.wait_all_tasks_blocked()
        assert refused == ["10.0.0.1:53 runs already"]
        group.cancel_scope.cancel()


async def test_what_the_socket_does_not_recover_from_ends_the_client_and_its_calls(scene: Scene, unwilling: list[OSError]) -> None:
    outcomes: list[str] = []

    async def ask() -> None:
        try:
            await client.call(Ask(text=b"x"))
        except Disconnected as error:
            outcomes.append(str(error))

    scene.answer = lambda request: []
    client = client_of(scene)

    async def use_it() -> None:
        async with client:
            group.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            Unwilling.broken = OSError(errno.EBADF, "broken")
            scene.answer = lambda request: [request.replace(flags=ANSWER)]
            await anyio.sleep_forever()

    async with scene.server(), anyio.create_task_group() as group:
        with pytest.raises(OSError, match="broken"):
            await use_it()
    assert outcomes == ["the peer is lost: [Errno 9] broken"]


class Unwilling(MemoryDatagrams):
    """A socket that says what is in `says`, one each time, instead of sending."""

    says: ClassVar[list[OSError]] = []
    broken: ClassVar[OSError | None] = None

    async def receive(self) -> Sequence[tuple[bytes, Address]]:
        found = await super().receive()
        if self.broken is not None and self.remote is not None:
            raise self.broken
        return found

    def send_now(self, data: bytes, address: Address | None = None) -> bool:
        if self.says:
            raise self.says.pop()
        return super().send_now(data, address)


@pytest.fixture
def unwilling(monkeypatch: pytest.MonkeyPatch) -> list[OSError]:
    """What the sockets of clients say when they are to send."""
    monkeypatch.setattr("bitwright.net.memory.MemoryDatagrams", Unwilling)
    Unwilling.says, Unwilling.broken = [], None
    return Unwilling.says


async def test_what_the_socket_says_of_earlier_datagrams_does_not_keep_a_question_from_being_sent(
    scene: Scene, unwilling: list[OSError]
) -> None:
    async with scene.server(), client_of(scene) as client:
        unwilling.append(ConnectionRefusedError(errno.ECONNREFUSED, "of an earlier one"))
        before = anyio.current_time()
        assert (await client.call(Ask(text=b"x"))).text == b"x"
        assert (client.counters.refused, anyio.current_time()) == (1, before)


@pytest.mark.parametrize("twice", [errno.EHOSTUNREACH, errno.ENETUNREACH])
async def test_what_cannot_leave_was_not_sent(scene: Scene, unwilling: list[OSError], twice: int) -> None:
    async with scene.server(), client_of(scene) as client:
        unwilling += [OSError(twice, "no way")] * 2
        with pytest.raises(Disconnected, match="no way") as caught:
            await client.call(Ask(text=b"x"))
        assert not caught.value.sent
        unwilling.append(PermissionError(errno.EPERM, "a packet filter"))
        with pytest.raises(Disconnected, match="a packet filter") as caught:
            await client.call(Ask(text=b"x"))
        assert not caught.value.sent
        unwilling.append(OSError(errno.EMSGSIZE, "too long"))
        with pytest.raises(TooLarge):
            await client.call(Ask(text=b"x"))
        assert scene.questions == []
        assert (await client.call(Ask(text=b"y"))).text == b"y"


async def test_a_cast_is_sent_once_and_its_answer_is_nobodys(scene: Scene) -> None:
    async with scene.server(), client_of(scene) as client:
        await client.cast(Ask(text=b"x"))
        await anyio.sleep(100)
        assert (len(scene.questions), client.info().calls.late, client.info().calls.casts) == (1, 1, 1)


async def test_without_ids_the_question_finds_its_answer(scene: Scene) -> None:
    def same(request: Ask, reply: Ask) -> bool:
        return reply.text[:1] == request.text[:1]

    replies: dict[bytes, bytes] = {}

    async def ask(text: bytes) -> None:
        replies[text] = (await client.call(Ask(id=7, text=text))).text

    held: list[Ask] = []

    def backwards(request: Ask) -> list[Ask]:
        held.append(request)
        return held[::-1] if len(held) == 3 else []

    scene.answer = backwards
    client = DatagramClient(Protocol(Ask, answers=same), SERVER, network=scene.network)
    async with scene.server(), client, anyio.create_task_group() as group:
        for text in (b"1", b"2", b"3"):
            group.start_soon(ask, text)
    assert replies == {text: text for text in (b"1", b"2", b"3")}


def test_what_tells_answers_apart_by_nothing_cannot_go_by_datagrams() -> None:
    with pytest.raises(TypeError, match="get lost and overtake"):
        DatagramClient(Ask, SERVER)
