"""What a message comes to on every engine, where thousands are asked about.

`agreed` of `tests/engines` has each engine explain its own failure and compares what they say to the letter; the interpreter makes every
explanation, from the same bytes, and that takes most of the time.  Here it answers once, and compiled code gives a value or refuses.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright import ParseError, Struct
from bitwright.lower.facts import Options
from tests.engines.agreement import ENGINES, Outcome, alike, outcome

COMPILED: Final = tuple(engine for engine in ENGINES if engine != "interp")
_PLAIN: Final = Options()


def read(struct: type[Struct], data: bytes) -> Outcome:
    """The outcome of `parse`: the interpreter's, after the others gave the same value, or refused."""
    found = outcome(lambda: struct.codec("interp").parse(data))
    for engine in COMPILED:
        value, is_value = _answer(struct.codec(engine), data)
        assert is_value == found.ok, f"{struct.__name__} {data.hex()}: {found} by interp, {value!r} by {engine}"
        if found.ok:
            assert alike(value, found.value), f"{struct.__name__} {data.hex()}: {found.value} by interp, {value!r} by {engine}"
    if not found.ok:
        offset = found.problem.bit_offset
        assert offset is None or 0 <= offset <= 8 * len(data), found
    return found


def _answer(codec: Any, data: bytes) -> tuple[Any, bool]:
    """The value of compiled code, and whether it is that of a whole message; without explaining what it refuses."""
    tier = codec._tier("parse", codec._order(None), _PLAIN)
    try:
        value, after = tier.run(data, 0, len(data), *codec._parameters({}, ParseError))
    except codec._failures():
        return None, False
    return value, after == len(data)
