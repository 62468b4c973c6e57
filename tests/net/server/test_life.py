"""A server answers over datagrams and streams, and ends in order."""

from __future__ import annotations

import pytest

from bitwright import Struct, auto, raw, u16
from bitwright.net import Answering, Connection, Peer, serve
from bitwright.net.memory import Memory

pytestmark = pytest.mark.anyio


class Packet(Struct):
    length: int = auto(u16())
    body: bytes = raw(size=length)


def shout(message: Packet, peer: Peer) -> Packet:
    return Packet(body=message.body.upper())


async def test_it_answers_by_datagram_and_by_stream_at_the_same_port() -> None:
    network = Memory()
    here = ("127.0.0.1", 0)
    async with serve(Answering(shout), Packet, udp=here, tcp=here, network=network) as server:
        assert server.udp == server.tcp
        socket = await network.datagrams(remote=server.udp)
        await socket.send(Packet(body=b"abc").build())
        [(data, sender)] = await socket.receive()
        assert (data, sender) == (Packet(body=b"ABC").build(), server.udp)
        async with Connection(await network.connect(server.tcp), Packet) as connection:
            for body in (b"one", b"two"):
                await connection.send(Packet(body=body))
                assert (await connection.receive(timeout=5)).body == body.upper()
        assert server.info().counters.answered == 3
    assert server.info().state == "ended"
    with pytest.raises(ConnectionRefusedError):
        await network.connect(server.tcp)
