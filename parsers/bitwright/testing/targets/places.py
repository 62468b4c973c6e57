"""Where in somebody's code an exception came from, a loop does not end, or a call takes long: a place that is the same on every run.

Promise: places are names of modules and functions, with a line only where the line is always the same one; memory addresses, machine paths
and recursion depths are not in them.
"""

from __future__ import annotations

import os
import sysconfig
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Final, NamedTuple

import bitwright.testing

_LIBRARY: Final = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib"))
_INSTALLED: Final = ("site-packages", "dist-packages")
_TESTING: Final = f"{Path(bitwright.testing.__file__).parent}{os.sep}"
_MOST_FRAMES: Final = 100_000


class Place(NamedTuple):
    """A line of a function in one call of it."""

    frame: FrameType
    line: int

    @property
    def code(self) -> CodeType:
        """The function's."""
        return self.frame.f_code

    @property
    def function(self) -> str:
        """Module and qualified name."""
        return f"{self.frame.f_globals.get('__name__', '?')}:{self.code.co_qualname}"

    def __str__(self) -> str:
        """With the line."""
        return f"{self.function}, line {self.line}"


def of_exception(error: BaseException) -> str:
    """The innermost line of the user's code; of a recursion that was too deep, the function that comes up most."""
    places = _of_traceback(error.__traceback__)
    if not places:
        return ""
    own = [place for place in places if is_own(place.code)] or places
    if isinstance(error, RecursionError):
        return Counter(place.function for place in own).most_common(1)[0][0]
    return str(own[-1])


def of_samples(samples: Sequence[Sequence[Place]]) -> str:
    """The innermost call that was under way each time one looked: the loop that does not end is its own.

    A sample is a stack, outermost first.  Calls are compared, not functions: what a loop calls is another call each time.  Nothing, if
    only Python's library was under way all the time, as where an event loop waits.
    """
    common: list[Place] = []
    for together in zip(*samples, strict=False):
        if any(place.frame is not together[0].frame for place in together):
            break
        common.append(together[0])
    own = [place for place in common if is_own(place.code)]
    return own[-1].function if own else ""


def stack_of(frame: FrameType | None) -> list[Place]:
    """What calls what, outermost first, without our own frames."""
    places: list[Place] = []
    while frame is not None and len(places) < _MOST_FRAMES:
        if not frame.f_code.co_filename.startswith(_TESTING):
            places.append(Place(frame, frame.f_lineno))
        elif places:
            break  # what called us is the same for every input
        frame = frame.f_back
    return places[::-1]


def is_own(code: CodeType) -> bool:
    """Whether this is neither Python's library nor what runs the tests."""
    return is_own_file(code.co_filename)


def is_own_file(name: str) -> bool:
    """The same, of a file name as code has it."""
    if name.startswith(("<frozen", _TESTING)) or name == "<string>":
        return False
    return not name.startswith(_LIBRARY) or any(part in name for part in _INSTALLED)


def _of_traceback(traceback: TracebackType | None) -> list[Place]:
    places = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_TESTING):
            places.append(Place(traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    return places
