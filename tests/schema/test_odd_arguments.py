"""Whatever a word of the vocabulary is given, the class is made or a DeclarationError says why not: no other exception."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

import bitwright
from bitwright import DeclarationError, OpenEnum, Struct, u8


class Kind(OpenEnum):
    A = 1


class Inner(Struct):
    n: int = u8()


class Union(Struct): ...


ODD: dict[str, Callable[[Any], Any]] = {
    "None": lambda field: None,
    "text": lambda field: "u8",
    "nothing": lambda field: "",
    "bytes": lambda field: b"ab",
    "float": lambda field: 1.5,
    "negative": lambda field: -1,
    "zero": lambda field: 0,
    "one": lambda field: 1,
    "huge": lambda field: 1 << 70,
    "true": lambda field: True,
    "list": lambda field: [],
    "dict": lambda field: {},
    "set": lambda field: {1},
    "object": lambda field: object(),
    "type": lambda field: type,
    "struct": lambda field: Inner,
    "union": lambda field: Union,
    "value": lambda field: Inner(n=1),
    "enum": lambda field: Kind,
    "member": lambda field: Kind.A,
    "function": lambda field: lambda *_: 0,
    "field": lambda field: field,
    "expression": lambda field: field + 1,
    "condition": lambda field: field == 1,
    "path": lambda field: field.value,
    "declaration": lambda field: u8(),
    "descriptor": lambda field: Inner.n,
    "rest": lambda field: bitwright.rest(),
}

# A call of each word that is right, to be changed in one argument.
RIGHT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bits": ({"width": 8, "as_type": int}, {"default": 1, "signed": False, "endian": None, "bit_order": "lsb", "doc": ""}),
    "flag": ({}, {"default": True}),
    "u8": ({"as_type": int}, {"default": 1}),
    "u16": ({"as_type": int}, {"default": 1, "endian": "big"}),
    "u24": ({}, {"default": 1, "endian": "big"}),
    "i16": ({}, {"default": 1, "endian": "big"}),
    "varint": ({"kind": "leb128", "as_type": int}, {"bits": 14, "default": 1}),
    "f32": ({}, {"default": 1.5, "endian": "big", "bit_order": "msb"}),
    "reserved": ({"width": 8}, {"bit_order": None}),
    "pad": ({}, {"bits": 8, "bytes": 1, "bit_order": "lsb"}),
    "align": ({"multiple": 4}, {}),
    "const": ({"inner": "u8()", "value": 1}, {}),
    "auto": ({"inner": "u8()"}, {}),
    "checksum": ({"inner": "u8()", "algorithm": sum}, {"over": None, "prefix": None, "zero_is_absent": False, "own": b""}),
    "span": ({"first": "field", "last": "field"}, {}),
    "param": ({"as_type": int}, {"default": 1}),
    "raw": ({}, {"size": 2, "prefix": ..., "terminator": ..., "pad": ..., "default": b"ab"}),
    "text": ({}, {"size": 2, "prefix": ..., "terminator": ..., "pad": b"\0", "encoding": "ascii", "default": "ab"}),
    "payload": ({}, {"size": 2, "default": b"ab"}),
    "coded": ({"codec": bitwright.Zlib(), "inner": "raw()"}, {"size": ..., "prefix": ..., "terminator": ..., "default": b"a"}),
    "uuid": ({}, {"endian": "little", "default": bitwright.UUID(bytes(16))}),
    "timestamp": ({"inner": "u8()"}, {"unit": "ms", "epoch": "unix", "default": bitwright.Timestamp(0)}),
    "ipv4": ({}, {"default": bitwright.IPv4Address("192.0.2.1")}),
    "domain_name": ({}, {"compress": True, "default": "."}),
    "nested": ({"struct": Inner}, {"size": 1, "endian": None, "arguments": None, "default": Inner(n=1)}),
    "array": (
        {"item": "u8()"},
        {"count": 1, "size": ..., "until": ..., "prefix": ..., "terminator": ..., "endian": None, "arguments": None, "default": [1]},
    ),
    "switch": ({"on": "field", "cases": {1: Inner}, "default": Inner}, {"size": 1, "endian": None, "arguments": None}),
    "variant": ({"base": Union}, {"on": "field", "unknown": None, "empty": None, "size": 1, "endian": None, "arguments": None}),
    "when": ({"condition": "condition", "inner": "u8()"}, {}),
    "check": ({"condition": "condition", "message": "it must hold"}, {}),
    "at": ({"offset": "field", "inner": "u8()"}, {"base": "self", "direction": None, "align": 4, "default": 1}),
    "select": ({"condition": "condition", "then": 1, "other": 2}, {}),
}
STAND_INS: dict[str, Callable[[Any], Any]] = {
    "u8()": lambda field: u8(),
    "raw()": lambda field: bitwright.raw(),
    "field": lambda field: field,
    "condition": lambda field: field == 1,
}
HIDDEN = {"pad", "align", "param", "select"}


def arguments() -> Iterator[Any]:
    for word, (places, names) in RIGHT.items():
        for argument in [*places, *names]:
            yield pytest.param(word, argument, id=f"{word}-{argument}")


def call(word: str, field: Any, changed: str, odd: Any) -> Any:
    """The word with its right arguments, but for one."""
    places, names = RIGHT[word]
    given = {name: STAND_INS[value](field) if isinstance(value, str) and value in STAND_INS else value for name, value in places.items()}
    options = {
        name: STAND_INS[value](field) if isinstance(value, str) and value in STAND_INS else value
        for name, value in names.items()
        if value is not ...
    }
    if changed in given:
        given[changed] = odd
    else:
        options[changed] = odd
    made = getattr(bitwright, word)(*given.values(), **options)
    return bitwright.checksum(u8(), sum, over=made) if word == "span" else made


def declare(word: str, argument: str, odd: Callable[[Any], Any]) -> type[Struct]:
    """A class with a number before the field in question."""
    if word == "check":
        condition: Any = odd if argument == "condition" else STAND_INS["condition"]
        message: Any = odd if argument == "message" else lambda field: "it must hold"

        class Stating(Struct):
            before: int = u8()
            bitwright.check(condition(before), message(before))

        return Stating

    if word in HIDDEN:

        class Hidden(Struct):
            before: int = u8()
            it = call(word, before, argument, odd(before))

        return Hidden

    class Visible(Struct):
        before: int = u8()
        it: Any = call(word, before, argument, odd(before))

    return Visible


@pytest.mark.parametrize(("word", "argument"), list(arguments()))
def test_odd_arguments_are_taken_or_refused_with_a_place(word: str, argument: str) -> None:
    refused: list[DeclarationError] = []
    for odd in ODD.values():
        try:
            made = declare(word, argument, odd)
            made.source("parse")  # what is taken can be compiled, or the compiler says why not
            made.source("build")
        except DeclarationError as error:
            refused.append(error)
    assert {error.declaration.file if error.declaration else None for error in refused} <= {__file__}
    assert refused or argument in {"doc", "signed", "compress", "zero_is_absent"}


def as_it_is(right: Any, field: Any) -> Any:
    return STAND_INS[right](field) if isinstance(right, str) and right in STAND_INS else right


def test_the_right_calls_are_right() -> None:
    for word, (places, names) in RIGHT.items():
        argument = next(iter([*places, *names]))
        declare(word, argument, partial(as_it_is, {**places, **names}[argument]))


def test_every_word_is_tried() -> None:
    functions = {name: getattr(bitwright, name) for name in bitwright.__all__ if inspect.isfunction(getattr(bitwright, name))}
    words = {name for name, function in functions.items() if not function.__module__.startswith("bitwright.patterns")}
    alike = {"u32", "u48", "u64", "i8", "i32", "i64", "f16", "f64", "ipv6", "mac", "rest"}
    assert words - alike == set(RIGHT)
