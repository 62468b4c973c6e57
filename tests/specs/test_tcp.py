"""TCP header, options and checksum."""

from __future__ import annotations

import pytest

from bitwright import IPv4Address
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.tcp import (
    TCP,
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    OptionKind,
    Sack,
    SackBlock,
    SackPermitted,
    Timestamps,
    UnknownOption,
    WindowScale,
)
from tests.specs.wire import Wire

SYN = "c00000350102030400000000a002faf058360000" + "020405b4" + "0402" + "080a1122334400000000" + "01" + "030307"
SELECTIVE = "c00000350000000500000009a0102000894a0000" + "0101" + "0512" + "00000064000000c8" + "0000012c00000190"
BARE = "c0000035000000050000000950102000" + "00000000"
LAYER_BELOW = IPv4(src=IPv4Address("192.0.2.1"), dst=IPv4Address("198.51.100.2"), protocol=IPProtocol.TCP)
PSEUDO = LAYER_BELOW.pseudo_header(6, 40)


def with_options(octets: str) -> str:
    """A header with an octet string as its options."""
    return BARE[:24] + f"{5 + len(octets) // 8:x}" + BARE[25:] + octets


def test_syn(wire: Wire) -> None:
    segment = wire.read(TCP, SYN, pseudo_header=PSEUDO)
    assert (segment.src_port, segment.dst_port) == (49152, 53)
    assert (segment.sequence_number, segment.acknowledgment_number) == (0x01020304, 0)
    assert (segment.data_offset, segment.header_length, segment.window, segment.urgent_pointer) == (10, 40, 64240, 0)
    assert segment.syn
    assert not any([segment.ack, segment.fin, segment.rst, segment.psh, segment.urg, segment.ece, segment.cwr, segment.ae])
    assert [option.body for option in segment.options] == [
        MaximumSegmentSize(size=1460),
        SackPermitted(),
        Timestamps(value=0x11223344, echo_reply=0),
        NoOperation(),
        WindowScale(shift=7),
    ]


def test_checksum(wire: Wire) -> None:
    assert wire.codes(TCP, SYN, pseudo_header=PSEUDO) == []
    assert wire.codes(TCP, SYN.replace("faf0", "faf1"), pseudo_header=PSEUDO) == [("checksum", "checksum")]
    assert wire.codes(TCP, SYN.replace("faf0", "faf1")) == []


def test_build_derives_offset_and_checksum(wire: Wire) -> None:
    options = [MaximumSegmentSize(size=1460), SackPermitted(), Timestamps(value=0x11223344), NoOperation(), WindowScale(shift=7)]
    segment = TCP(
        src_port=49152, dst_port=53, sequence_number=0x01020304, syn=True, window=64240, options=[Option(body=body) for body in options]
    )
    assert wire.build(segment, pseudo_header=PSEUDO).hex() == SYN


def test_build_needs_the_pseudo_header_or_the_checksum(wire: Wire) -> None:
    segment = TCP(src_port=49152, dst_port=53, sequence_number=5, acknowledgment_number=9, ack=True, window=8192)
    error = wire.unbuildable(segment)
    assert (error.code, error.path) == ("unsolved", "checksum")
    assert wire.build(segment.replace(checksum=0)).hex() == BARE


@pytest.mark.parametrize(
    ("bit", "name"), [(7, "ae"), (8, "cwr"), (9, "ece"), (10, "urg"), (11, "ack"), (12, "psh"), (13, "rst"), (14, "syn"), (15, "fin")]
)
def test_flags(wire: Wire, bit: int, name: str) -> None:
    segment = wire.parse(TCP, BARE[:24] + f"{0x5000 | 0x8000 >> bit:04x}" + BARE[28:])
    flags = ["ae", "cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"]
    assert [flag for flag in flags if getattr(segment, flag)] == [name]


def test_reserved_bits_are_a_finding(wire: Wire) -> None:
    assert wire.codes(TCP, BARE[:24] + "5810" + BARE[28:]) == [("reserved-bits", "reserved_bits")]


def test_selective_acknowledgment(wire: Wire) -> None:
    segment = wire.read(TCP, SELECTIVE, pseudo_header=PSEUDO)
    blocks = [SackBlock(left_edge=100, right_edge=200), SackBlock(left_edge=300, right_edge=400)]
    assert segment.options[2] == Option(kind=OptionKind.SACK, body=Sack(length=18, blocks=blocks))


def test_end_of_options_keeps_what_follows(wire: Wire) -> None:
    segment = wire.parse(TCP, with_options("01" + "00" + "020f"))
    assert [option.body for option in segment.options] == [NoOperation(), EndOfOptions(padding=b"\x02\x0f")]


def test_unknown_option_is_kept(wire: Wire) -> None:
    segment = wire.parse(TCP, with_options("1e0400ff" + "fd020101"))
    assert segment.options[0] == Option(kind=OptionKind.MULTIPATH, body=UnknownOption(length=4, data=b"\x00\xff"))
    assert segment.options[1].kind is OptionKind.EXPERIMENT_1


@pytest.mark.parametrize("length", [0, 1])
def test_option_length_below_two_is_refused(wire: Wire, length: int) -> None:
    error = wire.refuse(TCP, with_options(f"1e{length:02x}0000"))
    assert (error.code, error.path) == ("check", "options[0].body.length")


def test_option_of_wrong_length_is_refused(wire: Wire) -> None:
    error = wire.refuse(TCP, with_options("020505b4" + "00000000"))
    assert (error.code, error.path) == ("const", "options[0].body.length")


def test_half_a_sack_block_is_refused(wire: Wire) -> None:
    error = wire.refuse(TCP, with_options("0506" + "00000064" + "0101"))
    assert (error.code, error.path) == ("truncated", "options[0].body.blocks[0].right_edge")


def test_option_beyond_the_header_is_refused(wire: Wire) -> None:
    error = wire.refuse(TCP, with_options("1e050000") + "ff")
    assert (error.code, error.path) == ("truncated", "options[0].body.data")


@pytest.mark.parametrize("offset", range(5))
def test_data_offset_below_five_is_refused(wire: Wire, offset: int) -> None:
    error = wire.refuse(TCP, BARE[:24] + f"{offset:x}" + BARE[25:])
    assert (error.code, error.path) == ("check", "data_offset")


def test_data_offset_beyond_the_segment_is_refused(wire: Wire) -> None:
    error = wire.refuse(TCP, BARE[:24] + "f" + BARE[25:])
    assert (error.code, error.path, error.needed, error.available) == ("truncated", "options", 40, 0)


def test_options_of_six_bytes_are_refused_when_building(wire: Wire) -> None:
    options = [Option(body=MaximumSegmentSize(size=1460)), Option(body=SackPermitted())]
    error = wire.unbuildable(TCP(src_port=1, dst_port=2, options=options))
    assert (error.code, error.path) == ("unsolved", "data_offset")


def test_more_than_40_bytes_of_options_are_refused_when_building(wire: Wire) -> None:
    error = wire.unbuildable(TCP(src_port=1, dst_port=2, options=[Option(body=NoOperation())] * 44))
    assert (error.code, error.path) == ("range", "data_offset")


def test_cut(wire: Wire) -> None:
    wire.cut(TCP, SYN)
    wire.cut(TCP, BARE + "ffff", fixed=20)
