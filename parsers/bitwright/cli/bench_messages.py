"""Messages to measure with: from files, folders and captures, or made from the declaration."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bitwright.cli.failure import MALFORMED, UNREADABLE, USAGE, CommandError
from bitwright.cli.fuzz_seeds import files_in, messages_in

if TYPE_CHECKING:
    from bitwright import Struct

MADE: Final = 200  # messages that are made where none are given
MOST_READ: Final = 100_000  # messages that are taken from the inputs
MOST_BYTES: Final = 1 << 20  # of all messages that are measured with: what fits into the caches of a processor


def bench_messages(message: type[Struct], inputs: Sequence[str], most: int, seed: int) -> tuple[list[bytes], str]:
    """Messages, at most so many, evenly chosen; and where they come from.  CommandError if an input cannot be read or gives none."""
    from bitwright.bench.allocations import evenly

    if not inputs:
        return _made(message, min(most, MADE), seed), f"made from the declaration (seed {seed})"
    found: list[bytes] = []
    for name in inputs:
        found += itertools.islice(_read(message, name), MOST_READ - len(found))
    mean = max(sum(map(len, found)) / len(found), 1)
    chosen: list[bytes] = evenly(found, max(1, min(most, int(MOST_BYTES / mean))))
    source = ", ".join(inputs)
    return chosen, f"of {source}" if len(chosen) == len(found) else f"of the {len(found):,} of {source}"


def _made(message: type[Struct], count: int, seed: int) -> list[bytes]:
    from bitwright.testing.generate import GenerationError, examples

    rng = random.Random(f"{seed}/bench")  # noqa: S311  # not for secrets
    try:
        return [data for data, _ in itertools.islice(examples(message, rng), count)]
    except GenerationError as error:
        raise CommandError(f"{error}; give messages with --input", USAGE) from None


def _read(message: type[Struct], name: str) -> Iterator[bytes]:
    """The messages of a capture, a folder, or a file: one, or several one after the other."""
    empty = True
    for file in files_in(Path(name)):
        for data in messages_in(message, file):
            for one in _in_turn(message, data, str(file)):
                empty = False
                yield one
    if empty:
        raise CommandError(f"{name}: holds no {message.__name__}", UNREADABLE)


def _in_turn(message: type[Struct], data: bytes, name: str) -> Iterator[bytes]:
    """One message, or several without anything between."""
    from bitwright.errors import ParseError

    at = 0
    while at < len(data) or not data:
        try:
            _, used = message.parse_prefix(data, at)
        except ParseError as error:
            if _is_capture(name):
                raise CommandError(f"{name}: is a capture that holds no {message.__name__}", UNREADABLE) from None
            raise CommandError(f"{name}: is no {message.__name__}{f', from byte {at} on' if at else ''}: {error}", MALFORMED) from None
        yield data[at : at + used]
        at += used
        if not used:
            break
    if at != len(data):
        raise CommandError(f"{name}: {len(data) - at} bytes are left over after the last {message.__name__}", MALFORMED)


def _is_capture(name: str) -> bool:
    """Whether it is a capture, which was looked through for layers and had none."""
    from bitwright import capture

    try:
        with capture.open(Path(name)):
            return True
    except (capture.CaptureError, OSError):
        return False
