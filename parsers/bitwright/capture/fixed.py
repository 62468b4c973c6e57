"""Records of fixed layout, read without making an object: what containers need for every packet.

Promise: the numbers are those that parsing the declared class gives, which stays the one place that says how a record lies.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from bitwright.schema import measure, spec

Unpack: TypeAlias = Callable[[bytes, int], tuple[Any, ...]]

_CODES: Final = {8: "B", 16: "H", 32: "I", 64: "Q"}


def numbers_of(declared: type, names: Sequence[str]) -> Unpack:
    """What reads these numbers of a class, in the order of the wire, from bytes that are there.

    TypeError if they do not all come before what varies in size, or at odd bits, or are not plain numbers.
    """
    made, wanted, layout = spec.spec_of(declared), list(names), ""
    for field in made.fields:
        if not wanted:
            break
        wire = field.type
        if field.name == wanted[0]:
            if type(wire) is not spec.IntType or wire.signed or wire.enum is not None or wire.width not in _CODES:
                raise TypeError(f"{made.name}.{field.name} is no plain number")
            layout += _CODES[wire.width]
            del wanted[0]
        else:
            bits = measure.size_of(wire).fixed
            if bits is None or bits % 8:
                raise TypeError(f"{made.name}.{field.name} is not so many whole bytes always")
            layout += f"{bits // 8}x"
    if wanted:
        raise TypeError(f"{made.name} has no {wanted[0]} behind those before it")
    return struct.Struct(("<" if made.order == "little" else ">") + layout).unpack_from
