"""Counting what was decoded: the closing summary, whose numbers add up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitwright.stack import Row

STATUSES = ("ok", "cut", "malformed", "unknown")


class Tally:
    """What became of every packet.  `detailed` also counts layers and chains of layers."""

    def __init__(self, *, detailed: bool) -> None:
        self.statuses: Counter[str] = Counter()
        self._reasons: Counter[tuple[str, str, str]] = Counter()
        self._findings: Counter[str] = Counter()
        self._unknown: Counter[int] = Counter()
        self._layers: Counter[str] = Counter()
        self._chains: Counter[str] = Counter()
        self._captured = 0
        self._detailed = detailed
        self._started = time.monotonic()

    def add(self, row: Row) -> None:
        """Count one packet."""
        self.statuses[row.status] += 1
        if row.status == "ok" and not row.findings and not self._detailed:
            return
        if row.status == "unknown":
            self._unknown[row.link_type] += 1
        if row.error is not None:
            self._reasons[row.status, row.error.layer, row.error.code] += 1
        if row.findings:
            self._findings.update(finding.code for finding in row.findings)
        if self._detailed:
            self._captured += row.captured
            self._layers.update(list(dict.fromkeys(layer.name for layer in row.layers)))  # each once, in order
            self._chains["/".join(layer.name for layer in row.layers) or "(none)"] += 1

    def merge(self, other: Tally) -> None:
        """Count what another counted too."""
        for mine, theirs in (
            (self.statuses, other.statuses), (self._reasons, other._reasons), (self._findings, other._findings),
            (self._unknown, other._unknown), (self._layers, other._layers), (self._chains, other._chains),
        ):  # fmt: skip
            mine.update(theirs)  # type: ignore[arg-type]  # each pair counts the same kind of thing
        self._captured += other._captured

    @property
    def packets(self) -> int:
        """Packets counted."""
        return sum(self.statuses.values())

    def lines(self) -> Iterator[str]:
        """The summary."""
        count = "1 packet" if self.packets == 1 else f"{self.packets} packets"
        yield f"{count} read: " + ", ".join(f"{self.statuses[status]} {status}" for status in STATUSES)
        for status in ("cut", "malformed"):
            reasons = [(n, layer, code) for (s, layer, code), n in self._reasons.most_common() if s == status]
            if reasons:
                yield f"  {status}: " + ", ".join(f"{n} {layer} {code}" for n, layer, code in reasons)
        if self._unknown:
            yield "  unknown: " + ", ".join(f"{n} link type {link_type}" for link_type, n in self._unknown.most_common())
        if self._findings:
            yield "  findings: " + ", ".join(f"{n} {code}" for code, n in self._findings.most_common())
        if self._detailed:
            yield from self._details()

    def _details(self) -> Iterator[str]:
        seconds = max(time.monotonic() - self._started, 1e-9)
        yield "  packets with each layer: " + ", ".join(f"{n} {name}" for name, n in self._layers.most_common())
        yield "  chains of layers:"
        width = len(str(max(self._chains.values(), default=0)))
        for chain, n in self._chains.most_common():
            yield f"    {n:>{width}}  {chain}"
        yield f"  {self._captured} bytes captured, {seconds:.2f} s, {self.packets / seconds:,.0f} packets/s"
