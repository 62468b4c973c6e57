"""Bit patterns beside the same written by hand with struct, shifts and slices, and beside peers where there are any.

A contender takes bytes and gives a dict of the pattern's names, or None where they do not match; all contenders of a
group are shown to give the same for an input that matches, for one that is too short, and for nothing.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, get_args

import bitwright
from benchmarks.declared import table
from benchmarks.declared.table import CANNOT, CANNOT_BUILD, declarations, skipped
from benchmarks.erlang.contenders import of_reference_pattern
from benchmarks.floors import pattern_floor
from benchmarks.groups import (
    C_BY_HAND,
    MACHINE_CODE,
    PATTERN_BUILD,
    PATTERN_CLAUSES,
    PATTERN_IPV4,
    PATTERN_PIXELS,
    PATTERN_RECORD,
    PATTERN_REFERENCE,
    PYTHON,
    Contender,
    Group,
    over,
)
from benchmarks.peers import missing
from bitwright.backends.llvm import is_available
from bitwright.patterns.pattern import Engine

ENGINES = get_args(Engine)
Matchers: TypeAlias = dict[str, Callable[[bytes], Any]]
REFERENCE = (
    "<<message_id::binary-size(2), qr::1, opcode::4, flag_aa::1, flag_tc::1, flag_rd::1, flag_ra::1, _reserved::3, rcode::4, "
    "qd_count::16, an_count::16, ns_count::16, ar_count::16, answer::binary>>"
)
PACKET = bytes.fromhex("1a2b85830001000200030004") + b"\x03www\x07example\x03com\x00\x00\x01\x00\x01"
RECORD = "<<kind, length::16, value::binary-size(length), rest::binary>>"
IPV4 = (
    "<<4::4, ihl::4, tos, total::16, id::16, flags::3, fragment::13, ttl, protocol, checksum::16, source::binary-size(4), "
    "destination::binary-size(4), options::binary-size((ihl - 5) * 4), payload::binary>>"
)
DATAGRAM = bytes.fromhex("46000040 1c464000 40110000 c0a80001 c0a800c7 94040000".replace(" ", "")) + bytes(range(40))
CLAUSES = (
    "<<1, key::16, value::32>>",
    "<<2, length, text::binary-size(length)>>",
    "<<3, count::16, rest::binary>>",
    "<<4, x::signed-32, y::signed-32>>",
    "<<5, flags::8, body::binary>>",
    "<<6>>",
)
MESSAGES = tuple(map(bytes.fromhex, ("01000700000009", "0203616263", "0300020102", "04ffffffff00000001", "05ff68656c6c6f", "06")))
PIXELS = bytes(range(256)) * 3
BATCH = 200

_HEADER = struct.Struct(">2sHHHHH").unpack_from
_RECORD = struct.Struct(">BH").unpack_from
_IPV4 = struct.Struct(">BBHHHBBH4s4s").unpack_from
_NUMBER, _PAIR, _POINT = struct.Struct(">xH").unpack_from, struct.Struct(">xHI").unpack, struct.Struct(">xii").unpack
_PACK = struct.Struct(">2sHHHHH").pack


def reference_by_hand(data: bytes) -> dict[str, Any] | None:
    """What a careful programmer writes without a toolkit."""
    if len(data) < 12:
        return None
    message_id, flags, qd_count, an_count, ns_count, ar_count = _HEADER(data)
    return {
        "message_id": message_id, "qr": flags >> 15, "opcode": flags >> 11 & 15, "flag_aa": flags >> 10 & 1, "flag_tc": flags >> 9 & 1,
        "flag_rd": flags >> 8 & 1, "flag_ra": flags >> 7 & 1, "rcode": flags & 15, "qd_count": qd_count, "an_count": an_count,
        "ns_count": ns_count, "ar_count": ar_count, "answer": data[12:],
    }  # fmt: skip


def record_by_hand(data: bytes) -> dict[str, Any] | None:
    """A type, a length, a value of that length, the rest."""
    if len(data) < 3:
        return None
    kind, length = _RECORD(data)
    stop = 3 + length
    if stop > len(data):
        return None
    return {"kind": kind, "length": length, "value": data[3:stop], "rest": data[stop:]}


def ipv4_by_hand(data: bytes) -> dict[str, Any] | None:
    """An IPv4 header, its options cut out."""
    if len(data) < 20:
        return None
    first, tos, total, identification, fragment, ttl, protocol, checksum, source, destination = _IPV4(data)
    ihl = first & 15
    if first >> 4 != 4 or ihl < 5:
        return None
    stop = 4 * ihl
    if stop > len(data):
        return None
    return {
        "ihl": ihl, "tos": tos, "total": total, "id": identification, "flags": fragment >> 13, "fragment": fragment & 0x1FFF, "ttl": ttl,
        "protocol": protocol, "checksum": checksum, "source": source, "destination": destination, "options": data[20:stop],
        "payload": data[stop:],
    }  # fmt: skip


def clauses_by_hand(data: bytes) -> tuple[int, dict[str, Any]] | None:  # so it is written
    """The first byte decides."""
    size = len(data)
    if not size:
        return None
    tag = data[0]
    if tag == 1:
        if size == 7:
            key, value = _PAIR(data)
            return 0, {"key": key, "value": value}
    elif tag == 2:
        if size > 1 and size == 2 + data[1]:
            return 1, {"length": data[1], "text": data[2:]}
    elif tag == 3:
        if size >= 3:
            return 2, {"count": _NUMBER(data)[0], "rest": data[3:]}
    elif tag == 4:
        if size == 9:
            x, y = _POINT(data)
            return 3, {"x": x, "y": y}
    elif tag == 5:
        if size >= 2:
            return 4, {"flags": data[1], "body": data[2:]}
    elif tag == 6 and size == 1:
        return 5, {}
    return None


def pixels_by_hand(data: bytes) -> list[dict[str, Any]]:
    """Three bytes a pixel."""
    usable = memoryview(data)[: len(data) // 3 * 3]
    return [{"r": r, "g": g, "b": b} for r, g, b in struct.iter_unpack("BBB", usable)]


def build_by_hand(
    *, message_id: bytes, qr: int, opcode: int, flag_aa: int, flag_tc: int, flag_rd: int, flag_ra: int, rcode: int, qd_count: int,
    an_count: int, ns_count: int, ar_count: int, answer: bytes,
) -> bytes:  # fmt: skip
    """The bytes of those values, each cut to its width as Elixir does."""
    flags = (
        (qr & 1) << 15 | (opcode & 15) << 11 | (flag_aa & 1) << 10 | (flag_tc & 1) << 9 | (flag_rd & 1) << 8 | (flag_ra & 1) << 7
        | rcode & 15
    )  # fmt: skip
    if len(message_id) < 2:
        raise ValueError("message_id has two bytes")
    counts = qd_count & 0xFFFF, an_count & 0xFFFF, ns_count & 0xFFFF, ar_count & 0xFFFF
    return _PACK(message_id, flags, *counts) + answer


def _checked(name: str, contenders: dict[str, Callable[[bytes], Any]], inputs: Sequence[bytes]) -> Group:
    """A group of contenders that agree on every input and on all its beginnings."""
    ours = contenders["bitwright"]
    for data in inputs:
        for stop in range(len(data) + 1):
            for who, work in contenders.items():
                if work(data[:stop]) != ours(data[:stop]):
                    raise AssertionError(f"{who} gives another result for {data[:stop].hex()}")
    each = (*inputs,) * (BATCH // len(inputs))
    return Group(name, len(each), {who: over(work, each) for who, work in contenders.items()}, item="match")


def reference_group() -> Group:
    """The project's reference pattern: a DNS header."""
    ours = bitwright.pattern(REFERENCE).match
    engines = _engines(bitwright.pattern(REFERENCE), lambda pattern: pattern.match)
    contenders: Matchers = {**engines, "by hand": reference_by_hand}
    if floor := pattern_floor(tuple(ours(PACKET) or ())):
        contenders[C_BY_HAND] = floor["match"]
    group = _beside(_checked(PATTERN_REFERENCE, contenders, [PACKET]), table.PATTERN_DNS, [PACKET], reference_by_hand)
    theirs = of_reference_pattern([PACKET] * group.items, ours)
    return dataclasses.replace(group, contenders={**group.contenders, **theirs}, skipped=(*group.skipped, *missing("cc", "erlang")))


def _beside(group: Group, form: str, inputs: Sequence[bytes], by_hand: Callable[[bytes], Any], times: int = BATCH) -> Group:
    """The group with the peers that declare what its patterns say; what they give is translated before anything is timed."""
    peers: dict[str, Contender] = {}
    for name, declared in declarations(form).items():
        for data in inputs:
            assert declared.seen(declared.parse(data)) == by_hand(data), name
        peers[name] = over(declared.parse, (*inputs,) * (times // len(inputs)))
    contenders, missed = {**group.contenders, **peers}, (*group.skipped, *skipped(form))
    return dataclasses.replace(group, contenders=contenders, skipped=missed, cannot={**group.cannot, **CANNOT[form]})


def record_group() -> Group:
    """A record with a length before its value."""
    contenders: Matchers = {**_engines(bitwright.pattern(RECORD), lambda pattern: pattern.match), "by hand": record_by_hand}
    data = b"\x07\x00\x05hello more"
    return _beside(_checked(PATTERN_RECORD, contenders, [data]), table.PATTERN_RECORD, [data], record_by_hand)


def ipv4_group() -> Group:
    """An IPv4 header with options."""
    contenders: Matchers = {**_engines(bitwright.pattern(IPV4), lambda pattern: pattern.match), "by hand": ipv4_by_hand}
    return _beside(_checked(PATTERN_IPV4, contenders, [DATAGRAM]), table.PATTERN_IPV4, [DATAGRAM], ipv4_by_hand)


def clauses_group() -> Group:
    """Six kinds of message, told apart by their first byte; one after the other, too, without the dispatch."""
    one_by_one = [bitwright.pattern(text).match for text in CLAUSES]

    def in_turn(data: bytes) -> tuple[int, dict[str, Any]] | None:
        for index, match in enumerate(one_by_one):
            found = match(data)
            if found is not None:
                return index, found
        return None

    ours = _engines(bitwright.Clauses(CLAUSES), lambda clauses: clauses.match)
    group = _checked(PATTERN_CLAUSES, {**ours, "by hand": clauses_by_hand, "each in turn": in_turn}, MESSAGES)
    return _beside(group, table.PATTERN_CLAUSES, MESSAGES, clauses_by_hand)


def pixels_group() -> Group:
    """A dict for each of 256 pixels."""
    ours = _engines(bitwright.pattern("<<r, g, b>>"), lambda pattern: pattern.iter)
    for name, each in ours.items():
        assert list(each(PIXELS)) == pixels_by_hand(PIXELS), name
    contenders = {**{name: _listed(each) for name, each in ours.items()}, "by hand": pixels_by_hand}
    group = Group(PATTERN_PIXELS, len(PIXELS) // 3, {name: over(work, [PIXELS]) for name, work in contenders.items()}, item="pixel")
    return _beside(group, table.PATTERN_PIXELS, [PIXELS], pixels_by_hand, times=1)


def _listed(each: Callable[[bytes], Iterable[Any]]) -> Callable[[bytes], list[Any]]:
    return lambda data: list(each(data))


def build_group() -> Group:
    """The reference pattern the other way."""
    ours = bitwright.pattern(REFERENCE)
    values = ours.match(PACKET) or {}
    contenders = {**_engines(ours, lambda pattern: pattern.build), "by hand": build_by_hand}
    for name, build in contenders.items():
        assert build(**values) == ours.build(**values, _reserved=0), name

    def run(build: Callable[..., object]) -> Contender:
        return over(lambda given: build(**given), [values] * BATCH)

    found = {name: run(build) for name, build in contenders.items()}
    for name, declared in declarations(table.PATTERN_DNS).items():
        if declared.build is not None:
            given = declared.given(values)
            assert declared.build(given) == ours.build(**values, _reserved=0), name
            found[name] = over(declared.build, [given] * BATCH)
    return Group(PATTERN_BUILD, BATCH, found, item="build", skipped=skipped(table.PATTERN_DNS), cannot=CANNOT_BUILD[table.PATTERN_DNS])


def _engines(ours: Any, work_of: Callable[[Any], Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """What a pattern does by its own engine, by generated Python, and as machine code where there is llvmlite."""
    found = {"bitwright": work_of(ours), PYTHON: work_of(ours.on("python"))}
    if "llvm" in ENGINES and is_available():
        found[MACHINE_CODE] = work_of(ours.on("llvm"))
    return found


PATTERN_GROUPS = (reference_group, record_group, ipv4_group, clauses_group, pixels_group, build_group)
