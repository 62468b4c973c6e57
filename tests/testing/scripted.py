"""Targets for tests of campaigns: what comes of an input follows from its bytes."""

from __future__ import annotations

from collections.abc import Callable

from bitwright.testing.labels import Label
from bitwright.testing.outcome import Outcome


class Scripted:
    """A target that asks a function; it notes what it was given."""

    name = "scripted"

    def __init__(self, outcome: Callable[[bytes, Label], Outcome]) -> None:
        self._outcome = outcome
        self.given: list[bytes] = []
        self.closed = False

    def run(self, data: bytes, label: Label) -> Outcome:
        self.given.append(data)
        return self._outcome(data, label)

    def close(self) -> None:
        self.closed = True


def first_byte(data: bytes, label: Label) -> Outcome:
    """0 to 9: a bucket each; 10 to 99: refused; others: accepted.  Every input took as many microseconds as its first byte says."""
    byte = data[0] if data else 100
    seconds, peak = byte / 1e6, len(data)
    if byte < 10:
        return Outcome("exception", f"Error{byte}", f"byte {byte}\nin {data.hex()}", seconds, peak)
    return Outcome("error" if byte < 100 else "value", "", "", seconds, peak)
