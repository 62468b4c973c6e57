"""Expressions over fields: what a field's name is while the class body runs, and its frozen form.

Inside a class body `length - ihl * 4` is, to a type checker, arithmetic on ints; at run time
the names are `Expr` objects that record it.  When the class is made, `freeze` turns each into
a small immutable tree (`Node`) that refers to fields by name.  Nothing here knows bytes.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, Literal, NoReturn, TypeAlias

import msgspec

from bitwright.errors import DeclarationError, Location, declaration_error

# No input is longer (a terabyte), so a constant size or count beyond it is a mistake.
MOST_BYTES = 1 << 40

# Where the vocabulary is written; a declaration is written elsewhere, perhaps in another part of bitwright.
_VOCABULARY = os.path.dirname(__file__) + os.sep  # noqa: PTH120  # as code objects spell it
_METACLASS = os.path.join(os.path.dirname(_VOCABULARY[:-1]), "meta.py")  # noqa: PTH118, PTH120


def caller() -> types.FrameType:
    """The nearest frame outside the vocabulary: the user's declaration."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (frame.f_code.co_filename.startswith(_VOCABULARY) or frame.f_code.co_filename == _METACLASS):
        frame = frame.f_back
    return frame


def call_site() -> Location:
    """File and line of the user's declaration."""
    frame = caller()
    return Location(frame.f_code.co_filename, frame.f_lineno)


# --- frozen form -------------------------------------------------------------------------------


class Const(msgspec.Struct, frozen=True):
    """A number known now."""

    value: int


class FieldRef(msgspec.Struct, frozen=True):
    """A field of the same struct, or, with more than one name, of a struct nested in it."""

    names: tuple[str, ...]


class ParamRef(msgspec.Struct, frozen=True):
    """A parameter given from outside."""

    name: str


class ItemRef(msgspec.Struct, frozen=True):
    """A field of the array element just read (inside `until=`); no names: the element itself."""

    names: tuple[str, ...]


class Rest(msgspec.Struct, frozen=True):
    """The bytes from here to the end of the region."""


class Unary(msgspec.Struct, frozen=True):
    """`op` is one of ``neg`` ``not``."""

    op: str
    operand: Node


class Binary(msgspec.Struct, frozen=True):
    """`op` is one of the keys of `BINARY`."""

    op: str
    left: Node
    right: Node


class Select(msgspec.Struct, frozen=True):
    """`then` where the condition holds, else `other`."""

    condition: Node
    then: Node
    other: Node


Node: TypeAlias = Const | FieldRef | ParamRef | ItemRef | Rest | Unary | Binary | Select

BINARY: dict[str, str] = {
    "add": "+", "sub": "-", "mul": "*", "floordiv": "//", "mod": "%", "and": "&", "or": "|", "xor": "^",
    "shl": "<<", "shr": ">>", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})


def least_rest(condition: Node) -> int | None:
    """How many bytes must be left for `rest() > 0`, `rest() >= 4` and their like to hold; None of any other condition."""
    match condition:
        case Binary("gt", Rest(), Const(limit)) | Binary("lt", Const(limit), Rest()):
            return limit + 1
        case Binary("ge", Rest(), Const(limit)) | Binary("le", Const(limit), Rest()):
            return limit
        case Binary("ne", Rest(), Const(0)) | Binary("ne", Const(0), Rest()):
            return 1
    return None


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    match node:
        case Unary(_, a):
            yield from walk(a)
        case Binary(_, a, b):
            yield from walk(a)
            yield from walk(b)
        case Select(c, a, b):
            yield from walk(c)
            yield from walk(a)
            yield from walk(b)


def show(node: Node) -> str:
    """The expression as its author would write it."""
    match node:
        case Const(value):
            return str(value)
        case FieldRef(names):
            return ".".join(names)
        case ParamRef(name):
            return name
        case ItemRef(names):
            return ".".join(("it", *names))
        case Rest():
            return "rest()"
        case Unary(op, a):
            return f"-{show(a)}" if op == "neg" else f"~({show(a)})"
        case Binary(op, a, b):
            left, right = (f"({show(x)})" if isinstance(x, Binary) else show(x) for x in (a, b))
            return f"{left} {BINARY[op]} {right}"
        case Select(c, a, b):
            return f"select({show(c)}, {show(a)}, {show(b)})"


# --- while the class body runs -----------------------------------------------------------------


class Expr:
    """A value that will be known when a message is read; supports arithmetic and comparison.

    All state is behind underscores because every other attribute is a field of a nested struct.
    """

    __slots__ = ("_bw_args", "_bw_op", "_bw_site")

    def __init__(self, op: str, *args: Any) -> None:
        self._bw_op = op
        self._bw_args = args
        self._bw_site = call_site()

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("_"):
            raise AttributeError(name)
        return Expr("path", self, name)

    def _bw_refuse(self, what: str, advice: str) -> NoReturn:
        raise declaration_error(f"{what} cannot be used on a field in a declaration: {advice}", call_site())

    def __repr__(self) -> str:
        return f"<{'the field' if self._bw_op == 'field' else 'an expression'} of {self._bw_site}>"

    def __bool__(self) -> bool:
        self._bw_refuse(
            "`and`, `or`, `not`, `in`, `if` and chained comparisons",
            "write (a == 1) & (b < 2), |, `flag == 0` for not, select(c, a, b) or when(c, ...)",
        )

    def __len__(self) -> int:
        self._bw_refuse("len()", "give the array a count= or the bytes a size=; the field itself is the number")

    def __call__(self, *args: object, **keywords: object) -> NoReturn:  # noqa: D102  # ruff takes `__call__` for a public method
        advice = "a field above has the name of a word of the vocabulary; rename it, or write bw.u8() after import bitwright as bw"
        self._bw_refuse("a call", advice)

    def __getitem__(self, index: object) -> NoReturn:
        self._bw_refuse("indexing", "an element of an array or a byte of a field is only known when a message is read")

    def __truediv__(self, other: object) -> NoReturn:
        self._bw_refuse("`/`", "sizes and counts are whole numbers: write //")

    def __pow__(self, other: object) -> NoReturn:
        self._bw_refuse("`**`", "for a power of two write 1 << n")

    __rtruediv__ = __truediv__
    __rpow__ = __pow__

    def __iter__(self) -> Iterator[Any]:
        self._bw_refuse("iteration", "use array(...) for repetition")

    def __contains__(self, item: object) -> bool:
        self._bw_refuse("`in`", "compare with == and join with |, as in (a == 1) | (a == 2)")

    def __index__(self) -> int:
        self._bw_refuse("range(), int() and indexing by it", "its value is only known when a message is read")

    __int__ = __index__
    __float__ = __index__  # refuses as well
    __round__ = __index__
    __hash__ = object.__hash__

    def __neg__(self) -> Any:
        return Expr("neg", self)

    def __invert__(self) -> Any:
        return Expr("not", self)

    def __eq__(self, other: object) -> Any:
        return Expr("eq", self, other)

    def __ne__(self, other: object) -> Any:
        return Expr("ne", self, other)


def _binary(op: str, swapped: bool) -> Callable[[Expr, Any], Any]:
    def method(self: Expr, other: Any) -> Any:
        return Expr(op, other, self) if swapped else Expr(op, self, other)

    return method


for _op in BINARY:
    if _op in COMPARISONS:
        if _op not in ("eq", "ne"):
            setattr(Expr, f"__{_op}__", _binary(_op, swapped=False))
        continue
    _dunder = {"shl": "lshift", "shr": "rshift"}.get(_op, _op)
    setattr(Expr, f"__{_dunder}__", _binary(_op, swapped=False))
    setattr(Expr, f"__r{_dunder}__", _binary(_op, swapped=True))


class FieldProxy(Expr):
    """What `u16()` and its like return: the expression that stands for the field, and its declaration."""

    __slots__ = ("_bw_decl",)

    def __init__(self, decl: Any) -> None:
        super().__init__("field")
        self._bw_decl = decl


class Scope:
    """The names an expression may refer to while it is frozen."""

    def __init__(self, struct: str, base: type | None = None) -> None:
        self.struct = struct
        self.base = base
        self.field = ""  # whose declaration is being frozen
        self.site: Location | None = None  # and where it was written
        self.names: dict[int, str] = {}  # id of a field's or parameter's declaration → its name
        self.params: set[str] = set()
        self.computed: dict[int, Node] = {}  # id of an un-annotated expression → its frozen form
        self.inherited: dict[str, Node] = {}  # names of the base struct, for `Base.field`
        self.item: Expr | None = None
        self.bit_order: Literal["msb", "lsb"] = "msb"  # of the class

    def error(self, message: str) -> DeclarationError:
        """A DeclarationError about what is being frozen."""
        return declaration_error(message, self.site, self.struct, self.field)

    def freeze(self, value: Any) -> Node:
        """The immutable form of an expression, a number, or `Base.field`; DeclarationError if foreign."""
        if isinstance(value, bool | int):
            return Const(int(value))
        if isinstance(value, types.MemberDescriptorType | property):
            return self._descriptor(value)
        if not isinstance(value, Expr):
            advice = "declare a field before it is used" if callable(value) else "write an int, a field's name or arithmetic on them"
            raise self.error(f"{value!r} is not a number or an expression over fields; {advice}")
        if id(value) in self.computed:
            return self.computed[id(value)]
        if value is self.item:
            return ItemRef(())
        op, args = value._bw_op, value._bw_args
        if op == "field":
            return self._field(value)
        if op == "path":
            return self._path(value)
        if op == "rest":
            return Rest()
        if op == "item":
            raise self.error("the array element is only known inside `until=`")
        if op == "select":
            return Select(self.freeze(args[0]), self.freeze(args[1]), self.freeze(args[2]))
        frozen = [self.freeze(a) for a in args]
        return Unary(op, *frozen) if len(frozen) == 1 else Binary(op, *frozen)

    def _field(self, value: Expr) -> Node:
        assert isinstance(value, FieldProxy)
        name = self.names.get(id(value._bw_decl))
        if name is None:
            raise self.error(
                f"uses {value!r}, which this class does not declare before; reach it through a nested field, as in header.qdcount"
            )
        return ParamRef(name) if name in self.params else FieldRef((name,))

    def _path(self, value: Expr) -> Node:
        parent, name = value._bw_args
        inner = self.freeze(parent)
        if isinstance(inner, FieldRef):
            return FieldRef((*inner.names, name))
        if isinstance(inner, ItemRef):
            return ItemRef((*inner.names, name))
        raise self.error(f"`.{name}` works on a nested struct, not on a number")

    def _descriptor(self, value: types.MemberDescriptorType | property) -> Node:
        name = value.__name__ if isinstance(value, types.MemberDescriptorType) else getattr(value.fget, "__name__", "")
        if name in self.inherited and getattr(self.base, name, None) is value:
            return self.inherited[name]
        raise self.error(f"`{name}` belongs to a class that this one does not extend; reach it through a nested field, as in header.{name}")
