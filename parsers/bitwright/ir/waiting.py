"""Programs that read input which is still arriving: what may run out of it, and what that means.

A message from a stream is parsed before its end is known.  The entry's `end` is then only where the message must
end at the latest, its limit, and bytes before it may be missing.  An end that is still open in this way is handed
from function to function; the end of a region that was checked to be there is not open.

An op that reads before an open end has the constant `wait: true`, which means: where the bytes are not there yet,
the program stops until they are, and goes on with that very op.  Only `WAITS` have such a meaning.  Every other
read follows one of them, which is proven (`coverage`), so nothing else can run out of input.  What a waiting op
is told of the bytes that surely follow (`more`), and what `expect` says, only make the announced need larger.
"""

from __future__ import annotations

from typing import Final

from bitwright.errors import Fault
from bitwright.ir.ops import Function, Op, Program, Reg, walk
from bitwright.wire.names import MAX_LABEL, MAX_NAME
from bitwright.wire.varints import read_varint

# Ops that take an end and can wait before it.
WAITS: Final = frozenset({"need", "need.var", "find", "name", "varint"})
# Ops that take what lies before an end: before an open one there is never all of it.
TO_THE_END: Final = frozenset({"span", "text", "render"})
# Ops that mean the same where the input is a buffer that grows: all others are refused in a program that waits.
SERVE_STREAMS: Final = WAITS | TO_THE_END | frozenset({
    "const", "bin", "neg", "swap", "float", "not", "select", "lookup", "expect", "load", "unpack", "bits", "same", "zeros", "checksum",
    "none", "known", "trim", "bitstring", "spare",
    "constant", "box", "split", "memo", "list", "append", "make", "record", "len", "varint.size", "decode",
    "fail_if", "finding_if", "if", "attempt",
    "reach", "reach.region", "reached", "extent", "lies",
    "loop.count", "loop.while", "loop.each", "yield", "call", "dispatch", "enter", "leave",
})  # fmt: skip


PLACELESS: Final = frozenset({"bin", "expect", "yield", "enter", "leave"})  # may look at an open end without waiting
# Blocks that recover from a failure: in them nothing may wait, since the end of the input is none.
RECOVER: Final = frozenset({"attempt"})


class Waiting(Exception):  # noqa: N818  # no failure: the program would go on if more bytes came
    """The input must reach up to `wanted` before the program goes on; the message reaches at least up to `least`."""

    def __init__(self, wanted: int, least: int = 0) -> None:
        super().__init__(wanted, least)
        self.wanted, self.least = wanted, max(wanted, least)


class Buffer(bytearray):
    """Input that is still arriving, from the first byte of a message on; `least` is what `expect` said of its size."""

    __slots__ = ("least",)

    def __init__(self) -> None:
        super().__init__()
        self.least = 0


def terminator_wanted(data: bytes | bytearray, base: int, terminator: bytes) -> int:
    """Up to where the input must reach, at the least, for a terminator that is not in it yet."""
    size = len(terminator)
    begun = next((n for n in range(min(size - 1, len(data) - base), 0, -1) if data.endswith(terminator[:n])), 0)
    return max(len(data), base) + size - begun


def name_wanted(data: bytes | bytearray, begin: int, at: int, end: int) -> tuple[int, int]:
    """Walk a domain name's own labels from one at `at`: where the walk stops, and how far the input must reach to go on.

    The latter is 0 if all of the name is there, or so much that `names.read_name` refuses it.
    """
    size = len(data)
    while at < size:
        length = data[at]
        pointer = length >= 0xC0
        following = at + (2 if pointer or length else 1) + (0 if pointer else length)  # behind a label comes another octet
        if following > end or not (pointer or (0 < length <= MAX_LABEL and following - begin <= MAX_NAME)):
            return at, 0
        if following > size:
            return at, following
        if pointer:
            return at, 0
        at += length + 1
    return at, at + 1 if at < end else 0


def varint_wanted(data: bytes | bytearray, base: int, end: int, coding: str, bits: int) -> int:
    """How far the input must reach to go on reading a number of variable size; 0 if it is there, or so much that it is refused."""
    try:
        read_varint(data, base, min(end, len(data)), coding, bits)  # type: ignore[arg-type]  # it takes numbers out of it alone
    except Fault as fault:
        wanted = fault.position + (fault.needed or 0)
        return wanted if len(data) < wanted <= end else 0
    return 0


def waits(program: Program) -> bool:
    """Whether a program reads input that is still arriving."""
    return any(op.attrs.get("wait") for function in program.functions.values() for op in walk(function.body))


def end_of(registers: tuple[Reg, ...]) -> Reg | None:
    """The end among a function's parameters or a call's arguments: by convention the second number."""
    numbers = [reg for reg in registers if reg.type == "int"]
    return numbers[1] if len(numbers) > 1 else None


def hands_on(op: Op, end: Reg) -> bool:
    """Whether a call hands on the end."""
    args = op.args[1:] if op.kind == "dispatch" else op.args
    return op.kind in ("call", "dispatch") and end_of(args) is end


def callees(op: Op) -> list[str]:
    """The functions that a call may call."""
    if op.kind == "call":
        return [op.attrs["function"]]
    return list(dict.fromkeys([*op.attrs["table"].values(), *([op.attrs["default"]] if op.attrs["default"] is not None else [])]))


def open_functions(program: Program) -> set[str]:
    """The functions of a program that waits whose end is open."""
    found: set[str] = set()
    waiting: list[Function] = [program.functions[program.entry]]
    while waiting:
        function = waiting.pop()
        end = end_of(function.params)
        if function.name in found or end is None:
            continue
        found.add(function.name)
        waiting += [program.functions[name] for op in walk(function.body) if hands_on(op, end) for name in callees(op)]
    return found
