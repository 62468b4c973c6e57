"""What can be wrong with a stack of layers: the error of a layer, the findings of a walk, a wrong registration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bitwright.errors import ParseError, Problem

# Findings that the walk itself adds to those of the layers; docs/captures.md explains each.
WALK_FINDING_CODES: Final[Mapping[str, str]] = {
    "fragment": "the payload is a fragment, so the layers above were not looked at",
    "partial-message": "a stream message is not complete in this segment",
    "unconsumed": "bytes follow the topmost layer inside a region of known length",
}


class LayerError(ParseError):
    """A layer that could not be read: `layer` is its name, and the offsets count from the packet's first byte."""

    def __init__(self, problem: Problem, layer: str) -> None:
        super().__init__(problem)
        self.layer = layer

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problem, self.layer)


class RegistryError(ValueError):
    """A registration that cannot work: an unknown layer, binding table or field, or a name given twice."""


class SpecNotFound(LookupError):  # noqa: N818  # says what happened, as FileNotFoundError does
    """No spec of that name; the message says what there is, or why it could not be imported."""
