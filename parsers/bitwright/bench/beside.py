"""A function beside the engines: what it takes, and that it does the same.

Promise: whatever it raises or gives is a `BenchError` with the message, or, where that is asked for, a message that is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Final

from bitwright.bench.agreement import LONGEST, BenchError, Samples, hex_text
from bitwright.bench.rivals import Rival, compared
from bitwright.bench.segments import segments_of
from bitwright.errors import ParseError
from bitwright.escaping import printable, shortened

_BEGUN: Final[dict[type, str]] = {
    CoroutineType: "a coroutine",
    AsyncGeneratorType: "an asynchronous generator",
    GeneratorType: "a generator",
}  # calls that only begin the work, so their time would be that of nothing

def agreed(samples: Samples, rivals: Sequence[Rival]) -> Samples:
    """The samples that every function takes, and makes the same of; of push parsing, nothing is known of one message."""
    single = [rival for rival in rivals if rival.operation != "push" and (rival.operation != "build" or samples.built is not None)]
    kept = [index for index in range(len(samples.wires)) if all(_takes(samples, rival, index) for rival in single)]
    if not kept:
        raise BenchError(f"each of the {len(samples.wires):,} messages is refused, or read otherwise, by a function beside the engines")
    return samples.of_these(kept)


def inputs_and_results(samples: Samples, rival: Rival) -> tuple[Sequence[Any], Sequence[Any]]:
    """What a function is given, and what it gives."""
    if rival.operation == "push":
        segments = segments_of(samples.wires)
        return [segments], list(_called(rival, rival.function, segments, "the segments"))
    indexes = range(len(samples.wires))
    inputs = [_input(samples, rival, index) for index in indexes]
    return inputs, [_called(rival, rival.function, inputs[index], samples.which(index)) for index in indexes]


def hold_rival(samples: Samples, rival: Rival, results: Sequence[Any]) -> tuple[list[str], str]:
    """The fields in which results were compared, and a note; BenchError where they are different."""
    if len(results) != len(samples.values):
        raise BenchError(f"{rival.operation}: {rival.label} gives {len(results)} messages instead of {len(samples.values)}")
    fields: dict[str, None] = {}
    for index, found in enumerate(results):
        names, objection = _objection(samples, rival, index, found)
        if objection:
            raise BenchError(f"{rival.operation}: {rival.label} {objection}")
        fields.update(dict.fromkeys(names))
    if rival.operation == "build":
        return [], _note_of_building(samples, rival, results)
    if not fields:
        return [], f"{rival.label}: its results name no field of {samples.message.__name__}, so nothing in them was compared"
    return list(fields), f"{rival.label}: compared in {len(fields)} {'field' if len(fields) == 1 else 'fields'}: {', '.join(fields)}"


def _takes(samples: Samples, rival: Rival, index: int) -> bool:
    """Whether a function takes a message, and does the same with it."""
    try:
        found = _called(rival, rival.function, _input(samples, rival, index), "")
    except BenchError:
        return False
    return not _objection(samples, rival, index, found)[1]


def _input(samples: Samples, rival: Rival, index: int) -> Any:
    if rival.operation == "parse":
        return samples.wires[index]
    if rival.prepare is None:
        return samples.sources[index]
    return _called(rival, rival.prepare, samples.wires[index], samples.which(index))


def _called(rival: Rival, function: Callable[[Any], Any], given: Any, which: str) -> Any:
    """What a function gives; BenchError with the message that it refuses."""
    try:
        found = function(given)
    except (Exception, SystemExit) as error:  # a function that ends the process would end this one
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise BenchError(f"{rival.operation}: {rival.label} refuses {which}: {printable(shortened(said, LONGEST))}") from error
    begun = _BEGUN.get(type(found))
    if begun is None:
        return found
    if isinstance(found, CoroutineType):
        found.close()  # which otherwise complains that nobody awaited it
    raise BenchError(f"{rival.operation}: {rival.label} gives {begun}, which has done nothing yet; write a function that does the work")


def _objection(samples: Samples, rival: Rival, index: int, found: Any) -> tuple[list[str], str]:
    """The fields in which one result was compared, and what is different, empty if nothing is."""
    if rival.operation == "build":
        return [], _objection_to_building(samples, index, found)
    names, different = compared(samples.message, samples.values[index], found)
    return names, f"disagrees about {samples.which(index)}: {printable(different)}" if different else ""


def _objection_to_building(samples: Samples, index: int, found: Any) -> str:
    assert samples.built is not None
    if not isinstance(found, bytes | bytearray | memoryview):
        return f"gives a {type(found).__name__}; write one that gives bytes"
    data = bytes(found)
    if data == samples.built[index]:
        return ""
    try:
        same = samples.message.parse(data).relaxed() == samples.values[index].relaxed()
    except ParseError as error:
        return f"makes of {samples.which(index)} what is refused: {error}"
    return "" if same else f"makes of {samples.which(index)} another message: {hex_text(data)}"


def _note_of_building(samples: Samples, rival: Rival, results: Sequence[Any]) -> str:
    assert samples.built is not None
    others = sum(bytes(found) != wanted for found, wanted in zip(results, samples.built, strict=True))
    if not others:
        return f"{rival.label}: builds the same bytes"
    return f"{rival.label}: builds other bytes of {others} of {len(samples.built)} messages, which read as the same values"
