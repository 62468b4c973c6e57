"""Datagrams in memory, and what a network does to them: lose, double, delay, reorder, cut."""

from __future__ import annotations

import dataclasses
import heapq
import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

from bitwright.net.network import Address, Datagrams

if TYPE_CHECKING:
    from bitwright.net.memory import Memory

_LARGEST = 65507  # bytes of a datagram over IPv4
_ROOM = 4096  # datagrams that wait for a reader; what comes then is lost, as in an operating system


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What happens to datagrams: probabilities from 0 to 1, and a delay in seconds, drawn evenly from `delay`.

    `reorder` gives a datagram the longest delay and a half, so that later ones overtake it; `cut` loses its second half.
    """

    drop: float = 0.0
    double: float = 0.0
    reorder: float = 0.0
    cut: float = 0.0
    delay: tuple[float, float] = (0.0, 0.0)

    def draw(self, data: bytes, chance: Callable[[], float]) -> list[tuple[bytes, float]]:
        """What arrives of a datagram, and after how many seconds; `chance` gives numbers from 0 to 1."""
        found: list[tuple[bytes, float]] = []
        for _ in range(2 if chance() < self.double else 1):
            if chance() < self.drop:
                continue
            least, most = self.delay
            delay = least + (most - least) * chance()
            if chance() < self.reorder:
                delay = 1.5 * max(most, 0.001)
            found.append((data[: len(data) // 2] if chance() < self.cut else data, delay))
        return found


class MemoryDatagrams(Datagrams):
    """A socket for datagrams.  Made by `Memory.datagrams`."""

    def __init__(self, network: Memory, address: Address, remote: Address | None) -> None:
        self.address, self.remote, self._network = address, remote, network
        self._inbox: list[tuple[float, int, bytes, Address]] = []  # a heap, by the time of arrival
        self._order = itertools.count()
        self._changed = anyio.Event()
        self._refusals = 0
        self._closed = False
        self.lost = 0

    async def receive(self) -> Sequence[tuple[bytes, Address]]:
        """What has arrived, waiting for the first."""
        await anyio.lowlevel.checkpoint()
        while True:
            if self._closed:
                raise anyio.ClosedResourceError
            if self._refusals:
                self._refusals -= 1
                raise ConnectionRefusedError(111, "nobody takes datagrams there")
            now = anyio.current_time()
            found: list[tuple[bytes, Address]] = []
            while self._inbox and self._inbox[0][0] <= now:
                _, _, data, sender = heapq.heappop(self._inbox)
                found.append((data, sender))
            if found:
                return found
            deadline = self._inbox[0][0] if self._inbox else float("inf")
            with anyio.CancelScope(deadline=deadline):
                await self._changed.wait()

    def send_now(self, data: bytes, address: Address | None = None) -> bool:
        """Send: there is always room."""
        if self._closed:
            raise anyio.ClosedResourceError
        if len(data) > _LARGEST:
            raise OSError(90, f"a datagram of {len(data)} bytes; {_LARGEST} are the most")
        to = address or self.remote
        if to is None:
            raise OSError(89, "no address to send to, and the socket has no peer")
        self._send(data, to)
        return True

    async def send(self, data: bytes, address: Address | None = None) -> None:
        """Send."""
        await anyio.lowlevel.checkpoint()
        self.send_now(data, address)

    async def aclose(self) -> None:
        """Close."""
        if not self._closed:
            self._closed = True
            self._network.forget(self)
            self._notify()
        await anyio.lowlevel.checkpoint()

    def _send(self, data: bytes, to: Address) -> None:
        receiver = self._network.socket_at(to)
        if receiver is None:
            if self.remote is not None:  # a socket without one peer is told nothing
                self._refusals += 1
                self._notify()
            return
        for left, delay in self._network.faults.draw(data, self._network.random.random):
            receiver.deliver(left, self.address, delay)

    def deliver(self, data: bytes, sender: Address, delay: float) -> None:
        """A datagram arrives in `delay` seconds."""
        if self._closed or (self.remote is not None and sender != self.remote):
            return
        if len(self._inbox) >= _ROOM:
            self.lost += 1
            return
        heapq.heappush(self._inbox, (anyio.current_time() + delay, next(self._order), data, sender))
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
