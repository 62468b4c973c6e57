"""Which transport serves which question."""

from __future__ import annotations

import ssl

import pytest

from bitwright.net import Client, DatagramClient, connect
from tests.net.calls.scene import ANSWER, ASK, CUT, SERVER, Ask, Scene
from tests.net.calls.test_truncated import stream_server

pytestmark = pytest.mark.anyio


async def test_by_datagrams_and_what_is_truncated_by_stream(scene: Scene) -> None:
    whole = Ask(flags=ANSWER, text=b"long and whole")
    async with scene.server(), stream_server(scene, whole), connect(ASK, udp=SERVER, tcp=SERVER, network=scene.network) as client:
        assert (await client.call(Ask(text=b"short"))).text == b"short"
        scene.answer = lambda request: [request.replace(flags=ANSWER | CUT)]
        assert (await client.call(Ask(text=b"long"))).text == b"long and whole"


async def test_by_a_connection_that_is_kept(scene: Scene) -> None:
    async with stream_server(scene, Ask(flags=ANSWER, text=b"kept")), connect(ASK, tcp=SERVER, network=scene.network) as client:
        assert isinstance(client, Client)
        assert (await client.call(Ask(text=b"kept"))).text == b"kept"
        assert client.info().transport == "tcp"
    assert connect(ASK, tls=SERVER).info().transport == "tls"


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(TypeError, match="where the peer is"):
        connect(ASK)
    with pytest.raises(TypeError, match="not both"):
        connect(ASK, udp=SERVER, tcp=SERVER, tls=SERVER)
    with pytest.raises(TypeError, match="are for tls="):
        connect(ASK, udp=SERVER, tcp=SERVER, context=ssl.create_default_context())


def test_names_and_bounds_are_those_of_the_client() -> None:
    client = connect(ASK, udp=SERVER, name="notes", most=7)
    assert isinstance(client, DatagramClient)
    assert (client.name, client.address, client.info().transport, client.info().state) == ("notes", SERVER, "udp", "closed")
