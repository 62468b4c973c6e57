"""Servers: a handler, a protocol, and addresses at which both are reached, over UDP, TCP and TLS.

Promise, of Thousand Island's life cycle: a bound for everything that a peer can make it hold; no byte, connection or handler
that goes wrong ends anything but itself; the last callback of a connection comes exactly once; and it ends in order: nothing new
is taken, who is idle is let go, who is busy has until a deadline.
"""

from __future__ import annotations

from bitwright.net.server.bounds import Bounds
from bitwright.net.server.handler import Answering, Handler, Peer, Reply
from bitwright.net.server.lifecycle import Info, Server, serve

__all__ = ["Answering", "Bounds", "Handler", "Info", "Peer", "Reply", "Server", "serve"]
