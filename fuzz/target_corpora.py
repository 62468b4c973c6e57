"""The corpora of the targets `engines`, `containers` and `cli`: each part of each input language once, valid and just not."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bitwright import capture
from bitwright.stack import Registry, Walker
from bitwright_specs.stack import register
from fuzz.fuzz_cli import COMMANDS
from fuzz.fuzz_engines import STRUCTS
from fuzz.make_corpus import HANDMADE, block, gzipped, pcap, pcapng

SAMPLES: Final = Path(__file__).resolve().parent.parent / "samples"
FRAME: Final = bytes.fromhex("ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202")
QUERY: Final = bytes.fromhex("1234 0100 0001 0000 0000 0000 03777777 076578616d706c65 00 0001 0001")


def messages() -> Iterator[tuple[int, bytes]]:
    """Number of the struct and a message of it, from the samples; of each struct those of different sizes, five at most."""
    registry = Registry()
    register(registry)
    walker = Walker(registry)
    seen: dict[int, set[int]] = {}
    for path in sorted(SAMPLES.rglob("*.pcap*")):
        for packet in capture.open(path):
            for layer in walker.decode(packet).layers:
                found = registry.layers[layer.name].struct
                data = packet.data[layer.offset :]
                if found in STRUCTS and len(data) <= 400:
                    number = STRUCTS.index(found)
                    sizes = seen.setdefault(number, set())
                    if len(data) not in sizes and len(sizes) < 5:
                        sizes.add(len(data))
                        yield number, data


def engines_corpus() -> dict[str, bytes]:
    """Messages of the samples, handmade DNS messages, and for every struct zeros, ones, and bytes by chance."""
    found = {f"{STRUCTS[number].__name__}-{len(data)}": bytes([number]) + data for number, data in messages()}
    rng = random.Random(6)
    for number, made in enumerate(STRUCTS):
        found[f"{made.__name__}-zeros"] = bytes([number]) + bytes(48)
        found[f"{made.__name__}-ones"] = bytes([number]) + b"\xff" * 48
        found[f"{made.__name__}-chance"] = bytes([number]) + rng.randbytes(64)
    tcp, arp, ah = ([made.__name__ for made in STRUCTS].index(name) for name in ("TcpMessage", "ARP", "AuthenticationHeader"))
    found["ARP-28"] = bytes([arp]) + FRAME[14:]
    found["AuthenticationHeader-24"] = bytes([ah]) + bytes.fromhex("06 04 0000 00000100 00000001") + bytes(range(12))
    for title in ("rare-types", "pointer-chain", "options-malformed"):
        found[f"TcpMessage-{title}"] = bytes([tcp]) + struct.pack("!H", len(HANDMADE[title])) + HANDMADE[title]
    return found


def _zstd(data: bytes) -> bytes:
    """A frame with one raw block, so that its bytes do not depend on a library."""
    return b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data)) + (len(data) << 3 | 1).to_bytes(3, "little") + data


def _interface(order: str, options: bytes = b"", link_type: int = 1) -> bytes:
    return block(order, 1, struct.pack(f"{order}HHI", link_type, 0, 0) + options)


def _packet(order: str, interface: int = 0, captured: int = len(FRAME)) -> bytes:
    return block(order, 6, struct.pack(f"{order}IIIII", interface, 1, 2, captured, len(FRAME)) + FRAME)


def containers_corpus() -> dict[str, bytes]:
    """Every container and compression, every block and option, and each lie that a header can tell."""
    little, sections = pcap("<", 0xA1B2C3D4, [FRAME, FRAME[:20]]), pcapng("<", [])[:28]
    modified = struct.pack("<IHHiIII", 0xA1B2CD34, 2, 4, 0, 0, 65535, 1) + struct.pack("<IIIIIHBB", 1, 2, 42, 42, 1, 0x806, 0, 0) + FRAME
    comment = b"\1\0\5\0hello\0\0\0"
    resolution = b"\x09\0\1\0\x09\0\0\0\0\0\0\0"
    old_packet = block("<", 2, struct.pack("<HHIIII", 0, 0, 1, 2, len(FRAME), len(FRAME)) + FRAME)
    ng = sections + _interface("<", resolution) + _packet("<")
    return {
        "pcap": little,
        "pcap-big-ns": pcap(">", 0xA1B23C4D, [FRAME]),
        "pcap-modified": modified,
        "pcap-captured-more-than-original": little[:36] + struct.pack("<I", 1) + little[40:],
        "pcap-captured-4g": little[:32] + b"\xff" * 8 + little[40:],
        "pcap-snap-length-zero": little[:16] + bytes(4) + little[20:],
        "pcap-fcs": little[:20] + struct.pack("<I", 1 | 1 << 26 | 2 << 28) + little[24:],
        "gzip": gzipped(little),
        "gzip-two-members": gzipped(little[:50]) + gzipped(little[50:]),
        "gzip-within-gzip": gzipped(gzipped(little)),
        "gzip-crc": gzipped(little)[:-6] + b"\0\0" + gzipped(little)[-4:],
        "gzip-then-noise": gzipped(little) + b"noise",
        "zstd": _zstd(little),
        "zstd-two-frames": _zstd(little[:50]) + _zstd(little[50:]),
        "zstd-cut": _zstd(little)[:-9],
        "zstd-size-lies": _zstd(little)[:9] + (22 << 3 | 1).to_bytes(3, "little") + _zstd(little)[12:],
        "zstd-skippable": b"\x50\x2a\x4d\x18\4\0\0\0skip" + _zstd(little),
        "xz": b"\xfd7zXZ\0\0\4",
        "pcapng": ng,
        "pcapng-big": pcapng(">", [FRAME]),
        "pcapng-comments": sections + _interface("<", comment) + _packet("<"),
        "pcapng-option-overruns": sections + _interface("<", b"\1\0\xff\0hello\0\0\0") + _packet("<"),
        "pcapng-old-packet": sections + _interface("<") + old_packet,
        "pcapng-simple-before-interface": sections + block("<", 3, struct.pack("<I", 4) + b"abcd"),
        "pcapng-statistics": ng + block("<", 5, struct.pack("<III", 0, 1, 2)),
        "pcapng-custom": ng + block("<", 0xBAD, b"\1\2\3\4") + _packet("<"),
        "pcapng-interface-4": ng + _packet("<", interface=4),
        "pcapng-captured-more-than-block": ng + _packet("<", captured=999),
        "pcapng-trailer-differs": ng[:-4] + b"\x7f\0\0\0",
        "pcapng-order-changes": ng + pcapng(">", [FRAME]),
        "pcapng-order-mark-wrong": ng[:8] + b"\1\2\3\4" + ng[12:],
        "pcapng-section-length": ng[:16] + struct.pack("<q", 8) + ng[24:],
        "pcapng-resolution-2": sections + _interface("<", b"\x09\0\1\0\x94\0\0\0\0\0\0\0") + _packet("<"),
        "pcapng-resolution-127": sections + _interface("<", b"\x09\0\1\0\x7f\0\0\0\0\0\0\0") + _packet("<"),
        "pcapng-ten-interfaces": sections + b"".join(_interface("<", link_type=kind) for kind in range(10)) + _packet("<", interface=9),
    }


_ARGUMENTS: Final = {
    "help": "--help", "version": "--version", "nothing": "parse", "unknown-command": "bogus", "unknown-option": "decode --bogus -",
    "parse-json": "parse dns --format json 0001 0000 0000 0000 0000 0000", "parse-bad-hex": "parse udp 0g",
    "parse-in-part": "parse udp 00 35",
    "parse-unknown-spec": "parse dsn 00", "parse-width": "parse udp --format hexdump --width 0 00",
    "decode-binding": "decode --as udp.port=1=dns -",
    "decode-limit": "decode --limit 99999999999999999999 -", "match-bound": "match <<^a,b::16>> --bind a=1 010203",
    "show-diagram": "show ipv4",
    "match-bad-bind": "match <<a>> --bind a 01", "show-explain": "show udp --format explain", "show-svg": "show udp --format svg",
    "lint": "lint tcp --sizes --format json", "build-number": "build udp 1", "controls": "parse \x1b[2J\u202e 00",
    "not-unicode": "parse \udc9b 00",
}  # fmt: skip
_DATA: Final[dict[str, dict[str, bytes]]] = {
    "decode": {"capture": pcap("<", 0xA1B2C3D4, [FRAME]), "cut": pcap("<", 0xA1B2C3D4, [FRAME])[:-5], "text": b"no capture \x1b[2J",
        "empty": b""},
    "parse": {"query": QUERY, "pointer": QUERY[:12] + b"\xc0\x0c\0\1\0\1", "controls": QUERY[:12] + b"\4\x1b[2J\0\0\1\0\1",
        "hex": b"12 34 0x01:00"},
    "build": {
        "query": b'{"id": 1, "questions": [{"qname": "\\u001b.", "qtype": "A"}]}', "deep": b"[" * 500, "key": b'{"\\u001b[2J": 1}',
        "bad": b"{\x1b", "wrong": b'{"id": "x"}', "ports": b'{"src_port": 1, "dst_port": 70000}',
    },
    "match": {"fits": b"\x01\x00\x02ab\x1b", "short": b"\x01", "many": b"\x21\x1b\x9b" * 9, "text": b"a, <<b::4>>, \x1b",
        "words": b"x::float, y/utf8"},
    "show": {"pattern": b"n, body::binary-size(n), c::signed-little-12, r::bits", "broken": b"a::\x1b["},
}  # fmt: skip


def cli_corpus() -> dict[str, bytes]:
    """Every command line with each kind of data, and arguments."""
    found = {}
    for number, words in enumerate(COMMANDS[:-1]):
        for title, data in _DATA[words[0]].items():
            found[f"{number:02}-{words[0]}-{title}"] = bytes([number]) + data
    last = len(COMMANDS) - 1
    for title, line in _ARGUMENTS.items():
        found[f"{last}-{title}"] = bytes([last]) + line.encode("utf-8", "surrogateescape").replace(b" ", b"\0")
    return found
