"""RData, the open union of what a record may hold, and Opaque, its arm for unknown types (RFC 3597).

A new record type is a subclass with a tag, in any package:

    class Coordinates(RData, tag=65280):
        latitude: int = i32()
        longitude: int = i32()
"""

from __future__ import annotations

from bitwright import Struct, raw


class RData(Struct):
    """The data of a resource record (RFC 1035, section 3.2.1)."""


class Opaque(RData):
    """Data of a type that has no structure here, as bytes (RFC 3597, section 3).

    A record that holds it needs its `type` given.  The empty data of a dynamic update
    (RFC 2136, section 2.5) are Opaque(data=b"") whatever the type.
    """

    data: bytes = raw(default=b"")
