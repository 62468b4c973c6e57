"""caterpillar: IPv4 and TCP headers; this module has no postponed annotations, for caterpillar evaluates them."""

# mypy: disable-error-code="valid-type, name-defined, syntax"
# pyright: reportInvalidTypeForm=false, reportGeneralTypeIssues=false

from typing import Any

from benchmarks.declared.caterpillar_ import BIG_ENDIAN, fields, model, uint16
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.ipv4_tcp import IPV4_NAMES, TCP_NAMES, Datagram, options_of
from benchmarks.peers import module

this = module("caterpillar.context").this
Bytes, uint8, uint32 = fields.Bytes, fields.uint8, fields.uint32


@model.bitfield(order=BIG_ENDIAN)
class IPv4:
    """The header: a number is the width of a run of bits."""

    version: 4
    ihl: 4
    tos: uint8
    length: uint16
    id: uint16
    flags: 3
    fragment_offset: 13
    ttl: uint8
    protocol: uint8
    checksum: uint16
    src: Bytes(4)
    dst: Bytes(4)
    options: Bytes(this.ihl * 4 - 20)


@model.bitfield(order=BIG_ENDIAN)
class TCP:
    """The header, and what is carried."""

    src_port: uint16
    dst_port: uint16
    sequence_number: uint32
    acknowledgment_number: uint32
    data_offset: 4
    reserved: 4
    flags: 8
    window: uint16
    checksum: uint16
    urgent_pointer: uint16
    options: Bytes(this.data_offset * 4 - 20)
    payload: Bytes(...)


@model.struct(order=BIG_ENDIAN)
class Packet:
    """Both."""

    ip: IPv4
    tcp: TCP


def datagram() -> Declarations:
    """Both headers, by one declaration."""
    unpack = model.unpack
    return {"caterpillar, options as bytes": Declared(lambda data: unpack(Packet, data), _seen)}


def _seen(packet: Any) -> Datagram:
    ip, tcp = packet.ip, packet.tcp
    return Datagram(
        tuple(getattr(ip, name) for name in IPV4_NAMES), options_of(ip.options), tuple(getattr(tcp, name) for name in TCP_NAMES),
        options_of(tcp.options),
    )  # fmt: skip
