"""Fuzz target: DNS messages.

Invariant, for any bytes:

1. `parse` returns a value or raises ParseError; no other exception leaves it.
2. Every engine gives the same value or the same error, and `check` the same findings.
3. An error's offset lies in the input; its code is in the catalogue.
4. What parsed, relaxed and built again, parses to an equal value.
"""

from __future__ import annotations

import sys
from typing import Any

from bitwright import BuildError, ParseError
from bitwright.backends.llvm import is_available
from bitwright.errors import FINDING_CODES, PARSE_CODES
from bitwright_specs.dns import Message
from fuzz.driver import main

LARGEST = 4096
ENGINES = tuple(Message.codec(name) for name in ("interp", "python", *(["llvm"] if is_available() else [])))


def outcome(codec: Any, data: bytes) -> tuple[str, Any]:
    """What one engine makes of the input: a value, or the record of its error."""
    try:
        return "value", codec.parse(data)
    except ParseError as error:
        return "error", error.problem


def target(data: bytes) -> str:
    """Hold the invariant against one input."""
    first, *others = (outcome(codec, data) for codec in ENGINES)
    for codec, other in zip(ENGINES[1:], others, strict=True):
        assert other == first, f"{codec} disagrees: {other} is not {first}"
    kind, result = first
    if kind == "error":
        assert result.code in PARSE_CODES, result
        assert result.bit_offset is not None, result
        assert 0 <= result.bit_offset <= 8 * len(data), result
        return "error"
    checked = [codec.check(data) for codec in ENGINES]
    assert all(found == checked[0] for found in checked), checked
    value, findings = checked[0]
    assert value == result
    assert all(f.code in FINDING_CODES and 0 <= f.bit_offset <= 8 * len(data) for f in findings), findings
    return round_trip(result)


def round_trip(value: Message) -> str:
    """Build what was parsed, and parse that: the values are equal once what is derived is derived again."""
    loose = value.relaxed()
    try:
        built = [codec.build(loose) for codec in ENGINES]
    except BuildError as error:
        # The one value that cannot be written again: without compression it would outgrow a 16-bit length.
        if error.code != "range":
            raise
        return "value too large to build"
    assert len(set(built)) == 1, "the engines build different bytes"
    again = Message.parse(built[0])
    assert again.relaxed() == loose, f"{again} is not {loose}"
    return "value"


if __name__ == "__main__":
    sys.exit(main("dns", target, largest=LARGEST))
