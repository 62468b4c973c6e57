"""Programs as text, for people to read and for tests to keep: `to_text` prints, `from_text` reads back.

Promise: `to_text(from_text(to_text(p), p.symbols)) == to_text(p)`, and the program that was read does
what the printed one does.  Python objects stay outside: the text names them (`@Header`), and whoever
reads it hands them over.  Text that is no program raises `TextError` with the line.

One op a line: what it assigns, `=`, its kind, what it reads, its constants in braces.

    %12: int<0..65535> qdcount = load %3 {offset: 4, bytes: 2, order: "big"}

Blocks follow their op, opened by `then` and `else` of an `if`, by `do` of a loop, closed by `end`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bitwright.errors import Location
from bitwright.ir.ops import Block, Function, Op, Program, Reg
from bitwright.terms import is_bits

IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")  # any other name is quoted, so programs are ASCII
SYMBOL: Final = re.compile(r"@[A-Za-z_][A-Za-z0-9_]*\Z")
_POWERS_FROM: Final = 24  # smaller numbers are easier to read written out
_DECIMAL: Final = 10_000  # wider numbers take Python too long in decimal


class TextError(ValueError):
    """Text that is not a program; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, line)
        self.message, self.line = message, line

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


def to_text(program: Program) -> str:
    """The whole program."""
    lines = [f"program {_name(program.name)} {program.direction} {_name(program.entry)}", ""]
    for name, value in program.symbols.items():
        lines.append(f"symbol {literal(name)}  # {_description(value)}")
    for function in program.functions.values():
        lines += ["", *_function_lines(function)]
    return "\n".join(lines) + "\n"


def from_text(text: str, symbols: Mapping[str, Any]) -> Program:
    """The program that a text describes; `symbols` are the objects that it names."""
    from bitwright.ir.text_reader import read_program

    return read_program(text, symbols)


def function_text(function: Function) -> str:
    """One function of a program."""
    return "\n".join(_function_lines(function)) + "\n"


def op_text(op: Op) -> str:
    """One op without its blocks."""
    outs = ", ".join(register(out) for out in op.outs)
    args = ", ".join(f"%{arg.number}" for arg in op.args)
    text = f"{outs} = {op.kind}" if op.outs else op.kind
    if args:
        text += f" {args}"
    if op.attrs:
        text += " {" + ", ".join(f"{_name(key)}: {literal(value)}" for key, value in op.attrs.items()) + "}"
    return text


def register(reg: Reg) -> str:
    """A register where it is assigned: number, type with interval, name for people."""
    kind = f"int<{number(reg.lo)}..{number(reg.hi)}>" if reg.type == "int" else reg.type
    return f"%{reg.number}: {kind} {_name(reg.hint)}" if reg.hint else f"%{reg.number}: {kind}"


def number(value: int) -> str:
    """A number; large powers of two, and those minus one, as such: 2^48, -2^63, 2^32-1."""
    size = abs(value)
    if size.bit_length() >= _DECIMAL:
        return f"{int(value):#x}"
    if size >> _POWERS_FROM:
        if size & (size - 1) == 0:
            return f"{'-' if value < 0 else ''}2^{size.bit_length() - 1}"
        if value > 0 and value & (value + 1) == 0:
            return f"2^{value.bit_length()}-1"
    return str(int(value))


def real(value: float) -> str:
    """A float; one that is no number, or infinite, in a word."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "infinity" if value > 0 else "minus_infinity"
    text = repr(value)
    return text if "." in text else text.replace("e", ".0e")


def literal(value: Any) -> str:
    """A constant of an op."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int():
            return number(value)
        case str():
            return value if SYMBOL.match(value) else json.dumps(value)
        case bytes():
            return f'x"{value.hex()}"'
        case float():
            return real(value)
        case tuple():
            return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
        case Mapping():
            return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
        case Location():
            return f"location({json.dumps(value.file)}, {value.line})"
    if is_bits(value):
        return f'bits("{value.bin}")'
    raise TypeError(f"a constant of type {type(value).__name__} has no text form: {value!r}")


def _name(text: str) -> str:
    return text if IDENTIFIER.match(text) else json.dumps(text)


def _description(value: Any) -> str:
    """What a symbol stands for, without anything that differs from run to run."""
    of = getattr(value, "members", value)
    named = f"{getattr(of, '__module__', '')}.{getattr(of, '__qualname__', type(of).__qualname__)}"
    kind = "class" if isinstance(value, type) else type(value).__name__
    return json.dumps(f"{kind} {named}")[1:-1]


def _function_lines(function: Function) -> Iterator[str]:
    params = ", ".join(register(p) for p in function.params)
    outs = f" -> {', '.join(function.outs)}" if function.outs else ""
    unit = " in bits" if function.unit == "bit" else ""
    yield f"function {_name(function.name)}({params}){outs}{unit}"
    yield from _block_lines(function.body, "  ")
    yield "end"


def _block_lines(block: Block, indent: str) -> Iterator[str]:
    for op in block.ops:
        yield indent + op_text(op)
        for index, inner in enumerate(op.blocks):
            params = ", ".join(register(p) for p in inner.params)
            yield f"{indent}{_opening(op, index)}" + (f" {params}" if params else "")
            yield from _block_lines(inner, indent + "  ")
        if op.blocks:
            yield f"{indent}end"


def _opening(op: Op, index: int) -> str:
    return "else" if index else "then" if op.kind == "if" else "do"
