"""LLVM's language, written as text at once: types, constants, functions, blocks, and a builder that appends instructions.

Promise: what is written is the same for the same calls.  Methods bear the names that they have in `llvmlite.ir`, which keeps each
instruction as an object and makes the text at the end: that took more than half of the time until a format was machine code.
Types are looked at where it costs nothing; LLVM's own verifier sees the rest.
"""

from __future__ import annotations

import contextlib
import functools
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

# --- types ---------------------------------------------------------------------------------------


class Type:
    """A type, of which there is one object each."""

    __slots__ = ("element", "text", "width")

    def __init__(self, text: str, width: int = 0, element: Type | None = None) -> None:
        self.text, self.width, self.element = text, width, element  # the bits of a number; what a vector has many of

    def __str__(self) -> str:
        return self.text


@functools.cache
def int_type(bits: int) -> Type:
    """A number of so many bits."""
    return Type(f"i{bits}", bits)


@functools.cache
def vector_type(element: Type, count: int) -> Type:
    """So many of a type at once."""
    return Type(f"<{count} x {element}>", count, element)


PTR: Final = Type("ptr")
VOID: Final = Type("void")
FLOAT, DOUBLE = Type("float", 32), Type("double", 64)
I1: Final = int_type(1)


class FunctionType:
    """What a function takes and gives."""

    __slots__ = ("args", "return_type")

    def __init__(self, return_type: Type, args: Sequence[Type]) -> None:
        self.return_type, self.args = return_type, tuple(args)


# --- values --------------------------------------------------------------------------------------


class Value:
    """Something that instructions take: a constant, an argument, what an instruction gave, the address of a global."""

    __slots__ = ("ref", "type")

    def __init__(self, of: Type, ref: str) -> None:
        self.type, self.ref = of, ref

    def __str__(self) -> str:
        return f"{self.type.text} {self.ref}"


NULL: Final = Value(PTR, "null")


@functools.lru_cache(4096)
def constant(of: Type, value: int) -> Value:
    """A number known now; of a vector, in each place."""
    if of.element is not None:
        return Value(of, f"<{', '.join([f'{of.element} {value}'] * of.width)}>")
    return Value(of, str(value))


def real(value: float) -> Value:
    """A number of 64 bits known now; LLVM's text has its bits."""
    return Value(DOUBLE, f"0x{struct.pack('>d', value).hex()}")


class Phi(Value):
    """One of several values, by where the block was entered from."""

    __slots__ = ("_ways",)

    def __init__(self, of: Type, ref: str) -> None:
        super().__init__(of, ref)
        self._ways: list[str] = []

    def add_incoming(self, value: Value, block: Block) -> None:
        """Which it is from this block."""
        self._ways.append(f"[{value.ref}, {block.ref}]")

    def line(self) -> str:
        """The instruction."""
        return f"{self.ref} = phi {self.type.text} {', '.join(self._ways)}"


class Room(Value):
    """Room in the frame of a function."""

    __slots__ = ("_held", "align")

    def __init__(self, ref: str, held: str) -> None:
        super().__init__(PTR, ref)
        self._held, self.align = held, 0

    def line(self) -> str:
        """The instruction."""
        return f"{self.ref} = alloca {self._held}{f', align {self.align}' if self.align else ''}"


class Branch:
    """Goes to one of two blocks."""

    __slots__ = ("_function", "_text", "_weights")

    def __init__(self, function: Function, text: str) -> None:
        self._function, self._text, self._weights = function, text, ""

    def set_weights(self, weights: Sequence[int]) -> None:
        """How often each is taken."""
        self._weights = f", !prof !{self._function.module.weights(tuple(weights))}"

    def line(self) -> str:
        """The instruction."""
        return self._text + self._weights


class Switch:
    """Goes to a block by a number."""

    __slots__ = ("_cases", "_default", "_key")

    def __init__(self, key: Value, default: Block) -> None:
        self._key, self._default, self._cases = key, default, list[str]()

    def add_case(self, value: Value, block: Block) -> None:
        """Where it goes for one number."""
        self._cases.append(f"{value}, label {block.ref}")

    def line(self) -> str:
        """The instruction."""
        return f"switch {self._key}, label {self._default.ref} [{' '.join(self._cases)}]"


class _Late(Protocol):
    """An instruction that is not complete before the module is."""

    def line(self) -> str: ...


class Block:
    """Instructions that run one after the other."""

    __slots__ = ("function", "is_terminated", "lines", "name", "ref")

    def __init__(self, function: Function, name: str) -> None:
        self.function, self.name, self.ref, self.is_terminated = function, name, f'%"{name}"', False
        self.lines: list[str | _Late] = []


class Function(Value):
    """A function of the module, or, without blocks, one from elsewhere."""

    __slots__ = ("_names", "args", "blocks", "function_type", "linkage", "module", "name", "serial")

    def __init__(self, module: Module, function_type: FunctionType, name: str) -> None:
        super().__init__(PTR, f'@"{name}"')
        self.module, self.function_type, self.name, self.linkage = module, function_type, name, ""
        self.args = tuple(Value(kind, f'%".{number}"') for number, kind in enumerate(function_type.args, 1))
        self.serial = len(self.args)  # of the values of the function
        self.blocks: list[Block] = []
        self._names: dict[str, int] = {}
        module.globals[name] = self

    def append_basic_block(self, name: str) -> Block:
        """A new block, under a name of its own."""
        known = self._names.get(name)
        self._names[name] = 0 if known is None else known + 1
        made = Block(self, name if known is None else f"{name}.{known + 1}")
        self.blocks.append(made)
        return made

    def text(self) -> str:
        """The whole function."""
        linkage, args = f"{self.linkage} " if self.linkage else "", ", ".join(map(str, self.args))
        head = f"{linkage}{self.function_type.return_type} {self.ref}({args})\n"
        if not self.blocks:
            return "declare " + head
        lines = ["define ", head, "{\n"]
        for block in self.blocks:
            lines.append(f"{block.name}:\n")
            lines += [f"  {line if type(line) is str else line.line()}\n" for line in block.lines]  # type: ignore[union-attr]
        return "".join([*lines, "}\n"])


_PLAIN: Final = frozenset(b" !#$%&'()*+,-./:;<=>?@[]^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Module:
    """All that is compiled at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.globals: dict[str, Function] = {}
        self.data: list[str] = []  # what else it has, line by line
        self._weights: dict[tuple[int, ...], int] = {}

    def bytes_of(self, name: str, raw: bytes) -> Value:
        """Bytes that never change."""
        text = "".join(chr(each) if each in _PLAIN else f"\\{each:02x}" for each in raw)
        self.data.append(f'@"{name}" = internal constant [{len(raw)} x i8] c"{text}"')
        return Value(PTR, f'@"{name}"')

    def number_of(self, name: str, value: int) -> Value:
        """Room for a number of 64 bits, which begins as this."""
        self.data.append(f'@"{name}" = internal global i64 {value}')
        return Value(PTR, f'@"{name}"')

    def weights(self, weights: tuple[int, ...]) -> int:
        """The number of a note on how often branches are taken."""
        return self._weights.setdefault(weights, len(self._weights))

    def __str__(self) -> str:
        functions = [function.text() for function in self.globals.values()]
        weights = {number: ", ".join(f"i32 {each}" for each in one) for one, number in self._weights.items()}
        notes = [f'!{number} = !{{ !"branch_weights", {each} }}' for number, each in weights.items()]
        return "\n".join([f'; ModuleID = "{self.name}"', *self.data, *functions, *notes, ""])


# --- instructions --------------------------------------------------------------------------------


def _binary(word: str) -> Callable[[Builder, Value, Value], Value]:
    def made(self: Builder, left: Value, right: Value) -> Value:
        if left.type is not right.type:
            raise TypeError(f"{word} of {left.type} and {right.type}")
        return self.result(left.type, f"{word} {left.type.text} {left.ref}, {right.ref}")

    return made


def _cast(word: str) -> Callable[[Builder, Value, Type], Value]:
    def made(self: Builder, value: Value, of: Type) -> Value:
        return value if value.type is of else self.result(of, f"{word} {value.type.text} {value.ref} to {of.text}")

    return made


def _counted(name: str) -> Callable[[Builder, Value, Value], Value]:
    def made(self: Builder, value: Value, undefined: Value) -> Value:
        return self.intrinsic(f"llvm.{name}.{_suffix(value.type)}", value.type, [value, undefined])

    return made


def _of_one(name: str) -> Callable[[Builder, Value], Value]:
    def made(self: Builder, value: Value) -> Value:
        return self.intrinsic(f"llvm.{name}.{_suffix(value.type)}", value.type, [value])

    return made


def _suffix(of: Type) -> str:
    return of.text if of.element is None else f"v{of.width}{of.element}"


_SIGNED: Final = {"==": "eq", "!=": "ne", "<": "slt", "<=": "sle", ">": "sgt", ">=": "sge"}
_UNSIGNED: Final = {"==": "eq", "!=": "ne", "<": "ult", "<=": "ule", ">": "ugt", ">=": "uge"}

_ORDERED: Final = {"==": "oeq", "!=": "one", "<": "olt", "<=": "ole", ">": "ogt", ">=": "oge"}


class Builder:
    """Appends instructions to a block; to one that is complete, before where it leaves."""

    __slots__ = ("block",)

    def __init__(self, block: Block) -> None:
        self.block = block

    # --- where ---

    @property
    def function(self) -> Function:
        """The function that the block is of."""
        return self.block.function

    def append_basic_block(self, name: str) -> Block:
        """A new block of the function; the builder stays where it is."""
        return self.block.function.append_basic_block(name)

    def position_at_end(self, block: Block) -> None:
        """Go on in another block."""
        self.block = block

    @contextlib.contextmanager
    def goto_block(self, block: Block) -> Iterator[None]:
        """Be in another block for a while."""
        before, self.block = self.block, block
        try:
            yield
        finally:
            self.block = before

    # --- how ---

    def write(self, line: str | _Late) -> None:
        """An instruction that gives nothing, or that is there once it is complete."""
        if self.block.is_terminated:
            self.block.lines.insert(-1, line)
        else:
            self.block.lines.append(line)

    def result(self, of: Type, text: str) -> Value:
        """An instruction that gives a value."""
        value = Value(of, self.next_name())
        self.write(f"{value.ref} = {text}")
        return value

    def next_name(self) -> str:
        """The name of a new value."""
        function = self.block.function
        function.serial += 1
        return f'%".{function.serial}"'

    def _leave(self, line: str | _Late) -> None:
        if self.block.is_terminated:
            raise ValueError(f"the block {self.block.name} of {self.function.name} is complete")
        self.write(line)
        self.block.is_terminated = True

    # --- numbers ---

    add, sub, mul = _binary("add"), _binary("sub"), _binary("mul")
    sdiv, srem, udiv, urem = _binary("sdiv"), _binary("srem"), _binary("udiv"), _binary("urem")
    and_, or_, xor = _binary("and"), _binary("or"), _binary("xor")
    shl, lshr, ashr = _binary("shl"), _binary("lshr"), _binary("ashr")
    zext, sext, trunc, bitcast = _cast("zext"), _cast("sext"), _cast("trunc"), _cast("bitcast")
    ptrtoint, inttoptr = _cast("ptrtoint"), _cast("inttoptr")
    fpext, fptrunc, uitofp = _cast("fpext"), _cast("fptrunc"), _cast("uitofp")
    fsub, fmul = _binary("fsub"), _binary("fmul")
    bswap, ctpop, bitreverse = _of_one("bswap"), _of_one("ctpop"), _of_one("bitreverse")
    cttz, ctlz = _counted("cttz"), _counted("ctlz")

    def not_(self, value: Value) -> Value:
        """All bits the other way round."""
        return self.xor(value, constant(value.type, -1))

    def neg(self, value: Value) -> Value:
        """With the other sign."""
        return self.sub(constant(value.type, 0), value)

    def icmp_signed(self, how: str, left: Value, right: Value) -> Value:
        """Compare numbers that have a sign."""
        return self._compared(_SIGNED[how], left, right)

    def icmp_unsigned(self, how: str, left: Value, right: Value) -> Value:
        """Compare numbers without a sign, or addresses."""
        return self._compared(_UNSIGNED[how], left, right)

    def _compared(self, how: str, left: Value, right: Value) -> Value:
        kind = left.type
        if kind is not right.type:
            raise TypeError(f"icmp of {kind} and {right.type}")
        return self.result(I1 if kind.element is None else vector_type(I1, kind.width), f"icmp {how} {kind.text} {left.ref}, {right.ref}")

    def fcmp_ordered(self, how: str, left: Value, right: Value) -> Value:
        """Compare floats; with what is no number nothing compares."""
        return self.result(I1, f"fcmp {_ORDERED[how]} {left}, {right.ref}")

    def select(self, condition: Value, then: Value, other: Value) -> Value:
        """One of two."""
        if then.type is not other.type:
            raise TypeError(f"select of {then.type} and {other.type}")
        return self.result(then.type, f"select {condition}, {then}, {other}")

    # --- memory ---

    def alloca(self, of: Type, size: int | None = None) -> Room:
        """Room in the frame of the function, perhaps for several."""
        made = Room(self.next_name(), of.text if size is None else f"{of.text}, i32 {size}")
        self.write(made)
        return made

    def load(self, place: Value, *, typ: Type, align: int | None = None) -> Value:
        """What lies at an address."""
        return self.result(typ, f"load {typ.text}, {place}{'' if align is None else f', align {align}'}")

    def store(self, value: Value, place: Value, align: int | None = None) -> None:
        """Put a value there."""
        self.write(f"store {value}, {place}{'' if align is None else f', align {align}'}")

    def gep(self, place: Value, indices: Sequence[Value], *, source_etype: Type, inbounds: bool = False) -> Value:
        """An address so many of a type further."""
        given = ", ".join(map(str, indices))
        return self.result(PTR, f"getelementptr {'inbounds ' if inbounds else ''}{source_etype.text}, {place}, {given}")

    # --- control ---

    def call(self, callee: Any, args: Sequence[Value]) -> Value:
        """Call a function."""
        of = callee.function_type
        for wanted, arg in zip(of.args, args, strict=True):
            if arg.type is not wanted:
                raise TypeError(f"{callee.ref} takes {wanted}, not {arg}")
        text = f"call {of.return_type.text} {callee.ref}({', '.join([f'{arg.type.text} {arg.ref}' for arg in args])})"
        if of.return_type is not VOID:
            return self.result(of.return_type, text)
        self.write(text)
        return Value(VOID, "")

    def intrinsic(self, name: str, of: Type, args: Sequence[Value]) -> Value:
        """Call what LLVM has itself."""
        module = self.function.module
        known = module.globals.get(name) or Function(module, FunctionType(of, [arg.type for arg in args]), name)
        return self.call(known, args)

    def phi(self, of: Type) -> Phi:
        """One of several values, to be given by `add_incoming`."""
        made = Phi(of, self.next_name())
        self.write(made)
        return made

    def branch(self, block: Block) -> None:
        """Go to a block."""
        self._leave(f"br label {block.ref}")

    def cbranch(self, condition: Value, then: Block, other: Block) -> Branch:
        """Go to one of two blocks."""
        made = Branch(self.function, f"br {condition}, label {then.ref}, label {other.ref}")
        self._leave(made)
        return made

    def switch(self, key: Value, default: Block) -> Switch:
        """Go to a block by a number; `add_case` says where."""
        made = Switch(key, default)
        self._leave(made)
        return made

    def ret(self, value: Value) -> None:
        """Return a value."""
        self._leave(f"ret {value}")

    def ret_void(self) -> None:
        """Return nothing."""
        self._leave("ret void")

    def unreachable(self) -> None:
        """No way leads here."""
        self._leave("unreachable")
