"""caterpillar: classes whose annotations are its own field types, which it evaluates: this module has no postponed annotations."""

# mypy: disable-error-code="valid-type, name-defined, syntax"
# pyright: reportInvalidTypeForm=false, reportGeneralTypeIssues=false

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import named, of_attributes
from benchmarks.peers import module

model, fields = module("caterpillar.model"), module("caterpillar.fields")
BIG_ENDIAN = module("caterpillar.byteorder").BigEndian
uint16 = fields.uint16


@model.bitfield(order=BIG_ENDIAN)
class Header:
    """A DNS header: a number is the width of a run of bits."""

    id: uint16
    qr: 1
    opcode: 4
    aa: 1
    tc: 1
    rd: 1
    ra: 1
    z: 1
    ad: 1
    cd: 1
    rcode: 4
    qdcount: uint16
    ancount: uint16
    nscount: uint16
    arcount: uint16


def header() -> Declarations:
    """A DNS header."""
    unpack, pack = model.unpack, model.pack
    return {
        "caterpillar": Declared(
            lambda data: unpack(Header, data), of_attributes, lambda value: bytes(pack(value)), lambda values: Header(**named(values))
        )
    }
