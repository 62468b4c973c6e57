"""Annotations that declare fields: `id: U16` means `id: int = u16()`, `opcode: U4[Opcode] = Opcode.QUERY` names an enumeration.

`U1` to `U32`, `U40`, `U48`, `U56`, `U64` are unsigned, `I8` to `I64` signed; `F16`, `F32`, `F64` are floats, `Flag` is one bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitwright.schema.alias import all_aliases

if TYPE_CHECKING:
    from typing import Annotated, TypeAlias

    from typing_extensions import TypeVar

    N = TypeVar("N", bound=int, default=int)
    U1 = Annotated[N, 1]
    U2 = Annotated[N, 2]
    U3 = Annotated[N, 3]
    U4 = Annotated[N, 4]
    U5 = Annotated[N, 5]
    U6 = Annotated[N, 6]
    U7 = Annotated[N, 7]
    U8 = Annotated[N, 8]
    U9 = Annotated[N, 9]
    U10 = Annotated[N, 10]
    U11 = Annotated[N, 11]
    U12 = Annotated[N, 12]
    U13 = Annotated[N, 13]
    U14 = Annotated[N, 14]
    U15 = Annotated[N, 15]
    U16 = Annotated[N, 16]
    U17 = Annotated[N, 17]
    U18 = Annotated[N, 18]
    U19 = Annotated[N, 19]
    U20 = Annotated[N, 20]
    U21 = Annotated[N, 21]
    U22 = Annotated[N, 22]
    U23 = Annotated[N, 23]
    U24 = Annotated[N, 24]
    U25 = Annotated[N, 25]
    U26 = Annotated[N, 26]
    U27 = Annotated[N, 27]
    U28 = Annotated[N, 28]
    U29 = Annotated[N, 29]
    U30 = Annotated[N, 30]
    U31 = Annotated[N, 31]
    U32 = Annotated[N, 32]
    U40 = Annotated[N, 40]
    U48 = Annotated[N, 48]
    U56 = Annotated[N, 56]
    U64 = Annotated[N, 64]
    I8 = Annotated[N, -8]
    I16 = Annotated[N, -16]
    I24 = Annotated[N, -24]
    I32 = Annotated[N, -32]
    I40 = Annotated[N, -40]
    I48 = Annotated[N, -48]
    I56 = Annotated[N, -56]
    I64 = Annotated[N, -64]
    F16: TypeAlias = float
    F32: TypeAlias = float
    F64: TypeAlias = float
    Flag: TypeAlias = bool

else:
    globals().update(all_aliases())

__all__ = [
    "F16",
    "F32",
    "F64",
    "I8",
    "I16",
    "I24",
    "I32",
    "I40",
    "I48",
    "I56",
    "I64",
    "U1",
    "U2",
    "U3",
    "U4",
    "U5",
    "U6",
    "U7",
    "U8",
    "U9",
    "U10",
    "U11",
    "U12",
    "U13",
    "U14",
    "U15",
    "U16",
    "U17",
    "U18",
    "U19",
    "U20",
    "U21",
    "U22",
    "U23",
    "U24",
    "U25",
    "U26",
    "U27",
    "U28",
    "U29",
    "U30",
    "U31",
    "U32",
    "U40",
    "U48",
    "U56",
    "U64",
    "Flag",
]  # fmt: skip
