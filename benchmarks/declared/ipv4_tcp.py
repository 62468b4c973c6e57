"""What everyone must find in an IPv4 datagram with a TCP segment, both with options: the plain values in which they are compared.

Options are pairs of their kind and what follows the length; a peer that leaves them as bytes says so in its contender's name.
"""

from __future__ import annotations

from typing import NamedTuple

IPV4_WIDTHS = {
    "version": 4, "ihl": 4, "tos": 8, "length": 16, "id": 16, "flags": 3, "fragment_offset": 13, "ttl": 8, "protocol": 8, "checksum": 16,
}  # fmt: skip
IPV4_NAMES = (*IPV4_WIDTHS, "src", "dst")
TCP_WIDTHS = {
    "src_port": 16, "dst_port": 16, "sequence_number": 32, "acknowledgment_number": 32, "data_offset": 4, "reserved": 4, "flags": 8,
    "window": 16, "checksum": 16, "urgent_pointer": 16,
}  # fmt: skip
TCP_NAMES = tuple(TCP_WIDTHS)

Options = tuple[tuple[int, bytes], ...]


class Datagram(NamedTuple):
    """The two headers: numbers in the order of the names above, the addresses as bytes, and the options."""

    ipv4: tuple[int | bytes, ...]
    ipv4_options: Options
    tcp: tuple[int, ...]
    tcp_options: Options


def options_of(data: bytes) -> Options:
    """The options of a header, from its bytes."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        kind = data[at]
        size = 1 if kind < 2 else data[at + 1]
        found.append((kind, data[at + 2 : at + size]))
        at += size
    return tuple(found)
