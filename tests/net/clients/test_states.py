"""A client's states: what its start promises, how it tries again, its handshake, its end."""

from __future__ import annotations

import contextlib
import ssl
from typing import Any

import anyio
import pytest

from bitwright.net import Client, Connection, Disconnected, Hooks, NotRunning, TimedOut, tree
from tests.net.clients.stage import AT, SPOKEN, STEADY, Stage, Text, accepted, client, reset

trustme = pytest.importorskip("trustme", reason="trustme is not installed: pip install trustme")
pytestmark = pytest.mark.anyio


async def test_start_promises_the_client_and_not_its_peer() -> None:
    stage = Stage()
    async with anyio.create_task_group() as tasks:
        one = client(stage)
        await tasks.start(one.run)
        await anyio.wait_all_tasks_blocked()
        assert one.state.value == "disconnected"
        tasks.cancel_scope.cancel()


async def test_waits_grow_up_to_the_bound() -> None:
    stage = Stage()
    async with client(stage) as one:
        began = stage.attempts[0] if stage.attempts else anyio.current_time()
        await anyio.sleep(200)
    assert [at - began for at in stage.attempts] == pytest.approx([0, 1, 3, 7, 15, 31, 63, 123, 183])
    assert one.info().failures == 9


async def test_a_peer_that_takes_connections_and_drops_them_is_not_asked_ever_faster() -> None:
    stage = Stage()
    acceptor = await stage.server()

    async def dropping() -> None:
        while True:
            await (await accepted(acceptor)).aclose()

    async with client(stage), anyio.create_task_group() as tasks:
        tasks.start_soon(dropping)
        await anyio.sleep(100)
        tasks.cancel_scope.cancel()
    waits = [later - before for before, later in zip(stage.attempts, stage.attempts[1:], strict=False)]
    assert waits == pytest.approx([1, 2, 4, 8, 16, 32])


@pytest.mark.parametrize(("held", "wait"), [(9.9, 8), (10.1, 1)])
async def test_the_wait_begins_anew_only_after_a_healthy_time(held: float, wait: float) -> None:
    stage = Stage()
    async with client(stage) as one:
        await anyio.sleep(5)  # attempts at 0, 1 and 3
        acceptor = await stage.server()
        connection = await accepted(acceptor)  # at 7
        await one.connected()
        await anyio.sleep(held)
        lost = anyio.current_time()
        await connection.aclose()
        await accepted(acceptor)
    assert stage.attempts[-1] - lost == pytest.approx(wait)


async def test_an_attempt_that_nobody_answers_has_a_bound() -> None:
    stage = Stage()
    stage.blackhole = True
    async with client(stage, connect_timeout=5) as one:
        with pytest.raises(Disconnected, match="connecting took too long") as caught:
            await one.call(Text(), timeout=None)
        assert not caught.value.sent
        assert anyio.current_time() - stage.attempts[0] == pytest.approx(5)
        await anyio.sleep(1.5)
        assert len(stage.attempts) == 2


async def hello(connection: Connection[Text]) -> None:
    await connection.send(Text(body=b"hello"))
    if (await connection.receive()).body != b"welcome":
        raise PermissionError("the peer did not say welcome")


async def test_calls_begin_after_the_handshake() -> None:
    stage = Stage()
    acceptor = await stage.server()
    async with client(stage, handshake=hello) as one, anyio.create_task_group() as tasks:
        tasks.start_soon(one.call, Text(body=b"question"))
        peer = await accepted(acceptor)
        assert (await peer.receive()).body == b"hello"
        await anyio.wait_all_tasks_blocked()
        assert one.state.value == "handshaking"
        assert peer.receive_now() is None
        await peer.send(Text(body=b"welcome"))
        question = await peer.receive()
        assert question.body == b"question"
        await peer.send(question)


async def test_a_handshake_that_fails_is_an_attempt_that_failed() -> None:
    stage = Stage()
    acceptor = await stage.server()
    async with client(stage, handshake=hello) as one, anyio.create_task_group() as tasks:

        async def asking() -> None:
            with pytest.raises(Disconnected, match="did not say welcome") as caught:
                await one.call(Text())
            assert not caught.value.sent
            assert isinstance(caught.value.__cause__, PermissionError)

        tasks.start_soon(asking)
        peer = await accepted(acceptor)
        await peer.send(Text(body=b"go away"))
        await peer.receive()
        with pytest.raises(EOFError):
            await peer.receive()
        again = await accepted(acceptor)
        await again.send(Text(body=b"welcome"))
        await one.connected()
        assert one.info().attempts == 2


async def test_a_handshake_has_a_bound() -> None:
    stage = Stage()
    acceptor = await stage.server()
    async with client(stage, handshake=hello, handshake_timeout=3) as one:
        peer = await accepted(acceptor)
        await peer.receive()
        with pytest.raises(EOFError):
            await peer.receive()  # the client closes it
        assert anyio.current_time() - stage.attempts[0] == pytest.approx(3)
        assert one.info().last_error == "handshaking took too long"
        await accepted(acceptor)


@pytest.mark.parametrize("late", [0.5, 1.5, 20])  # while it waits for the next attempt, during that one, and long after it
@pytest.mark.parametrize("fails", [False, True])
async def test_a_handshake_that_does_not_end_when_it_is_told_to_changes_nothing(late: float, fails: bool) -> None:
    stage = Stage()
    acceptor = await stage.server()

    async def stubborn(connection: Connection[Text]) -> None:
        if len(stage.attempts) == 1:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(3 + late)
            if fails:
                raise ValueError
        elif late == 1.5:
            await anyio.sleep(2)

    async with client(stage, handshake=stubborn, handshake_timeout=3) as one:
        await accepted(acceptor)
        await anyio.sleep(3.9)
        assert one.state.value == "disconnected"
        again = await accepted(acceptor)
        await one.connected()
        assert anyio.current_time() - stage.attempts[1] == pytest.approx(2 if late == 1.5 else 0)
        await anyio.sleep(60)
        assert one.state.value == "connected"
        assert one.info().attempts == 2
        assert one.info().last_error == "handshaking took too long"
        await again.aclose()


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server called peer.example, and of a client that trusts it."""
    authority = trustme.CA()
    server, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("peer.example").configure_cert(server)
    authority.configure_trust(trusting)
    return server, trusting


async def test_tls(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    stage = Stage()
    acceptor = await stage.server()
    async with client(stage, tls=contexts[1], server_name="peer.example") as one, anyio.create_task_group() as tasks:

        async def serving() -> None:
            peer = await accepted(acceptor)
            await peer.start_tls(contexts[0], server_side=True)
            await peer.send(Text(id=(await peer.receive()).id, body=b"protected"))

        tasks.start_soon(serving)
        assert (await one.call(Text())).body == b"protected"
        assert one.info().transport == "tls"


async def test_a_peer_with_another_name_gets_no_question(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    stage = Stage()
    acceptor = await stage.server()
    async with client(stage, tls=contexts[1], server_name="other.example") as one, anyio.create_task_group() as tasks:

        async def serving() -> None:
            peer = await accepted(acceptor)
            with contextlib.suppress(Disconnected):  # of TLS 1.3 the server's part is over before it is told what the client thinks
                await peer.start_tls(contexts[0], server_side=True)
            with pytest.raises((Disconnected, EOFError)):
                await peer.receive()

        tasks.start_soon(serving)
        with pytest.raises(Disconnected, match="TLS failed") as caught:
            await one.call(Text())
        assert not caught.value.sent


async def test_what_it_does_is_seen() -> None:
    stage, seen = Stage(), list[tuple[str, Any]]()
    hooks = Hooks(lambda name, attributes: seen.append((name, attributes.get("error.type"))))
    async with client(stage, name="names", hooks=hooks) as one:
        await anyio.wait_all_tasks_blocked()
        assert tree() == "names: client, disconnected, 0 in flight"
        assert "nobody listens" in one.info().last_error
        peer = await accepted(await stage.server())
        await one.connected()
        assert tree() == "names: client, connected, 0 in flight"
        reset(peer)
        await anyio.wait_all_tasks_blocked()
    assert tree() == ""
    assert seen == [
        ("bitwright.client.disconnected", "ConnectionRefusedError"),
        ("bitwright.client.connected", None),
        ("bitwright.client.disconnected", "Disconnected"),
    ]


async def test_who_waits_for_a_connection_is_told_when_there_is_none() -> None:
    stage = Stage()
    async with anyio.create_task_group() as tasks, client(stage) as one:
        before = anyio.current_time()
        with pytest.raises(TimedOut, match="nobody listens"):
            await one.connected(timeout=7)
        assert anyio.current_time() - before == pytest.approx(7)

        async def waiting() -> None:
            with pytest.raises(NotRunning):
                await one.connected()

        tasks.start_soon(waiting)
        await anyio.wait_all_tasks_blocked()


async def test_its_end_ends_every_call_and_it_can_run_again() -> None:
    stage = Stage()
    acceptor = await stage.server()
    one = client(stage)
    async with anyio.create_task_group() as tasks:

        async def asking() -> None:
            with pytest.raises(Disconnected, match="this side closed") as caught:
                await one.call(Text(), timeout=None)
            assert caught.value.sent

        async with one:
            tasks.start_soon(asking)
            peer = await accepted(acceptor)
            await peer.receive()
            with pytest.raises(NotRunning, match="already"):
                await one.run()
        with pytest.raises(EOFError):
            await peer.receive()
        with pytest.raises(NotRunning):
            await one.cast(Text())
        async with one:
            peer = await accepted(acceptor)
            await one.connected()
            assert one.info().in_flight == 0


async def test_a_new_run_begins_anew() -> None:
    stage = Stage()
    one = client(stage)
    for _ in range(2):
        stage.attempts.clear()
        async with one:
            await anyio.sleep(5)
            assert one.info().failures == 3
        assert [at - stage.attempts[0] for at in stage.attempts] == pytest.approx([0, 1, 3])


def test_one_that_ran_on_one_event_loop_runs_on_another() -> None:
    one = Client(SPOKEN, AT, network=Stage(), backoff=STEADY)

    async def once() -> None:
        one._network = stage = Stage()
        acceptor = await stage.server()
        async with one, anyio.create_task_group() as tasks:

            async def serving() -> None:
                peer = await accepted(acceptor)
                await peer.send(await peer.receive())

            tasks.start_soon(serving)
            assert (await one.call(Text(body=b"x"))).body == b"x"

    for backend in ("asyncio", "trio", "asyncio"):
        anyio.run(once, backend=backend)


@pytest.mark.parametrize("state", ["connecting", "handshaking", "disconnected", "connected"])
async def test_it_can_be_cancelled_in_every_state(state: str) -> None:
    stage = Stage()
    stage.blackhole = state == "connecting"
    acceptor = None if state == "disconnected" else await stage.server()
    async with client(stage, handshake=hello if state == "handshaking" else None) as one:
        peer = await accepted(acceptor) if acceptor is not None and state != "connecting" else None
        await anyio.wait_all_tasks_blocked()
        assert one.state.value == state
    if peer is not None:
        await anyio.wait_all_tasks_blocked()
        assert [type(event).__name__ async for event in peer][-1] == "Ended"
    assert tree() == ""
