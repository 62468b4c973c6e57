"""Formats without regard for what is legal: whatever is declared either works or is refused as a declaration."""

from __future__ import annotations

import dataclasses
import re
import warnings
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from bitwright import DeclarationError, LintWarning, Struct
from tests.engines.formats import PRELUDE

Draw = Callable[[st.SearchStrategy[Any]], Any]

NUMBERS = (
    "u8()", "u16()", "u32()", "i8()", "bits(1)", "bits(3)", "bits(4)", "bits(5)", "bits(12)", "flag()", "u8(Kind)", "bits(9, signed=True)",
    "u16(endian={condition})", 'u16(endian="little")', "auto(u8())", "auto(u16())", "auto(bits(4))", "auto(flag())", "auto(u8(default=3))",
    "const(u8(), {number})", "const(u8(), 1)", "reserved(4)", "checksum(u16(), internet)", "checksum(u16(), internet, over={number})",
    'varint("leb128")', 'varint("{coding}")', 'varint("{coding}", Kind)', 'varint("{coding}", bits=16)', 'auto(varint("{coding}"))', 'auto(varint("der"))',
    'const(varint("{coding}"), 300)', 'bits(5, bit_order="lsb")', 'bits(12, bit_order="{order}")', 'bits(11, endian="little")',
    "f16()", "f32()", "f64(endian={condition})", 'f32(bit_order="lsb")', "timestamp(u32())", 'timestamp(varint("{coding}"))', 'timestamp(u64(), unit="2^-32", epoch="ntp")',
    'timestamp(bits(7), unit="day")', "reserved(8)", "checksum(u32(), crc32, over=({number}, {number}))", "checksum(u16(), crc16_x25, over=span('f0', '{other}'))",
    "checksum(u8(), crc8_rohc, over=span('f1', '{other}'))", "checksum(bits(24), crc24_openpgp)", 'flag(bit_order="lsb")', "auto(i8())", "auto(u16(endian={condition}))",
    "const(f32(), 1.5)", "u8(default={constant})",
)  # fmt: skip
CONTENTS = (
    "raw(size={number})", "raw(size={number})", "raw(size=2)", "raw(prefix=u8())", "raw(prefix=u16(endian={condition}))", 'raw(terminator=b"\\0")',
    "raw()", "text(size={number})", 'text(terminator=b"ab")', "text(prefix=u8())", "payload(size={number})", "payload()", "domain_name()",
    "ipv4()", 'const(raw(size=2), b"ab")', "raw(size=select({condition}, rest(), {number}))", "raw(size=rest() - 2)",
    'raw(prefix=varint("{coding}"))', 'text(prefix=varint("der"))', 'raw(size={number}, pad=b"\\0")', 'text(size={number}, pad=b" ")', 'text(size=6, pad=b"\\0")',
    'raw(size={number}, terminator=b"\\0")', 'text(size=6, terminator=b"\\0\\0", encoding="utf-16-le")', 'text(terminator=b"\\0\\0", encoding="utf-16-be")', "uuid()", 'uuid(endian="little")',
    "ipv6()", "mac()", "bits(100, Bits)", "bits({number}, Bits)", 'bits(9, Bits, bit_order="lsb")', "domain_name(compress=False)", 'text(prefix=u8(), encoding="shift_jis")',
    "coded(Pairs())", "coded(Pairs(), raw(size={number}))", "coded(Upper(), raw(prefix=u8()))", "coded(Zlib(limit=99), raw(size={number}))", 'coded(Upper(), text(terminator=b"\\0"))',
    "coded(Upper(), raw())", "coded(Pairs(), raw())", 'const(text(prefix=u8()), "ab")', 'const(text(size=4, pad=b"\\0"), "ab")', 'text(encoding="\\0x")', 'text(encoding="idna", size=4)',
    "const(uuid(), UUID(bytes(16)))", 'raw(size=3, default=b"abc")', 'text(size=9, encoding="utf-7")', 'const(bits(9, Bits), Bits("0b101010101"))',
)  # fmt: skip
STRUCTURES = (
    "nested({struct})", "nested({struct}, size={number})", "nested({struct}, endian={condition})", "array({item}, count={number})",
    "array({item}, size={number})", "array({item}, prefix=u8())", "array({item}, prefix=bits(3))", 'array({item}, terminator=b"\\0")', "checksum(u16(), internet, over=span('f0', 'f1'))",
    "array({item}, count=3)", "array({item})", "array(u8(), until=lambda it: it == {constant})",
    "variant(Base, on={number})", "variant(Base, on={number}, unknown=Other)", "variant(Base, on={number}, unknown=Other, empty=Nothing, size={number})",
    "variant(Base, on={number}, unknown=Other, malformed=Other, size={number})", "variant(Base, on={number}, malformed=Nothing, size={number})",
    "switch({number}, {1: {struct}, 2: {struct}}, {struct}, size={number})", "when({condition}, {inner})", "when({condition}, {inner})",
    "at({number}, {inner})", "at({number}, {inner})", 'at({number}, {inner}, base="{base}")', 'at({number}, {inner}, direction="{direction}")', "at({number}, {inner}, align=4)",
    "when({condition}, at({number}, {inner}))", "array({item}, prefix=varint('{coding}'))", "array({item}, count={number}, default=[])", "nested('{name}')",
    "array('{name}', size={number})", "array('{name}', prefix=u8())", "when({condition}, nested('{name}'))", "at({number}, nested('{name}'), direction='backward')",
    "array(at({number}, {inner}), count=2)", "array(when({condition}, {inner}), count=2)", "nested(Cell, arguments={'wide': {condition}})", "nested(Cell)", "nested(Tree)", "nested(Lsb)", "nested(Origin)",
    "array(Tree, prefix=u8())", "array(Cell, count=2)", "variant(Base, on=({number} << 4) | {number}, unknown=Other)", "at({number}, variant(Base, on={number}))",
    "array(nested(Origin), count={number})", "array(u8(Kind), terminator=b'\\xff')", "array(f32(), size={number})", "array(bits(3, bit_order='lsb'), count={number})",
    "array(uuid(), prefix=u8())", "array(varint('{coding}'), size={number})", "array(timestamp(u32()), prefix=u8())", "array(coded(Pairs()), prefix=u8())", "array(bits(9, Bits), count=2)",
    "array(u8(), until=lambda it: it == {number})", "array(Cell, until=lambda it: it.value == {constant})",
)
STATEMENTS = (
    'check({condition}, "must hold")', 'check({condition}, "must hold")', "_{field} = pad(bits=4)", "_{field} = align(4)", "_{field} = pad(bits=3)", '_{field} = pad(bits=8, bit_order="lsb")',
    "_{field} = when({condition}, pad(bytes=1))", "_{field} = pad(bytes={number})", "{field} = param(int, default=1)", "{field} = param(bool, default=False)",
)  # fmt: skip
CODINGS = ("leb128", "sleb128", "zigzag", "quic", "mqtt", "vlq", "der")
COMMON = """
class Kind(OpenEnum):
    A = 1
    B = 4
class Base(Struct):
    pass
class One(Base, tag=1):
    value: int = u8()
class Two(Base, tag=(2, 3)):
    count: int = auto(u8())
    items: list[int] = array(u8(), count=count)
class Again(Base, tag=4):
    kind: int = auto(u8())
    inner: Base = variant(Base, on=kind)
class Other(Base):
    data: bytes = raw()
class Nothing(Base):
    pass
class Ranged(Base, tag=range(8, 12)):
    level: int = bits(3, bit_order="lsb")
    _gap = pad(bits=5, bit_order="lsb")
    real: float = f16()
class Pairs(FieldCodec[dict]):
    def parse(self, cursor):
        found = {}
        while key := cursor.u8():
            found[key] = cursor.take(cursor.u8())
        return found
    def build(self, value, out):
        for key, content in value.items():
            out += bytes((key, len(content))) + content
        out.append(0)
    def to_plain(self, value):
        return {str(key): content.hex() for key, content in value.items()}
    def from_plain(self, plain):
        return {int(key): bytes.fromhex(content) for key, content in plain.items()}
class Upper(Transform[bytes]):
    def decode(self, data):
        return data.swapcase()
    def encode(self, value):
        return value.swapcase()
class Cell(Struct):
    wide = param(bool, default=False)
    value: int = bits(8)
    more: int | None = when(wide, u8())
class Tree(Struct):
    tag: int = u8()
    length: int = auto(varint("der"))
    inside: list[Tree] = array("Tree", size=length)
class Lsb(Struct, bit_order="lsb"):
    low: int = bits(3)
    high: int = bits(13)
    sum: int = checksum(u8(), crc8_rohc)
class Origin(Struct, origin=True):
    offset: int = auto(u8())
    body: bytes = at(offset, raw(prefix=u8()))
    name: str = text(size=2, pad=b" ")
"""


@dataclasses.dataclass(frozen=True)
class Wild:
    """Source, and the outermost class, or why the declaration was refused."""

    source: str
    struct: type[Struct] | None
    refusal: DeclarationError | None

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"\n{PRELUDE}{self.source}\n# {self.refusal}")


class Writer:
    """Writes classes at random; `numbers` are what expressions may name."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.structs = ["One", "Two", "Other"]
        self.numbers: list[str] = []
        self.name, self.field = "", ""

    def number(self, depth: int = 2) -> str:
        """An expression, sensible or not."""
        kind = self.draw(st.integers(0, 5 if depth else 2))
        if kind == 0 or not self.numbers:
            return str(self.draw(st.integers(0, 5)))
        if kind <= 3:
            named: str = self.draw(st.sampled_from(self.numbers))
            return named
        if kind == 4:
            sign = self.draw(st.sampled_from(["+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>", "=="]))
            right = str(self.draw(st.integers(1, 5))) if sign in ("//", "%", "<<", ">>") else self.number(depth - 1)
            return f"({self.draw(st.sampled_from(self.numbers))} {sign} {right})"
        return f"select({self.condition(depth - 1)}, {self.number(depth - 1)}, {self.number(depth - 1)})"

    def condition(self, depth: int = 1) -> str:
        """A comparison, or a number where a condition is wanted."""
        kind = self.draw(st.integers(0, 6))
        if kind == 0:
            return self.number(depth)
        if kind == 1 and depth:
            return f"~({self.condition(depth - 1)})"
        return f"({self.number(depth)} {self.draw(st.sampled_from(['==', '!=', '<', '>=']))} {self.draw(st.integers(0, 4))})"

    def fill(self, said: str) -> str:
        """A vocabulary call with its blanks filled."""
        blanks: dict[str, Callable[[], str]] = {
            "number": self.number, "condition": self.condition, "struct": lambda: self.draw(st.sampled_from(self.structs)),
            "constant": lambda: str(self.draw(st.integers(0, 5))), "item": self.item, "inner": self.inner, "field": lambda: self.field,
            "coding": lambda: self.draw(st.sampled_from(CODINGS)), "order": lambda: self.draw(st.sampled_from(["msb", "lsb"])), "name": lambda: self.name,
            "other": lambda: self.draw(st.sampled_from(["f0", "f1", "f2", "f3", "nothing"])), "base": lambda: self.draw(st.sampled_from(["self", "here", "origin"])),
            "direction": lambda: self.draw(st.sampled_from(["backward", "forward"])),
        }  # fmt: skip
        return re.sub(r"\{(\w+)\}", lambda blank: blanks[blank[1]](), said)

    def item(self) -> str:
        """What a list may hold."""
        return self.fill(self.draw(st.sampled_from([*self.structs, "u8()", "u16()", "bits(4)", *CONTENTS[:8], "domain_name()", "array(u8(), count=2)", *NUMBERS, *CONTENTS])))

    def inner(self) -> str:
        """What may be optional."""
        return self.fill(self.draw(st.sampled_from([*NUMBERS, *CONTENTS, *STRUCTURES])))

    def struct(self, name: str) -> str:
        """A class of a few fields."""
        self.numbers, self.name = [], name
        lines = []
        for index in range(self.draw(st.integers(1, 6))):
            field = self.field = f"f{index}"
            kind = self.draw(st.integers(0, 9))
            if kind == 0:
                said = self.fill(self.draw(st.sampled_from(STATEMENTS)))
                lines.append(said)
                if "param" in said:
                    self.numbers.append(field)
            elif kind == 1 and self.numbers:
                lines.append(f"{field} = {self.number()} + 0")
                self.numbers.append(field)
            else:
                said = self.fill(self.draw(st.sampled_from(NUMBERS if kind < 6 else CONTENTS if kind < 8 else STRUCTURES)))
                lines.append(f"{field}: int = {said}")
                self.numbers.append(field)
                self.numbers += [f"{field}.f{n}" for n in range(3) if "nested(S" in said]
        order = self.draw(st.sampled_from(["", "", "", ', endian="little"', ', bit_order="lsb"', ', bit_order="lsb", endian="big"', ", origin=True", ', endian="inherit"', ', bit_order="lsb", endian="inherit"']))
        base = self.draw(st.sampled_from(["Struct", "Struct", "Struct", "Struct", "Struct", *[s for s in self.structs if s[0] == "S"]]))
        return f"class {name}({base}{order}):\n" + "".join(f"    {line}\n" for line in lines)


@st.composite
def wild_formats(draw: Draw) -> Wild:
    """One to three classes; the last is the message."""
    writer, names = Writer(draw), {"__name__": "wild"}
    source, struct = COMMON, None
    exec(PRELUDE, names)
    exec(compile("from __future__ import annotations\n" + COMMON, "common.py", "exec", dont_inherit=True), names)
    for index in range(draw(st.integers(1, 3))):
        text = writer.struct(f"S{index}")
        source += text
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LintWarning)  # much of what is declared here deserves one
                warnings.simplefilter("ignore", DeprecationWarning)  # `~True`, from Python 3.12 on
                exec(compile("from __future__ import annotations\n" + text, "wild.py", "exec", dont_inherit=True), names)
        except DeclarationError as error:
            return Wild(source, None, error)
        struct = names[f"S{index}"]
        writer.structs.append(f"S{index}")
    return Wild(source, struct, None)
