"""User Datagram Protocol.

RFC 768; RFC 8200, section 8.1, for IPv6; RFC 2675 for the length 0 of jumbograms.
"""

from __future__ import annotations

from bitwright import Struct, auto, check, checksum, param, payload, rest, select, u16
from bitwright.checksum import internet


class UDP(Struct):
    """UDP header (RFC 768).

    The checksum needs the layer below: `UDP.check(data, pseudo_header=ip.pseudo_header(17, len(data)))`, and the
    same argument to `build`.  Without it nothing is verified and 0, "not computed", is written.  A `length` of 0
    is read as "to the end", as in jumbograms and before segmentation offload.
    """

    pseudo_header = param(bytes, default=b"")
    src_port: int = u16()
    dst_port: int = u16()
    length: int = auto(u16())
    check((length == 0) | (length >= 8), "the length counts the header")
    checksum: int = checksum(u16(), internet, prefix=pseudo_header, zero_is_absent=True)
    payload: bytes = payload(size=select(length == 0, rest(), length - 8))
