"""Push parsing: bytes go in as they come, messages come out, and at any time it is known how many bytes are missing.

Promise: however the bytes are cut, the messages are those that `parse` gives, and so are the errors, as soon as bytes
that are there decide them; what was read is not read again; no more is kept than one message and what was fed last.
`Stream` is for a connection; `need_more` says of one input whether more bytes could make it a message.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from bitwright.errors import DEFAULT_LIMITS, DeclarationError, EngineDisagreement, Limits, NeedMore, ParseError, Problem, declaration_error
from bitwright.ir.interp import Machine
from bitwright.ir.waiting import Buffer, Waiting, waits
from bitwright.lower.facts import Options, field_to_the_end
from bitwright.schema import measure

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from bitwright.codec import Codec

M = TypeVar("M")
Run = Generator[tuple[int, int], None, tuple[Any, int]]  # of one message: how far the input must reach; the value and its size

# What is said of an input, or of a region in it, that ends before what it holds does.
OF_AN_END: Final = frozenset({"truncated", "no-terminator", "count-too-large", "negative-size", "bad-offset"})
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
        smallest = _smallest(codec)
        if limit < max(smallest, 1):
            raise ValueError(f"limit={limit!r}: a {codec.spec.name} has at least {max(smallest, 1)} bytes")
        self._limit, self._smallest = min(limit, self._limits.input_size), smallest
        self._options = Options(limits=self._limits, stream=True).lowered()
        self._order, self._given = codec._order(endian), codec._parameters(parameters, ParseError)
        _refuse_endless(codec, self._order, self._options)
        self._failures: tuple[type[BaseException], ...] = (*codec._failures(), _Failed)
        self._data = Buffer()
        self._wanted = self._least = 0
        self._parsers = self._compiled()
        self._run: Run = self._begin()
        self._fresh = False  # whether the parser that waits has looked at nothing of the message in work
        self._problem: Problem | None = None
        self._closed = False
        self.position = 0
        self._advance()

    # --- what a connection does --------------------------------------------------------------

    def feed(self, buffer: ReadableBuffer, /) -> list[M]:
        """Take what arrived (any buffer); the messages that are complete with it, in order.

        What is wrong is raised as the ParseError that `parse` would raise, and again by every later call: after it, nobody
        knows where the next message begins.  Messages before it are returned first: `error` holds it then, and the next
        call raises it.
        """
        self._refuse_after_an_error()
        if self._closed:
            raise ValueError("the stream is closed")
        self._data += buffer if isinstance(buffer, (bytes, bytearray)) else bytes(memoryview(buffer))
        if len(self._data) < self._wanted:
            return []
        found = self._advance()
        if not found:
            self._refuse_after_an_error()
        return found

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
        if self._parsers is None:
            return self._interpreted()
        run: Run = self._parsers[0](self._data, 0, self._limit, *self._given)
        return run

    def _compiled(self) -> tuple[Callable[..., Any], Callable[..., Any]] | None:
        """The compiled parser that waits and the ordinary one, with the arms that open unions have now; None for the interpreter."""
        if self._codec.backend == "interp":
            return None
        ordinary = Options(limits=self._limits).lowered()
        return self._codec._runner("parse", self._order, self._options), self._codec._runner("parse", self._order, ordinary)

    def _whole(self) -> list[M]:
        """The messages that are there as a whole, which need no waiting; the first that is not is left to the parser that waits."""
        found: list[M] = []
        if self._parsers is None or self._strict:
            return found
        there, parse, at = bytes(self._data), self._parsers[1], 0
        try:
            while at < len(there):
                value, after = parse(there, at, min(len(there), at + self._limit), *self._given)
                if after == at:
                    break
                found.append(value)
                at = after
        except self._failures:
            pass  # it is cut, or wrong
        del self._data[:at]
        self.position += at
        return found

    def _advance(self) -> list[M]:
        """Every message that is complete; then where to go on, or what is wrong."""
        data = self._data
        self._parsers = self._compiled()
        found: list[M] = []
        if self._fresh and data:
            found = self._whole()
            if len(data) < self._wanted:
                return found
        whole = bool(found)  # what is left then is cut, or wrong
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
            del data[:size]
            self.position += size
            self._run = self._begin()
            if not whole:
                found += self._whole()
                whole = True

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


def _refuse_endless(codec: Codec, order: str, options: Options) -> None:
    """DeclarationError for a format whose messages have no end of their own."""
    endless = field_to_the_end(codec.struct)
    if endless is not None:
        struct, field = endless
        raise declaration_error(
            "takes all bytes to the end of the message, so in a stream nobody knows where that is; give it a size, or nest "
            f"the struct after a length: size: int = auto(u16()); body: {codec.spec.name} = nested({codec.spec.name}, size=size)",
            field.location, struct.name, field.name,
        )  # fmt: skip
    if not waits(codec.program("parse", order, options)):
        raise declaration_error("has no bytes of its own, so a stream of it never begins", codec.spec.location, codec.spec.name)


def need_more(
    codec: Codec, error: ParseError, data: bytes, base: int, *, limits: Limits, endian: str | None, parameters: dict[str, Any]
) -> ParseError | NeedMore:
    """What `error`, of an input that is perhaps only the beginning of a message, comes to: that more is needed, or what is wrong.

    `base`: where the data begins in what the caller calls the input.  Where what is read depends on where the input ends,
    nothing more can be said than that one byte is needed; nor of a format that cannot wait, if it ran into the end of something.
    """
    order, given = codec._order(endian), codec._parameters(parameters, ParseError)
    options = Options(limits=limits, stream=True).lowered()
    need = 0
    try:
        programs = codec.program("parse", order, options), codec.optimized("parse", order, options)
    except DeclarationError:
        return NeedMore(error.problem, 1) if error.code in OF_AN_END else error
    for program in programs:
        machine = Machine(program)
        machine.data, machine.base, machine.least = data, base, _smallest(codec)
        try:
            machine.run(0, limits.input_size, *given)
        except Waiting as waiting:
            need = max(need, max(waiting.least, machine.least) - len(data))
        except ParseError as found:
            return found
        except RecursionError:
            return error
        else:
            return error
    return NeedMore(error.problem, 1 if field_to_the_end(codec.struct) is not None else need)


def _smallest(codec: Codec) -> int:
    """Bytes of the smallest message."""
    return -(-measure.size_of_struct(codec.struct).fewest // 8)
