"""What an application said, put back into packets: our stack and tshark read it, with nothing to complain of."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bitwright import capture
from bitwright.stack import Row, Walker, load_standard
from bitwright_specs.encapsulation import IP

CLIENT, SERVER = ("127.0.0.1", 40000), ("127.0.0.2", 5300)
CLIENT6, SERVER6 = ("::1", 40000), ("fe80::1%lo", 5300)


def written(path: Path, frames: list[bytes]) -> Path:
    with capture.create(path) as made:
        made.interface(IP.link_type, name="lo")
        for number, frame in enumerate(frames):
            made.packet(1_600_000_000_000_000_000 + number, frame)
    return path


def rows(frames: list[bytes], path: Path) -> list[Row]:
    walker = Walker(load_standard(), check=True)
    with capture.open(written(path, frames)) as packets:
        return [walker.decode(packet) for packet in packets]


@pytest.mark.parametrize(
    ("source", "target", "addresses"),
    [
        pytest.param(CLIENT, SERVER, ("127.0.0.1", "127.0.0.2"), id="IPv4"),
        pytest.param(CLIENT6, SERVER6, ("::1", "fe80::1"), id="IPv6"),
        pytest.param(CLIENT, SERVER6, ("::ffff:127.0.0.1", "fe80::1"), id="mixed"),
    ],
)
@pytest.mark.parametrize("size", [0, 1, 65507])
def test_a_datagram_has_right_headers(
    source: tuple[str, int], target: tuple[str, int], addresses: tuple[str, str], size: int, tmp_path: Path
) -> None:
    [row] = rows([IP().datagram(source, target, b"x" * size)], tmp_path / "made.pcapng")
    assert (row.status, row.findings) == ("ok", [])
    network, transport = (layer.value for layer in row.layers)
    assert (str(network.src), str(network.dst)) == addresses  # type: ignore[union-attr]
    assert (transport.src_port, transport.dst_port) == (40000, 5300)  # type: ignore[union-attr]
    assert transport.payload == b"x" * size  # type: ignore[union-attr]


def conversation(client: tuple[str, int], server: tuple[str, int]) -> list[bytes]:
    made = IP().stream(client, server)
    return [
        *made.opened(), *made.sent(b"question", from_client=True), *made.sent(b"y" * 100_000, from_client=False),
        *made.ended(from_client=True), *made.sent(b"last", from_client=False), *made.ended(from_client=False),
    ]  # fmt: skip


@pytest.mark.parametrize(("client", "server"), [(CLIENT, SERVER), (CLIENT6, SERVER6)], ids=["IPv4", "IPv6"])
def test_a_connection_has_right_headers(client: tuple[str, int], server: tuple[str, int], tmp_path: Path) -> None:
    found = rows(conversation(client, server), tmp_path / "made.pcapng")
    assert {(row.status, len(row.findings)) for row in found} == {("ok", 0)}
    segments: list[Any] = [row.layers[-1].value for row in found]
    assert [(one.sequence_number, one.acknowledgment_number, len(one.payload)) for one in segments] == [
        (0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 8), (1, 9, 65495), (65496, 9, 34505), (9, 100_001, 0), (100_001, 10, 0),
        (100_001, 10, 4), (100_005, 10, 0), (10, 100_006, 0),
    ]  # fmt: skip
    assert b"".join(one.payload for one in segments if one.src_port == 5300) == b"y" * 100_000 + b"last"


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed: apt install tshark")
@pytest.mark.parametrize(("client", "server"), [(CLIENT, SERVER), (CLIENT6, SERVER6)], ids=["IPv4", "IPv6"])
def test_tshark_follows_the_connection_and_finds_nothing_to_complain_of(
    client: tuple[str, int], server: tuple[str, int], tmp_path: Path
) -> None:
    broken = IP().stream(client, (server[0], 1))
    frames = [*conversation(client, server), *broken.opened(), *broken.reset(), IP().datagram(client, server, b"x" * 999)]
    path = written(tmp_path / "made.pcapng", frames)
    checked = ["-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    wrong = "tcp.analysis.flags || _ws.malformed || _ws.expert.severity == error || tcp.checksum.status != 1"
    assert tshark(path, *checked, "-Y", wrong) == ""
    assert len(tshark(path, "-Y", "tcp.connection.rst").splitlines()) == 2
    assert tshark(path, *checked, "-Y", "udp.checksum.status == 1", "-T", "fields", "-e", "udp.length").split() == ["1007"]
    streams = tshark(path, "-Y", "tcp.stream == 0 && tcp.srcport == 5300", "-T", "json", "-e", "tcp.len", "-e", "tcp.completeness")
    layers = [packet["_source"]["layers"] for packet in json.loads(streams)]
    assert [int(each["tcp.len"][0]) for each in layers if each["tcp.len"] != ["0"]] == [65495, 34505, 4]
    assert layers[-1]["tcp.completeness"] == ["31"]  # SYN, SYN-ACK, ACK, data, FIN


def tshark(path: Path, *arguments: str) -> str:
    command = ["tshark", "-r", str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
