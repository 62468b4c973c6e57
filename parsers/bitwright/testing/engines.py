"""All engines as one target: what every input must come to, in each of them alike.

Promise, for any bytes: every engine makes the same value, or refuses; what is built from the value is the same in each, and what the
struct's certificate says; built again from what is not derived, it reads as that value; and where the label says what follows from
the declaration, it does.  Anything else is a finding, and so is any exception but ParseError and BuildError, and what takes more
time or memory than was asked for.

The interpreter reads each input once, and its error stands for all engines, since it explains what any of them refuses; the others say
only whether they take the input.  Of one input in `LETTERS`, chosen by its bytes so that a repetition does the same, everything is
compared to the letter, through the calls that users make.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any, Final

from bitwright.errors import BuildError, ParseError
from bitwright.struct_ import Struct
from bitwright.testing.faults import Wrong, difference, exception, without_indexes
from bitwright.testing.labels import Label
from bitwright.testing.letters import compare_to_the_letter
from bitwright.testing.outcome import Outcome
from bitwright.testing.peaks import peak_of
from bitwright.testing.quiet import QuietCodec, engines_here

SLOWEST: Final = 1.0  # of campaigns: seconds of processor time for one input by all engines; mutants of lists and pointers have up to 64 KB
LARGEST: Final = 1_000_000  # of campaigns: bytes allocated for an input of at most 1,500
LETTERS: Final = 200  # one input in so many is compared to the letter
MEASURED: Final = 256  # of one in so many it is measured what is allocated
BUILT: Final = 32  # one value in so many is built by the interpreter too, and again from what is not derived
KEPT: Final = 64  # and one in so many is read with what building would not give back
REPEATED: Final = 40  # readings of what took longer than is allowed, at most, of which the shortest counts
AT_ONCE: Final = 8  # of these one after the other; then with pauses, for a machine can be slow for a while
PAUSE: Final = 0.05  # seconds
RANKED: Final = 3  # and of what only took longer than anything before


class EngineTarget:
    """A struct in every engine that is installed.

    `strict`: as `parse(strict=True)` reads.  `endian` and `parameters`: what the struct takes from outside.  `slowest` (seconds of
    processor time for a reading by every engine, one after the other) and `largest` (bytes that one of them allocates) are bounds for
    inputs of at most `ordinary` bytes; None: there is none.
    """

    def __init__(
        self, message: type[Struct], *, strict: bool = False, endian: str | None = None, parameters: dict[str, Any] | None = None,
        slowest: float | None = None, largest: int | None = None, ordinary: int = 1500,
    ) -> None:  # fmt: skip
        self.message, self.strict = message, strict
        self.slowest, self.largest, self.ordinary = slowest, largest, ordinary
        self.engines = ("interp", *engines_here())
        self._given: dict[str, Any] = dict(parameters or {})
        self._options: dict[str, Any] = {"endian": endian, **self._given}
        self._interpreter = message.codec("interp")
        self._quiet = {name: QuietCodec(message, name) for name in self.engines[1:]}
        self._refusals = tuple({refusal for codec in self._quiet.values() for refusal in codec.refusals})
        self._readers: dict[bool, dict[str, Callable[[bytes], Any]]] = {}  # by whether they are strict, and engine
        self._builders = {name: codec.builder(endian, self._given) for name, codec in self._quiet.items()}
        self._certificate = message.certificate().kind
        self._gives_back = self._certificate == "canonical" and not strict
        self._slowest_yet = 0.0

    @property
    def name(self) -> str:
        """The struct and the engines."""
        mode = "; strict" if self.strict else ""
        return f"{self.message.__module__}:{self.message.__qualname__} by {', '.join(self.engines)}{mode}"

    def close(self) -> None:
        """Nothing is held."""

    def run(self, data: bytes, label: Label) -> Outcome:
        """What comes of one input in all engines."""
        share = zlib.crc32(data)
        seconds, peak = 0.0, None
        try:
            begin = time.perf_counter()
            result = self._read(data, strict=self.strict)
            seconds = time.perf_counter() - begin
            seconds, peak = self._measured(data, seconds, allocation=share % MEASURED == 0)
            self._hold_expected(data, label, result)
            if not isinstance(result, ParseError):
                self._hold_built(data, result, share)
            if share % LETTERS == 0:
                compare_to_the_letter(self.message, self.engines, data, self._options)
        except Wrong as wrong:
            return Outcome(wrong.kind, wrong.bucket, wrong.detail, wrong.seconds or seconds, peak)
        except Exception as error:  # noqa: BLE001  # which is what is looked for
            found = exception(error)
            return Outcome(found.kind, found.bucket, found.detail, seconds, peak)
        return Outcome("error" if isinstance(result, ParseError) else "value", "", "", seconds, peak)

    # --- reading -------------------------------------------------------------------------------

    def _read(self, data: bytes, *, strict: bool) -> Any:
        """The value, or the ParseError, that every engine makes."""
        result: Any
        try:
            result = self._interpreter.parse(data, strict=strict, **self._options)
        except ParseError as error:
            result = error.with_traceback(None)  # which would hold this frame, which holds the error
        refused = isinstance(result, ParseError)
        for name, read in self._readers_for(strict).items():
            try:
                value = read(data)
            except self._refusals:
                if not refused:
                    raise difference(f"{name} refuses what interp reads", result) from None
                continue
            if refused:
                raise difference(f"{name} reads what interp refuses with {result.code}", value, str(result), path=result.path)
            if value != result and repr(value) != repr(result):  # a NaN is no other NaN, but is written alike
                raise difference(f"{name} and interp read different values", value, result)
        return result

    def _readers_for(self, strict: bool) -> dict[str, Callable[[bytes], Any]]:
        found = self._readers.get(strict)
        if found is None:
            made = {name: codec.reader(self._options["endian"], self._given, strict=strict) for name, codec in self._quiet.items()}
            found = self._readers[strict] = made
        return found

    def _measured(self, data: bytes, seconds: float, *, allocation: bool) -> tuple[float, int | None]:
        """The time as it counts, and what is allocated where that is looked at; `Wrong` beyond a bound."""
        bounded = len(data) <= self.ordinary
        if seconds > self._slowest_yet or (bounded and self.slowest is not None and seconds > self.slowest):
            seconds = self._processor_time(data, seconds)  # the clock on the wall is cheap to ask, but others use the processor too
            if bounded and self.slowest is not None and seconds > self.slowest:
                raise Wrong("slow", "slow", f"{seconds * 1e3:.1f} ms of processor time for {len(data)} bytes", seconds)
            if seconds > self._slowest_yet:
                self._slowest_yet, allocation = seconds, True
        if not allocation:
            return seconds, None
        peak = max(peak_of(call, data) for call in self._calls())
        if bounded and self.largest is not None and peak > self.largest:
            raise Wrong("memory", "memory", f"{peak} bytes are allocated for {len(data)} bytes")
        return seconds, peak

    def _calls(self) -> list[Callable[[bytes], Any]]:
        """Reading in each engine by itself."""
        by_interpreter = lambda data: self._interpreter.parse(data, strict=self.strict, **self._options)  # noqa: E731
        return [by_interpreter, *self._readers_for(self.strict).values()]

    def _processor_time(self, data: bytes, least: float) -> float:
        """The least time of several readings: many only while it is beyond the bound, since the slowest inputs are what is read again."""
        bound = self.slowest if self.slowest is not None and len(data) <= self.ordinary else None
        for readings in range(1, REPEATED + 1):
            begin = time.process_time()
            self._read(data, strict=self.strict)
            least = min(least, time.process_time() - begin)
            if (bound is None or least <= bound) and (least <= self._slowest_yet or readings >= RANKED):
                break
            if readings >= AT_ONCE:
                time.sleep(PAUSE)
        return least

    def _hold_expected(self, data: bytes, label: Label, result: Any) -> None:
        """What the label expects is what came."""
        expected = label.expected
        if expected.accepts is None:
            return
        if expected.accepts and not expected.code:
            if self.strict or not isinstance(result, ParseError):  # in a strict reading what the seed has may be refused
                return
        elif expected.accepts and not self.strict and not isinstance(result, ParseError):
            result = self._read(data, strict=True)  # which refuses the finding
        if isinstance(result, ParseError) and not (expected.accepts and not expected.code):
            earlier = self.strict and not expected.accepts  # a finding may lie ahead of what is wrong
            if earlier or (expected.code in ("", result.code) and expected.path in ("", result.path)):
                return
        came = f"{result.code} at {without_indexes(result.path)}" if isinstance(result, ParseError) else "accepted"
        where = without_indexes(expected.path or label.path)
        due = ("accepted, " if expected.accepts else "refused, ") + (expected.code or "any code")
        bucket = f"{label.tier} {label.rule} at {where}: {due} expected, {came} came"
        raise Wrong("unexpected", bucket, f"{label}\n{result!r}")

    # --- building ------------------------------------------------------------------------------

    def _hold_built(self, data: bytes, value: Any, share: int) -> None:
        """Every engine builds the same from a value; the very bytes, where the certificate promises that."""
        made = self._build(value) if share % BUILT == 0 else self._build_quickly(value)
        if self._gives_back and made != data:
            raise difference("build does not give back what was read, as the certificate promises", value, str(made), data.hex())
        if share % KEPT == 0 and self._certificate != "lossy":
            kept = self._interpreter.parse(data, keep=True, **self._options)
            if self._interpreter.build(kept, **self._options) != data:
                raise difference("build does not give back what was kept, as the certificate promises", value, data.hex())
        if share % BUILT == 0:
            self._hold_relaxed(value)

    def _hold_relaxed(self, value: Any) -> None:
        """What is built from a value whose derived fields are solved again differs from it in those alone."""
        loose = value.relaxed()
        made = self._build(loose)
        if isinstance(made, BuildError):
            # Without its compression it outgrows a length; or a checksum covers what was not given.
            if made.code in ("range", "too-large") or (made.code == "unsolved" and self.message.__bitwright__.params):
                return
            raise difference(f"a value that was read does not build: {made.code}", value, str(made), path=made.path)
        try:
            again = next(iter(self._readers_for(False).values()))(made).relaxed()
        except self._refusals:
            result = self._read(made, strict=False)
            raise difference("what is built from a relaxed value is refused", loose, made.hex(), str(result)) from None
        if again != loose and repr(again) != repr(loose):
            raise difference("what is built from a relaxed value reads as another", loose, made.hex(), again)

    def _build(self, value: Any) -> bytes | BuildError:
        """What every engine builds from a value, or the error of all of them."""
        made: bytes | BuildError
        try:
            made = self._interpreter.build(value, **self._options)
        except BuildError as error:
            made = error
        quickly = self._build_quickly(value)
        if quickly != (made if isinstance(made, bytes) else None):
            raise difference("compiled engines and interp do not build the same", value, str(made), str(quickly))
        return made

    def _build_quickly(self, value: Any) -> bytes | None:
        """What every compiled engine builds from a value; None if all refuse it."""
        outcomes: list[bytes | None] = []
        for build in self._builders.values():
            try:
                outcomes.append(build(value))
            except self._refusals:
                outcomes.append(None)
        if any(outcome != outcomes[0] for outcome in outcomes):
            raise difference("compiled engines do not build the same", value, str(dict(zip(self._builders, outcomes, strict=True))))
        return outcomes[0]
