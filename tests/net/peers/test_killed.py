"""Our server as a process of its own, killed and stopped in the middle of the work: nobody waits for ever, and it is found again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from bitwright.net import Backoff, Client, DatagramClient, Protocol, Retransmission, TimedOut
from bitwright.net.errors import Disconnected
from bitwright_specs.dns import Message, Question
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.protocol import DNS

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes cannot be killed so here")]

ROOT = Path(__file__).parents[3]
LIMIT = 60  # seconds for what takes a few
LIVES = 3
SPOKEN = Protocol(
    Message, stream=DNS.stream, correlate=DNS.correlate, answers=DNS.answers, retransmission=Retransmission(first=0.1, factor=2, tries=4)
)
QUESTION = Message(id=0, rd=True, questions=[Question(qname="www.example.", qtype=Type.A)])


@contextlib.asynccontextmanager
async def serving(port: int) -> AsyncIterator[tuple[anyio.abc.Process, int]]:
    """`bitwright serve dns` at a port, once it says that it is there; killed at the end."""
    command = [sys.executable, "-m", "bitwright", "serve", "dns", str(ROOT / "samples" / "example.zone.toml"), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = await anyio.open_process(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    assert process.stderr is not None
    try:
        said = b""
        while not said.endswith(b"\n"):
            said += await process.stderr.receive()
        found = re.search(rb"udp 127\.0\.0\.1:(\d+), tcp 127\.0\.0\.1:(\d+)", said)
        assert found is not None, said
        assert found[1] == found[2]
        yield process, int(found[1])
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.aclose()


async def end_of(client: Client[Message] | DatagramClient[Message]) -> str:
    try:
        reply = await client.call(QUESTION, timeout=3)
    except (TimedOut, Disconnected) as error:
        return type(error).__name__
    assert reply.qr
    assert [record.type for record in reply.answers][:1] == [Type.A]
    return "answered"


async def test_killed_under_load_and_found_again() -> None:
    ends: list[str] = []
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        address = "127.0.0.1", int(chosen.getsockname()[1])
    datagrams, connection = DatagramClient(SPOKEN, address), Client(SPOKEN, address, backoff=Backoff(first=0.02, most=0.2))
    clients = (datagrams, connection)

    async def ask(client: Client[Message] | DatagramClient[Message], enough: anyio.Event, upto: int) -> None:
        while (end := await end_of(client)) == "answered":
            ends.append(end)
            if len(ends) >= upto:
                enough.set()
        ends.append(end)

    with anyio.fail_after(LIMIT):
        async with datagrams, connection:
            for _ in range(LIVES):
                enough, upto = anyio.Event(), len(ends) + 100
                async with serving(address[1]) as (process, _), anyio.create_task_group() as callers:
                    await connection.connected()
                    for client in clients:
                        while await end_of(client) != "answered":
                            await anyio.lowlevel.checkpoint()
                    for client in clients * 4:
                        callers.start_soon(ask, client, enough, upto)
                    await enough.wait()
                    process.kill()
            for client in clients:
                calls = client.info().calls
                assert client.info().in_flight == 0
                assert calls.answered + calls.failed + calls.abandoned == calls.opened
    assert len(ends) - ends.count("answered") == 8 * LIVES


async def test_one_that_hangs_costs_each_call_its_time_and_goes_on_afterwards() -> None:
    with anyio.fail_after(LIMIT):
        async with serving(0) as (process, port):
            address = "127.0.0.1", port
            async with DatagramClient(SPOKEN, address) as datagrams, Client(SPOKEN, address) as connection:
                for client in (datagrams, connection):
                    await anyio.lowlevel.checkpoint()
                    assert await end_of(client) == "answered"
                process.send_signal(signal.SIGSTOP)
                for client in (datagrams, connection):
                    with pytest.raises(TimedOut):
                        await client.call(QUESTION, timeout=0.2)
                process.send_signal(signal.SIGCONT)
                for client in (datagrams, connection):
                    assert await end_of(client) == "answered"
                assert connection.info().attempts == 1
                assert connection.info().calls.late == 1  # the answer to the question that was given up
