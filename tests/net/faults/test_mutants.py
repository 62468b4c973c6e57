"""A name server under messages of which each breaks one rule: none makes it fail, and whoever asks properly is answered."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import anyio
import pytest

from bitwright.net import Client, DatagramClient, serve
from bitwright.net.memory import Memory
from bitwright.testing.mutator import Mutator
from bitwright_specs.dns import Message, Question
from bitwright_specs.dns.authority import Authority
from bitwright_specs.dns.enums import Rcode, Type
from bitwright_specs.dns.protocol import DNS
from bitwright_specs.dns.zone_file import read_zone
from tests.net.faults.place import SERVER, leaves_nothing

pytestmark = pytest.mark.anyio

ZONE = Path(__file__).parents[3] / "samples" / "example.zone.toml"
MUTANTS = 600


def query(name: str, kind: Type) -> Message:
    return Message(id=7, rd=True, questions=[Question(qname=name, qtype=kind)])


def mutants(seed: int) -> list[bytes]:
    names, kinds = ("www.example.", "nope.example.", "ftp.example.", "example."), (Type.A, Type.MX, Type.ANY, Type.AXFR)
    seeds = [query(name, kind).build() for name in names for kind in kinds]
    return [data for data, _ in itertools.islice(Mutator(Message, seeds, random.Random(seed), largest=2000), MUTANTS)]


@leaves_nothing
async def test_a_name_server_under_mutants() -> None:
    network = Memory()
    answers: list[bytes] = []
    datagrams, stream = DatagramClient(DNS, SERVER, network=network), Client(DNS, SERVER, network=network)
    async with serve(Authority([read_zone(ZONE)]), DNS, udp=SERVER, tcp=SERVER, network=network) as server, datagrams, stream:
        flood = await network.datagrams(remote=SERVER)
        for data in mutants(1):
            await flood.send(data)
        connection = await network.connect(SERVER)

        async def read() -> list[bytes]:
            framer, found = DNS.framing().framer(), list[bytes]()
            async for piece in connection:
                found += framer.feed(piece)
            framer.close()
            return found

        async def collect() -> None:
            answers.extend(await read())

        async with anyio.create_task_group() as group:
            group.start_soon(collect)
            for data in mutants(2):
                await connection.send(DNS.framing().frame(data))
            await connection.send_eof()
        await connection.aclose()
        with anyio.move_on_after(1):
            while True:
                answers += [data for data, _ in await flood.receive()]
        await flood.aclose()
        for client in (datagrams, stream):
            reply = await client.call(query("www.example.", Type.A), timeout=1)
            assert (reply.rcode, len(reply.answers)) == (Rcode.NOERROR, 2)
        counters = server.info().counters
        assert counters.failures == 0
        assert counters.received == 2 * MUTANTS + 2
        assert counters.malformed > MUTANTS / 4
    assert {reply.qr for reply in map(Message.parse, answers)} == {True}
    assert len(answers) > MUTANTS
