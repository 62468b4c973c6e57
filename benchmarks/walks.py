"""A capture from its file: its packets, and the DNS header and first question of each, by bitwright, peers, Erlang and C.

Every contender opens the file anew and goes through it; what it made of a packet is dropped when the next one comes.
"""

from __future__ import annotations

import os
import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import questions
from benchmarks.erlang.leaves import leaves
from benchmarks.erlang.machine import machine
from benchmarks.floors import walk_floor
from benchmarks.groups import BITWRIGHT, C_BY_HAND, ERLANG_BY_HAND, PACKETS_OF_CAPTURE, QUESTIONS_OF_CAPTURE, Contender, Group
from benchmarks.packets import MIX_PACKETS, capture_of, udp_payload
from benchmarks.peers import available, missing, module
from benchmarks.questions import Question
from bitwright import IPv4Address, IPv6Address, capture
from bitwright.backends.llvm import is_available
from bitwright.stack import Walker, load_standard
from bitwright_specs.dns import Message
from bitwright_specs.dns import Question as DnsQuestion
from bitwright_specs.ethernet import Ethernet
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.udp import UDP

BY_LAYERS, BY_PATTERNS = "bitwright, layer by layer", "bitwright, bit patterns"
ROUNDED = frozenset({"dpkt", "scapy"})  # of packets that are decoded they give the time as another kind of number
QUESTION_PACKETS = 2_000  # of which scapy decodes a thousand in a second

# A packet: microseconds (None of a reader that rounds them), and its bytes.
Seen = tuple[int | None, bytes]


def packets_group() -> Group:
    """The packets of a file, of which nothing is decoded."""
    path = capture_of(MIX_PACKETS)
    expected = [(time, data) for time, data in _by_hand(path)]
    readers: dict[str, Callable[[Path], Iterable[Seen]]] = {BITWRIGHT: _ours, "by hand": _by_hand}
    readers |= {name: read for name, read in {"dpkt": _dpkt, "scapy": _scapy}.items() if available(name)}
    contenders: dict[str, Contender] = {}
    for name, read in readers.items():
        seen = list(read(path))
        known = [(None if given[0] is None else time, data) for given, (time, data) in zip(seen, expected, strict=False)]
        assert seen == known, name
        assert len(seen) == len(expected), name
        contenders[name] = _through(read, path)
    floor = walk_floor()
    if floor is not None:
        assert [(time, data) for time, data in floor.all_packets(str(path))] == expected, C_BY_HAND
        contenders[C_BY_HAND] = lambda: floor.packets(str(path))
    if available("erlang"):
        _compare_lines(machine().show("bench_walk", "packets", [_item(path)]), ([time, len(data), data] for time, data in expected))
        contenders[ERLANG_BY_HAND] = machine().clock("bench_walk", "packets", [_item(path)])
    return Group(
        PACKETS_OF_CAPTURE, len(expected), contenders, item="packet", inputs=f"a pcap file of {len(expected):,} packets",
        skipped=missing("cc", "erlang", "dpkt", "scapy"),
    )  # fmt: skip


def questions_group() -> Group:
    """The header and the first question of the DNS messages of a file, from its bytes on."""
    path, count = questions_of()
    ways: dict[str, tuple[Callable[[str], Iterator[Any]], Callable[[Any], Question | None]]] = {
        BITWRIGHT: (questions.by_walker(_hot_walker()), questions.of_row),
        BY_LAYERS: (questions.by_layers, questions.of_layers),
        BY_PATTERNS: (questions.by_patterns, questions.of_names),
    }
    if available("dpkt"):
        ways["dpkt"] = questions.by_dpkt, questions.of_dpkt
    if available("scapy"):
        ways["scapy"] = questions.by_scapy, questions.of_scapy
    expected = [found for row in ways[BITWRIGHT][0](str(path)) if (found := questions.of_row(row)) is not None]
    assert len(expected) > count // 2, f"only {len(expected)} of {count} packets have a question"
    contenders: dict[str, Contender] = {}
    for name, (walk, of) in ways.items():
        given = [question for one in walk(str(path)) if (question := of(one)) is not None]
        timed = name not in ROUNDED
        assert [_plain(one, timed=timed) for one in given] == [_plain(one, timed=timed) for one in expected], name
        contenders[name] = _through(walk, str(path))
    contenders |= _questions_outside(path, expected)
    return Group(
        QUESTIONS_OF_CAPTURE, count, contenders, item="packet", inputs=f"a pcap file of {count:,} packets",
        skipped=missing("cc", "erlang", "dpkt", "scapy"),
    )  # fmt: skip


def _questions_outside(path: Path, expected: list[Question]) -> dict[str, Contender]:
    """Those in C and Erlang."""
    found: dict[str, Contender] = {}
    floor = walk_floor()
    if floor is not None:
        given = [_plain(_of_floor(*one), timed=True) for one in floor.all_questions(str(path))]
        assert given == [_plain(one, timed=True) for one in expected], C_BY_HAND
        found[C_BY_HAND] = lambda: floor.questions(str(path))
    if available("erlang"):
        _compare_lines(machine().show("bench_walk", "questions", [_item(path)]), map(_of_question, expected))
        found[ERLANG_BY_HAND] = machine().clock("bench_walk", "questions", [_item(path)])
    return found


@cache
def questions_of() -> tuple[Path, int]:
    """A file of packets that everyone takes, and how many: those of the mix without what bitwright or dpkt refuses."""
    whole = capture_of(MIX_PACKETS)
    path = whole.with_name(f"{whole.stem}-questions.pcap")
    walker = Walker(load_standard())
    content, records, position, count = whole.read_bytes(), bytearray(), 24, 0
    with capture.open(whole) as packets:
        for packet in packets:
            if count == QUESTION_PACKETS:
                break
            stop = position + 16 + packet.captured
            if walker.decode(packet).status == "ok" and _taken_by_dpkt(packet.data):
                records += content[position:stop]
                count += 1
            position = stop
    written = path.with_suffix(f".{os.getpid()}")  # another run may be reading the file
    written.write_bytes(content[:24] + records)
    written.replace(path)
    return path, count


def _taken_by_dpkt(frame: bytes) -> bool:
    payload = udp_payload(frame)
    if payload is None or not available("dpkt"):
        return True
    dpkt = module("dpkt")
    try:
        dpkt.dns.DNS(payload)
    except (dpkt.Error, UnicodeDecodeError):
        return False
    return True


def _hot_walker() -> Walker:
    """The walk over all layers, as it is after some use."""
    if is_available():
        for layer in (Ethernet, IPv4, IPv6, UDP, Message, DnsQuestion):
            layer.compile()
    return Walker(load_standard())


def _through(read: Callable[[Any], Iterable[object]], path: Path | str) -> Callable[[], None]:
    """Everything that a reader gives, dropped."""

    def run() -> None:
        deque(read(path), maxlen=0)

    return run


def _plain(question: Question, *, timed: bool) -> Question:
    """A question as everyone can say it: the letters of its name, and its time where it is not rounded."""
    letters = "".join(c for c in question.name.lower() if c.isascii() and (c.isalnum() or c == ".")).strip(".")
    return question._replace(name=letters, time=question.time if timed else 0)


def _of_floor(time: int, source: bytes, target: bytes, *rest: Any) -> Question:
    """A question of `walk.c`."""
    *ports_and_header, name, kind, rclass = rest
    return Question(time, source, target, tuple(ports_and_header[:2]), tuple(ports_and_header[2:]), name.decode("latin-1"), kind, rclass)


def _of_question(question: Question) -> list[Any]:
    """What Erlang shows of a question."""
    made = {4: IPv4Address, 16: IPv6Address}
    addresses = [made[len(address)](address) for address in (question.source, question.target)]
    return [question.time, *addresses, *question.ports, *question.header, question.name, question.type, question.rclass]


def _item(path: Path) -> bytes:
    return str(path).encode()


def _compare_lines(shown: list[str], expected: Iterable[list[Any]]) -> None:
    for line, values in zip(shown, expected, strict=True):
        assert line == leaves(values), f"{ERLANG_BY_HAND}: {line}, not {leaves(values)}"


# --- packets ----------------------------------------------------------------------------------


def _ours(path: Path) -> Iterator[Seen]:
    with capture.open(path) as packets:
        for packet in packets:
            yield (packet.timestamp_ns or 0) // 1000, packet.data


def _by_hand(path: Path) -> Iterator[Seen]:
    """What a careful programmer writes for one kind of file that is whole."""
    data, position, words = path.read_bytes(), 24, struct.Struct("<IIII").unpack_from
    while position < len(data):
        seconds, microseconds, captured, _ = words(data, position)
        position += 16 + captured
        yield seconds * 1_000_000 + microseconds, data[position - captured : position]


def _dpkt(path: Path) -> Iterator[Seen]:
    with path.open("rb") as file:
        for _, data in module("dpkt").pcap.Reader(file):
            yield None, data


def _scapy(path: Path) -> Iterator[Seen]:
    with module("scapy.all").RawPcapReader(str(path)) as packets:
        for data, about in packets:
            yield about.sec * 1_000_000 + about.usec, data
