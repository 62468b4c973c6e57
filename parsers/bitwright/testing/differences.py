"""Two decoders on the same inputs, and a written list of the differences that are allowed.

    compare = differential(ours, theirs, allowed=[Allowed("ttl", "a ttl beyond 2**31 is 0 to them", lambda d: d.path.endswith(".ttl"))])
    for data in inputs:
        compare(data)
    print(compare.report())

A decoder is a function of bytes that returns plain values (nested mappings and lists are compared part by part) or raises one of the types
that it declares as refusals.  Promise: every difference is counted under exactly one allowed reason or is a finding; a reason that never
served is told of, so that the list cannot grow stale.  An exception of ours that is not declared is never allowed.
"""

from __future__ import annotations

import collections
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import msgspec

from bitwright.errors import ParseError
from bitwright.escaping import printable
from bitwright.testing.labels import SEED, Label
from bitwright.testing.outcome import Outcome

Decoder: TypeAlias = Callable[[bytes], Any]
Where: TypeAlias = Literal["value", "refused by ours", "refused by theirs", "exception in theirs"]
_ABSENT: Final[Any] = type("Absent", (), {"__repr__": lambda self: "(absent)"})()
_MOST_DIFFERENCES: Final = 20  # of one input that are told of
_LONGEST: Final = 200  # characters of a value that is told of


class Reading(msgspec.Struct, frozen=True):
    """What one decoder made of an input: a value, or the exception that it raised, which it `declared` or not."""

    value: Any = None
    error: Exception | None = None
    declared: bool = True

    @property
    def refused(self) -> bool:
        """Whether there is no value."""
        return self.error is not None


class Difference(msgspec.Struct, frozen=True):
    """One part that differs: `path` and both values, or, with an empty path, which side raised and what.

    Of a refusal, `ours` or `theirs` is the exception, and the other the whole value.
    """

    where: Where
    path: str
    ours: Any
    theirs: Any
    data: bytes

    @property
    def bucket(self) -> str:
        """What differences of one cause have in common: no indices, no numbers, no values."""
        if self.where == "value":
            return f"value: {_general(self.path)}"
        error = self.ours if self.where == "refused by ours" else self.theirs
        said = f"{error.code} {_general(error.path)}" if isinstance(error, ParseError) else f"{type(error).__name__}: {_general(error)}"
        return f"{self.where}: {said}"[:_LONGEST].strip()

    def __str__(self) -> str:
        """One line, safe for a terminal."""
        place = f" at {self.path}" if self.path else ""
        return printable(f"{self.where}{place}: ours {_shown(self.ours)}, theirs {_shown(self.theirs)}")


class Allowed(msgspec.Struct, frozen=True):
    """A difference that may be: its name, why it may be, and which ones are meant."""

    name: str
    because: str
    when: Callable[[Difference], bool]


class Differential:
    """Compares two decoders, and counts; also a target that a campaign can run."""

    def __init__(
        self, ours: Decoder, theirs: Decoder, allowed: Sequence[Allowed], refusals: Sequence[tuple[type[Exception], ...]], name: str,
    ) -> None:
        names = [each.name for each in allowed]
        if len(set(names)) < len(names):
            raise ValueError(f"an allowed difference is listed twice: {names}")
        self.ours, self.theirs, self.allowed = ours, theirs, tuple(allowed)
        self._our_refusals, self._their_refusals = refusals
        self._name = name
        self.inputs = self.equal = self.both_refuse = 0
        self.reasons: collections.Counter[str] = collections.Counter(dict.fromkeys(names, 0))
        self.unexplained: dict[str, list[Difference]] = {}  # by bucket: the first ones

    @property
    def name(self) -> str:
        """What reports call it."""
        return self._name

    @property
    def unused(self) -> list[str]:
        """The allowed differences that no input has shown."""
        return [name for name, count in self.reasons.items() if not count]

    def __call__(self, data: bytes) -> list[Difference]:
        """The differences of one input that are not allowed.  What our decoder raises without declaring it, is raised."""
        ours = _reading(self.ours, data, self._our_refusals)
        if ours.error is not None and not ours.declared:
            raise ours.error
        return self._judged(self._differences(data, ours, _reading(self.theirs, data, self._their_refusals)))

    def over(self, inputs: Iterable[bytes]) -> Differential:
        """Compare all inputs; itself, for `report`."""
        for data in inputs:
            self(data)
        return self

    def run(self, data: bytes, label: Label = SEED) -> Outcome:
        """One input of a campaign."""
        begin = time.perf_counter()
        refused = self.both_refuse
        try:
            found = self(data)
        except Exception as error:  # noqa: BLE001  # whatever our decoder raises without declaring it is a finding
            return Outcome("exception", f"ours: {type(error).__name__}", printable(str(error)), time.perf_counter() - begin)
        seconds = time.perf_counter() - begin
        if found:
            return Outcome("difference", found[0].bucket, "\n".join(map(str, found)), seconds)
        return Outcome("error" if self.both_refuse > refused else "value", "", "", seconds)

    def close(self) -> None:
        """Nothing is held."""

    def report(self) -> str:
        """What was counted, reason by reason, and what was not explained."""
        lines = [f"{self.name}: {self.inputs} inputs: {self.equal} equal values, {self.both_refuse} refused by both"]
        because = {each.name: each.because for each in self.allowed}
        lines += [f"  allowed, {count:7}: {name}: {because[name]}" for name, count in self.reasons.most_common() if count]
        lines += [f"  never seen: {name}" for name in self.unused]
        for bucket, found in self.unexplained.items():
            lines += [f"  NOT ALLOWED: {printable(bucket)}", f"    {found[0]}", f"    {found[0].data.hex()}"]
        return "\n".join(lines)

    def _differences(self, data: bytes, ours: Reading, theirs: Reading) -> list[Difference]:
        self.inputs += 1
        if theirs.error is not None and not theirs.declared:
            return [Difference("exception in theirs", "", ours.error or ours.value, theirs.error, data)]
        if ours.refused and theirs.refused:
            self.both_refuse += 1
            return []
        if ours.refused or theirs.refused:
            where: Where = "refused by ours" if ours.refused else "refused by theirs"
            return [Difference(where, "", ours.error or ours.value, theirs.error or theirs.value, data)]
        found = [] if ours.value == theirs.value else [
            Difference("value", path, one, other, data) for path, one, other in differing(ours.value, theirs.value)
        ]  # fmt: skip
        self.equal += not found
        return found

    def _judged(self, found: list[Difference]) -> list[Difference]:
        left = []
        for difference in found:
            reason = next((each.name for each in self.allowed if each.when(difference)), None)
            if reason is not None:
                self.reasons[reason] += 1
                continue
            left.append(difference)
            self.unexplained.setdefault(difference.bucket, []).append(difference)
            del self.unexplained[difference.bucket][_MOST_DIFFERENCES:]
        return left[:_MOST_DIFFERENCES]


def differential(
    ours: Decoder,
    theirs: Decoder,
    *,
    allowed: Sequence[Allowed] = (),
    our_refusals: tuple[type[Exception], ...] = (ParseError,),
    their_refusals: tuple[type[Exception], ...] = (Exception,),
    name: str = "differential",
) -> Differential:
    """Compare decoders; `our_refusals` and `their_refusals` are the exceptions by which each says that an input is malformed.

    What theirs raises beyond its refusals is a difference that can be allowed; by default whatever it raises is a refusal.
    """
    return Differential(ours, theirs, allowed, (our_refusals, their_refusals), name)


def differing(ours: Any, theirs: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The parts that are not equal: path, ours, theirs.  Lists of different lengths differ as a whole."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in dict.fromkeys([*ours, *theirs]):
            yield from differing(ours.get(key, _ABSENT), theirs.get(key, _ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differing(one, other, f"{path}[{index}]")
    elif ours != theirs:
        yield path, ours, theirs


def _reading(decoder: Decoder, data: bytes, refusals: tuple[type[Exception], ...]) -> Reading:
    try:
        return Reading(decoder(data))
    except refusals as error:
        return Reading(error=error)
    except Exception as error:  # noqa: BLE001  # undeclared: the caller says whose it was
        return Reading(error=error, declared=False)


def _general(said: object) -> str:
    """Text without numbers and quotations, which differ from input to input."""
    return re.sub(r"(['\"]).*?\1|\[\d+\]|\d+", "", str(said)).strip()


def _shown(value: Any) -> str:
    shown = f"{type(value).__name__}({value})" if isinstance(value, Exception) else repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."
