"""Where a host is on the earth: LOC (RFC 1876) and GPOS (RFC 1712), which LOC replaced."""

from __future__ import annotations

from bitwright import bits, raw, u8, u32
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

    @property
    def text(self) -> str:
        """As a zone file has it: "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m" (RFC 1876, section 3)."""
        where = f"{_angle(self.latitude, 'NS')} {_angle(self.longitude, 'EW')} {_metres(self.altitude - ALTITUDE_BASE)}"
        sizes = (
            (self.size_base, self.size_power),
            (self.horizontal_precision_base, self.horizontal_precision_power),
            (self.vertical_precision_base, self.vertical_precision_power),
        )
        return " ".join([where, *(_metres(base * 10**power) for base, power in sizes)])


def _angle(value: int, signs: str) -> str:
    """Degrees, minutes, seconds, and the half of the earth."""
    minutes, thousandths = divmod(abs(value - EQUATOR), 60_000)
    degrees, minutes = divmod(minutes, 60)
    return f"{degrees} {minutes} {thousandths // 1000}.{thousandths % 1000:03d} {signs[value < EQUATOR]}"


def _metres(centimetres: int) -> str:
    whole, rest = divmod(abs(centimetres), 100)
    return f"{'-' * (centimetres < 0)}{whole}.{rest:02d}m"


class GPOS(RData, tag=Type.GPOS):
    """Geographical position, its numbers as text (RFC 1712, section 3)."""

    longitude: bytes = raw(prefix=u8(), doc="degrees, -180 to 180")
    latitude: bytes = raw(prefix=u8(), doc="degrees, -90 to 90")
    altitude: bytes = raw(prefix=u8(), doc="metres")
