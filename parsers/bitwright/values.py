"""Value types that are bytes on the wire and read as people write them.

Each is a `bytes` subclass: cheap to make, hashable, ordered, equal to its bytes; `str()`
gives the customary text, and the constructor takes that text or the bytes.  What converts text is
imported when first used, so that `import bitwright` stays light.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, ClassVar, Final, Protocol, Self, TypeAlias

# A domain name in presentation form (RFC 1035, 5.1): absolute, so it ends in a dot; the root is ".".
# Bytes that text cannot show plainly are escaped (\. \\ \DDD), so every name survives.
Name: TypeAlias = str


class Skipped:
    """The class of `SKIPPED`."""

    __slots__ = ()
    _only: ClassVar[Self | None] = None

    def __new__(cls) -> Self:
        """The one value there is."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "SKIPPED"

    def __reduce__(self) -> str:
        return "SKIPPED"


# What the fields hold that `parse(data, only=...)` was not asked for; of type Any, since a field of any type may be compared with it.
SKIPPED: Final[Any] = Skipped()


class Packed(Protocol):
    """An address of the module `ipaddress`."""

    @property
    def packed(self) -> bytes: ...  # noqa: D102  # the class says it


class HasBytes(Protocol):
    """A `uuid.UUID`."""

    @property
    def bytes(self) -> builtins.bytes: ...  # noqa: D102  # the class says it


class Address(bytes):
    """Base of the fixed-size values; subclasses set `SIZE` and convert text."""

    SIZE = 0
    PACKED = "packed"  # where objects of the standard library have their bytes
    __slots__ = ()

    def __new__(cls, value: str | bytes | bytearray | memoryview | Packed | HasBytes = b"") -> Self:
        """Take text, exactly `SIZE` bytes, or the standard library's object; ValueError otherwise."""
        # A memoryview between, since bytes(4) would be four zeros.
        packed: Any = getattr(value, cls.PACKED, value)
        raw = cls._from_text(value) if isinstance(value, str) else bytes(memoryview(packed))
        if len(raw) != cls.SIZE:
            raise ValueError(f"{cls.__name__} takes {cls.SIZE} bytes, got {len(raw)}")
        return bytes.__new__(cls, raw)

    @staticmethod
    def _from_text(text: str) -> bytes:
        raise ValueError(f"no text form: {text!r}")

    @classmethod
    def text_function(cls) -> Callable[[bytes], str]:
        """What turns bytes of this size into the text of a value, without making the value."""
        return cls.__str__  # pyright: ignore[reportReturnType]  # it only reads the bytes

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[type[Self], tuple[bytes]]:
        return type(self), (bytes(self),)


class IPv4Address(Address):
    """Four bytes, written 192.0.2.1 (RFC 791)."""

    SIZE = 4
    __slots__ = ()

    @staticmethod
    def _from_text(text: str) -> bytes:
        import ipaddress

        return ipaddress.IPv4Address(text).packed

    @classmethod
    def text_function(cls) -> Callable[[bytes], str]:
        """`socket.inet_ntoa`, which is this very conversion."""
        import socket

        return socket.inet_ntoa

    def __str__(self) -> str:
        import socket

        return socket.inet_ntoa(self)


class IPv6Address(Address):
    """Sixteen bytes, written 2001:db8::1 (RFC 4291, 2.2; RFC 5952)."""

    SIZE = 16
    __slots__ = ()

    @staticmethod
    def _from_text(text: str) -> bytes:
        import ipaddress

        return ipaddress.IPv6Address(text).packed

    def __str__(self) -> str:
        import socket

        return socket.inet_ntop(socket.AF_INET6, self)


class MACAddress(Address):
    """Six bytes, written 00:00:5e:00:53:01 (IEEE 802; RFC 7042)."""

    SIZE = 6
    __slots__ = ()

    @staticmethod
    def _from_text(text: str) -> bytes:
        return bytes.fromhex(text.replace(":", "").replace("-", "").replace(".", ""))

    def __str__(self) -> str:
        return self.hex(":")


class UUID(Address):
    """Sixteen bytes, written 6ba7b810-9dad-11d1-80b4-00c04fd430c8 (RFC 9562); its bytes are in that order, however they lie on the wire."""

    SIZE = 16
    PACKED = "bytes"
    __slots__ = ()

    @staticmethod
    def _from_text(text: str) -> bytes:
        import uuid

        return uuid.UUID(text).bytes

    @property
    def bytes_le(self) -> bytes:
        """The mixed form of Microsoft: the first three parts in little endian."""
        return bytes(self[3::-1] + self[5:3:-1] + self[7:5:-1] + self[8:])

    def __str__(self) -> str:
        text = self.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def from_mixed(raw: bytes) -> UUID:
    """The UUID whose mixed form lies there."""
    return bytes.__new__(UUID, raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:])


def mixed_text(raw: bytes) -> str:
    """The text of that UUID."""
    return str(from_mixed(raw))
