"""The same zone in our name server, NSD and Knot: the same answers to a thousand questions about everything that zones do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

import anyio
import pytest

from bitwright.net import DatagramClient, StreamAddress
from bitwright_specs.dns import Edns, Message, Question, Rcode, Record, Type
from bitwright_specs.dns.master import master_file
from bitwright_specs.dns.protocol import DNS
from bitwright_specs.dns.responder import Responder
from bitwright_specs.dns.zone_file import zone_of
from tests.net.peers.daemons import Daemon, running

pytestmark = pytest.mark.anyio

ZONE = zone_of(r"""
origin = "Bitwright.example."
ttl = 3600
soa = { mname = "ns", rname = "hostmaster", serial = 1, refresh = 7200, retry = 3600, expire = 1209600, minimum = 300 }

[records."@"]
NS = ["ns", "ns.other.test."]
MX = ["10 Mail", "20 mail.other.test."]
TXT = ['"one" "two"', "other"]
CAA = '0 issue "ca.example.net"'
TYPE65280 = '\# 3 010203'

[records]
ns = { A = "192.0.2.53", AAAA = "2001:db8::53" }
Mail = { A = ["192.0.2.25", "192.0.2.26"], ttl = 60 }
www = { A = "192.0.2.80", AAAA = "2001:db8::80", HTTPS = '\# 3 000100' }
alias = { CNAME = "www" }
alias2 = { CNAME = "ALIAS", ttl = 5 }
away = { CNAME = "www.other.test." }
nowhere = { CNAME = "none.none" }
to-sub = { CNAME = "host.sub" }
to-wild = { CNAME = "something.wild" }
to-dname = { CNAME = "www.old" }
"*.wild" = { A = "192.0.2.90", TXT = "wild" }
"fixed.wild" = { MX = "5 www" }
"below.ent.wild" = { A = "192.0.2.91" }
"*.walias" = { CNAME = "www" }
"*.wgone" = { CNAME = "none" }
"a.b.c.d" = { SRV = "0 5 5060 www" }
old = { DNAME = "new", TXT = "the name itself has data" }
"www.new" = { A = "192.0.2.70" }
"*.w.new" = { A = "192.0.2.71" }
"other-old" = { DNAME = "elsewhere.test." }
sub = { NS = ["ns.sub", "ns"], DS = "60485 13 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A" }
"ns.sub" = { A = "203.0.113.53", AAAA = "2001:db8:1::53" }
"deep.er.sub2" = { NS = "ns" }
_sip._udp = { SRV = ["0 5 5060 Mail", "1 0 5060 ns.sub"] }
'a\.b' = { TXT = "a dot in a label" }
""".replace("_sip._udp", '"_sip._udp"'))

NAMES = (
    "", "ns", "NS", "mail", "www", "x.www", "alias", "aLiAs2", "away", "nowhere", "to-sub", "to-wild", "to-dname", "wild", "x.wild",
    "y.x.wild", "*.wild", "x.*.wild", "fixed.wild", "x.fixed.wild", "ent.wild", "x.ent.wild", "below.ent.wild", "x.walias", "x.wgone",
    "c.d", "d", "a.b.c.d", "x.b.c.d", "old", "www.old", "none.old", "x.w.old", "y.x.w.old", "other-old", "x.other-old", "sub",
    "ns.sub", "host.sub", "x.y.sub", "er.sub2", "deep.er.sub2", "x.deep.er.sub2", "_udp", "_sip._udp", r"a\.b", "a.b", "none",
    "x.none", "zzz", "new", "x.w.new",
)  # fmt: skip
TYPES = (
    Type.A, Type.AAAA, Type.NS, Type.SOA, Type.MX, Type.TXT, Type.CNAME, Type.DNAME, Type.SRV, Type.DS, Type.CAA, Type.HTTPS, Type.PTR,
    Type(65280), Type(65281),
)  # fmt: skip


@pytest.fixture
def anyio_backend() -> str:
    """One event loop: what is compared are answers; that clients work on both is shown beside this."""
    return "asyncio"


@pytest.fixture(scope="module", params=["knot", "nsd"])
def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Another name server with this zone."""
    text = "".join(f"{line}\n" for line in master_file(ZONE))
    with running(request.param, tmp_path_factory.mktemp(request.param), ZONE.origin, text) as daemon:
        yield daemon


def question(name: str, kind: Type) -> Message:
    whole = ".".join(filter(None, [name, ZONE.origin]))
    return Message(id=0, questions=[Question(qname=whole, qtype=kind)], additionals=[Edns().record()])


def plain(record: Record) -> tuple[str, int, int, str]:
    """A record as what it says, in any spelling."""
    return record.name.lower(), int(record.type), record.ttl, repr(record.rdata).lower()


def said(reply: Message) -> dict[str, object]:
    """What two servers have to agree on: not whether servers of the zone and addresses come along unasked."""
    referral = not reply.aa and reply.rcode == Rcode.NOERROR and not reply.answers
    denied = [record for record in reply.authorities if record.type == Type.SOA]
    below = {plain(record) for record in reply.authorities if record.type == Type.NS and record.name.lower() != ZONE.origin.lower()}
    inside = [record for record in reply.additionals if referral and record.name.lower().endswith("." + reply.authorities[0].name.lower())]
    return {
        "rcode": reply.rcode, "aa": reply.aa, "tc": reply.tc, "answers": sorted(map(plain, reply.answers)),
        "denied": sorted(map(plain, denied)), "below": below, "glue": sorted(map(plain, inside)),
    }  # fmt: skip


def generated(count: int, seed: int = 8) -> list[tuple[str, Type]]:
    """Names out of the labels that the zone has, in any order and spelling, and types."""
    random = Random(seed)  # the same questions each time
    pool = [*dict.fromkeys(label for name in NAMES for label in name.split(".") if label and "\\" not in label)]
    made = (".".join(random.choice(pool) for _ in range(random.randint(1, 4))) for _ in range(count))
    return [("".join(random.choice((c.lower(), c.upper())) for c in name), random.choice(TYPES)) for name in made]


async def test_the_same_answers(peer: Daemon) -> None:
    ours = Responder([ZONE])
    differences: list[str] = []

    async def compare(name: str, kind: Type) -> None:
        asking = question(name, kind)
        async with room:
            theirs = said(await client.call(asking, timeout=30))
        mine = ours.respond(Message.parse(asking.build()))
        assert mine is not None
        own = said(Message.parse(mine.build()))
        if own != theirs:
            apart = [f"{key}: {own[key]} != {theirs[key]}" for key in own if own[key] != theirs[key]]
            differences.append(f"{name} {kind}: {'; '.join(apart)}")

    room = anyio.CapacityLimiter(30)
    async with DatagramClient(DNS, peer.address, stream=StreamAddress(address=peer.address)) as client, anyio.create_task_group() as tasks:
        for name, kind in [*itertools.product(NAMES, TYPES), *generated(500)]:
            tasks.start_soon(compare, name, kind)
    assert not differences, "\n".join([f"{len(differences)} differ:", *sorted(differences)])
