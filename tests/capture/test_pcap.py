"""pcap files of every kind."""

from __future__ import annotations

import io
import struct

import pytest

from bitwright import capture
from bitwright.capture import CaptureLimits
from tests.capture import files
from tests.capture.reading import read, refusal, whole


@pytest.mark.parametrize("order", ["little", "big"])
def test_microseconds_in_both_byte_orders(order: str) -> None:
    packets = whole(files.pcap(files.PACKETS, order))
    assert [packet.data for packet in packets] == files.PACKETS
    assert [packet.timestamp_ns for packet in packets] == files.TIMES
    assert [packet.number for packet in packets] == list(range(1, 11))
    assert {(packet.interface, packet.link_type) for packet in packets} == {(0, 1)}


@pytest.mark.parametrize("order", ["little", "big"])
def test_nanoseconds_in_both_byte_orders(order: str) -> None:
    data = files.pcap_header(order, magic=files.NANOSECONDS) + files.record(b"abc", 1, 999_999_999, order=order)
    (packet,) = whole(data)
    assert packet.timestamp_ns == 1_999_999_999
    assert packet.data == b"abc"


@pytest.mark.parametrize("order", ["little", "big"])
def test_the_modified_form_has_longer_record_headers(order: str) -> None:
    mark = files.ORDERS[order]
    header = files.pcap_header(order, magic=files.MODIFIED)
    first = struct.pack(mark + "IIIIIHBB", 7, 8, 3, 60, 2, 0x0800, 4, 0) + b"abc"
    second = struct.pack(mark + "IIIIIHBB", 9, 1, 2, 2, 2, 0x0800, 4, 0) + b"de"
    packets = whole(header + first + second)
    assert [(p.data, p.captured, p.original, p.timestamp_ns) for p in packets] == [
        (b"abc", 3, 60, 7_000_008_000), (b"de", 2, 2, 9_000_001_000),
    ]  # fmt: skip


def test_an_empty_capture_has_no_packets() -> None:
    assert whole(files.pcap_header()) == []


def test_a_packet_may_be_empty() -> None:
    (packet,) = whole(files.pcap_header() + files.record(b"", original=60))
    assert (packet.captured, packet.original, packet.data) == (0, 60, b"")


def test_captured_and_original_length_are_kept_as_they_are_written() -> None:
    packets = whole(files.pcap_header() + files.record(b"abcd", original=1500) + files.record(b"abcd", original=2))
    assert [(p.captured, p.original) for p in packets] == [(4, 1500), (4, 2)]


def test_seconds_after_2038_and_overflowing_fractions_are_plain_arithmetic() -> None:
    (packet,) = whole(files.pcap_header() + files.record(b"", 0xFFFFFFFF, 5_000_000))
    assert packet.timestamp_ns == 0xFFFFFFFF * 10**9 + 5 * 10**9


@pytest.mark.parametrize(("version", "lengths"), [
    ((2, 0), (4, 60)), ((2, 1), (4, 60)), ((2, 2), (4, 60)),  # swapped in the file
    ((2, 3), (4, 60)),  # swapped where that makes sense
    ((2, 4), (60, 4)), ((2, 5), (60, 4)),
])  # fmt: skip
def test_old_versions_have_the_two_lengths_swapped(version: tuple[int, int], lengths: tuple[int, int]) -> None:
    data = files.pcap_header(version=version) + files.record(b"abcd" + bytes(56), captured=60, original=4)
    packets, _ = read(data)
    assert (packets[0].captured, packets[0].original) == lengths


def test_version_2_3_with_lengths_in_order_is_read_as_it_is() -> None:
    (packet,) = whole(files.pcap_header(version=(2, 3)) + files.record(b"abcd", original=60))
    assert (packet.captured, packet.original) == (4, 60)


@pytest.mark.parametrize("version", [(1, 4), (3, 0), (0, 0), (543, 0)])
def test_other_versions_are_refused(version: tuple[int, int]) -> None:
    error = refusal(files.pcap_header(version=version) + files.record(b"abcd"))
    assert (error.code, error.byte_offset, error.packet) == ("version", 4, 1)


def test_the_link_type_is_what_remains_without_the_fcs_bits() -> None:
    with capture.open(io.BytesIO(files.pcap_header(link=0x2400_0001) + files.record(b"abcd"))) as reader:
        assert [packet.link_type for packet in reader] == [1]
        assert reader.interfaces[0].fcs_length == 4
    with capture.open(io.BytesIO(files.pcap_header(link=0x3000_0071))) as reader:
        assert (reader.interfaces[0].link_type, reader.interfaces[0].fcs_length) == (113, None)


def test_reserved_bits_of_the_link_type_word_are_refused() -> None:
    error = refusal(files.pcap_header(link=0x0030_0000))
    assert (error.code, error.byte_offset) == ("header", 20)


@pytest.mark.parametrize("announced", [262_145, 1 << 20, 1 << 30, 0xFFFFFFFF])
def test_a_record_larger_than_the_limit_is_damage(announced: int) -> None:
    data = files.pcap(files.PACKETS[:2]) + files.record(b"abcd", captured=announced)
    packets, error = read(data)
    assert [packet.data for packet in packets] == files.PACKETS[:2]
    assert error is not None
    assert (error.code, error.packet) == ("record-length", 3)
    assert error.byte_offset == len(files.pcap(files.PACKETS[:2])) + 8


def test_a_snap_length_allows_larger_packets_up_to_the_largest_block() -> None:
    big = bytes(1_000_000)
    (packet,) = whole(files.pcap_header(snap_length=2_000_000) + files.record(big))
    assert packet.data == big
    error = refusal(files.pcap_header(snap_length=0xFFFFFFFF) + files.record(b"", captured=16 * 1024 * 1024 + 1))
    assert error.code == "record-length"


def test_the_limits_can_be_chosen() -> None:
    data = files.pcap_header(snap_length=64) + files.record(bytes(101))
    assert refusal(data, CaptureLimits(packet=100)).code == "record-length"
    assert read(data, CaptureLimits(packet=101))[1] is None


def test_packets_larger_than_a_chunk_are_put_together() -> None:
    packets = [bytes([at]) * 200_000 for at in range(5)]
    assert [packet.data for packet in whole(files.pcap(packets))] == packets
