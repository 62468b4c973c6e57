"""What an OPT record says, field by field (RFC 6891, section 6.1.3).

The record spends its class on the UDP payload size, and its ttl on the upper bits of the
response code, a version and flags.  `Message.edns` reads it; `Edns(...).record()` makes one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from bitwright_specs.dns.enums import Class, Type
from bitwright_specs.dns.opt import OPT, Option
from bitwright_specs.dns.record import Record

DNSSEC_OK = 0x8000  # RFC 3225


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edns:
    """The extension mechanisms of a message (RFC 6891).

    `udp_payload_size`: bytes that the sender can take.  `extended_rcode`: the upper eight bits of
    the response code.  `flags`: the 16 bits after the version, DO the uppermost.
    """

    udp_payload_size: int = 1232
    extended_rcode: int = 0
    version: int = 0
    flags: int = 0
    options: tuple[Option, ...] = ()

    @property
    def dnssec_ok(self) -> bool:
        """The DO bit: the sender wants DNSSEC records (RFC 3225)."""
        return bool(self.flags & DNSSEC_OK)

    def record(self) -> Record:
        """The OPT record for the additional section."""
        ttl = self.extended_rcode << 24 | self.version << 16 | self.flags
        return Record(name=".", rclass=Class(self.udp_payload_size), ttl=ttl, rdata=OPT(options=list(self.options)))


def edns_of(records: Iterable[Record]) -> Edns | None:
    """What the first OPT record says; None without one."""
    for record in records:
        if isinstance(record.rdata, OPT) or record.type == Type.OPT:
            options = tuple(record.rdata.options) if isinstance(record.rdata, OPT) else ()
            return Edns(
                udp_payload_size=int(record.rclass), extended_rcode=record.ttl >> 24, version=record.ttl >> 16 & 0xFF,
                flags=record.ttl & 0xFFFF, options=options,
            )  # fmt: skip
    return None
