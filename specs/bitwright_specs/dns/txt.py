"""Text: TXT and HINFO (RFC 1035, section 3.3), and the types that are laid out as TXT.

A character string is bytes: nothing says in which encoding (RFC 1035, section 3.3).
"""

from __future__ import annotations

from bitwright import array, raw, u8
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class Strings(RData):
    """What the text types have in common: strings of up to 255 bytes each (RFC 1035, section 3.3)."""

    strings: list[bytes] = array(raw(prefix=u8()))


class TXT(Strings, tag=Type.TXT):
    """Text (RFC 1035, section 3.3.14)."""


class SPF(Strings, tag=Type.SPF):
    """Sender policy (RFC 7208, section 3.1; no longer published)."""


class NINFO(Strings, tag=Type.NINFO):
    """Status of a zone (draft-lewis-dns-zone-status, section 2)."""


class AVC(Strings, tag=Type.AVC):
    """Application visibility and control (IANA, expert review; Cisco)."""


class RESINFO(Strings, tag=Type.RESINFO):
    """What a resolver can do, as key=value (RFC 9606, section 3)."""


class WALLET(Strings, tag=Type.WALLET):
    """Address of a wallet (IANA, expert review)."""


class CLA(Strings, tag=Type.CLA):
    """Convergence layer adapters of a bundle node (draft-johnson-dns-ipn-cla, section 3.2)."""


class HINFO(RData, tag=Type.HINFO):
    """Processor and operating system of a host (RFC 1035, section 3.3.2; RFC 8482)."""

    cpu: bytes = raw(prefix=u8())
    os: bytes = raw(prefix=u8())
