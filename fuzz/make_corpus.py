"""Write the corpus of every target: our own bytes only, from the sample capture and by hand.

    python -m fuzz.make_corpus

Inputs that fuzzing found are added by hand, under names that say what they broke.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from benchmarks.packets import dns_messages, read_pcap
from fuzz.pattern_corpus import pattern_corpus

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "samples" / "dns.pcap"


def header(*, questions: int = 0, answers: int = 0, flags: int = 0x8180) -> bytes:
    """A DNS header with made-up counts."""
    return struct.pack("!6H", 0x1234, flags, questions, answers, 0, 0)


def question(name: bytes, kind: int = 1) -> bytes:
    """A question entry with raw name bytes."""
    return name + struct.pack("!HH", kind, 1)


def record(name: bytes, kind: int, data: bytes, length: int | None = None) -> bytes:
    """A record whose length may lie."""
    return name + struct.pack("!HHIH", kind, 1, 60, len(data) if length is None else length) + data


HANDMADE = {
    "empty": b"",
    "header-only": header(),
    "reserved-bit": header(flags=0x8140),
    "count-bomb": struct.pack("!6H", 1, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF),
    "pointer-to-itself": header(questions=1) + question(b"\xc0\x0c"),
    "pointer-forward": header(questions=1) + question(b"\xc0\x20"),
    "pointer-into-header": header(questions=1) + question(b"\xc0\x00"),
    "pointer-pair": header(questions=2) + question(b"\xc0\x12") + question(b"\xc0\x0c"),
    "pointer-into-own-label": header(questions=1) + question(b"\x01a\xc0\x0c"),
    "pointer-chain": header(questions=1, answers=40)
    + question(b"\x01a\0")
    + b"".join(record(struct.pack("!H", 0xC000 | (12 if i == 0 else 19 + 12 * (i - 1))), 16, b"") for i in range(40)),
    "label-type-01": header(questions=1) + question(b"\x41" + b"a" * 65 + b"\0"),
    "label-type-10": header(questions=1) + question(b"\x81a\0"),
    "name-of-256": header(questions=1) + question((b"\x3f" + b"a" * 63) * 4 + b"\0"),
    "name-escapes": header(questions=1) + question(b'\x03a.b\x04\\"\0\xff\x00'),
    "rdlength-short": header(answers=1) + record(b"\0", 1, b"\xc0\0\2", 4),
    "rdlength-long": header(answers=1) + record(b"\0", 1, b"\xc0\0\2\1\0", 5),
    "rdlength-huge": header(answers=1) + record(b"\0", 16, b"\1a", 0xFFFF),
    "rdata-empty-a": header(answers=1) + record(b"\0", 1, b""),
    "txt-overrun": header(answers=1) + record(b"\0", 16, b"\5a"),
    "type-unknown": header(answers=1) + record(b"\1a\0", 65280, b"\1\2\3"),
    "https-params": header(answers=1) + record(b"\0", 65, b"\0\1\0" + b"\0\1\0\3\2h2" + b"\0\3\0\2\x20\xfb" + b"\0\4\0\4\xc0\0\2\1"),
    "https-param-overrun": header(answers=1) + record(b"\0", 65, b"\0\1\0" + b"\0\1\0\x30\2h2"),
    "nsec-bitmap": header(answers=1) + record(b"\0", 47, b"\1b\0" + b"\0\6\x40\1\0\0\0\3"),
    "opt-truncated-option": header(answers=1) + record(b"\0", 41, b"\0\x0a\0\x08\1\2"),
    "trailing-bytes": header() + b"\0\0",
    "rare-types": header(answers=9)
    + record(b"\0", 11, b"\xc0\0\2\1\6\0\0\4")
    + record(b"\0", 29, b"\0\x12\x16\x13" + bytes(12))
    + record(b"\0", 38, b"\x40" + bytes(8) + b"\1a\0")
    + record(b"\0", 42, b"\0\1\x15\3\xc0\xa8\x20" + b"\0\2\x08\x81\xff")
    + record(b"\0", 45, b"\x0a\3\2\1g\0\1\2")
    + record(b"\0", 55, b"\2\2\0\3\1\2key\1r\0")
    + record(b"\0", 108, b"\0\0\x5e\0\x53\x2a")
    + record(b"\0", 24, bytes(18) + b"\1s\0sig")
    + record(b"\0", 260, b"\x0a\x82" + bytes(16)),
    "options-malformed": header(answers=1)
    + record(b"\0", 41, b"\0\x0a\0\4four" + b"\0\x0b\0\3abc" + b"\0\x0d\0\2\xc0\xff" + b"\0\3\0\2ok" + b"\0\x13\0\0"),
    "update": header(questions=1, answers=2, flags=0x2800)
    + question(b"\1z\0", 6)
    + b"\xc0\x0c\0\xff\0\xff\0\0\0\0\0\0"
    + b"\xc0\x0c\0\1\0\xfe\0\0\0\0\0\4\xc0\0\2\1",
    "pointer-into-a-label-of-its-own-name": header(questions=2) + question(b"\2\xc0\x0c\0") + question(b"\xc0\x0d"),
}


def dns_corpus() -> dict[str, bytes]:
    """The handmade messages, and from the sample one message of each kind of answer."""
    found = {f"handmade-{name}": data for name, data in HANDMADE.items()}
    kinds: set[tuple[int, ...]] = set()
    for message in dns_messages(SAMPLE):
        flags, *counts = struct.unpack_from("!HHHHH", message, 2)
        kind = (flags & 0xFA0F, *(min(count, 3) for count in counts), len(message) // 128)
        if kind not in kinds and len(message) <= 512:
            kinds.add(kind)
            found[f"sample-{len(kinds):02d}"] = message
    return found


def pcap(order: str, magic: int, packets: list[bytes], link_type: int = 1, major: int = 2) -> bytes:
    """A classic capture file."""
    out = struct.pack(f"{order}IHHiIII", magic, major, 4, 0, 0, 262_144, link_type)
    for number, packet in enumerate(packets):
        out += struct.pack(f"{order}IIII", 1_700_000_000 + number, 5, len(packet), len(packet)) + packet
    return out


def block(order: str, kind: int, body: bytes, length: int | None = None) -> bytes:
    """A pcapng block, its length true unless given."""
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(f"{order}I", 12 + len(body) if length is None else length)
    return struct.pack(f"{order}I", kind) + size + body + size


def pcapng(order: str, packets: list[bytes], *, simple: bool = False) -> bytes:
    """A capture of one section: section header, interface, packets, and a block nobody knows."""
    out = block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(order, 1, struct.pack(f"{order}HHI", 1, 0, 0) + struct.pack(f"{order}HHB3xHH", 9, 1, 9, 0, 0))
    for number, packet in enumerate(packets):
        if simple:
            out += block(order, 3, struct.pack(f"{order}I", len(packet)) + packet)
        else:
            out += block(order, 6, struct.pack(f"{order}IIIII", 0, 0, number, len(packet), len(packet)) + packet)
    return out + block(order, 0x0BAD, b"unknown block")


def gzipped(data: bytes) -> bytes:
    """A gzip member with one stored block, so that its bytes do not depend on the version of zlib."""
    block = b"\x01" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + block + struct.pack("<II", zlib.crc32(data), len(data))


def capture_corpus() -> dict[str, bytes]:
    """Containers of every kind around a few packets of the sample, and damaged ones."""
    packets = read_pcap(SAMPLE)
    few = [packets[0], packets[2], packets[22], packets[-1]]
    ip_only = [packets[1][14:], packets[0][14:]]
    little = pcap("<", 0xA1B2C3D4, few)
    sections = pcapng("<", few[:1]) + pcapng(">", few[1:2])
    return {
        "empty": b"",
        "pcap-us-little": little,
        "pcap-us-big": pcap(">", 0xA1B2C3D4, few[:2]),
        "pcap-ns-little": pcap("<", 0xA1B23C4D, few[:2]),
        "pcap-raw-ip": pcap("<", 0xA1B2C3D4, ip_only, link_type=101),
        "pcap-null": pcap("<", 0xA1B2C3D4, [b"\2\0\0\0" + ip_only[0]], link_type=0),
        "pcap-sll": pcap("<", 0xA1B2C3D4, [b"\0\0\3\4\0\6" + bytes(8) + b"\x08\0" + ip_only[0]], link_type=113),
        "pcap-unknown-link": pcap("<", 0xA1B2C3D4, few[:1], link_type=147),
        "pcap-unknown-version": pcap("<", 0xA1B2C3D4, few[:1], major=9),
        "pcap-no-packets": pcap("<", 0xA1B2C3D4, []),
        "pcap-cut-in-header": little[:30],
        "pcap-cut-in-packet": little[:-7],
        "pcap-captured-lies": little[:32] + b"\xff\xff\xff\x7f" + little[36:],
        "pcap-snapped": little[:24] + struct.pack("<IIII", 0, 0, 40, len(few[0])) + few[0][:40],
        "pcapng-little": pcapng("<", few),
        "pcapng-big": pcapng(">", few[:2]),
        "pcapng-simple": pcapng("<", few[:2], simple=True),
        "pcapng-two-sections": sections,
        "pcapng-no-interface": pcapng("<", few[:1])[:28] + pcapng("<", few[:1])[60:],
        "pcapng-length-zero": pcapng("<", [])[:28] + block("<", 1, bytes(8), 0),
        "pcapng-length-odd": pcapng("<", [])[:28] + block("<", 1, bytes(8), 13),
        "pcapng-length-huge": pcapng("<", [])[:28] + block("<", 1, bytes(8), 0xFFFFFFF0),
        "gzip": gzipped(little),
        "gzip-cut": gzipped(little)[:-20],
        "text": b"this is no capture\n",
    }


def write(name: str, inputs: dict[str, bytes]) -> None:
    """Write one corpus folder."""
    folder = HERE / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for title, data in inputs.items():
        (folder / f"{title}.bin").write_bytes(data)
    print(f"{folder}: {len(inputs)} inputs, {sum(map(len, inputs.values()))} bytes")


if __name__ == "__main__":
    from fuzz.target_corpora import cli_corpus, containers_corpus, engines_corpus  # which are made with the functions above

    write("dns", dns_corpus())
    write("capture", capture_corpus())
    write("pattern", pattern_corpus())
    write("engines", engines_corpus())
    write("containers", containers_corpus())
    write("cli", cli_corpus())
