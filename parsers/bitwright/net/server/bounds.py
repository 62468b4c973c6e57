"""What a server allows: every number that bounds what peers can make it hold or wait for."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bounds of a server; times in seconds.

    * `connections`: how many there may be at once.  The next ones are not accepted: they wait in the operating system, of which
      `backlog` says how many do.
    * `concurrency`: how many datagrams may be in work at once, where the handler awaits.  The next ones wait in the operating
      system, which drops what it has no room for.
    * `read_timeout`: within which the next message has to have come as a whole.  What the handler does meanwhile does not count,
      and a byte now and then does not buy more time.
    * `send_timeout`: within which a peer has to take an answer.
    * `handshake_timeout`: of TLS.
    * `shutdown_timeout`: what is in work when the server ends may take so long, and the last callback of a connection at any time.
      A supervisor has to wait for longer than that.
    """

    connections: int = 16384
    backlog: int = 1024
    concurrency: int = 1024
    read_timeout: float = 60.0
    send_timeout: float = 30.0
    handshake_timeout: float = 5.0
    shutdown_timeout: float = 4.0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"{field.name}={getattr(self, field.name)!r} has to be above 0")
