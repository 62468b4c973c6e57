"""A Bluetooth LE advertising packet: Core Specification 5.4, volume 6, part B, 2.1 and 2.3; its data in volume 3, part C, 11."""

from bitwright import OpenEnum, Struct, array, auto, bits, checksum, flag, nested, raw, reserved, span, text, u8, u16, u24, u32, variant
from bitwright.checksum import crc24_ble


class PDUType(OpenEnum):
    ADV_IND = 0
    ADV_NONCONN_IND = 2
    SCAN_REQ = 3
    SCAN_RSP = 4
    ADV_SCAN_IND = 6


class Data(Struct, endian="little"):
    """What an advertising data structure holds; a subclass with `tag=` adds a type."""


class Flags(Data, tag=1, bit_order="lsb"):
    limited_discoverable: bool = flag(default=False)
    general_discoverable: bool = flag(default=True)
    no_classic: bool = flag(default=True)
    controller_both: bool = flag(default=False)
    host_both: bool = flag(default=False)
    _reserved: int = reserved(3)


class Services(Data, tag=(3, 2), endian="little"):
    uuids: list[int] = array(u16())


class LocalName(Data, tag=(9, 8)):
    name: str = text()


class Other(Data):
    data: bytes = raw(default=b"")


class Element(Struct):
    length: int = auto(u8())
    type: int = auto(u8())
    data: Data = variant(Data, on=type, unknown=Other, size=length - 1)


class PDU(Struct, bit_order="lsb"):
    type: PDUType = bits(4, PDUType)
    _reserved: int = reserved(1)
    channel_selection: bool = flag(default=False)
    random_sender: bool = flag(default=False)
    random_receiver: bool = flag(default=False)
    length: int = auto(u8())
    address: bytes = raw(size=6, doc="of the advertiser, last byte first")
    elements: list[Element] = array(Element, size=length - 6)


class Packet(Struct, endian="little"):
    access_address: int = u32(default=0x8E89BED6)
    pdu: PDU = nested(PDU)
    crc: int = checksum(u24(), crc24_ble, over=span(pdu))
