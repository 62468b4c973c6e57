"""How far a long command is: what is done, rate and time left, on stderr, only where people look."""

from __future__ import annotations

import shutil
import sys
from time import monotonic

from bitwright.cli.terminal import is_terminal

_EVERY_SECONDS = 0.2


class StatusLine:
    """A line on stderr that is drawn over itself; nothing at all unless `wanted` and stderr is a terminal."""

    def __init__(self, *, wanted: bool) -> None:
        self._enabled = wanted and is_terminal(sys.stderr)
        self._started = self._drawn = monotonic()
        self._width = 0

    def due(self) -> float | None:
        """The seconds since the start, if the line is wanted and was drawn last long enough ago."""
        if not self._enabled:
            return None
        now = monotonic()
        if now - self._drawn < _EVERY_SECONDS:
            return None
        self._drawn = now
        return now - self._started

    def draw(self, text: str) -> None:
        """Draw it over what stood there; on a narrow terminal its end is left out, since a line that wraps cannot be drawn over."""
        columns = shutil.get_terminal_size().columns
        text = text[: columns - 1]
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._width = len(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._width:
            self.draw("")
            sys.stderr.write("\r")
            sys.stderr.flush()


class Progress(StatusLine):
    """How much of a capture was decoded."""

    def __init__(self, total_bytes: int | None, *, wanted: bool) -> None:
        super().__init__(wanted=wanted)
        self._total = total_bytes

    def tick(self, packets: int, bytes_read: int) -> None:
        """Tell how far it is; it is drawn if the last time is long enough ago."""
        seconds = self.due()
        if seconds is not None:
            self.draw(progress_text(packets, bytes_read, self._total, seconds))


def progress_text(packets: int, bytes_read: int, total: int | None, seconds: float) -> str:
    """`12.3 MB of 150.0 MB (8 %), 41.0 MB/s, 3 s left, 80,000 packets`."""
    rate = bytes_read / max(seconds, 1e-9)
    parts = [f"{_size(bytes_read)} of {_size(total)} ({100 * bytes_read // total} %)" if total else _size(bytes_read), f"{_size(rate)}/s"]
    if total and rate > 0:
        parts.append(f"{_duration(max(total - bytes_read, 0) / rate)} left")
    return ", ".join([*parts, f"{packets:,} packets"])


def _size(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError(number)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
