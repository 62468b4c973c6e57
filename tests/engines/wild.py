"""Formats without regard for what is legal: whatever is declared either works or is refused as a declaration."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from bitwright import DeclarationError, Struct
from tests.engines.formats import PRELUDE

Draw = Callable[[st.SearchStrategy[Any]], Any]

NUMBERS = (
    "u8()", "u16()", "u32()", "i8()", "bits(1)", "bits(3)", "bits(4)", "bits(5)", "bits(12)", "flag()", "u8(Kind)", "bits(9, signed=True)",
    "u16(endian={condition})", 'u16(endian="little")', "auto(u8())", "auto(u16())", "auto(bits(4))", "auto(flag())", "auto(u8(default=3))",
    "const(u8(), {number})", "const(u8(), 1)", "reserved(4)", "checksum(u16(), internet)", "checksum(u16(), internet, over={number})",
)  # fmt: skip
CONTENTS = (
    "raw(size={number})", "raw(size={number})", "raw(size=2)", "raw(prefix=u8())", "raw(prefix=u16(endian={condition}))", 'raw(terminator=b"\\0")',
    "raw()", "text(size={number})", 'text(terminator=b"ab")', "text(prefix=u8())", "payload(size={number})", "payload()", "domain_name()",
    "ipv4()", 'const(raw(size=2), b"ab")', "raw(size=select({condition}, rest(), {number}))", "raw(size=rest() - 2)",
)  # fmt: skip
STRUCTURES = (
    "nested({struct})", "nested({struct}, size={number})", "nested({struct}, endian={condition})", "array({item}, count={number})",
    "array({item}, size={number})", "array({item}, prefix=u8())", "array({item}, prefix=bits(3))", 'array({item}, terminator=b"\\0")', "checksum(u16(), internet, over=span('f0', 'f1'))",
    "array({item}, count=3)", "array({item})", "array(u8(), until=lambda it: it == {constant})",
    "variant(Base, on={number})", "variant(Base, on={number}, unknown=Other)", "variant(Base, on={number}, unknown=Other, empty=Nothing, size={number})",
    "variant(Base, on={number}, unknown=Other, malformed=Other, size={number})", "variant(Base, on={number}, malformed=Nothing, size={number})",
    "switch({number}, {1: {struct}, 2: {struct}}, {struct}, size={number})", "when({condition}, {inner})", "when({condition}, {inner})",
)  # fmt: skip
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
            return f"({self.number(depth - 1)} {sign} {self.number(depth - 1)})"
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
            "constant": lambda: str(self.draw(st.integers(0, 5))), "item": self.item, "inner": self.inner,
        }  # fmt: skip
        return re.sub(r"\{(\w+)\}", lambda blank: blanks[blank[1]](), said)

    def item(self) -> str:
        """What a list may hold."""
        return self.fill(self.draw(st.sampled_from([*self.structs, "u8()", "u16()", "bits(4)", *CONTENTS[:8], "domain_name()", "array(u8(), count=2)"])))

    def inner(self) -> str:
        """What may be optional."""
        return self.fill(self.draw(st.sampled_from([*NUMBERS[:12], *CONTENTS[:9], *STRUCTURES[:8]])))

    def struct(self, name: str) -> str:
        """A class of a few fields."""
        self.numbers = []
        lines = []
        for index in range(self.draw(st.integers(1, 6))):
            field = f"f{index}"
            kind = self.draw(st.integers(0, 9))
            if kind == 0:
                lines.append(self.draw(st.sampled_from([f"_{field} = pad(bits=4)", f"_{field} = align(4)", f"_{field} = pad(bits=3)"])))
            elif kind == 1 and self.numbers:
                lines.append(f"{field} = {self.number()} + 0")
                self.numbers.append(field)
            else:
                said = self.fill(self.draw(st.sampled_from(NUMBERS if kind < 6 else CONTENTS if kind < 8 else STRUCTURES)))
                lines.append(f"{field}: int = {said}")
                self.numbers.append(field)
                self.numbers += [f"{field}.f{n}" for n in range(3) if "nested(S" in said]
        order = self.draw(st.sampled_from(["", "", "", ', endian="little"']))
        return f"class {name}(Struct{order}):\n" + "".join(f"    {line}\n" for line in lines)


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
            exec(compile("from __future__ import annotations\n" + text, "wild.py", "exec", dont_inherit=True), names)
        except DeclarationError as error:
            return Wild(source, None, error)
        struct = names[f"S{index}"]
        writer.structs.append(f"S{index}")
    return Wild(source, struct, None)
