"""bitwright beside dnspython, dnslib, dpkt and scapy on mutants: every difference is one that is listed, with its reason.

`BITWRIGHT_MUTANTS` is how many mutants each comparison gets (2,000 unless given); half break one rule of the declaration or change a value,
and half are changes of bytes.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator

import pytest

from bitwright import Struct
from bitwright.testing import Differential, Mutator, examples
from bitwright.testing.labels import Tier
from bitwright_specs.dns import Message
from fuzz.driver import corpus_of
from fuzz.fuzz_engines import STRUCTS
from tests.peers import dns_peers, packet_peers

MUTANTS = int(os.environ.get("BITWRIGHT_MUTANTS", "2000"))
DNS: dict[str, Callable[[], Differential]] = {
    "dnspython": dns_peers.with_dnspython, "dnslib": dns_peers.with_dnslib, "dpkt": dns_peers.with_dpkt,
}  # fmt: skip
PACKETS = packet_peers.pairs()


def mutants(struct: type[Struct], seeds: list[bytes], count: int) -> Iterator[bytes]:
    """The seeds, and so many mutants, always the same ones."""
    yield from seeds
    halves: tuple[tuple[Tier, ...], ...] = (("value", "lie"), ("raw",))
    for tiers in halves:
        mutator = Mutator(struct, seeds, random.Random(count), tiers=tiers)
        yield from (data for data, _ in itertools.islice(mutator, count // 2))


def hold(comparison: Differential, inputs: Iterator[bytes]) -> None:
    """No difference but the listed ones, and neither all is refused nor all accepted."""
    comparison.over(inputs)
    print(comparison.report())  # shown with -s, or when it fails
    assert comparison.unexplained == {}, comparison.report()
    assert comparison.equal > 50, comparison.report()
    assert comparison.both_refuse > 50, comparison.report()


@pytest.mark.parametrize("name", DNS)
def test_dns_differs_only_as_listed(name: str) -> None:
    comparison = DNS[name]()
    hold(comparison, mutants(Message, list(corpus_of("dns").values()), MUTANTS))
    assert len(comparison.unused) <= 3, comparison.unused


@pytest.mark.parametrize("name", PACKETS)
def test_headers_differ_only_as_listed(name: str) -> None:
    struct, made = PACKETS[name]
    kept = [data[1:] for data in corpus_of("engines").values() if data[0] == STRUCTS.index(struct)]
    kept += [data for data, _ in itertools.islice(examples(struct, random.Random(1)), 10)]
    comparison = made()
    comparison.over(mutants(struct, kept, MUTANTS))
    print(comparison.report())
    assert comparison.unexplained == {}, comparison.report()
    assert comparison.equal > 50, comparison.report()


def test_each_known_difference_from_dnspython_is_in_its_list() -> None:
    """The names are those of docs/dns-differences.md, so that a reason is written once."""
    from tests.specs.dns.differences import CAPTURED, CONSTRUCTED

    assert {each.name for each in dns_peers.DNSPYTHON} <= {*CAPTURED, *CONSTRUCTED}


def test_their_known_defects_show() -> None:
    """What the lists allow as an exception that nobody declared, does happen."""
    dpkt = dns_peers.with_dpkt()
    assert dpkt(bytes.fromhex("1234 8180 0001 0000 0000 0000 02ff61 00 0001 0001")) == []
    assert dpkt.reasons["text"] == 1
    hops = 1200
    places = [12, *range(19, 19 + 6 * (hops - 1), 6)]
    names = b"\x01a\0\0\1\0\1" + b"".join((0xC000 | place).to_bytes(2, "big") + b"\0\1\0\1" for place in places)
    dnslib = dns_peers.with_dnslib()
    assert dnslib(bytes.fromhex("1234 8180") + (hops + 1).to_bytes(2, "big") + bytes(6) + names) == []
    assert dnslib.reasons["recursion"] == 1
