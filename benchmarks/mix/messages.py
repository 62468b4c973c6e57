"""Questions and answers: what is asked in which share, of what an answer consists, and the bytes of both."""

from __future__ import annotations

import dataclasses
import random
import struct
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Name: TypeAlias = tuple[bytes, ...]

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "OPT": 41, "DS": 43, "SSHFP": 44,
    "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "SVCB": 64, "HTTPS": 65, "CAA": 257,
}  # fmt: skip
NOERROR, NXDOMAIN, REFUSED = 0, 3, 5
WITH_OPT = 0.7  # of transactions have EDNS
POOL = 2000  # domains that are asked for, the popular ones most


@dataclasses.dataclass(frozen=True)
class Shape:
    """An answer: types of the records in its sections."""

    share: float
    answers: str = ""
    authorities: str = ""
    additionals: str = ""
    rcode: int = NOERROR


@dataclasses.dataclass(frozen=True)
class Transaction:
    """A question and its answer."""

    query: bytes
    response: bytes


_NOTHING, _DENIED = Shape(0.2), Shape(0.2, authorities="SOA", rcode=NXDOMAIN)
ASKED: dict[str, tuple[float, tuple[Shape, ...]]] = {  # of all questions; of the answers to those
    "A": (0.535, (
        Shape(0.33, "A"), Shape(0.17, "CNAME A"), Shape(0.13, "CNAME CNAME A A"), Shape(0.07, "CNAME A A A"), Shape(0.05, "CNAME A A"),
        Shape(0.09, "A A A A"), Shape(0.03, "CNAME" + " A" * 16), Shape(0.02, "A" + " A" * 15), Shape(0.03, "CNAME CNAME CNAME A A"),
        Shape(0.05, authorities="SOA", rcode=NXDOMAIN), Shape(0.02), Shape(0.01, rcode=REFUSED),
    )),
    "AAAA": (0.20, (
        Shape(0.43, "AAAA"), Shape(0.20), Shape(0.11, authorities="SOA"), Shape(0.09, authorities="SOA RRSIG NSEC RRSIG"),
        Shape(0.09, "CNAME"), Shape(0.08, "CNAME AAAA AAAA"),
    )),
    "PTR": (0.075, (Shape(0.5, "PTR"), Shape(0.35, authorities="SOA", rcode=NXDOMAIN), Shape(0.15))),
    "HTTPS": (0.065, (Shape(0.9, "HTTPS"), Shape(0.1, authorities="SOA"))),
    "NS": (0.03, (Shape(0.6, "NS NS NS NS"), Shape(0.4, "", "NS NS NS NS NS NS", "A A A A A A AAAA AAAA AAAA AAAA AAAA AAAA"))),
    "MX": (0.02, (Shape(0.5, "MX"), Shape(0.5, "MX MX MX MX MX"))),
    "TXT": (0.02, (Shape(0.4, "TXT"), Shape(0.6, "TXT", "NS", "A"))),
    "SOA": (0.015, (Shape(0.7, "SOA"), _NOTHING, _DENIED)),
    "SRV": (0.01, (Shape(0.8, "SRV", "", "A"), _DENIED)),
    "DS": (0.01, (Shape(1.0, "DS DS RRSIG"),)),
    "DNSKEY": (0.01, (Shape(1.0, "DNSKEY DNSKEY RRSIG RRSIG"),)),
    "CAA": (0.006, (Shape(0.8, "CAA"), _NOTHING)),
    "SSHFP": (0.004, (Shape(1.0, "SSHFP SSHFP"),)),
    "SVCB": (0.002, (Shape(1.0, "SVCB"),)),
}  # fmt: skip

_LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789"
_ENDS = (b"com", b"com", b"com", b"net", b"net", b"org", b"de", b"io", b"uk", b"arpa")
_HOSTS = (b"www", b"api", b"mail", b"cdn", b"img", b"static", b"login", b"edge", b"ns1", b"m")


def transactions(seed: int = 20240607) -> Iterator[Transaction]:
    """Without end; the same for the same seed."""
    rng = Rng(seed)
    pool = [(rng.word(4, 12), rng.pick(_ENDS)) for _ in range(POOL)]
    kinds, shares = list(ASKED), [share for share, _ in ASKED.values()]
    while True:
        kind = kinds[rng.by_share(shares)]
        shapes = ASKED[kind][1]
        shape = shapes[rng.by_share([one.share for one in shapes])]
        asked = _asked(rng, kind, pool[int(POOL ** rng.random()) - 1])
        edns, identifier = rng.random() < WITH_OPT, rng.below(65536)
        query = Writer(identifier, 0x0100, asked, TYPES[kind], rng)
        response = Writer(identifier, 0x8180 | shape.rcode, asked, TYPES[kind], rng)
        for section, kinds_of in enumerate((shape.answers, shape.authorities, shape.additionals)):
            for one in kinds_of.split():
                response.record(section, one)
        if edns:
            for message in (query, response):
                message.record(2, "OPT")
        yield Transaction(query.message(), response.message())


def _asked(rng: Rng, kind: str, domain: Name) -> Name:
    if kind == "PTR":
        return (*(str(rng.below(256)).encode() for _ in range(4)), b"in-addr", b"arpa")
    if kind in {"NS", "SOA", "MX", "DS", "DNSKEY", "CAA"}:
        return domain
    if kind == "SRV":
        return (b"_sip", b"_tcp", *domain)
    host = rng.pick(_HOSTS) if rng.random() < 0.5 else rng.word(3, 8)
    return (host, *domain) if rng.random() < 0.8 else (host, rng.pick(_HOSTS), *domain)


class Rng:
    """Numbers of a seed by what Python promises to keep: `Random.random`."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random

    def below(self, most: int) -> int:
        """A number from 0."""
        return int(self.random() * most)

    def pick(self, values: Sequence[bytes]) -> bytes:
        """One of these."""
        return values[self.below(len(values))]

    def by_share(self, shares: Sequence[float]) -> int:
        """An index, each as often as its share."""
        left = self.random() * sum(shares)
        for index, share in enumerate(shares):
            left -= share
            if left < 0:
                return index
        return len(shares) - 1

    def octets(self, size: int) -> bytes:
        """So many bytes."""
        return bytes(self.below(256) for _ in range(size))

    def word(self, least: int, most: int) -> bytes:
        """Letters and digits."""
        return bytes(_LETTERS[self.below(len(_LETTERS))] for _ in range(least + self.below(most - least + 1)))


class Writer:
    """Writes one message, its names compressed as servers do."""

    def __init__(self, identifier: int, flags: int, asked: Name, kind: int, rng: Rng) -> None:
        self._head, self._counts, self._rng, self._asked = (identifier, flags), [0, 0, 0], rng, asked
        self._body = bytearray()
        self._places: dict[Name, int] = {}
        self._owner = asked
        self._name(asked)
        self._body += struct.pack("!HH", kind, 1)

    def message(self) -> bytes:
        """All of it."""
        return struct.pack("!6H", *self._head, 1, *self._counts) + self._body

    def record(self, section: int, kind: str) -> None:
        """A record that suits the question; an alias is what the next records belong to."""
        self._counts[section] += 1
        if kind == "OPT":
            cookie = struct.pack("!HH", 10, 8) + self._rng.octets(8) if self._rng.random() < 0.2 else b""
            self._body += struct.pack("!BHHIH", 0, 41, 1232, 0x8000 if self._rng.random() < 0.4 else 0, len(cookie)) + cookie
            return
        self._name(self._owner if section == 0 else self._asked[-2:])
        ttl = (60, 300, 3600, 86400)[self._rng.below(4)]
        self._body += struct.pack("!HHI", TYPES[kind], 1, ttl)
        at = len(self._body)
        self._body += b"\0\0"
        self._data(kind, ttl)
        self._body[at : at + 2] = (len(self._body) - at - 2).to_bytes(2, "big")

    def _name(self, name: Name, *, compressed: bool = True) -> None:
        """Labels, and a pointer to what was written before."""
        for index in range(len(name)):
            place = self._places.get(name[index:])
            if place is not None and compressed:
                self._body += (0xC000 | place).to_bytes(2, "big")
                return
            if len(self._body) + 12 < 0x4000:
                self._places.setdefault(name[index:], len(self._body) + 12)
            self._body += bytes([len(name[index])]) + name[index]
        self._body += b"\0"

    def _data(self, kind: str, ttl: int) -> None:
        rng, body, zone = self._rng, self._body, self._asked[-2:]
        match kind:
            case "A":
                body += rng.octets(4)
            case "AAAA":
                body += b"\x20\x01\x0d\xb8" + rng.octets(4) + bytes(6) + rng.octets(2)
            case "CNAME":
                self._owner = (rng.word(5, 14), *zone) if rng.random() < 0.4 else (rng.word(4, 10), b"edge", rng.word(4, 9), b"net")
                self._name(self._owner)
            case "NS" | "PTR":
                self._name((rng.word(3, 6), *zone) if kind == "NS" else (rng.word(4, 10), rng.word(4, 10), b"net"))
            case "MX" | "SRV":
                body += struct.pack("!H", 10) if kind == "MX" else struct.pack("!HHH", 10, 5, 5060)
                self._name((rng.word(3, 6), *zone), compressed=kind == "MX")
            case "SOA":
                self._name((b"ns1", *zone))
                self._name((b"hostmaster", *zone))
                body += struct.pack("!5I", 2024060700 + rng.below(99), 7200, 3600, 1209600, 300)
            case "TXT":
                text = b"v=" + rng.word(10, 60)
                body += bytes([len(text)]) + text
            case "HTTPS" | "SVCB":
                body += b"\x00\x01\x00" + struct.pack("!HH", 1, 6) + b"\x02h3\x02h2" + struct.pack("!HH", 4, 4) + rng.octets(4)
            case "CAA":
                body += b"\x00\x05issue" + rng.word(6, 12) + b".org"
            case "SSHFP":
                body += b"\x04\x02" + rng.octets(32)
            case _:
                self._signed(kind, ttl)

    def _signed(self, kind: str, ttl: int) -> None:
        rng, body, zone = self._rng, self._body, self._asked[-2:]
        match kind:
            case "DS":
                body += struct.pack("!HBB", rng.below(65536), 13, 2) + rng.octets(32)
            case "DNSKEY":
                body += struct.pack("!HBB", 256 + rng.below(2), 3, 13) + rng.octets(64)
            case "RRSIG":
                begin = 1717700000 + rng.below(100000)
                body += struct.pack("!HBBIIIH", TYPES["A"], 13, 2, ttl, begin + 1209600, begin, rng.below(65536))
                self._name(zone, compressed=False)
                body += rng.octets(64)
            case "NSEC":
                self._name((rng.word(3, 8), *zone), compressed=False)
                body += b"\x00\x06\x40\x01\x00\x00\x00\x03"
            case _:
                raise AssertionError(kind)
