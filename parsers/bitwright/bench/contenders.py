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

from bitwright.bench.agreement import BenchError, Samples
from bitwright.bench.beside import hold_rival, inputs_and_results
from bitwright.bench.rivals import Rival
from bitwright.bench.segments import segments_of
from bitwright.engines import AUTO
from bitwright.errors import DeclarationError, EngineError
from bitwright.stream import DEFAULT_LIMIT, Stream
from bitwright.struct_ import Struct
from bitwright.tiers import missing_llvmlite

OPERATIONS: Final = ("parse", "build", "push")


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
    if rival.operation == "build" and samples.built is None:
        raise BenchError(samples.unbuilt)
    inputs, results = inputs_and_results(samples, rival)
    fields, note = hold_rival(samples, rival, results)
    return Contender(rival.label, None, rival.function, inputs, fields, note)


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
