"""The options of pcapng blocks, declared (draft-ietf-opsawg-pcapng, sections 3.5 and 4).

An option is a code, a length, a value and padding to 32 bits.  Each kind of block has its own codes, so each has
an open union of values here: a subclass with `tag=` adds one.  Codes that are not declared keep their bytes.
"""

from __future__ import annotations

from bitwright import (
    IPv4Address,
    IPv6Address,
    MACAddress,
    OpenEnum,
    Struct,
    align,
    array,
    auto,
    ipv4,
    ipv6,
    mac,
    raw,
    u8,
    u16,
    u32,
    u64,
    variant,
)  # fmt: skip
from bitwright import i32 as signed32
from bitwright import i64 as signed64


class Option(Struct, endian="inherit"):
    """An option of any block, its value as bytes (section 3.5)."""

    code: int = u16()
    length: int = auto(u16())
    value: bytes = raw(size=length, default=b"")
    _gap = align(4)


class Options(Struct, endian="inherit"):
    """All options of a block, with nothing asked of their values."""

    options: list[Option] = array(Option, default=[])


# --- a Section Header Block ---


class SectionOptionCode(OpenEnum):
    """Options of a Section Header Block (section 4.1)."""

    END = 0
    COMMENT = 1
    HARDWARE = 2
    OS = 3
    APPLICATION = 4


class SectionOptionBody(Struct, endian="inherit"):
    """The value of an option of a Section Header Block."""


class SectionText(
    SectionOptionBody,
    tag=(
        SectionOptionCode.COMMENT,
        SectionOptionCode.HARDWARE,
        SectionOptionCode.OS,
        SectionOptionCode.APPLICATION,
    ),
):
    """opt_comment, shb_hardware, shb_os, shb_userappl: who wrote the section, on what; UTF-8."""

    text: bytes = raw()


class UnknownSectionOption(SectionOptionBody):
    """A value of any other code."""

    value: bytes = raw(default=b"")


class SectionOption(Struct, endian="inherit"):
    """An option of a Section Header Block."""

    code: SectionOptionCode = auto(u16(SectionOptionCode))
    length: int = auto(u16())
    body: SectionOptionBody = variant(SectionOptionBody, on=code, unknown=UnknownSectionOption, size=length)
    _gap = align(4)


# --- an Interface Description Block ---


class InterfaceOptionCode(OpenEnum):
    """Options of an Interface Description Block (section 4.2)."""

    END = 0
    COMMENT = 1
    NAME = 2
    DESCRIPTION = 3
    IPV4_ADDRESS = 4
    IPV6_ADDRESS = 5
    MAC_ADDRESS = 6
    EUI_ADDRESS = 7
    SPEED = 8
    TIME_RESOLUTION = 9
    TIME_ZONE = 10
    FILTER = 11
    OS = 12
    FCS_LENGTH = 13
    TIME_OFFSET = 14
    HARDWARE = 15
    TRANSMIT_SPEED = 16
    RECEIVE_SPEED = 17
    TIME_ZONE_NAME = 18


class InterfaceOptionBody(Struct, endian="inherit"):
    """The value of an option of an Interface Description Block."""


class InterfaceText(
    InterfaceOptionBody,
    tag=(
        InterfaceOptionCode.COMMENT,
        InterfaceOptionCode.NAME,
        InterfaceOptionCode.DESCRIPTION,
        InterfaceOptionCode.OS,
        InterfaceOptionCode.HARDWARE,
        InterfaceOptionCode.TIME_ZONE_NAME,
    ),
):
    """opt_comment, if_name, if_description, if_os, if_hardware, if_iana_tzname; UTF-8."""

    text: bytes = raw()


class InterfaceIPv4(InterfaceOptionBody, tag=InterfaceOptionCode.IPV4_ADDRESS):
    """if_IPv4addr: an address of the interface and its netmask."""

    address: IPv4Address = ipv4()
    netmask: IPv4Address = ipv4()


class InterfaceIPv6(InterfaceOptionBody, tag=InterfaceOptionCode.IPV6_ADDRESS):
    """if_IPv6addr: an address of the interface and its prefix length."""

    address: IPv6Address = ipv6()
    prefix_length: int = u8()


class InterfaceMAC(InterfaceOptionBody, tag=InterfaceOptionCode.MAC_ADDRESS):
    """if_MACaddr: the hardware address."""

    address: MACAddress = mac()


class InterfaceEUI(InterfaceOptionBody, tag=InterfaceOptionCode.EUI_ADDRESS):
    """if_EUIaddr: the EUI-64 hardware address."""

    address: bytes = raw(size=8)


class InterfaceSpeed(
    InterfaceOptionBody,
    tag=(
        InterfaceOptionCode.SPEED,
        InterfaceOptionCode.TRANSMIT_SPEED,
        InterfaceOptionCode.RECEIVE_SPEED,
    ),
):
    """if_speed, if_txspeed, if_rxspeed: bits per second."""

    bits_per_second: int = u64()


class TimeResolution(InterfaceOptionBody, tag=InterfaceOptionCode.TIME_RESOLUTION):
    """if_tsresol: ticks are 10 to the minus `exponent` seconds, or, with the high bit set, 2 to the minus its low 7 bits."""

    code: int = u8()
    is_binary = code >> 7
    exponent = code & 0x7F


class TimeZone(InterfaceOptionBody, tag=InterfaceOptionCode.TIME_ZONE):
    """if_tzone: seconds from UTC, as old writers meant it; obsolete, readers ignore it."""

    seconds: int = signed32()


class CaptureFilter(InterfaceOptionBody, tag=InterfaceOptionCode.FILTER):
    """if_filter: the filter while capturing; kind 0 is text of libpcap, kind 1 a program for BPF."""

    kind: int = u8()
    program: bytes = raw()


class FCSLength(InterfaceOptionBody, tag=InterfaceOptionCode.FCS_LENGTH):
    """if_fcslen: bytes of frame check sequence at each frame's end."""

    length: int = u8()


class TimeOffset(InterfaceOptionBody, tag=InterfaceOptionCode.TIME_OFFSET):
    """if_tsoffset: seconds to add to every timestamp."""

    seconds: int = signed64()


class UnknownInterfaceOption(InterfaceOptionBody):
    """A value of any other code."""

    value: bytes = raw(default=b"")


class InterfaceOption(Struct, endian="inherit"):
    """An option of an Interface Description Block."""

    code: InterfaceOptionCode = auto(u16(InterfaceOptionCode))
    length: int = auto(u16())
    body: InterfaceOptionBody = variant(InterfaceOptionBody, on=code, unknown=UnknownInterfaceOption, size=length)
    _gap = align(4)


# --- an Enhanced Packet Block ---


class PacketOptionCode(OpenEnum):
    """Options of an Enhanced Packet Block (section 4.3), and, as far as it has them, of the obsolete Packet Block."""

    END = 0
    COMMENT = 1
    FLAGS = 2
    HASH = 3
    DROP_COUNT = 4
    PACKET_ID = 5
    QUEUE = 6
    VERDICT = 7
    PROCESS_THREAD = 8


class PacketOptionBody(Struct, endian="inherit"):
    """The value of an option of an Enhanced Packet Block."""


class PacketComment(PacketOptionBody, tag=(PacketOptionCode.COMMENT,)):
    """opt_comment: what somebody wrote about the packet; UTF-8."""

    text: bytes = raw()


class PacketFlags(PacketOptionBody, tag=PacketOptionCode.FLAGS):
    """epb_flags: direction (1 inbound, 2 outbound), reception type, frame check sequence bytes, errors of the link layer."""

    word: int = u32()
    direction = word & 3
    reception = (word >> 2) & 7
    fcs_length = (word >> 5) & 15
    link_errors = word >> 16


class PacketHash(PacketOptionBody, tag=PacketOptionCode.HASH):
    """epb_hash: an algorithm (2 CRC-32, 3 MD5, 4 SHA-1, 5 Toeplitz) and its result over the packet."""

    algorithm: int = u8()
    digest: bytes = raw()


class DropCount(PacketOptionBody, tag=PacketOptionCode.DROP_COUNT):
    """epb_dropcount: packets lost between this and the one before."""

    packets: int = u64()


class PacketID(PacketOptionBody, tag=PacketOptionCode.PACKET_ID):
    """epb_packetid: the same for the same packet seen at several places."""

    id: int = u64()


class Queue(PacketOptionBody, tag=PacketOptionCode.QUEUE):
    """epb_queue: the queue of the interface that the packet came by."""

    queue: int = u32()


class Verdict(PacketOptionBody, tag=PacketOptionCode.VERDICT):
    """epb_verdict: what was decided about the packet; kind 0 hardware, 1 Linux eBPF TC, 2 Linux eBPF XDP."""

    kind: int = u8()
    verdict: bytes = raw()


class UnknownPacketOption(PacketOptionBody):
    """A value of any other code."""

    value: bytes = raw(default=b"")


class PacketOption(Struct, endian="inherit"):
    """An option of an Enhanced Packet Block."""

    code: PacketOptionCode = auto(u16(PacketOptionCode))
    length: int = auto(u16())
    body: PacketOptionBody = variant(PacketOptionBody, on=code, unknown=UnknownPacketOption, size=length)
    _gap = align(4)


# --- an Interface Statistics Block ---


class StatisticsOptionCode(OpenEnum):
    """Options of an Interface Statistics Block (section 4.6)."""

    END = 0
    COMMENT = 1
    START_TIME = 2
    END_TIME = 3
    RECEIVED = 4
    DROPPED = 5
    FILTER_ACCEPTED = 6
    OS_DROPPED = 7
    DELIVERED = 8


class StatisticsOptionBody(Struct, endian="inherit"):
    """The value of an option of an Interface Statistics Block."""


class StatisticsComment(StatisticsOptionBody, tag=(StatisticsOptionCode.COMMENT,)):
    """opt_comment; UTF-8."""

    text: bytes = raw()


class StatisticsTime(StatisticsOptionBody, tag=(StatisticsOptionCode.START_TIME, StatisticsOptionCode.END_TIME)):
    """isb_starttime, isb_endtime: when the capture began and ended, in the interface's ticks."""

    timestamp_high: int = u32()
    timestamp_low: int = u32()
    ticks = (timestamp_high << 32) | timestamp_low


class PacketCount(
    StatisticsOptionBody,
    tag=(
        StatisticsOptionCode.RECEIVED,
        StatisticsOptionCode.DROPPED,
        StatisticsOptionCode.FILTER_ACCEPTED,
        StatisticsOptionCode.OS_DROPPED,
        StatisticsOptionCode.DELIVERED,
    ),
):
    """isb_ifrecv, isb_ifdrop, isb_filteraccept, isb_osdrop, isb_usrdeliv: how many packets."""

    packets: int = u64()


class UnknownStatisticsOption(StatisticsOptionBody):
    """A value of any other code."""

    value: bytes = raw(default=b"")


class StatisticsOption(Struct, endian="inherit"):
    """An option of an Interface Statistics Block."""

    code: StatisticsOptionCode = auto(u16(StatisticsOptionCode))
    length: int = auto(u16())
    body: StatisticsOptionBody = variant(StatisticsOptionBody, on=code, unknown=UnknownStatisticsOption, size=length)
    _gap = align(4)
