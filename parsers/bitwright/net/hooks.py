"""Events for observers: what happens to connections, calls and children, with names and attributes as OpenTelemetry spells them.

Promise: nothing here logs, waits, or ends what it watches: an observer that raises is counted, and the last of its exceptions
is kept.  Without an observer an event costs a counter.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Mapping
from typing import TypeAlias

Attribute: TypeAlias = "str | int | float | bool"
Observer: TypeAlias = "Callable[[str, Mapping[str, Attribute]], object]"


class Hooks:
    """Where events go: counted by name, and given to the observer.

    Names are those of what happened ("bitwright.server.connection.opened"); attributes have the names of OpenTelemetry's
    semantic conventions where there is one ("network.peer.address", "network.peer.port", "network.transport", "error.type").
    An observer is a plain function and is called in the task in which the event happens: it should be quick.
    """

    def __init__(self, observer: Observer | None = None) -> None:
        self._observer = observer
        self.counters: collections.Counter[str] = collections.Counter()
        self.failures = 0
        self.last_failure: Exception | None = None

    def emit(self, name: str, attributes: Mapping[str, Attribute] | None = None) -> None:
        """Say that something happened."""
        self.counters[name] += 1
        if self._observer is None:
            return
        try:
            self._observer(name, {} if attributes is None else attributes)
        except Exception as error:  # noqa: BLE001  # whatever an observer does wrong, what it watches goes on
            self.failures += 1
            self.last_failure = error


def attributes_of_peer(address: tuple[str, int], transport: str) -> dict[str, Attribute]:
    """How a peer is named in events; `transport` is "udp" or "tcp"."""
    return {"network.peer.address": address[0], "network.peer.port": address[1], "network.transport": transport}
