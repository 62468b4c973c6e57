"""pcapng files: sections, interfaces, clocks, and the kinds of blocks."""

from __future__ import annotations

import io
import struct
from typing import Any, Literal

import pytest

from bitwright import capture
from bitwright.capture import CaptureLimits, Interface, Section, pcapng_format
from tests.capture import files
from tests.capture.files import block, enhanced, interface, obsolete, option, section, simple
from tests.capture.reading import read, refusal, whole


def interfaces(data: bytes) -> list[Interface]:
    with capture.open(io.BytesIO(data)) as reader:
        list(reader)
        return reader.interfaces


@pytest.mark.parametrize("order", ["little", "big"])
def test_enhanced_packets_in_both_byte_orders(order: str) -> None:
    packets = whole(files.pcapng(files.PACKETS, order))
    assert [packet.data for packet in packets] == files.PACKETS
    assert [packet.timestamp_ns for packet in packets] == files.TIMES
    assert [packet.number for packet in packets] == list(range(1, 11))


@pytest.mark.parametrize("order", ["little", "big"])
def test_simple_packets_have_no_time_and_belong_to_the_first_interface(order: str) -> None:
    data = section(order) + interface(101, order) + interface(1, order) + simple(b"abcde", order)
    (packet,) = whole(data)
    assert (packet.timestamp_ns, packet.interface, packet.link_type) == (None, 0, 101)
    assert (packet.captured, packet.original, packet.data) == (5, 5, b"abcde")


def test_simple_packets_are_cut_by_the_interfaces_snap_length() -> None:
    (packet,) = whole(section() + interface(snap_length=5) + simple(b"abcde", original=1500))
    assert (packet.captured, packet.original, packet.data) == (5, 1500, b"abcde")


@pytest.mark.parametrize("order", ["little", "big"])
def test_obsolete_packet_blocks(order: str) -> None:
    data = section(order) + interface(1, order) + interface(113, order) + obsolete(b"abc", 5_000_001, 1, order)
    (packet,) = whole(data)
    assert (packet.data, packet.timestamp_ns, packet.interface, packet.link_type) == (b"abc", 5_000_001_000, 1, 113)


def test_every_interface_has_its_link_type_and_clock() -> None:
    nanoseconds = option(9, b"\x09")
    milliseconds = option(9, b"\x03")
    binary = option(9, b"\x8a")  # 1/1024 s
    data = section() + interface(1) + interface(101, options=nanoseconds)
    data += interface(113, options=milliseconds) + interface(0, options=binary)
    data += enhanced(b"a", 7, 0) + enhanced(b"b", 7, 1) + enhanced(b"c", 7, 2) + enhanced(b"d", 1536, 3)
    assert [(p.link_type, p.timestamp_ns) for p in whole(data)] == [(1, 7_000), (101, 7), (113, 7_000_000), (0, 1_500_000_000)]
    assert [i.ticks_per_second for i in interfaces(data)] == [10**6, 10**9, 10**3, 1024]


def test_clocks_finer_than_nanoseconds_are_rounded_down() -> None:
    data = section() + interface(options=option(9, b"\x0c")) + enhanced(b"a", 1_999)
    assert whole(data)[0].timestamp_ns == 1


@pytest.mark.parametrize("code", [0, 0x7F, 0xFF, 0x80])
def test_extreme_clocks_are_exact(code: int) -> None:
    data = section() + interface(options=option(9, bytes([code]))) + enhanced(b"a", 3)
    per_second = (2 if code & 0x80 else 10) ** (code & 0x7F)
    assert whole(data)[0].timestamp_ns == 3 * 10**9 // per_second


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_the_time_offset_is_added(seconds: int) -> None:
    data = section() + interface(options=option(14, struct.pack("<q", seconds))) + enhanced(b"a", 10_000 * 1_000_000)
    assert whole(data)[0].timestamp_ns == (10_000 + seconds) * 10**9


def test_interface_names_and_what_follows_the_end_of_options() -> None:
    options = option(2, b"eth0") + option(3, "Bürö".encode()) + option(13, b"\x04") + option(1, b"comment")
    options += option(0, b"") + option(9, b"\x09")
    (found,) = interfaces(section() + interface(options=options))
    assert (found.name, found.description, found.fcs_length, found.ticks_per_second) == ("eth0", "Bürö", 4, 10**6)


def test_names_that_are_not_utf8_are_kept_escaped() -> None:
    (found,) = interfaces(section() + interface(options=option(2, b"\xff0")))
    assert found.name == "\\xff0"


def test_sections_of_both_byte_orders_and_their_own_interfaces() -> None:
    first = section("little") + interface(1, "little") + enhanced(b"a", 1, 0, "little")
    second = section("big") + interface(101, "big") + interface(113, "big") + enhanced(b"b", 2, 1, "big")
    third = section("little") + interface(0, "little") + enhanced(b"c", 3, 0, "little")
    data = first + second + third
    assert [(p.data, p.interface, p.link_type, p.timestamp_ns) for p in whole(data)] == [
        (b"a", 0, 1, 1000), (b"b", 2, 113, 2000), (b"c", 3, 0, 3000),
    ]  # fmt: skip
    assert [(i.section, i.number_in_section) for i in interfaces(data)] == [(0, 0), (1, 0), (1, 1), (2, 0)]


def test_blocks_without_packets_are_skipped_known_or_not() -> None:
    others = b"".join(block(kind, bytes(8)) for kind in (4, 5, 10, 0xBAD, 0x40000BAD, 0x12345678, 0x80000001))
    data = section() + others + interface() + others + enhanced(b"abc", 1) + others
    assert [packet.data for packet in whole(data)] == [b"abc"]


def test_options_of_a_packet_are_passed_over() -> None:
    data = section() + interface() + enhanced(b"abc", 1, options=option(1, b"comment") + option(0, b"")) + enhanced(b"d", 2)
    assert [packet.data for packet in whole(data)] == [b"abc", b"d"]


def test_options_of_the_section_header_do_not_matter() -> None:
    broken = struct.pack("<HH", 4, 9999) + b"abcd"
    assert [packet.data for packet in whole(section(options=broken) + interface() + enhanced(b"abc"))] == [b"abc"]


@pytest.mark.parametrize("length", [0, 4, 8, 11, 13, 30, 16 * 1024 * 1024 + 4, 0xFFFFFFFC])
def test_impossible_block_lengths_are_damage(length: int) -> None:
    good = files.pcapng(files.PACKETS[:2])
    packets, error = read(good + block(6, bytes(20), length=length) + bytes(64))
    assert len(packets) == 2
    assert error is not None
    assert (error.code, error.byte_offset, error.packet) == ("block-length", len(good) + 4, 3)


def test_the_second_length_must_be_the_first() -> None:
    good = files.pcapng(files.PACKETS[:2])
    packets, error = read(good + block(6, bytes(20), trailer=36) + bytes(64))
    assert len(packets) == 2
    assert error is not None
    assert (error.code, error.byte_offset) == ("block-length", len(good) + 28)


@pytest.mark.parametrize("announced", [5, 1 << 20, 0xFFFFFFFF])
def test_a_packet_longer_than_its_block_is_damage(announced: int) -> None:
    start = section() + interface()
    packets, error = read(start + enhanced(b"abcd", captured=announced))
    assert packets == []
    assert error is not None
    assert (error.code, error.byte_offset) == ("packet-length", len(start) + 8)
    assert refusal(start + simple(b"abcd", original=announced)).code == "packet-length"


def test_a_packet_block_too_short_for_its_fixed_part_is_damage() -> None:
    assert refusal(section() + interface() + block(6, bytes(16))).code == "packet-length"
    assert refusal(section() + interface() + block(3, b"")).code == "header"


@pytest.mark.parametrize("packet", [enhanced(b"a", 0, 1), obsolete(b"a", 0, 1), enhanced(b"a", 0, 0xFFFFFFFF)])
def test_packets_of_interfaces_that_are_not_described_are_damage(packet: bytes) -> None:
    error = refusal(section() + interface() + packet)
    assert error.code == "interface"


def test_a_section_does_not_inherit_interfaces() -> None:
    data = section() + interface() + enhanced(b"a") + section() + enhanced(b"b")
    packets, error = read(data)
    assert len(packets) == 1
    assert error is not None
    assert (error.code, error.packet) == ("interface", 2)
    assert refusal(section() + simple(b"a")).code == "interface"


@pytest.mark.parametrize("version", [(0, 1), (1, 1), (2, 0)])
def test_unknown_versions_are_refused(version: tuple[int, int]) -> None:
    error = refusal(section(version=version) + interface() + enhanced(b"a"))
    assert (error.code, error.byte_offset) == ("version", 12)


def test_version_1_2_was_written_by_mistake_and_is_read() -> None:
    assert len(whole(section(version=(1, 2)) + interface() + enhanced(b"a"))) == 1


def test_a_wrong_byte_order_mark_is_refused() -> None:
    error = refusal(section(mark=0x12345678) + interface())
    assert (error.code, error.byte_offset) == ("byte-order", 8)
    good = files.pcapng(files.PACKETS[:1])
    packets, later = read(good + section(mark=0))
    assert len(packets) == 1
    assert later is not None
    assert (later.code, later.byte_offset) == ("byte-order", len(good) + 8)


@pytest.mark.parametrize("options", [
    struct.pack("<HH", 9, 2) + bytes(4),  # a resolution of two bytes
    struct.pack("<HH", 9, 200) + bytes(4),  # one that overruns the block
    struct.pack("<HH", 14, 4) + bytes(4),  # an offset of four bytes
])  # fmt: skip
def test_interface_options_that_do_not_fit_are_damage(options: bytes) -> None:
    start = section()
    error = refusal(start + interface(options=options) + enhanced(b"a"))
    assert error.code == "header"
    assert len(start) + 16 <= error.byte_offset <= len(start) + 16 + len(options)


def test_the_block_limit_can_be_chosen() -> None:
    data = section() + interface() + enhanced(bytes(1000))
    assert refusal(data, CaptureLimits(block=512)).code == "block-length"


# --- what blocks say besides packets -----------------------------------------------------------------


@pytest.mark.parametrize("order", ["little", "big"])
def test_sections_and_interfaces_say_who_wrote_them(order: str) -> None:
    about = option(1, b"caf\xc3\xa9", order) + option(2, b"a machine", order) + option(3, b"Linux", order) + option(4, b"dumpcap", order)
    link = option(2, b"eth0", order) + option(12, b"Linux 6", order) + option(11, b"\0udp port 53", order) + option(1, b"x\xff", order)
    data = section(order, options=about) + interface(1, order, options=link)
    with capture.open(io.BytesIO(data)) as reader:
        assert list(reader) == []
        assert reader.sections == [Section(order, "a machine", "Linux", "dumpcap", ("café",))]  # type: ignore[arg-type]  # parametrized
        [found] = reader.interfaces
    assert (found.name, found.os, found.filter, found.comments) == ("eth0", "Linux 6", "udp port 53", ("x\\xff",))


def test_options_after_the_end_are_not_read() -> None:
    [found] = interfaces(section() + interface(options=option(2, b"a") + option(0, b"") + option(2, b"b")))
    assert found.name == "a"


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("name", ["statistics", "names", "secrets", "custom", "flags", "addresses"])
def test_blocks_and_options_are_declared(name: str, order: Literal["little", "big"]) -> None:
    """Each as the bytes that others write, read and built again."""
    pack = files.ORDERS[order]
    counts = option(4, struct.pack(pack + "Q", 9), order) + option(2, struct.pack(pack + "II", 1, 2), order) + option(0, b"", order)
    host = struct.pack(pack + "HH", 1, 14) + bytes([192, 0, 2, 1]) + b"a.example\0" + bytes(2) + bytes(4)
    link = option(4, bytes([192, 0, 2, 1, 255, 255, 255, 0]), order) + option(6, bytes(6), order)
    link += option(8, struct.pack(pack + "Q", 10**9), order)
    data = {
        "statistics": block(5, struct.pack(pack + "III", 0, 1, 2) + counts, order),
        "names": block(4, host, order),
        "secrets": block(10, struct.pack(pack + "II", 0x544C534B, 5) + b"hello" + bytes(3), order),
        "custom": block(0xBAD, struct.pack(pack + "I", 32473) + b"anything", order),
        "flags": enhanced(b"abc", order=order, options=option(2, struct.pack(pack + "I", 0x0102_0085), order)),
        "addresses": interface(1, order, options=link),
    }[name]
    read = pcapng_format.Block.codec()
    found: Any = read.parse(data, endian=order)
    assert read.build(found, endian=order) == data
    assert not isinstance(found.body, pcapng_format.OpaqueBlock)
    match name:
        case "statistics":
            assert [found.body.options[0].body.packets, found.body.options[1].body.ticks] == [9, 2**32 + 2]
        case "names":
            assert [record.value for record in found.body.records] == [bytes([192, 0, 2, 1]) + b"a.example\0", b""]
        case "secrets":
            assert found.body.secrets == b"hello"
        case "custom":
            assert found.body.enterprise == 32473
        case "flags":
            flags = found.body.options[0].body
            assert (flags.direction, flags.reception, flags.fcs_length, flags.link_errors) == (1, 1, 4, 0x0102)
        case "addresses":
            assert str(found.body.options[0].body.address) == "192.0.2.1"
            assert found.body.options[2].body.bits_per_second == 10**9
