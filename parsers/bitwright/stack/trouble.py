"""What a walk notes in the row when a packet is not as it should be.

Promise: the error of a row names the layer, the path in it and the packet's byte.  Of several causes
the first that makes a packet malformed is kept; of a cut packet, the place where reading ended.
"""

from __future__ import annotations

from typing import Any

from bitwright.errors import Finding, ParseError, Problem
from bitwright.stack.errors import LayerError
from bitwright.stack.plan import Choice, Step, ends_at
from bitwright.stack.row import Layer, Row

# Errors that missing bytes can cause; any other means that the bytes that are there are wrong.
_SHORTAGE_CODES = frozenset({"truncated", "count-too-large", "no-terminator"})


def failed(row: Row, step: Step, error: ParseError, size: int, base: int, missing: int, begin: int = 0) -> None:
    """A layer could not be read; it begins at byte `begin` of its `size` bytes, and these at the packet's byte `base`."""
    row.layers.append(Layer(step.name, base + begin, None, dict(error.partial)))
    is_cut = missing > 0 and error.code in _SHORTAGE_CODES and ends_at(error, size)
    _note(row, step.name, error.problem.moved(base), is_cut)


def shortage(row: Row, step: Step, value: Any, size: int, used: int, base: int, missing: int) -> int:
    """A layer announces more bytes than are there; how many its payload lacks."""
    lacking = used - size
    there = len(step.payload(value)) if step.payload else 0
    problem = _payload_problem(step, base + size - there, there + lacking, there)
    row.findings.append(Finding("payload-cut", problem.message, f"{step.name}.{step.payload_name}", problem.bit_offset or 0))
    _note(row, step.name, problem, lacking <= missing)
    return lacking


def topmost(row: Row, step: Step, value: Any, payload: bytes, base: int, missing: int) -> None:
    """No layer is read above this one, whose payload begins at the packet's byte `base`."""
    if missing and row.status == "ok":
        _note(row, step.name, _payload_problem(step, base, len(payload) + missing, len(payload)), True)
    if payload and step.fragment is not None and step.fragment(value):
        message = f"{len(payload)} bytes are a fragment, so the layers above were not looked at"
        row.findings.append(Finding("fragment", message, f"{step.name}.{step.payload_name}", 8 * base))


def left_over(row: Row, below: Step | None, beneath: Any, step: Step, used: int, size: int, base: int) -> None:
    """A layer uses fewer bytes than there are.

    That is link-layer padding, unless the layer `below`, whose value is `beneath`, has a length field: then nothing explains the bytes.
    """
    if below is not None and below.ends_by_length(beneath):
        message = f"{size - used} bytes follow that no layer explains"
        row.findings.append(Finding("unconsumed", message, step.name, 8 * (base + used)))


def no_choice(row: Row, choice: Choice, data: bytes, missing: int) -> None:
    """The first bits of the packet select no layer."""
    leading = choice.leading(data)
    if leading is None:
        octets = (choice.bits + 7) // 8
        short = Problem("truncated", f"needs {octets} bytes, {len(data)} are there", choice.name, "", 0, octets, len(data))
        _note(row, choice.name, short, missing > 0)
        return
    known = ", ".join(str(value) for value in sorted(choice.cases))
    wrong = Problem("const", f"the first {choice.bits} bits are {leading}; a layer is known for {known}", choice.name, "", 0)
    _note(row, choice.name, wrong, False)


def partial(row: Row, step: Step, error: ParseError, base: int, begin: int) -> None:
    """A segment ends inside a message, which begins at byte `begin` of its data; the rest comes in another segment."""
    row.layers.append(Layer(step.name, base + begin, None, dict(error.partial)))
    problem = error.problem.moved(base)
    _incomplete(row, f"{step.name}.{problem.path}", problem.needed, problem.available, problem.bit_offset or 0)


def partial_payload(row: Row, step: Step, value: Any, size: int, used: int, base: int, missing: int) -> None:
    """The same where the message's payload is what ends early; the message begins at the packet's byte `base`."""
    lacking = used - size
    if missing:
        shortage(row, step, value, size, used, base, missing)
        return
    there = len(step.payload(value)) if step.payload else 0
    _incomplete(row, f"{step.name}.{step.payload_name}", there + lacking, there, 8 * (base + size - there))


def _incomplete(row: Row, path: str, needed: int | None, available: int | None, bit_offset: int) -> None:
    message = f"the message is not complete in this segment: {needed} bytes are needed, {available} are there"
    row.findings.append(Finding("partial-message", message, path, bit_offset))


def no_progress(row: Row, step: Step, at: int) -> None:
    """A message of a stream used no bytes."""
    _note(row, step.name, Problem("no-progress", "a message used no bytes, so the stream could never end", step.name, "", 8 * at), False)


def too_deep(row: Row, step: Step, base: int, limit: int) -> None:
    """More layers lie above each other than the limit allows."""
    _note(row, step.name, Problem("depth", f"more than {limit} layers lie above each other", step.name, "", 8 * base), False)


def _note(row: Row, layer: str, problem: Problem, is_cut: bool) -> None:
    if row.status != "malformed":
        row.error = LayerError(problem, layer)
        row.status = "cut" if is_cut else "malformed"



def _payload_problem(step: Step, at: int, needed: int, available: int) -> Problem:
    message = f"needs {needed} bytes, {available} are there"
    field = step.struct.__bitwright__.payload
    where = field.location if field else None
    return Problem("truncated", message, step.struct.__bitwright__.name, step.payload_name, 8 * at, needed, available, declaration=where)
