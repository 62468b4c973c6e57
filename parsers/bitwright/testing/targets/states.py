"""What an answer says of the server's state: the values of its enumerations, such as a response code.

Promise: `state` gives a short text for any bytes; the texts are as few as the enumerations have members, so that they can be counted.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from bitwright.errors import ParseError
from bitwright.schema import spec

if TYPE_CHECKING:
    from bitwright.struct_ import Struct

WIDEST: Final = 8  # bits of an enumeration that says a state; wider ones are types and classes of things


class States:
    """Reads the state from answers of one format; `fields` names what says it, as paths, if not the narrow enumerations at its top."""

    def __init__(self, message: type[Struct], fields: Sequence[str] | None = None) -> None:
        self._message = message
        self.fields = tuple(fields) if fields is not None else tuple(_enumerations(message, ""))

    def state(self, answer: bytes) -> str:
        """One answer's."""
        try:
            value = self._message.parse(answer)
        except ParseError as error:
            return f"an answer that does not fit the format ({error.code})"
        said = [f"{path.rpartition('.')[2]} {_shown(_at(value, path))}" for path in self.fields]
        return ", ".join(said) or "answered"


def _enumerations(message: type[Struct], above: str) -> list[str]:
    """The paths of the narrow enumerations that every message has, also in parts that every message has."""
    found: list[str] = []
    for field in spec.spec_of(message).fields:
        if isinstance(field.type, spec.NestedType) and not above:
            found += _enumerations(field.type.struct, f"{field.name}.")
        elif isinstance(field.type, spec.IntType) and field.type.width <= WIDEST and issubclass(field.type.as_type, enum.IntEnum):
            found.append(above + field.name)
    return found


def _at(value: Any, path: str) -> Any:
    """The value at a path; None where an object on the way has no such part."""
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _shown(value: Any) -> str:
    """A member's name, or the number."""
    return str(getattr(value, "name", None) or value)
