"""OTP's gen_tcp frames what we cut, and cuts what we frame: `{packet, 1 | 2 | 4 | line | tpkt}`, changed in mid-stream on both sides."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from bitwright import Struct, auto, const, raw, u8, u16
from bitwright.net import Closed, Connection, Protocol
from bitwright.net.framing import Framing, LengthField, LengthPrefix, Terminator, framing_of
from bitwright.net.sockets import Sockets

pytestmark = pytest.mark.anyio
SCRIPT = Path(__file__).with_name("framing.escript")
LIMIT = 100_000


class Bytes(Struct):
    body: bytes = raw()


class Tpkt(Struct):
    """RFC 1006, section 6."""

    version: int = const(u8(), 3)
    reserved: int = u8()
    length: int = auto(u16())
    body: bytes = raw(size=length - 4)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where gen_tcp listens."""
    if shutil.which("escript") is None:
        pytest.skip("escript is not installed: apt-get install erlang-base")
    with subprocess.Popen(["escript", str(SCRIPT)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


@pytest.mark.parametrize(
    ("mode", "framing", "sizes"),
    [
        ("1", LengthPrefix(size=1, limit=LIMIT), [0, 1, 255]),
        ("2", LengthPrefix(limit=LIMIT), [0, 1, 255, 256, 65535]),
        ("4", LengthPrefix(size=4, limit=LIMIT), [0, 1, 65536, LIMIT]),
        ("line", Terminator(ending=b"\n", limit=1000), [0, 1, 1000]),
    ],
)
async def test_packets(port: int, mode: str, framing: Framing, sizes: list[int]) -> None:
    payloads = [b"x" * size for size in sizes for _ in range(3)]
    with anyio.fail_after(20):
        async with await told(port, mode) as lines:
            packets = lines.switch(framing)

            async def send() -> None:
                for payload in payloads:
                    await packets.send(Bytes(body=payload))
                await packets.send_eof()

            async with anyio.create_task_group() as group:
                group.start_soon(send)
                assert [(await packets.receive()).body for _ in payloads] == payloads
            with pytest.raises(Closed) as caught:
                await packets.receive()
            assert type(caught.value) is Closed


async def test_tpkt(port: int) -> None:
    assert isinstance(framing_of(Tpkt, limit=LIMIT), LengthField)
    with anyio.fail_after(20):
        async with await told(port, "tpkt") as lines:
            packets = lines.switch(Tpkt)
            for size in (3, 4, 1000):
                await packets.send(Tpkt(reserved=0, body=bytes(size)))
                assert (await packets.receive()).body == bytes(size)


async def told(port: int, mode: str) -> Connection[Bytes]:
    """A connection on which gen_tcp frames what follows so, from the next byte on."""
    stream = await Sockets().connect(("127.0.0.1", port))
    connection = Connection(stream, Protocol(Bytes, stream=Terminator(ending=b"\n", limit=1000)))
    await connection.send(Bytes(body=mode.encode()))
    assert (await connection.receive()).body == mode.encode()
    return connection
