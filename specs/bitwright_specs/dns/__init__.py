"""DNS: the domain name system (RFC 1034, RFC 1035 and what extends them).

`Message` is a datagram's, `TcpMessage` a stream's.  One file a family of records; a record type
without a class here is `Opaque` (RFC 3597), and any package may add one: see `rdata`.
Names are absolute text in presentation form ("www.example.", root "."), every byte kept by
the escapes of RFC 1035, section 5.1.
"""

from __future__ import annotations

from bitwright_specs.dns.address import AAAA, A
from bitwright_specs.dns.bitmap import TypeWindow, types_of, windows_of
from bitwright_specs.dns.caa import CAA
from bitwright_specs.dns.dnskey import CDNSKEY, DNSKEY, PublicKey
from bitwright_specs.dns.dnssec_enums import Algorithm, DigestType, Nsec3Hash
from bitwright_specs.dns.ds import CDS, DLV, DS, DelegationDigest
from bitwright_specs.dns.edns import Edns
from bitwright_specs.dns.enums import Class, Opcode, Rcode, Type
from bitwright_specs.dns.header import Header
from bitwright_specs.dns.loc import LOC
from bitwright_specs.dns.mail import AFSDB, KX, MINFO, MX, RP
from bitwright_specs.dns.message import Message, TcpMessage
from bitwright_specs.dns.names import CNAME, DNAME, MB, MD, MF, MG, MR, NS, PTR
from bitwright_specs.dns.nsec import CSYNC, NSEC, NSEC3, NSEC3PARAM
from bitwright_specs.dns.opt import (
    OPT,
    AddressFamily,
    Chain,
    ClientSubnet,
    Cookie,
    Dau,
    Dhu,
    ExtendedError,
    ExtendedErrorCode,
    KeyTag,
    N3u,
    Nsid,
    Option,
    OptionCode,
    OptionValue,
    Padding,
    ReportChannel,
    TcpKeepalive,
    UnknownOption,
    UpdateLease,
)  # fmt: skip
from bitwright_specs.dns.question import Question
from bitwright_specs.dns.rdata import Opaque, RData
from bitwright_specs.dns.record import Record
from bitwright_specs.dns.rrsig import RRSIG
from bitwright_specs.dns.security import CERT, OPENPGPKEY, SMIMEA, SSHFP, TLSA, CertificateAssociation
from bitwright_specs.dns.soa import SOA
from bitwright_specs.dns.srv import NAPTR, SRV, URI
from bitwright_specs.dns.svcb import (
    HTTPS,
    SVCB,
    Alpn,
    DohPath,
    Ech,
    IPv4Hint,
    IPv6Hint,
    Mandatory,
    NoDefaultAlpn,
    Port,
    ServiceBinding,
    SvcParam,
    SvcParamKey,
    SvcParamValue,
    UnknownParam,
)  # fmt: skip
from bitwright_specs.dns.tsig import TKEY, TSIG
from bitwright_specs.dns.txt import HINFO, SPF, TXT

__all__ = [
    "AAAA", "AFSDB", "CAA", "CDNSKEY", "CDS", "CERT", "CNAME", "CSYNC", "DLV", "DNAME", "DNSKEY", "DS", "HINFO", "HTTPS", "KX", "LOC",
    "MB", "MD", "MF", "MG", "MINFO", "MR", "MX", "NAPTR", "NS", "NSEC", "NSEC3", "NSEC3PARAM", "OPENPGPKEY", "OPT", "PTR", "RP",
    "RRSIG", "SMIMEA", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TKEY", "TLSA", "TSIG", "TXT", "URI", "A", "AddressFamily", "Algorithm",
    "Alpn", "CertificateAssociation", "Chain", "Class", "ClientSubnet", "Cookie", "Dau", "DelegationDigest", "Dhu", "DigestType",
    "DohPath", "Ech", "Edns", "ExtendedError", "ExtendedErrorCode", "Header", "IPv4Hint", "IPv6Hint", "KeyTag", "Mandatory", "Message",
    "N3u", "NoDefaultAlpn", "Nsec3Hash", "Nsid", "Opaque", "Opcode", "Option", "OptionCode", "OptionValue", "Padding", "Port",
    "PublicKey", "Question", "RData", "Rcode", "Record", "ReportChannel", "ServiceBinding", "SvcParam", "SvcParamKey", "SvcParamValue",
    "TcpKeepalive", "TcpMessage", "Type", "TypeWindow", "UnknownOption", "UnknownParam", "UpdateLease", "types_of", "windows_of",
]  # fmt: skip
