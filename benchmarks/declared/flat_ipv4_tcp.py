"""IPv4 and TCP headers by those that read fixed layouts, bitstruct, cbitstruct and bitstring, and by dissect.cstruct, which has sizes too.

All leave the options as bytes.  The first three have no sizes that are in the data: the slices are by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.ipv4_tcp import IPV4_NAMES, IPV4_WIDTHS, TCP_NAMES, TCP_WIDTHS, Datagram, options_of
from benchmarks.peers import module

Unpack = Callable[[bytes], Any]
DISSECT = """
struct ipv4 {
    uint8 version:4; uint8 ihl:4; uint8 tos; uint16 length; uint16 id; uint16 flags:3; uint16 fragment_offset:13;
    uint8 ttl; uint8 protocol; uint16 checksum; char src[4]; char dst[4]; char options[ihl * 4 - 20];
};
struct tcp {
    uint16 src_port; uint16 dst_port; uint32 sequence_number; uint32 acknowledgment_number;
    uint16 data_offset:4; uint16 reserved:4; uint16 flags:8; uint16 window; uint16 checksum; uint16 urgent_pointer;
    char options[data_offset * 4 - 20];
};
struct datagram {
    struct ipv4 ip;
    struct tcp tcp;
    char payload[EOF];
};
"""


def bitstruct() -> Declarations:
    """In Python; `r` is a run of bytes."""
    return {"bitstruct, options as bytes": _by_widths("bitstruct")}


def cbitstruct() -> Declarations:
    """In C."""
    return {"cbitstruct, options as bytes": _by_widths("cbitstruct")}


def bitstring() -> Declarations:
    """Lists of values."""
    bits = module("bitstring").Bits
    ip = ", ".join((*(f"uint{width}" for width in IPV4_WIDTHS.values()), "bytes4", "bytes4"))
    tcp = ", ".join(f"uint{width}" for width in TCP_WIDTHS.values())
    return {"bitstring, options as bytes": _sliced(lambda data: bits(data[:20]).unpack(ip), lambda data: bits(data[:20]).unpack(tcp))}


def dissect() -> Declarations:
    """Structures of C."""
    made = module("dissect.cstruct").cstruct(endian=">")
    made.load(DISSECT)
    return {"dissect.cstruct, options as bytes": Declared(made.datagram, _seen_datagram)}


def _by_widths(name: str) -> Declared:
    compiled = module(name).compile
    ip = compiled("".join(f"u{width}" for width in IPV4_WIDTHS.values()) + "r32r32").unpack
    return _sliced(ip, compiled("".join(f"u{width}" for width in TCP_WIDTHS.values())).unpack)


def _sliced(ip: Unpack, tcp: Unpack) -> Declared:
    """The fixed parts unpacked, the others sliced."""

    def parse(data: bytes) -> Any:
        outer = ip(data)
        size = outer[1] * 4
        segment = data[size:]
        inner = tcp(segment)
        offset = inner[4] * 4
        return outer, data[20:size], inner, segment[20:offset], segment[offset:]

    return Declared(parse, _seen_sliced)


def _seen_sliced(found: Any) -> Datagram:
    outer, outer_options, inner, inner_options, _ = found
    return Datagram(tuple(outer), options_of(outer_options), tuple(inner), options_of(inner_options))


def _seen_datagram(found: Any) -> Datagram:
    ip, tcp = found.ip, found.tcp
    return Datagram(
        tuple(getattr(ip, name) for name in IPV4_NAMES), options_of(ip.options), tuple(getattr(tcp, name) for name in TCP_NAMES),
        options_of(tcp.options),
    )  # fmt: skip
