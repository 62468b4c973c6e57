"""`bitwright dig`: what it asks, what it shows, and what it says when no answer comes."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator

import pytest

from bitwright_specs.dns import Message
from tests.cli.running import Run
from tests.cli.serving import installed, serving
from tests.specs.dns.zones import SOA_LINE, example, line

pytest.importorskip("anyio", reason="anyio is not installed: pip install 'bitwright[net]'")
pytestmark = installed


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    with serving("--transfer", "127.0.0.0/8") as (_, number):
        yield str(number)


def test_text_has_the_sections_of_dig(run: Run, port: str) -> None:
    shown = run("dig", "wWw.example", "@127.0.0.1", "-p", port).out.decode()
    want = r""";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: \d+
;; flags: qr aa rd; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232

;; QUESTION SECTION:
;wWw\.example\.\t\tIN\tA

;; ANSWER SECTION:
wWw\.example\.\t60\tIN\tA\t192\.0\.2\.80
wWw\.example\.\t60\tIN\tA\t192\.0\.2\.81

;; UDP, 127\.0\.0\.1 port \d+, \d+ ms
"""
    assert re.fullmatch(want, shown), shown


def test_what_does_not_exist_is_an_answer(run: Run, port: str) -> None:
    result = run("dig", "none.example", "MX", "@127.0.0.1", "-p", port, "+dnssec")
    assert result.code == 0
    assert "status: NXDOMAIN" in result.lines[0]
    assert "; EDNS: version: 0, flags: do; udp: 1232" in result.lines
    assert SOA_LINE in [shown.replace("\tIN\t", " ").replace("\t", " ") for shown in result.lines]


@pytest.mark.parametrize("words", [["big.example", "TXT"], ["TXT", "big.example.", "+tcp"], ["big.example", "txt", "IN", "--tcp"]])
def test_what_does_not_fit_comes_by_tcp(run: Run, port: str, words: list[str]) -> None:
    result = run("dig", *words, "@127.0.0.1", "-p", port)
    assert "ANSWER: 10," in result.lines[1]
    assert result.lines[-1].startswith(";; TCP, 127.0.0.1 port ")


def test_data_alone(run: Run, port: str) -> None:
    for words in (["+short"], ["--format", "short"]):
        assert run("dig", "example", "MX", "@127.0.0.1", "-p", port, *words).lines == ["10 mail.example.", "20 mail.elsewhere.test."]


def test_json_is_what_build_takes(run: Run, port: str) -> None:
    shown = run("dig", "ftp.example", "AAAA", "@127.0.0.1", "-p", port, "--format", "json")
    built = run("build", "dns", "-", stdin=shown.out)
    message = Message.parse(bytes.fromhex(built.out.decode()))
    assert [record["name"] for record in json.loads(shown.out)["answers"]] == [record.name for record in message.answers]


def test_a_tree_names_every_field(run: Run, port: str) -> None:
    shown = run("dig", "www.example", "@127.0.0.1", "-p", port, "--format", "tree", "+norec", "+noedns").out.decode()
    assert "rd: false" in shown
    assert "arcount: 0" in shown
    assert "address: 192.0.2.81" in shown


def test_an_address_is_asked_for_backwards(run: Run, port: str) -> None:
    for address, name in (("192.0.2.1", "1.2.0.192.in-addr.arpa."), ("2001:db8::1", "1" + ".0" * 23 + ".8.b.d.0.1.0.0.2.ip6.arpa.")):
        assert f";{name}\t\tIN\tPTR" in run("dig", "-x", address, "@127.0.0.1", "-p", port).lines


def test_a_zone_is_shown_record_by_record(run: Run, port: str) -> None:
    lines = [shown.replace("\tIN\t", " ").replace("\t", " ") for shown in run("dig", "example", "AXFR", "@127.0.0.1", "-p", port).lines]
    assert sorted(lines[:-1]) == sorted(map(line, example().records()))
    assert lines[0] == lines[-1]
    refused = run("dig", "www.example", "AXFR", "@127.0.0.1", "-p", port)
    assert (refused.code, refused.complaints) == (
        3, [f"bitwright: 127.0.0.1, port {port}: the server does not transfer the zone: REFUSED"],
    )  # fmt: skip


def test_where_nobody_answers_the_exit_code_says_so(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        at = str(silent.getsockname()[1])
        result = run("dig", "a.test", "@127.0.0.1", "-p", at, "+time=0.05", "+tries=2")
        assert result.code == 3
        assert re.fullmatch(rf"bitwright: 127\.0\.0\.1, port {at}: 127\.0\.0\.1:{at}: no answer within .* s", result.complaints[0])
        assert len({silent.recv(512) for _ in range(2)}) == 1
    refused = run("dig", "a.test", "@127.0.0.1", "-p", at, "+tcp")
    assert (refused.code, len(refused.complaints)) == (3, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "one name is asked for, there is none"), (["a.test", "b.test"], "one name is asked for, a.test, b.test are 2"),
        (["a..b"], "'a..b' is no domain name"), (["a.test", "-x", "192.0.2.1"], "one name is asked for, -x and a.test are two"),
        (["-x", "nope"], "'nope' does not appear to be an IPv4 or IPv6 address"), (["a.test", "+nope"], "+nope: means nothing here"),
        (["a.test", "+tries=x"], "+tries=x: 'x' is no number"), (["a.test", "+tries=0"], "0 is no number of tries: from 1 to 100"),
        (["a.test", "-p", "0"], "0 is no port: from 1 to 65535"), (["x" * 64], "is no domain name"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_words_is_said(run: Run, words: list[str], said: str) -> None:
    result = run("dig", *words)
    assert result.code == 2
    assert said in result.complaints[0]
