"""What stands for a quantity on the command line: how many, and how many seconds; anything else is refused with what to write."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable


def count_of(what: str) -> Callable[[str], int]:
    """Reads a number of these, at least one."""

    def count(text: str) -> int:
        if not text.isdecimal() or not int(text):
            raise argparse.ArgumentTypeError(f"{text!r}: write a number of {what}, at least 1")
        return int(text)

    return count


def seconds(most: float | None = None) -> Callable[[str], float]:
    """Reads a time that has an end, or is at most so long."""
    limit = "" if most is None else f", at most {most:g}"

    def positive(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not (0 < number < math.inf and (most is None or number <= most)):
            raise argparse.ArgumentTypeError(f"{text!r}: write a number of seconds above 0{limit}")
        return number

    return positive
