"""Decoding in several processes: packets go out in blocks, their lines come back in order.

Promise: the output is the very bytes that one process writes, and memory stays bounded: each process
has one block in work and one that waits.  The processes are forked, where the system can, after the
formats were compiled, so they begin at full speed, and what is handed over lies in memory that both see.
"""

from __future__ import annotations

import argparse
import mmap
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from bitwright.cli.failure import UNREADABLE, CommandError
from bitwright.cli.tally import Tally

if TYPE_CHECKING:
    from bitwright.capture import Packet
    from bitwright.stack import Walker

BLOCK_PACKETS: Final = 2_000  # some tens of milliseconds of work, some hundred kilobytes to hand over
FIRST_PACKETS: Final = 250  # decoded before others begin: enough to meet, and compile, the commonest formats
LEAST_BYTES: Final = 4 << 20  # of a capture for which more processes are worth starting
MOST_WORKERS: Final = 8
_WAITING: Final = 2  # blocks that a worker has, one of them in work
_SHARED_BYTES: Final = 4 << 20  # of memory for one block, or its lines; what is larger goes through a pipe

# How a worker makes its walker, anew or the parent's own.
WalkerMaker: TypeAlias = "Callable[[argparse.Namespace], Walker]"


def available_workers() -> int:
    """Processes that can run at once here."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MOST_WORKERS)
    return min(os.cpu_count() or 1, MOST_WORKERS)


class Lines:
    """An output that keeps what is written."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Keep bytes."""
        self.parts.append(data)


class _Desk:
    """What passes between the parent and one worker: small messages through a pipe, and bytes in shared memory, a place for each block."""

    def __init__(self, channel: Connection, shared: Any) -> None:
        self._channel, self._shared = channel, shared

    def put(self, place: int, data: bytes, more: Any = None) -> None:
        """Hand over bytes; what lay in that place is not needed any more."""
        size, begin = len(data), place * _SHARED_BYTES
        if self._shared is not None and size <= _SHARED_BYTES:
            self._shared[begin : begin + size] = data
            self._channel.send((size, more))
        else:
            self._channel.send((None, more))
            self._channel.send_bytes(data)

    def take(self, place: int) -> tuple[bytes | memoryview, Any]:
        """The next bytes, good until something else is put in that place."""
        size, more = self._channel.recv()
        begin = place * _SHARED_BYTES
        return (self._channel.recv_bytes() if size is None else memoryview(self._shared)[begin : begin + size]), more

    def close(self) -> None:
        """No more of it."""
        self._channel.close()


def _work(channel: Connection, shared: Any, arguments: argparse.Namespace, make_walker: WalkerMaker) -> None:
    """A worker's life: a block of packets comes, its lines and its tally go, until it is ended."""
    from bitwright.capture import Packet
    from bitwright.cli.row_jsonl import JsonLines

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    desk, place = _Desk(channel, shared), 0
    decode = make_walker(arguments).decode
    unpack = msgspec.msgpack.Decoder(list[Packet]).decode
    lines = Lines()
    write = JsonLines(lines, native=arguments.at_once).row
    while True:
        packed, _ = desk.take(place)
        tally = Tally(detailed=arguments.stats)
        for packet in unpack(packed):
            row = decode(packet)
            tally.add(row)
            write(row)
        desk.put(place, b"".join(lines.parts), tally)
        lines.parts.clear()
        place = (place + 1) % _WAITING


class Team:
    """Worker processes that take blocks in turn."""

    def __init__(self, count: int, arguments: argparse.Namespace, make_walker: WalkerMaker) -> None:
        forks = sys.platform == "linux"
        context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        self._desks: list[_Desk] = []
        self._processes: list[BaseProcess] = []
        self._submitted = self._taken = 0  # blocks
        self._most = count * _WAITING
        self._pack = msgspec.msgpack.Encoder().encode  # a ninth of pickle's time
        for _ in range(count):
            ours, theirs = context.Pipe()
            shared = mmap.mmap(-1, _SHARED_BYTES * _WAITING) if forks else None
            process = context.Process(target=_work, args=(theirs, shared, arguments, make_walker), daemon=True)
            process.start()
            theirs.close()
            self._desks.append(_Desk(ours, shared))
            self._processes.append(process)

    def submit(self, block: list[Packet]) -> Iterator[tuple[bytes | memoryview, Tally]]:
        """Hand out a block; before that, the results that have to be taken first, each of which is good until the next is asked for."""
        if self._submitted - self._taken == self._most:
            yield self._result()
        try:
            self._desk(self._submitted).put(self._place(self._submitted), self._pack(block))
        except ConnectionError:
            raise _gone() from None
        self._submitted += 1

    def finish(self) -> Iterator[tuple[bytes | memoryview, Tally]]:
        """The results that are still to come."""
        while self._taken < self._submitted:
            yield self._result()

    def _desk(self, block: int) -> _Desk:
        return self._desks[block % len(self._desks)]

    def _place(self, block: int) -> int:
        return block // len(self._desks) % _WAITING

    def _result(self) -> tuple[bytes | memoryview, Tally]:
        try:
            result = self._desk(self._taken).take(self._place(self._taken))
        except (EOFError, ConnectionError):
            raise _gone() from None
        self._taken += 1
        return result

    def close(self) -> None:
        """End the workers, also in the middle of their work."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()
        for desk in self._desks:
            desk.close()


def _gone() -> CommandError:
    return CommandError("a worker process ended before its packets were decoded; try --workers 1", UNREADABLE)
