"""The ops, their signatures, and the containers of a program.

A program is a set of functions; a function is a block; a block is a list of ops ending, where it
yields values, in `yield`.  Control flow is structured: `if`, `attempt`, `loop.count`, `loop.while`,
`loop.each` hold blocks, so a backend needs no flow analysis.  Registers are assigned once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

RegType: TypeAlias = Literal["int", "obj"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Reg:
    """A register.  Of an `int` the value lies in lo..hi; `hint` is a name for people."""

    number: int
    type: RegType
    lo: int = 0
    hi: int = 0
    hint: str = ""


@dataclasses.dataclass(slots=True, eq=False)
class Op:
    """One operation: what it reads, what it assigns, its constants, the blocks it holds."""

    kind: str
    args: tuple[Reg, ...] = ()
    outs: tuple[Reg, ...] = ()
    attrs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    blocks: tuple[Block, ...] = ()


@dataclasses.dataclass(slots=True, eq=False)
class Block:
    """A list of ops with registers that are assigned on entry (loop-carried values, the element)."""

    params: tuple[Reg, ...] = ()
    ops: list[Op] = dataclasses.field(default_factory=list)
    steps: Any = dataclasses.field(default=None, init=False, repr=False)  # what the interpreter made of the ops


@dataclasses.dataclass(slots=True, eq=False)
class Function:
    """`outs` are the types of what its body yields; `unit` is what its position and its end count."""

    name: str
    params: tuple[Reg, ...]
    outs: tuple[RegType, ...]
    body: Block
    unit: Literal["byte", "bit"] = "byte"


@dataclasses.dataclass(slots=True, eq=False)
class Program:
    """Functions by name, the first to run, and the Python objects that attributes name with `@`."""

    name: str
    direction: Literal["parse", "build"]
    entry: str
    functions: dict[str, Function]
    symbols: dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Signature:
    """`args`/`outs`: a letter a register, i(nt) or o(bj); a trailing * repeats the last letter, ? allows either type.

    `attrs`: required constants.  `pure`: depends only on its arguments and the (immutable) input,
    cannot fail, so it may be moved, merged and dropped.
    """

    args: str
    outs: str
    attrs: tuple[str, ...] = ()
    pure: bool = False
    blocks: int | None = 0
    trace: bool = False


OPS: Final[Mapping[str, Signature]] = {
    # --- numbers ---
    "const": Signature("", "i", ("value",), pure=True),
    "bin": Signature("ii", "i", ("op",), pure=True),
    "neg": Signature("i", "i", pure=True),
    "not": Signature("i", "i", pure=True),
    "select": Signature("iii", "i", pure=True),  # condition, then, other
    "lookup": Signature("i", "i", ("table", "default"), pure=True),  # table[key], else default
    # --- the input: base and end are byte positions in it ---
    "need": Signature("ii", "", ("size",)),  # base, end: fails unless base + size <= end
    "need.var": Signature("iii", "", ("expr", "refs")),  # base, end, size: fails unless 0 <= size and base + size <= end
    "load": Signature("i", "i", ("offset", "bytes", "order"), pure=True),  # 1 to 9 bytes as a number
    "unpack": Signature("i", "?*", ("layout",), pure=True),  # several loads: layout is (offset, bytes, order), ascending
    "utf": Signature("ii", "ii", ("encoding", "order")),  # base, end: a code point and the position after it
    "finite": Signature("o", "i", pure=True),  # whether a float is neither NaN nor an infinity
    "number": Signature("ii", "o", ("signed", "order"), pure=True),  # from, to: the number that these bytes are
    "bits": Signature("i", "i", ("shift", "width", "signed"), pure=True),  # a run of bits of a loaded number
    "swap": Signature("i", "i", ("width", "order"), pure=True),  # its chunks of 8 bits the other way round: now `order` first
    "expect": Signature("iii", ""),  # base, end, size: so many bytes from base on surely belong to the message; fails never
    "find": Signature("ii", "i", ("terminator",)),  # base, end: position of the terminator; `unit`: at whole units of so many bytes
    "trim": Signature("ii", "ii", ("pad", "terminator", "unit")),  # base, end of an area: where its content ends, whether padding follows
    "decode": Signature("ii", "oi", ("codec", "plain")),  # base, end: what a @codec makes of them, and the position after it
    "varint": Signature("ii", "ii", ("coding", "bits")),  # base, end: a number of variable size and the position after it
    "varint.size": Signature("i", "i", ("coding",), pure=True),  # bytes of its shortest form
    "same": Signature("i", "i", ("value",), pure=True),  # base: whether these bytes are there
    "zeros": Signature("ii", "i", pure=True),  # from, to: whether all bytes between are zero
    "checksum": Signature("iiiio", "i", ("algorithm", "bytes")),  # from, to, own position, present, prefix: computed sum
    # --- objects out of the input ---
    "none": Signature("", "o", pure=True),
    "known": Signature("i", "i", ("table",), pure=True),  # whether the number has a name
    "constant": Signature("", "o", ("value",), pure=True),  # a term known now that cannot change
    "box": Signature("i", "o", ("as",), pure=True),  # as: "int", "bool" or @table of an enumeration
    "float": Signature("i", "o", ("width", "plain"), pure=True),  # the float of these bits; `plain`: text where JSON has no number
    # bytes, number of bits: bits of them from bit `phase` on, as a @class or "text"; `order` "little": each byte's lowest bit first
    "bitstring": Signature("oi", "o", ("phase", "order", "as"), pure=True),
    "spare": Signature("oi", "i", ("order",), pure=True),  # bytes, number of bits: what lies behind these bits in the last byte
    "split": Signature("i", "?*", ("fields",), pure=True),  # a byte: fields are (shift, width, signed, as), boxed; an "int" may stay one
    "span": Signature("ii", "o", ("as",), pure=True),  # from, to: bytes, or @class of a bytes subclass
    "render": Signature("ii", "o", ("with",), pure=True),  # from, to: text by "hex" or a @function of the bytes
    "text": Signature("ii", "o", ("encoding",)),  # from, to
    "memo": Signature("", "o"),  # what one message remembers of its names
    "name": Signature("iiio", "oi", ("hops",)),  # base, end, origin, memo: text and position after it
    # --- pointers: what a struct's offsets count from, and how far they may lead ---
    "reach": Signature("iio", "o", ("factor",)),  # base, end, that of the struct around it or none
    "reach.region": Signature("o", "ii", pure=True),  # base and end
    "reached": Signature("oii", ""),  # from, to: charges the bytes; fails where that is too many
    "extent": Signature("oi", "i"),  # position: the end of the struct, of which that is the inline part
    "name.end": Signature("ii", "i"),  # base, end: position after a domain name, whose pointer is not followed
    "skipped": Signature("", "o", pure=True),  # what stands for a value that was not asked for
    "list": Signature("", "o"),
    "append": Signature("oo", ""),
    "make": Signature("o*", "o", ("class", "keywords")),  # positional arguments, then those by keyword
    "record": Signature("?*", "o", ("names",)),  # a dict
    # --- values to be written ---
    "attr": Signature("o", "o", ("name",)),
    "is_none": Signature("o", "i", pure=True),
    "as_int": Signature("o", "i", ("lo", "hi")),  # fails on another type or out of range
    "as_float": Signature("o", "i", ("width",)),  # the bits of a float; fails on another type and where only infinity is near
    "as_bits": Signature("o", "o", ("class", "size")),  # a run of bits of the class; fails unless of so many bits (None: any)
    "as_bytes": Signature("o", "o", ("size",)),  # any buffer; fails unless of that size (None: any)
    "as_text": Signature("o", "oo", ("encoding",)),  # the bytes, and the text itself
    "as_list": Signature("o", "o"),
    "as_value": Signature("o", "o", ("class",)),  # a bytes subclass, from its text or bytes
    "encode": Signature("o", "o", ("codec",)),  # the bytes that a @codec makes of a value
    "as_class": Signature("o", "", ("class",)),  # fails unless an instance
    "arm": Signature("o", "i", ("classes",)),  # index of the class that the value is an exact instance of; fails if none
    "item": Signature("o", "o", ("index",)),  # one element of a list
    "set": Signature("oo", "", ("name",)),  # an attribute of an object made here
    "len": Signature("o", "i"),
    "here": Signature("", "i"),  # number of the byte that the next bit goes into; attribute `phase`: which bit of it, where not 0
    "wrote": Signature("i", "i", ("value",)),  # base: whether what was written from there on begins with these bytes
    "put": Signature("i", "", ("width", "order")),  # a number of `width` bits after what was written: in `order` "little"
    # it begins with its least significant bit, which goes into the lowest free bit of a byte; `phase` as of `here`
    "put.pack": Signature("i*", "", ("layout",)),  # several: layout is ((width, order), ...); `phase` as of `here`
    "put.varint": Signature("i", "", ("coding",)),  # a number in its shortest form
    "insert.varint": Signature("ii", "i", ("coding",)),  # position, number: pushed in there; by how many bytes what follows moved
    "put.bytes": Signature("o", ""),  # and attributes `terminator`, `unit`, where given: fails if the bytes contain it
    "put.area": Signature("oi", "", ("pad", "terminator", "unit")),  # bytes, size: and padding; fails if they would be read back otherwise
    "put.bits": Signature("o", "", ("phase", "order", "fill")),  # a run of bits; `fill`: and zeros up to the end of the byte
    "put.zeros": Signature("i", ""),  # that many zero bytes
    "put.name": Signature("oio", "o", ("compress",)),  # text, origin, memo: the text in canonical form
    "fit": Signature(
        "iiio", "i"
    ),  # origin, begin, wanted, memo: whether to write the region again (it is taken back), so that its size fits
    "blocks": Signature("", "o", ("factor",)),  # an empty queue
    "defer": Signature("oi?*", "", ("function", "size")),  # queue, hole (or -1), arguments: call it when the queue runs
    "blocks.run": Signature("o", ""),  # first in, first out, with what is queued meanwhile
    "block": Signature("oii", "io", ("align", "movable")),  # queue, base, offset (or -1): begins a block; its place, what to join it to
    "block.end": Signature("oio", ""),  # queue, position, what to join it to; fails where it overlaps other bytes
    "patch": Signature("ii", "", ("width", "phase", "order")),  # position, number: into zero bits written before
    "put.checksum": Signature("iiio", "i", ("algorithm", "bytes")),  # from, to, own position, prefix: computed sum
    # --- bits of the input: base and end are bit positions; read `offset` bits behind the base, and each checks that its bits are there
    "take": Signature("ii", "i", ("offset", "width", "signed", "order", "more")),  # a number of up to 64 bits
    "take.int": Signature("iii", "o", ("offset", "signed", "order", "more")),  # base, end, size: a number of any width
    "take.float": Signature("iii", "o", ("offset", "order", "nonfinite", "more")),  # base, end, size
    "take.bits": Signature("iii", "o", ("offset", "more")),  # base, end, size: a bitstring
    "take.rest": Signature("ii", "o", ("offset", "unit", "keep")),  # all bits but the last `keep`, a multiple of `unit`
    "take.utf": Signature("ii", "ii", ("offset", "encoding", "order", "more")),  # a code point and the position after it
    "take.varint": Signature("ii", "ii", ("offset", "coding", "more")),  # a number of variable size and the position after it
    "take.same": Signature("ii", "", ("offset", "value", "more")),  # fails unless these bytes are there
    "skip": Signature("iii", "", ("offset", "more")),  # base, end, size: only checks
    "skip.rest": Signature("ii", "", ("offset", "unit", "keep")),  # only checks
    "finish": Signature("ii", "", ("offset",)),  # fails unless that is the end
    "must": Signature("i", "", ("value",)),  # fails unless the number is that
    "must.equal": Signature("??", ""),  # what was read, what it must be: fails unless they are exactly equal
    "size.of": Signature("o", "i", ("unit",)),  # that many units in bits; fails unless it is an integer, and not negative
    "compose": Signature("o*", "o", ("layout",)),  # values, and sizes behind those that have one: the bitstring that they make
    # --- terms taken apart ---
    "unfold": Signature("o", "o*", ("shape",)),  # a tuple's or a list's elements; fails unless it is of the shape
    "map.get": Signature("oo", "o"),  # map, key; fails if it is not there
    "within": Signature("oo*", "?*", ("function",)),  # bitstring, arguments: calls a function that counts bits on it
    "first": Signature("?*", "i?*", ("functions",)),  # the first function that does not fail: its index, and what it yields
    # --- constructions: terms as bits.  phase: bits of the last byte that are written; of these ops, whatever comes before them ---
    "size.bits": Signature("o", "i", ("unit", "limit")),  # a size in bits; fails unless an int that is neither negative nor too large
    "low": Signature("o", "i", ("width", "strict")),  # the low bits of an int
    "nearest": Signature("o", "i", ("width", "strict", "nonfinite")),  # the bits of the nearest float, or of infinity
    "first.bits": Signature("o", "i", ("width", "strict")),  # the first bits of a bitstring
    "cut": Signature("oi", "o", ("strict",)),  # bitstring, size in bits: so many of its bits
    "whole": Signature("o", "o", ("unit",)),  # a bitstring; fails unless it is whole units
    "code.point": Signature("o", "o", ("encoding", "order")),  # the bytes of a code point
    "shortest": Signature("o", "o", ("coding",)),  # the bytes of a number of variable size
    "push": Signature("ii", "i", ("width",)),  # phase, number: writes it most significant bit first; the new phase
    "push.int": Signature("ioi", "i", ("order", "strict")),  # phase, an int, size in bits
    "push.float": Signature("ioi", "i", ("order", "strict", "nonfinite")),  # phase, a float, size in bits
    "push.bits": Signature("io", "i"),  # phase, a bitstring
    "written": Signature("?*", "o", ("function",)),  # what a function writes into an output of its own, as a bitstring
    # --- terms: what expressions compute ---
    "apply": Signature("o*", "o", ("function",)),  # one of `bitwright.terms.FUNCTIONS`; fails where it raises there
    "truth": Signature("o", "i"),  # 1 for true, 0 for false; fails for anything else
    "equal": Signature("oo", "i", pure=True),  # whether two terms are exactly equal
    # --- control ---
    "fail_if": Signature("i?*", "", ("code", "message")),  # condition, numbers that the message shows as {0}, {1}
    "finding_if": Signature("i?*", "", ("code", "message")),
    "if": Signature("i", "?*", blocks=2),
    "attempt": Signature("", "?*", ("finding",), blocks=2),  # the first block; where that fails, the second instead
    "loop.count": Signature("i?*", "?*", blocks=1),  # count, carried; block: index, carried
    "loop.while": Signature("i?*", "?*", blocks=1),  # condition, carried; block yields condition, carried
    "loop.each": Signature("o?*", "?*", blocks=1),  # list, carried; block: index, element, carried
    "yield": Signature("?*", ""),
    "call": Signature("?*", "?*", ("function",)),
    "dispatch": Signature("i?*", "?*", ("table", "default")),  # key: calls table[key], else default, else fails
    # --- trace: what a reader of the program or of an error wants to know; backends drop them ---
    "enter": Signature("?*", "", ("name", "phase", "location"), trace=True),  # position, index of an element
    "leave": Signature("?*", "", ("phase",), trace=True),  # position, value
    "lies": Signature("ii", "", trace=True),  # from, to: where the field in work lies, when a pointer led there
}


def walk(block: Block) -> Iterator[Op]:
    """Every op of a block, outer before inner."""
    for op in block.ops:
        yield op
        for inner in op.blocks:
            yield from walk(inner)


def arity(letters: str) -> tuple[str, str | None]:
    """A signature's fixed letters, and the letter that repeats."""
    return (letters[:-2], letters[-2]) if letters.endswith("*") else (letters, None)


def count_uses(block: Block, counts: dict[Reg, int] | None = None) -> dict[Reg, int]:
    """How often each register is read."""
    counts = {} if counts is None else counts
    for op in block.ops:
        for reg in op.args:
            counts[reg] = counts.get(reg, 0) + 1
        for inner in op.blocks:
            count_uses(inner, counts)
    return counts
