"""Hypothesis strategies for DNS messages: every record type, unknown ones, names of arbitrary bytes.

What they give is canonical: a message that `parse` could have returned, but with the derived fields still None.
"""

from __future__ import annotations

from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bitwright import IPv4Address, IPv6Address, MACAddress, OpenEnum, Struct
from bitwright_specs import dns
from tests.specs.dns.unions import arms

E = TypeVar("E", bound=OpenEnum)
SPECIAL = b'"().;\\@$'

u8, u16, u32 = (st.integers(0, 2**width - 1) for width in (8, 16, 32))
u48, u64 = st.integers(0, 2**48 - 1), st.integers(0, 2**64 - 1)
blob = st.binary(max_size=24)
short = st.one_of(st.binary(max_size=12), st.binary(min_size=255, max_size=255))
labels = st.one_of(
    st.sampled_from([b"www", b"WWW", b"example", b"com", b"_tcp", b"*"]),
    st.binary(min_size=1, max_size=5),
    st.binary(min_size=63, max_size=63),
)
# Few suffixes, so that most messages share some: what compression is for.
SUFFIXES = [(), (b"com",), (b"example", b"com"), (b"a.b", b"\\", b"\x00\xff"), (b"Example", b"COM"), (b"x" * 63, b"y" * 63)]


def text_of(parts: tuple[bytes, ...]) -> str:
    """Labels in presentation form (RFC 1035, 5.1)."""
    return "".join("".join(map(_character, label)) + "." for label in parts) or "."


def _character(byte: int) -> str:
    if byte in SPECIAL:
        return "\\" + chr(byte)
    return chr(byte) if 0x20 < byte < 0x7F else f"\\{byte:03d}"


def _name(prefix: list[bytes], suffix: tuple[bytes, ...]) -> tuple[bytes, ...]:
    parts = (*prefix, *suffix)
    while sum(len(p) + 1 for p in parts) + 1 > 255:
        parts = parts[1:]
    return parts


label_tuples = st.builds(_name, st.lists(labels, max_size=4), st.sampled_from(SUFFIXES))
names = label_tuples.map(text_of)


def numbers_of(members: type[E], width: int = 16) -> SearchStrategy[E]:
    """Members of an open enumeration, unnamed ones too."""
    return st.one_of(st.sampled_from(list(members)), st.integers(0, 2**width - 1).map(members)).filter(lambda m: m < 2**width)


types = numbers_of(dns.Type)
algorithms = numbers_of(dns.Algorithm, 8)
digests = numbers_of(dns.DigestType, 8)
hashes = numbers_of(dns.Nsec3Hash, 8)
rcodes = numbers_of(dns.Rcode)
ipv4s = st.binary(min_size=4, max_size=4).map(IPv4Address)
ipv6s = st.binary(min_size=16, max_size=16).map(IPv6Address)
windows = st.lists(st.builds(dns.TypeWindow, window=u8, bitmap=st.binary(max_size=32)), max_size=3)


# --- open unions --------------------------------------------------------------------------------


def _without_arm(union: type[Struct]) -> SearchStrategy[int]:
    def unknown(number: int) -> bool:
        return number not in arms(union)

    return st.integers(0, 65535).filter(unknown)


def _unknown(union: Any, members: type[E], field: str, wrapper: Any, opaque: Any) -> SearchStrategy[Any]:
    """A number without an arm, and arbitrary bytes."""
    numbers = _without_arm(union).map(members)
    return st.builds(lambda number, data: wrapper(**{field: number, "value": opaque(data=data)}), numbers, blob)


def _empty(members: list[E], field: str, wrapper: Any, opaque: Any) -> SearchStrategy[Any]:
    """A known number whose arm cannot be empty, without data."""
    return st.sampled_from(members).map(lambda number: wrapper(**{field: number, "value": opaque()}))


PARAMS: dict[type, SearchStrategy[Any]] = {
    dns.Mandatory: st.builds(dns.Mandatory, keys=st.lists(numbers_of(dns.SvcParamKey), max_size=3)),
    dns.Alpn: st.builds(dns.Alpn, protocols=st.lists(short, max_size=3)),
    dns.NoDefaultAlpn: st.just(dns.NoDefaultAlpn()),
    dns.Port: st.builds(dns.Port, port=u16),
    dns.IPv4Hint: st.builds(dns.IPv4Hint, addresses=st.lists(ipv4s, max_size=3)),
    dns.Ech: st.builds(dns.Ech, config_list=blob),
    dns.IPv6Hint: st.builds(dns.IPv6Hint, addresses=st.lists(ipv6s, max_size=3)),
    dns.DohPath: st.builds(dns.DohPath, template=blob),
    dns.Ohttp: st.just(dns.Ohttp()),
    dns.TlsSupportedGroups: st.builds(dns.TlsSupportedGroups, groups=st.lists(u16, max_size=3)),
    dns.DocPath: st.builds(dns.DocPath, segments=st.lists(short, max_size=3)),
}
params = st.one_of(
    st.one_of(*PARAMS.values()).map(lambda value: dns.SvcParam(value=value)),
    _unknown(dns.SvcParamValue, dns.SvcParamKey, "key", dns.SvcParam, dns.UnknownParam),
    _empty([dns.SvcParamKey.PORT], "key", dns.SvcParam, dns.UnknownParam),
)

OPTIONS: dict[type, SearchStrategy[Any]] = {
    dns.UpdateLease: st.builds(dns.UpdateLease, lease=u32, key_lease=st.one_of(st.just(b""), st.binary(min_size=4, max_size=4))),
    dns.Nsid: st.builds(dns.Nsid, identifier=blob),
    dns.Dau: st.builds(dns.Dau, algorithms=st.lists(algorithms, max_size=3)),
    dns.Dhu: st.builds(dns.Dhu, digests=st.lists(digests, max_size=3)),
    dns.N3u: st.builds(dns.N3u, hashes=st.lists(hashes, max_size=3)),
    dns.ClientSubnet: st.builds(
        dns.ClientSubnet, family=numbers_of(dns.AddressFamily), source_prefix_length=u8, scope_prefix_length=u8, address=blob
    ),
    dns.Cookie: st.builds(dns.Cookie, client=st.binary(min_size=8, max_size=8), server=blob),
    dns.TcpKeepalive: st.builds(dns.TcpKeepalive, timeout=u16),
    dns.Padding: st.builds(dns.Padding, padding=blob),
    dns.Chain: st.builds(dns.Chain, closest_trust_point=names),
    dns.KeyTag: st.builds(dns.KeyTag, key_tags=st.lists(u16, max_size=3)),
    dns.ExtendedError: st.builds(dns.ExtendedError, info_code=numbers_of(dns.ExtendedErrorCode), extra_text=blob),
    dns.ReportChannel: st.builds(dns.ReportChannel, agent_domain=names),
    dns.LongLivedQuery: st.builds(
        dns.LongLivedQuery, version=u16, llq_opcode=numbers_of(dns.LlqOpcode), error=numbers_of(dns.LlqError), llq_id=u64, lease_life=u32
    ),
    dns.Expire: st.builds(dns.Expire, expire=u32),
    dns.ZoneVersion: st.builds(dns.ZoneVersion, label_count=u8, version_type=numbers_of(dns.ZoneVersionType, 8), version=blob),
    dns.ClientTag: st.builds(dns.ClientTag, tag=u16),
    dns.ServerTag: st.builds(dns.ServerTag, tag=u16),
    dns.ExtraTextLanguage: st.builds(dns.ExtraTextLanguage, language=blob),
    dns.FilteringContact: st.builds(dns.FilteringContact, contact=blob),
    dns.FilteringOrganization: st.builds(dns.FilteringOrganization, organization=blob),
    dns.FilteringDb: st.builds(dns.FilteringDb, db=blob),
}
options = st.one_of(
    st.one_of(*OPTIONS.values()).map(lambda value: dns.Option(value=value)),
    _unknown(dns.OptionValue, dns.OptionCode, "code", dns.Option, dns.UnknownOption),
    _empty([dns.OptionCode.COOKIE, dns.OptionCode.TCP_KEEPALIVE, dns.OptionCode.CHAIN], "code", dns.Option, dns.UnknownOption),
)


# --- record data --------------------------------------------------------------------------------


def _digest(struct: Any) -> SearchStrategy[Any]:
    return st.builds(struct, key_tag=u16, algorithm=algorithms, digest_type=digests, digest=blob)


def _key(struct: Any) -> SearchStrategy[Any]:
    return st.builds(struct, flags=u16, protocol=u8, algorithm=algorithms, public_key=blob)


def _binding(struct: Any) -> SearchStrategy[Any]:
    return st.builds(struct, priority=u16, target=names, params=st.lists(params, max_size=3))


def _association(struct: Any) -> SearchStrategy[Any]:
    return st.builds(struct, usage=u8, selector=u8, matching_type=u8, data=blob)


def _signature(struct: Any) -> SearchStrategy[Any]:
    return st.builds(
        struct, type_covered=types, algorithm=algorithms, labels=u8, original_ttl=u32, expiration=u32, inception=u32, key_tag=u16,
        signer_name=names, signature=blob,
    )  # fmt: skip


def _strings(struct: Any) -> SearchStrategy[Any]:
    return st.builds(struct, strings=st.lists(short, max_size=3))


@st.composite
def _a6(draw: st.DrawFn) -> dns.A6:
    length = draw(st.integers(0, 128))
    size = (135 - length) // 8
    suffix = draw(st.binary(min_size=size, max_size=size))
    return dns.A6(prefix_length=length, suffix=suffix, prefix_name=draw(names) if length else None)


gateways = st.one_of(
    st.just(dns.NoGateway()),
    st.builds(dns.IPv4Gateway, address=ipv4s),
    st.builds(dns.IPv6Gateway, address=ipv6s),
    st.builds(dns.NamedGateway, name=names),
)
eight = st.binary(min_size=8, max_size=8)
prefixes = st.builds(dns.AddressPrefix, family=numbers_of(dns.AddressFamily), prefix_length=u8, negation=st.booleans(), address=blob)
nibble = st.integers(0, 15)
RDATA: dict[type, SearchStrategy[Any]] = {
    dns.A: st.builds(dns.A, address=ipv4s),
    dns.AAAA: st.builds(dns.AAAA, address=ipv6s),
    dns.NS: st.builds(dns.NS, nsdname=names),
    dns.CNAME: st.builds(dns.CNAME, cname=names),
    dns.PTR: st.builds(dns.PTR, ptrdname=names),
    dns.DNAME: st.builds(dns.DNAME, target=names),
    dns.MD: st.builds(dns.MD, madname=names),
    dns.MF: st.builds(dns.MF, madname=names),
    dns.MB: st.builds(dns.MB, madname=names),
    dns.MG: st.builds(dns.MG, mgmname=names),
    dns.MR: st.builds(dns.MR, newname=names),
    dns.SOA: st.builds(dns.SOA, mname=names, rname=names, serial=u32, refresh=u32, retry=u32, expire=u32, minimum=u32),
    dns.MX: st.builds(dns.MX, preference=u16, exchange=names),
    dns.MINFO: st.builds(dns.MINFO, rmailbx=names, emailbx=names),
    dns.RP: st.builds(dns.RP, mbox=names, txt=names),
    dns.AFSDB: st.builds(dns.AFSDB, subtype=u16, hostname=names),
    dns.KX: st.builds(dns.KX, preference=u16, exchanger=names),
    dns.TXT: _strings(dns.TXT),
    dns.SPF: _strings(dns.SPF),
    dns.HINFO: st.builds(dns.HINFO, cpu=short, os=short),
    dns.SRV: st.builds(dns.SRV, priority=u16, weight=u16, port=u16, target=names),
    dns.NAPTR: st.builds(dns.NAPTR, order=u16, preference=u16, flags=short, services=short, regexp=short, replacement=names),
    dns.URI: st.builds(dns.URI, priority=u16, weight=u16, target=blob),
    dns.CAA: st.builds(dns.CAA, critical=st.booleans(), reserved_flags=st.integers(0, 127), tag=short, value=blob),
    dns.DS: _digest(dns.DS),
    dns.CDS: _digest(dns.CDS),
    dns.DLV: _digest(dns.DLV),
    dns.DNSKEY: _key(dns.DNSKEY),
    dns.CDNSKEY: _key(dns.CDNSKEY),
    dns.RRSIG: _signature(dns.RRSIG),
    dns.SIG: _signature(dns.SIG),
    dns.KEY: _key(dns.KEY),
    dns.RKEY: _key(dns.RKEY),
    dns.TA: _digest(dns.TA),
    dns.NXT: st.builds(dns.NXT, next_domain_name=names, bitmap=blob),
    dns.TALINK: st.builds(dns.TALINK, previous=names, next=names),
    dns.NINFO: _strings(dns.NINFO),
    dns.AVC: _strings(dns.AVC),
    dns.RESINFO: _strings(dns.RESINFO),
    dns.WALLET: _strings(dns.WALLET),
    dns.CLA: _strings(dns.CLA),
    dns.NULL: st.builds(dns.NULL, data=blob),
    dns.NXNAME: st.just(dns.NXNAME()),
    dns.EID: st.builds(dns.EID, identifier=blob),
    dns.NIMLOC: st.builds(dns.NIMLOC, locator=blob),
    dns.HHIT: st.builds(dns.HHIT, cbor=blob),
    dns.BRID: st.builds(dns.BRID, cbor=blob),
    dns.WKS: st.builds(dns.WKS, address=ipv4s, protocol=u8, bitmap=blob),
    dns.X25: st.builds(dns.X25, psdn_address=short),
    dns.ISDN: st.builds(dns.ISDN, address=short, subaddress=st.none() | short),
    dns.RT: st.builds(dns.RT, preference=u16, intermediate_host=names),
    dns.NSAP: st.builds(dns.NSAP, address=blob),
    dns.NSAP_PTR: st.builds(dns.NSAP_PTR, owner=names),
    dns.PX: st.builds(dns.PX, preference=u16, map822=names, mapx400=names),
    dns.ATMA: st.builds(dns.ATMA, format=numbers_of(dns.AtmFormat, 8), address=blob),
    dns.GPOS: st.builds(dns.GPOS, longitude=short, latitude=short, altitude=short),
    dns.A6: _a6(),
    dns.APL: st.builds(dns.APL, prefixes=st.lists(prefixes, max_size=3)),
    dns.IPSECKEY: st.builds(dns.IPSECKEY, precedence=u8, algorithm=u8, gateway=gateways, public_key=blob),
    dns.AMTRELAY: st.builds(dns.AMTRELAY, precedence=u8, discovery_optional=st.booleans(), relay=gateways),
    dns.HIP: st.builds(dns.HIP, algorithm=u8, hit=short, public_key=blob, rendezvous_servers=st.lists(names, max_size=3)),
    dns.DHCID: st.builds(
        dns.DHCID, identifier_type=numbers_of(dns.DhcpIdentifierType), digest_type=numbers_of(dns.DhcpDigestType, 8), digest=blob
    ),
    dns.ZONEMD: st.builds(
        dns.ZONEMD, serial=u32, scheme=numbers_of(dns.ZonemdScheme, 8), hash_algorithm=numbers_of(dns.ZonemdHash, 8), digest=blob
    ),
    dns.DSYNC: st.builds(dns.DSYNC, rrtype=types, scheme=numbers_of(dns.DsyncScheme, 8), port=u16, target=names),
    dns.DOA: st.builds(dns.DOA, enterprise=u32, doa_type=u32, location=u8, media_type=short, data=blob),
    dns.IPN: st.builds(dns.IPN, node=u64),
    dns.NID: st.builds(dns.NID, preference=u16, node_id=eight),
    dns.L32: st.builds(dns.L32, preference=u16, locator32=ipv4s),
    dns.L64: st.builds(dns.L64, preference=u16, locator64=eight),
    dns.LP: st.builds(dns.LP, preference=u16, fqdn=names),
    dns.EUI48: st.builds(dns.EUI48, address=st.binary(min_size=6, max_size=6).map(MACAddress)),
    dns.EUI64: st.builds(dns.EUI64, address=eight),
    dns.NSEC: st.builds(dns.NSEC, next_domain_name=names, type_bitmaps=windows),
    dns.NSEC3: st.builds(
        dns.NSEC3, hash_algorithm=hashes, reserved_flags=st.integers(0, 127), opt_out=st.booleans(), iterations=u16, salt=short,
        next_hashed_owner_name=short, type_bitmaps=windows,
    ),
    dns.NSEC3PARAM: st.builds(dns.NSEC3PARAM, hash_algorithm=hashes, flags=u8, iterations=u16, salt=short),
    dns.CSYNC: st.builds(dns.CSYNC, soa_serial=u32, flags=u16, type_bitmaps=windows),
    dns.SVCB: _binding(dns.SVCB),
    dns.HTTPS: _binding(dns.HTTPS),
    dns.OPT: st.builds(dns.OPT, options=st.lists(options, max_size=3)),
    dns.TLSA: _association(dns.TLSA),
    dns.SMIMEA: _association(dns.SMIMEA),
    dns.SSHFP: st.builds(dns.SSHFP, algorithm=u8, fingerprint_type=u8, fingerprint=blob),
    dns.CERT: st.builds(dns.CERT, certificate_type=u16, key_tag=u16, algorithm=algorithms, certificate_or_crl=blob),
    dns.OPENPGPKEY: st.builds(dns.OPENPGPKEY, public_key=blob),
    dns.TSIG: st.builds(
        dns.TSIG, algorithm_name=names, time_signed=u48, fudge=u16, mac=blob, original_id=u16, error=rcodes, other_data=blob
    ),
    dns.TKEY: st.builds(
        dns.TKEY, algorithm=names, inception=u32, expiration=u32, mode=u16, error=rcodes, key_data=blob, other_data=blob
    ),
    dns.LOC: st.builds(
        dns.LOC, version=u8, size_base=nibble, size_power=nibble, horizontal_precision_base=nibble, horizontal_precision_power=nibble,
        vertical_precision_base=nibble, vertical_precision_power=nibble, latitude=u32, longitude=u32, altitude=u32,
    ),
}  # fmt: skip


# --- messages -----------------------------------------------------------------------------------


@st.composite
def structured(draw: st.DrawFn) -> tuple[None, dns.RData]:
    """No type given, and data that say which it is.  (A composite has a short repr, a union of them all has not.)"""
    found: dns.RData = draw(draw(st.sampled_from(list(RDATA.values()))))
    return None, found


_unknown_types = _without_arm(dns.RData).map(dns.Type)
_never_empty = [dns.Type.A, dns.Type.AAAA, dns.Type.NS, dns.Type.MX, dns.Type.SRV, dns.Type.RRSIG, dns.Type.HINFO]
_typed_rdata = st.one_of(
    structured(),
    st.tuples(_unknown_types, st.builds(dns.Opaque, data=blob)),
    st.tuples(st.sampled_from(_never_empty), st.just(dns.Opaque())),  # a dynamic update deletes
)


def _record(name: str, rclass: dns.Class, ttl: int, typed: tuple[Any, Any]) -> dns.Record:
    return dns.Record(name=name, type=typed[0], rclass=rclass, ttl=ttl, rdata=typed[1])


records = st.builds(_record, names, numbers_of(dns.Class), u32, _typed_rdata)
questions = st.builds(dns.Question, qname=names, qtype=types, qclass=numbers_of(dns.Class))
messages = st.builds(
    dns.Message,
    id=u16, qr=st.booleans(), opcode=numbers_of(dns.Opcode, 4), aa=st.booleans(), tc=st.booleans(), rd=st.booleans(), ra=st.booleans(),
    z=st.integers(0, 1), ad=st.booleans(), cd=st.booleans(), rcode=numbers_of(dns.Rcode, 4),
    questions=st.lists(questions, max_size=2), answers=st.lists(records, max_size=4), authorities=st.lists(records, max_size=2),
    additionals=st.lists(records, max_size=2),
)  # fmt: skip
