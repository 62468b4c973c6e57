"""Internet Protocol version 6: the fixed header.  Extension headers are layers of their own, in `ipv6_extensions`.

RFC 8200, section 3; RFC 2675 for jumbograms.
"""

from __future__ import annotations

from typing import Literal

from bitwright import IPv6Address, Struct, auto, bits, const, ipv6, payload, rest, select, u8, u16
from bitwright_specs.ip_protocol import ECN, IPProtocol


class IPv6(Struct):
    """IPv6 header (RFC 8200, section 3).

    A `payload_length` of 0 before a next header is read as "to the end": a jumbogram (RFC 2675), or a packet
    captured before segmentation offload.
    """

    version: Literal[6] = const(bits(4), 6)
    dscp: int = bits(6, default=0)
    ecn: ECN = bits(2, ECN, default=ECN.NOT_ECT)
    flow_label: int = bits(20, default=0)
    payload_length: int = auto(u16())
    next_header: IPProtocol = u8(IPProtocol)
    hop_limit: int = u8(default=64)
    src: IPv6Address = ipv6()
    dst: IPv6Address = ipv6()
    payload: bytes = payload(size=select((payload_length == 0) & (next_header != IPProtocol.NO_NEXT_HEADER), rest(), payload_length))

    def pseudo_header(self, protocol: int, length: int) -> bytes:
        """What the layer above sums before its `length` bytes (RFC 8200, section 8.1).

        Behind a Routing header with segments left the destination is the last segment's: set `dst` before.
        """
        return self.src + self.dst + length.to_bytes(4, "big") + protocol.to_bytes(4, "big")
