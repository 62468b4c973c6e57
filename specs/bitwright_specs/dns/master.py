"""Zones as master files (RFC 1035, section 5.1), for other name servers.

Promise: what is written is what the zone has: every name with its final dot, every record with its time to live; types without a
text of their own in the form of RFC 3597, which every name server reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from bitwright_specs.dns.presentation import data_text
from bitwright_specs.dns.presentation_forms import type_text
from bitwright_specs.dns.record import Record
from bitwright_specs.dns.zone import Zone


def master_file(zone: Zone) -> Iterator[str]:
    """The lines of the zone's master file, that of the SOA first."""
    return map(record_text, zone.records())


def record_text(record: Record) -> str:
    """A record as a line of a master file."""
    kind = record.resolved().type
    return f"{record.name}\t{record.ttl}\t{record.rclass}\t{type_text(kind)}\t{data_text(kind, record.rdata)}"
