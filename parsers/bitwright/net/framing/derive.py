"""The framing that follows from a format."""

from __future__ import annotations

from bitwright.net.framing.base import Framing
from bitwright.net.framing.pushed import PushParser
from bitwright.struct_ import Struct


def framing_of(message: type[Struct], *, limit: int, field: str | None = None) -> Framing:
    """How a stream of `message` is cut; `field` is the part of it that is given out, the whole without it.

    Raises DeclarationError for a format of which a stream does not say where it ends.
    """
    if field is not None:
        raise ValueError(f"{message.__name__}.{field}: give a Framing")
    return PushParser(message, limit)
