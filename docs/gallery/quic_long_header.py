"""QUIC version 1 long header packets, as far as nothing is encrypted: RFC 9000, sections 16, 17.2 and 12.2 (several in one datagram)."""

from bitwright import OpenEnum, Struct, array, auto, bits, check, const, flag, raw, u32, variant, varint
from bitwright import u8 as byte


class PacketType(OpenEnum):
    INITIAL = 0
    ZERO_RTT = 1
    HANDSHAKE = 2
    RETRY = 3


class Body(Struct):
    """What follows the connection identifiers."""


class Initial(Body, tag=PacketType.INITIAL):
    token: bytes = raw(prefix=varint("quic"), default=b"")
    protected: bytes = raw(prefix=varint("quic"), doc="packet number and payload, under header protection")


class Protected(Body, tag=(PacketType.ZERO_RTT, PacketType.HANDSHAKE)):
    protected: bytes = raw(prefix=varint("quic"), doc="packet number and payload, under header protection")


class Retry(Body, tag=PacketType.RETRY):
    token_and_tag: bytes = raw(doc="the last 16 bytes are the integrity tag")


class LongHeader(Struct):
    header_form: int = const(bits(1), 1)
    fixed_bit: bool = flag(default=True)
    packet_type: PacketType = auto(bits(2, PacketType))
    protected_bits: int = bits(4, default=0, doc="reserved bits and packet number length, under header protection")
    version: int = u32(default=1)
    check(version == 1, "other versions have another layout after the connection identifiers")
    destination_id: bytes = raw(prefix=byte())
    source_id: bytes = raw(prefix=byte())
    body: Body = variant(Body, on=packet_type)


class Datagram(Struct):
    packets: list[LongHeader] = array(LongHeader)
