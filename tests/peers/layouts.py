"""Random layouts said three times: as a bitwright class, as a construct, and, where it can say them, as bitstring tokens.

A layout is a list of fields.  Each knows how it is written in the three languages and how to make a value.  What a
peer cannot say has no `tokens` (bitstring knows no names, conditions or nesting), and is compared with construct alone.
"""

from __future__ import annotations

import dataclasses
import importlib
import random
import string
import struct
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

construct: Any = importlib.import_module("construct")  # it has no types

Values: TypeAlias = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Said:
    """One or several fields: lines of a class body, subconstructs, tokens, and their values.

    `made` gives the values that a user passes; derived ones are not among them.
    """

    lines: tuple[str, ...]
    subcons: tuple[Any, ...]
    tokens: tuple[str, ...] | None
    make: Callable[[random.Random], Values]


@dataclasses.dataclass(frozen=True)
class Layout:
    """A whole message."""

    source: str
    peer: Any
    tokens: tuple[str, ...] | None
    names: tuple[str, ...]
    make: Callable[[random.Random], Values]


def edge(rng: random.Random, low: int, high: int) -> int:
    """A number, often at an edge of its interval."""
    return rng.choice([low, high, max(low, 0), min(high, 1), rng.randint(low, high), rng.randint(low, high)])


def bounds(width: int, signed: bool) -> tuple[int, int]:
    """The interval of a number."""
    return (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)


def bit_run(rng: random.Random, name: str) -> Said:
    """Numbers of any width that together fill whole bytes; in construct a BitStruct, which is embedded here as a nested struct."""
    widths = [rng.choice([1, 2, 3, 5, 7, 9, 11, 13, 17, 24, 31, 33, 48, 63, 64, rng.randint(1, 64)]) for _ in range(rng.randint(1, 5))]
    if loose := -sum(widths) % 8:
        widths.append(loose)
    signs = [rng.random() < 0.3 and width > 1 for width in widths]
    names = [f"{name}_{at}" for at in range(len(widths))]
    lines = [
        f"{n}: int = bits({width}{', signed=True' if signed else ''})" for n, width, signed in zip(names, widths, signs, strict=True)
    ]
    inner = [n / construct.BitsInteger(width, signed=signed) for n, width, signed in zip(names, widths, signs, strict=True)]
    tokens = [f"{'int' if signed else 'uint'}:{width}" for width, signed in zip(widths, signs, strict=True)]

    def make(values: random.Random) -> Values:
        return {n: edge(values, *bounds(width, signed)) for n, width, signed in zip(names, widths, signs, strict=True)}

    return Said(tuple(lines), (name / construct.BitStruct(*inner),), tuple(tokens), make)


def number(rng: random.Random, name: str) -> Said:
    """A number of whole bytes in either byte order."""
    size, signed, little = rng.randint(1, 8), rng.random() < 0.4, rng.random() < 0.5
    order = ', endian="little"' if little else ""
    peer = construct.BytesInteger(size, signed=signed, swapped=little)
    kind = ("int" if signed else "uint") + ("le" if little else "be")
    low, high = bounds(8 * size, signed)
    line = f"{name}: int = bits({8 * size}{', signed=True' if signed else ''}{order})"
    return Said((line,), (name / peer,), (f"{kind}:{8 * size}",), lambda values: {name: edge(values, low, high)})


def low_bit_run(rng: random.Random, name: str) -> Said:
    """Numbers from the lowest bit up that together fill whole bytes; in construct the bytes are swapped and the fields told backwards."""
    widths = [rng.choice([1, 2, 3, 5, 7, 9, 12, 13, 31, 48, rng.randint(1, 64)]) for _ in range(rng.randint(1, 4))]
    if loose := -sum(widths) % 8:
        widths.append(loose)
    signs = [rng.random() < 0.3 and width > 1 for width in widths]
    names = [f"{name}_{at}" for at in range(len(widths))]
    told = list(zip(names, widths, signs, strict=True))
    lines = [f'{n}: int = bits({width}, bit_order="lsb"{", signed=True" if signed else ""})' for n, width, signed in told]
    inner = [n / construct.BitsInteger(width, signed=signed) for n, width, signed in reversed(told)]

    def make(values: random.Random) -> Values:
        return {n: edge(values, *bounds(width, signed)) for n, width, signed in told}

    return Said(tuple(lines), (name / construct.ByteSwapped(construct.BitStruct(*inner)),), None, make)


def real(rng: random.Random, name: str) -> Said:
    """A floating-point number; never NaN, which equals nothing."""
    size, little = rng.choice([16, 32, 64]), rng.random() < 0.5
    peer = {16: construct.Float16b, 32: construct.Float32b, 64: construct.Float64b}[size]
    code = {16: "e", 32: "f", 64: "d"}[size]
    order = ', endian="little"' if little else ""
    exact = [0.0, -0.0, 1.0, -2.5, 0.15625, float("inf"), float("-inf"), struct.unpack(code, b"\1" + bytes(size // 8 - 1))[0], 60000.0]
    subcon = construct.ByteSwapped(peer) if little else peer
    token = f"float{'le' if little else 'be'}:{size}"
    return Said((f"{name}: float = f{size}({order[2:]})",), (name / subcon,), (token,), lambda v: {name: v.choice(exact)})


def variable(rng: random.Random, name: str) -> Said:
    """A number of variable size."""
    kind, peer, low = rng.choice([("leb128", construct.VarInt, 0), ("zigzag", construct.ZigZag, -(1 << 63))])
    high = (1 << 63) - 1 if low else (1 << 64) - 1
    return Said((f'{name}: int = varint("{kind}")',), (name / peer,), None, lambda v: {name: edge(v, low, high) >> v.choice([0, 40, 56])})


def fixed_bytes(rng: random.Random, name: str) -> Said:
    """Bytes of a constant size."""
    size = rng.randint(0, 9)
    tokens = (f"bytes:{size}",) if size else None
    return Said((f"{name}: bytes = raw(size={size})",), (name / construct.Bytes(size),), tokens, lambda v: {name: v.randbytes(size)})


def prefixed_bytes(rng: random.Random, name: str) -> Said:
    """Bytes after their length."""
    word, peer = rng.choice([("u8()", construct.Int8ub), ("u16()", construct.Int16ub), ('u32(endian="little")', construct.Int32ul)])
    line = f"{name}: bytes = raw(prefix={word})"
    return Said((line,), (name / construct.Prefixed(peer, construct.GreedyBytes),), None, lambda v: {name: v.randbytes(v.randint(0, 20))})


def words(rng: random.Random, name: str) -> Said:
    """Text: terminated, or after its length."""
    encoding = rng.choice(["utf8", "ascii"])
    alphabet = string.printable + ("äß€𝄞" if encoding == "utf8" else "")
    if rng.random() < 0.5:
        line, peer = f'{name}: str = text(terminator=b"\\0", encoding="{encoding}")', construct.CString(encoding)
    else:
        line, peer = f'{name}: str = text(prefix=u8(), encoding="{encoding}")', construct.PascalString(construct.Byte, encoding)
    return Said((line,), (name / peer,), None, lambda v: {name: "".join(v.choices(alphabet, k=v.randint(0, 12)))})


def counted(rng: random.Random, name: str) -> Said:
    """A derived count and its list."""
    size = rng.choice([1, 2, 3, 4])
    lines = (f"{name}_count: int = auto(u8())", f"{name}: list[int] = array(bits({8 * size}), count={name}_count)")
    count = f"{name}_count" / construct.Rebuild(construct.Int8ub, construct.len_(construct.this[name]))
    items = name / construct.Array(construct.this[f"{name}_count"], construct.BytesInteger(size))
    return Said(lines, (count, items), None, lambda v: {name: [edge(v, 0, (1 << 8 * size) - 1) for _ in range(v.randint(0, 6))]})


def constant_list(rng: random.Random, name: str) -> Said:
    """A list of a constant count."""
    count, size = rng.randint(1, 5), rng.choice([1, 2, 4])
    line = f"{name}: list[int] = array(bits({8 * size}, signed=True), count={count})"
    peer = construct.Array(count, construct.BytesInteger(size, signed=True))
    low, high = bounds(8 * size, True)
    return Said((line,), (name / peer,), None, lambda v: {name: [edge(v, low, high) for _ in range(count)]})


def optional(rng: random.Random, name: str) -> Said:
    """A number that is there where another is odd."""
    lines = (f"{name}_kind: int = u8()", f"{name}: int | None = when({name}_kind & 1 == 1, u16())")
    peers = (f"{name}_kind" / construct.Int8ub, name / construct.If(construct.this[f"{name}_kind"] & 1 == 1, construct.Int16ub))

    def make(values: random.Random) -> Values:
        kind = edge(values, 0, 255)
        return {f"{name}_kind": kind, name: edge(values, 0, 65535) if kind & 1 else None}

    return Said(lines, peers, None, make)


def constant(rng: random.Random, name: str) -> Said:
    """Magic bytes."""
    magic = rng.randbytes(rng.randint(1, 4))
    return Said((f"{name}: bytes = const(raw(size={len(magic)}), {magic!r})",), (name / construct.Const(magic),), None, lambda v: {})


def padding(rng: random.Random, name: str) -> Said:
    """Bytes that carry nothing."""
    size = rng.randint(1, 12)
    return Said((f"_{name} = pad(bytes={size})",), (construct.Padding(size),), (f"pad:{8 * size}",), lambda v: {})


KINDS: list[Callable[[random.Random, str], Said]] = [
    bit_run, bit_run, low_bit_run, number, number, number, real, variable, fixed_bytes, prefixed_bytes, words, counted, constant_list,
    optional, constant, padding,
]  # fmt: skip


def to_the_end(rng: random.Random, name: str) -> Said:
    """What may only stand last."""
    if rng.random() < 0.5:
        return Said((f"{name}: bytes = raw()",), (name / construct.GreedyBytes,), None, lambda v: {name: v.randbytes(v.randint(0, 9))})
    line, peer = f"{name}: list[int] = array(u16())", construct.GreedyRange(construct.Int16ub)
    return Said((line,), (name / peer,), None, lambda v: {name: [edge(v, 0, 65535) for _ in range(v.randint(0, 4))]})


def layout(seed: int, kinds: list[Callable[[random.Random, str], Said]] | None = None) -> Layout:
    """The layout of a seed."""
    rng = random.Random(seed)
    said = [rng.choice(kinds or KINDS)(rng, f"f{at}") for at in range(rng.randint(1, 6))]
    if rng.random() < 0.3:
        said.append(to_the_end(rng, "last"))
    lines = [line for each in said for line in each.lines]
    tokens: tuple[str, ...] | None = ()
    for each in said:
        tokens = None if tokens is None or each.tokens is None else (*tokens, *each.tokens)

    def make(values: random.Random) -> Values:
        return {name: value for each in said for name, value in each.make(values).items()}

    source = "class Made(Struct):\n" + "".join(f"    {line}\n" for line in lines)
    names = tuple(line.split(":")[0] for line in lines if not line.startswith("_"))
    return Layout(source, construct.Struct(*(subcon for each in said for subcon in each.subcons)), tokens, names, make)


def flat(parsed: Mapping[str, Any]) -> Values:
    """What construct read, without its containers: bit structs are taken apart, as bitwright has their fields in the struct itself."""
    found: Values = {}
    for name, value in parsed.items():
        if name == "_io":
            continue
        if isinstance(value, construct.Container):
            found.update(flat(value))
        else:
            found[name] = list(value) if isinstance(value, construct.ListContainer) else value
    return found


def nested(values: Values) -> Values:
    """The values as construct wants them: those of a bit struct under its name."""
    made = dict(values)
    for name, value in values.items():
        if "_" in name and not name.endswith(("_kind", "_count")):
            made.setdefault(name.rpartition("_")[0], {})[name] = value
    return made
