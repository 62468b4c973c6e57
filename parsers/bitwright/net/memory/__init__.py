"""A network in memory, for tests: streams and datagrams between parts of one program, with faults on purpose.

Promise: the contract of sockets, with nothing of the operating system: with a clock that jumps, an hour of silence takes no
time.  The same seed gives the same faults.  One network belongs to one run of an event loop.
"""

from __future__ import annotations

import itertools
import random

from anyio.abc import ByteStream

from bitwright.net.memory.datagrams import Faults, MemoryDatagrams
from bitwright.net.memory.streams import MemoryAcceptor, MemoryStream, stream_pair
from bitwright.net.network import Acceptor, Address, Datagrams, Network

__all__ = ["Faults", "Memory", "MemoryAcceptor", "MemoryDatagrams", "MemoryStream", "stream_pair"]

_PORTS = range(49152, 65536)  # those that are for everybody (RFC 6335, section 6)


class Memory(Network):
    """A network of its own.

    `faults` are what happens to datagrams.  `piece`: how many bytes one `receive` of a stream gives at most; `capacity`: how
    many bytes a stream takes before `send` waits.
    """

    def __init__(self, *, faults: Faults | None = None, piece: int = 65536, capacity: int = 65536, seed: int = 1) -> None:
        self.faults = faults or Faults()
        self.random = random.Random(seed)  # noqa: S311  # faults need a seed, not secrecy
        self._piece, self._capacity = piece, capacity
        self._acceptors: dict[Address, MemoryAcceptor] = {}
        self._sockets: dict[Address, MemoryDatagrams] = {}
        self._ports = itertools.cycle(_PORTS)

    async def connect(self, address: Address) -> ByteStream:
        """A stream to whoever listens there; ConnectionRefusedError if nobody does."""
        acceptor = self._acceptors.get(address)
        if acceptor is None or acceptor.full:
            raise ConnectionRefusedError(111, f"nobody listens at {address[0]}:{address[1]}")
        here: Address = "127.0.0.1", self._port()
        mine, theirs = stream_pair(here, address, piece=self._piece, capacity=self._capacity)
        acceptor.offer(theirs, here)
        return mine

    async def listen(self, address: Address, *, backlog: int = 1024) -> Acceptor:
        """Listen there; OSError if somebody does."""
        bound = self._free(address, self._acceptors)
        acceptor = self._acceptors[bound] = MemoryAcceptor(bound, backlog, on_close=lambda: self._acceptors.pop(bound))
        return acceptor

    async def datagrams(self, local: Address | None = None, *, remote: Address | None = None) -> Datagrams:
        """A socket for datagrams; OSError if the address is taken."""
        bound = self._free(local or ("127.0.0.1", 0), self._sockets)
        socket = self._sockets[bound] = MemoryDatagrams(self, bound, remote)
        return socket

    def acceptor_at(self, address: Address) -> MemoryAcceptor | None:
        """Who takes connections there."""
        return self._acceptors.get(address)

    def socket_at(self, address: Address) -> MemoryDatagrams | None:
        """Who takes datagrams there."""
        return self._sockets.get(address)

    def forget(self, socket: MemoryDatagrams) -> None:
        """Its address is free again."""
        self._sockets.pop(socket.address, None)

    def _free(self, address: Address, taken: dict[Address, MemoryAcceptor] | dict[Address, MemoryDatagrams]) -> Address:
        host, port = address
        for _ in _PORTS:
            bound = host, port or self._port()
            if bound not in taken:
                return bound
            if port:
                break
        raise OSError(98, f"{host}:{port or 'every port'} is taken")

    def _port(self) -> int:
        return next(self._ports)
