"""A tap that writes down what passes: as packets of a capture, made by an encapsulation.

The toolkit knows no headers: whoever has them registers a class without parameters under the entry point group
`bitwright.encapsulations`, with the methods of `Encapsulation`.
"""

from __future__ import annotations

import abc
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol, TypeAlias

from bitwright.capture import Packet, create_capture
from bitwright.capture.writer import PcapngWriter
from bitwright.net.network import Address
from bitwright.net.relay.tap import Conversation, Tap, Verdict

ENTRY_POINT_GROUP: Final = "bitwright.encapsulations"

Frames: TypeAlias = "Iterable[bytes]"


class StreamEncapsulation(Protocol):
    """Makes the packets of one connection."""

    @abc.abstractmethod
    def opened(self) -> Frames:
        """What begins it."""

    @abc.abstractmethod
    def sent(self, data: bytes, *, from_client: bool) -> Frames:
        """What carries a piece."""

    @abc.abstractmethod
    def ended(self, *, from_client: bool) -> Frames:
        """What ends one direction."""

    @abc.abstractmethod
    def reset(self) -> Frames:
        """What ends both at once."""


class Encapsulation(Protocol):
    """Makes packets of what programs say."""

    @property
    @abc.abstractmethod
    def link_type(self) -> int:
        """Of the tcpdump group's LINKTYPE registry."""

    @abc.abstractmethod
    def datagram(self, source: Address, target: Address, data: bytes) -> bytes:
        """The packet that carries a datagram."""

    @abc.abstractmethod
    def stream(self, client: Address, server: Address) -> StreamEncapsulation:
        """For a new connection."""


class Recorder(Tap):
    """Writes what passes to a capture, when it comes and whole, and gives it to `then`, which decides what becomes of it.

    Conversations are recorded between the client and the server, as if there were no relay.  `watch` gets each packet
    when it is written.  Hosts are IP addresses, no names, if the encapsulation wants them so.  `clock` gives nanoseconds since 1970 UTC.
    """

    def __init__(
        self,
        target: Any,
        encapsulation: Encapsulation,
        *,
        application: str = "",
        name: str = "",
        then: Tap | None = None,
        watch: Callable[[Packet], object] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.writer: PcapngWriter = create_capture(target, application=application)
        self._encapsulation, self._then, self._watch, self._clock = encapsulation, then or Tap(), watch, clock
        self._streams: dict[Conversation, StreamEncapsulation] = {}
        self._stopped = False
        self.writer.interface(encapsulation.link_type, name=name)

    def opened(self, conversation: Conversation) -> None:
        """A connection begins with what its encapsulation says; datagrams with nothing."""
        if conversation.transport == "tcp":
            made = self._streams[conversation] = self._encapsulation.stream(conversation.client, conversation.server)
            self._write_all(made.opened())
        self._then.opened(conversation)

    def passing(self, conversation: Conversation, data: bytes, *, from_client: bool) -> Verdict:
        """Write it down as it came."""
        if conversation.transport == "tcp":
            self._write_all(self._streams[conversation].sent(data, from_client=from_client))
        else:
            ends = (conversation.client, conversation.server)
            source, target = ends if from_client else reversed(ends)
            self._write(self._encapsulation.datagram(source, target, data))
        return self._then.passing(conversation, data, from_client=from_client)

    def ended(self, conversation: Conversation, *, from_client: bool) -> None:
        """One direction of a stream has ended."""
        self._write_all(self._streams[conversation].ended(from_client=from_client))
        self._then.ended(conversation, from_client=from_client)

    def closed(self, conversation: Conversation, *, reset: bool) -> None:
        """Nothing more passes."""
        made = self._streams.pop(conversation, None)
        if made is not None and reset:
            self._write_all(made.reset())
        self._then.closed(conversation, reset=reset)

    def stop(self) -> None:
        """Write nothing more; what passes goes on passing."""
        self._stopped = True

    def close(self) -> None:
        """Close the file."""
        self.stop()
        self.writer.close()

    def _write_all(self, frames: Frames) -> None:
        for frame in frames:
            self._write(frame)

    def _write(self, frame: bytes) -> None:
        if self._stopped:
            return
        now = self._clock()
        self.writer.packet(now, frame)
        if self._watch is not None:
            number = self.writer.packets_written
            self._watch(Packet(number, now, 0, self._encapsulation.link_type, len(frame), len(frame), frame))


def installed_encapsulation() -> Encapsulation:
    """The first by name that an installed distribution registers; LookupError if none does."""
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        made: Encapsulation = point.load()()
        return made
    raise LookupError(f"nothing is installed under the entry point group {ENTRY_POINT_GROUP!r}")
