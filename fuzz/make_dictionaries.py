"""Writes `fuzz/dictionaries/`: for each target the bytes that mean something to it, as libFuzzer and AFL++ read them.

    python -m fuzz.make_dictionaries

Those of formats follow from their declarations; those of the pattern language and the command line from their own vocabulary.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bitwright import Struct
from bitwright.capture import pcap_format, pcapng_format
from bitwright.cli.arguments import COMMANDS
from bitwright.testing.dictionaries import entries, written
from bitwright_specs.dns import Message
from fuzz.fuzz_engines import STRUCTS

FOLDER: Final = Path(__file__).resolve().parent / "dictionaries"
# What a pattern is made of, in either dialect.
PATTERN: Final = (
    "<<", ">>", "::", "<<>>", "/binary", "binary", "bytes", "bits", "bitstring", "integer", "float", "utf8", "utf16", "utf32", "size(",
    "unit(",
    "signed", "unsigned", "big", "little", "native", "-", "*", ":8/", "unit:8", "^a", "_", "when", "and", "or", "not", "in", "div(",
    "rem(", "abs(",
    "Bitwise.band(", "Bitwise.bsl(", "byte_size(", "bit_size(", "is_integer(", "==", "=:=", "=<", ">=", "1..9//2", "0x", "16#ff", "?a",
    "$a", '"',
    "~s", "<>", "{:ok,", "%{", "=>", "#{", ":=", "|", "#", "\\u{1F600}", "\xff", "leb128", "sleb128", "zigzag", "quic", "mqtt", "vlq",
        "nonfinite",
    "99999999999999999999",
)  # fmt: skip
BYTES: Final = (b"\xff", b"\x1b[2J", b"\xe2\x80\xae", b"\xc2\x9b", b"\x00")


def structs_of(module: Any) -> list[type[Struct]]:
    """The formats that a module declares, in its order."""
    found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Struct) and each is not Struct]
    return [each for each in found if each.__module__ == module.__name__]


def of_formats(formats: Iterable[type[Struct]]) -> str:
    """What means something to any of several formats."""
    found: dict[bytes, str] = {}
    for each in formats:
        for name, data in entries(each):
            found.setdefault(data, name)
    return written("values that mean something to these formats", [(name, data) for data, name in found.items()])


def of_words(words: Iterable[str]) -> str:
    """Words, and bytes that mean something in any text."""
    found = list(dict.fromkeys([*(word.encode() for word in words), *BYTES]))
    return written("words of this target", [(f"word_{number}", data) for number, data in enumerate(found)])


def options() -> list[str]:
    """The commands and their options."""
    found: list[str] = [name for name in COMMANDS if name not in ("fuzz", "serve", "commands", "record")]  # which the target does not start
    for name in list(found):
        parser = argparse.ArgumentParser(add_help=False)
        importlib.import_module(f"bitwright.cli.{name}").add_arguments(parser)
        for action in parser._actions:
            found += [*action.option_strings, *map(str, action.choices or ())]
    return found


def dictionaries() -> dict[str, str]:
    """The text for each target."""
    containers = [*structs_of(pcap_format), *structs_of(pcapng_format)]
    return {
        "dns": of_formats([Message]),
        "engines": of_formats(STRUCTS),
        "containers": of_formats(containers),
        "capture": of_formats([*containers, *STRUCTS[1:]]),
        "pattern": of_words(PATTERN),
        "cli": of_words([*options(), *PATTERN[:12], "udp.port=1=dns", '{"id": 1', '"questions": [', '"qtype": "A"', "dns", "tcp"]),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for title, text in dictionaries().items():
        (FOLDER / f"{title}.dict").write_text(text, encoding="ascii")
        print(f"{title}.dict: {len(text.splitlines()) - 1} entries")
