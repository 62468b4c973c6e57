"""The README's table of speed: a row for what is asked most, from the same record as the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks import processes
from benchmarks.groups import (
    BITWRIGHT,
    CAPTURE_TO_JSON,
    CAPTURE_TO_TEXT,
    HEADER_FROM_OBJECT,
    HEADER_TO_OBJECT,
    MACHINE_CODE,
    MESSAGE_FROM_OBJECTS,
    MESSAGE_TO_OBJECTS,
    MESSAGES_OF_STREAM,
    PACKETS_OF_CAPTURE,
    PART_OF_MESSAGE,
    PATTERN_REFERENCE,
    PYTHON,
    QUESTIONS_OF_CAPTURE,
    SIMPLE_MESSAGE_TO_OBJECTS,
)
from benchmarks.measure import Timing
from benchmarks.record import GroupRun, Run
from benchmarks.wording import by_time, is_ours, seconds, times

BEGIN, END = "<!-- speed: written by `python -m benchmarks.report` -->", "<!-- end of speed -->"
ROWS = (
    HEADER_TO_OBJECT, HEADER_FROM_OBJECT, MESSAGE_TO_OBJECTS, SIMPLE_MESSAGE_TO_OBJECTS, MESSAGE_FROM_OBJECTS, PART_OF_MESSAGE,
    MESSAGES_OF_STREAM, PATTERN_REFERENCE, PACKETS_OF_CAPTURE, QUESTIONS_OF_CAPTURE, CAPTURE_TO_JSON, CAPTURE_TO_TEXT,
)  # fmt: skip
TIMES = (processes.IMPORT, processes.HELP)


def readme(run: Run, text: str) -> str:
    """The README with the table of this run."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, f"the README has lost its mark {BEGIN!r}"
    assert end, f"the README has lost its mark {END!r}"
    return before + "\n".join([begin, "", *table(run), "", end]) + after


def table(run: Run) -> Iterator[str]:
    """A row for each group of those that was measured, and what starting takes."""
    yield f"{run.python}, {run.machine.cpu}, {run.machine.cores} cores. How many times as long as bitwright the others take:"
    yield ""
    yield "| | bitwright | the python engine | others |"
    yield "|---|---|---|---|"
    for name in ROWS:
        group = run.group(name)
        if group is not None:
            yield _row(group)
    for name in TIMES:
        time = run.time(name)
        if time is not None:
            yield f"| `{name}` | {seconds(time.seconds.median)} | | |"


def _row(group: GroupRun) -> str:
    ours = _ours(group.contenders)
    python = group.contenders.get(PYTHON)
    others = [f"{name} {times(one.best / ours.best)}" for name, one in by_time(group) if not is_ours(name)]
    told = seconds(python.best) if python else ""
    return f"| {group.name} | {seconds(ours.best)} | {told} | {'; '.join(others)} |"


def _ours(contenders: Mapping[str, Timing]) -> Timing:
    """What users call; where that has no figure, the engine by itself."""
    return contenders[BITWRIGHT] if BITWRIGHT in contenders else contenders[MACHINE_CODE]
