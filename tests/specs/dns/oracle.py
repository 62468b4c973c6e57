"""What dnspython makes of a message, and what bitwright makes of it, in one neutral form.

Both sides become a flat dict, path → plain value, so that a test can compare them and name what differs:
names are tuples of labels, addresses and strings are bytes, numbers are ints.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from typing import Any

import dns.edns
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.svcbbase
import dns.update

from bitwright import Struct
from bitwright_specs import dns as ours
from tests.specs.dns import unions, walk

SECTIONS = walk.SECTIONS
View = dict[str, Any]
FLAGS = {"qr": 15, "aa": 10, "tc": 9, "rd": 8, "ra": 7, "z": 6, "ad": 5, "cd": 4}


def read(data: bytes) -> dns.message.Message:
    """The message as dnspython reads it; signatures are not verified."""
    return dns.message.from_wire(data, one_rr_per_rrset=True, keyring=lambda message, name: False)


def name_at(data: bytes, position: int) -> tuple[bytes, ...]:
    """The labels of the name at `position`, as dnspython reads them."""
    return dns.name.from_wire(data, position)[0].labels


def rdata_at(data: bytes, place: walk.Place, rclass: int = dns.rdataclass.IN) -> Any:
    """The data of one record, as dnspython reads them in class IN."""
    kind = dns.rdatatype.RdataType(place.type)
    return dns.rdata.from_wire(dns.rdataclass.RdataClass(rclass), kind, data, place.rdata, place.rdlength)


# --- bitwright's side ---------------------------------------------------------------------------


def our_view(message: ours.Message) -> View:
    """A parsed message in the neutral form."""
    view: View = {name: int(getattr(message, name)) for name in unions.fields(ours.Header)}
    for i, question in enumerate(message.questions):
        view |= _entry(f"questions[{i}]", plain(question.qname), question.qtype, question.qclass)
    for section in SECTIONS:
        for i, record in enumerate(getattr(message, section)):
            at = f"{section}[{i}]"
            view |= _entry(at, plain(record.name), record.type, record.rclass)
            view[f"{at}.ttl"] = record.ttl
            view |= {f"{at}.rdata.{name}": value for name, value in our_rdata(record.rdata).items()}
    return view


def our_rdata(rdata: ours.RData) -> View:
    """Record data in the neutral form."""
    if isinstance(rdata, ours.ServiceBinding):
        params = {int(p.key): _our_param(p.value) for p in rdata.params}
        return {"priority": rdata.priority, "target": plain(rdata.target), "params": params}
    if isinstance(rdata, ours.OPT):
        return {"options": [(int(o.code), _our_option(o.value)) for o in rdata.options]}
    return {name: plain(getattr(rdata, name)) for name in unions.fields(rdata)}


def _our_param(value: ours.SvcParamValue) -> Any:
    found = [plain(getattr(value, name)) for name in unions.fields(value)]
    return found[0] if found else None


def _our_option(value: ours.OptionValue) -> Any:
    if isinstance(value, ours.ClientSubnet | ours.Cookie | ours.ExtendedError | ours.Nsid | ours.ReportChannel):
        return tuple(plain(getattr(value, name)) for name in unions.fields(value))
    return value.build()


def plain(value: Any) -> Any:
    """A field's value in the neutral form; text is always a name here."""
    if isinstance(value, str):
        return dns.name.from_text(value).labels
    if value is None:
        return None
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Struct):
        return tuple(plain(getattr(value, name)) for name in unions.fields(value))
    return int(value) if isinstance(value, int) else bytes(value)


def _entry(at: str, name: Any, kind: int, rclass: int) -> View:
    return {f"{at}.name": name, f"{at}.type": int(kind), f"{at}.class": int(rclass)}


# --- dnspython's side ---------------------------------------------------------------------------


def their_view(data: bytes, message: dns.message.Message) -> View:
    """dnspython's reading in the neutral form."""
    view: View = {"id": message.id, "opcode": (message.flags >> 11) & 15, "rcode": message.flags & 15}
    view |= {name: message.flags >> bit & 1 for name, bit in FLAGS.items()}
    questions, places = walk.records(data)
    view |= dict(zip(("qdcount", "ancount", "nscount", "arcount"), _counts(questions, places), strict=True))
    for i, question in enumerate(message.sections[0]):
        view |= _entry(f"questions[{i}]", question.name.labels, question.rdtype, question.rdclass)
    for section, read_sets in zip(SECTIONS, message.sections[1:], strict=True):
        sets = iter(read_sets)
        for i, place in enumerate(p for p in places if p.section == section):
            view |= _their_record(f"{section}[{i}]", message, sets, place)
    return view


def _counts(questions: list[int], places: list[walk.Place]) -> list[int]:
    return [len(questions), *(sum(p.section == section for p in places) for section in SECTIONS)]


def _their_record(at: str, message: dns.message.Message, sets: Iterator[Any], place: walk.Place) -> View:
    """One record; OPT and TSIG, which dnspython takes out of the section, are put back where they were."""
    special = {dns.rdatatype.OPT: message.opt, dns.rdatatype.TSIG: message.tsig}.get(dns.rdatatype.RdataType(place.type))
    rrset = special if special is not None else next(sets)
    rclass = rrset.deleting if rrset.deleting is not None else rrset.rdclass
    view = _entry(at, rrset.name.labels, rrset.rdtype, rclass)
    view[f"{at}.ttl"] = rrset.ttl
    if not len(rrset):  # a dynamic update's record without data
        return view | {f"{at}.rdata.data": b""}
    view |= {f"{at}.rdata.{name}": value for name, value in their_rdata(rrset[0]).items()}
    if special is not None and place.type == dns.rdatatype.OPT:
        opt: Any = special[0]
        view[f"{at}.class"] = opt.rdclass  # the payload size
    return view


def their_rdata(rdata: Any) -> View:
    """dnspython's record data under bitwright's field names."""
    convert = CONVERTERS.get(dns.rdatatype.to_text(rdata.rdtype)) if not isinstance(rdata, dns.rdata.GenericRdata) else None
    return convert(rdata) if convert else {"data": rdata.to_wire()}


def _address(rdata: Any) -> View:
    return {"address": ipaddress.ip_address(rdata.address).packed}


def _single(field: str) -> Callable[[Any], View]:
    return lambda rdata: {field: rdata.target.labels}


def _ds(r: Any) -> View:
    return {"key_tag": r.key_tag, "algorithm": int(r.algorithm), "digest_type": int(r.digest_type), "digest": r.digest}


def _dnskey(r: Any) -> View:
    return {"flags": int(r.flags), "protocol": r.protocol, "algorithm": int(r.algorithm), "public_key": r.key}


def _text(r: Any) -> View:
    return {"strings": list(r.strings)}


def _soa(r: Any) -> View:
    numbers = {name: getattr(r, name) for name in ("serial", "refresh", "retry", "expire", "minimum")}
    return {"mname": r.mname.labels, "rname": r.rname.labels, **numbers}


def _naptr(r: Any) -> View:
    return {
        "order": r.order, "preference": r.preference, "flags": r.flags, "services": r.service, "regexp": r.regexp,
        "replacement": r.replacement.labels,
    }  # fmt: skip


def _rrsig(r: Any) -> View:
    return {
        "type_covered": int(r.type_covered), "algorithm": int(r.algorithm), "labels": r.labels, "original_ttl": r.original_ttl,
        "expiration": r.expiration, "inception": r.inception, "key_tag": r.key_tag, "signer_name": r.signer.labels,
        "signature": r.signature,
    }  # fmt: skip


def _nsec3(r: Any) -> View:
    return {
        "hash_algorithm": r.algorithm, "reserved_flags": r.flags >> 1, "opt_out": r.flags & 1, "iterations": r.iterations,
        "salt": r.salt, "next_hashed_owner_name": r.next, "type_bitmaps": list(r.windows),
    }  # fmt: skip


def _tlsa(r: Any) -> View:
    return {"usage": r.usage, "selector": r.selector, "matching_type": r.mtype, "data": r.cert}


def _tsig(r: Any) -> View:
    return {
        "algorithm_name": r.algorithm.labels, "time_signed": r.time_signed, "fudge": r.fudge, "mac": r.mac,
        "original_id": r.original_id, "error": int(r.error), "other_data": r.other,
    }  # fmt: skip


def _tkey(r: Any) -> View:
    return {
        "algorithm": r.algorithm.labels, "inception": r.inception, "expiration": r.expiration, "mode": r.mode,
        "error": int(r.error), "key_data": r.key, "other_data": r.other,
    }  # fmt: skip


def _loc(r: Any) -> View:
    """dnspython converts to degrees and metres, so the numbers come from what it writes."""
    wire = r.to_wire()
    halves = [half for byte in wire[1:4] for half in (byte >> 4, byte & 15)]
    names = [f"{what}_{part}" for what in ("size", "horizontal_precision", "vertical_precision") for part in ("base", "power")]
    words = [int.from_bytes(wire[at : at + 4], "big") for at in (4, 8, 12)]
    sizes, place = zip(names, halves, strict=True), zip(("latitude", "longitude", "altitude"), words, strict=True)
    return {"version": wire[0], **dict(sizes), **dict(place)}


def _svcb(r: Any) -> View:
    return {"priority": r.priority, "target": r.target.labels, "params": {int(key): _their_param(p) for key, p in r.params.items()}}


def _their_param(param: Any) -> Any:
    match param:
        case None:
            return None
        case dns.rdtypes.svcbbase.MandatoryParam():
            return [int(key) for key in param.keys]
        case dns.rdtypes.svcbbase.ALPNParam():
            return list(param.ids)
        case dns.rdtypes.svcbbase.PortParam():
            return param.port
        case dns.rdtypes.svcbbase.IPv4HintParam() | dns.rdtypes.svcbbase.IPv6HintParam():
            return [ipaddress.ip_address(a).packed for a in param.addresses]
        case dns.rdtypes.svcbbase.ECHParam():
            return param.ech
    return param.value


def _opt(r: Any) -> View:
    return {"options": [(int(o.otype), _their_option(o)) for o in r.options]}


def _their_option(option: Any) -> Any:
    match option:
        case dns.edns.ECSOption():
            return (option.family, option.srclen, option.scopelen, option.addrdata)
        case dns.edns.CookieOption():
            return (option.client, option.server)
        case dns.edns.NSIDOption():
            return (option.nsid,)
        case dns.edns.EDEOption():
            return (int(option.code), (option.text or "").encode())
        case dns.edns.ReportChannelOption():
            return (option.agent_domain.labels,)
    return option.to_wire()


def _ipseckey(r: Any) -> View:
    return {
        "precedence": r.precedence, "gateway_type": r.gateway_type, "algorithm": r.algorithm, "gateway": _gateway(r.gateway),
        "public_key": r.key,
    }  # fmt: skip


def _amtrelay(r: Any) -> View:
    return {
        "precedence": r.precedence, "discovery_optional": int(r.discovery_optional), "relay_type": r.relay_type, "relay": _gateway(r.relay),
    }  # fmt: skip


def _gateway(found: Any) -> Any:
    """Nothing, an address as dnspython writes it, or a name."""
    if found is None:
        return ()
    return (found.labels,) if isinstance(found, dns.name.Name) else (ipaddress.ip_address(found).packed,)


def _hip(r: Any) -> View:
    servers = [server.labels for server in r.servers]
    return {
        "hit_length": len(r.hit), "algorithm": r.algorithm, "public_key_length": len(r.key), "hit": r.hit, "public_key": r.key,
        "rendezvous_servers": servers,
    }  # fmt: skip


def _apl(r: Any) -> View:
    """dnspython fills addresses up; on the wire their trailing zeros are left out, as RFC 3123, section 4 says."""
    found = []
    for item in r.items:
        full = ipaddress.ip_address(item.address).packed if item.family in (1, 2) else bytes.fromhex(item.address.decode())
        address = full.rstrip(b"\0")
        found.append((int(item.family), item.prefix, int(item.negation), len(address), address))
    return {"prefixes": found}


def _dhcid(r: Any) -> View:
    """Bytes to dnspython: RFC 4701, section 3.1 says what they are."""
    return {"identifier_type": int.from_bytes(r.data[:2], "big"), "digest_type": r.data[2], "digest": r.data[3:]}


def _words(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _zonemd(r: Any) -> View:
    return {"serial": r.serial, "scheme": int(r.scheme), "hash_algorithm": int(r.hash_algorithm), "digest": r.digest}


CONVERTERS: dict[str, Callable[[Any], View]] = {
    "A": _address, "AAAA": _address, "NS": _single("nsdname"), "CNAME": _single("cname"), "PTR": _single("ptrdname"),
    "DNAME": _single("target"), "SOA": _soa, "TXT": _text, "SPF": _text, "NAPTR": _naptr, "RRSIG": _rrsig, "NSEC3": _nsec3,
    "DS": _ds, "CDS": _ds, "DLV": _ds, "DNSKEY": _dnskey, "CDNSKEY": _dnskey, "SVCB": _svcb, "HTTPS": _svcb, "OPT": _opt,
    "TLSA": _tlsa, "SMIMEA": _tlsa, "TSIG": _tsig, "TKEY": _tkey, "LOC": _loc,
    "MX": lambda r: {"preference": r.preference, "exchange": r.exchange.labels},
    "KX": lambda r: {"preference": r.preference, "exchanger": r.exchange.labels},
    "AFSDB": lambda r: {"subtype": r.preference, "hostname": r.exchange.labels},
    "RP": lambda r: {"mbox": r.mbox.labels, "txt": r.txt.labels},
    "SRV": lambda r: {"priority": r.priority, "weight": r.weight, "port": r.port, "target": r.target.labels},
    "URI": lambda r: {"priority": r.priority, "weight": r.weight, "target": r.target},
    "CAA": lambda r: {"critical": r.flags >> 7, "reserved_flags": r.flags & 127, "tag": r.tag, "value": r.value},
    "HINFO": lambda r: {"cpu": r.cpu, "os": r.os},
    "NSEC": lambda r: {"next_domain_name": r.next.labels, "type_bitmaps": list(r.windows)},
    "NSEC3PARAM": lambda r: {"hash_algorithm": r.algorithm, "flags": r.flags, "iterations": r.iterations, "salt": r.salt},
    "CSYNC": lambda r: {"soa_serial": r.serial, "flags": int(r.flags), "type_bitmaps": list(r.windows)},
    "SSHFP": lambda r: {"algorithm": r.algorithm, "fingerprint_type": r.fp_type, "fingerprint": r.fingerprint},
    "CERT": lambda r: {
        "certificate_type": int(r.certificate_type), "key_tag": r.key_tag, "algorithm": int(r.algorithm),
        "certificate_or_crl": r.certificate,
    },
    "OPENPGPKEY": lambda r: {"public_key": r.key},
    "IPSECKEY": _ipseckey, "AMTRELAY": _amtrelay, "HIP": _hip, "APL": _apl, "DHCID": _dhcid, "ZONEMD": _zonemd, "SIG": _rrsig,
    "KEY": _dnskey, "NINFO": _text, "AVC": _text, "RESINFO": _text, "WALLET": _text, "NSAP-PTR": lambda r: {"owner": r.target.labels},
    "WKS": lambda r: {**_address(r), "protocol": r.protocol, "bitmap": r.bitmap},
    "X25": lambda r: {"psdn_address": r.address},
    "ISDN": lambda r: {"address": r.address, "subaddress": r.subaddress or None},
    "RT": lambda r: {"preference": r.preference, "intermediate_host": r.exchange.labels},
    "NSAP": lambda r: {"address": r.address},
    "PX": lambda r: {"preference": r.preference, "map822": r.map822.labels, "mapx400": r.mapx400.labels},
    "GPOS": lambda r: {"longitude": r.latitude, "latitude": r.longitude, "altitude": r.altitude},  # dnspython names the first latitude
    "DSYNC": lambda r: {"rrtype": int(r.rrtype), "scheme": int(r.scheme), "port": r.port, "target": r.target.labels},
    "NID": lambda r: {"preference": r.preference, "node_id": _words(r.nodeid)},
    "L32": lambda r: {"preference": r.preference, "locator32": ipaddress.ip_address(r.locator32).packed},
    "L64": lambda r: {"preference": r.preference, "locator64": _words(r.locator64)},
    "LP": lambda r: {"preference": r.preference, "fqdn": r.fqdn.labels},
    "EUI48": lambda r: {"address": r.eui}, "EUI64": lambda r: {"address": r.eui},
    "HHIT": lambda r: {"cbor": r.value}, "BRID": lambda r: {"cbor": r.value},
}  # fmt: skip
