"""dissect.cstruct: what the bit patterns say, as structures of C; what they give are objects of their own."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.patterns import DNS_NAMES, IPV4_NAMES, PIXEL_NAMES, RECORD_NAMES, attributes
from benchmarks.peers import module

STRUCTURES = """
struct dns {
    char message_id[2];
    uint16 qr:1; uint16 opcode:4; uint16 flag_aa:1; uint16 flag_tc:1; uint16 flag_rd:1; uint16 flag_ra:1;
    uint16 _reserved:3; uint16 rcode:4;
    uint16 qd_count; uint16 an_count; uint16 ns_count; uint16 ar_count;
    char answer[EOF];
};
struct record { uint8 kind; uint16 length; char value[length]; char rest[EOF]; };
struct ipv4 {
    uint8 version:4; uint8 ihl:4; uint8 tos; uint16 total; uint16 id; uint16 flags:3; uint16 fragment:13; uint8 ttl; uint8 protocol;
    uint16 checksum; char source[4]; char destination[4]; char options[(ihl - 5) * 4]; char payload[EOF];
};
struct pixel { uint8 r; uint8 g; uint8 b; };
struct pixels { pixel all[EOF]; };
"""


def dns() -> Declarations:
    """A DNS header, both ways."""
    layout = _loaded().dns
    return {
        "dissect.cstruct": Declared(
            layout, lambda found: attributes(found, DNS_NAMES), lambda value: bytes(value.dumps()), lambda values: layout(**values)
        )
    }


def record() -> Declarations:
    """A record with its length before its value."""
    return {"dissect.cstruct": Declared(_loaded().record, lambda found: attributes(found, RECORD_NAMES))}


def ipv4() -> Declarations:
    """An IPv4 header; the version is looked at by hand."""
    layout = _loaded().ipv4

    def match(data: bytes) -> Any:
        found = layout(data)
        return found if found.version == 4 else None

    return {"dissect.cstruct": Declared(match, lambda found: attributes(found, IPV4_NAMES))}


def pixels() -> Declarations:
    """Every pixel."""
    return {"dissect.cstruct": Declared(_loaded().pixels, lambda found: [attributes(one, PIXEL_NAMES) for one in found.all])}


def _loaded() -> Any:
    made = module("dissect.cstruct").cstruct(endian=">")
    made.load(STRUCTURES)
    return made
