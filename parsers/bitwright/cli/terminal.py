"""What a terminal may be sent: escaped data, colours if wanted, complaints on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Final, TextIO

from bitwright.errors import PatternError
from bitwright.escaping import printable


def is_terminal(stream: TextIO | None) -> bool:
    """Whether people look at the stream, which may be closed, on a terminal that can do more than print."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour: NO_COLOR forbids it, FORCE_COLOR asks for it, and otherwise a terminal gets it."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal(stream)


class Style:
    """ANSI colours, or none."""

    _CODES: Final = {"bad": "31", "warn": "33", "name": "36", "faint": "2", "strong": "1"}

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def __call__(self, kind: str, text: str) -> str:
        """The text in the colour for `kind`: bad, warn, name, faint or strong."""
        return f"\x1b[{self._CODES[kind]}m{text}\x1b[0m" if self.enabled and text else text


def say(text: str) -> None:
    """One message for people, on stderr."""
    if sys.stderr is not None:  # print would take stdout instead
        print(printable(text), file=sys.stderr, flush=True)


@contextlib.contextmanager
def stdout_silenced() -> Iterator[None]:
    """Nothing that runs meanwhile gets to stdout, neither by Python nor by C; what this process starts does not either."""
    stdout = sys.stdout
    if stdout is not None:
        stdout.flush()
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.ExitStack() as restored:  # noqa: PTH123  # no path of files
        with contextlib.suppress(OSError):  # stdout is closed
            saved = os.dup(1)
            restored.callback(os.close, saved)
            restored.callback(os.dup2, saved, 1)
            os.dup2(nowhere.fileno(), 1)
        if stdout is not None:
            restored.callback(stdout.flush)  # what was printed by its own name
        with contextlib.redirect_stdout(nowhere):
            yield


def complain_of_ourselves() -> None:
    """The traceback of a defect, line by line, and what to do with it."""
    import traceback

    for line in traceback.format_exc().splitlines():
        say(line)
    complain("this is a defect of bitwright; please report it with the lines above")


def complain(text: str) -> None:
    """What went wrong, on stderr, in one line."""
    say(f"bitwright: {text}")


def complain_of_pattern(error: PatternError) -> None:
    """What is wrong with a pattern, and below it the place in its text."""
    first, *more = str(error).splitlines()
    complain(first)
    for line in more:
        say(line)
