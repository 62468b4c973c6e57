"""What the tests of the command line share: results, and captures made of a few frames."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

ETHERNET = 1
# What the specs made of these fields is tested elsewhere; here they only have to be right.
QUERY = bytes.fromhex("1234 0100 0001 0000 0000 0000 03777777 076578616d706c65 00 0001 0001")


@dataclasses.dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.decode().splitlines()

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.lines]

    @property
    def complaints(self) -> list[str]:
        return self.err.splitlines()


Run: TypeAlias = Callable[..., Result]


def udp_frame(payload: bytes, *, source: int = 40000, target: int = 53) -> bytes:
    """An Ethernet frame with an IPv4 packet with a UDP datagram; checksums are left out or wrong."""
    udp = struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + bytes([192, 0, 2, 1, 192, 0, 2, 2])
    return bytes(range(12)) + b"\x08\x00" + header + udp


def pcap(frames: Iterable[bytes], *, link_type: int = ETHERNET, snap_length: int = 65535) -> bytes:
    """A pcap file, little-endian, in microseconds, one packet a second from 2020-01-02 03:04:05."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap_length, link_type)]
    for number, frame in enumerate(frames):
        kept = frame[:snap_length]
        parts += [struct.pack("<IIII", 1577934245 + number, 678901, len(kept), len(frame)), kept]
    return b"".join(parts)
