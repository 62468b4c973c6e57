"""`fuzz --connect`: a server is sent what clients said in a capture, alone or in conversations, and mutants of it."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bitwright.testing.conversation import Conversation
from bitwright.testing.regress import read_folder
from bitwright_specs.dns import Message
from tests.cli.running import Run

SAMPLES = Path(__file__).parents[2] / "samples"


@contextlib.contextmanager
def _server(*, dies_of: bytes | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Answers every question with its header, and ends at an opcode, if there is one that it dies of."""
    heard: list[bytes] = []
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))
    listening.settimeout(0.05)
    stop = threading.Event()

    def serve() -> None:
        with listening:
            while not stop.is_set():
                try:
                    data, peer = listening.recvfrom(65_535)
                except TimeoutError:
                    continue
                heard.append(data)
                if dies_of is not None and dies_of in data:
                    return
                if len(data) >= 12 and not data[2] & 0x80:
                    listening.sendto(data[:2] + bytes([data[2] | 0x80, 0]) + bytes(8), peer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"udp:127.0.0.1:{listening.getsockname()[1]}", heard
    finally:
        stop.set()
        thread.join(10)


def test_answers_are_counted_by_the_state_that_they_tell(run: Run) -> None:
    with _server() as (where, heard):
        result = run("fuzz", "dns", "--input", SAMPLES / "dns.pcap", "--connect", where, "--runs", "200", "--format", "json")
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert report["target"] == where
    assert sum(report["states"].values()) >= 200
    assert report["states"]["opcode QUERY, rcode NOERROR"] > 50
    assert all(not Message.parse(data).qr for data in heard[2:40:2]), "seeds are what clients said, not the answers to it"


@pytest.mark.parametrize("form", ["text", "html"])
def test_and_shown(run: Run, form: str) -> None:
    with _server() as (where, _):
        result = run("fuzz", "dns", "--input", SAMPLES / "dns.pcap", "--connect", where, "--runs", "100", "--format", form)
    assert result.code == 0, result.err
    assert "opcode QUERY, rcode NOERROR" in result.out.decode()


def test_a_server_that_dies_ends_the_campaign_and_leaves_a_case(run: Run, tmp_path: Path) -> None:
    with _server(dies_of=b"wild") as (where, _):
        result = run("fuzz", "dns", "--input", SAMPLES / "dns.pcap", "--connect", where, "--timeout", "1", "--corpus", tmp_path / "found")
    assert result.code == 1, result.err
    assert "ended because the server no longer answers" in result.out.decode()
    assert "dead: nobody listens" in result.out.decode()
    (case,) = read_folder(tmp_path / "found")
    assert (case.kind, case.target) == ("dead", f"connect:{where}")
    assert b"wild" in case.data


def test_conversations_are_said_from_their_beginning(run: Run, tmp_path: Path) -> None:
    with _server(dies_of=b"wild") as (where, heard):
        result = run(
            "fuzz", "dns", "--input", SAMPLES / "dns.pcap", "--conversation", "--connect", where, "--timeout", "1", "--corpus", tmp_path,
        )  # fmt: skip
    assert result.code == 1, result.err
    (case,) = read_folder(tmp_path)
    assert Conversation.parse(case.data).turns[-1].data == next(data for data in heard if b"wild" in data)
