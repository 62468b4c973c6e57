"""That contenders do the same work, which is looked at before they are timed.

Promise: `Samples` are messages that the format reads; every engine reads the same from them and builds the same of that, or there is a
`BenchError` that says who does not, and for which message.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from bitwright.bench.rivals import Rival, compared
from bitwright.codec import Codec
from bitwright.errors import BuildError, ParseError
from bitwright.escaping import printable, shortened
from bitwright.struct_ import Struct

REFERENCE: Final = "python"  # always there, and what it refuses is explained by the interpreter
_SHOWN: Final = 64  # bytes of a message that an error shows
_LONGEST: Final = 160  # characters of what somebody else says


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

    def hold_rival(self, rival: Rival, inputs: Sequence[Any], results: Sequence[Any]) -> tuple[list[str], str]:
        """The fields in which a rival's results were compared, and a note; BenchError where they are different."""
        if rival.operation == "build":
            return [], self._hold_built(rival, results)
        if len(results) != len(self.values):
            raise BenchError(f"{rival.operation}: {rival.label} gives {len(results)} messages instead of {len(self.values)}")
        fields: dict[str, None] = {}
        for index, (ours, theirs) in enumerate(zip(self.values, results, strict=True)):
            found, different = compared(self.message, ours, theirs)
            if different:
                raise BenchError(f"{rival.operation}: {rival.label} disagrees about {_which(self.wires, index)}: {printable(different)}")
            fields.update(dict.fromkeys(found))
        names = list(fields)
        if not names:
            return names, f"{rival.label}: its results name no field of {self.message.__name__}, so nothing in them was compared"
        return names, f"{rival.label}: compared in {len(names)} {'field' if len(names) == 1 else 'fields'}: {', '.join(names)}"

    def _hold_built(self, rival: Rival, results: Sequence[Any]) -> str:
        """How far the bytes of a rival are the same."""
        assert self.built is not None
        others = 0
        for index, (wanted, found) in enumerate(zip(self.built, results, strict=True)):
            if not isinstance(found, bytes | bytearray | memoryview):
                raise BenchError(f"build: {rival.label} gives a {type(found).__name__}; write one that gives bytes")
            if bytes(found) == wanted:
                continue
            others += 1
            self._hold_same_value(rival, index, bytes(found))
        if not others:
            return f"{rival.label}: builds the same bytes"
        return f"{rival.label}: builds other bytes of {others} of {len(self.built)} messages, which read as the same values"

    def _hold_same_value(self, rival: Rival, index: int, found: bytes) -> None:
        codec, wanted = self.message.codec(REFERENCE), self.values[index]
        try:
            same = codec.parse(found).relaxed() == wanted.relaxed()
        except ParseError as error:
            raise BenchError(f"build: {rival.label} makes of {_which(self.wires, index)} what is refused: {error}") from None
        if not same:
            raise BenchError(f"build: {rival.label} makes of {_which(self.wires, index)} another message: {_hex(found)}")


def tried(who: str, operation: str, work: Callable[[Any], Any], inputs: Sequence[Any], wires: Sequence[bytes]) -> list[Any]:
    """The results of somebody else's function; BenchError with the message that it refuses."""
    results = []
    for index, given in enumerate(inputs):
        try:
            results.append(work(given))
        except Exception as error:
            said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            which = _which(wires, index) if len(inputs) == len(wires) else "the segments"
            raise BenchError(f"{operation}: {who} refuses {which}: {printable(shortened(said, _LONGEST))}") from error
    return results


def _buildable(codec: Codec, value: Any) -> tuple[Any, bytes, bool]:
    """A message to be built, its bytes, and whether its derived fields had to stay; BuildError if it does not build at all."""
    open_ = value.relaxed()
    try:
        return open_, codec.build(open_), False
    except BuildError:  # without its compression it outgrows a length, or a checksum covers what is not given
        return value, codec.build(value), True


def _which(wires: Sequence[bytes], index: int) -> str:
    return f"message {index + 1} of {len(wires)} ({_hex(wires[index])})"


def _hex(data: bytes) -> str:
    return data.hex() if len(data) <= _SHOWN else f"{data[:_SHOWN].hex()}... of {len(data)} bytes"


def _short(value: Any) -> str:
    return shortened(value.hex() if isinstance(value, bytes) else repr(value), _LONGEST)
