"""`bitwright record`: real sockets; the client runs in a thread, and begins when the command says where to."""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bitwright import capture
from bitwright.capture import Packet
from bitwright.cli import record, terminal
from tests.cli.running import QUERY, Result, Run

pytest.importorskip("anyio", reason="anyio is not installed: pip install 'bitwright[net]'")

LIMIT = 30  # seconds for what takes milliseconds
ANSWER = QUERY[:2] + b"\x81\x80" + QUERY[4:]
FRAMED = len(QUERY).to_bytes(2, "big") + QUERY


@contextlib.contextmanager
def server(kind: socket.SocketKind, serve: Callable[[socket.socket], object], host: str = "127.0.0.1") -> Iterator[int]:
    """A server in a thread; its port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as made:
        made.settimeout(LIMIT)
        made.bind((host, 0))
        if kind == socket.SOCK_STREAM:
            made.listen()
        thread = threading.Thread(target=serve, args=(made,))
        thread.start()
        yield made.getsockname()[1]
        thread.join(LIMIT)
        assert not thread.is_alive()


def answer_datagrams(count: int) -> Callable[[socket.socket], object]:
    def serve(made: socket.socket) -> None:
        for _ in range(count):
            data, sender = made.recvfrom(65535)
            made.sendto(data[:2] + b"\x81\x80" + data[4:], sender)

    return serve


def echo_stream(made: socket.socket) -> None:
    connection, _ = made.accept()
    with connection:
        connection.settimeout(LIMIT)
        while data := connection.recv(65535):
            connection.sendall(data)


@pytest.fixture
def talk(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`talk(client, "udp:53", ...)`: the command, with a client that is called with the relay's address once it listens."""

    def call(client: Callable[[tuple[str, int]], object], *arguments: str | Path) -> Result:
        said: queue.Queue[str] = queue.Queue()

        def say(text: str) -> None:
            terminal.say(text)
            said.put(text)

        def wait_and_talk() -> None:
            host, _, port = said.get(timeout=LIMIT).split(" instead")[0].split(" to ")[1].rpartition(":")
            client((host, int(port)))

        monkeypatch.setattr(record, "say", say)
        thread = threading.Thread(target=wait_and_talk)
        thread.start()
        result = run("record", *arguments)
        thread.join(LIMIT)
        assert not thread.is_alive()
        return result

    return call


def ask(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.settimeout(LIMIT)
        made.sendto(QUERY, address)
        assert made.recv(65535) == ANSWER


def ask_by_stream(address: tuple[str, int]) -> None:
    """Two questions in one piece; the answers; the end; and then the signal that ends the command."""
    with socket.create_connection(address, LIMIT) as made:
        made.sendall(FRAMED * 2)
        made.shutdown(socket.SHUT_WR)
        found = b""
        while data := made.recv(65535):
            found += data
        assert found == FRAMED * 2
    os.kill(os.getpid(), signal.SIGINT)


def read(path: Path) -> list[Packet]:
    with capture.open(path) as packets:
        return list(packets)


def test_datagrams_are_recorded_and_decoded(talk: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "made.pcapng"
    with server(socket.SOCK_DGRAM, answer_datagrams(1)) as port:
        result = talk(ask, f"udp:{port}", "-o", path, "--decode", "dns", "--limit", "2")
    assert result.code == 0, result.err
    question, answer = result.lines
    assert f"> 127.0.0.1:{port}  ipv4/udp/dns  id=4660 rd; questions: www.example. A" in question
    assert f"  127.0.0.1:{port} > " in answer
    assert "id=4660 qr rd ra" in answer
    first, second = read(path)
    assert (first.data[28:], second.data[28:]) == (QUERY, ANSWER)
    assert first.link_type == 101
    assert first.timestamp_ns is not None
    assert second.timestamp_ns is not None
    assert 1_600_000_000_000_000_000 < first.timestamp_ns <= second.timestamp_ns
    assert result.complaints[-1] == f"2 packets in {path}"


def test_a_connection_is_recorded_to_its_end_which_a_signal_follows(talk: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "made.pcapng"
    with server(socket.SOCK_STREAM, echo_stream) as port:
        result = talk(ask_by_stream, f"tcp:{port}", "-o", path, "--decode", "dns", "--format", "jsonl")
    assert result.code == 0, result.err
    rows = result.rows
    assert {row["status"] for row in rows} == {"ok"}
    messages = [layer for row in rows for layer in row["layers"] if layer["layer"] == "dns_tcp"]
    assert len(messages) == 4
    assert len(rows) >= 3 + 2 + 4
    assert len(read(path)) == len(rows)
    for asked in (True, False):
        sent = [packet.data for packet in read(path) if (packet.data[22:24] == port.to_bytes(2, "big")) is asked]
        payloads = [data[data[32] // 16 * 4 + 20 :] for data in sent]
        assert b"".join(payloads) == FRAMED * 2
    if shutil.which("tshark"):
        wrong = subprocess.run(
            ["tshark", "-r", str(path), "-Y", "tcp.analysis.flags || _ws.malformed"], capture_output=True, text=True, check=True, timeout=60
        )
        assert wrong.stdout == ""


def test_the_server_may_be_elsewhere(talk: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "made.pcapng"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    with server(socket.SOCK_DGRAM, answer_datagrams(1), host="::1") as there:
        result = talk(ask, f"udp:{port}", "--to", f"[::1]:{there}", "-o", path, "--decode", "dns", "--limit", "2")
    assert result.code == 0, result.err
    assert result.complaints[0] == f"talk udp to 127.0.0.1:{port} instead of [::1]:{there}; Ctrl-C ends"
    assert "[::ffff:127.0.0.1]:" in result.lines[0]
    assert f"> [::1]:{there}  ipv6/udp/dns" in result.lines[0]


def test_on_stdout_there_is_the_capture_alone(talk: Callable[..., Result]) -> None:
    with server(socket.SOCK_DGRAM, answer_datagrams(1)) as port:
        result = talk(ask, f"udp:{port}", "-o", "-", "--limit", "2")
    assert result.code == 0
    with capture.open(io.BytesIO(result.out)) as packets:
        assert [packet.data[28:] for packet in packets] == [QUERY, ANSWER]


def test_trees_and_silence(talk: Callable[..., Result], tmp_path: Path) -> None:
    for arguments, shown in ((["--format", "tree"], "udp"), (["-q"], "")):
        with server(socket.SOCK_DGRAM, answer_datagrams(1)) as port:
            result = talk(ask, f"udp:{port}", "-o", tmp_path / "made.pcapng", "--limit", "2", *arguments)
        assert result.code == 0
        assert shown in result.out.decode()
        assert bool(result.out) is bool(shown)


def test_time_ends_it_and_what_is_there_is_a_capture(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "made.pcapng"
    result = run("record", "tcp:9", "-o", path, "--seconds", "0.01")
    assert result.code == 0
    assert read(path) == []
    assert result.complaints[-1] == f"0 packets in {path}"


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        pytest.param(["sctp:53"], 2, "'sctp:53': write udp:PORT or tcp:PORT", id="transport"),
        pytest.param(["udp:0"], 2, "with a port from 1 to 65535", id="no port"),
        pytest.param(["udp:65536"], 2, "with a port from 1 to 65535", id="too large a port"),
        pytest.param(["udp:53", "--to", "::1:53"], 2, "'::1:53': write HOST:PORT", id="address"),
        pytest.param(["udp:53", "--to", "no such host:53"], 2, "'no such host' is no address", id="host"),
        pytest.param(["udp:53", "--decode", "nosuch"], 2, "no spec is named 'nosuch'", id="spec"),
        pytest.param(["udp:53", "--limit", "0"], 2, "write a number of packets, at least 1", id="limit"),
        pytest.param(["udp:53", "--to", "127.0.0.1:53", "--seconds", "nan"], 2, "a number of seconds above 0", id="seconds"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], code: int, complaint: str, run: Run, tmp_path: Path) -> None:
    result = run("record", *arguments, "-o", tmp_path / "made.pcapng")
    assert (result.code, result.out) == (code, b"")
    assert complaint in result.err
    assert not (tmp_path / "made.pcapng").exists()


def test_a_port_that_is_taken_and_a_file_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        result = run("record", f"udp:{port}", "--to", "127.0.0.1:9", "-o", tmp_path / "made.pcapng")
        assert result.code == 3
        assert f"udp:{port}: cannot be listened at: Address already in use" in result.err
    result = run("record", "udp:9", "-o", tmp_path / "missing" / "made.pcapng")
    assert result.code == 3
    assert "cannot be written: No such file or directory" in result.err


def test_without_anyio_it_says_what_to_install(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anyio", None)
    result = run("record", "udp:9", "-o", tmp_path / "made.pcapng")
    assert (result.code, result.complaints) == (
        3, ["bitwright: record talks through anyio, which is not installed: pip install 'bitwright[net]'"]
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_said_in_a_word(run: Run) -> None:
    result = run("record", "udp:9", "-o", "/dev/full")
    assert (result.code, result.complaints) == (3, ["bitwright: /dev/full: cannot be written: No space left on device"])


def say_only(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(QUERY, address)


def test_no_more_than_the_limit_is_shown_or_written(talk: Callable[..., Result], tmp_path: Path) -> None:
    with server(socket.SOCK_DGRAM, answer_datagrams(1)) as port:
        result = talk(say_only, f"udp:{port}", "-o", tmp_path / "made.pcapng", "--format", "jsonl", "--limit", "1")
    [line] = result.lines
    assert json.loads(line)["number"] == 1
    assert len(read(tmp_path / "made.pcapng")) == 1


def test_a_disk_that_becomes_full_ends_it(talk: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def packet(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bitwright.capture.writer.PcapngWriter.packet", packet)
    result = talk(say_only, "udp:9", "-o", tmp_path / "made.pcapng")
    assert result.code == 3
    assert result.complaints[-1] == "bitwright: the recording cannot be written: No space left on device"
