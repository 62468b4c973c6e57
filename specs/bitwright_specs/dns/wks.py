"""WKS: the services of a host (RFC 1035, section 3.4.2; RFC 1123, section 2.2, advises against it)."""

from __future__ import annotations

from bitwright import IPv4Address, ipv4, raw, u8
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class WKS(RData, tag=Type.WKS):
    """Well known services (RFC 1035, section 3.4.2)."""

    address: IPv4Address = ipv4()
    protocol: int = u8(doc="6 TCP, 17 UDP")
    bitmap: bytes = raw(default=b"", doc="bit 0, the uppermost, is port 0")

    @property
    def ports(self) -> list[int]:
        """The ports whose bit is set, ascending."""
        return [8 * i + bit for i, byte in enumerate(self.bitmap) for bit in range(8) if byte & 0x80 >> bit]
