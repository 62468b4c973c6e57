"""Classes 16 to 19: files that lie about packets and blocks, that end early, and that inflate without end.

Every packet before the damage, then one typed error with its place, within a small multiple of a chunk of memory.
"""

from __future__ import annotations

import struct
import tracemalloc
import zlib

import pytest

from bitwright.capture import CaptureLimits
from tests.capture import files
from tests.capture.reading import read

GOOD = files.PACKETS[:3]
MEMORY = 32 * 1024 * 1024


def lying_record(captured: int, original: int = 60) -> bytes:
    """A record that announces more than follows."""
    return struct.pack("<IIII", 0, 0, captured, original) + bytes(60)


# name -> bytes after three good packets, code
PCAP = {
    "captured 4 G": (lying_record(0xFFFFFFFF), "record-length"),
    "captured 1 G": (lying_record(1 << 30), "record-length"),
    "captured just above the limit": (lying_record(262_145), "record-length"),
    "captured more than is there": (lying_record(100), "truncated"),
    "captured more than the frame had": (lying_record(100, 10), "truncated"),
    "half a header": (bytes(7), "truncated"),
}


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("name", PCAP)
def test_class_16_pcap_records_that_lie(name: str, order: str) -> None:
    tail, code = PCAP[name]
    if order == "big":
        tail = b"".join(tail[at : at + 4][::-1] for at in range(0, 16, 4)) + tail[16:] if len(tail) > 16 else tail
    good = files.pcap(GOOD, order)
    tracemalloc.start()
    try:
        packets, error = read(good + tail)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [packet.data for packet in packets] == GOOD
    assert error is not None
    assert (error.code, error.packet) == (code, 4)
    assert len(good) <= error.byte_offset <= len(good) + len(tail)
    assert peak < MEMORY


BLOCK = files.enhanced(b"abc")
# name -> block after three good packets, code (None: it is skipped and a packet after it is read)
PCAPNG = {
    "length 0": (struct.pack("<II", 6, 0) + bytes(24), "block-length"),
    "length 4": (struct.pack("<II", 6, 4) + bytes(24), "block-length"),
    "length 13": (struct.pack("<II", 6, 13) + bytes(24), "block-length"),
    "length 4 G": (struct.pack("<II", 6, 0xFFFFFFFC) + bytes(24), "block-length"),
    "length above the limit": (struct.pack("<II", 6, (16 << 20) + 4) + bytes(24), "block-length"),
    "the second length differs": (files.block(6, bytes(24), trailer=40), "block-length"),
    "captured more than the block has": (files.enhanced(b"abc", captured=400), "packet-length"),
    "captured 4 G": (files.enhanced(b"abc", captured=0xFFFFFFFF), "packet-length"),
    "an interface that is not there": (files.enhanced(b"abc", interface=7), "interface"),
    "options that overrun the block": (files.interface(options=struct.pack("<HH", 9, 200) + bytes(4)), "header"),
    "a block that runs into the next": (BLOCK[:-5], "block-length"),
    "an unknown block": (files.block(0x0DEF, bytes(40)), None),
    "an empty unknown block": (files.block(0x0DEF, b""), None),
    "another section without interfaces": (files.section() + BLOCK, "interface"),
    "another section in the other order": (files.section("big") + files.interface(order="big"), None),
}


@pytest.mark.parametrize("name", PCAPNG)
def test_class_17_pcapng_blocks_that_lie(name: str) -> None:
    tail, code = PCAPNG[name]
    good = files.pcapng(GOOD)
    order = "big" if "other order" in name else "little"
    tracemalloc.start()
    try:
        packets, error = read(good + tail + files.enhanced(b"after", order=order))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if code is None:
        assert error is None
        assert [packet.data for packet in packets] == [*GOOD, b"after"]
    else:
        assert error is not None
        assert error.code == code
        assert [packet.data for packet in packets] == GOOD
    assert peak < MEMORY


@pytest.mark.parametrize("data", [files.pcap(GOOD), files.pcapng(GOOD)], ids=["pcap", "pcapng"])
def test_class_18_cut_at_every_byte(data: bytes) -> None:
    """What is whole before the cut is delivered; a cut between two records cannot be told from an end."""
    starts = [len(data) - len(rest) for rest in _rests(data)]
    for size in range(24, len(data)):
        packets, error = read(data[:size])
        assert [packet.data for packet in packets] == GOOD[: len(packets)]
        if size in starts:
            assert error is None
        else:
            assert error is not None
            assert error.code == "truncated"
            assert error.packet == len(packets) + 1


def _rests(data: bytes) -> list[bytes]:
    """What remains before each record or block after the headers."""
    rests = []
    if data[:4] == files.pcap_header()[:4]:
        at = 24
        while at < len(data):
            rests.append(data[at:])
            at += 16 + int.from_bytes(data[at + 8 : at + 12], "little")
    else:
        at = 0
        while at < len(data):
            rests.append(data[at:])
            at += int.from_bytes(data[at + 4 : at + 8], "little")
    return rests


def test_class_19_a_bomb_of_ten_gigabytes_is_not_inflated() -> None:
    """About 10 MB that would inflate to 10 GB: reading stops within `inflate_free` and a ratio."""
    deflater = zlib.compressobj(9, wbits=31)
    filler = files.record(bytes(200_000)) * 50
    bomb = bytearray(deflater.compress(files.pcap_header(snap_length=200_000)))
    piece = b""
    for _ in range(4):
        piece = deflater.compress(filler) + deflater.flush(zlib.Z_FULL_FLUSH)
        bomb += piece
    bomb += piece * 900  # after a full flush the same bytes inflate to the same again
    assert len(bomb) > 8_000_000
    total = 0
    tracemalloc.start()
    try:
        packets, error = read(bytes(bomb), CaptureLimits(inflate_free=4 << 20))
        total = sum(len(packet.data) for packet in packets)
        del packets
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error is not None
    assert error.code == "inflate-limit"
    assert total <= 64 << 20
    assert peak <= 96 << 20, "the packets that were kept here, and little more"


@pytest.mark.parametrize("size", [1, 9, 10, 11, 200])
def test_class_19_compressed_data_cut_off(size: int) -> None:
    data = zlib.compressobj(9, wbits=31)
    whole = data.compress(files.pcap(GOOD)) + data.flush()
    packets, error = read(whole[: min(size, len(whole) - 1)])
    assert error is not None
    assert error.code in ("truncated", "not-a-capture", "empty")
    assert [packet.data for packet in packets] == GOOD[: len(packets)]
