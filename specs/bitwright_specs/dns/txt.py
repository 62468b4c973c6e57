"""Text: TXT and HINFO (RFC 1035, section 3.3), SPF (RFC 7208).

A character string is bytes: nothing says in which encoding (RFC 1035, section 3.3).
"""

from __future__ import annotations

from bitwright import array, raw, u8
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class TXT(RData, tag=Type.TXT):
    """Strings of up to 255 bytes each (RFC 1035, section 3.3.14)."""

    strings: list[bytes] = array(raw(prefix=u8()))


class SPF(RData, tag=Type.SPF):
    """Sender policy, as TXT (RFC 7208, section 3.1; no longer published)."""

    strings: list[bytes] = array(raw(prefix=u8()))


class HINFO(RData, tag=Type.HINFO):
    """Processor and operating system of a host (RFC 1035, section 3.3.2; RFC 8482)."""

    cpu: bytes = raw(prefix=u8())
    os: bytes = raw(prefix=u8())
