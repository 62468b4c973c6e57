"""Protocol Buffers on the wire, whatever the .proto says: protobuf.dev, "Encoding"."""

from bitwright import OpenEnum, Struct, array, auto, raw, u32, u64, variant, varint


class WireType(OpenEnum):
    VARINT = 0
    I64 = 1
    LEN = 2
    I32 = 5


class Value(Struct):
    """What a field holds; the two groups of old messages (3 and 4) are refused."""


class Varint(Value, tag=WireType.VARINT):
    value: int = varint("leb128")


class Fixed64(Value, tag=WireType.I64, endian="little"):
    value: int = u64()


class Delimited(Value, tag=WireType.LEN):
    """Text, bytes, a message, or packed numbers: only the .proto knows."""

    value: bytes = raw(prefix=varint("leb128"))


class Fixed32(Value, tag=WireType.I32, endian="little"):
    value: int = u32()


class Field(Struct):
    key: int = varint("leb128", bits=32)
    number = key >> 3
    value: Value = variant(Value, on=key & 7)


class Message(Struct):
    fields: list[Field] = array(Field)


class Framed(Struct):
    """A message after its length, as streams of them are written."""

    length: int = auto(varint("leb128"))
    fields: list[Field] = array(Field, size=length)
