"""VLAN tags: customer (0x8100), service (0x88A8) and the older double tag (0x9100), one layer a tag.

IEEE 802.1Q-2022, clause 9.6.  The tag protocol identifier is the EtherType of the layer below.
"""

from __future__ import annotations

from bitwright import Struct, bits, flag, payload, rest, select, u16
from bitwright_specs.ethernet import EtherType


class VLAN(Struct):
    """VLAN tag (IEEE 802.1Q-2022, clause 9.6).

    Priority code point, drop eligible indicator and VLAN identifier, then the EtherType, or, up to 1500,
    the length of what follows.
    """

    pcp: int = bits(3, default=0)
    dei: bool = flag(default=False)
    vid: int = bits(12)
    type: EtherType = u16(EtherType)
    is_llc = type <= 1500
    payload: bytes = payload(size=select(type > 1500, rest(), type))
