"""Programs for tests: written in the text form, run by each engine; and those of every shipped format."""

from __future__ import annotations

import dataclasses
import importlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bitwright import Struct
from bitwright.backends.llvm import compile_program as compile_to_machine_code
from bitwright.backends.python import compile_pattern, compile_program
from bitwright.backends.python.runtime import FAILURES
from bitwright.errors import BitwrightError
from bitwright.ir.interp import Machine
from bitwright.ir.ops import Program, Reg
from bitwright.ir.text import from_text
from bitwright.ir.verify import verify
from bitwright.lower.facts import Options
from bitwright.lower.passes.copying import copy_program
from bitwright.lower.passes.trace import strip_trace
from tests.ir.symbols import SYMBOLS
from tests.specs.dns.corpus import packets

ROOT = Path(__file__).resolve().parents[2]
POSITION = "int<0..2^48>"
PARSE_OPTIONS = (Options(), Options(strict=True), Options(lax=True), Options(lax=True, plain=True))


def specs() -> dict[str, type[Struct]]:
    """Every format that the project ships, by name."""
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["bitwright.specs"]
    found: dict[str, type[Struct]] = {}
    for name, point in points.items():
        module, _, attribute = point.partition(":")
        found[name] = getattr(importlib.import_module(module), attribute)
    return found


def programs_of(struct: type[Struct]) -> Iterator[tuple[str, Program]]:
    """Every program that a codec can make of a format, as lowered and optimized, with what to call it."""
    codec = struct.codec("python")
    orders = ("big", "little") if codec.spec.order == "inherit" else (codec.spec.order,)
    for order in orders:
        for direction in ("parse", "build", "resolve"):
            for options in PARSE_OPTIONS if direction == "parse" else PARSE_OPTIONS[:1]:
                name = f"{direction}, {order}, {options}"
                yield f"{name}, as lowered", codec.program(direction, order, options)
                yield f"{name}, optimized", codec.optimized(direction, order, options)


def dns_messages() -> list[bytes]:
    """The DNS messages in the datagrams of the sample capture."""
    found = []
    for _, data, _ in packets((ROOT / "samples" / "dns.pcap").read_bytes()):
        header = 14 + (4 * (data[14] & 15) if data[12:14] == b"\x08\x00" else 40)
        protocol = data[23] if data[12:14] == b"\x08\x00" else data[20]
        if protocol == 17 and 53 in (int.from_bytes(data[header : header + 2]), int.from_bytes(data[header + 2 : header + 4])):
            found.append(data[header + 8 :])
    return found


# --- programs in text ----------------------------------------------------------------------------

_CASE = re.compile(r"### (?P<title>.+)\n(?P<source>(?:(?!### |--> |in: ).*\n)+)(?P<rest>(?:(?!### ).*\n?)*)")


@dataclasses.dataclass(frozen=True)
class Case:
    """A program of a file of cases, and what the lines below it claim."""

    title: str
    source: str
    claims: Mapping[str, str]

    def program(self, direction: str) -> Program:
        """The program; to those of parsing, functions are added that they may call."""
        named = "".join(f"symbol {name}\n" for name in SYMBOLS)
        return read(f"program Test {direction} entry\n{named}{self.source}{CALLED if direction == 'parse' else ''}", SYMBOLS)


def cases(file: Path) -> list[Case]:
    """The cases of a file: `### title`, the functions of a program, lines such as `--> message` or `out: value`."""
    text = file.read_text(encoding="utf-8")
    found = [
        Case(match["title"], match["source"], dict(line.split(" ", 1) for line in match["rest"].splitlines() if line))
        for match in _CASE.finditer(text)
    ]  # fmt: skip
    assert len(found) == text.count("\n### ") + text.startswith("### "), file
    return found


# What the programs of the cases may call.
CALLED = """\
function inner(%0: int<0..2^48> pos, %1: int<0..2^48> end)
end
function other(%0: int<0..2^48> pos, %1: int<0..2^48> end) -> obj
  %2: obj = none
  yield %2
end
function all(%0: int<0..2^48> pos, %1: int<0..2^48> end) -> obj, int
  %2: obj = span %0, %1 {as: "bytes"}
  yield %2, %1
end
function beyond(%0: int<0..2^48> pos, %1: int<0..2^48> end) -> obj, int
  %2: obj = none
  %3: int<4..4> = const {value: 4}
  %4: int<0..2^48> = bin %1, %3 {op: "add"}
  yield %2, %4
end
"""


def parse_text(body: str, outs: str, params: str = "", more: str = "", symbols: Mapping[str, Any] | None = None) -> str:
    """A parse program; its first registers are %0, the position, and %1, the end."""
    extra = f", {params}" if params else ""
    return _text("parse", f"%0: {POSITION} pos, %1: {POSITION} end{extra}", body, outs, more, symbols)


def build_text(body: str, outs: str, params: str = "%0: obj message", more: str = "", symbols: Mapping[str, Any] | None = None) -> str:
    """A build program; its first register is %0, the message."""
    return _text("build", params, body, outs, more, symbols)


def _text(direction: str, params: str, body: str, outs: str, more: str, symbols: Mapping[str, Any] | None) -> str:
    named = "".join(f"symbol {name}\n" for name in symbols or {})
    arrow = f" -> {outs}" if outs else ""
    return f"program Test {direction} entry\n{named}function entry({params}){arrow}\n{body}\nend\n{more}\n"


def shape(text: str) -> list[str]:
    """The lines of a program, its registers numbered in order of appearance: the passes' own numbers are no promise."""
    names: dict[str, str] = {}
    return [re.sub(r"%\d+", lambda found: names.setdefault(found[0], f"%{len(names)}"), line.strip()) for line in text.splitlines()]


class Failed(Exception):  # noqa: N818  # an outcome
    """A program failed: with a code if the engine knows it."""

    def __init__(self, code: str | None) -> None:
        super().__init__(code)
        self.code = code


def run(program: Program, engine: str, args: tuple[Any, ...] = (), data: bytes = b"") -> tuple[bytes, Any]:
    """What a program writes and yields: one value, a tuple of several, or None."""
    verify(program)
    return (_interpret if engine == "interp" else _compiled)(program, args, data)


def _interpret(program: Program, args: tuple[Any, ...], data: bytes) -> tuple[bytes, Any]:
    machine = CheckedMachine(program)
    machine.data = data
    try:
        end = len(data) * (8 if program.functions[program.entry].unit == "bit" else 1)
        yields = machine.run(*((0, end) if program.direction == "parse" else ()), *args)
    except BitwrightError as error:
        raise Failed(error.code) from error
    return bytes(machine.out), yields[0] if len(yields) == 1 else tuple(yields) or None


def _compiled(program: Program, args: tuple[Any, ...], data: bytes) -> tuple[bytes, Any]:
    bare = copy_program(program)
    strip_trace(bare)
    if program.functions[program.entry].unit == "bit":
        return b"", _matched(bare, args, data)
    functions, _ = compile_program(bare, "test")
    entry: Callable[..., Any] = functions["entry"]
    try:
        if program.direction == "parse":
            return b"", entry(data, 0, len(data), *args)
        written, yields = entry(*args)
    except FAILURES as error:
        raise Failed(None) from error
    return written, yields


def run_machine_code(program: Program, args: tuple[Any, ...], data: bytes = b"") -> Any:
    """What a parse program yields as machine code, or a build program writes and yields; `Unsupported` for what that engine cannot do."""
    pytest.importorskip("llvmlite")
    verify(program)
    bare = copy_program(program)
    strip_trace(bare)
    functions, _ = compile_to_machine_code(bare, "test", print)
    try:
        return functions["entry"](*((data, 0, len(data)) if program.direction == "parse" else ()), *args)
    except FAILURES as error:
        raise Failed(None) from error


def _matched(program: Program, args: tuple[Any, ...], data: bytes) -> Any:
    """What a pattern yields; it says by None that it fails."""
    functions, _ = compile_pattern(program, "test")
    yields = functions["entry"](data, 0, 8 * len(data), *args)
    if yields is None:
        raise Failed(None)
    return None if yields == () else yields


def read(text: str, symbols: Mapping[str, Any] | None = None) -> Program:
    """The program of a text."""
    return from_text(text, symbols or {})


class CheckedMachine(Machine):
    """The interpreter, checking that every number lies in the interval of its register."""

    def block(self, block: Any) -> list[Any]:
        yields = super().block(block)
        for op in block.ops:
            for reg in op.outs:
                if reg in self.regs:
                    within(reg, self.regs[reg])
        return yields

    def enter_block(self, block: Any, values: Any) -> list[Any]:
        for reg, value in zip(block.params, values, strict=True):
            within(reg, value)
        return super().enter_block(block, values)

    def call(self, function: Any, args: Any, own: Any = None) -> list[Any]:
        for reg, value in zip(function.params, args, strict=True):
            within(reg, value)
        return super().call(function, args, own)


def within(reg: Reg, value: Any) -> None:
    """Demand that a number lies in its register's interval, and that an object is no stray number's place."""
    if reg.type == "int":
        assert type(value) is int, f"%{reg.number} {reg.hint} holds {value!r}"
        assert reg.lo <= value <= reg.hi, f"%{reg.number} {reg.hint} of {reg.lo}..{reg.hi} holds {value}"
