"""dig, kdig and dnspython ask our name server: they understand it, and see what our own dig sees."""

from __future__ import annotations

import ipaddress
import shutil
import subprocess
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.zone
import pytest

from bitwright.cli import main
from tests.cli.serving import installed, serving
from tests.specs.dns.zones import example, line

pytestmark = installed
QUESTIONS = [
    ("www.example.", "A"), ("ftp.example.", "AAAA"), ("example.", "MX"), ("example.", "CAA"), ("big.example.", "TXT"),
    ("x.old.example.", "A"), ("none.example.", "A"), ("mail.example.", "AAAA"), ("x.sub.example.", "A"), ("sub-secure.example.", "DS"),
    ("_sip._udp.example.", "SRV"),
]  # fmt: skip


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving("--transfer", "127.0.0.1/32") as (_, number):
        yield number


def sections(text: str) -> tuple[str, list[str]]:
    """The response code, and the records of all sections without their spaces: what a program in the manner of dig prints."""
    lines = [shown for shown in text.splitlines() if shown]
    status = next(shown.partition("status: ")[2].split(",")[0].split(";")[0] for shown in lines if "status: " in shown)
    return status, sorted("".join(shown.split()).upper() for shown in lines if not shown.startswith(";"))


@pytest.mark.parametrize("program", ["dig", "kdig"])
def test_programs_see_what_our_own_sees(program: str, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt install {'bind9-dnsutils' if program == 'dig' else 'knot-dnsutils'}")
    for name, kind in QUESTIONS:
        theirs = subprocess.run([program, "@127.0.0.1", "-p", str(port), "+norec", name, kind], capture_output=True, text=True, check=True)
        assert main(["dig", "@127.0.0.1", "-p", str(port), "+norec", name, kind]) == 0
        assert sections(capsys.readouterr().out) == sections(theirs.stdout), (name, kind)


def test_a_library_understands_every_answer(port: int) -> None:
    for name, kind in QUESTIONS:
        asking = dns.message.make_query(name, kind, use_edns=0, payload=1232)
        by_tcp = dns.query.tcp(asking, "127.0.0.1", timeout=20, port=port)
        reply, truncated = dns.query.udp_with_fallback(asking, "127.0.0.1", timeout=20, port=port)
        assert truncated == (name == "big.example.")
        assert reply == by_tcp
        assert reply.edns == 0
        assert bool(reply.flags & dns.flags.AA) == (name != "x.sub.example.")
        assert (reply.rcode() == dns.rcode.NXDOMAIN) == (name == "none.example.")


def test_a_library_transfers_the_zone(port: int) -> None:
    zone = dns.zone.from_xfr(dns.query.xfr("127.0.0.1", "example.", port=port, relativize=False), relativize=False)
    got = {(str(name).lower(), ttl, str(data.rdtype.name), data.to_wire()) for name, ttl, data in zone.iterate_rdatas()}
    want = {(record.name.lower(), record.ttl, record.resolved().type.name, record.rdata.build()) for record in example().records()}
    assert {entry[:3] for entry in got} == {entry[:3] for entry in want}
    assert len(got) == len(list(map(line, example().records())))
    assert ipaddress.ip_address("192.0.2.80").packed in {entry[3] for entry in got}
