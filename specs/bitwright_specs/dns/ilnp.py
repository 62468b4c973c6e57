"""Identifiers and locators of ILNP: NID, L32, L64, LP (RFC 6742)."""

from __future__ import annotations

from bitwright import IPv4Address, Name, domain_name, ipv4, raw, u16
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


def _words(value: bytes) -> str:
    return value.hex(":", 2)


class NID(RData, tag=Type.NID):
    """Identifier of a node (RFC 6742, section 2.1)."""

    preference: int = u16()
    node_id: bytes = raw(size=8)

    @property
    def node_id_text(self) -> str:
        """As a zone file has it: "0014:4fff:ff20:ee64"."""
        return _words(self.node_id)


class L32(RData, tag=Type.L32):
    """Locator of 32 bits, which looks like an IPv4 address (RFC 6742, section 2.2)."""

    preference: int = u16()
    locator32: IPv4Address = ipv4()


class L64(RData, tag=Type.L64):
    """Locator of 64 bits, the upper half of an IPv6 address (RFC 6742, section 2.3)."""

    preference: int = u16()
    locator64: bytes = raw(size=8)

    @property
    def locator64_text(self) -> str:
        """As a zone file has it: "2001:0db8:1140:1000"."""
        return _words(self.locator64)


class LP(RData, tag=Type.LP):
    """Name that has the locators (RFC 6742, section 2.4)."""

    preference: int = u16()
    fqdn: Name = domain_name(compress=False)
