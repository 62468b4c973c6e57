"""Files that end too early, or are damaged: the packets before, then one error with a true place."""

from __future__ import annotations

import random

import pytest

from bitwright.capture import CAPTURE_CODES
from tests.capture import files
from tests.capture.reading import read

ENHANCED = {order: files.pcapng(files.PACKETS, order) for order in ("little", "big")}


def boundaries_of_pcap() -> list[int]:
    """Where each record ends."""
    ends, at = [], 24
    for packet in files.PACKETS:
        at += 16 + len(packet)
        ends.append(at)
    return ends


def boundaries_of_pcapng() -> tuple[list[int], list[int]]:
    """Where each block ends, and where each packet's does."""
    start = [len(files.section()), len(files.section()) + len(files.interface())]
    ends, at = [], start[-1]
    for packet in files.PACKETS:
        at += len(files.enhanced(packet))
        ends.append(at)
    return [*start, *ends], ends


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_pcap_file_cut_at_every_byte(order: str) -> None:
    data = files.pcap(files.PACKETS, order)
    ends = boundaries_of_pcap()
    assert ends[-1] == len(data)
    for size in range(len(data)):
        packets, error = read(data[:size])
        expected = sum(end <= size for end in ends)
        assert [packet.data for packet in packets] == files.PACKETS[:expected]
        if size in (24, *ends):
            assert error is None
        else:
            assert error is not None
            assert error.code == ("truncated" if size else "empty")
            assert error.packet == expected + 1
            assert error.byte_offset <= size


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_pcapng_file_cut_at_every_byte(order: str) -> None:
    data = ENHANCED[order]
    blocks, ends = boundaries_of_pcapng()
    assert ends[-1] == len(data)
    for size in range(len(data)):
        packets, error = read(data[:size])
        expected = sum(end <= size for end in ends)
        assert [packet.data for packet in packets] == files.PACKETS[:expected]
        if size in blocks:
            assert error is None
        else:
            assert error is not None
            assert error.code == ("truncated" if size else "empty")
            assert error.packet == expected + 1
            assert error.byte_offset <= size


@pytest.mark.parametrize("data", [files.pcap(files.PACKETS), ENHANCED["little"], ENHANCED["big"]])
def test_whatever_byte_is_wrong_reading_ends_in_order(data: bytes) -> None:
    for at in range(len(data)):
        for wrong in (0x00, 0x01, 0x7F, 0x80, 0xFF):
            changed = data[:at] + bytes([wrong]) + data[at + 1 :]
            packets, error = read(changed)
            assert [packet.number for packet in packets] == list(range(1, len(packets) + 1))
            if error is not None:
                assert error.code in CAPTURE_CODES
                assert 0 <= error.byte_offset <= len(changed)


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_after_a_good_start(seed: int) -> None:
    chance = random.Random(seed)
    for start in (files.pcap(files.PACKETS[:3]), files.pcapng(files.PACKETS[:3], "big")):
        for _ in range(50):
            packets, error = read(start + chance.randbytes(chance.randrange(200)))
            assert [packet.data for packet in packets[:3]] == files.PACKETS[:3]
            assert error is None or error.code in CAPTURE_CODES
