"""OPT: the pseudo record of EDNS(0), and its options (RFC 6891, section 6.1).

The options are an open union by code: another package adds one with
`class MyOption(OptionValue, tag=65001)`.  Unknown codes are UnknownOption(data), and so are data that do
not fit their code: that is a finding, and the message is read all the same.
"""

from __future__ import annotations

from bitwright import Name, Struct, array, auto, domain_name, raw, u8, u16, u32, u64, variant
from bitwright_specs.dns.apl import AddressFamily, network_text
from bitwright_specs.dns.dnssec_enums import Algorithm, DigestType, Nsec3Hash
from bitwright_specs.dns.edns_enums import ExtendedErrorCode, LlqError, LlqOpcode, OptionCode, ZoneVersionType
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class OptionValue(Struct):
    """The data of an EDNS option (RFC 6891, section 6.1.2)."""


class UnknownOption(OptionValue):
    """Data whose code has no structure here, as bytes; the option needs its `code` given."""

    data: bytes = raw(default=b"")


class LongLivedQuery(OptionValue, tag=OptionCode.LLQ):
    """A query whose answer is told again when it changes (RFC 8764, section 3.2)."""

    version: int = u16(default=1)
    llq_opcode: LlqOpcode = u16(LlqOpcode)
    error: LlqError = u16(LlqError, default=LlqError.NO_ERROR)
    llq_id: int = u64(default=0, doc="0 in a first query")
    lease_life: int = u32(doc="seconds")


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

    @property
    def text(self) -> str:
        """The network: "192.0.2.0/24"."""
        return network_text(self.family, self.address, self.source_prefix_length)


class Expire(OptionValue, tag=OptionCode.EXPIRE):
    """Until when a secondary keeps the zone (RFC 7314, section 2); in a query it is empty, so UnknownOption."""

    expire: int = u32(doc="seconds")


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


class ZoneVersion(OptionValue, tag=OptionCode.ZONEVERSION):
    """The version of the zone that answered (RFC 9660, section 2); in a query it is empty, so UnknownOption."""

    label_count: int = u8(doc="labels of the zone's name, without root")
    version_type: ZoneVersionType = u8(ZoneVersionType)
    version: bytes = raw(doc="a serial number of four bytes, for SOA_SERIAL")


class ClientTag(OptionValue, tag=OptionCode.CLIENT_TAG):
    """Number that a client puts on a query (draft-bellis-dnsop-edns-tags, section 4.1)."""

    tag: int = u16()


class ServerTag(OptionValue, tag=OptionCode.SERVER_TAG):
    """Number that a server puts on a response (draft-bellis-dnsop-edns-tags, section 4.2)."""

    tag: int = u16()


class ExtraTextLanguage(OptionValue, tag=OptionCode.EXTRA_TEXT_LANGUAGE):
    """Language of an extended error's text (draft-ietf-dnsop-structured-dns-error)."""

    language: bytes = raw(doc='a language tag, as "en"')


class FilteringContact(OptionValue, tag=OptionCode.FILTERING_CONTACT):
    """Whom to ask about a filtered answer (draft-ietf-dnsop-structured-dns-error)."""

    contact: bytes = raw(doc="a URI, UTF-8")


class FilteringOrganization(OptionValue, tag=OptionCode.FILTERING_ORGANIZATION):
    """Who filtered an answer (draft-ietf-dnsop-structured-dns-error)."""

    organization: bytes = raw(doc="UTF-8")


class FilteringDb(OptionValue, tag=OptionCode.FILTERING_DB):
    """The list because of which an answer was filtered (draft-ietf-dnsop-structured-dns-error)."""

    db: bytes = raw(doc="UTF-8")


class Option(Struct):
    """EDNS option: code, length, value (RFC 6891, section 6.1.2)."""

    code: OptionCode = auto(u16(OptionCode, doc="follows from the class of value"))
    length: int = auto(u16(doc="bytes of value"))
    value: OptionValue = variant(OptionValue, on=code, unknown=UnknownOption, empty=UnknownOption, malformed=UnknownOption, size=length)


class OPT(RData, tag=Type.OPT):
    """Pseudo record of EDNS(0) (RFC 6891, section 6.1); its class and ttl have meanings of their own, see Edns."""

    options: list[Option] = array(Option, default=[])
