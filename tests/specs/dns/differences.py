"""Every known difference from dnspython, with its reason.

The first table is what the real captures show, and all of it; the second what only made-up messages show.
docs/dns-differences.md says the same to people, and a test holds the two together.
"""

from __future__ import annotations

CAPTURED: dict[str, str] = {
    "mdns-class": (
        "multicast DNS sets the top bit of the class; dnspython then leaves A and AAAA data as bytes, here the type alone decides"
    ),
    "compressed-name": (
        "dnspython refuses pointers in names of newer types; multicast DNS writes them (RFC 6762, section 18.14), so they are "
        "read"
    ),
}

CONSTRUCTED: dict[str, str] = {
    "ttl-top-bit": (
        "dnspython reads a ttl of 2**31 or more as 0, as a resolver should treat it (RFC 2181, section 8); here a field is what "
        "it says"
    ),
    "chaosnet-address": (
        "in class CH an A record holds a name and a number, which dnspython reads; here the type alone decides, so it is refused"
    ),
    "empty-data": (
        "dnspython takes a record without data only in a dynamic update; here it is Opaque(data=b'') wherever its type needs data"
    ),
    "meaningless-content": (
        "dnspython refuses content that is well-formed but means nothing, such as a latitude beyond the pole; here it is a value"
    ),
    "parameter-order": "dnspython refuses service parameters out of order or twice; here they stay in the order of the wire",
    "bitmap-form": "dnspython refuses type bitmaps with empty, unordered or padded blocks; here they are kept as they are",
    "option-content": "dnspython refuses EDNS options whose content breaks their RFC; here only their layout counts",
    "error-text": "dnspython drops a NUL at the end of an extended error's text and refuses text that is not UTF-8; here it is bytes",
    "pseudo-records": (
        "dnspython refuses a second OPT record, one outside the additionals, and a TSIG record that is not last; here they are "
        "records"
    ),
    "update-form": "dnspython refuses a dynamic update whose first question is no SOA; here the opcode changes nothing",
    "pointer-hops": "dnspython follows 16 pointers for one name; here Limits.pointer_hops says how many, 64 by default",
    "malformed-options": (
        "dnspython refuses a message for an EDNS option that does not fit its layout; here the option is bytes, and a finding"
    ),
    "other-types": "some rare types have fields here and are bytes to dnspython, so only here can they be malformed",
    "gpos-order": "the first number of a GPOS record is its longitude (RFC 1712, section 3); dnspython takes it for the latitude",
    "empty-parameter": "dnspython reads an empty value of a service parameter that it keeps as bytes as none; here it is empty bytes",
    "empty-subaddress": "dnspython reads an empty subaddress of an ISDN record as none; here it is an empty string",
}
