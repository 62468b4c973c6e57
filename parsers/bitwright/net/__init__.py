"""Nodes: clients, servers and supervisors that speak a declared protocol, over UDP and TCP, on asyncio and on trio.

The map, from the ground up:

* `errors`, `events`, `hooks`: what goes wrong, what a connection gives, what an observer sees
* `protocol`: how a format is spoken
* `framing`: a stream cut into messages, without I/O
* `connection`: messages over one stream
* `pending`: calls in flight, without I/O
* `statem`, `backoff`: a state machine and waits, without I/O; `client`: keeps a connection, over which `conversation` asks
* `caller`: what every client can do; `datagram_client`, `one_shot`: by datagrams, by a connection for one question;
  `connecting`: which one fits
* `supervisor`: tasks that are started in order, stopped in reverse and restarted; `presence`: what runs, as a tree
* `network`: streams, listeners and datagrams; `sockets` and `memory` are two of them
* `relay`: what stands between a client and a server, to look at what they say, or to spoil it

Promise: what each part guarantees holds on both event loops, whatever the peer sends, and whenever a caller is cancelled.
docs/nodes.md has each guarantee in a sentence.  Whatever talks needs anyio: the extra `net`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitwright.net.backoff import Backoff
    from bitwright.net.caller import Caller, CallerInfo
    from bitwright.net.client import Client
    from bitwright.net.client_policy import ClientInfo, FailFast, Postponing
    from bitwright.net.connecting import connect
    from bitwright.net.connection import Connection, Traffic
    from bitwright.net.datagram_client import DatagramClient, DatagramCounters
    from bitwright.net.errors import (
        Busy, Closed, Disconnected, FramingError, NetError, NotRunning, Overloaded, StartFailed, TimedOut, TooLarge,
        TooManyRestarts, Truncated, WontStop,
    )  # fmt: skip
    from bitwright.net.events import Ended, Event, Malformed, Passive, Received, Silent, Told
    from bitwright.net.hooks import Hooks
    from bitwright.net.one_shot import StreamAddress, call_once
    from bitwright.net.pending import Call, CallCounters, Pending
    from bitwright.net.presence import present, tree
    from bitwright.net.protocol import Protocol, Retransmission
    from bitwright.net.relay import Relay
    from bitwright.net.server import Answering, Bounds, Handler, Info, Peer, Server, serve
    from bitwright.net.supervisor import Child, ChildInfo, DynamicSupervisor, Exit, Shutdown, Supervisor, cleanup

__all__ = [
    "Answering", "Backoff", "Bounds", "Busy", "Call", "CallCounters", "Caller", "CallerInfo", "Child", "ChildInfo", "Client",
    "ClientInfo", "Closed", "Connection", "DatagramClient", "DatagramCounters", "Disconnected", "DynamicSupervisor", "Ended", "Event",
    "Exit", "FailFast", "FramingError", "Handler", "Hooks", "Info", "Malformed", "NetError", "NotRunning", "Overloaded", "Passive",
    "Peer", "Pending", "Postponing", "Protocol", "Received", "Relay", "Retransmission", "Server", "Shutdown", "Silent", "StartFailed",
    "StreamAddress", "Supervisor", "TimedOut", "Told", "TooLarge", "TooManyRestarts", "Traffic", "Truncated", "WontStop", "call_once",
    "cleanup", "connect", "present", "serve", "tree",
]  # fmt: skip

# Where the names are: each is loaded when it is first used, so that framing needs no event loop.
_LATER = {
    "backoff": ("Backoff",),
    "caller": ("Caller", "CallerInfo"),
    "client": ("Client",),
    "client_policy": ("ClientInfo", "FailFast", "Postponing"),
    "connecting": ("connect",),
    "connection": ("Connection", "Traffic"),
    "datagram_client": ("DatagramClient", "DatagramCounters"),
    "errors": (
        "Busy", "Closed", "Disconnected", "FramingError", "NetError", "NotRunning", "Overloaded", "StartFailed", "TimedOut",
        "TooLarge", "TooManyRestarts", "Truncated", "WontStop",
    ),
    "events": ("Ended", "Event", "Malformed", "Passive", "Received", "Silent", "Told"),
    "hooks": ("Hooks",),
    "one_shot": ("StreamAddress", "call_once"),
    "pending": ("Call", "CallCounters", "Pending"),
    "presence": ("present", "tree"),
    "protocol": ("Protocol", "Retransmission"),
    "relay": ("Relay",),
    "server": ("Answering", "Bounds", "Handler", "Info", "Peer", "Server", "serve"),
    "supervisor": ("Child", "ChildInfo", "DynamicSupervisor", "Exit", "Shutdown", "Supervisor", "cleanup"),
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
