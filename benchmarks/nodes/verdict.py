"""One server's turn under load, what is held of it, and how it is printed and kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Final

from benchmarks.nodes.contenders import Contender, Size, running, size_of
from benchmarks.nodes.dnsperf import Load, load

WARM: Final = 1.0  # seconds of load after which everything is there that a server keeps
GROWTH: Final = 4 << 20  # bytes that memory may grow by afterwards, however long it takes
TIMES_DNSLIB: Final = 5.0  # the quickest of ours, at least
OF_ECHO: Final = 25_000 / 40_000  # ours on uvloop, at least


@dataclasses.dataclass(frozen=True)
class Turn:
    """What a server did under load, and what its process had before and after it."""

    contender: Contender
    load: Load
    before: Size
    after: Size

    @property
    def grown(self) -> int:
        """Bytes of memory."""
        return self.after.memory - self.before.memory

    @property
    def rate(self) -> float:
        """Queries for each second of a processor that the server used, which other work on the machine changes least."""
        used = self.after.seconds - self.before.seconds
        return self.load.completed / used if used > 0 else self.load.rate

    def wrong(self) -> list[str]:
        """What a server of ours may not do, on any machine."""
        found, name = [], self.contender.name
        if not self.load.whole:
            found.append(
                f"{name}: of {self.load.sent:,} queries {self.load.completed:,} were answered; {self.load.lost:,} lost, "
                f"{self.load.unexpected:,} with unexpected ids, {self.load.refused:,} with another code"
            )
        if self.grown > GROWTH:
            found.append(f"{name}: memory grew by {self.grown / 1e6:.1f} MB")
        if self.after.descriptors != self.before.descriptors:
            found.append(f"{name}: {self.before.descriptors} descriptors became {self.after.descriptors}")
        return found

    def kept(self) -> dict[str, Any]:
        """For a record in JSON."""
        return {
            "name": self.contender.name, "rate_of_processor": self.rate, **dataclasses.asdict(self.load),
            "memory": [self.before.memory, self.after.memory],
            "descriptors": [self.before.descriptors, self.after.descriptors],
        }  # fmt: skip


def turn(contender: Contender, home: Path, seconds: float) -> Turn:
    """Start it, warm it, load it for so long, end it."""
    with running(contender, home) as (port, pid):
        load(port, home / "queries", WARM)
        before = size_of(pid)
        counted = load(port, home / "queries", seconds)
        return Turn(contender, counted, before, size_of(pid))


def too_slow(turns: list[Turn]) -> list[str]:
    """Where ours are a smaller share of the others than they should be, of those that took turns."""
    rates = {each.contender.name: each.rate for each in turns}
    found = []
    best = max((each.rate for each in turns if each.contender.ours), default=0.0)
    if "dnslib" in rates and best < TIMES_DNSLIB * rates["dnslib"]:
        found.append(f"the quickest of ours answers {best / rates['dnslib']:.1f} times what dnslib does, not {TIMES_DNSLIB:g} times")
    ours, echo = rates.get("bitwright, uvloop"), rates.get("echo, asyncio")
    if ours is not None and echo is not None and ours < OF_ECHO * echo:
        found.append(f"ours on uvloop answers {ours / echo:.2f} of what asyncio echoes, not {OF_ECHO:g}")
    return found


def table(turns: list[Turn]) -> list[str]:
    """Lines for people; the table of a Markdown page, too."""
    rates = {each.contender.name: each.rate for each in turns}
    heads = "server", "queries/s", "a second of its processor", "of the echo", "times dnslib", "mean, slowest answer", "lost, wrong"
    lines = [f"| {' | '.join(heads)} | memory, descriptors |"]
    lines.append("|---|--:|--:|--:|--:|--:|--:|--:|")
    for each in turns:
        echo, dnslib = (f"{each.rate / rates[name]:.2f}" if name in rates else "" for name in ("echo, asyncio", "dnslib"))
        found = each.load
        lines.append(
            f"| {each.contender.name} | {found.rate:,.0f} | {each.rate:,.0f} | {echo} | {dnslib} "
            f"| {found.latency * 1e3:.1f} ms, {found.worst * 1e3:.0f} ms | {found.lost}, {found.unexpected + found.refused} "
            f"| {each.grown / 1e6:+.1f} MB, {each.after.descriptors - each.before.descriptors:+d} |"
        )
    return lines
