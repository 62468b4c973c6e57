"""APL: lists of address prefixes (RFC 3123)."""

from __future__ import annotations

import ipaddress

from bitwright import OpenEnum, Struct, array, auto, bits, flag, raw, u8, u16
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class AddressFamily(OpenEnum):
    """Address family numbers (IANA), as APL records and client subnets use them."""

    IPV4 = 1
    IPV6 = 2


def network_text(family: AddressFamily, address: bytes, prefix_length: int) -> str:
    """A network as "192.0.2.0/24", from an address without its trailing zero bytes; in hex where the family is another."""
    size = {AddressFamily.IPV4: 4, AddressFamily.IPV6: 16}.get(family, 0)
    if len(address) > size:
        return f"{address.hex()}/{prefix_length}"
    return f"{ipaddress.ip_address(address.ljust(size, bytes(1))) if size else ''}/{prefix_length}"


class AddressPrefix(Struct):
    """An item of the list (RFC 3123, section 4)."""

    family: AddressFamily = u16(AddressFamily)
    prefix_length: int = u8(doc="bits")
    negation: bool = flag(default=False, doc="the prefix is excluded")
    length: int = auto(bits(7, doc="bytes of address"))
    address: bytes = raw(size=length, doc="without its trailing zero bytes")

    @property
    def text(self) -> str:
        """As a zone file has it: "!1:192.0.2.0/24" (RFC 3123, section 5)."""
        return f"{'!' * self.negation}{int(self.family)}:{network_text(self.family, self.address, self.prefix_length)}"


class APL(RData, tag=Type.APL):
    """Address prefix list (RFC 3123, section 4)."""

    prefixes: list[AddressPrefix] = array(AddressPrefix, default=[])
