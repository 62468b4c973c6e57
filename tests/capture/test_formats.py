"""The container formats are Structs: what they read, they write."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright.capture import pcap_format, pcapng_format
from tests.capture import files


@pytest.mark.parametrize("order", ["little", "big"])
def test_pcap_headers_and_records_are_read_and_written(engine: str, order: str) -> None:
    header = pcap_format.FileHeader.codec(engine)
    octets = files.pcap_header(order, link=0x2400_0071)
    found: Any = header.parse(octets, endian=order)
    assert (found.magic, found.version_major, found.version_minor, found.snap_length) == (files.MICROSECONDS, 2, 4, 65535)
    assert (found.link_type, found.fcs_length, found.has_fcs_length, found.link_reserved) == (113, 4, 1, 0)
    assert header.build(found, endian=order) == octets
    record = pcap_format.Record.codec(engine)
    octets = files.record(b"abc", 5, 6, order=order, original=60)
    found = record.parse(octets, endian=order)
    assert (found.seconds, found.fraction, found.captured, found.original, found.data) == (5, 6, 3, 60, b"abc")
    assert record.build(found, endian=order) == octets


BLOCKS = [
    lambda order: files.section(order, options=files.option(4, b"me", order) + files.option(0, b"", order)),
    lambda order: files.interface(113, order, snap_length=96, options=files.option(2, b"eth0", order) + files.option(9, b"\x09", order)),
    lambda order: files.enhanced(b"abcde", 1 << 40, 3, order, original=60, options=files.option(1, b"comment", order)),
    lambda order: files.simple(b"abcd", order),
    lambda order: files.obsolete(b"abcde", 7, 1, order),
    lambda order: files.block(0xBAD, b"\0\0\0\x01data", order),
]


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("make", BLOCKS)
def test_pcapng_blocks_are_read_and_written(engine: str, order: str, make: Any) -> None:
    octets = make(order)
    codec = pcapng_format.Block.codec(engine)
    found: Any = codec.parse(octets, endian=order)
    assert found.total_length == found.trailer == len(octets)
    assert codec.build(found, endian=order) == octets
    assert codec.build(found.relaxed(), endian=order) == octets


def test_a_block_is_built_from_what_is_in_it(engine: str) -> None:
    packet = pcapng_format.EnhancedPacket(interface=1, timestamp_low=7, original=60, data=b"abcde")
    made = pcapng_format.LittleBlock.codec(engine).build(pcapng_format.LittleBlock(body=packet))
    assert made == files.enhanced(b"abcde", 7, 1, original=60)
