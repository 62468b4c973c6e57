"""bitwright: declare a wire format once; parse, build and inspect it; or match it with a bit pattern.

The map of the house, from the ground up:

* `errors`, `checksum`, `enums`, `values`: what everything shares; `wire`: forms on the wire and what they say, both ways
* `schema`: what the user says; class bodies become frozen specs
* `ir`: the program: typed ops, verifier, text form, reference interpreter
* `lower`: spec to program, and the passes over it; `backends`: program to callable
* `codec`: the pipeline in one function; `stream`: the same on bytes as they come; `Struct`: the class users extend
* `bitsyntax`, `terms`: the second thing a user can say: Elixir's and Erlang's bit patterns, and the values in them;
  `patterns`: they match, build, iterate and explain themselves, through the same programs and engines
* `bench`: how fast a format is, and which field costs; `testing`: messages, mutants, oracles
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
    from bitwright.patterns.clauses import Clauses, case
    from bitwright.patterns.comprehension import Comprehension, comprehension
    from bitwright.patterns.construction import Construction, construct
    from bitwright.patterns.explanation import Explanation
    from bitwright.patterns.pattern import Pattern, pattern

__version__ = "0.1.0"

__all__ = [
    "SKIPPED", "UUID", "BitwrightError", "BuildError", "Clauses", "Comprehension", "Construction", "Cursor", "DeclarationError",
    "Explanation", "FieldCodec", "Finding", "IPv4Address", "IPv6Address", "Limits", "LintWarning", "MACAddress", "Name", "NeedMore",
    "OpenEnum", "ParseError", "Pattern", "PatternError", "Struct", "Timestamp", "Transform", "Zlib", "align", "array", "at", "auto",
    "bits", "capture", "case", "check", "checksum", "coded", "comprehension", "const", "construct", "domain_name", "f16", "f32", "f64",
    "flag", "i8", "i16", "i32", "i64", "ipv4", "ipv6", "mac", "nested", "pad", "param", "pattern", "payload", "raw", "reserved", "rest",
    "select", "span", "stack", "switch", "text", "timestamp", "u8", "u16", "u24", "u32", "u48", "u64", "uuid", "variant", "varint",
    "when",
]  # fmt: skip


# Where the names are that are loaded when they are first used, so that `import bitwright` stays light.
_LATER = {
    "Clauses": "patterns.clauses", "case": "patterns.clauses",
    "Comprehension": "patterns.comprehension", "comprehension": "patterns.comprehension",
    "Construction": "patterns.construction", "construct": "patterns.construction",
    "Explanation": "patterns.explanation", "Pattern": "patterns.pattern", "pattern": "patterns.pattern",
    "capture": "capture", "stack": "stack",
}  # fmt: skip

if not TYPE_CHECKING:  # for a checker a module with __getattr__ has every attribute, also a misspelt one

    def __getattr__(name: str) -> Any:
        """Load what is rarely needed."""
        if name not in _LATER:
            raise AttributeError(f"module 'bitwright' has no attribute {name!r}")
        import importlib

        from bitwright.locks import LOADING

        with LOADING:
            module = importlib.import_module(f"bitwright.{_LATER[name]}")
        found = module if _LATER[name] == name else getattr(module, name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """Also what is not loaded yet."""
        return sorted({*globals(), *__all__})
