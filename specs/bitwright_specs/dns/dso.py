"""DNS stateful operations: TLVs instead of records (RFC 8490), and push notifications (RFC 8765).

A stateful message has opcode DSO and no records but something behind them: `DsoMessage`.
TLVs are an open union by type, as the options of EDNS are.
"""

from __future__ import annotations

from bitwright import Name, OpenEnum, Struct, array, auto, domain_name, nested, raw, u16, u32, variant
from bitwright_specs.dns.enums import Class, Type
from bitwright_specs.dns.message import Message
from bitwright_specs.dns.record import Record


class DsoType(OpenEnum):
    """Types of TLVs (RFC 8490, section 10.3; IANA)."""

    KEEPALIVE = 1
    RETRY_DELAY = 2
    ENCRYPTION_PADDING = 3
    SUBSCRIBE = 0x40
    PUSH = 0x41
    UNSUBSCRIBE = 0x42
    RECONFIRM = 0x43


class DsoValue(Struct):
    """The data of a TLV (RFC 8490, section 5.4.1)."""


class UnknownDso(DsoValue):
    """Data whose type has no structure here, as bytes; the TLV needs its `type` given."""

    data: bytes = raw(default=b"")


class DsoKeepalive(DsoValue, tag=DsoType.KEEPALIVE):
    """How long a session may be silent (RFC 8490, section 7.1)."""

    inactivity_timeout: int = u32(doc="milliseconds")
    keepalive_interval: int = u32(doc="milliseconds")


class RetryDelay(DsoValue, tag=DsoType.RETRY_DELAY):
    """When to come back after the server closes (RFC 8490, section 7.2)."""

    retry_delay: int = u32(doc="milliseconds")


class EncryptionPadding(DsoValue, tag=DsoType.ENCRYPTION_PADDING):
    """Bytes that hide the size of the message (RFC 8490, section 7.3)."""

    padding: bytes = raw(default=b"")


class Subscribe(DsoValue, tag=DsoType.SUBSCRIBE):
    """Tell changes of these records from now on (RFC 8765, section 6.2.1)."""

    name: Name = domain_name(compress=False)
    type: Type = u16(Type)
    rclass: Class = u16(Class, default=Class.IN)


class Push(DsoValue, tag=DsoType.PUSH):
    """Changed records; a ttl of 2**32 - 1 or 2**32 - 2 takes them away (RFC 8765, section 6.3.1)."""

    records: list[Record] = array(Record)


class Unsubscribe(DsoValue, tag=DsoType.UNSUBSCRIBE):
    """No more changes, please (RFC 8765, section 6.4.1)."""

    subscribe_id: int = u16(doc="the id of the message that subscribed")


class Reconfirm(DsoValue, tag=DsoType.RECONFIRM):
    """This record seems to be outdated (RFC 8765, section 6.5.1)."""

    name: Name = domain_name(compress=False)
    type: Type = u16(Type)
    rclass: Class = u16(Class, default=Class.IN)
    rdata: bytes = raw()


class DsoTlv(Struct):
    """Type, length, value (RFC 8490, section 5.4.1)."""

    type: DsoType = auto(u16(DsoType, doc="follows from the class of value"))
    length: int = auto(u16(doc="bytes of value"))
    value: DsoValue = variant(DsoValue, on=type, unknown=UnknownDso, empty=UnknownDso, size=length)


class DsoMessage(Message, origin=True):
    """Stateful message: a message without records, and TLVs (RFC 8490, section 5.4).

    Any other message reads as one without TLVs, so a reader of a mixed stream needs no other class.
    """

    tlvs: list[DsoTlv] = array(DsoTlv, default=[])


class TcpDsoMessage(Struct):
    """Stateful message in its stream, after its length (RFC 1035, section 4.2.2; RFC 8490, section 5.4)."""

    length: int = auto(u16(doc="bytes of the message"))
    message: DsoMessage = nested(DsoMessage, size=length)
