"""A capture to text and to JSON lines, as whole processes from start to end: `bitwright decode` beside `tshark`.

What counts is the time on the wall: all processors may work on it, as they do where a user waits for it.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.groups import BITWRIGHT, CAPTURE_TO_JSON, CAPTURE_TO_TEXT, Group, OwnClock
from benchmarks.packets import capture_of
from benchmarks.peers import available, missing
from benchmarks.processes import bitwright, environment

JSON_PACKETS, TEXT_PACKETS = 100_000, 20_000  # that are timed: so many that starting is no large part
COMPARED_PACKETS = 2_000
ONE_PROCESS, EK, FIELDS, TSHARK = "bitwright, one process", "tshark -T ek", "tshark -T fields", "tshark"
ASKED = ("frame.number", "ip.src", "ip.dst", "udp.srcport", "udp.dstport", "dns.id", "dns.flags.rcode", "dns.qry.name", "dns.a")

_OUR_ID = re.compile(r"^ *(\d+) .* ethernet/ipv[46]/udp/dns  id=(\d+)\b")
_THEIR_ID = re.compile(r"^ *(\d+) .* DNS \d+ .*?\b0x([0-9a-f]{4})\b")
_OF_FIELDS = re.compile(r"^(\d+)\t(?:[^\t]*\t){2}\d+\t\d+\t0x([0-9a-f]{4})\t")


def json_group() -> Group:
    """Every field of every layer as JSON lines."""
    big, small = capture_of(JSON_PACKETS), capture_of(COMPARED_PACKETS)
    commands = {
        BITWRIGHT: bitwright("decode", str(big), "--format", "jsonl"),
        ONE_PROCESS: bitwright("decode", str(big), "--format", "jsonl", "--workers", "1"),
    }
    assert _output(bitwright("decode", str(small), "--format", "jsonl", "--workers", "1")) == _output(_ours_as_json(small)), ONE_PROCESS
    if available("tshark"):
        compare_json(small)
        commands[EK] = tshark(big, "-T", "ek")
    return _group(CAPTURE_TO_JSON, JSON_PACKETS, commands)


def text_group() -> Group:
    """A line for every packet; tshark also with a few fields by name."""
    big, small = capture_of(TEXT_PACKETS), capture_of(COMPARED_PACKETS)
    commands = {BITWRIGHT: bitwright("decode", str(big))}
    if available("tshark"):
        compare_text(small)
        commands |= {TSHARK: tshark(big), FIELDS: _fields(big)}
    return _group(CAPTURE_TO_TEXT, TEXT_PACKETS, commands)


def _group(name: str, packets: int, commands: dict[str, list[str]]) -> Group:
    contenders = {contender: _wall(command) for contender, command in commands.items()}
    inputs = f"whole processes, a pcap file of {packets:,} packets"
    return Group(name, packets, contenders, item="packet", inputs=inputs, skipped=missing("tshark"))


def tshark(path: Path, *arguments: str) -> list[str]:
    """Wireshark's dissector, without looking names up."""
    return ["tshark", "-n", "-r", str(path), *arguments]


def _fields(path: Path) -> list[str]:
    return tshark(path, "-T", "fields", *(word for field in ASKED for word in ("-e", field)))


def _wall(command: Sequence[str]) -> OwnClock:
    """A command from start to end, its output thrown away by the system."""

    def seconds(times: int) -> float:
        begin = time.perf_counter()
        for _ in range(times):
            done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
            assert done.returncode in (0, 1), f"{' '.join(command)} ended with {done.returncode}"
        return time.perf_counter() - begin

    return OwnClock(seconds)


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, env=environment())
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout.decode()


def _ours_as_json(path: Path) -> list[str]:
    return bitwright("decode", str(path), "--format", "jsonl")


def compare_json(path: Path) -> None:
    """Both give a row for every packet, and the same DNS ids in the same packets."""
    rows = [json.loads(line) for line in _output(_ours_as_json(path)).splitlines()]
    lines = _output(tshark(path, "-T", "ek")).splitlines()
    peers = [json.loads(line)["layers"] for line in lines if line.startswith('{"timestamp"')]
    assert len(rows) == len(peers), f"{len(rows)} rows, tshark has {len(peers)}"
    _agree({row["number"]: known for row in rows if (known := _id_of_row(row)) is not None}, dict(enumerate(map(_id_of_ek, peers), 1)), EK)


def _id_of_row(row: dict[str, Any]) -> int | None:
    """The id of a packet whose last layer is one DNS message that was read whole."""
    names = [layer["layer"] for layer in row["layers"]]
    if row["status"] != "ok" or names[-2:] != ["udp", "dns"]:
        return None
    found: int = row["layers"][-1]["fields"]["id"]
    return found


def _id_of_ek(layers: dict[str, Any]) -> int | None:
    dns = layers.get("dns")
    if dns is None or "icmp" in layers:
        return None
    return int((dns if isinstance(dns, dict) else dns[0])["dns_dns_id"], 16)


def compare_text(path: Path) -> None:
    """All give a line for every packet, and the same DNS ids in the same packets."""
    ours = _output(bitwright("decode", str(path))).splitlines()
    for name, command, pattern in ((TSHARK, tshark(path), _THEIR_ID), (FIELDS, _fields(path), _OF_FIELDS)):
        theirs = _output(command).splitlines()
        assert len(theirs) == len(ours), f"{name}: {len(theirs)} lines, bitwright has {len(ours)}"
        _agree(_ids(ours, _OUR_ID, 10), _ids(theirs, pattern, 16), name)


def _ids(lines: list[str], pattern: re.Pattern[str], base: int) -> dict[int, int]:
    return {int(found[1]): int(found[2], base) for line in lines if (found := pattern.match(line))}


def _agree(ours: dict[int, int], theirs: dict[int, Any], name: str) -> None:
    """The ids by the packet's number: the same wherever both have one, which is most of all."""
    both = {number: (known, theirs[number]) for number, known in ours.items() if theirs.get(number) is not None}
    wrong = {number: pair for number, pair in both.items() if pair[0] != pair[1]}
    assert not wrong, f"{name}: other ids: {wrong}"
    assert len(both) > 0.9 * len(ours), f"{name}: only {len(both)} of {len(ours)} ids are in both"
