"""`bitwright decode`: every packet of a capture, layer by layer, as text, trees or JSON lines."""

from __future__ import annotations

import argparse
import dataclasses
import gc
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from bitwright.cli.failure import INTERRUPTED, MALFORMED, OK, UNREADABLE, USAGE, CommandError
from bitwright.cli.output import Output, refuse_overwriting, trickles_in
from bitwright.cli.progress import Progress
from bitwright.cli.tally import Tally
from bitwright.cli.terminal import complain, say
from bitwright.cli.walking import RowWriter, row_writer, walker_of, wants_machine_code

if TYPE_CHECKING:
    from bitwright.capture import CaptureReader, Packet
    from bitwright.stack import Walker

HELP: Final = "decode a capture, packet by packet"
DESCRIPTION: Final = """\
Decode a capture packet by packet.  pcap and pcapng, also gzipped, are recognised by
what is in them, not by name.  Packets go to stdout; progress, the closing summary and
complaints go to stderr."""
EXAMPLES: Final = """\
examples:
  bitwright decode capture.pcap                        one line a packet
  bitwright decode --format tree --limit 1 capture.pcap
  bitwright decode --format jsonl -o packets.jsonl capture.pcapng.gz
  bitwright decode --as udp.port=5300=dns capture.pcap
  tcpdump -w - -U udp | bitwright decode -             as they come in"""

FORMATS: Final = ("text", "tree", "jsonl")
BACKENDS: Final = ("auto", "interp", "llvm", "python")
TIMES: Final = ("clock", "date", "relative", "epoch")
_PACKETS_A_TICK: Final = 256
_GC_THRESHOLD: Final = 50_000  # packets leave no cycles behind; looking for them less often saves a twentieth of the time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `decode`."""
    parser.add_argument("file", metavar="FILE|-", help="the capture; - is stdin")
    parser.add_argument("--format", choices=FORMATS, default="text", help="one line a packet (text, the default), trees, or JSON lines")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")
    parser.add_argument(
        "--as", dest="bindings", metavar="BINDING=SPEC", action="append", default=[],
        help="decode as: udp.port=5300=dns; SPEC is a layer, or module:Class of your own; may be repeated",
    )  # fmt: skip
    parser.add_argument("--limit", metavar="N", type=_count, help="stop after N packets")
    parser.add_argument("--check", action="store_true", help="verify checksums, reserved bits and padding too")
    parser.add_argument("--stats", action="store_true", help="end with layers, chains of layers and speed")
    parser.add_argument("--time", choices=TIMES, default="clock", help="times as UTC clock (the default), UTC date, or seconds")
    parser.add_argument("--backend", choices=BACKENDS, help="the engine that parses (default: BITWRIGHT_BACKEND, or auto)")
    parser.add_argument(
        "--workers", metavar="N", type=_count, help="processes that decode; JSON lines only (default: one a core for large captures)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no summary, no progress")


def run(arguments: argparse.Namespace) -> int:
    """Decode the capture; the exit code."""
    with _rare_collections():
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    refuse_overwriting(arguments.file, arguments.output)
    arguments.at_once = wants_machine_code(arguments)
    walker = walker_of(arguments)
    tally = Tally(detailed=arguments.stats)
    failure: str | None = None
    interrupted = False
    live = trickles_in(arguments.file)
    with _reader(arguments.file) as reader, Output(arguments.output, live=live) as output:
        progress = Progress(reader.size, wanted=not (arguments.quiet or output.is_terminal))
        writer = row_writer(arguments, output)
        try:
            failure = _decode(_Job(arguments, reader, walker, writer, output, tally, progress))
        except KeyboardInterrupt:
            interrupted = True
        progress.clear()
    return _conclude(arguments, tally, failure, interrupted=interrupted)


@dataclasses.dataclass(frozen=True, slots=True)
class _Job:
    """What takes part in decoding one capture."""

    arguments: argparse.Namespace
    reader: CaptureReader
    walker: Walker
    writer: RowWriter
    output: Output
    tally: Tally
    progress: Progress


def _decode(job: _Job) -> str | None:
    """Decode to the end, or to the damage, which is returned in words.

    The first packets are decoded here in any case: that compiles the formats, which workers then inherit.
    """
    from bitwright.capture import CaptureError
    from bitwright.cli.parallel import FIRST_PACKETS

    limit: int | None = job.arguments.limit
    workers = _workers(job)
    packets = iter(job.reader)
    try:
        _decode_here(job, packets if workers == 1 else itertools.islice(packets, FIRST_PACKETS), limit)
        if workers > 1:
            rest = packets if limit is None else itertools.islice(packets, max(limit - job.tally.packets, 0))
            _decode_in_team(job, rest, workers)
    except (CaptureError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return _in_words(job.reader.path, error)
    return None


def _decode_here(job: _Job, packets: Iterator[Packet], limit: int | None) -> None:
    decode, write, count = job.walker.decode, job.writer.row, job.tally.add
    number = 0
    if limit == 0:
        return
    for number, packet in enumerate(packets, 1):
        row = decode(packet)
        count(row)  # first, so that an interrupted write cannot show more packets than were counted
        write(row)
        if not number % _PACKETS_A_TICK:
            job.progress.tick(number, job.reader.bytes_read)
        if number == limit:
            return


def _decode_in_team(job: _Job, packets: Iterator[Packet], workers: int) -> None:
    """The same by several processes, block by block; what came before a damaged place is written all the same."""
    from bitwright.capture import CaptureError
    from bitwright.cli.parallel import BLOCK_PACKETS, Team

    block = list(itertools.islice(packets, 1))
    if not block:
        return
    team = Team(workers, job.arguments, walker_of)
    failure: Exception | None = None
    try:
        try:
            for packet in packets:
                block.append(packet)
                if len(block) == BLOCK_PACKETS:
                    _take(job, team.submit(block))
                    block = []
        except (CaptureError, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            failure = error
        _take(job, team.submit(block))
        _take(job, team.finish())
    finally:
        team.close()
    if failure is not None:
        raise failure


def _take(job: _Job, results: Iterator[tuple[bytes | memoryview, Tally]]) -> None:
    for lines, tally in results:
        job.tally.merge(tally)
        job.output.write_at_once(lines)
        job.progress.tick(job.tally.packets, job.reader.bytes_read)


def _workers(job: _Job) -> int:
    """How many processes are to decode; 1 is this one."""
    from bitwright.cli.parallel import LEAST_BYTES, available_workers

    wanted: int | None = job.arguments.workers
    if job.arguments.format != "jsonl":
        if wanted is not None and wanted > 1:
            raise CommandError("--workers is for --format jsonl; text and trees are for reading", USAGE)
        return 1
    if wanted is not None:
        return max(wanted, 1)
    return available_workers() if (job.reader.size or 0) >= LEAST_BYTES and job.arguments.limit is None else 1


def _conclude(arguments: argparse.Namespace, tally: Tally, failure: str | None, *, interrupted: bool) -> int:
    """Say how it went; the exit code."""
    if not arguments.quiet:
        for line in tally.lines():
            say(line)
    if failure is not None:
        complain(failure)
        return UNREADABLE
    if interrupted:
        complain("interrupted")
        return INTERRUPTED
    return MALFORMED if tally.statuses["malformed"] else OK


# --- what the loop works with ------------------------------------------------------------------


@contextmanager
def _reader(path: str) -> Iterator[CaptureReader]:
    from bitwright import capture

    try:
        reader = capture.open(path)
    except (capture.CaptureError, OSError) as error:
        raise CommandError(_in_words(path, error), UNREADABLE) from None
    with reader:
        yield reader


def _in_words(path: str, error: Exception) -> str:
    return f"{path}: {error.strerror or error}" if isinstance(error, OSError) else str(error)


@contextmanager
def _rare_collections() -> Iterator[None]:
    before: Any = gc.get_threshold()
    gc.set_threshold(_GC_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number
