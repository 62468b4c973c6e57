"""Classes 16 to 19, the other half: files that are odd and right are read whole, and files that are no captures are refused at their place.

27 legal variants of the two containers, 10 packets in each, plain and compressed; and beside the records and blocks of
`test_16_to_19_containers.py`, headers that lie.
"""

from __future__ import annotations

import gzip
import struct
import tracemalloc

import pytest

from bitwright.capture import inflate
from tests.capture import files
from tests.capture.reading import read
from tests.hostile.test_16_to_19_containers import MEMORY, PCAP, PCAPNG

PACKETS = files.PACKETS
SAID = files.option(1, b"a comment") + files.option(0, b"")


def pcap(order: str, magic: int, *, version: tuple[int, int] = (2, 4), link: int = 1, snap_length: int = 65535) -> bytes:
    """A file of that kind; the modified form has eight bytes more in each record."""
    mark, more = files.ORDERS[order], b"\0\0\0\2\x08\0\4\0" if magic == files.MODIFIED else b""
    head = files.pcap_header(order, magic=magic, version=version, link=link, snap_length=snap_length)
    return head + b"".join(struct.pack(mark + "IIII", 7, at, len(data), len(data)) + more + data for at, data in enumerate(PACKETS))


def pcapng(*blocks: bytes, order: str = "little", options: bytes = b"") -> bytes:
    """A section, an interface, and what follows."""
    return files.section(order) + files.interface(order=order, options=options) + b"".join(blocks)


def many(order: str = "little", interface: int = 0, options: bytes = b"") -> list[bytes]:
    """The packets as enhanced blocks."""
    return [files.enhanced(data, at, interface, order, options=options) for at, data in enumerate(PACKETS)]


def legal() -> dict[str, bytes]:
    """Name → a file that is right."""
    micro, nano, modified = files.MICROSECONDS, files.NANOSECONDS, files.MODIFIED
    found = {f"pcap, {order}, {name}": pcap(order, magic) for order in ("little", "big")
             for name, magic in (("microseconds", micro), ("nanoseconds", nano), ("modified", modified))}  # fmt: skip
    found |= {
        "pcap 2.3, lengths in order": pcap("little", micro, version=(2, 3)),
        "pcap with frame check sequences": pcap("big", micro, link=0x2400_0001),
        "pcap, a snap length of 0": pcap("little", micro, snap_length=0),
        "pcap, the largest snap length": pcap("little", micro, snap_length=0xFFFFFFFF),
        "pcap, longer on the wire": files.pcap_header() + b"".join(files.record(data, original=9000) for data in PACKETS),
        "pcap, times out of order": files.pcap_header() + b"".join(files.record(data, 99 - at) for at, data in enumerate(PACKETS)),
        "pcapng, little": pcapng(*many()),
        "pcapng, big": pcapng(*many("big"), order="big"),
        "pcapng, simple packets": pcapng(*map(files.simple, PACKETS)),
        "pcapng, obsolete packets": pcapng(*map(files.obsolete, PACKETS)),
        "pcapng, all kinds of packets": pcapng(*many()[:4], *map(files.simple, PACKETS[4:7]), *map(files.obsolete, PACKETS[7:])),
        "pcapng 1.2": files.section(version=(1, 2)) + files.interface() + b"".join(many()),
        "pcapng, nanoseconds": pcapng(*many(), options=files.option(9, b"\x09")),
        "pcapng, binary clocks": pcapng(*many(), options=files.option(9, b"\x9e")),
        "pcapng, a time offset": pcapng(*many(), options=files.option(14, struct.pack("<q", -7200))),
        "pcapng, options everywhere": pcapng(*many(options=SAID), options=files.option(2, b"eth0")),
        "pcapng, interfaces in between": pcapng(*many()[:5], files.interface(101), *many(interface=1)[5:]),
        "pcapng, unknown blocks in between": pcapng(*(files.block(90 + at, bytes(8)) + one for at, one in enumerate(many()))),
        "pcapng, names and statistics": pcapng(files.block(4, bytes(4)), *many(), files.block(5, bytes(12)), files.block(0xBAD, bytes(8))),
        "pcapng, a second section": pcapng(*many()[:5]) + pcapng(*many()[5:]),
        "pcapng, a section in the other order": pcapng(*many()[:5]) + pcapng(*many("big")[5:], order="big"),
    }
    return found


LEGAL = legal()


def test_class_16_and_17_number_of_variants() -> None:
    assert len(LEGAL) == 27
    assert len(PCAP) + sum(code is not None for _, code in PCAPNG.values()) + len(NO_CAPTURES) >= 21


@pytest.mark.parametrize("name", LEGAL)
def test_class_16_and_17_legal_variants(name: str) -> None:
    data = LEGAL[name]
    tracemalloc.start()
    try:
        packets, error = read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error is None
    assert [packet.data for packet in packets] == PACKETS
    assert peak < MEMORY


@pytest.mark.parametrize("name", LEGAL)
def test_class_19_legal_variants_compressed(name: str) -> None:
    forms = [gzip.compress(LEGAL[name])]
    library = inflate._zstd_library()
    if library is not None:
        forms.append(library.compress(LEGAL[name]))
    for data in forms:
        packets, error = read(data)
        assert error is None
        assert [packet.data for packet in packets] == PACKETS


NO_CAPTURES = {
    "nothing": (b"", "empty"),
    "a magic number alone": (files.pcap_header()[:4], "truncated"),
    "half a header": (files.pcap_header()[:13], "truncated"),
    "a magic number with its halves swapped": (b"\xc3\xd4\xa1\xb2" + files.pcap_header()[4:], "not-a-capture"),
    "a magic number off by one": (b"\xd5\xc3\xb2\xa1" + files.pcap_header()[4:], "not-a-capture"),
    "a version that is none": (files.pcap_header(version=(3, 0)), "version"),
    "reserved bits of the link type": (files.pcap_header(link=0x0030_0000), "header"),
    "a byte-order mark that is none": (files.section(mark=0x12345678), "byte-order"),
    "a section of another version": (files.section(version=(2, 0)), "version"),
    "a packet before any section": (files.enhanced(b"abc"), "not-a-capture"),
    "a packet before any interface": (files.section() + files.enhanced(b"abc"), "interface"),
    "zeros": (bytes(4096), "not-a-capture"),
    "text": (b"GET / HTTP/1.1\r\n" * 9, "not-a-capture"),
}


@pytest.mark.parametrize("name", NO_CAPTURES)
def test_class_16_and_17_headers_that_lie(name: str) -> None:
    data, code = NO_CAPTURES[name]
    packets, error = read(data)
    assert not packets
    assert error is not None
    assert error.code == code
    assert 0 <= error.byte_offset <= len(data)


@pytest.mark.parametrize("name", LEGAL)
def test_class_18_every_variant_cut(name: str) -> None:
    """Ten packets, cut at every third byte: those that are whole are delivered, then comes one error, if any."""
    data = LEGAL[name]
    delivered = []
    for size in range(0, len(data), 3):
        packets, error = read(data[:size])
        assert [packet.data for packet in packets] == PACKETS[: len(packets)]
        if error is not None:
            assert error.code in ("truncated", "empty")
            assert error.packet in (None, len(packets) + 1)
            assert error.byte_offset <= size
        delivered.append(len(packets))
    assert delivered == sorted(delivered)
    assert set(delivered) == set(range(10)) | ({10} & set(delivered))
