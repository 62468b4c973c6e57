"""Valid messages from a declaration alone.

    generate(Message, random.Random(1))                  # one message
    for data, message in examples(Message, random.Random(1)): ...

Promise: what is returned was built and read again strictly: every constraint of the declaration holds, lengths, counts, tags and checksums
fit.  Deterministic by seed.  GenerationError where no message is found within bounded effort, with the reason of the last attempt.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final, TypeVar

from bitwright.errors import BuildError, ParseError
from bitwright.schema.spec import MISSING, spec_of
from bitwright.struct_ import Struct
from bitwright.testing.draw import Draw, RandomDraw
from bitwright.testing.generating.frame import GenerationError, Region, Stuck
from bitwright.testing.generating.maker import Maker

__all__ = ["GenerationError", "attempt", "examples", "generate"]

M = TypeVar("M", bound=Struct)
ATTEMPTS: Final = 50
LARGEST: Final = 1200  # bytes of a message, about


def generate(message: type[M], source: Draw | random.Random, **parameters: Any) -> M:
    """One message, with all derived fields set; `parameters` are what it takes from outside."""
    return _built(message, _draw_of(source), parameters)[1]


def examples(message: type[M], source: Draw | random.Random, **parameters: Any) -> Iterator[tuple[bytes, M]]:
    """Messages for ever: as bytes, and as values."""
    return _endless(message, _draw_of(source), parameters)


def attempt(message: type[M], draw: Draw, parameters: dict[str, Any]) -> tuple[bytes, M]:
    """One try; Stuck, BuildError or ParseError where it gives no valid message."""
    made, _ = Maker(draw).struct(message, Region(LARGEST), parameters)
    wire: bytes = made.value.build(**parameters)
    return wire, message.parse(wire, strict=True, **parameters)


def _endless(message: type[M], draw: Draw, parameters: dict[str, Any]) -> Iterator[tuple[bytes, M]]:
    while True:
        yield _built(message, draw, parameters)


def _built(message: type[M], draw: Draw, parameters: dict[str, Any]) -> tuple[bytes, M]:
    missing = [name for name, declared in spec_of(message).params.items() if declared.default is MISSING and name not in parameters]
    if missing:
        raise GenerationError(f"{message.__name__} needs the parameter {missing[0]}=, which is given as an argument of that name")
    failure: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            return attempt(message, draw, parameters)
        except (Stuck, BuildError, ParseError) as caught:
            failure = caught
    raise GenerationError(f"no valid {message.__name__} was found in {ATTEMPTS} attempts; of the last one: {failure}") from failure


def _draw_of(source: Draw | random.Random) -> Draw:
    if isinstance(source, random.Random):
        return RandomDraw(source)
    if not hasattr(source, "integer"):
        raise TypeError(f"choices come from a random.Random or a Draw, not from {source!r}: write random.Random(1)")
    return source
