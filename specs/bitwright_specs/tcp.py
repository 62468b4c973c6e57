"""Transmission Control Protocol: header and options.

RFC 9293, section 3.1; RFC 7323 (window scale, timestamps); RFC 2018 (selective acknowledgment); RFC 3168 and
RFC 9768 (ECN flags).  Options are an open union: a subclass of `OptionBody` with `tag=` joins it.
"""

from __future__ import annotations

from typing import Literal

from bitwright import (
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    check,
    checksum,
    const,
    flag,
    param,
    payload,
    raw,
    reserved,
    u8,
    u16,
    u32,
    variant,
)
from bitwright.checksum import internet


class OptionKind(OpenEnum):
    """Option kinds (IANA "Transmission Control Protocol Parameters")."""

    END_OF_OPTIONS = 0
    NO_OPERATION = 1
    MAXIMUM_SEGMENT_SIZE = 2
    WINDOW_SCALE = 3
    SACK_PERMITTED = 4
    SACK = 5
    TIMESTAMPS = 8
    MD5_SIGNATURE = 19
    USER_TIMEOUT = 28
    AUTHENTICATION = 29
    MULTIPATH = 30
    FAST_OPEN = 34
    ENCRYPTION = 69
    ACCURATE_ECN_0 = 172
    ACCURATE_ECN_1 = 174
    EXPERIMENT_1 = 253
    EXPERIMENT_2 = 254


class OptionBody(Struct):
    """What follows an option's kind; each arm but the two of one byte has the length, which counts kind and length too."""


class EndOfOptions(OptionBody, tag=OptionKind.END_OF_OPTIONS):
    """End of Option List: the rest of the header is padding (RFC 9293, section 3.2)."""

    padding: bytes = raw(default=b"")


class NoOperation(OptionBody, tag=OptionKind.NO_OPERATION):
    """No-Operation: one byte, used to align the next option (RFC 9293, section 3.2)."""


class MaximumSegmentSize(OptionBody, tag=OptionKind.MAXIMUM_SEGMENT_SIZE):
    """Maximum Segment Size in bytes (RFC 9293, section 3.7.1)."""

    length: Literal[4] = const(u8(), 4)
    size: int = u16()


class WindowScale(OptionBody, tag=OptionKind.WINDOW_SCALE):
    """Window Scale: the window is shifted left by `shift` (RFC 7323, section 2)."""

    length: Literal[3] = const(u8(), 3)
    shift: int = u8()


class SackPermitted(OptionBody, tag=OptionKind.SACK_PERMITTED):
    """SACK-Permitted (RFC 2018, section 2)."""

    length: Literal[2] = const(u8(), 2)


class SackBlock(Struct):
    """A contiguous range received: its first sequence number, and the one behind its last."""

    left_edge: int = u32()
    right_edge: int = u32()


class Sack(OptionBody, tag=OptionKind.SACK):
    """Selective acknowledgment (RFC 2018, section 3)."""

    length: int = auto(u8())
    check(length >= 2, "the length counts kind and length")
    blocks: list[SackBlock] = array(SackBlock, size=length - 2)


class Timestamps(OptionBody, tag=OptionKind.TIMESTAMPS):
    """Timestamps: the sender's clock, and the echo of the receiver's (RFC 7323, section 3)."""

    length: Literal[10] = const(u8(), 10)
    value: int = u32()
    echo_reply: int = u32(default=0)


class UnknownOption(OptionBody):
    """An option of a kind that is not declared."""

    length: int = auto(u8())
    check(length >= 2, "the length counts kind and length")
    data: bytes = raw(size=length - 2, default=b"")


class Option(Struct):
    """One option: its kind, and what the kind says (RFC 9293, section 3.1)."""

    kind: OptionKind = auto(u8(OptionKind))
    body: OptionBody = variant(OptionBody, on=kind, unknown=UnknownOption)


class TCP(Struct):
    """TCP header (RFC 9293, section 3.1).

    The checksum needs the layer below: `TCP.check(data, pseudo_header=ip.pseudo_header(6, len(data)))`, and the
    same argument to `build`, which needs it unless `checksum` is given; without it nothing is verified.  Options must fill a multiple of
    4 bytes: add `NoOperation` or `EndOfOptions`.
    """

    pseudo_header = param(bytes, default=b"")
    src_port: int = u16()
    dst_port: int = u16()
    sequence_number: int = u32(default=0)
    acknowledgment_number: int = u32(default=0)
    data_offset: int = auto(bits(4))
    header_length = data_offset * 4
    check(data_offset >= 5, "a header has at least five words")
    reserved_bits: int = reserved(3)
    ae: bool = flag(default=False)
    cwr: bool = flag(default=False)
    ece: bool = flag(default=False)
    urg: bool = flag(default=False)
    ack: bool = flag(default=False)
    psh: bool = flag(default=False)
    rst: bool = flag(default=False)
    syn: bool = flag(default=False)
    fin: bool = flag(default=False)
    window: int = u16(default=65535)
    checksum: int = checksum(u16(), internet, prefix=pseudo_header)
    urgent_pointer: int = u16(default=0)
    options: list[Option] = array(Option, size=header_length - 20, default=[])
    payload: bytes = payload()
