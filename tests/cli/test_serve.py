"""`bitwright serve`: a server as a process, from its first word to its last; and `bitwright commands`."""

from __future__ import annotations

import re
import signal
import socket
from pathlib import Path

import pytest

from bitwright_specs.dns import Message, Type
from tests.cli.running import Run
from tests.cli.serving import installed, serving
from tests.specs.dns.zones import EXAMPLE, query

pytest.importorskip("anyio", reason="anyio is not installed: pip install 'bitwright[net]'")
pytestmark = installed


@pytest.mark.parametrize(("loop", "number"), [("asyncio", signal.SIGINT), ("trio", signal.SIGTERM)])
def test_it_answers_until_it_is_told_to_end(loop: str, number: signal.Signals) -> None:
    with serving("--loop", loop) as (process, port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(20)
            asking.sendto(query("www.example.", Type.AAAA).build(), ("127.0.0.1", port))
            assert str(Message.parse(asking.recv(4096)).answers[0].rdata.address) == "2001:db8::80"  # type: ignore[attr-defined]
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
        assert said == "dns: 1 messages, 1 answers, 0 malformed, 0 failures\n"
        assert process.returncode == 0


def test_a_port_that_is_taken_is_said(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("serve", "dns", str(EXAMPLE), "--port", str(port), "--loop", "asyncio")
    assert (result.code, result.complaints) == (3, [f"bitwright: 127.0.0.1 port {port}: Address already in use"])


def test_what_is_no_zone_is_said_with_its_place(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "z.toml"
    path.write_text("origin = 'a.'\n")
    assert (result := run("serve", "dns", str(path))).code == 1
    assert result.complaints == [f"bitwright: {path}: soa: is missing"]
    assert run("serve", "dns", str(tmp_path / "none")).code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "which service? there are: dns"), (["nds"], "no service is named 'nds'; did you mean dns?"),
        (["dns"], "the following arguments are required: ZONE.toml; see bitwright serve dns --help"),
        (["dns", "z", "--port", "70000"], "--port '70000': no number from 0 to 65535"),
        (["dns", "z", "--transfer", "x"], "--transfer: 'x' does not appear to be an IPv4 or IPv6 network"),
        (["dns", "z", "--payload", "3"], "--payload '3': no number of bytes from 512 to 65535"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_words_is_said(run: Run, words: list[str], said: str) -> None:
    result = run("serve", *words)
    assert (result.code, result.complaints) == (2, [f"bitwright: {said}"])


def test_services_are_listed(run: Run) -> None:
    assert any(re.fullmatch("serve dns +an authoritative name server for small zones", line) for line in run("commands").lines)


def test_a_host_that_does_not_exist_is_said(run: Run) -> None:
    result = run("serve", "dns", str(EXAMPLE), "--host", "nothing.invalid", "--loop", "asyncio")
    assert result.code == 3
    assert result.complaints[0].startswith("bitwright: nothing.invalid port 5300: ")
    assert "error -" not in result.complaints[0]


def test_it_is_there_without_machine_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from bitwright.errors import EngineError

    def refuse() -> None:
        raise EngineError("the llvm engine needs llvmlite")

    monkeypatch.setattr(Message, "compile", refuse)
    with socket.socket() as taken:  # so that it ends: the server was made, and the address cannot be had
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("serve", "dns", str(EXAMPLE), "--port", str(taken.getsockname()[1]), "--loop", "asyncio")
    assert "Address already in use" in result.complaints[0]
