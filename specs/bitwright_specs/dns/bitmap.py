"""Type bitmaps, the sets of record types in NSEC, NSEC3 and CSYNC (RFC 4034, section 4.1.2)."""

from __future__ import annotations

from collections.abc import Iterable

from bitwright import Struct, raw, u8
from bitwright_specs.dns.enums import Type


class TypeWindow(Struct):
    """One block of a type bitmap: which of 256 types exist (RFC 4034, section 4.1.2)."""

    window: int = u8(doc="upper byte of the types")
    bitmap: bytes = raw(prefix=u8(), doc="bit 0 is the most significant; 1 to 32 bytes")

    @property
    def types(self) -> list[Type]:
        """The types whose bit is set, ascending."""
        base = self.window << 8
        return [Type(base | i << 3 | bit) for i, byte in enumerate(self.bitmap) for bit in range(8) if byte & 0x80 >> bit]


def windows_of(types: Iterable[int]) -> list[TypeWindow]:
    """The shortest bitmap of a set of types: ascending blocks without trailing zeros."""
    blocks: dict[int, bytearray] = {}
    for number in sorted({int(t) for t in types}):
        window, low = divmod(number, 256)
        block = blocks.setdefault(window, bytearray())
        block.extend(bytes((low >> 3) + 1 - len(block)))
        block[low >> 3] |= 0x80 >> (low & 7)
    return [TypeWindow(window=window, bitmap=bytes(block)) for window, block in blocks.items()]


def types_of(windows: Iterable[TypeWindow]) -> list[Type]:
    """The types of all blocks, in the order of the wire."""
    return [found for window in windows for found in window.types]
