"""Every DNS message of the real captures: beside dnspython, and through parse and build."""

from __future__ import annotations

import collections
from typing import Any

import dns.exception
import dns.message
import dns.name

from bitwright import ParseError
from bitwright_specs.dns import Message
from tests.specs.dns import corpus, oracle, walk
from tests.specs.dns.differences import CAPTURED
from tests.specs.dns.outcomes import both

TOP_BIT = 0x8000


def test_values_are_dnspythons() -> None:
    """Equal, or different in a listed way; and each listed difference does occur."""
    seen: collections.Counter[str] = collections.Counter()
    for sample in [*corpus.samples(), *corpus.samples(hostile=True)]:
        for key in _differences(sample.data):
            assert key in CAPTURED, f"{sample.label}: {key}"
            seen[key] += 1
    assert set(seen) == set(CAPTURED)


def test_enough_messages() -> None:
    """The reader of captures finds what is there, so that the other tests say something."""
    found = corpus.samples()
    assert len(found) >= 1_900
    assert sum(sample.transport == "tcp" for sample in found) >= 40
    parsed = [Message.parse(sample.data) for sample in found if not isinstance(both(sample.data), ParseError)]
    assert len(parsed) >= len(found) - 1
    types = {record.type.name for m in parsed for record in [*m.answers, *m.authorities, *m.additionals]}
    usual = ["A", "AAAA", "NS", "CNAME", "SOA", "PTR", "MX", "TXT", "SRV", "CAA", "DS", "DNSKEY", "RRSIG", "NSEC", "SVCB", "HTTPS", "OPT"]
    assert types >= set(usual)


def test_both_refuse_the_same() -> None:
    """What one refuses, the other does; of the hostile captures too."""
    refused = 0
    for sample in [*corpus.samples(), *corpus.samples(hostile=True)]:
        if isinstance(both(sample.data), ParseError):
            refused += 1
            assert isinstance(_theirs(sample.data), Exception), sample.label
    assert refused >= 10


def test_parses_back_equal() -> None:
    """As it is, and with everything derived anew.

    A parsed `rdlength` is a given value, which wins: names in data are written so that it comes true.
    """
    for sample in corpus.samples():
        found = both(sample.data)
        if isinstance(found, ParseError):
            continue
        assert Message.parse(found.build()) == found.resolved() == found, sample.label
        fresh = found.relaxed()
        assert Message.parse(fresh.build()) == fresh.resolved(), sample.label


def test_names_keep_their_labels() -> None:
    for sample in corpus.samples():
        found = both(sample.data)
        if isinstance(found, ParseError):
            continue
        built = found.relaxed().build()
        for at, compressible in walk.names(built):
            walk.labels(built, at)
            assert compressible or not walk.ends_in_pointer(built, at), sample.label


def _theirs(data: bytes) -> dns.message.Message | Exception:
    try:
        return oracle.read(data)
    except (dns.exception.DNSException, ValueError) as error:
        return error


def _differences(data: bytes) -> list[str]:
    """What differs between the two readings, as keys of the table or, if unknown, in words."""
    ours, theirs = both(data), _theirs(data)
    if isinstance(ours, ParseError):
        return [] if isinstance(theirs, Exception) else [f"refused here: {ours}"]
    if isinstance(theirs, dns.name.DecompressionForbidden):
        return ["compressed-name"]
    if isinstance(theirs, Exception):
        return [f"refused there: {theirs!r}"]
    a, b = oracle.our_view(ours), oracle.their_view(data, theirs)
    found = []
    for place, rdata in _flushing(data):
        for name, value in rdata.items():
            assert a.pop(f"{place}.{name}") == value
        b.pop(f"{place}.data", None)
        for name in rdata:
            b.pop(f"{place}.{name}", None)
        found.append("mdns-class")
    return found + [f"{key}: {a.get(key)!r} | {b.get(key)!r}" for key in sorted(a.keys() | b.keys()) if a.get(key) != b.get(key)]


def _flushing(data: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Records of class IN with the top bit set: their path, and their data as dnspython reads them in class IN."""
    _, places = walk.records(data)
    found, counts = [], collections.Counter[str]()
    for place in places:
        at = f"{place.section}[{counts[place.section]}].rdata"
        counts[place.section] += 1
        if place.rclass == TOP_BIT | 1:
            found.append((at, oracle.their_rdata(oracle.rdata_at(data, place))))
    return found
