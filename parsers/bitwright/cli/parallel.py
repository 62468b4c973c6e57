"""Decoding in several processes: packets go out in blocks, their lines come back in order.

Promise: the output is the very bytes that one process writes, and memory stays bounded: each process
holds one block, and the next is read while they work.  The processes are forked, where the system
can, after the formats were compiled, so they begin at full speed.
"""

from __future__ import annotations

import argparse
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
LEAST_BYTES: Final = 4 << 20  # of a capture for which more processes are worth starting
MOST_WORKERS: Final = 8

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


def _work(channel: Connection, arguments: argparse.Namespace, make_walker: WalkerMaker) -> None:
    """A worker's life: a block of packets comes, its lines and its tally go, until it is ended."""
    from bitwright.capture import Packet
    from bitwright.cli.row_jsonl import JsonLines

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    decode = make_walker(arguments).decode
    unpack = msgspec.msgpack.Decoder(list[Packet]).decode
    while True:
        block = unpack(channel.recv_bytes())
        lines, tally = Lines(), Tally(detailed=arguments.stats)
        write = JsonLines(lines, native=arguments.at_once).row
        for packet in block:
            row = decode(packet)
            tally.add(row)
            write(row)
        channel.send((b"".join(lines.parts), tally))


class Team:
    """Worker processes that take blocks in turn."""

    def __init__(self, count: int, arguments: argparse.Namespace, make_walker: WalkerMaker) -> None:
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._channels: list[Connection] = []
        self._processes: list[BaseProcess] = []
        self._busy: list[int] = []  # whose results are to come, in order
        self._turn = 0
        self._pack = msgspec.msgpack.Encoder().encode  # a ninth of pickle's time
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, arguments, make_walker), daemon=True)
            process.start()
            theirs.close()
            self._channels.append(ours)
            self._processes.append(process)

    def submit(self, block: list[Packet]) -> Iterator[tuple[bytes, Tally]]:
        """Hand out a block; before that, the results that have to be taken first."""
        while self._turn in self._busy:
            yield self._result()
        self._channels[self._turn].send_bytes(self._pack(block))
        self._busy.append(self._turn)
        self._turn = (self._turn + 1) % len(self._channels)

    def finish(self) -> Iterator[tuple[bytes, Tally]]:
        """The results that are still to come."""
        while self._busy:
            yield self._result()

    def _result(self) -> tuple[bytes, Tally]:
        try:
            result: tuple[bytes, Tally] = self._channels[self._busy.pop(0)].recv()
        except EOFError:
            raise CommandError("a worker process ended before its packets were decoded; try --workers 1", UNREADABLE) from None
        return result

    def close(self) -> None:
        """End the workers, also in the middle of their work."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()
        for channel in self._channels:
            channel.close()
