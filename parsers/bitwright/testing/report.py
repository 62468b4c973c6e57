"""What a campaign found: plain data, which JSON carries and from which the text and the page are written.

Promise: nothing in it but the times, the rate and the versions differs between two runs with the same seed, inputs and target.  Bytes of
inputs are hex; a finding has its input whole, an extreme at most `SHOWN_BYTES` of it.
"""

from __future__ import annotations

import platform
from importlib.util import find_spec
from typing import Final, Literal, TypeAlias

import msgspec

from bitwright.escaping import printable_json
from bitwright.testing.labels import Label
from bitwright.testing.outcome import Kind

SHOWN_BYTES: Final = 2_048  # of the input of an extreme
TIME_EDGES_US: Final = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000)  # of the classes of time for one input
Stop: TypeAlias = Literal["inputs", "seconds", "interrupted", "dead"]


class Finding(msgspec.Struct):
    """A bucket: what is wrong, how often, and the first input of it."""

    bucket: str
    kind: Kind
    count: int
    number: int  # of the first input, from 0
    seconds: float  # since the campaign began, when it was found
    label: Label
    detail: str
    data: str
    minimised: str | None = None  # hex of a smaller input of the same bucket
    file: str | None = None  # in the corpus folder
    was_known: bool = False  # an earlier run had put it there

    @property
    def smallest(self) -> bytes:
        """The bytes to look at."""
        return bytes.fromhex(self.data if self.minimised is None else self.minimised)


class Extreme(msgspec.Struct):
    """An input that took longest, or allocated most."""

    number: int
    seconds: float
    peak_bytes: int | None
    size: int  # bytes of the input
    label: Label
    data: str


class RuleCount(msgspec.Struct):
    """What came of the mutants of one rule."""

    tier: str
    rule: str
    inputs: int = 0
    values: int = 0
    errors: int = 0
    findings: int = 0
    expected: int = 0  # of how many the declaration says what is right


class Report(msgspec.Struct, kw_only=True):
    """The whole of it; `first` is the number of the first input of this run, which is not 0 where it went on with an earlier one."""

    spec: str
    target: str
    seed: int
    first: int
    inputs: int
    seconds: float
    rate: float  # inputs a second
    stopped: Stop
    kinds: dict[str, int]
    rules: list[RuleCount]
    expected_share: float  # of inputs of which the declaration says what is right
    findings: list[Finding]
    uncounted: int  # findings of further buckets, beyond the most that are kept
    slowest: list[Extreme]
    largest: list[Extreme]
    times: list[int]  # inputs by time: up to each edge of TIME_EDGES_US, and beyond the last; empty where no time was measured
    versions: dict[str, str]
    states: dict[str, int] = {}  # what a server answered, by what its answers say of its state

    def json(self) -> str:
        """JSON in ASCII, indented, with every character escaped that a terminal would obey."""
        text: str = msgspec.json.format(msgspec.json.encode(self), indent=2).decode()
        return "\n".join(printable_json(line) for line in text.split("\n"))


def versions() -> dict[str, str]:
    """What took part."""
    from bitwright import __version__

    found = {"bitwright": __version__, "python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    if find_spec("llvmlite") is not None:
        from importlib.metadata import version

        found["llvmlite"] = version("llvmlite")
    return found
