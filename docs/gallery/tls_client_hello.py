"""TLS ClientHello in its record: RFC 8446, sections 4.1.2, 4.2 and 5.1."""

from bitwright import Struct, array, auto, const, nested, raw, text, u8, u16, u24, variant


class ExtensionBody(Struct):
    """What an extension holds; a subclass with `tag=` adds one."""


class OpaqueExtension(ExtensionBody):
    data: bytes = raw(default=b"")


class HostName(Struct):
    name_type: int = u8(default=0)
    name: str = text(prefix=u16(), encoding="ascii")


class ServerName(ExtensionBody, tag=0):
    size: int = auto(u16())
    names: list[HostName] = array(HostName, size=size)


class ApplicationProtocols(ExtensionBody, tag=16):
    size: int = auto(u16())
    protocols: list[bytes] = array(raw(prefix=u8()), size=size)


class Extension(Struct):
    type: int = auto(u16())
    length: int = auto(u16())
    body: ExtensionBody = variant(ExtensionBody, on=type, unknown=OpaqueExtension, malformed=OpaqueExtension, size=length)


class ClientHello(Struct):
    legacy_version: int = u16(default=0x0303)
    random: bytes = raw(size=32)
    session_id: bytes = raw(prefix=u8(), default=b"")
    cipher_suites_size: int = auto(u16())
    cipher_suites: list[int] = array(u16(), size=cipher_suites_size)
    compression_methods: bytes = raw(prefix=u8(), default=b"\0")
    extensions_size: int = auto(u16())
    extensions: list[Extension] = array(Extension, size=extensions_size)


class Handshake(Struct):
    type: int = const(u8(), 1)
    length: int = auto(u24())
    hello: ClientHello = nested(ClientHello, size=length)


class Record(Struct):
    type: int = const(u8(), 22)
    version: int = u16(default=0x0301)
    length: int = auto(u16())
    handshake: Handshake = nested(Handshake, size=length)
