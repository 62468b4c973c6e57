"""What a server counts."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(slots=True)
class Counters:
    """Since the server was made.

    `refused`: connections that were lost before their handler was asked: a handshake that failed, a handler that could not be
    made.  `failures`: connections and datagrams that ended with `error`, and last callbacks that raised.
    """

    connections: int = 0
    refused: int = 0
    received: int = 0
    answered: int = 0
    malformed: int = 0
    failures: int = 0
