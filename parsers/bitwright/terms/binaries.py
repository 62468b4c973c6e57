"""Functions on bitstrings and binaries: sizes, parts, numbers in them, lists of bytes.

Promise: they take any bitstring and give canonical ones; what is no bitstring, or a part that is not there, raises `TermFault`.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any, Literal

from bitwright.terms import values
from bitwright.terms.values import DEEPEST, binary, bit_size, fault, integer, is_bits, is_integer, listed, natural, normal, wrong


def byte_size(value: Any) -> int:
    """`byte_size(value)`: the last byte counts even if it is not full."""
    return (bit_size(value) + 7) // 8


def binary_part(value: Any, start: Any, length: Any) -> bytes:
    """`binary_part(value, start, length)`; with a negative length what ends at `start`."""
    whole, place, size = binary(value), integer(start), integer(length)
    begin, end = (place, place + size) if size >= 0 else (place + size, place)
    if not 0 <= begin <= end <= len(whole):
        fault(f"the part from byte {start} of length {length} does not lie in the {len(whole)} bytes")
    return whole[begin:end]


def binary_at(value: Any, position: Any) -> int:
    """`:binary.at(value, position)`."""
    return binary_part(value, natural(position), 1)[0]


def first_byte(value: Any) -> int:
    """`:binary.first(value)`."""
    return binary_at(value, 0)


def last_byte(value: Any) -> int:
    """`:binary.last(value)`."""
    whole = binary(value)
    return whole[-1] if whole else wrong("a binary that is not empty", value)


def copies(value: Any, count: Any = 1) -> bytes:
    """`:binary.copy(value, count)`."""
    whole, times = binary(value), natural(count)
    return b"" if not whole else whole * times if len(whole) * times <= values.WIDEST_BITS else fault("the binary would be too large")


def _endianness(order: Any) -> Literal["big", "little"]:
    return "little" if order == "little" else "big" if order == "big" else wrong("big or little", order)


def decode_unsigned(value: Any, order: Any = "big") -> int:
    """`:binary.decode_unsigned(value, order)`."""
    return int.from_bytes(binary(value), _endianness(order))


def encode_unsigned(value: Any, order: Any = "big") -> bytes:
    """`:binary.encode_unsigned(value, order)`."""
    number = natural(value)
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), _endianness(order))


def byte_list(value: Any) -> list[int]:
    """`:binary.bin_to_list(value)`."""
    return list(binary(value))


def joined(left: Any, right: Any) -> Any:
    """`left <> right` of two values, both of which may be any bitstrings."""
    left, right = normal(left), normal(right)
    if isinstance(left, bytes) and isinstance(right, bytes):
        return left + right
    (high, size), (low, more) = values.number_of(left), values.number_of(right)
    return values.make_bits(high << more | low, size + more)


def flattened(value: Any) -> Any:
    """`:erlang.list_to_bitstring`, `IO.iodata_to_binary`: bytes and binaries in lists, however deep, in a row."""
    if not isinstance(value, list):
        return normal(value) if bit_size(value) >= 0 else value
    pieces: list[Any] = []
    _collect(value, pieces, 0)
    whole = bytearray()
    for at, piece in enumerate(pieces):
        if not isinstance(piece, bytes):
            result: Any = bytes(whole)
            for rest in pieces[at:]:
                result = joined(result, rest)
            return result
        whole += piece
    return bytes(whole)


def _collect(value: list[Any], pieces: list[Any], depth: int) -> None:
    if depth >= DEEPEST:
        fault("the lists are nested too deeply")
    for each in value:
        if isinstance(each, list):
            _collect(each, pieces, depth + 1)
        elif is_integer(each):
            pieces.append(bytes([each]) if 0 <= each <= 255 else wrong("a byte", each))
        else:
            piece = normal(each)
            pieces.append(piece if isinstance(piece, bytes) or is_bits(piece) else wrong("a byte or a bitstring", each))


def flattened_binary(value: Any) -> bytes:
    """The same, which must have whole bytes."""
    return binary(flattened(value))


def flattened_list(value: Any) -> bytes:
    """`:erlang.list_to_binary`: of a list alone."""
    return flattened_binary(listed(value))


def flattened_bits(value: Any) -> Any:
    """`:erlang.list_to_bitstring`."""
    return flattened(listed(value))


def flattened_size(value: Any) -> int:
    """`IO.iodata_length`."""
    return len(flattened_binary(value))


# --- checksums and texts of bytes --------------------------------------------------------------


def crc32(value: Any) -> int:
    """`:erlang.crc32`."""
    return zlib.crc32(flattened_binary(value))


def adler32(value: Any) -> int:
    """`:erlang.adler32`."""
    return zlib.adler32(flattened_binary(value))


def to_hex(value: Any) -> bytes:
    """`Base.encode16`."""
    return binary(value).hex().upper().encode()


def from_hex(value: Any) -> bytes:
    """`Base.decode16!`: capital letters, as it takes them without options."""
    text = binary(value)
    if len(text) % 2 or any(char not in b"0123456789ABCDEF" for char in text):
        fault("the text is not hexadecimal")
    return bytes.fromhex(text.decode("ascii"))


def to_base64(value: Any) -> bytes:
    """`Base.encode64`."""
    return base64.b64encode(binary(value))


def from_base64(value: Any) -> bytes:
    """`Base.decode64!`."""
    try:
        return base64.b64decode(binary(value), validate=True)
    except (binascii.Error, ValueError):
        fault("the text is not base 64")
