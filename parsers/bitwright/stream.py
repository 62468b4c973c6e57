"""Push parsing: bytes go in as they come, messages come out, and at any time it is known how many bytes are missing.

Promise: however the bytes are cut, the messages are those that `parse` gives, and so are the errors, as soon as bytes
that are there decide them; no more is kept than one message and what was fed last.  What was read is not read again, but by
machine code, which begins a message anew that seems to be there, and looks at no more than four times the bytes that came.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from bitwright.errors import DEFAULT_LIMITS, EngineDisagreement, Limits, ParseError, Problem
from bitwright.ir.interp import Machine
from bitwright.ir.waiting import Buffer, Waiting
from bitwright.lower.facts import Options
from bitwright.stream_form import smallest_of_stream

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from bitwright.codec import Codec
    from bitwright.tiers import Tier

M = TypeVar("M")
Run = Generator[tuple[int, int], None, tuple[Any, int]]  # of one message: how far the input must reach; the value and its size

DEFAULT_LIMIT: Final = 1 << 16  # bytes of one message


class Stream(Generic[M]):
    """One direction of a connection: `feed` it what arrives.  Made by `Struct.stream()`.

    `limit` is how many bytes one message may have; what announces more is refused at once.  Offsets in errors count
    from the first byte of the message, which is byte `position` of everything fed.
    """

    def __init__(
        self, codec: Codec, limit: int = DEFAULT_LIMIT, *, strict: bool = False, limits: Limits | None = None,
        endian: str | None = None, **parameters: Any,
    ) -> None:  # fmt: skip
        self._codec, self._strict, self._limits = codec, strict, limits or DEFAULT_LIMITS
        self._endian, self._parameters = endian, parameters
        self._options = Options(limits=self._limits, stream=True).lowered()
        self._order, self._given = codec._order(endian), codec._parameters(parameters, ParseError)
        smallest = smallest_of_stream(codec, self._order, self._options)
        if limit < max(smallest, 1):
            raise ValueError(f"limit={limit!r}: a {codec.spec.name} has at least {max(smallest, 1)} bytes")
        self._limit, self._smallest = min(limit, self._limits.input_size), smallest
        self._failures: tuple[type[BaseException], ...] = (*codec._failures(), _Failed)
        self._data = Buffer()
        self._wanted = self._least = 0
        self._waiting, self._ordinary = self._compiled()
        self._again = 0  # bytes of messages that have begun that machine code may look at
        self._run: Run = self._begin()
        self._fresh = False  # whether the parser that waits has looked at nothing of the message in work
        self._problem: Problem | None = None
        self._closed = False
        self._first = 0, 0  # what a message waits for before its first byte, where that is known
        self.position = 0
        self._advance([], looked=True)
        self._first = self._wanted, self._least

    # --- what a connection does --------------------------------------------------------------

    def feed(self, buffer: ReadableBuffer, /) -> list[M]:
        """Take what arrived (any buffer); the messages that are complete with it, in order.

        What is wrong is raised as the ParseError that `parse` would raise, and again by every later call: after it, nobody
        knows where the next message begins.  Messages before it are returned first: `error` holds it then, and the next
        call raises it.
        """
        if self._problem is not None:
            raise ParseError(self._problem)
        if self._closed:
            raise ValueError("the stream is closed")
        came = buffer if isinstance(buffer, bytes) else bytes(memoryview(buffer))
        size, looked = len(came), False
        found: list[M] = []
        if self._fresh and not self._data and not self._strict:
            found, after = self._whole(came)  # in place, as most of what arrives can be read
            looked = True
            self.position += after
            if after == size:
                return found
            self._data += came[after:] if after else came
        else:
            self._data += came
        self._again += 4 * size
        if len(self._data) < self._wanted:
            return found
        found = self._advance(found, looked=looked)
        if not found:
            self._refuse_after_an_error()
        return found

    def sizes(self, buffer: bytes, /) -> list[int]:
        """How many bytes each message has that stands at the front of `buffer` as a whole; nothing is taken, and nothing raised.

        For whoever must not give this parser a byte of what follows.  Those after one that is cut or wrong are not looked for,
        nor is there any while a message is in work.
        """
        if self._data or self._problem is not None or self._strict:
            return []
        found: list[int] = []
        if self._codec.backend == "interp":
            self._interpreted_sizes(buffer, found)
        else:
            self._whole(buffer, found)
        return found

    def _interpreted_sizes(self, buffer: bytes, found: list[int]) -> None:
        program = self._codec.optimized("parse", self._order, Options(limits=self._limits).lowered())
        at = 0
        while len(buffer) - at >= max(self._smallest, 1):
            machine = Machine(program)
            machine.data = buffer
            try:
                _, after = machine.run(at, min(len(buffer), at + self._limit), *self._given)
            except (ParseError, RecursionError):
                return
            if after == at:
                return
            found.append(after - at)
            at = after

    def close(self) -> None:
        """Nothing more arrives: ParseError, the one of `parse_prefix`, if that is in the middle of a message."""
        self._refuse_after_an_error()
        self._closed = True
        if not self._data:
            return
        rest = bytes(self._data)
        try:
            _, used = self._codec.parse_prefix(rest, limits=self._limits, endian=self._endian, **self._parameters)
        except ParseError as error:
            self._fail(error.problem)
            raise
        raise EngineDisagreement(f"a stream of {self._codec.spec.name} waits for more than {used} bytes, which are a message: {rest.hex()}")

    @property
    def need(self) -> int:
        """How many bytes are missing at least, for the message in work: 1 or more; 0 after an error or `close`."""
        if self._problem is not None or self._closed:
            return 0
        return max(self._wanted, self._least, self._data.least) - len(self._data)

    @property
    def buffered(self) -> int:
        """How many bytes of the message in work are there."""
        return len(self._data)

    @property
    def error(self) -> ParseError | None:
        """What ended the stream, if anything did."""
        return None if self._problem is None else ParseError(self._problem)

    # --- how it goes on ----------------------------------------------------------------------

    def _begin(self) -> Run:
        """The parser of one message, before its first byte."""
        self._data.least = self._smallest
        if self._waiting is None:
            return self._interpreted()
        run: Run = self._waiting.run(self._data, 0, self._limit, *self._given)
        return run

    def _compiled(self) -> tuple[Tier | None, Tier | None]:
        """What runs the program that waits and the ordinary one, with the arms that open unions have now; None for the interpreter."""
        if self._codec.backend == "interp":
            return None, None
        ordinary = Options(limits=self._limits).lowered()
        return self._codec._tier("parse", self._order, self._options), self._codec._tier("parse", self._order, ordinary)

    def _may_be_whole(self) -> bool:
        """Whether to look, before the parser that waits goes on, if the message in work is there as a whole."""
        if self._ordinary is None or self._strict or not self._data:
            return False
        if self._fresh:
            return True
        size = len(self._data)
        if size > self._again or self._ordinary.engine != "llvm":
            return False
        self._again -= size
        return True

    def _whole(self, there: bytes, sizes: list[int] | None = None) -> tuple[list[M], int]:
        """The messages that are there as a whole, which need no waiting, and the bytes that they have.

        The first that is not is left to the parser that waits.
        """
        at, size = 0, len(there)
        found: list[M] = []
        if self._ordinary is not None and self._ordinary.gone:
            self._waiting, self._ordinary = self._compiled()
            self._first = 0, 0
        if self._ordinary is None:
            return found, at
        parse, limit, given, least = self._ordinary.run, self._limit, self._given, max(self._smallest, 1)
        try:
            while size - at >= least:
                value, after = parse(there, at, size if size - at <= limit else at + limit, *given)
                if after == at:
                    break
                found.append(value)
                if sizes is not None:
                    sizes.append(after - at)
                at = after
        except self._failures:
            pass  # it is cut, or wrong
        return found, at

    def _take(self, size: int) -> None:
        """So many bytes are read."""
        del self._data[:size]
        self.position += size

    def _advance(self, found: list[M], *, looked: bool) -> list[M]:
        """Add every message that is complete; then where to go on, or what is wrong.  `looked`: for messages that are there as a whole."""
        data = self._data
        if not looked and self._may_be_whole():
            found, after = self._whole(bytes(data))
            self._take(after)
            if found and not self._fresh:
                self._run.close()
                self._run, self._fresh = self._begin(), True
                self._wanted, self._least = self._first
            if len(data) < self._wanted:
                return found
        looked = looked or bool(found)  # what is left then is cut, or wrong
        while True:
            try:
                self._wanted, self._least = next(self._run)
            except StopIteration as done:
                value, size = done.value
            except self._failures:
                self._fail(self._explained())
                return found
            else:
                self._fresh = not data
                return found
            if size == 0:
                self._fail(Problem("no-progress", "a message that has no bytes could follow without end", self._codec.spec.name))
                return found
            if self._strict and (problem := self._finding(size)) is not None:
                self._fail(problem)
                return found
            found.append(value)
            self._take(size)
            self._run = self._begin()
            if not looked and not self._strict:
                more, after = self._whole(bytes(data))
                self._take(after)
                found += more
                looked = True

    def _refuse_after_an_error(self) -> None:
        if self._problem is not None:
            raise ParseError(self._problem)

    def _fail(self, problem: Problem) -> None:
        """Nothing goes on after this."""
        self._problem = problem
        self._run.close()

    def _interpreted(self) -> Run:
        """The reference: the program that waits, run from its start whenever bytes came."""
        program = self._codec.optimized("parse", self._order, self._options)
        while True:
            machine = Machine(program)
            machine.data, machine.least = bytes(self._data), self._smallest
            try:
                value, size = machine.run(0, self._limit, *self._given)
            except Waiting as waiting:
                self._data.least = machine.least
                yield waiting.wanted, waiting.least
            except (ParseError, RecursionError):
                raise _Failed from None
            else:
                return value, size

    def _explained(self) -> Problem:
        """Why the message in work is refused: the program as lowered says it, over the bytes that are there."""
        machine = Machine(self._codec.program("parse", self._order, self._options))
        machine.data = bytes(self._data)
        name = self._codec.spec.name
        try:
            machine.run(0, self._limit, *self._given)
        except ParseError as error:
            return error.problem
        except RecursionError:
            return Problem("depth", "structs are nested deeper than the interpreter's stack", name)
        except Waiting:
            pass
        raise EngineDisagreement(f"{self._codec.backend} refused a stream of {name} that the interpreter reads: {self._data.hex()}")

    def _finding(self, size: int) -> Problem | None:
        """The first finding in the message that was read, as an error."""
        whole = bytes(self._data[:size])
        try:
            self._codec.parse(whole, strict=True, limits=self._limits, endian=self._endian, **self._parameters)
        except ParseError as error:
            return error.problem
        return None


class _Failed(Exception):  # noqa: N818  # it only says "explain it"
    """The interpreter refused what is there."""
