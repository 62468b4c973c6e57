"""What peers can make a server hold is bounded, and what the operating system refuses is survived."""

from __future__ import annotations

import errno
from typing import Any

import anyio
import pytest

from bitwright import DeclarationError, Struct, raw
from bitwright.net import Bounds, Connection, Handler, Hooks, Peer, serve
from bitwright.net.memory import Memory, MemoryAcceptor
from tests.net.server.house import HERE, SPOKEN, Note, Witness, house

pytestmark = pytest.mark.anyio


async def test_who_is_too_many_is_not_accepted_but_waits() -> None:
    async with house(Witness, connections=2) as at:
        first, second, third = [await at.connect() for _ in range(3)]
        await third.send(Note(text=b"third"))
        await anyio.sleep(10)
        assert at.server.info().connections == 2
        assert at.acceptor.waiting == 1
        await second.aclose()
        assert (await third.receive(timeout=1)).text == b"THIRD"
        await first.aclose()
        await third.aclose()
        await anyio.sleep(1)
        assert at.server.info().counters.connections == 3
        assert at.server.info().connections == 0


@pytest.mark.parametrize(
    "number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED, errno.EPROTO, errno.EPERM, errno.EHOSTUNREACH]
)
async def test_errors_of_accept_that_pass_are_survived(number: int) -> None:
    seen: list[Any] = []
    hooks = Hooks(lambda name, attributes: seen.append(attributes["error.number"]) if name.endswith("accept.error") else None)
    async with house(Witness, hooks=hooks, connections=1) as at:
        for _ in range(3):
            at.acceptor.refuse(OSError(number, "as it says"))
        async with await at.connect() as connection:
            await connection.send(Note(text=b"a"))
            assert (await connection.receive(timeout=1)).text == b"A"
    assert seen == [number] * 3


async def test_where_descriptors_are_used_up_it_pauses() -> None:
    async with house(Witness) as at:
        began = anyio.current_time()
        for _ in range(50):
            at.acceptor.refuse(OSError(errno.EMFILE, "too many open files"))
        async with await at.connect() as connection:
            await connection.send(Note(text=b"a"))
            await connection.receive(timeout=10)
        assert anyio.current_time() - began == pytest.approx(50 * 0.1)


async def test_a_socket_that_is_of_no_use_ends_the_server_in_order_and_says_why() -> None:
    witness, network = Witness(), Memory()

    async def goes_wrong() -> str:
        async with serve(witness, SPOKEN, tcp=HERE, network=network) as server:
            connection = Connection(await network.connect(server.tcp), SPOKEN)
            await connection.send(Note(text=b"a"))
            await connection.receive(timeout=1)
            acceptor = network.acceptor_at(server.tcp)
            assert isinstance(acceptor, MemoryAcceptor)
            acceptor.refuse(OSError(errno.EBADF, "bad descriptor"))
            await anyio.sleep_forever()
        return "left"

    with pytest.raises(OSError, match="bad descriptor"):
        await goes_wrong()
    assert witness.told == ["connected", "message a", "shutdown"]


async def test_datagrams_in_work_are_bounded() -> None:
    busy: list[int] = [0, 0]

    class Slow(Witness):
        async def message(self, message: Note, peer: Peer) -> Note:
            busy[0] += 1
            busy[1] = max(busy)
            await anyio.sleep(1)
            busy[0] -= 1
            return message

    async with house(Slow, concurrency=4) as at:
        socket = await at.network.datagrams(remote=at.server.udp)
        for number in range(10):
            await socket.send(Note(text=b"%d" % number).build())
        answers: set[bytes] = set()
        began = anyio.current_time()
        while len(answers) < 10:
            answers |= {data for data, _ in await socket.receive()}
        assert anyio.current_time() - began == pytest.approx(3)
    assert busy == [0, 4]


async def test_the_addresses_are_all_taken_or_none() -> None:
    network = Memory()
    await network.datagrams(("127.0.0.1", 53))
    with pytest.raises(OSError, match="is taken"):
        async with serve(Witness, SPOKEN, udp=("127.0.0.1", 53), tcp=[("127.0.0.1", 53), ("127.0.0.1", 54)], network=network):
            pytest.fail("it runs")
    for port in (53, 54):
        await (await network.listen(("127.0.0.1", port))).aclose()


async def test_a_port_is_chosen_for_both_even_if_the_first_is_taken_for_one() -> None:
    network = Memory()
    await network.datagrams(("127.0.0.1", 49152))  # the one that streams will be given
    async with serve(Witness, SPOKEN, udp=HERE, tcp=HERE, network=network) as server:
        assert server.udp == server.tcp
        assert server.udp[1] != 49152


class Endless(Struct):
    """What does not say where it ends."""

    text: bytes = raw()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="has to be reached"):
        serve(Witness, SPOKEN)
    with pytest.raises(ValueError, match="takes a context"):
        serve(Witness, SPOKEN, tls=HERE)
    with pytest.raises(ValueError, match="read_timeout=0"):
        Bounds(read_timeout=0)
    with pytest.raises(DeclarationError, match="nobody knows where that is"):
        serve(Handler[Endless], Endless, tcp=HERE)
    serve(Handler[Endless], Endless, udp=HERE)  # a datagram says where it ends
    with pytest.raises(LookupError, match="without tcp="):
        _ = serve(Witness, SPOKEN, udp=HERE).tcp
    with pytest.raises(TypeError, match="neither a Handler"):
        serve("handler", SPOKEN, tcp=HERE)  # type: ignore[arg-type]
