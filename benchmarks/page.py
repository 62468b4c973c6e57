"""docs/benchmarks.md and its charts, made of a record: `files` gives them as text, `write` puts them where they belong.

The same record always gives the same files; a test holds that those of the repository are what its record gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import charts, headline, peers
from benchmarks.compare import TOLERANCE, ratios
from benchmarks.measure import Timing
from benchmarks.record import Curve, GroupRun, Run, TimeRun
from benchmarks.targets import verdicts
from benchmarks.wording import an, by_time, is_ours, rate, seconds, size_of, times

PAGE, CHARTS = "benchmarks.md", "benchmarks"


def write(run: Run, folder: Path) -> None:
    """The page and the charts, in the folder of documents, and the README's table; charts of before that are none of these go."""
    front = folder.parent / "README.md"
    front.write_text(headline.readme(run, front.read_text(encoding="utf-8")), encoding="utf-8")
    made = files(run)
    (folder / CHARTS).mkdir(exist_ok=True)
    for old in (folder / CHARTS).glob("*.svg"):
        if f"{CHARTS}/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


def files(run: Run) -> dict[str, str]:
    """Text of every file, by its path from the folder of documents."""
    drawn = {chart_of(group.name): charts.bars(group) for group in run.groups}
    drawn |= {chart_of(subject): charts.growth(subject, curves) for subject, curves in growth_of(run).items()}
    return {PAGE: "\n".join(_page(run)) + "\n", **drawn}


def chart_of(name: str) -> str:
    """Where the chart of a group or a curve is."""
    return f"{CHARTS}/{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.svg"


def _page(run: Run) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "<!-- Written by `python -m benchmarks.report` from benchmarks.json: what is changed here by hand is lost. -->"
    yield ""
    yield from _how(run)
    yield from _targets(run)
    measured: list[GroupRun | TimeRun | Curve] = [*run.groups, *run.times, *run.curves]
    subjects = list(dict.fromkeys(one.subject for one in measured))
    for subject in subjects:
        yield f"## {subject}"
        yield ""
        for group in run.groups:
            if group.subject == subject:
                yield from _group(group)
        yield from _times([one for one in run.times if one.subject == subject])
        yield from _growth(subject, growth_of(run).get(subject, []))
    yield from _missing(run)


def _how(run: Run) -> Iterator[str]:
    machine = run.machine
    versions = ", ".join(f"{key} {version}" for key, version in run.peers.items())
    yield (
        f"Measured on {run.date} with bitwright {run.bitwright} on {run.python}; {machine.cpu}, {machine.cores} cores, {machine.system}, "
        f"{machine.architecture}. `python -m benchmarks.report` measures it anywhere (here in {run.took / 60:.0f} minutes) and writes this "
        f"page; `--compare docs/benchmarks.json` says which ratios differ by more than {TOLERANCE - 1:.0%} from these."
    )
    yield ""
    yield (
        "Contenders give the same result for the same input, which is checked before any is timed. They take turns, round by round, "
        "each turn two milliseconds of the processor or more; a contender's figure is the first decile of its turns, and the middle "
        "half of them says how steady the machine was. Ratios can be carried to another machine, times cannot. Charts are on a log "
        "scale: from one line to the next is ten times. *bitwright* is what users call after `Struct.compile()`; *bitwright, python* "
        "the engine that needs nothing installed; *bitwright, machine code* the engine by itself; *C by hand* makes the same objects "
        "with nothing between, which is the limit."
    )
    yield ""
    yield f"Versions: {versions}."
    yield ""


def _targets(run: Run) -> Iterator[str]:
    found = verdicts(run)
    reached, missed = (sum(one.reached is word for one in found) for word in (True, False))
    yield "## Targets"
    yield ""
    yield f"{reached} reached, {missed} missed, {len(found) - reached - missed} not measured (not built yet, or without the peer)."
    yield ""
    yield from _table(
        ("what", "target", "measured", ""),
        [(one.what, one.wanted, one.found, {True: "reached", False: "**missed**", None: ""}[one.reached]) for one in found],
    )
    said: dict[str, list[str]] = {}
    for one in found:
        if one.said:
            said.setdefault(one.said, []).append(one.what)
    yield from (f"* **{'; '.join(whats)}**: {text}" for text, whats in said.items())
    yield ""


def _group(group: GroupRun) -> Iterator[str]:
    yield f"### {group.name}"
    yield ""
    if group.inputs:
        yield f"{group.inputs[0].upper()}{group.inputs[1:]}."
        yield ""
    yield _image(group.name)
    yield ""
    compared = ratios(group)
    yield from _table(
        ("", an(group.item), "of bitwright's time", "a second", "middle half of the turns"),
        [
            (f"**{name}**" if is_ours(name) else name, seconds(one.best), times(compared[name]), rate(one), _middle(one))
            for name, one in by_time(group)
        ],
        numbers=(1, 2, 3),
    )
    said = [f"{peer}: {why}." for peer, why in group.cannot.items()]
    said += [f"{key} was not installed (`{peers.PEERS[key].install}`)." for key in group.skipped]
    if said:
        yield " ".join(said)
        yield ""


def _times(found: Sequence[TimeRun]) -> Iterator[str]:
    if not found:
        return
    rows = [(one.name, seconds(one.seconds.median), _middle(one.seconds)) for one in found]
    yield from _table(("", "median", "middle half of the runs"), rows, numbers=(1,))


def growth_of(run: Run) -> dict[str, list[Curve]]:
    """The curves by subject, which share a chart."""
    found: dict[str, list[Curve]] = {}
    for curve in run.curves:
        found.setdefault(curve.subject, []).append(curve)
    return found


def _growth(subject: str, found: Sequence[Curve]) -> Iterator[str]:
    """A chart, and a row for each thing that grows: what it costs at the largest size, and by which powers time and memory grow."""
    if not found:
        return
    yield _image(subject)
    yield ""
    by_name: dict[str, dict[str, Curve]] = {}
    for curve in found:
        by_name.setdefault(curve.name, {})[curve.unit] = curve
    rows = [
        (name, *_sizes(next(iter(units.values()))), *_cost(units.get("seconds")), *_cost(units.get("bytes")))
        for name, units in by_name.items()
    ]
    head = ("", "from", "to", "takes then", "time grows as size to the power", "holds then", "memory")
    yield from _table(head, rows, numbers=(1, 2, 3, 4, 5, 6))


def _sizes(curve: Curve) -> tuple[str, str]:
    return f"{curve.points[0][0]:,.0f}", f"{curve.points[-1][0]:,.0f} {curve.across}"


def _cost(curve: Curve | None) -> tuple[str, str]:
    """The cost at the largest size, and the power."""
    if curve is None:
        return "", ""
    cost = curve.points[-1][1]
    grows = f"{curve.exponent:.2f}" if curve.exponent <= curve.most else f"**{curve.exponent:.2f}**, at most {curve.most:.2f}"
    return (seconds(cost) if curve.unit == "seconds" else size_of(cost)), grows


def _missing(run: Run) -> Iterator[str]:
    absent = [key for key in peers.PEERS if key not in run.peers]
    if absent:
        yield "## Not measured here"
        yield ""
        yield "Peers that were not installed, and the commands that install them:"
        yield ""
        yield from (f"* {key}: `{peers.PEERS[key].install}`" for key in absent)
        yield ""


def _middle(timing: Timing) -> str:
    return f"{seconds(timing.low)} to {seconds(timing.high)}"


def _image(name: str) -> str:
    """A chart as wide as the page, however wide that is."""
    return f'<img src="{chart_of(name)}" width="100%" alt="{name}">'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---:' if column in numbers else '---' for column in range(len(head)))}|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""
