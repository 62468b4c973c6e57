"""Engines compared to the letter, through the calls that users make.

Promise: of each input, read as a message and as a prefix behind other bytes, strict and not, every engine makes the same value down to
its `repr`, which tells members of enumerations from numbers; or the same error, with its whole text and record; `check` lists the same
findings; and of the value every engine builds the same bytes, or refuses with the same error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from bitwright.errors import BitwrightError, BuildError, ParseError
from bitwright.struct_ import Struct
from bitwright.testing.faults import difference

_AHEAD: Final = b"\xff\x00\xc0"  # what lies before a prefix


def compare_to_the_letter(message: type[Struct], engines: Sequence[str], data: bytes, options: dict[str, Any]) -> None:
    """Hold it against one input; `Wrong` for the first difference."""
    codecs = [message.codec(name) for name in engines]
    for strict in (False, True):
        outcomes = [_outcome(codec.parse, data, strict=strict, **options) for codec in codecs]
        _same(f"parse(strict={strict})", engines, outcomes)
    behind = [_outcome(codec.parse_prefix, _AHEAD + data, len(_AHEAD), **options) for codec in codecs]
    _same("parse_prefix", engines, behind)
    _same("check", engines, [_outcome(codec.check, data, **options) for codec in codecs])
    value = behind[0][0]
    if isinstance(value, tuple):
        _same("build", engines, [_outcome(codec.build, value[0], **options) for codec in codecs])


def _outcome(call: Callable[..., Any], *args: Any, **options: Any) -> tuple[Any, ...]:
    """All that can be told of what a call did."""
    try:
        value = call(*args, **options)
    except (ParseError, BuildError) as error:
        return type(error), error.problem, str(error)
    return value, repr(value)


def _same(what: str, engines: Sequence[str], outcomes: Sequence[tuple[Any, ...]]) -> None:
    first = outcomes[0]
    for name, outcome in zip(engines[1:], outcomes[1:], strict=True):
        if outcome != first and repr(outcome) != repr(first):  # a NaN is no other NaN, but is written alike
            raise difference(f"{what} of {name} and {engines[0]} differ", outcome, first, path=_path_of(first) or _path_of(outcome))


def _path_of(outcome: tuple[Any, ...]) -> str:
    kind = outcome[0]
    return outcome[1].path if isinstance(kind, type) and issubclass(kind, BitwrightError) else ""
