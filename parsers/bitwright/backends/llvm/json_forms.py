"""Forms, by which machine code writes objects as JSON: tables that say where in an object its values lie, and how each is written.

Promise: an address that a form holds is that of something that lives as long as `Forms`; of a class whose objects are not laid out as
expected there is a form all the same, which calls Python.  What is written is what `function` of a form gives, in other words.
"""

from __future__ import annotations

import ctypes
import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from bitwright.backends.llvm import context, object_layout
from bitwright.backends.llvm.assembler import I8, NULL, Assembly, frame, number
from bitwright.backends.llvm.builtins import Builtin
from bitwright.backends.llvm.emitted import Emitted
from bitwright.backends.llvm.routines.json_output import SPARE
from bitwright.backends.llvm.routines.json_text import BY_FUNCTION, HELPERS, WORDS, Kind
from bitwright.locks import lock_across_forks

Text: TypeAlias = Callable[[Any], bytes]  # a value's JSON

_TABLE: Final = 256  # numbers whose names are in a table
_STACK: Final = 4096  # bytes of a line that need no bytearray
_BUILTIN: Final = "line"
_LOCK: Final = lock_across_forks()  # of all forms that are being made


@dataclasses.dataclass(frozen=True)
class Plain:
    """A value of a kind that needs to know nothing."""

    kind: Kind


@dataclasses.dataclass(frozen=True)
class Named:
    """A number, by its name where it has one."""

    names: Mapping[int, str]


@dataclasses.dataclass(frozen=True)
class Known:
    """A value whose text is looked up in a dict, else asked for; whoever is asked may put it there."""

    texts: dict[Any, bytes]
    ask: Text


@dataclasses.dataclass(frozen=True)
class Called:
    """A value of which Python makes the text."""

    text: Text


@dataclasses.dataclass(frozen=True)
class Object:
    """An object, by the form of its class among these."""

    forms: Forms


@dataclasses.dataclass(frozen=True)
class Listed:
    """A list; its last element may be of another kind."""

    item: Item
    last: Item | None = None


Item: TypeAlias = Plain | Named | Known | Called | Object | Listed


@dataclasses.dataclass(frozen=True)
class Field:
    """An attribute of an object: its key and its kind."""

    attribute: str
    key: str
    item: Item


@dataclasses.dataclass(frozen=True)
class Shape:
    """How objects of a class are written: by fields, or, where they cannot be, by a function that gives the same text."""

    fields: Sequence[Field]
    text: Text


class Forms:
    """The forms of classes, each made when the first object of it is met; `shape_of` says how one is written."""

    def __init__(self, shape_of: Callable[[type], Shape]) -> None:
        self.addresses: dict[type, int] = {}
        self._shape_of = shape_of
        self._alive: list[Any] = []

    def address_of(self, kind: type) -> int:
        """Where the form of a class begins."""
        with _LOCK:
            if kind not in self.addresses:
                shape = self._shape_of(kind)
                self.addresses[kind] = self._table(self._words(kind, shape) or [BY_FUNCTION, self._kept(shape.text)])
            return self.addresses[kind]

    def _words(self, kind: type, shape: Shape) -> list[int] | None:
        """The words of a form; None where machine code cannot go by one."""
        words = [len(shape.fields)]
        for field, before in zip(shape.fields, itertools.chain("{", itertools.repeat(",")), strict=False):
            place = object_layout.offset_of_attribute(kind, field.attribute)
            key = f'{before}"{field.key}":'
            if place is None or not (key.isascii() and key.isprintable()):
                return None
            words += [*self._item(field.item), place, self._text(key.encode()), len(key)]
        assert len(words) == 1 + WORDS * len(shape.fields)
        return words

    def _item(self, item: Item) -> tuple[int, int]:
        """The kind of a value, and what that needs."""
        match item:
            case Plain(kind):
                return kind, 0
            case Named(names):
                return Kind.NAMED, self._names(names)
            case Known(texts, ask):
                return Kind.KNOWN, self._table([self._kept(texts), self._kept(ask)])
            case Called(text):
                return Kind.CALL, self._kept(text)
            case Object(forms):
                return Kind.OBJECT, self._table([self._kept(forms.addresses), self._kept(forms.address_of)])
            case Listed(each, last):
                return Kind.LIST, self._table([*self._item(each), *self._item(last or each)])

    def _names(self, names: Mapping[int, str]) -> int:
        texts = {value: f'"{name}"'.encode() for value, name in names.items() if name.isascii()}
        count = min(max(texts, default=-1) + 1, _TABLE)
        entries = [(self._text(text), len(text)) if (text := texts.get(value)) else (0, 0) for value in range(count)]
        return self._table([count, self._kept(texts), *itertools.chain.from_iterable(entries)])

    def _table(self, words: Sequence[int]) -> int:
        made = (ctypes.c_int64 * len(words))(*words)
        return self._kept(made) and ctypes.addressof(made)

    def _text(self, content: bytes) -> int:
        made = ctypes.create_string_buffer(content, len(content) + SPARE)
        return self._kept(made) and ctypes.addressof(made)

    def _kept(self, value: Any) -> int:
        """The address of an object, which is kept alive."""
        self._alive.append(value)
        return id(value)


def emit_writer(forms: Forms) -> Emitted:
    """`line(object)`: the JSON of an object and the end of a line; None where machine code cannot write it."""
    assembly = Assembly("JSON")
    e = Builtin(assembly, _BUILTIN, keywords=False)
    e.refuse(e.b.icmp_signed("!=", e.code.args[2], number(1)), TypeError, "takes one argument")
    helpers = assembly.slot_address(e.b, assembly.place_of(HELPERS, "helpers"))
    by_class = assembly.slot_address(e.b, assembly.place_of([forms.addresses, forms.address_of], "forms"))
    made = context.new_context(e.b, output=frame(e.b, I8, _STACK), capacity=number(_STACK), helpers=helpers)
    done = e.call("bw_finish", made, e.call("bw_json_line", made, by_class, e.argument(0)))
    e.none_where(e.b.icmp_unsigned("==", done, NULL), (Exception,))
    e.b.ret(done)
    return Emitted(assembly.finish(), assembly.objects, {_BUILTIN: False})


def line_writer(forms: Forms) -> Callable[[Any], bytes | None]:
    """`line` as machine code."""
    from bitwright.backends.llvm.jit import Loaded

    found: Callable[[Any], bytes | None] = Loaded(emit_writer(forms), "JSON lines").functions()[_BUILTIN]
    return found
