"""A zone and what it answers: the algorithm of RFC 1034, section 4.3.2, as RFC 2308, 4592 and 6672 make it precise, without I/O.

Promise: what is no zone is refused with the rule that it breaks when it is made (`ZoneError`); nothing changes afterwards, every
question has an answer, and the work is bounded by the labels of its name and by `CHAIN` aliases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bitwright_specs.dns.domains import folded, is_below, octets, parent_of
from bitwright_specs.dns.enums import Rcode, Type
from bitwright_specs.dns.names import CNAME, DNAME
from bitwright_specs.dns.nodes import Node, RRset, nodes_of
from bitwright_specs.dns.record import Record
from bitwright_specs.dns.soa import SOA

CHAIN: Final = 16  # aliases that are followed; whoever asked can go on from there


class Answer:
    """What a zone says to a question: a response code and records for the three sections.

    `glue` has to be in the message, or the message says that it is truncated (RFC 9471); `extras` may be left out (RFC 2181,
    section 9).  `octets` are at least as many as all these records take in a message.
    """

    __slots__ = ("answers", "authoritative", "authorities", "extras", "extras_octets", "glue", "octets", "rcode")

    def __init__(self) -> None:
        self.rcode = Rcode.NOERROR
        self.authoritative = True
        self.answers: list[Record] = []
        self.authorities: list[Record] = []
        self.glue: list[Record] = []
        self.extras: list[Record] = []
        self.octets = self.extras_octets = 0

    def answer(self, rrset: RRset, owner: str) -> None:
        """Add a record set to the answer, with the name as it was asked for."""
        self.answers += rrset.owned_by(owner)
        self.octets += rrset.octets + len(rrset.records) * (len(owner) + 1)
        for more in rrset.extras:
            self.extras += more.records
            self.extras_octets += more.full_octets

    def deny(self, soa: RRset) -> None:
        """Add what says how long the denial may be remembered (RFC 2308, section 3)."""
        self.authorities += soa.records
        self.octets += soa.full_octets

    def refer(self, servers: RRset) -> None:
        """Add the servers of a zone below, and their addresses."""
        self.authoritative = bool(self.answers)  # of the alias that led there
        self.authorities += servers.records
        self.octets += servers.full_octets
        for each in servers.glue:
            self.glue += each.records
            self.octets += each.full_octets
        for each in servers.extras:
            self.extras += each.records
            self.extras_octets += each.full_octets


class Zone:
    """The records of a zone.  ZoneError if they are none."""

    def __init__(self, origin: str, records: Iterable[Record]) -> None:
        self.origin = origin
        self._key = folded(origin)
        self._nodes = nodes_of(origin, records)
        soa = self._nodes[self._key].rrsets[Type.SOA]
        data = soa.records[0].rdata
        assert isinstance(data, SOA)
        self.serial = data.serial
        self._soa = soa
        self._denial = RRset(soa.name, soa.type, min(soa.ttl, data.minimum), [data])

    def __repr__(self) -> str:
        return f"Zone({self.origin!r}, {sum(1 for _ in self.records())} records)"

    def records(self) -> Iterator[Record]:
        """All records, that of the SOA first."""
        yield from self._soa.records
        for node in self._nodes.values():
            for rrset in node.rrsets.values():
                if rrset is not self._soa:
                    yield from rrset.records

    def soa(self) -> Sequence[Record]:
        """The record that begins the zone."""
        return self._soa.records

    def contains(self, name: str) -> bool:
        """Whether the name is the zone's or below it."""
        return is_below(folded(name), self._key)

    def lookup(self, name: str, kind: int, *, every: bool = False) -> Answer:
        """What the zone says of a name that it contains.

        `kind` ANY gives one record set (RFC 8482, section 4.1), or all of them with `every` (section 4.4).
        """
        answer = Answer()
        seen: list[str] = []
        wanted: str | None = name
        while wanted is not None and len(seen) < CHAIN:
            key = wanted.lower()
            if key in seen:
                break
            seen.append(key)
            wanted = self._step(answer, wanted, key, kind, every=every)
        return answer

    def _step(self, answer: Answer, name: str, key: str, kind: int, *, every: bool) -> str | None:
        """Add what one name has; the name to go on with, after an alias."""
        node = self._nodes.get(key)
        if node is None:
            encloser = self._encloser(key)
            if encloser.cut is not None:
                answer.refer(encloser.cut)
                return None
            if Type.DNAME in encloser.rrsets:
                return self._redirect(answer, encloser, name, kind)
            if encloser.wildcard is None:
                answer.rcode = Rcode.NXDOMAIN
                answer.deny(self._denial)
                return None
            node = encloser.wildcard
        elif node.cut is not None and not (kind == Type.DS and Type.NS in node.rrsets):
            answer.refer(node.cut)
            return None
        rrset = node.rrsets.get(kind)
        if rrset is not None:
            answer.answer(rrset, name)
            return None
        if kind == Type.ANY and node.rrsets:
            for rrset in list(node.rrsets.values())[: None if every else 1]:
                answer.answer(rrset, name)
            return None
        alias = node.rrsets.get(Type.CNAME)
        if alias is None:
            answer.deny(self._denial)
            return None
        answer.answer(alias, name)
        data = alias.records[0].rdata
        assert isinstance(data, CNAME)
        return self._inside(data.cname)

    def _encloser(self, key: str) -> Node:
        """The longest name above `key` that exists (RFC 4592, section 3.3.1)."""
        while True:
            key = parent_of(key)
            node = self._nodes.get(key)
            if node is not None:
                return node

    def _redirect(self, answer: Answer, above: Node, name: str, kind: int) -> str | None:
        """Add a DNAME and the CNAME that it makes of the name (RFC 6672, section 3.2)."""
        dname = above.rrsets[Type.DNAME]
        answer.answer(dname, dname.name)
        data = dname.records[0].rdata
        assert isinstance(data, DNAME)
        first = name if above.name == "." else name[: -len(above.name)]
        target = first if data.target == "." else first + data.target
        if octets(target) > 255:
            answer.rcode = Rcode.YXDOMAIN
            return None
        answer.answer(RRset(name, Type.CNAME, dname.ttl, [CNAME(cname=target)]), name)
        return None if kind in (Type.CNAME, Type.ANY) else self._inside(target)

    def _inside(self, name: str) -> str | None:
        """The name of an alias, if it is ours to go on with."""
        return name if self.contains(name) else None
