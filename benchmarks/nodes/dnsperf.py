"""dnsperf: how it is run, and what it counts."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from pathlib import Path
from typing import Final

from benchmarks.nodes.contenders import pinned, program

OUTSTANDING: Final = 100  # queries that wait for their answers at one time
_FIELDS: Final = {
    "sent": r"Queries sent:\s+(\d+)", "completed": r"Queries completed:\s+(\d+)", "lost": r"Queries lost:\s+(\d+)",
    "rate": r"Queries per second:\s+([\d.]+)", "latency": r"Average Latency \(s\):\s+([\d.]+)",
    "worst": r"Average Latency .*max ([\d.]+)\)",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Load:
    """What dnsperf counted; `rate` in queries a second, `latency` (the mean) and `worst` in seconds.

    `unexpected` are answers with an id that nothing asked with, or that came after their query was given up; `refused` are answers
    with another code than NOERROR.
    """

    sent: int
    completed: int
    lost: int
    unexpected: int
    refused: int
    rate: float
    latency: float
    worst: float

    @property
    def whole(self) -> bool:
        """Whether every query was answered once, rightly."""
        return self.completed == self.sent > 0 and not (self.lost or self.unexpected or self.refused)


def load(port: int, queries: Path, seconds: float) -> Load:
    """Ask for so long."""
    command = [str(program("dnsperf")), "-s", "127.0.0.1", "-p", str(port), "-d", str(queries), "-l", str(seconds), "-q", str(OUTSTANDING)]
    process = subprocess.Popen([*command, "-W"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    pinned(process.pid, 1)
    said, _ = process.communicate()
    return counted(said)


def counted(said: str) -> Load:
    """What it counted, out of what it said; ValueError where that is not there."""
    found: dict[str, float] = {}
    for name, pattern in _FIELDS.items():
        match = re.search(pattern, said)
        if match is None:
            raise ValueError(f"dnsperf did not count what it {name}:\n{said}")
        found[name] = float(match[1])
    codes = re.search(r"Response codes:\s+(.*)", said)
    refused = sum(int(count) for code, count in re.findall(r"(\w+) (\d+) \(", codes[1] if codes else "") if code != "NOERROR")
    return Load(
        int(found["sent"]), int(found["completed"]), int(found["lost"]), len(re.findall("unexpected", said)), refused,
        found["rate"], found["latency"], found["worst"],
    )  # fmt: skip
