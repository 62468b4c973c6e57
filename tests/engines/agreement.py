"""What a call comes to, compared between engines: a value, or an error to the letter; anything else fails the test."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable
from typing import Any

from bitwright import BuildError, ParseError, Struct
from bitwright.backends.llvm import is_available
from bitwright.errors import DEFAULT_LIMITS
from bitwright.ir.interp import Machine
from bitwright.lower.facts import Options

ENGINES: tuple[str, ...] = ("interp", "python", *(["llvm"] if is_available() else []))


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A value, or the error's type, code, path, bit offset and text."""

    value: Any = None
    error: tuple[Any, ...] | None = None
    problem: Any = None

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return self.error is None

    def same(self, other: Outcome) -> bool:
        """Equal in value and in the types of all parts, which `repr` shows; equal errors with equal partial values."""
        if self.error != other.error:
            return False
        if self.error is not None:
            return repr(self.problem) == repr(other.problem)
        return repr(self.value) == repr(other.value) and alike(self.value, other.value)


def alike(value: Any, other: Any) -> bool:
    """Whether two values are equal, floats by their bits: a NaN equals itself."""
    if isinstance(value, float) and isinstance(other, float):
        return struct.pack(">d", value) == struct.pack(">d", other)
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return len(value) == len(other) and all(map(alike, value, other))
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(alike(value[key], other[key]) for key in value)
    if isinstance(value, Struct) and type(value) is type(other):
        return all(alike(getattr(value, name), getattr(other, name)) for name in type(value).__match_args__)
    return bool(value == other)


def outcome(call: Callable[[], Any]) -> Outcome:
    """What a call comes to."""
    try:
        return Outcome(call())
    except (ParseError, BuildError) as error:
        return Outcome(error=(type(error), error.code, error.path, error.bit_offset, str(error)), problem=error.problem)


def agreed(form: type[Struct], method: str, *args: Any, **options: Any) -> Outcome:
    """The outcome of a codec's method, after comparing the engines."""
    outcomes = [outcome(lambda e=engine: getattr(form.codec(e), method)(*args, **options)) for engine in ENGINES]  # type: ignore[misc]
    assert outcomes[0].same(outcomes[1]), f"{form.__name__}.{method}: {outcomes[0]} by interp, {outcomes[1]} by python"
    if not outcomes[0].ok and method != "build" and args and isinstance(args[0], bytes):
        offset = outcomes[0].problem.bit_offset
        assert offset is None or 0 <= offset <= 8 * len(args[0]), outcomes[0]
    return outcomes[0]


def built(message: Struct, **params: Any) -> bytes:
    """The bytes of a message that must build, after everything that building promises was checked."""
    form = type(message)
    made, resolved = agreed(form, "build", message, **params), agreed(form, "resolved", message, **params)
    assert made.ok, made.error
    assert resolved.ok, resolved.error
    data: bytes = made.value
    parsed = agreed(form, "parse", data, **params)
    assert parsed.ok, (data, parsed.error)
    assert outcome(lambda: form.parse(data, **params)).same(parsed), "the compiled method of the class"
    assert parsed.same(resolved), f"built {data.hex()}\nparsed   {parsed.value}\nresolved {resolved.value}"
    again = agreed(form, "build", resolved.value, **params)
    assert again.value == data, (again, data)
    given = [name for name in form.__match_args__ if getattr(message, name) is not None]
    for name in given:
        if not isinstance(getattr(message, name), Struct | list):
            assert getattr(resolved.value, name) == getattr(message, name), name
    return data


def given_back(form: type[Struct], method: str, wire: bytes, **params: Any) -> None:
    """Where building from the value alone cannot give the bytes back, keep=True does, unless the certificate says not even that."""
    if form.certificate().kind == "lossy":
        return
    for engine in ENGINES:
        codec = form.codec(engine)
        found = getattr(codec, method)(wire, keep=True, **params)
        value, used = found if method == "parse_prefix" else (found, len(wire))
        assert codec.build(value, **params) == wire[:used], (engine, wire.hex(), value)


def interpreted(form: type[Struct], direction: str, *args: Any, data: bytes = b"", order: str = "big") -> Outcome:
    """The optimized program, run by the interpreter: a value, or that it fails."""
    codec = form.codec("interp")
    machine = Machine(codec.optimized(direction, order, Options(limits=DEFAULT_LIMITS)))
    machine.data = data
    found = outcome(lambda: machine.run(*args))
    return dataclasses.replace(found, value=bytes(machine.out)) if found.ok and direction == "build" else found
