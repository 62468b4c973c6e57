"""Captures compressed with zstd (RFC 8878): the same promises as for gzip, and what happens without the library."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest

from bitwright import capture
from bitwright.capture import inflate
from bitwright.capture.packet import CaptureLimits
from tests.capture import files
from tests.capture.reading import read, refusal, whole

PLAIN = files.pcap(files.PACKETS)
zstd: Any = inflate._zstd_library()
needs_zstd = pytest.mark.skipif(zstd is None, reason="no zstd library here: pip install backports.zstd, or Python 3.14")


@needs_zstd
@pytest.mark.parametrize("level", [1, 3, 19])
def test_pcap_and_pcapng(level: int) -> None:
    assert [packet.data for packet in whole(zstd.compress(PLAIN, level))] == files.PACKETS
    assert [packet.data for packet in whole(zstd.compress(files.pcapng(files.PACKETS), level))] == files.PACKETS


@needs_zstd
def test_several_frames_and_skippable_ones() -> None:
    half = len(PLAIN) // 2
    skippable = bytes.fromhex("552a4d18 05000000") + b"hello"
    frames = [skippable, zstd.compress(PLAIN[:half]), skippable, zstd.compress(PLAIN[half:])]
    assert [packet.data for packet in whole(b"".join(frames))] == files.PACKETS


@needs_zstd
def test_compressed_bytes_are_counted() -> None:
    data = zstd.compress(PLAIN)
    with capture.open(io.BytesIO(data)) as reader:
        assert len(list(reader)) == 10
        assert (reader.bytes_read, reader.size) == (len(data), len(data))


@needs_zstd
def test_a_file_cut_anywhere_gives_a_prefix_and_one_error() -> None:
    data = zstd.compress(PLAIN)
    for size in range(1, len(data)):
        packets, error = read(data[:size])
        assert [packet.data for packet in packets] == files.PACKETS[: len(packets)]
        assert error is not None
        assert error.code in {"truncated", "not-a-capture", "empty"}


@needs_zstd
def test_packets_before_damage_are_delivered() -> None:
    packets = [os.urandom(3000) for _ in range(400)]
    data = bytearray(zstd.compress(files.pcap(packets)))
    at = len(data) // 2
    data[at : at + 4000] = bytes(4000)
    found, error = read(bytes(data))
    assert error is not None
    assert error.code in {"inflate", "record-length", "truncated"}
    assert len(found) > 100
    assert [packet.data for packet in found[:100]] == packets[:100]


class Trickle(io.RawIOBase):
    """So many bytes at a time."""

    def __init__(self, data: bytes, piece: int) -> None:
        self._stream, self._piece = io.BytesIO(data), piece

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._stream.readinto(memoryview(buffer)[: self._piece])


@needs_zstd
def test_what_damage_takes_with_it_does_not_depend_on_how_the_bytes_arrive() -> None:
    plain = files.pcap([bytes(range(14)), *files.PACKETS])[:200]
    for size in (3, 20, 31, 64, 90):  # of the blocks, which are not compressed; the one behind them is of no type
        cut = [plain[at : at + size] for at in range(0, len(plain), size)]
        blocks = b"".join((len(part) << 3).to_bytes(3, "little") + part for part in cut)
        damaged = inflate.ZSTD_MAGIC + b"\0\x58" + blocks + (3 << 1).to_bytes(3, "little") + bytes(9)
        sources = (io.BytesIO(damaged), *(Trickle(damaged, piece) for piece in (1, 5, 63, 64, 65, 200)))
        outcomes = [read_from(source) for source in sources]
        assert outcomes[0][1] == "inflate"
        assert all(outcome == outcomes[0] for outcome in outcomes), (size, outcomes)


def read_from(source: Any) -> tuple[list[bytes], str]:
    """The packets of a file, and the code of what ends them."""
    packets: list[bytes] = []
    try:
        with capture.open(source) as reader:
            packets.extend(packet.data for packet in reader)  # what came before damage counts
    except capture.CaptureError as error:
        return packets, error.code
    return packets, ""


@needs_zstd
def test_a_bomb_stops_early() -> None:
    bomb = zstd.compress(files.pcap_header(snap_length=200_000) + files.record(bytes(200_000)) * 600)  # 120 MB
    packets, error = read(bomb)
    assert error is not None
    assert error.code == "inflate-limit"
    assert sum(len(packet.data) for packet in packets) <= 17 * 1024 * 1024
    assert read(bomb, CaptureLimits(inflate_ratio=100_000))[1] is None


@needs_zstd
def test_a_window_too_large_for_memory_is_refused() -> None:
    frame = bytes.fromhex("28b52ffd 00 a8")  # no content size; a window of 2 GiB
    assert refusal(frame + bytes(40)).code == "inflate"


def test_without_a_library_the_message_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "_zstd_library", lambda: None)
    error = refusal(inflate.ZSTD_MAGIC + bytes(20))
    assert error.code == "unsupported"
    assert 'pip install "bitwright[zstd]"' in error.message
