"""Connections: taken one after the other, as many as there is room for, whatever the operating system says to it."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import anyio
from anyio.abc import ByteStream

from bitwright.net.hooks import Hooks
from bitwright.net.network import Acceptor, Address
from bitwright.net.server.faults import survive

Begin = Callable[[ByteStream, tuple[Address, Address], "ssl.SSLContext | None"], None]


class Listener:
    """One address where connections are taken.  `begin` gets each, and has to give its place in `room` back."""

    def __init__(
        self, acceptor: Acceptor, room: anyio.Semaphore, begin: Begin, hooks: Hooks, context: ssl.SSLContext | None = None
    ) -> None:
        self.acceptor, self._room, self._begin, self._hooks, self._context = acceptor, room, begin, hooks, context
        self._accepting = anyio.CancelScope()

    async def serve(self) -> None:
        """Until `stop`, or until the socket can be used no more, which raises."""
        try:
            with self._accepting:
                while True:
                    await self.acceptor.wait()
                    await self._room.acquire()  # before, not after: what is not accepted costs no descriptor
                    await self._take()
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Listen no longer."""
        with anyio.CancelScope(shield=True):
            await self.acceptor.aclose()

    def stop(self) -> None:
        """Take no more."""
        self._accepting.cancel()

    async def _take(self) -> None:
        try:
            stream, peer = await self.acceptor.accept()
        except BaseException as error:
            self._room.release()
            if not isinstance(error, OSError):
                raise
            self._hooks.emit("bitwright.server.accept.error", {"error.type": type(error).__name__, "error.number": error.errno or 0})
            await survive(error)
        else:
            self._begin(stream, (peer, self.acceptor.address), self._context)

    def kill(self) -> None:
        """The same: nothing is in work here."""
        self.stop()
