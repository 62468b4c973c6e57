"""That contenders do the same work, which is looked at before they are timed.

Promise: `Samples` are messages that the format reads; every engine reads the same from them and builds the same of that, or there is a
`BenchError` that says who does not, and for which message.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Final

from bitwright.codec import Codec
from bitwright.errors import BuildError, ParseError
from bitwright.escaping import shortened
from bitwright.struct_ import Struct

REFERENCE: Final = "python"  # always there, and what it refuses is explained by the interpreter
_SHOWN: Final = 64  # bytes of a message that an error shows
LONGEST: Final = 160  # characters of what somebody else says


class BenchError(Exception):
    """What was asked for cannot be measured, or would compare what is not the same."""


@dataclasses.dataclass(frozen=True, slots=True)
class Samples:
    """Messages of a format: as bytes, as they are read, and to be built.

    What is built has its derived fields open, as users write it, where it builds so; `given` is how many are built as they were read, with
    all their lengths and tags.  `built` are the bytes; None if a message that was read does not build, and `unbuilt` says why.
    """

    message: type[Struct]
    wires: Sequence[bytes]
    values: Sequence[Any]
    sources: Sequence[Any]
    built: Sequence[bytes] | None
    given: int = 0
    unbuilt: str = ""

    @classmethod
    def of(cls, message: type[Struct], wires: Iterable[bytes]) -> Samples:
        """Read them; BenchError for one that is no message."""
        codec, kept = message.codec(REFERENCE), [bytes(wire) for wire in wires]
        if not kept:
            raise BenchError("there is no message to measure with")
        values = []
        for index, wire in enumerate(kept):
            try:
                values.append(codec.parse(wire))
            except ParseError as error:
                raise BenchError(f"{_which(kept, index)} is no {message.__name__}: {error}") from None
        sources, built, given = [], [], 0
        for value in values:
            try:
                source, made, is_given = _buildable(codec, value)
            except BuildError as error:
                return cls(message, kept, values, [], None, 0, f"a message that was read does not build: {error}")
            sources.append(source)
            built.append(made)
            given += is_given
        return cls(message, kept, values, sources, built, given)

    def hold(self, who: str, operation: str, results: Sequence[Any]) -> None:
        """BenchError unless an engine's results are those of the reference."""
        expected = self.built if operation == "build" else self.values
        assert expected is not None
        if len(results) != len(expected):
            raise BenchError(f"{operation}: {who} gives {len(results)} messages instead of {len(expected)}")
        for index, (wanted, found) in enumerate(zip(expected, results, strict=True)):
            if found != wanted and repr(found) != repr(wanted):  # a NaN is no other NaN, but is written alike
                said = f"{who} gives {_short(found)}, {REFERENCE} {_short(wanted)}"
                raise BenchError(f"{operation}: engines disagree about {_which(self.wires, index)}: {said}")

    def of_these(self, indexes: Sequence[int]) -> Samples:
        """Some of them."""
        def chosen(items: Sequence[Any]) -> list[Any]:
            return [items[index] for index in indexes] if items else []

        built = None if self.built is None else chosen(self.built)
        return dataclasses.replace(
            self, wires=chosen(self.wires), values=chosen(self.values), sources=chosen(self.sources), built=built,
            given=sum(source is value for source, value in zip(chosen(self.sources), chosen(self.values), strict=False)),
        )  # fmt: skip

    def which(self, index: int) -> str:
        """A message in words."""
        return _which(self.wires, index)


def _buildable(codec: Codec, value: Any) -> tuple[Any, bytes, bool]:
    """A message to be built, its bytes, and whether its derived fields had to stay; BuildError if it does not build at all."""
    open_ = value.relaxed()
    try:
        return open_, codec.build(open_), False
    except BuildError:  # without its compression it outgrows a length, or a checksum covers what is not given
        return value, codec.build(value), True


def _which(wires: Sequence[bytes], index: int) -> str:
    return f"message {index + 1} of {len(wires)} ({hex_text(wires[index])})"


def hex_text(data: bytes) -> str:
    """Bytes in hex; of many the first."""
    return data.hex() if len(data) <= _SHOWN else f"{data[:_SHOWN].hex()}... of {len(data)} bytes"


def _short(value: Any) -> str:
    return shortened(value.hex() if isinstance(value, bytes) else repr(value), LONGEST)
