"""SVCB and HTTPS: how to reach a service (RFC 9460).

The parameters are an open union by key: another package adds one with
`class MyParam(SvcParamValue, tag=65281)`.  Unknown keys are UnknownParam(data).
"""

from __future__ import annotations

from itertools import pairwise

from bitwright import IPv4Address, IPv6Address, Name, OpenEnum, Struct, array, auto, domain_name, ipv4, ipv6, raw, u8, u16, variant
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class SvcParamKey(OpenEnum):
    """Keys of service parameters (RFC 9460, section 14.3.2; IANA)."""

    MANDATORY = 0
    ALPN = 1
    NO_DEFAULT_ALPN = 2
    PORT = 3
    IPV4HINT = 4
    ECH = 5
    IPV6HINT = 6
    DOHPATH = 7
    OHTTP = 8
    TLS_SUPPORTED_GROUPS = 9
    DOCPATH = 10


class SvcParamValue(Struct):
    """The value of a service parameter (RFC 9460, section 2.2)."""


class UnknownParam(SvcParamValue):
    """A value whose key has no structure here, as bytes; the parameter needs its `key` given."""

    data: bytes = raw(default=b"")


class Mandatory(SvcParamValue, tag=SvcParamKey.MANDATORY):
    """Keys that a client must understand (RFC 9460, section 8)."""

    keys: list[SvcParamKey] = array(u16(SvcParamKey))


class Alpn(SvcParamValue, tag=SvcParamKey.ALPN):
    """Protocols that the service speaks (RFC 9460, section 7.1)."""

    protocols: list[bytes] = array(raw(prefix=u8()))


class NoDefaultAlpn(SvcParamValue, tag=SvcParamKey.NO_DEFAULT_ALPN):
    """The scheme's default protocol is not spoken (RFC 9460, section 7.1)."""


class Port(SvcParamValue, tag=SvcParamKey.PORT):
    """Port of the service (RFC 9460, section 7.2)."""

    port: int = u16()


class IPv4Hint(SvcParamValue, tag=SvcParamKey.IPV4HINT):
    """Addresses to try before the answer to A arrives (RFC 9460, section 7.3)."""

    addresses: list[IPv4Address] = array(ipv4())


class Ech(SvcParamValue, tag=SvcParamKey.ECH):
    """Encrypted ClientHello configurations (RFC 9848)."""

    config_list: bytes = raw()


class IPv6Hint(SvcParamValue, tag=SvcParamKey.IPV6HINT):
    """Addresses to try before the answer to AAAA arrives (RFC 9460, section 7.3)."""

    addresses: list[IPv6Address] = array(ipv6())


class DohPath(SvcParamValue, tag=SvcParamKey.DOHPATH):
    """URI template of DNS over HTTPS, UTF-8 (RFC 9461, section 5)."""

    template: bytes = raw()


class Ohttp(SvcParamValue, tag=SvcParamKey.OHTTP):
    """The service answers oblivious HTTP (RFC 9540, section 4)."""


class TlsSupportedGroups(SvcParamValue, tag=SvcParamKey.TLS_SUPPORTED_GROUPS):
    """TLS groups that the service takes, the preferred one first (draft-ietf-tls-key-share-prediction, section 3.1)."""

    groups: list[int] = array(u16())


class DocPath(SvcParamValue, tag=SvcParamKey.DOCPATH):
    """Path of DNS over CoAP, segment by segment, UTF-8 (draft-ietf-core-dns-over-coap, section 3)."""

    segments: list[bytes] = array(raw(prefix=u8()))


class SvcParam(Struct):
    """Service parameter: key, length, value (RFC 9460, section 2.2)."""

    key: SvcParamKey = auto(u16(SvcParamKey, doc="follows from the class of value"))
    length: int = auto(u16(doc="bytes of value"))
    value: SvcParamValue = variant(SvcParamValue, on=key, unknown=UnknownParam, empty=UnknownParam, size=length)


def faults_of(priority: int, params: list[SvcParam]) -> list[str]:
    """The rules that hold between parameters, and which of them are broken (RFC 9460, sections 2.2, 2.4.2, 7 and 8)."""
    keys = [int(param.resolved().key) for param in params]
    found = [f"key {after} follows key {before}: keys ascend, each once" for before, after in pairwise(keys) if after <= before]
    if priority == 0 and params:
        found.append("alias mode has no parameters")
    if SvcParamKey.NO_DEFAULT_ALPN in keys and SvcParamKey.ALPN not in keys:
        found.append("no-default-alpn without alpn")
    for param in params:
        match param.value:
            case Mandatory(keys=named):
                found += _faults_of_mandatory([int(key) for key in named], keys)
            case Alpn(protocols=[]) | IPv4Hint(addresses=[]) | IPv6Hint(addresses=[]):
                found.append(f"{type(param.value).__name__} names nothing")
            case Alpn(protocols=protocols) if b"" in protocols:
                found.append("alpn names an empty protocol")
    return found


def _faults_of_mandatory(named: list[int], present: list[int]) -> list[str]:
    found = [f"mandatory names key {after} after {before}: keys ascend, each once" for before, after in pairwise(named) if after <= before]
    found += [f"mandatory names key {key}, which is absent" for key in named if key not in present]
    return [*found, *(["mandatory names itself"] if 0 in named else []), *([] if named else ["mandatory names nothing"])]


class ServiceBinding(RData):
    """What SVCB and HTTPS have in common (RFC 9460, section 2.2); the target is never compressed."""

    priority: int = u16(doc="0: alias mode")
    target: Name = domain_name(compress=False)
    params: list[SvcParam] = array(SvcParam, default=[])

    def faults(self) -> list[str]:
        """What makes the record malformed although it can be read, in words; RFC 9460 tells a client to ignore such a one."""
        return faults_of(self.priority, self.params)


class SVCB(ServiceBinding, tag=Type.SVCB):
    """Service binding (RFC 9460, section 2)."""


class HTTPS(ServiceBinding, tag=Type.HTTPS):
    """Service binding of the https scheme (RFC 9460, section 9)."""
