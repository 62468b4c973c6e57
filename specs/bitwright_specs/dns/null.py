"""NULL: whatever bytes (RFC 1035), and the types that are one run of bytes without a structure of their own."""

from __future__ import annotations

from bitwright import raw
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class NULL(RData, tag=Type.NULL):
    """Anything at all (RFC 1035, section 3.3.10)."""

    data: bytes = raw(default=b"")


class NXNAME(RData, tag=Type.NXNAME):
    """Mark in a type bitmap that a name does not exist; never a record with data (RFC 9824, section 5)."""


class EID(RData, tag=Type.EID):
    """Endpoint identifier of Nimrod (draft-ietf-nimrod-dns, section 3)."""

    identifier: bytes = raw()


class NIMLOC(RData, tag=Type.NIMLOC):
    """Locator of Nimrod (draft-ietf-nimrod-dns, section 3)."""

    locator: bytes = raw()


class HHIT(RData, tag=Type.HHIT):
    """Hierarchical host identity tag of a drone, in CBOR (draft-ietf-drip-registries, section 5)."""

    cbor: bytes = raw()


class BRID(RData, tag=Type.BRID):
    """Broadcast remote identification of a drone, in CBOR (draft-ietf-drip-registries, section 5)."""

    cbor: bytes = raw()
