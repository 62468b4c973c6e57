"""The registries of EDNS(0): option codes, extended errors, and what single options number (IANA)."""

from __future__ import annotations

from bitwright import OpenEnum


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
    MQTYPE_QUERY = 20
    MQTYPE_RESPONSE = 21
    EXTRA_TEXT_LANGUAGE = 22
    FILTERING_CONTACT = 23
    FILTERING_ORGANIZATION = 24
    FILTERING_DB = 25
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


class LlqOpcode(OpenEnum):
    """Steps of a long-lived query (RFC 8764, section 5.1)."""

    SETUP = 1
    REFRESH = 2
    EVENT = 3


class LlqError(OpenEnum):
    """Outcomes of a long-lived query (RFC 8764, section 5.1)."""

    NO_ERROR = 0
    SERV_FULL = 1
    STATIC = 2
    FORMAT_ERR = 3
    NO_SUCH_LLQ = 4
    BAD_VERS = 5
    UNKNOWN_ERR = 6


class ZoneVersionType(OpenEnum):
    """What a zone's version is (RFC 9660, section 7.2; IANA)."""

    SOA_SERIAL = 0
