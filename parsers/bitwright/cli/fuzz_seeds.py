"""Messages to begin with: from files, folders and captures, or made from the declaration."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bitwright.cli.failure import UNREADABLE, USAGE, CommandError
from bitwright.cli.terminal import say

if TYPE_CHECKING:
    from bitwright import Struct
    from bitwright.testing.labels import Tier

MOST: Final = 400  # of one campaign
LARGEST: Final = 65_535  # bytes; what is longer is no seed
MADE: Final = 50  # messages that are made where none are given


def seeds_of(message: type[Struct], inputs: Sequence[str], seed: int) -> list[bytes]:
    """Different messages, of the inputs in their order, or made; CommandError if an input cannot be read or gives none."""
    if not inputs:
        return _made(message, seed)
    found: dict[bytes, None] = {}
    for name in inputs:
        before = len(found)
        for data in messages_in(message, Path(name)):
            if len(data) <= LARGEST and len(found) < MOST:
                found[data] = None
        if len(found) == before and before < MOST:
            raise CommandError(f"{name}: holds no {message.__name__} of at most {LARGEST:,} bytes that no other input has", UNREADABLE)
    return list(found)


def tell_of_others(message: type[Struct], seeds: Sequence[bytes], tiers: Sequence[Tier]) -> None:
    """Say on stderr how many seeds are no messages: there is no field in them to lie about."""
    if tuple(tiers) == ("raw",):
        return
    others = sum(not _is_one(message, data) for data in seeds)
    if others:
        verb, such = ("is", "it") if others == 1 else ("are", "them")
        count = "the only seed" if len(seeds) == 1 else f"{others} of {len(seeds)} seeds"
        say(f"{count} {verb} no {message.__name__}, so of {such} only bytes are changed")


def _is_one(message: type[Struct], data: bytes) -> bool:
    from bitwright.errors import ParseError

    try:
        message.codec("interp").parse_prefix(data)
    except ParseError:
        return False
    return True


def _made(message: type[Struct], seed: int) -> list[bytes]:
    from bitwright.testing.generate import GenerationError, examples

    rng = random.Random(f"{seed}/seeds")  # noqa: S311  # not for secrets
    try:
        return list(dict.fromkeys(data for data, _ in itertools.islice(examples(message, rng), MADE)))
    except GenerationError as error:
        raise CommandError(f"{error}; give messages with --input", USAGE) from None


def messages_in(message: type[Struct], path: Path) -> Iterator[bytes]:
    """The bytes of a file, of all files of a folder by name, or of the layers of that class in a capture."""
    for file in files_in(path):
        try:
            layers = list(_layers(message, file))
            yield from layers or [file.read_bytes()]
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", UNREADABLE) from None


def files_in(path: Path) -> Iterator[Path]:
    """All files of a folder by name, without those that describe a case, or are its test; or the file itself."""
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and file.suffix not in (".toml", ".py"):
            yield file


def _layers(message: type[Struct], path: Path) -> Iterator[bytes]:
    """The layers of that class in a capture; nothing if the file is no capture, or one that has none."""
    from bitwright import capture
    from bitwright.errors import ParseError
    from bitwright.stack import Walker, load_standard

    registry = load_standard()
    names = {name for name, layer in registry.layers.items() if layer.struct is message}
    if not names:
        return
    walker = Walker(registry, backend="python")
    taken = 0
    try:
        with capture.open(path) as packets:
            for packet in packets:
                for layer in walker.decode(packet).layers:
                    if layer.name in names and layer.value is not None:
                        data = bytes(packet.data[layer.offset :])
                        try:
                            _, used = message.parse_prefix(data)
                        except ParseError:
                            continue
                        taken += 1
                        yield data[:used]
    except capture.CaptureError as error:
        if taken:  # otherwise it may be no capture at all
            say(f"{error}; only what comes before that is taken")
