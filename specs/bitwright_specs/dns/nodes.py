"""The tree of a zone: names with their record sets, where the zone ends, and what goes along with what.

Promise: `nodes_of` makes the whole tree or refuses it (`ZoneError`) by the rules of RFC 1034, 1035, 2181, 4592 and 6672; all that
a question would have to search for is worked out here, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bitwright import BuildError
from bitwright_specs.dns.domains import folded, is_below, parent_of
from bitwright_specs.dns.enums import Class, Type
from bitwright_specs.dns.mail import MX
from bitwright_specs.dns.names import NS
from bitwright_specs.dns.rdata import Opaque, RData
from bitwright_specs.dns.record import Record
from bitwright_specs.dns.srv import SRV

_MOST_DATA: Final = 65535
_MOST_TTL: Final = 2**31 - 1  # RFC 2181, section 8
_META: Final = frozenset({Type.OPT, Type.TKEY, Type.TSIG, Type.IXFR, Type.AXFR, Type.MAILB, Type.MAILA, Type.ANY, Type.NXNAME})
_ADDRESSES: Final = (Type.A, Type.AAAA)
_BESIDES_ALIAS: Final = frozenset({Type.CNAME, Type.RRSIG, Type.NSEC, Type.KEY, Type.SIG, Type.NXT})  # RFC 2181, section 10.1; RFC 4034
_ONCE: Final = (Type.SOA, Type.CNAME, Type.DNAME)


class ZoneError(ValueError):
    """The records are no zone: which rule they break, and where."""


class RRset:
    """Records of one name and type (RFC 2181, section 5).

    `octets` is what the records take at most, without their owner's name; `full_octets` with it.  `glue` and `extras` are the
    addresses that go along: of servers below a cut, and of other hosts that the data name.
    """

    __slots__ = ("extras", "full_octets", "glue", "name", "octets", "records", "ttl", "type")

    def __init__(self, name: str, kind: Type, ttl: int, data: Sequence[RData]) -> None:
        self.name, self.type, self.ttl = name, kind, ttl
        self.records = [_record(name, kind, ttl, each) for each in data]
        self.octets = sum(10 + len(each.build()) for each in data)
        self.full_octets = self.octets + len(data) * (len(name) + 1)
        self.glue: tuple[RRset, ...] = ()
        self.extras: tuple[RRset, ...] = ()

    def owned_by(self, name: str) -> Sequence[Record]:
        """The records with their owner spelt so: as it was asked for, or the name that a wildcard stands for."""
        if name == self.name:
            return self.records
        return [_record(name, self.type, self.ttl, each.rdata) for each in self.records]


def _record(name: str, kind: Type, ttl: int, data: RData) -> Record:
    if isinstance(data, Opaque):
        return Record(name=name, type=kind, ttl=ttl, rdata=data)
    return Record(name=name, ttl=ttl, rdata=data)


class Node:
    """A name of the zone; without record sets it only lies between others (RFC 4592, section 2.2.2).

    `cut` are the servers of the zone that begins here or above; `wildcard` is the name "*" below.
    """

    __slots__ = ("cut", "name", "rrsets", "wildcard")

    def __init__(self, name: str) -> None:
        self.name = name
        self.rrsets: dict[int, RRset] = {}
        self.cut: RRset | None = None
        self.wildcard: Node | None = None


def nodes_of(origin: str, records: Iterable[Record]) -> dict[str, Node]:
    """The names of the zone by their folded text, the origin first; ZoneError."""
    nodes = {folded(origin): Node(origin)}
    for name, kind, ttl, data in _grouped(origin, records):
        node = _node(nodes, folded(origin), name)
        if not node.rrsets and node.name != origin:
            node.name = name  # as it is written where it first has data
        node.rrsets[kind] = RRset(node.name, kind, ttl, data)
    _check_apex(origin, nodes[folded(origin)])
    for key, node in nodes.items():
        _find_cut(nodes, folded(origin), key, node)
    for key, node in nodes.items():
        _check_node(nodes, key, node)
        for rrset in node.rrsets.values():
            _go_along(nodes, rrset)
    return nodes


def _node(nodes: dict[str, Node], top: str, name: str) -> Node:
    """The node of a name, made with all that lie between it and the origin."""
    key = folded(name)
    node = nodes.get(key)
    if node is None:
        node = nodes[key] = Node(name)
        above = _node(nodes, top, parent_of(name)) if key != top else node
        if key.startswith("*."):
            above.wildcard = node
    return node


def _grouped(origin: str, records: Iterable[Record]) -> Iterator[tuple[str, Type, int, list[RData]]]:
    """Names, types, times to live and data: one each record set, in the order in which they first come."""
    top = folded(origin)
    sets: dict[tuple[str, int], tuple[str, Type, int, dict[bytes, RData]]] = {}
    for record in records:
        kind, wire = _checked(record)
        if not is_below(folded(record.name), top):
            raise ZoneError(f"{record.name} {kind}: the name is not in the zone {origin}")
        name, _, ttl, data = sets.setdefault((folded(record.name), kind), (record.name, kind, record.ttl, {}))
        if ttl != record.ttl:
            raise ZoneError(f"{name} {kind}: times to live of {ttl} and of {record.ttl}; a set has one (RFC 2181, section 5.2)")
        if wire in data:
            raise ZoneError(f"{name} {kind}: the same data twice")
        data[wire] = record.rdata
    for name, kind, ttl, data in sets.values():
        yield name, kind, ttl, list(data.values())


def _checked(record: Record) -> tuple[Type, bytes]:
    """The type of a record and its data as they are sent; ZoneError if no zone can have it."""
    try:
        kind, wire = Type(record.resolved().type), record.rdata.build()
    except BuildError as error:
        raise ZoneError(f"{record.name}: {error}") from None
    if record.rclass != Class.IN:
        raise ZoneError(f"{record.name} {kind}: class {record.rclass}; zones here are of class IN")
    if kind in _META or 128 <= kind <= 255:
        raise ZoneError(f"{record.name} {kind}: asked for or sent along, never stored (RFC 6895, section 3.1)")
    if record.ttl > _MOST_TTL:
        raise ZoneError(f"{record.name} {kind}: a time to live is at most {_MOST_TTL} (RFC 2181, section 8)")
    if len(wire) > _MOST_DATA:
        raise ZoneError(f"{record.name} {kind}: {len(wire)} bytes of data; a record has at most {_MOST_DATA}")
    return kind, wire


def _check_apex(origin: str, apex: Node) -> None:
    for kind, rule in ((Type.SOA, "RFC 1035, section 5.2"), (Type.NS, "RFC 1034, section 4.2.1")):
        if kind not in apex.rrsets:
            raise ZoneError(f"{origin}: a zone has a record {kind} at its name ({rule})")


def _find_cut(nodes: dict[str, Node], top: str, key: str, node: Node) -> None:
    """Note which zone below a name belongs to: that of the uppermost NS between it and the origin."""
    here = key
    while here != top:
        if Type.NS in nodes[here].rrsets:
            node.cut = nodes[here].rrsets[Type.NS]
        here = parent_of(here)


def _check_node(nodes: dict[str, Node], key: str, node: Node) -> None:
    """The rules for what may be at a name."""
    kinds = set(node.rrsets)
    for kind in _ONCE:
        if kind in kinds and len(node.rrsets[kind].records) > 1:
            raise ZoneError(f"{node.name} {kind}: more than one record (RFC 2181, section 10.1)")
    if Type.CNAME in kinds and kinds - _BESIDES_ALIAS:
        others = ", ".join(str(Type(kind)) for kind in sorted(kinds - _BESIDES_ALIAS))
        raise ZoneError(f"{node.name} CNAME: an alias has no other data, here {others} (RFC 1034, section 3.6.2)")
    if key.startswith("*.") and kinds & {Type.NS, Type.DNAME, Type.SOA}:
        raise ZoneError(f"{node.name}: NS, DNAME and SOA have no meaning at a wildcard (RFC 4592, section 4)")
    if node.cut is not None:
        _check_below(node, node.cut, kinds)
    elif Type.SOA in kinds and node is not next(iter(nodes.values())):
        raise ZoneError(f"{node.name} SOA: only the zone's own name has one (RFC 1035, section 5.2)")
    if key != next(iter(nodes)):
        above = nodes[parent_of(key)]
        if Type.DNAME in above.rrsets:
            raise ZoneError(f"{node.name}: nothing is below a name with DNAME, here {above.name} (RFC 6672, section 2.4)")


def _check_below(node: Node, cut: RRset, kinds: set[int]) -> None:
    """Where another zone begins, NS, DS and addresses; below, addresses (glue) alone."""
    at_cut = folded(node.name) == folded(cut.name)
    allowed = {Type.NS, Type.DS, *_ADDRESSES} if at_cut else set(_ADDRESSES)
    for kind in sorted(kinds - allowed):
        raise ZoneError(f"{node.name} {Type(kind)}: belongs to the zone {cut.name}, which is delegated (RFC 1034, section 4.2.1)")


def _go_along(nodes: dict[str, Node], rrset: RRset) -> None:
    """Find the addresses that whoever gets these records will want next."""
    delegates = rrset.type == Type.NS and nodes[folded(rrset.name)].cut is not None
    glue: dict[RRset, None] = {}
    extras: dict[RRset, None] = {}
    for record in rrset.records:
        host = _host(record.rdata)
        node = nodes.get(folded(host)) if host else None
        if node is None or (node.cut is not None and not delegates):
            continue
        needed = delegates and is_below(folded(node.name), folded(rrset.name))
        for kind in _ADDRESSES:
            if kind in node.rrsets:
                (glue if needed else extras)[node.rrsets[kind]] = None
    rrset.glue, rrset.extras = tuple(glue), tuple(extras)


def _host(data: RData) -> str | None:
    match data:
        case NS(nsdname=host) | MX(exchange=host) | SRV(target=host):
            return host
        case _:
            return None

