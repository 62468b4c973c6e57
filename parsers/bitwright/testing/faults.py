"""What is wrong with an input's outcome, and the bucket of its cause.

Promise: findings of one cause have one bucket on every run: indexes, numbers and bytes of the input do not show in it, types, places
and field names do.
"""

from __future__ import annotations

import re
import traceback
from typing import Any, Final

from bitwright.testing.outcome import Kind
from bitwright.testing.targets import places

_INDEX: Final = re.compile(r"\[\d+\]")
_LONGEST: Final = 4_000  # characters of what is told of one finding


class Wrong(Exception):  # noqa: N818  # a finding, not an error of the program
    """One finding; `seconds` where time is what is wrong."""

    def __init__(self, kind: Kind, bucket: str, detail: str, seconds: float = 0.0) -> None:
        super().__init__(bucket)
        self.kind: Kind = kind
        self.seconds = seconds
        self.bucket, self.detail = bucket, detail[:_LONGEST]


def without_indexes(path: str) -> str:
    """A path with every index left out: `answers[3].rdata` is `answers[].rdata`."""
    return _INDEX.sub("[]", path)


def exception(error: BaseException) -> Wrong:
    """An exception that no engine may raise."""
    told = "".join(traceback.format_exception(error))
    return Wrong("exception", f"{type(error).__name__} in {places.of_exception(error) or 'nowhere'}", told[-_LONGEST:])


def difference(what: str, *told: Any, path: str = "") -> Wrong:
    """Two engines that disagree; `told` is shown as it is."""
    place = f" at {without_indexes(path)}" if path else ""
    return Wrong("difference", what + place, "\n".join(one if isinstance(one, str) else repr(one) for one in told))
