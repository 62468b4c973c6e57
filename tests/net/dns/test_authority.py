"""The name server over the network: datagrams, streams with many questions at once, transfers, and what cannot be read."""

from __future__ import annotations

import ipaddress

import pytest

from bitwright.net import Connection, serve
from bitwright.net.memory import Memory
from bitwright_specs.dns import Edns, Message, Rcode, Type
from bitwright_specs.dns.authority import Authority
from bitwright_specs.dns.protocol import DNS
from tests.specs.dns.zones import example, query

pytestmark = pytest.mark.anyio
HERE = ("127.0.0.1", 0)


async def test_what_does_not_fit_a_datagram_is_had_by_stream() -> None:
    network = Memory()
    async with serve(Authority([example()]), DNS, udp=HERE, tcp=HERE, network=network) as server:
        socket = await network.datagrams(remote=server.udp)
        await socket.send(query("big.example.", Type.TXT, Edns(udp_payload_size=4096)).build())
        [(data, _)] = await socket.receive()
        assert Message.parse(data).tc
        assert len(data) < 100
        async with Connection(await network.connect(server.tcp), DNS) as connection:
            await connection.send(query("big.example.", Type.TXT))
            whole = await connection.receive(timeout=5)
            assert (whole.tc, len(whole.answers)) == (False, 10)


async def test_questions_of_one_stream_are_answered_in_order() -> None:
    network = Memory(piece=7)
    async with (
        serve(Authority([example()]), DNS, tcp=HERE, network=network) as server,
        Connection(await network.connect(server.tcp), DNS) as connection,
    ):
        for number in range(50):
            await connection.send(query(f"a{number}.pages.example.", number=number))
        for number in range(50):
            reply = await connection.receive(timeout=5)
            assert (reply.id, reply.answers[0].name) == (number, f"a{number}.pages.example.")


async def test_what_cannot_be_read_is_formerr_and_the_stream_goes_on() -> None:
    network = Memory()
    garbage = query("www.example.", number=99).build()[:-3]
    async with serve(Authority([example()]), DNS, udp=HERE, tcp=HERE, network=network) as server:
        socket = await network.datagrams(remote=server.udp)
        for data in (b"", b"\xff" * 5, garbage, query("www.example.", number=7).build()):
            await socket.send(data)
        found = [Message.parse(data) for data, _ in await socket.receive()]
        while len(found) < 2:
            found += [Message.parse(data) for data, _ in await socket.receive()]
        assert [(reply.id, reply.rcode) for reply in found] == [(99, Rcode.FORMERR), (7, Rcode.NOERROR)]
        async with Connection(await network.connect(server.tcp), DNS) as connection:
            await connection.send_bytes(garbage)
            assert (await connection.receive(timeout=5)).rcode == Rcode.FORMERR
            await connection.send(query("www.example.", number=8))
            assert (await connection.receive(timeout=5)).id == 8


async def test_a_zone_is_transferred_only_by_stream_and_only_to_whom_it_is_allowed() -> None:
    network = Memory()
    allowed = Authority([example()], transfers=[ipaddress.ip_network("127.0.0.0/8")])
    async with (
        serve(allowed, DNS, udp=HERE, tcp=HERE, network=network) as open_server,
        serve(Authority([example()], transfers=[ipaddress.ip_network("::/0")]), DNS, tcp=HERE, network=network) as closed_server,
    ):
        async with Connection(await network.connect(open_server.tcp), DNS) as connection:
            await connection.send(query("example.", Type.AXFR))
            got = [record.resolved().type for record in (await connection.receive(timeout=5)).answers]
            assert (got[0], got[-1], len(got)) == (Type.SOA, Type.SOA, 38)
        async with Connection(await network.connect(closed_server.tcp), DNS) as connection:
            await connection.send(query("example.", Type.AXFR))
            assert (await connection.receive(timeout=5)).rcode == Rcode.REFUSED
        socket = await network.datagrams(remote=open_server.udp)
        await socket.send(query("example.", Type.AXFR).build())
        [(data, _)] = await socket.receive()
        assert Message.parse(data).rcode == Rcode.REFUSED
