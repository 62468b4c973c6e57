"""Codecs written in Python, for what no word of the vocabulary says; and transforms of a run of bytes, such as compression.

Promise: a codec reads through a `Cursor`, which never leaves the field's bytes; running out of them is the ParseError
`truncated`, and whatever else leaves a codec is the error `codec`, with the exception as its cause.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar, get_args

from bitwright.errors import Fault

T = TypeVar("T")
HOPS: Final = 64  # jumps back in one value


class Cursor:
    """A place in the bytes of a field; what is read moves it."""

    __slots__ = ("_at", "_begin", "_data", "_end", "_hops")

    def __init__(self, data: bytes | bytearray, begin: int, end: int, hops: int = HOPS) -> None:
        self._data, self._begin, self._end, self._at, self._hops = data, begin, end, begin, hops

    @property
    def position(self) -> int:
        """How many bytes from the beginning of the field on were read."""
        return self._at - self._begin

    @property
    def left(self) -> int:
        """How many bytes can still be read."""
        return self._end - self._at

    def take(self, size: int) -> bytes:
        """The next bytes; that they run out is the ParseError `truncated`."""
        if size < 0:
            raise ValueError(f"take({size}): a size is not below zero")
        if self._at + size > self._end:
            raise Fault("truncated", self._at, "", needed=size)
        self._at += size
        return bytes(self._data[self._at - size : self._at])

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left)

    def number(self, size: int, *, endian: Literal["big", "little"] = "big", signed: bool = False) -> int:
        """A number of so many bytes."""
        return int.from_bytes(self.take(size), endian, signed=signed)

    def u8(self) -> int:
        """One byte as a number."""
        return self.number(1)

    def u16(self, endian: Literal["big", "little"] = "big") -> int:
        """Two bytes as a number."""
        return self.number(2, endian=endian)

    def u32(self, endian: Literal["big", "little"] = "big") -> int:
        """Four bytes as a number."""
        return self.number(4, endian=endian)

    def u64(self, endian: Literal["big", "little"] = "big") -> int:
        """Eight bytes as a number."""
        return self.number(8, endian=endian)

    def find(self, terminator: bytes) -> bytes:
        """The bytes up to a terminator, which is read too; that it is not there is the ParseError `no-terminator`."""
        stop = self._data.find(terminator, self._at, self._end)
        if stop < 0:
            raise Fault("no-terminator", self._at, f"the terminator {terminator!r} is not in the {self.left} bytes left")
        found = bytes(self._data[self._at : stop])
        self._at = stop + len(terminator)
        return found

    def before(self, position: int) -> Cursor:
        """Another cursor at an earlier position of the field, that ends where this one stands; so such jumps come to an end."""
        if not 0 <= position < self.position:
            raise ValueError(f"a jump to {position} from {self.position} is not backwards")
        if self._hops == 0:
            raise ValueError(f"more than {HOPS} jumps back")
        made = Cursor(self._data, self._begin, self._at, self._hops - 1)
        made._at = self._begin + position
        return made


class FieldCodec(Generic[T]):
    """Base of codecs: `parse` reads a value, `build` writes it; used as `coded(MyCodec(), size=...)`.

    `canonical`: every value has one form, so that `build` gives back whatever `parse` read; the loss certificate believes it.
    """

    canonical: ClassVar[bool] = False
    _of_bytes: ClassVar[bool] = False  # a `FieldCodec[bytes]`, whose plain data is hexadecimal text

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if any(get_args(base) == (bytes,) for base in cls.__dict__.get("__orig_bases__", ())):
            cls._of_bytes = True

    def parse(self, cursor: Cursor) -> T:
        """The value at the cursor."""
        raise NotImplementedError  # the codec's author writes it

    def build(self, value: T, out: bytearray) -> None:
        """Append the value's bytes."""
        raise NotImplementedError  # the codec's author writes it

    def to_plain(self, value: T) -> Any:
        """The value as JSON can hold it."""
        return value.hex() if isinstance(value, bytes) else value

    def from_plain(self, plain: Any) -> T:
        """The inverse of `to_plain`."""
        return bytes.fromhex(plain) if self._of_bytes else plain  # type: ignore[return-value]  # what else JSON cannot hold, a codec says how


class Transform(FieldCodec[T]):
    """A codec of all the bytes there are: `decode` what was read, `encode` what is to be written."""

    def decode(self, data: bytes) -> T:
        """The value of the bytes."""
        raise NotImplementedError  # the codec's author writes it

    def encode(self, value: T) -> bytes:
        """The bytes of the value."""
        raise NotImplementedError  # the codec's author writes it

    def parse(self, cursor: Cursor) -> T:
        """The value of all that is left."""
        return self.decode(cursor.rest())

    def build(self, value: T, out: bytearray) -> None:
        """Append the encoded value."""
        out += self.encode(value)


class Zlib(Transform[bytes]):
    """Compressed bytes (RFC 1950); with `wbits` as `zlib` has them, raw deflate (-15) and gzip (31) too.

    What inflates to more than `limit` bytes is refused, before it is made.
    """

    def __init__(self, *, limit: int = 1 << 20, wbits: int = 15, level: int = -1) -> None:
        self.limit, self.wbits, self.level = limit, wbits, level

    def decode(self, data: bytes) -> bytes:
        """Inflate."""
        import zlib

        inflate = zlib.decompressobj(self.wbits)
        found = inflate.decompress(data, self.limit + 1)
        if len(found) > self.limit:
            raise ValueError(f"inflates to more than {self.limit} bytes")
        if not inflate.eof:
            raise ValueError("the compressed data ends too early")
        if inflate.unused_data:
            raise ValueError(f"{len(inflate.unused_data)} bytes follow the compressed data")
        return found

    def encode(self, value: bytes) -> bytes:
        """Deflate."""
        import zlib

        deflate = zlib.compressobj(self.level, zlib.DEFLATED, self.wbits)
        return deflate.compress(value) + deflate.flush()


def decode(codec: FieldCodec[Any], data: bytes | bytearray, base: int, end: int, *, plain: bool = False) -> tuple[Any, int]:
    """The value at `base`, perhaps as plain data, and the position after it; Fault if the codec fails."""
    cursor = Cursor(data, base, end)

    def run() -> Any:
        value = codec.parse(cursor)
        return codec.to_plain(value) if plain else value

    return guarded(codec, run, base), base + cursor.position


def encode(codec: FieldCodec[Any], value: Any) -> bytes:
    """The bytes of a value; Fault if the codec fails."""
    out = bytearray()
    guarded(codec, lambda: codec.build(value, out), 0)
    return bytes(out)


def guarded(codec: FieldCodec[Any], call: Callable[[], T], base: int) -> T:
    """What a call of a codec gives; all that it raises becomes a Fault with that as its cause."""
    try:
        return call()
    except Fault:
        raise
    except Exception as error:
        raise Fault("codec", base, f"{type(codec).__name__}: {type(error).__name__}: {error}") from error
