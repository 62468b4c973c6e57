"""A server ends in order: nothing new, then who is idle, then who is busy, until the deadline; and it can be suspended."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from bitwright.net import Child, Closed, Connection, Disconnected, Hooks, Peer, Supervisor, serve, tree
from bitwright.net.memory import Memory
from tests.net.server.house import HERE, SPOKEN, Note, Witness, house

pytestmark = pytest.mark.anyio


class Slow(Witness):
    """Takes as many seconds as it is told."""

    async def message(self, message: Note, peer: Peer) -> Note:
        self.told.append(f"message {message.text.decode()}")
        await anyio.sleep(float(message.text))
        return message


async def test_who_is_idle_is_let_go_at_once_and_who_is_busy_has_until_the_deadline() -> None:
    made: list[Slow] = []

    def make() -> Slow:
        made.append(Slow())
        return made[-1]

    network = Memory()
    async with serve(make, SPOKEN, tcp=HERE, udp=HERE, network=network) as server:
        async with anyio.create_task_group() as group:

            connections = [Connection(await network.connect(server.tcp), SPOKEN) for _ in range(3)]
            for connection, seconds in zip(connections[1:], (b"2", b"100"), strict=True):
                await connection.send(Note(text=seconds))
            socket = await network.datagrams(remote=server.udp)
            await socket.send(Note(text=b"3").build())
            await anyio.sleep(0.5)
            began = anyio.current_time()
            group.start_soon(server.shutdown)
            with pytest.raises(Closed):
                await connections[0].receive()
            assert anyio.current_time() == began
            assert server.info().state == "ending"
            with pytest.raises(ConnectionRefusedError):
                await network.connect(server.tcp)
            assert (await connections[1].receive()).text == b"2"
            assert anyio.current_time() - began == pytest.approx(1.5)
            assert (await socket.receive())[0][0] == Note(text=b"3").build()
            with pytest.raises((Closed, Disconnected)):
                await connections[2].receive()
            assert anyio.current_time() - began == pytest.approx(4)
        assert server.info().state == "ended"
    assert [slow.told for slow in made] == [
        ["message 3"],
        ["connected", "shutdown"],
        ["connected", "message 2", "shutdown"],
        ["connected", "message 100", "shutdown"],
    ]


async def test_a_handler_that_will_not_end_is_given_half_a_second_after_the_deadline() -> None:
    class Clings(Slow):
        async def shutdown(self, peer: Peer) -> None:
            self.told.append("shutdown")
            await anyio.sleep_forever()

    witness = Clings()
    async with house(witness, shutdown_timeout=2) as at:
        connection = await at.connect()
        await connection.send(Note(text=b"100"))
        await anyio.sleep(1)
        began = anyio.current_time()
        await at.server.shutdown()
        assert anyio.current_time() - began == pytest.approx(2.5)
    assert witness.last == ["shutdown"]


async def test_cancelled_it_ends_in_order_too() -> None:
    witness, network = Slow(), Memory()
    server = serve(witness, SPOKEN, tcp=HERE, network=network)
    async with anyio.create_task_group() as group:
        await group.start(server.run)

        connection = Connection(await network.connect(server.tcp), SPOKEN)
        await connection.send(Note(text=b"3"))
        await anyio.sleep(1)
        group.cancel_scope.cancel()
    assert witness.told == ["connected", "message 3", "shutdown"]
    assert server.info().state == "ended"


async def test_what_goes_wrong_in_the_block_is_raised_as_it_is() -> None:
    witness = Witness()

    async def goes_wrong() -> None:
        async with house(witness) as at:
            await at.connect()
            await anyio.sleep(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await goes_wrong()
    assert witness.told == ["connected", "shutdown"]


async def test_suspended_it_takes_nothing_new_and_keeps_what_it_has() -> None:
    hooks = Hooks()
    async with house(Witness, hooks=hooks) as at:
        connection, address = await at.connect(), at.server.tcp
        await anyio.sleep(1)  # it is accepted
        await at.server.suspend()
        with pytest.raises(ConnectionRefusedError):
            await at.connect()
        socket = await at.network.datagrams(remote=address)
        await socket.send(b"\1a")
        with pytest.raises(ConnectionRefusedError):
            await socket.receive()
        await connection.send(Note(text=b"a"))
        assert (await connection.receive(timeout=1)).text == b"A"
        assert at.server.info().state == "suspended"
        with pytest.raises(RuntimeError, match="is suspended"):
            await at.server.suspend()
        await at.server.resume()
        assert (at.server.tcp, at.server.udp) == (address, address)
        assert await at.ask(b"b") == b"B"
        await (await at.connect()).aclose()
    assert [hooks.counters[f"bitwright.server.{name}"] for name in ("started", "suspended", "resumed", "draining", "stopped")] == [1] * 5


async def test_suspended_it_answers_what_is_in_work() -> None:
    async with house(Slow) as at:
        socket = await at.network.datagrams(remote=at.server.udp)
        await socket.send(Note(text=b"2").build())
        await anyio.sleep(1)
        began = anyio.current_time()
        await at.server.suspend()
        assert anyio.current_time() - began == pytest.approx(1)
        assert (await socket.receive())[0][0] == b"\0012"


async def test_suspended_it_ends() -> None:
    async with house(Witness) as at:
        await at.server.suspend()
    assert at.server.info().state == "ended"


async def test_an_address_that_is_taken_meanwhile_can_be_waited_for() -> None:
    async with house(Witness) as at:
        await at.server.suspend()
        other = await at.network.listen(at.server.tcp)
        with pytest.raises(OSError, match="is taken"):
            await at.server.resume()
        await other.aclose()
        await at.server.resume()
        assert await at.ask(b"a") == b"A"


async def test_it_is_a_child_of_a_supervisor() -> None:
    network, servers, witness = Memory(), [], Slow()

    async def run(*, task_status: anyio.abc.TaskStatus[object]) -> None:
        servers.append(serve(witness, SPOKEN, tcp=("127.0.0.1", 53), network=network, name="notes"))
        await servers[-1].run(task_status=task_status)

    async with Supervisor([Child("notes", run)], name="top"):
        assert "notes: server, running, tcp 127.0.0.1:53, 0 connections" in tree()

        connection = Connection(await network.connect(("127.0.0.1", 53)), SPOKEN)
        await connection.send(Note(text=b"100"))
        await anyio.sleep(1)
        began = anyio.current_time()
    assert anyio.current_time() - began == pytest.approx(4)
    assert witness.told == ["connected", "message 100", "shutdown"]
    assert servers[0].info().state == "ended"


async def test_who_is_impatient_can_end_it_sooner() -> None:
    async with house(Slow) as at, anyio.create_task_group() as group:
        connection = await at.connect()
        await connection.send(Note(text=b"100"))
        await anyio.sleep(1)
        began = anyio.current_time()
        group.start_soon(at.server.shutdown)
        await anyio.sleep(1)
        await at.server.shutdown(timeout=0)
        assert anyio.current_time() - began == pytest.approx(1)


async def test_it_ends_while_it_is_resumed() -> None:
    class Slowly(Memory):
        async def datagrams(self, *given: Any, **options: Any) -> Any:
            await anyio.sleep(1)
            return await super().datagrams(*given, **options)

    async with house(Witness, network=Slowly()) as at, anyio.create_task_group() as group:
        await at.server.suspend()
        group.start_soon(at.server.shutdown)
        with pytest.raises(RuntimeError, match="is ended, not suspended"):
            await at.server.resume()
    await (await at.network.listen(at.server.tcp)).aclose()
    await (await at.network.datagrams(at.server.udp)).aclose()


async def test_cancelled_in_its_block_it_ends_in_order_too() -> None:
    witness, connections = Slow(), []
    with anyio.move_on_after(2) as scope:
        async with house(witness) as at:
            connections.append(await at.connect())
            await connections[0].send(Note(text=b"4"))
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert witness.told == ["connected", "message 4", "shutdown"]
    assert (await connections[0].receive()).text == b"4"  # it was answered
    assert anyio.current_time() == pytest.approx(scope.deadline + 2.5)


async def test_a_start_that_fails_or_is_cancelled_leaves_nothing() -> None:
    class Slowly(Memory):
        async def datagrams(self, *given: Any, **options: Any) -> Any:
            await anyio.sleep(5)
            return await super().datagrams(*given, **options)

    network = Slowly()
    at = ("127.0.0.1", 53)
    with anyio.move_on_after(2) as scope:
        async with serve(Witness, SPOKEN, udp=at, tcp=at, network=network):
            pytest.fail("it runs")
    assert scope.cancelled_caught
    await (await network.listen(at)).aclose()
    await (await network.datagrams(at)).aclose()
