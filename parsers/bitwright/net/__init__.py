"""Nodes: clients, servers and supervisors that speak a declared protocol, over UDP and TCP, on asyncio and on trio.

The map, from the ground up:

* `errors`, `events`, `hooks`: what goes wrong, what a connection gives, what an observer sees
* `protocol`: how a format is spoken
* `framing`: a stream cut into messages, without I/O
* `connection`: messages over one stream
* `network`: streams, listeners and datagrams; `sockets` and `memory` are two of them

Promise: what each part guarantees holds on both event loops, whatever the peer sends, and whenever a caller is cancelled.
docs/nodes.md has each guarantee in a sentence.  Whatever talks needs anyio: the extra `net`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitwright.net.connection import Connection, Traffic
    from bitwright.net.errors import (
        Busy, Closed, Disconnected, FramingError, NetError, Overloaded, StartFailed, TimedOut, TooLarge, TooManyRestarts, Truncated,
    )  # fmt: skip
    from bitwright.net.events import Ended, Event, Malformed, Passive, Received, Silent, Told
    from bitwright.net.hooks import Hooks
    from bitwright.net.protocol import Protocol, Retransmission

__all__ = [
    "Busy", "Closed", "Connection", "Disconnected", "Ended", "Event", "FramingError", "Hooks", "Malformed", "NetError", "Overloaded",
    "Passive", "Protocol", "Received", "Retransmission", "Silent", "StartFailed", "TimedOut", "Told", "TooLarge", "TooManyRestarts",
    "Traffic", "Truncated",
]  # fmt: skip

# Where the names are: each is loaded when it is first used, so that framing needs no event loop.
_LATER = {
    "connection": ("Connection", "Traffic"),
    "errors": (
        "Busy", "Closed", "Disconnected", "FramingError", "NetError", "Overloaded", "StartFailed", "TimedOut", "TooLarge",
        "TooManyRestarts", "Truncated",
    ),
    "events": ("Ended", "Event", "Malformed", "Passive", "Received", "Silent", "Told"),
    "hooks": ("Hooks",),
    "protocol": ("Protocol", "Retransmission"),
}  # fmt: skip
_HOME = {name: module for module, names in _LATER.items() for name in names}

if not TYPE_CHECKING:  # for a checker a module with __getattr__ has every attribute, also a misspelt one

    def __getattr__(name: str) -> Any:
        """Load what is used; MissingPackage if it needs anyio and that is not installed."""
        if name not in _HOME:
            raise AttributeError(f"module 'bitwright.net' has no attribute {name!r}")
        import importlib

        from bitwright.errors import MissingPackage

        try:
            module = importlib.import_module(f"bitwright.net.{_HOME[name]}")
        except ModuleNotFoundError as error:
            if error.name != "anyio":
                raise
            raise MissingPackage("bitwright.net talks through anyio, which is not installed: pip install 'bitwright[net]'") from None
        found = globals()[name] = getattr(module, name)
        return found

    def __dir__() -> list[str]:
        """Also what is not loaded yet."""
        return sorted({*globals(), *__all__})
