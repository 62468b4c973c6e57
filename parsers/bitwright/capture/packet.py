"""What a capture gives: packets, and the interfaces they were seen on."""

from __future__ import annotations

import dataclasses
from typing import Literal

import msgspec


class Packet(msgspec.Struct, gc=False):
    """One captured packet.

    `number` counts from 1 through the whole capture.  `timestamp_ns` is nanoseconds since
    1970-01-01 UTC, None where the capture has no time for it.  `interface` indexes the reader's
    `interfaces`.  `captured` bytes of the frame's `original` ones were kept: they are `data`.
    """

    number: int
    timestamp_ns: int | None
    interface: int
    link_type: int
    captured: int
    original: int
    data: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Interface:
    """Where packets were seen.

    `link_type` is a number of the tcpdump group's LINKTYPE registry.  A timestamp counts
    1/`ticks_per_second` seconds from 1970-01-01 plus `offset_seconds`.  `snap_length` 0 means no
    limit.  `fcs_length`: bytes of frame check sequence at each frame's end, None where unknown.
    `section` and `number_in_section` place it in a pcapng file.  `filter` is the text of the filter
    while capturing, where it was one.
    """

    link_type: int
    snap_length: int = 0
    ticks_per_second: int = 1_000_000
    offset_seconds: int = 0
    fcs_length: int | None = None
    name: str = ""
    description: str = ""
    section: int = 0
    number_in_section: int = 0
    os: str = ""
    hardware: str = ""
    filter: str = ""
    comments: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """A section of a pcapng file: who wrote it, on what, and what was noted about it."""

    byte_order: Literal["little", "big"]
    hardware: str = ""
    os: str = ""
    application: str = ""
    comments: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class CaptureLimits:
    """Bounds that keep a damaged or hostile file from costing memory.

    `packet`: bytes of one packet of a pcap file; a file whose snap length says more may go up to
    `block`.  `block`: bytes of one pcapng block.  `inflate_ratio`: how many times its size compressed
    data may grow, judged after the first `inflate_free` bytes.
    """

    packet: int = 262_144
    block: int = 16 * 1024 * 1024
    inflate_ratio: int = 256
    inflate_free: int = 16 * 1024 * 1024
