"""LOC: where a host is on the earth (RFC 1876)."""

from __future__ import annotations

from bitwright import bits, u8, u32
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData

EQUATOR = 1 << 31  # also the prime meridian; thousandths of an arc second from there
ALTITUDE_BASE = 100_000_00  # centimetres below the WGS 84 spheroid


class LOC(RData, tag=Type.LOC):
    """Location (RFC 1876, section 2); sizes are base * 10**power centimetres."""

    version: int = u8(default=0)
    size_base: int = bits(4)
    size_power: int = bits(4)
    horizontal_precision_base: int = bits(4)
    horizontal_precision_power: int = bits(4)
    vertical_precision_base: int = bits(4)
    vertical_precision_power: int = bits(4)
    latitude: int = u32(doc="thousandths of an arc second, 2**31 is the equator")
    longitude: int = u32(doc="thousandths of an arc second, 2**31 is the prime meridian")
    altitude: int = u32(doc="centimetres, 10,000,000 is the reference spheroid")

    @property
    def latitude_degrees(self) -> float:
        """Degrees, north positive."""
        return (self.latitude - EQUATOR) / 3_600_000

    @property
    def longitude_degrees(self) -> float:
        """Degrees, east positive."""
        return (self.longitude - EQUATOR) / 3_600_000

    @property
    def altitude_metres(self) -> float:
        """Metres above the reference spheroid."""
        return (self.altitude - ALTITUDE_BASE) / 100
