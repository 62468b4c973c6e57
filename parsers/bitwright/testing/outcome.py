"""What came of one input, whatever was fuzzed: our engines, a Python function, a program, or a server.

Promise: a target never raises for what its input did; it says so in an `Outcome`.  What is wrong has a `bucket`: findings of one cause have
the same one, on every run.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

import msgspec

from bitwright.testing.labels import Label

Kind: TypeAlias = Literal["value", "error", "exception", "difference", "unexpected", "timeout", "crash", "exit", "dead", "memory", "slow"]


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """One input's outcome.

    `kind`: "value" and "error" (a refusal of a type that the target declares, or an exit code or answer that says so) are right;
    "exception" is an undeclared one; "difference" two engines or decoders that disagree; "unexpected" another outcome than the label
    expects; "timeout", "crash" (a signal, or a worker that died), "exit" (an exit code that is not declared), "dead" (a server that no
    longer answers), "memory" and "slow" (beyond a bound that was asked for).
    `bucket` names the cause (exception type and place, signal, ...), "" if nothing is wrong; `detail` is for people, and is escaped
    where it is shown.
    """

    kind: Kind
    bucket: str = ""
    detail: str = ""
    seconds: float = 0.0
    peak_bytes: int | None = None  # the most that was allocated meanwhile, where it was measured

    @property
    def is_finding(self) -> bool:
        """Whether something is wrong."""
        return bool(self.bucket)


class Target(Protocol):
    """Something that takes inputs."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def run(self, data: bytes, label: Label) -> Outcome:
        """What comes of one input."""
        ...

    def close(self) -> None:
        """Let processes, sockets and files go."""
        ...
