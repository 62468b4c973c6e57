"""Capture files made by hand, by code that shares nothing with the readers."""

from __future__ import annotations

import struct
from collections.abc import Iterable

MICROSECONDS, NANOSECONDS, MODIFIED = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
ORDERS = {"little": "<", "big": ">"}


def pcap_header(
    order: str = "little", *, magic: int = MICROSECONDS, version: tuple[int, int] = (2, 4), snap_length: int = 65535, link: int = 1
) -> bytes:
    """The 24 bytes before the first record."""
    return struct.pack(ORDERS[order] + "IHHiIII", magic, *version, 0, 0, snap_length, link)


def record(
    data: bytes, seconds: int = 0, fraction: int = 0, *, order: str = "little", original: int | None = None, captured: int | None = None
) -> bytes:
    """A record; the lengths may lie."""
    announced = len(data) if captured is None else captured
    return struct.pack(ORDERS[order] + "IIII", seconds, fraction, announced, len(data) if original is None else original) + data


def pcap(packets: Iterable[bytes], order: str = "little") -> bytes:
    """A file of packets one second apart."""
    return pcap_header(order) + b"".join(record(data, 1_000_000_000 + at, at, order=order) for at, data in enumerate(packets))


def option(code: int, value: bytes, order: str = "little") -> bytes:
    """A pcapng option, padded."""
    return struct.pack(ORDERS[order] + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind: int, body: bytes, order: str = "little", *, length: int | None = None, trailer: int | None = None) -> bytes:
    """A pcapng block; the lengths may lie."""
    total = 12 + len(body) if length is None else length
    last = total if trailer is None else trailer
    return struct.pack(ORDERS[order] + "II", kind, total) + body + struct.pack(ORDERS[order] + "I", last)


def section(order: str = "little", *, version: tuple[int, int] = (1, 0), options: bytes = b"", mark: int = 0x1A2B3C4D) -> bytes:
    """A Section Header Block."""
    return block(0x0A0D0D0A, struct.pack(ORDERS[order] + "IHHq", mark, *version, -1) + options, order)


def interface(link_type: int = 1, order: str = "little", *, snap_length: int = 0, options: bytes = b"") -> bytes:
    """An Interface Description Block."""
    return block(1, struct.pack(ORDERS[order] + "HHI", link_type, 0, snap_length) + options, order)


def enhanced(
    data: bytes, ticks: int = 0, interface: int = 0, order: str = "little", *,
    original: int | None = None, captured: int | None = None, options: bytes = b"",
) -> bytes:  # fmt: skip
    """An Enhanced Packet Block."""
    lengths = (len(data) if captured is None else captured, len(data) if original is None else original)
    fixed = struct.pack(ORDERS[order] + "IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, *lengths)
    return block(6, fixed + data + bytes(-len(data) % 4) + options, order)


def simple(data: bytes, order: str = "little", *, original: int | None = None) -> bytes:
    """A Simple Packet Block."""
    size = len(data) if original is None else original
    return block(3, struct.pack(ORDERS[order] + "I", size) + data + bytes(-len(data) % 4), order)


def obsolete(data: bytes, ticks: int = 0, interface: int = 0, order: str = "little") -> bytes:
    """A Packet Block, the form before the enhanced one."""
    fixed = struct.pack(ORDERS[order] + "HHIIII", interface, 0xFFFF, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(2, fixed + data + bytes(-len(data) % 4), order)


def pcapng(packets: Iterable[bytes], order: str = "little") -> bytes:
    """A file of one section and one interface, packets one second apart."""
    blocks = [section(order), interface(order=order)]
    blocks += [enhanced(data, (1_000_000_000 + at) * 1_000_000 + at, order=order) for at, data in enumerate(packets)]
    return b"".join(blocks)


PACKETS = [bytes([at]) * (20 + 7 * at) for at in range(10)]
TIMES = [(1_000_000_000 + at) * 1_000_000_000 + at * 1000 for at in range(10)]
