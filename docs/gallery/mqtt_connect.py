"""MQTT 5 CONNECT: OASIS MQTT Version 5.0, sections 2.2.2 and 3.1."""

from bitwright import Struct, array, auto, bits, check, const, flag, nested, raw, reserved, text, u8, u16, u32, varint, when


class Property(Struct):
    """Of the value's forms exactly one is there, as the identifier says (section 2.2.2.2)."""

    id: int = varint("mqtt")
    is_number = (id == 2) | (id == 17) | (id == 24) | (id == 39)
    byte: int | None = when((id == 1) | (id == 23) | (id == 25), u8())
    word: int | None = when((id == 33) | (id == 34), u16())
    number: int | None = when(is_number, u32())
    name: str | None = when(id == 38, text(prefix=u16()))
    value: bytes | None = when((id == 38) | (id == 3) | (id == 8) | (id == 9) | (id == 21) | (id == 22), raw(prefix=u16()))


class Will(Struct):
    properties_size: int = auto(varint("mqtt"))
    properties: list[Property] = array(Property, size=properties_size, default=[])
    topic: str = text(prefix=u16())
    payload: bytes = raw(prefix=u16())


class ConnectBody(Struct):
    protocol: bytes = const(raw(size=6), b"\0\4MQTT")
    level: int = const(u8(), 5)
    has_user_name: bool = auto(flag())
    has_password: bool = auto(flag())
    will_retain: bool = flag(default=False)
    will_qos: int = bits(2, default=0)
    check(will_qos <= 2, "a quality of service is 0, 1 or 2")
    has_will: bool = auto(flag())
    clean_start: bool = flag(default=True)
    _reserved: int = reserved(1)
    keep_alive: int = u16(default=60)
    properties_size: int = auto(varint("mqtt"))
    properties: list[Property] = array(Property, size=properties_size, default=[])
    client_id: str = text(prefix=u16())
    will: Will | None = when(has_will, nested(Will))
    user_name: str | None = when(has_user_name, text(prefix=u16()))
    password: bytes | None = when(has_password, raw(prefix=u16()))


class Connect(Struct):
    packet_type: int = const(u8(), 0x10)
    remaining_length: int = auto(varint("mqtt"))
    body: ConnectBody = nested(ConnectBody, size=remaining_length)
