"""Reads the text form of programs; what it means is in `text`, whether it is well-formed is `verify`'s business."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NoReturn, cast

from bitwright.errors import Location
from bitwright.ir.ops import Block, Function, Op, Program, Reg, RegType
from bitwright.ir.text import TextError
from bitwright.terms import bits_class

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<bytes>x"[^"]*")
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<reg>%\d+)
      | (?P<real>-?\d+\.\d+(?:e[+-]?\d+)?)
      | (?P<number>-?0x[0-9a-f]+|-?\d+(?:\^\d+(?:-1)?)?)
      | (?P<symbol>@[^\W\d]\w*)
      | (?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
      | (?P<sign>->|\.\.|[(){}<>:,=])
      | (?P<comment>\#.*)
    )""",
    re.VERBOSE,
)
_OPENINGS: Final = ("then", "do")  # of an op's first block; `else` opens the next
_CLOSINGS: Final = ("else", "end")
_KEYWORDS: Final[Mapping[str, Any]] = {
    "none": None, "true": True, "false": False, "nan": math.nan, "infinity": math.inf, "minus_infinity": -math.inf,
}  # fmt: skip


class _Line:
    """The tokens of one line, read from left to right."""

    def __init__(self, text: str, number: int) -> None:
        self.number = number
        self.tokens = list(self._split(text.rstrip()))
        self.at = 0

    def _split(self, text: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                self.fail(f"cannot read {text[at:].strip()[:20]!r}")
            kind = cast("str", match.lastgroup)
            if kind != "comment":
                found.append((kind, match[kind]))
            at = match.end()
        return found

    def fail(self, message: str) -> NoReturn:
        """The error for this line."""
        raise TextError(message, self.number)

    def peek(self) -> tuple[str, str]:
        """The next token's kind and text; empty at the end of the line."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def next(self, kind: str, what: str) -> str:
        """The next token, which must be of a kind."""
        found, text = self.peek()
        if found != kind:
            self.fail(f"expected {what}, found {text!r}" if text else f"expected {what}, the line ends")
        self.at += 1
        return text

    def accept(self, *texts: str) -> bool:
        """Whether the next token is a word or sign of that text; if so it is taken."""
        kind, text = self.peek()
        if kind in ("word", "sign") and text in texts:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Take a word or sign."""
        if not self.accept(text):
            found = self.peek()[1]
            self.fail(f"expected {text!r}, found {found!r}" if found else f"expected {text!r}, the line ends")

    def finish(self) -> None:
        """Nothing may follow."""
        if self.at < len(self.tokens):
            self.fail(f"{self.peek()[1]!r} is too much")

    # --- pieces ------------------------------------------------------------------------------

    def name(self, what: str) -> str:
        """An identifier, or a quoted name."""
        kind, _ = self.peek()
        return self.string() if kind == "string" else self.next("word", what)

    def string(self) -> str:
        """A quoted string."""
        text = self.next("string", "a string")
        try:
            return cast("str", json.loads(text))
        except json.JSONDecodeError as error:
            self.fail(f"{text} is no string: {error.msg}")

    def integer(self) -> int:
        """A number, possibly as a power of two."""
        text = self.next("number", "a number")
        base, power, rest = text.partition("^")
        if not power:
            return int(text, 16 if "x" in text else 10)
        exponent, minus, _ = rest.partition("-")
        if base not in ("2", "-2") or len(exponent) > 4:
            self.fail(f"{text} is no number; only powers of two are written with ^")
        value = (1 << int(exponent)) - (1 if minus else 0)
        return -value if base == "-2" else value

    def value(self) -> Any:
        """A constant."""
        kind, text = self.peek()
        if kind == "word" and text in _KEYWORDS:
            self.at += 1
            return _KEYWORDS[text]
        reader = _CONSTANTS.get(text if kind in ("word", "sign") else kind)
        if reader is None:
            self.fail(f"expected a constant, found {text!r}" if text else "expected a constant, the line ends")
        return reader(self)

    def symbol(self) -> str:
        """The name of a Python object."""
        return self.next("symbol", "a symbol")

    def read_bytes(self) -> bytes:
        """Bytes in hex."""
        text = self.next("bytes", "bytes")
        try:
            return bytes.fromhex(text[2:-1])
        except ValueError:
            self.fail(f"{text} are no bytes in hex")

    def read_bits(self) -> Any:
        """A run of bits."""
        self.expect("bits")
        self.expect("(")
        digits = self.string()
        self.expect(")")
        if digits.strip("01"):
            self.fail(f"{digits!r} are no bits")
        return bits_class()(bin=digits)

    def read_real(self) -> float:
        """A float."""
        return float(self.next("real", "a float"))

    def read_location(self) -> Location:
        """A place in a source file."""
        self.expect("location")
        self.expect("(")
        file = self.string()
        self.expect(",")
        line = self.integer()
        self.expect(")")
        return Location(file, line)

    def read_tuple(self) -> tuple[Any, ...]:
        """Constants in parentheses."""
        self.expect("(")
        values = []
        while not self.accept(")"):
            values.append(self.value())
            if not self.accept(","):
                self.expect(")")
                break
        return tuple(values)

    def read_table(self) -> dict[Any, Any]:
        """Constants by number or string, in braces."""
        self.expect("{")
        table: dict[Any, Any] = {}
        while not self.accept("}"):
            key = self.value()
            if not isinstance(key, int | str):
                self.fail("the keys of a table are numbers or strings")
            self.expect(":")
            table[key] = self.value()
            if not self.accept(","):
                self.expect("}")
                break
        return table


_CONSTANTS: Final[Mapping[str, Callable[[_Line], Any]]] = {
    "number": _Line.integer, "string": _Line.string, "symbol": _Line.symbol, "bytes": _Line.read_bytes, "location": _Line.read_location,
    "bits": _Line.read_bits, "real": _Line.read_real,
    "(": _Line.read_tuple, "{": _Line.read_table,
}  # fmt: skip


class _FunctionReader:
    """Reads one function; registers are known by number within it."""

    def __init__(self, lines: list[_Line], at: int) -> None:
        self.lines, self.at = lines, at
        self.regs: dict[int, Reg] = {}

    def function(self) -> Function:
        head = self.lines[self.at]
        head.expect("function")
        name = head.name("the function's name")
        head.expect("(")
        params = self.registers(head) if head.peek()[0] == "reg" else ()
        head.expect(")")
        self.assign(head, params)
        outs: list[RegType] = []
        if head.accept("->"):
            outs.append(self.type(head))
            while head.accept(","):
                outs.append(self.type(head))
        unit: Literal["byte", "bit"] = "byte"
        if head.accept("in"):
            head.expect("bits")
            unit = "bit"
        head.finish()
        self.at += 1
        body = self.block((), head)
        self.end(head)
        return Function(name, params, tuple(outs), body, unit)

    def type(self, line: _Line) -> RegType:
        text = line.next("word", "int or obj")
        if text not in ("int", "obj"):
            line.fail(f"expected int or obj, found {text!r}")
        return cast("Literal['int', 'obj']", text)

    def registers(self, line: _Line) -> tuple[Reg, ...]:
        """Registers as they stand where they are assigned, separated by commas."""
        found = [self.register(line)]
        while line.accept(","):
            found.append(self.register(line))
        return tuple(found)

    def register(self, line: _Line) -> Reg:
        serial = int(line.next("reg", "a register")[1:])
        line.expect(":")
        kind = self.type(line)
        lo = hi = 0
        if kind == "int":
            line.expect("<")
            lo = line.integer()
            line.expect("..")
            hi = line.integer()
            line.expect(">")
        hint = line.name("a name") if line.peek()[0] in ("word", "string") else ""
        return Reg(serial, kind, lo, hi, hint)

    def assign(self, line: _Line, regs: tuple[Reg, ...]) -> None:
        """From here on these registers can be read."""
        for reg in regs:
            if reg.number in self.regs:
                line.fail(f"%{reg.number} is assigned a second time")
            self.regs[reg.number] = reg

    def block(self, params: tuple[Reg, ...], opened: _Line) -> Block:
        """Ops up to a line that opens another block or ends this one."""
        block = Block(params)
        while True:
            if self.at >= len(self.lines):
                opened.fail("what begins here has no `end`")
            line = self.lines[self.at]
            if self._stands(*_CLOSINGS):
                return block
            self.at += 1
            block.ops.append(self.op(line))

    def op(self, line: _Line) -> Op:
        """One op and the blocks that follow it.  Its results are known in what follows it, not in its blocks."""
        outs: tuple[Reg, ...] = ()
        if line.peek()[0] == "reg":
            outs = self.registers(line)
            line.expect("=")
        kind = line.next("word", "an op")
        args = self.arguments(line)
        attrs = self.attributes(line)
        line.finish()
        blocks = self.blocks(line) if self._stands(*_OPENINGS) else ()
        self.assign(line, outs)
        return Op(kind, args, outs, attrs, blocks)

    def arguments(self, line: _Line) -> tuple[Reg, ...]:
        found: list[Reg] = []
        while line.peek()[0] == "reg":
            serial = int(line.next("reg", "a register")[1:])
            if serial not in self.regs:
                line.fail(f"%{serial} is read, but nothing above assigns it")
            found.append(self.regs[serial])
            if not line.accept(","):
                break
        return tuple(found)

    def attributes(self, line: _Line) -> dict[str, Any]:
        attrs: dict[str, Any] = {}
        if line.accept("{"):
            while True:
                key = line.name("the name of a constant")
                line.expect(":")
                attrs[key] = line.value()
                if not line.accept(","):
                    break
            line.expect("}")
        return attrs

    def _stands(self, *words: str) -> bool:
        """Whether the next line begins with one of these words."""
        if self.at >= len(self.lines):
            return False
        kind, text = self.lines[self.at].peek()
        return kind == "word" and text in words

    def blocks(self, opened: _Line) -> tuple[Block, ...]:
        found: list[Block] = []
        openings: tuple[str, ...] = _OPENINGS
        while self._stands(*openings):
            line = self.lines[self.at]
            line.at += 1
            params = self.registers(line) if line.peek()[0] == "reg" else ()
            line.finish()
            self.assign(line, params)
            self.at += 1
            found.append(self.block(params, line))
            openings = ("else",)
        self.end(opened)
        return tuple(found)

    def end(self, opened: _Line) -> None:
        """The line that closes what `opened` opened."""
        if self.at >= len(self.lines):
            opened.fail("what begins here has no `end`")
        line = self.lines[self.at]
        line.expect("end")
        line.finish()
        self.at += 1


def read_program(text: str, symbols: Mapping[str, Any]) -> Program:
    """See `text.from_text`."""
    lines = [line for i, row in enumerate(text.split("\n"), 1) if (line := _Line(row, i)).tokens]
    if not lines:
        raise TextError("the text is empty; a program begins with `program`", 1)
    program = _head(lines[0])
    at = 1
    while at < len(lines):
        line = lines[at]
        if line.accept("symbol"):
            _symbol(line, program, symbols)
            at += 1
            continue
        reader = _FunctionReader(lines, at)
        function = reader.function()
        if function.name in program.functions:
            line.fail(f"there are two functions called {function.name}")
        program.functions[function.name] = function
        at = reader.at
    return program


def _head(line: _Line) -> Program:
    line.expect("program")
    name = line.name("the program's name")
    direction = line.next("word", "parse or build")
    if direction not in ("parse", "build"):
        line.fail(f"expected parse or build, found {direction!r}")
    entry = line.name("the first function's name")
    line.finish()
    return Program(name, cast("Literal['parse', 'build']", direction), entry, {}, {})


def _symbol(line: _Line, program: Program, symbols: Mapping[str, Any]) -> None:
    name = line.string() if line.peek()[0] == "string" else line.next("symbol", "a symbol")
    line.finish()
    if name not in symbols:
        line.fail(f"{name} was not handed over")
    program.symbols[name] = symbols[name]
