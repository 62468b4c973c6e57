"""What a message comes to on every engine, where thousands are asked about.

`agreed` of `tests/engines` has each engine explain its own failure and compares what they say to the letter; the interpreter makes every
explanation, from the same bytes, and that takes most of the time.  Here it answers once, and compiled code gives a value or refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bitwright import Struct
from bitwright.testing.quiet import QuietCodec
from tests.engines.agreement import ENGINES, Outcome, alike, outcome

Reader = tuple[Callable[[bytes], Any], tuple[type[BaseException], ...]]


_READERS: Final[dict[type[Struct], dict[str, Reader]]] = {}


def readers(struct: type[Struct]) -> dict[str, Reader]:
    """How each compiled engine reads a whole message, and by which exceptions it refuses one."""
    if struct not in _READERS:
        codecs = {engine: QuietCodec(struct, engine) for engine in ENGINES if engine != "interp"}
        _READERS[struct] = {engine: (codec.reader(None, {}, strict=False), codec.refusals) for engine, codec in codecs.items()}
    return _READERS[struct]


def read(struct: type[Struct], data: bytes) -> Outcome:
    """The outcome of `parse`: the interpreter's, after the others gave the same value, or refused."""
    found = outcome(lambda: struct.codec("interp").parse(data))
    for engine, (reader, refusals) in readers(struct).items():
        try:
            value, is_value = reader(data), True
        except refusals:
            value, is_value = None, False
        assert is_value == found.ok, f"{struct.__name__} {data.hex()}: {found} by interp, {value!r} by {engine}"
        if found.ok:
            assert alike(value, found.value), f"{struct.__name__} {data.hex()}: {found.value} by interp, {value!r} by {engine}"
    if not found.ok:
        offset = found.problem.bit_offset
        assert offset is None or 0 <= offset <= 8 * len(data), found
    return found
