"""What a supervisor tells observers.

Promise: names and attributes are those of OpenTelemetry's conventions where there is one (`exception.type`, `exception.message`,
`exception.stacktrace`); the text of a traceback is made only when a child failed.
"""

from __future__ import annotations

import traceback

from bitwright.net.errors import sole
from bitwright.net.hooks import Attribute, Hooks
from bitwright.net.supervisor.exits import Exit


class Telling:
    """The events of one supervisor."""

    def __init__(self, supervisor: str, hooks: Hooks) -> None:
        self._supervisor, self._hooks = supervisor, hooks

    def child(self, what: str, name: str) -> None:
        """Something happened to a child: `started`, `stopped`, `stuck`, `restarted`."""
        self._hooks.emit(f"bitwright.supervisor.child.{what}", self._attributes(name))

    def exited(self, name: str, how: Exit) -> None:
        """A child ended by itself."""
        attributes = self._attributes(name)
        attributes["bitwright.child.exit"] = how.kind
        if how.error is not None:
            attributes["exception.type"] = attributes["error.type"] = type(sole(how.error)).__qualname__
            attributes["exception.message"] = how.text()
            if how.kind == "failure":
                attributes["exception.stacktrace"] = "".join(traceback.format_exception(how.error))
        self._hooks.emit("bitwright.supervisor.child.exited", attributes)

    def gave_up(self) -> None:
        """There were too many restarts."""
        self._hooks.emit("bitwright.supervisor.gave_up", {"bitwright.supervisor.name": self._supervisor})

    def _attributes(self, name: str) -> dict[str, Attribute]:
        return {"bitwright.supervisor.name": self._supervisor, "bitwright.child.name": name}
