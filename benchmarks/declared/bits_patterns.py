"""bitstring, bitstruct and cbitstruct: what the bit patterns say, as lines of formats; what has its size in the data is sliced by hand."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.patterns import COUNTS, DNS_NAMES, FLAG_WIDTHS, IPV4_FIXED, PIXEL_NAMES, RCODE_WIDTH
from benchmarks.peers import module

_FLAGS = tuple(FLAG_WIDTHS.values())
_WIDTHS = "".join(("r16", *(f"u{width}" for width in _FLAGS), "p3", f"u{RCODE_WIDTH}", "u16" * len(COUNTS)))
_FORMATS = ", ".join(("bytes2", *(f"uint{width}" for width in _FLAGS), "pad3", f"uint{RCODE_WIDTH}", *["uint16"] * len(COUNTS), "bytes"))
_IPV4_WIDTHS = "u4" + "".join(f"u{width}" for width in IPV4_FIXED.values()) + "r32r32"
_IPV4_FORMATS = "uint4, " + ", ".join(f"uint{width}" for width in IPV4_FIXED.values()) + ", bytes4, bytes4, bytes"


def bitstring_dns() -> Declarations:
    """A DNS header to a dict, and from values."""
    bits, pack = module("bitstring").Bits, module("bitstring").pack

    def match(data: bytes) -> dict[str, Any]:
        return dict(zip(DNS_NAMES, bits(data).unpack(_FORMATS), strict=True))

    def build(values: tuple[Any, ...]) -> bytes:
        return bytes(pack(_FORMATS, *values).bytes)

    return {"bitstring": Declared(match, build=build, given=lambda values: tuple(values[name] for name in DNS_NAMES))}


def bitstring_record() -> Declarations:
    """A record with its length before its value."""
    bits = module("bitstring").Bits

    def match(data: bytes) -> dict[str, Any]:
        kind, length = bits(data[:3]).unpack("uint8, uint16")
        return {"kind": kind, "length": length, "value": data[3 : 3 + length], "rest": data[3 + length :]}

    return {"bitstring, slices by hand": Declared(match)}


def bitstring_ipv4() -> Declarations:
    """An IPv4 header."""
    bits = module("bitstring").Bits
    names = (*IPV4_FIXED, "source", "destination")

    def match(data: bytes) -> dict[str, Any] | None:
        version, *fixed, rest = bits(data).unpack(_IPV4_FORMATS)
        if version != 4:
            return None
        found = dict(zip(names, fixed, strict=True))
        size = (found["ihl"] - 5) * 4
        return {**found, "options": rest[:size], "payload": rest[size:]}

    return {"bitstring, slices by hand": Declared(match)}


def bitstring_pixels() -> Declarations:
    """Every pixel, cut off by its 24 bits."""
    bits = module("bitstring").Bits

    def match(data: bytes) -> list[dict[str, Any]]:
        return [dict(zip(PIXEL_NAMES, one.unpack("uint8, uint8, uint8"), strict=True)) for one in bits(data).cut(24)]

    return {"bitstring": Declared(match)}


def bitstruct_dns() -> Declarations:
    """A DNS header, in Python."""
    return {"bitstruct, the rest by hand": _dns("bitstruct")}


def cbitstruct_dns() -> Declarations:
    """A DNS header, in C."""
    return {"cbitstruct, the rest by hand": _dns("cbitstruct")}


def bitstruct_ipv4() -> Declarations:
    """An IPv4 header, in Python."""
    return {"bitstruct, slices by hand": _ipv4("bitstruct")}


def cbitstruct_ipv4() -> Declarations:
    """An IPv4 header, in C."""
    return {"cbitstruct, slices by hand": _ipv4("cbitstruct")}


def _dns(name: str) -> Declared:
    layout = module(name).compile(_WIDTHS, list(DNS_NAMES[:-1]))
    unpack, pack = layout.unpack, layout.pack

    def match(data: bytes) -> dict[str, Any]:
        found: dict[str, Any] = unpack(data)
        found["answer"] = data[12:]
        return found

    return Declared(match, build=lambda values: bytes(pack(values)) + bytes(values["answer"]))


def _ipv4(name: str) -> Declared:
    unpack = module(name).compile(_IPV4_WIDTHS, ["version", *IPV4_FIXED, "source", "destination"]).unpack

    def match(data: bytes) -> dict[str, Any] | None:
        found: dict[str, Any] = unpack(data)
        if found.pop("version") != 4:
            return None
        stop = found["ihl"] * 4
        found["options"], found["payload"] = data[20:stop], data[stop:]
        return found

    return Declared(match)
