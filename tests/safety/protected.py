"""A process of its own that hands machine code inputs between two pages of memory that cannot be touched.

`python -m tests.safety.protected KIND FILE` goes through inputs of a kind, with every cut and with mutants.  Before each one it notes
in the file what it is about to do, so that whoever started it can say which input it was if the process does not survive.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bitwright import ParseError, Pattern, Struct, capture
from bitwright.backends.llvm import compile_program
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.lower.facts import Options
from bitwright.patterns.inputs import BitOrder
from bitwright_specs.dns import Message
from bitwright_specs.ethernet import Ethernet
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.tcp import TCP
from bitwright_specs.udp import UDP
from tests.ir.programs import ROOT, dns_messages
from tests.patterns.generators import Sample, drawn
from tests.patterns.near import inputs
from tests.specs.test_mutants import VECTORS, damaged

PAGE = mmap.PAGESIZE
PAGES = 17  # of which the first and the last are protected
CAPTURES = ROOT.parent / "shared" / "captures"
PACKETS = 60  # of each capture
HEAD = bytes.__basicsize__ - 1
NOTE = 1 << 17
OPTIONS = (Options(), Options(strict=True), Options(lax=True))


class Enclosed:
    """Memory between two pages that cannot be touched."""

    def __init__(self) -> None:
        self.area = mmap.mmap(-1, PAGES * PAGE)
        begin = ctypes.addressof(ctypes.c_char.from_buffer(self.area))
        libc = ctypes.CDLL(None, use_errno=True)
        for page in (0, PAGES - 1):
            assert libc.mprotect(ctypes.c_void_p(begin + page * PAGE), ctypes.c_size_t(PAGE), 0) == 0
        self.end, self.size = begin + (PAGES - 1) * PAGE, (PAGES - 2) * PAGE
        self.view = memoryview(self.area)

    def at_end(self, data: bytes) -> memoryview:
        """A buffer whose last byte is the last one that there is."""
        return self._placed(data, (PAGES - 1) * PAGE - len(data))

    def at_begin(self, data: bytes) -> memoryview:
        """A buffer whose first byte is the first one that there is."""
        return self._placed(data, PAGE)

    def _placed(self, data: bytes, at: int) -> memoryview:
        self.view[at : at + len(data)] = data
        return self.view[at : at + len(data)]

    def octets(self, data: bytes) -> bytes:
        """An object of bytes that ends there; not even the zero behind its last byte is there."""
        place = self.end - len(data) - HEAD
        ctypes.memmove(place, ctypes.string_at(id(data), HEAD) + data, HEAD + len(data))
        ctypes.c_ssize_t.from_address(place).value = 1 << 28  # references: it is never given back
        found: bytes = ctypes.cast(place, ctypes.py_object).value
        return found


COMPILED: dict[tuple[str, Options], dict[str, Callable[..., Any]]] = {}


PLACES: dict[str, list[Callable[[Enclosed, bytes], Any]]] = {
    "entry": [Enclosed.octets], "of_buffer": [Enclosed.at_end, Enclosed.at_begin],
    "parse": [Enclosed.octets, Enclosed.at_end, Enclosed.at_begin],
}  # fmt: skip


def not_explaining(*args: Any, **options: Any) -> Any:
    """What is called where a message is malformed."""
    raise Fail


def builtins_of(struct: type[Struct], options: Options) -> dict[str, Callable[..., Any]]:
    """The machine code of a format, which raises Fail without saying why."""
    found = COMPILED.get((struct.__name__, options))
    if found is None:
        codec = struct.codec("python")
        program = codec.optimized("parse", "big" if codec.spec.order == "inherit" else codec.spec.order, options)
        functions, _ = compile_program(program, struct.__name__, not_explaining)
        others = codec._parameters({}, ParseError)
        found = {kind: from_begin(functions[kind], others) for kind in ("entry", "of_buffer") if kind in functions}
        found |= {"parse": functions["parse"]} if "parse" in functions else {}
        COMPILED[struct.__name__, options] = found
    return found


def from_begin(function: Callable[..., Any], others: Sequence[Any]) -> Callable[..., Any]:
    """The function, for a message that begins where its input does."""
    return lambda data: function(data, 0, len(data), *others)


def refused(function: Callable[[Any], Any], data: Any) -> bool:
    """Whether it is malformed."""
    try:
        function(data)
    except FAILURES:
        return True
    return False


class Trial:
    """Hands over inputs one after the other."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(bytes(NOTE))
        with file.open("r+b") as opened:
            self.note = mmap.mmap(opened.fileno(), NOTE)
        self.memory, self.count = Enclosed(), 0

    def one(self, struct: type[Struct], data: bytes) -> None:
        """Each way in which bytes may come: the answer is the same everywhere."""
        if len(data) + HEAD > self.memory.size:
            return
        said = f"{struct.__name__} {data.hex()}\n".encode()
        self.note[: len(said)] = said
        for options in OPTIONS:
            for kind, function in builtins_of(struct, options).items():
                expected = refused(function, data)
                for place in PLACES[kind]:
                    assert refused(function, place(self.memory, data)) == expected, kind
        self.count += 1

    def pattern(self, sample: Sample, bit_order: BitOrder) -> None:
        """A random pattern, by its machine code for whole bytes and for any number of bits: what it finds is the same everywhere."""
        chance, given = random.Random(sample.text), sample.bindings[0]
        found = Pattern(sample.text, dialect=sample.dialect, extended=sample.extended, bit_order=bit_order, engine="llvm")
        entry = found._programs.compiled(found._programs.bound(given), engine="llvm")[0]["entry"]
        values = found._programs.values(found._programs.bound(given), given)
        for data in inputs(chance, sample.data, 8):
            for cut in range(len(data) + 1) if isinstance(data, bytes) and len(data) < 60 else ():
                octets = data[:cut]
                said = f"{found!r} {octets.hex()}\n".encode("utf-8", "replace")
                self.note[: len(said)] = said
                expected = found.match(octets, **given)
                enclosed = self.memory.octets(octets)
                assert repr(found.match(enclosed, **given)) == repr(expected)
                of_bits = entry(enclosed, 0, 8 * cut, *values)
                assert repr(of_bits and of_bits[0]) == repr(expected)
                self.count += 1

    def cuts_and_mutants(self, struct: type[Struct], data: bytes, mutants: int) -> None:
        """The message, cut anywhere, and with a few bytes replaced."""
        chance = random.Random(data)
        for end in range(len(data) + 1):
            self.one(struct, data[:end])
        for _ in range(mutants if data else 0):
            self.one(struct, damaged(data, chance))


def layers(data: bytes) -> Iterator[tuple[type[Struct], bytes]]:
    """What lies in a frame, as the python engine sees it."""
    kind: type[Struct] = Ethernet
    rest = data
    following: dict[type[Struct], tuple[str, dict[int, type[Struct]]]] = {
        Ethernet: ("type", {0x800: IPv4, 0x86DD: IPv6}), IPv4: ("protocol", {6: TCP, 17: UDP}), IPv6: ("next_header", {6: TCP, 17: UDP}),
    }  # fmt: skip
    while True:
        yield kind, rest
        try:
            value, _ = kind.codec("python").parse_layer(rest)
        except ParseError:
            return
        if kind is UDP:
            yield Message, bytes(getattr(value, "payload", b""))
        field, kinds = following.get(kind, ("", {}))
        known = kinds.get(int(getattr(value, field, -1)))
        if known is None:
            return
        kind, rest = known, bytes(getattr(value, "payload", b""))


def captured() -> Iterator[tuple[type[Struct], bytes]]:
    """Packets of real captures, and what lies in them."""
    files = [file for file in sorted(CAPTURES.rglob("*")) if file.suffix in (".pcap", ".pcapng", ".cap") and file.stat().st_size < 1 << 20]
    for file in files:
        try:
            with capture.open(str(file)) as packets:
                for packet in packets:
                    if packet.number > PACKETS:
                        break
                    yield from layers(bytes(packet.data))
        except capture.CaptureError:
            continue


def run(kind: str, trial: Trial) -> None:
    """Go through the inputs of a kind."""
    if kind == "vectors":
        for struct, octets in VECTORS:
            trial.cuts_and_mutants(struct, bytes.fromhex(octets), 100)
    elif kind == "dns":
        corpus = [file.read_bytes() for file in sorted((ROOT / "fuzz" / "corpus" / "dns").glob("*.bin"))]
        for data in (*corpus, *dns_messages()):
            trial.cuts_and_mutants(Message, data[:700], 100)
    elif kind == "captures":
        seen: set[tuple[type[Struct], bytes]] = set()
        for struct, data in captured():
            if (struct, data[:40]) not in seen:
                seen.add((struct, data[:40]))
                trial.one(struct, data)
                for end in range(min(len(data), 80)):
                    trial.one(struct, data[:end])
    elif kind == "patterns":
        rng = random.Random("patterns")
        for at in range(150):
            trial.pattern(drawn(rng, "erlang" if at % 3 == 0 else "elixir", extended=at % 3 == 1), "lsb" if at % 3 == 1 else "msb")
    elif kind == "beyond":
        trial.one(UDP, b"beyond")
        ctypes.string_at(trial.memory.end - 1, 2)
    elif kind == "before":
        trial.one(UDP, b"before")
        ctypes.string_at(trial.memory.end - trial.memory.size - 1, 1)


if __name__ == "__main__":
    made = Trial(Path(sys.argv[2]))
    run(sys.argv[1], made)
    print(made.count, flush=True)
    os._exit(0)  # so that nobody gives back what lies in no memory of Python's
