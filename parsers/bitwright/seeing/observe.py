"""Watching the interpreter read a message: every field with its bits, what is wrong and where it ended.

Promise: whatever the bytes, the result is an `Observation`; what makes `parse` raise is in it as `error`, with
the fields read before.  The pictures of messages (hexdump, explain, HTML) are drawn from it.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from bitwright.codec import as_bytes, codec_of
from bitwright.errors import DEFAULT_LIMITS, Finding, ParseError, Problem
from bitwright.ir.interp import Machine, join_path
from bitwright.lower.facts import Options


@dataclasses.dataclass(slots=True)
class Part:
    """A field or an element: where it lay, what it was, and the parts it is made of.

    `end` is None and `value` meaningless where reading failed inside of it.  Bits are counted as they come on the wire: of a
    byte the most significant first, or, where `bits` is "lsb", the least.
    """

    path: str
    begin: int  # bits
    end: int | None
    value: Any
    parts: list[Part] = dataclasses.field(default_factory=list)
    bits: str = "msb"

    @property
    def is_container(self) -> bool:
        """Whether its value is a struct or a list: something that its parts show."""
        return bool(self.parts) or isinstance(self.value, list) or hasattr(type(self.value), "__bitwright__")


@dataclasses.dataclass(slots=True)
class Observation:
    """What reading `data` gave: the parts of the root in order, findings, the error if there was one, the byte where it stopped.

    `value` is the message, None where there was an error.
    """

    data: bytes
    parts: list[Part]
    findings: list[Finding]
    error: ParseError | None
    end: int
    value: Any = None


def observe(struct: type, data: Any, endian: str | None = None, parameters: dict[str, Any] | None = None) -> Observation:
    """Read one message, whatever follows it, and note everything."""
    raw = as_bytes(data)
    codec = codec_of(struct, "interp")
    order, options = codec._order(endian), Options(strict=True, limits=DEFAULT_LIMITS)
    machine = Machine(codec.program("parse", order, options), collect=True, trace=True)
    machine.data = raw
    value, error, end = None, None, 0
    try:
        codec._refuse_too_large(len(raw), options)
        value, end = machine.run(0, len(raw), *codec._parameters(parameters or {}, ParseError))
    except ParseError as caught:
        error = caught
    except RecursionError:
        error = ParseError(Problem("depth", "structs are nested deeper than the interpreter's stack", struct.__name__))
    if error is not None:
        end = len(raw) if error.byte_offset is None else min(error.byte_offset, len(raw))
    return Observation(raw, _tree(machine), machine.findings or [], error, end, value)


def _tree(machine: Machine) -> list[Part]:
    """The spans, noted when each field was left, as a tree in the order in which the fields were entered."""
    done: list[tuple[int, Part]] = []  # depth and part; whatever is deeper than its successor belongs to it

    def close(depth: int, part: Part) -> None:
        begin = len(done)
        while begin and done[begin - 1][0] > depth:
            begin -= 1
        part.parts = [inner for _, inner in done[begin:]]
        done[begin:] = [(depth, part)]

    seen: set[str] = set()
    for span in machine.spans or []:
        if span.bit_start == span.bit_end and span.path in seen:
            continue  # a checksum, which is looked at once more when everything is there
        seen.add(span.path)
        close(span.path.count(".") + span.path.count("["), Part(span.path, span.bit_start, span.bit_end, span.value, bits=span.bits))
    for depth in range(len(machine.frames) - 1, -1, -1):
        path = join_path(machine.frames[depth].path)
        if path not in seen:
            close(depth, Part(path, machine.frames[depth].bit_offset, None, None, bits=machine.frames[depth].bits))
    return [part for _, part in done]
