"""bitwright: declare a wire format once; parse, build and inspect it.

The map of the house, from the ground up:

* `errors`, `checksum`, `enums`, `values`: what everything shares; `wire`: forms on the wire and what they say, both ways
* `schema`: what the user says; class bodies become frozen specs
* `ir`: the program: typed ops, verifier, text form, reference interpreter
* `lower`: spec to program, and the passes over it; `backends`: program to callable
* `codec`: the pipeline in one function; `stream`: the same on bytes as they come; `Struct`: the class users extend
* `lint`, `certificate`: what a declaration promises; `seeing`: diagrams, hexdumps, explanations, pages
* `capture`: files to packets; `stack`: packets to layers; `cli`: the command line
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitwright.enums import OpenEnum
from bitwright.errors import BitwrightError, BuildError, DeclarationError, Finding, Limits, LintWarning, NeedMore, ParseError, PatternError
from bitwright.schema.conditions import check, when
from bitwright.field_codec import Cursor, FieldCodec, Transform, Zlib
from bitwright.schema.content import coded, domain_name, ipv4, ipv6, mac, payload, raw, text, uuid
from bitwright.schema.numbers import (
    align, auto, bits, const, flag, i8, i16, i32, i64, pad, param, reserved, rest, select, u8, u16, u24, u32, u48, u64, varint,
)  # fmt: skip
from bitwright.schema.pointers import at
from bitwright.schema.reals import f16, f32, f64
from bitwright.schema.structure import array, nested, switch, variant
from bitwright.schema.sums import checksum, span
from bitwright.schema.times import timestamp
from bitwright.struct_ import Struct
from bitwright.wire.timestamps import Timestamp
from bitwright.values import SKIPPED, UUID, IPv4Address, IPv6Address, MACAddress, Name

if TYPE_CHECKING:
    from bitwright import capture, stack

__version__ = "0.1.0"

__all__ = [
    "SKIPPED", "UUID", "BitwrightError", "BuildError", "Cursor", "DeclarationError", "FieldCodec", "Finding", "IPv4Address",
    "IPv6Address", "Limits", "LintWarning", "MACAddress", "Name", "NeedMore", "OpenEnum", "ParseError", "PatternError", "Struct",
    "Timestamp", "Transform", "Zlib", "align", "array", "at", "auto", "bits", "capture", "check", "checksum", "coded", "const",
    "domain_name", "f16", "f32", "f64", "flag", "i8", "i16", "i32", "i64", "ipv4", "ipv6", "mac", "nested", "pad", "param", "payload",
    "raw", "reserved", "rest", "select", "span", "stack", "switch", "text", "timestamp", "u8", "u16", "u24", "u32", "u48", "u64", "uuid",
    "variant", "varint", "when",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load `bitwright.capture` and `bitwright.stack` when first named, so that `import bitwright` stays light."""
    if name in ("capture", "stack"):
        import importlib

        return importlib.import_module(f"bitwright.{name}")
    raise AttributeError(f"module 'bitwright' has no attribute {name!r}")
