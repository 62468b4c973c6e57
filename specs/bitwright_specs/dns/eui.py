"""Hardware addresses: EUI48 and EUI64 (RFC 7043)."""

from __future__ import annotations

from bitwright import MACAddress, mac, raw
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class EUI48(RData, tag=Type.EUI48):
    """Hardware address of 48 bits (RFC 7043, section 3.1)."""

    address: MACAddress = mac()

    @property
    def text(self) -> str:
        """As a zone file has it: "00-00-5e-00-53-2a" (RFC 7043, section 3.2)."""
        return self.address.hex("-")


class EUI64(RData, tag=Type.EUI64):
    """Hardware address of 64 bits (RFC 7043, section 4.1)."""

    address: bytes = raw(size=8)

    @property
    def text(self) -> str:
        """As a zone file has it: "00-00-5e-ef-10-00-00-2a" (RFC 7043, section 4.2)."""
        return self.address.hex("-")
