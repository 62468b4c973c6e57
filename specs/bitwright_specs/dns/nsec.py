"""Denial of existence: NSEC (RFC 4034), NSEC3 and NSEC3PARAM (RFC 5155), NXT (RFC 2535); CSYNC, a bitmap too (RFC 7477)."""

from __future__ import annotations

from bitwright import Name, array, domain_name, flag, raw, reserved, u8, u16, u32
from bitwright_specs.dns.bitmap import TypeWindow, types_of
from bitwright_specs.dns.dnssec_enums import Nsec3Hash
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class NSEC(RData, tag=Type.NSEC):
    """The next name of the zone and the types that this one has (RFC 4034, section 4.1)."""

    next_domain_name: Name = domain_name(compress=False)
    type_bitmaps: list[TypeWindow] = array(TypeWindow)

    @property
    def types(self) -> list[Type]:
        """The types that exist at the owner name."""
        return types_of(self.type_bitmaps)


class NSEC3(RData, tag=Type.NSEC3):
    """NSEC over hashed names (RFC 5155, section 3.2)."""

    hash_algorithm: Nsec3Hash = u8(Nsec3Hash)
    reserved_flags: int = reserved(7)
    opt_out: bool = flag(default=False, doc="unsigned delegations may lie in between")
    iterations: int = u16()
    salt: bytes = raw(prefix=u8())
    next_hashed_owner_name: bytes = raw(prefix=u8())
    type_bitmaps: list[TypeWindow] = array(TypeWindow)

    @property
    def types(self) -> list[Type]:
        """The types that exist at the owner name."""
        return types_of(self.type_bitmaps)


class NSEC3PARAM(RData, tag=Type.NSEC3PARAM):
    """How a zone's names are hashed (RFC 5155, section 4.2)."""

    hash_algorithm: Nsec3Hash = u8(Nsec3Hash)
    flags: int = u8(default=0)
    iterations: int = u16()
    salt: bytes = raw(prefix=u8())


class CSYNC(RData, tag=Type.CSYNC):
    """Which records a parent should copy from its child (RFC 7477, section 2.1)."""

    soa_serial: int = u32()
    flags: int = u16(doc="1: immediate, 2: serial minimum")
    type_bitmaps: list[TypeWindow] = array(TypeWindow)

    @property
    def types(self) -> list[Type]:
        """The types to copy."""
        return types_of(self.type_bitmaps)


class NXT(RData, tag=Type.NXT):
    """The next name and the types below 128 that this one has (RFC 2535, section 5.2; replaced by NSEC)."""

    next_domain_name: Name = domain_name(compress=False)
    bitmap: bytes = raw(doc="bit 0, the uppermost, is zero; bit 1 is A")

    @property
    def types(self) -> list[Type]:
        """The types that exist at the owner name."""
        return TypeWindow(window=0, bitmap=self.bitmap).types
