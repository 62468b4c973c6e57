"""What every function of a program is handed beside the input: one struct on the stack of the builtin, a slot of 64 bits each.

Promise: the numbers of the slots stand here alone; whoever reads or writes one names it.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm.assembler import I64, NULL, PTR, Type, Value, frame, number

SLOTS: Final[dict[str, Type]] = {
    "input": PTR,  # the bytes object that `data` points into; NULL in build programs
    "output": PTR,  # where the output begins
    "length": I64,  # bytes of it that are written
    "capacity": I64,  # bytes that there is room for
    "array": PTR,  # the bytearray that holds the output, once it has outgrown the stack or Python was asked to write; else NULL
    "size": I64,  # bytes of the input
    "names": PTR,  # what this message remembers of its names
    "depth": I64,  # how many functions that may come back to themselves are being run
    "helpers": PTR,  # in build programs: where the objects of `routines.values.HELPERS` stand
}
_NUMBERS: Final = {name: index for index, name in enumerate(SLOTS)}
SIZE: Final = len(SLOTS)


def offset_of(name: str) -> int:
    """Where a slot is, in bytes."""
    return 8 * _NUMBERS[name]


def place_of(b: Any, context: Value, name: str) -> Value:
    """The address of a slot."""
    return b.gep(context, [number(_NUMBERS[name])], inbounds=True, source_etype=SLOTS[name])


def get(b: Any, context: Value, name: str) -> Value:
    """What a slot holds."""
    return b.load(place_of(b, context, name), typ=SLOTS[name])


def put(b: Any, context: Value, name: str, value: Value) -> None:
    """Fill a slot."""
    b.store(value, place_of(b, context, name))


def new_context(b: Any, **filled: Value) -> Value:
    """A context in the frame of a builtin; what is not given is zero."""
    made = frame(b, I64, SIZE)
    fill(b, made, **filled)
    return made


def fill(b: Any, made: Value, **filled: Value) -> None:
    """Fill all of a context."""
    for name, kind in SLOTS.items():
        put(b, made, name, filled.get(name, NULL if kind == PTR else number(0)))
