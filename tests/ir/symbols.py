"""Python objects that the programs of these tests name."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from bitstring import Bits

from bitwright import Cursor, FieldCodec, IPv4Address, OpenEnum, Struct, u8, u16
from bitwright.checksum import internet
from bitwright.enums import table_of


class Colour(OpenEnum):
    RED = 1
    BLUE = 2


class Strict(enum.IntEnum):
    ON = 1


class Pair(Struct):
    left: int = u8()
    right: int = u16(default=7)


class Other(Struct):
    only: int = u8()


class Decimal(FieldCodec[int]):
    def parse(self, cursor: Cursor) -> int:
        return int(cursor.find(b";"))

    def build(self, value: int, out: bytearray) -> None:
        out += b"%d;" % value


def backwards(raw: bytes) -> str:
    return raw[::-1].decode()


SYMBOLS: Mapping[str, Any] = {
    "@Colour": table_of(Colour), "@Strict": table_of(Strict), "@Pair": Pair, "@Other": Other, "@IPv4Address": IPv4Address,
    "@internet": internet, "@backwards": backwards, "@Bits": Bits, "@Decimal": Decimal(),
}  # fmt: skip
