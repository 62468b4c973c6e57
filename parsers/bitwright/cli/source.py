"""Reading what a command is given: hex on the command line, @FILE, or - for stdin."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from bitwright.cli.failure import UNREADABLE, USAGE, CommandError

_HEX_NOISE = re.compile(r"0[xX]|[\s:]+")
_NOT_HEX = re.compile(r"[^0-9a-fA-F]")
_HEX_TEXT = re.compile(rb"[0-9a-fA-FxX:\s]+")


def read_message(given: list[str], kind: str | None) -> tuple[bytes, str]:
    """The bytes of a message, and what to call their source.

    Words on the command line are hex.  A file is bytes and stdin either, whichever it looks like,
    unless `kind` says "hex" or "bytes".
    """
    place, data = _raw(given)
    if data is None:
        return from_hex(" ".join(given), "the command line"), "the message"
    if kind == "hex" or (kind is None and place == "stdin" and _HEX_TEXT.fullmatch(data)):
        return from_hex(data.decode("latin-1"), place), place
    return data, place


def read_text(given: str) -> tuple[str, str]:
    """Text given on the command line, in @FILE or on stdin, and what to call its source."""
    place, data = _raw([given])
    if data is None:
        return given, "the command line"
    try:
        return data.decode(), place
    except UnicodeDecodeError as error:
        raise CommandError(f"{place}: is not UTF-8 text: byte {error.start} is 0x{data[error.start]:02x}", USAGE) from None


def from_hex(text: str, place: str) -> bytes:
    """Bytes written in hex, with or without spaces, colons and 0x; CommandError naming the character otherwise."""
    wrong = _NOT_HEX.search(_HEX_NOISE.sub(lambda found: "0" * len(found[0]), text))
    if wrong:
        raise CommandError(f"{place}: bad hex: {text[wrong.start()]!r} at character {wrong.start() + 1}", USAGE)
    digits = _HEX_NOISE.sub("", text)
    if len(digits) % 2:
        raise CommandError(f"{place}: bad hex: {len(digits)} digits; a byte has two, so one is missing", USAGE)
    return bytes.fromhex(digits)


def _raw(given: list[str]) -> tuple[str, bytes | None]:
    """The place and bytes of stdin or @FILE; None where the words themselves are meant."""
    if given == ["-"]:
        if sys.stdin is None:
            raise CommandError("stdin: is closed", UNREADABLE)
        return "stdin", sys.stdin.buffer.read()
    if len(given) == 1 and given[0].startswith("@"):
        path = given[0][1:]
        try:
            return path, Path(path).read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", UNREADABLE) from None
    return "", None
