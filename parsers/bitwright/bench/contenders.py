"""What takes turns: an engine, or a rival, doing one operation on all messages.

Promise: an engine is measured by the function that users call once it serves the class (`Struct.parse`, `build`, `Stream.feed`),
with everything made beforehand that is made on first use.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
from collections.abc import Callable, Sequence
from typing import Any, Final

from bitwright.bench.agreement import BenchError, Samples, tried
from bitwright.bench.rivals import Rival
from bitwright.engines import AUTO
from bitwright.errors import DeclarationError, EngineError
from bitwright.stream import DEFAULT_LIMIT, Stream
from bitwright.struct_ import Struct
from bitwright.tiers import missing_llvmlite

OPERATIONS: Final = ("parse", "build", "push")
SEGMENT: Final = 1460  # bytes of a TCP segment on Ethernet, in which push parsing gets its input


@dataclasses.dataclass(frozen=True, slots=True)
class Contender:
    """Work on inputs, once for each: a message, a value, or all segments of a stream."""

    label: str
    engine: str | None
    work: Callable[[Any], Any]
    inputs: Sequence[Any]
    fields: list[str] | None = None
    note: str = ""

    def once(self) -> None:
        """All the work; results are let go at once."""
        collections.deque(map(self.work, self.inputs), maxlen=0)


class NotMeasured(Exception):  # noqa: N818  # no error: an answer
    """The engine, or the format, cannot do the operation."""


def engine_contender(samples: Samples, operation: str, engine: str) -> Contender:
    """An engine; NotMeasured where it cannot."""
    label = engine
    if engine == AUTO and not missing_llvmlite():
        label = f"auto: {_moved(samples.message).get('build' if operation == 'build' else 'parse', 'python')}"
    try:
        work, inputs = _work(samples, operation, engine)
        results = list(map(work, inputs))
    except (EngineError, DeclarationError) as refusal:
        raise NotMeasured(str(refusal).splitlines()[0]) from None
    samples.hold(engine, operation, results[0] if operation == "push" else results)
    return Contender(label, engine, work, inputs)


def rival_contender(samples: Samples, rival: Rival) -> Contender:
    """Somebody else's function; BenchError where it refuses a message or gives something else."""
    inputs: Sequence[Any] = samples.wires
    if rival.operation == "push":
        inputs = [segments_of(samples.wires)]
    elif rival.operation == "build":
        if samples.built is None:
            raise BenchError(samples.unbuilt)
        inputs = samples.sources if rival.prepare is None else tried(rival.label, "build", rival.prepare, samples.wires, samples.wires)
    results = tried(rival.label, rival.operation, rival.function, inputs, samples.wires)
    if rival.operation == "push":
        results = list(results[0])
    fields, note = samples.hold_rival(rival, inputs, results)
    return Contender(rival.label, None, rival.function, inputs, fields, note)


def segments_of(wires: Sequence[bytes]) -> list[bytes]:
    """The messages one after the other, as a connection brings them."""
    wire = b"".join(wires)
    return [wire[at : at + SEGMENT] for at in range(0, len(wire), SEGMENT)]


def _work(samples: Samples, operation: str, engine: str) -> tuple[Callable[[Any], Any], Sequence[Any]]:
    codec = samples.message.codec(engine)
    if operation == "parse":
        return codec.message_parser(), samples.wires
    if operation == "build":
        if samples.built is None:
            raise NotMeasured(samples.unbuilt)
        return codec.message_builder(), samples.sources
    largest = max(map(len, samples.wires))
    if not min(map(len, samples.wires)):
        raise NotMeasured("a message without bytes has no place in a stream")

    def push(segments: list[bytes]) -> list[Any]:
        stream: Stream[Any] = Stream(codec, max(largest, DEFAULT_LIMIT))
        return list(itertools.chain.from_iterable(map(stream.feed, segments)))

    return push, [segments_of(samples.wires)]


def _moved(message: type[Struct]) -> dict[str, str]:
    """Which engine serves what users call once a format is hot, after moving there."""
    return message.compile()
