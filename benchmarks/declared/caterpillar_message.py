"""caterpillar: whole DNS messages; this module has no postponed annotations, for caterpillar evaluates them."""

# mypy: disable-error-code="valid-type, name-defined, syntax, misc, type-arg"
# pyright: reportInvalidTypeForm=false, reportGeneralTypeIssues=false

from typing import Any

from benchmarks.declared import dns_message as plain
from benchmarks.declared.caterpillar_ import BIG_ENDIAN, Header, fields, model, uint16
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_message import seen, strings_of
from benchmarks.peers import module

this = module("caterpillar.context").this
Bytes, Field, uint32 = fields.Bytes, fields.Field, fields.uint32
POINTER = 0xC0


class NameField(fields.FieldStruct):
    """A domain name to its text: a field of one's own, which is what caterpillar has for what follows pointers."""

    def __type__(self) -> type:
        return str

    def __size__(self, context: Any) -> int:
        raise module("caterpillar.exception").DynamicSizeError("a name", context)

    def unpack_single(self, context: Any) -> str:
        """Labels, up to an empty one; where a pointer stands, they go on at what it points to."""
        stream = context["_io"]
        after, labels = None, []
        while length := stream.read(1)[0]:
            if length >= POINTER:
                target = (length & 0x3F) << 8 | stream.read(1)[0]
                after = stream.tell() if after is None else after
                stream.seek(target)
            else:
                labels.append(stream.read(length).decode("latin-1"))
        if after is not None:
            stream.seek(after)
        return ".".join(labels)


Name = NameField()


@model.struct(order=BIG_ENDIAN)
class SOA:
    """Start of a zone of authority."""

    mname: Name
    rname: Name
    serial: uint32
    refresh: uint32
    retry: uint32
    expire: uint32
    minimum: uint32


@model.struct(order=BIG_ENDIAN)
class MX:
    """Mail exchange."""

    preference: uint16
    exchange: Name


@model.struct(order=BIG_ENDIAN)
class Question:
    """What is asked."""

    name: Name
    type: uint16
    klass: uint16


def _kind(context: Any) -> int:
    """The type of a record; dynamic updates have records without data."""
    record = context["_obj"]
    return int(record.type) if record.rdlength else 0


KNOWN = {plain.NS: Name, plain.CNAME: Name, plain.PTR: Name, plain.SOA: SOA, plain.MX: MX}


@model.struct(order=BIG_ENDIAN)
class Record:
    """A record; the data of types that are not known stays bytes, and that of TXT and OPT, too."""

    name: Name
    type: uint16
    klass: uint16
    ttl: uint32
    rdlength: uint16
    data: Field(_kind) >> {**KNOWN, fields.DEFAULT_OPTION: Bytes(this.rdlength)}


@model.struct(order=BIG_ENDIAN)
class Message:
    """A message."""

    header: Header
    questions: Question[this.header.qdcount]
    answers: Record[this.header.ancount]
    authorities: Record[this.header.nscount]
    additionals: Record[this.header.arcount]


def message() -> Declarations:
    """Whole messages of the commoner record types."""
    unpack = model.unpack
    return {"caterpillar": Declared(lambda data: unpack(Message, data), lambda found: seen(found, vars(found.header), strings_of))}
