"""OPT: the pseudo record of EDNS(0), and its options (RFC 6891, section 6.1).

The options are an open union by code: another package adds one with
`class MyOption(OptionValue, tag=65001)`.  Unknown codes are UnknownOption(data).
"""

from __future__ import annotations

from bitwright import Name, OpenEnum, Struct, array, auto, domain_name, raw, u8, u16, u32, variant
from bitwright_specs.dns.dnssec_enums import Algorithm, DigestType, Nsec3Hash
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class OptionCode(OpenEnum):
    """EDNS option codes (RFC 6891, section 9; IANA)."""

    LLQ = 1
    UPDATE_LEASE = 2
    NSID = 3
    DAU = 5
    DHU = 6
    N3U = 7
    CLIENT_SUBNET = 8
    EXPIRE = 9
    COOKIE = 10
    TCP_KEEPALIVE = 11
    PADDING = 12
    CHAIN = 13
    KEY_TAG = 14
    EXTENDED_ERROR = 15
    CLIENT_TAG = 16
    SERVER_TAG = 17
    REPORT_CHANNEL = 18
    ZONEVERSION = 19
    UMBRELLA_IDENT = 20292
    DEVICE_ID = 26946


class ExtendedErrorCode(OpenEnum):
    """Reasons of a failed answer (RFC 8914, section 4; IANA)."""

    OTHER = 0
    UNSUPPORTED_DNSKEY_ALGORITHM = 1
    UNSUPPORTED_DS_DIGEST_TYPE = 2
    STALE_ANSWER = 3
    FORGED_ANSWER = 4
    DNSSEC_INDETERMINATE = 5
    DNSSEC_BOGUS = 6
    SIGNATURE_EXPIRED = 7
    SIGNATURE_NOT_YET_VALID = 8
    DNSKEY_MISSING = 9
    RRSIGS_MISSING = 10
    NO_ZONE_KEY_BIT_SET = 11
    NSEC_MISSING = 12
    CACHED_ERROR = 13
    NOT_READY = 14
    BLOCKED = 15
    CENSORED = 16
    FILTERED = 17
    PROHIBITED = 18
    STALE_NXDOMAIN_ANSWER = 19
    NOT_AUTHORITATIVE = 20
    NOT_SUPPORTED = 21
    NO_REACHABLE_AUTHORITY = 22
    NETWORK_ERROR = 23
    INVALID_DATA = 24
    SIGNATURE_EXPIRED_BEFORE_VALID = 25
    TOO_EARLY = 26
    UNSUPPORTED_NSEC3_ITERATIONS_VALUE = 27
    UNABLE_TO_CONFORM_TO_POLICY = 28
    SYNTHESIZED = 29
    INVALID_QUERY_TYPE = 30
    RATE_LIMITED = 31
    OVER_QUOTA = 32


class AddressFamily(OpenEnum):
    """Address family numbers that client subnets use (IANA)."""

    IPV4 = 1
    IPV6 = 2


class OptionValue(Struct):
    """The data of an EDNS option (RFC 6891, section 6.1.2)."""


class UnknownOption(OptionValue):
    """Data whose code has no structure here, as bytes; the option needs its `code` given."""

    data: bytes = raw(default=b"")


class UpdateLease(OptionValue, tag=OptionCode.UPDATE_LEASE):
    """How long a dynamic update should live (RFC 9664, section 4)."""

    lease: int = u32(doc="seconds")
    key_lease: bytes = raw(default=b"", doc="nothing, or the seconds that a KEY record should live")


class Nsid(OptionValue, tag=OptionCode.NSID):
    """Identifier of a name server; empty in a query (RFC 5001, section 2.3)."""

    identifier: bytes = raw(default=b"")


class Dau(OptionValue, tag=OptionCode.DAU):
    """DNSSEC algorithms understood (RFC 6975, section 3)."""

    algorithms: list[Algorithm] = array(u8(Algorithm))


class Dhu(OptionValue, tag=OptionCode.DHU):
    """DS digests understood (RFC 6975, section 3)."""

    digests: list[DigestType] = array(u8(DigestType))


class N3u(OptionValue, tag=OptionCode.N3U):
    """NSEC3 hashes understood (RFC 6975, section 3)."""

    hashes: list[Nsec3Hash] = array(u8(Nsec3Hash))


class ClientSubnet(OptionValue, tag=OptionCode.CLIENT_SUBNET):
    """Network that the query came from (RFC 7871, section 6)."""

    family: AddressFamily = u16(AddressFamily)
    source_prefix_length: int = u8(doc="bits")
    scope_prefix_length: int = u8(default=0, doc="bits; 0 in a query")
    address: bytes = raw(doc="only as many bytes as the source prefix needs")


class Cookie(OptionValue, tag=OptionCode.COOKIE):
    """Tokens against spoofing (RFC 7873, section 4)."""

    client: bytes = raw(size=8)
    server: bytes = raw(default=b"", doc="nothing, or 8 to 32 bytes")


class TcpKeepalive(OptionValue, tag=OptionCode.TCP_KEEPALIVE):
    """How long an idle connection stays (RFC 7828, section 3.1); in a query it is empty, so UnknownOption."""

    timeout: int = u16(doc="tenths of a second")


class Padding(OptionValue, tag=OptionCode.PADDING):
    """Bytes that hide the size of the message (RFC 7830, section 3)."""

    padding: bytes = raw()


class Chain(OptionValue, tag=OptionCode.CHAIN):
    """Closest trust point of a chain query (RFC 7901, section 4.1)."""

    closest_trust_point: Name = domain_name(compress=False)


class KeyTag(OptionValue, tag=OptionCode.KEY_TAG):
    """Trust anchors in use (RFC 8145, section 4.1)."""

    key_tags: list[int] = array(u16())


class ExtendedError(OptionValue, tag=OptionCode.EXTENDED_ERROR):
    """Why an answer failed (RFC 8914, section 2)."""

    info_code: ExtendedErrorCode = u16(ExtendedErrorCode)
    extra_text: bytes = raw(default=b"", doc="for people, UTF-8")


class ReportChannel(OptionValue, tag=OptionCode.REPORT_CHANNEL):
    """Domain to which errors are reported (RFC 9567, section 6.1)."""

    agent_domain: Name = domain_name(compress=False)


class Option(Struct):
    """EDNS option: code, length, value (RFC 6891, section 6.1.2)."""

    code: OptionCode = auto(u16(OptionCode, doc="follows from the class of value"))
    length: int = auto(u16(doc="bytes of value"))
    value: OptionValue = variant(OptionValue, on=code, unknown=UnknownOption, empty=UnknownOption, size=length)


class OPT(RData, tag=Type.OPT):
    """Pseudo record of EDNS(0) (RFC 6891, section 6.1); its class and ttl have meanings of their own, see Edns."""

    options: list[Option] = array(Option, default=[])
