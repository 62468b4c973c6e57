"""The pipeline in one place: spec → program → passes → backend → callable, for one struct and engine.

`codec_of(struct)` gives the codec of the default engine; the environment variable
`BITWRIGHT_BACKEND` or an argument chooses another by name.  Programs are lowered and compiled on
first use, once for each byte order and set of options.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from bitwright import kept
from bitwright.engines import AUTO, MESSAGE_ENGINES, wanted_engine
from bitwright.errors import (
    DEFAULT_LIMITS,
    BuildError,
    EngineDisagreement,
    Finding,
    Limits,
    NeedMore,
    ParseError,
    Problem,
)
from bitwright.ir.interp import Machine, Span
from bitwright.ir.interp_build import names_led_astray
from bitwright.lower.facts import Options, options_of, reads_to_end
from bitwright.programs import Programs
from bitwright.shortcuts import shortcuts_of
from bitwright.tiers import Tier, require_llvmlite


def codec_of(struct: type, backend: str | None = None) -> Codec:
    """The codec of a struct; ValueError for an engine that does not exist, EngineError for one that is not installed."""
    name = backend or wanted_engine()
    if name != AUTO and name not in MESSAGE_ENGINES:
        raise ValueError(f"no engine is called {name!r}; there are: {AUTO}, {', '.join(MESSAGE_ENGINES)}")
    known: dict[str, Codec] = struct.__dict__.get("__bitwright_codecs__") or {}
    found = known.get(name)
    if found is None:
        if name == "llvm":
            require_llvmlite()
        found = Codec(struct, name)
        type.__setattr__(struct, "__bitwright_codecs__", {**known, name: found})
    return found


_PLAIN: Final = Options()
WINDOW: Final = 1 << 16  # bytes of a buffer that is not `bytes` copied at first


def as_bytes(data: Any) -> bytes:
    """The bytes of any contiguous buffer; TypeError for anything else."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, str):
        raise TypeError("parse takes bytes, not str; for hex text use bytes.fromhex(...)")
    return bytes(memoryview(data))


class Codec(Programs):
    """Parses and builds one struct with one engine."""

    def __reduce__(self) -> tuple[Any, ...]:
        return codec_of, (self.struct, self.backend)

    # --- parsing -----------------------------------------------------------------------------

    def parse(
        self, data: Any, /, *, strict: bool = False, keep: bool = False, limits: Limits | None = None, endian: str | None = None,
        partial: bool = False, only: Collection[str] | None = None, **parameters: Any,
    ) -> Any:  # fmt: skip
        """Read one message that fills `data`; with `keep`, also remember what building would not give back."""
        if only is not None:
            if strict or keep or partial:
                raise ValueError("only= looks at a part of the message; strict=, keep= and partial= need all of it")
            return self.parts.parse(data, only, limits, endian, parameters)
        options = options_of(bool(strict), False, False, limits)
        if data.__class__ is not bytes and not keep:
            found = self._read_in_place(data, 0, options, endian, parameters)
            if found is not None and found[1] == found[2]:
                return found[0]
        whole = as_bytes(data)
        try:
            value, after = (self._read_keeping if keep else self._read)(whole, 0, options, endian, parameters)
        except ParseError as error:
            if not partial:
                raise
            raise self._or_need_more(error, whole, 0, options.limits, endian, parameters) from None
        if after != len(whole):
            raise self._left_over(whole, after, options, endian, parameters)
        return value

    def explaining_parse(self, data: Any, /, **options: Any) -> Any:
        """`parse` for compiled code that was asked for more than it does itself, or failed: that is not tried again."""
        if options or data.__class__ is not bytes:
            return self.parse(data, **options)
        self._refuse_too_large(len(data), _PLAIN)
        _, _, after = self._interpret(data, 0, _PLAIN, None, {})
        if after != len(data):
            raise self._left_over(data, after, _PLAIN, None, {})
        if self._arms:  # since this was compiled a union may have gained one
            return self._read(data, 0, _PLAIN, None, {})[0]
        raise self._disagreement(data, self._tier("parse", self._order(None), _PLAIN).engine)

    def parse_prefix(
        self, data: Any, /, offset: int = 0, *, strict: bool = False, keep: bool = False, limits: Limits | None = None,
        endian: str | None = None, partial: bool = False, **parameters: Any,
    ) -> tuple[Any, int]:  # fmt: skip
        """Read one message from `offset` on; the value and the bytes it used."""
        options = options_of(bool(strict), False, False, limits)
        try:
            if keep:
                value, after = self._read_keeping(as_bytes(data), offset, options, endian, parameters)
            elif not isinstance(data, bytes):
                found = self._read_in_place(data, offset, options, endian, parameters)
                if found is not None:
                    return found[0], found[1] - offset
                return self._read_window(memoryview(data).cast("B"), offset, options, endian, parameters)
            else:
                value, after = self._read(data, offset, options, endian, parameters)
        except ParseError as error:
            if not partial:
                raise
            rest = bytes(memoryview(data).cast("B")[offset:])
            raise self._or_need_more(error, rest, offset, options.limits, endian, parameters) from None
        return value, after - offset

    def read_part(self, data: Any, options: Options, endian: str | None, parameters: dict[str, Any]) -> Any:
        """What the options ask for, from the start of `data` on."""
        found = None if data.__class__ is bytes else self._read_in_place(data, 0, options, endian, parameters)
        return found[0] if found is not None else self._read(as_bytes(data), 0, options, endian, parameters)[0]

    def _or_need_more(
        self, error: ParseError, rest: bytes, base: int, limits: Limits, endian: str | None, parameters: dict[str, Any]
    ) -> ParseError | NeedMore:
        from bitwright.stream_form import need_more

        return need_more(self, error, rest, base, limits=limits, endian=endian, parameters=parameters)

    def _read_in_place(
        self, data: Any, offset: int, options: Options, endian: str | None, parameters: dict[str, Any]
    ) -> tuple[Any, int, int] | None:
        """The value, the position after it and the size of a buffer that machine code reads where it lies; None where it does not."""
        if self.backend not in ("auto", "llvm") or isinstance(data, bytes | str):
            return None
        with memoryview(data) as view:
            size = view.nbytes
            if not view.c_contiguous or not 0 <= offset <= size or size - offset > options.limits.input_size:
                return None
            order, given = self._order(endian), self._parameters(parameters, ParseError)
            run = self._tier("parse", order, options.lowered()).functions.get("of_buffer")
            if run is None:
                return None
            try:
                return *run(view, offset, size, *given), size
            except self._failures():
                return None  # the way that explains failures

    def _read_window(
        self, view: memoryview, offset: int, options: Options, endian: str | None, parameters: dict[str, Any]
    ) -> tuple[Any, int]:
        """Copy no more of a large buffer (a mapped file) than the message may need, and more only where that fails."""
        rest = len(view) - offset
        if not 0 <= rest <= len(view):
            raise ValueError(f"offset {offset} is not within the {len(view)} bytes of the input")
        size = rest if reads_to_end(self.struct) else min(rest, WINDOW)
        while True:
            try:
                value, after = self._read(bytes(view[offset : offset + size]), 0, options, endian, parameters, base=offset)
            except ParseError:
                if size == rest:
                    raise
            else:
                if after < size or size == rest:
                    return value, after
            size = min(rest, size * 4)

    def parse_layer(
        self, data: Any, /, offset: int = 0, *, plain: bool = False, limits: Limits | None = None, endian: str | None = None,
        **parameters: Any,
    ) -> tuple[Any, int]:  # fmt: skip
        """Like `parse_prefix`, but a payload takes what bytes are there; `used` is what the header announces.

        `plain`: the value as `to_dict()` would give it, made without the object.
        """
        options = options_of(False, True, bool(plain), limits)
        found = None if data.__class__ is bytes else self._read_in_place(data, offset, options, endian, parameters)
        value, after = found[:2] if found is not None else self._read(as_bytes(data), offset, options, endian, parameters)
        return value, after - offset

    def layer_parser(
        self, *, plain: bool = False, limits: Limits | None = None, endian: str | None = None
    ) -> Callable[[bytes, int], tuple[Any, int]]:
        """`parse_layer` with everything looked up beforehand, for bytes alone: what readers of captures call for every packet."""
        if self.backend == "interp":
            return lambda data, offset: self.parse_layer(data, offset, plain=plain, limits=limits, endian=endian)
        options = options_of(False, True, bool(plain), limits)
        tier, failures = self._tier("parse", self._order(endian), options), self._failures()
        given, largest = self._parameters({}, ParseError), options.limits.input_size

        def parse_layer(data: bytes, offset: int) -> tuple[Any, int]:
            end = len(data)
            try:
                if end <= largest:
                    value, after = tier.run(data, offset, end)  # which takes less time than with no arguments out of a tuple
                    return value, after - offset
            except failures:
                pass  # the way that explains failures
            return self.parse_layer(data, offset, plain=plain, limits=limits, endian=endian)

        def parse_layer_given(data: bytes, offset: int) -> tuple[Any, int]:
            end = len(data)
            try:
                if end <= largest:
                    value, after = tier.run(data, offset, end, *given)
                    return value, after - offset
            except failures:
                pass
            return self.parse_layer(data, offset, plain=plain, limits=limits, endian=endian)

        return parse_layer_given if given else parse_layer

    def message_parser(self) -> Callable[[Any], Any]:
        """What `Struct.parse` is when this engine is the default: the compiled function itself, where there is one."""
        if self.backend == "interp" or self.spec.order == "inherit":
            return self.parse
        parse: Callable[[Any], Any] = self._tier("parse", self._order(None), _PLAIN).functions.get("parse", self.parse)
        return parse

    def message_builder(self) -> Callable[[Any], bytes]:
        """The same of `Struct.build`."""
        if self.backend == "interp" or self.spec.order == "inherit":
            return self.build
        build: Callable[[Any], bytes] = self._tier("build", self._order(None), _PLAIN).functions.get("build", self.build)
        return build

    def check(
        self, data: Any, /, *, limits: Limits | None = None, endian: str | None = None, **parameters: Any
    ) -> tuple[Any, list[Finding]]:
        """Read one message and what is wrong but readable in it."""
        whole = as_bytes(data)
        try:
            return self.parse(whole, strict=True, limits=limits, endian=endian, **parameters), []
        except ParseError:
            pass  # findings are errors of the strict program; the interpreter collects them, or raises the real error
        options = options_of(True, False, False, limits)
        self._refuse_too_large(len(whole), options)
        machine, value, after = self._interpret(whole, 0, options, endian, parameters, collect=True)
        if after != len(whole):
            raise self._left_over(whole, after, options, endian, parameters)
        return value, machine.findings or []

    def trace(self, data: Any, /, *, endian: str | None = None, **parameters: Any) -> tuple[Any, int, list[Span]]:
        """Read from the start of `data` in the interpreter: the value, the bytes used, each field's bits."""
        machine, value, after = self._interpret(as_bytes(data), 0, Options(), endian, parameters, trace=True)
        return value, after, machine.spans or []

    def _read(
        self, data: bytes, offset: int, options: Options, endian: str | None, parameters: dict[str, Any], base: int = 0
    ) -> tuple[Any, int]:
        """The value at `offset` and the position after it; errors count from `base` bytes before the data."""
        order, given = self._order(endian), self._parameters(parameters, ParseError)
        size = len(data)
        if not 0 <= offset <= size:
            raise ValueError(f"offset {offset} is not within the {size} bytes of the input")
        self._refuse_too_large(size - offset, options)
        if options.limits is not DEFAULT_LIMITS:
            options = options.lowered()
        if self.backend == "interp":
            return self._interpret(data, offset, options, endian, parameters, base=base)[1:]
        tier = self._tier("parse", order, options)
        try:
            return tier.run(data, offset, size, *given)  # type: ignore[no-any-return]  # generated
        except self._failures():
            pass
        self._interpret(data, offset, options, endian, parameters, base=base)
        raise self._disagreement(data[offset:], tier.engine)

    def _shortcuts(self, direction: str, options: Options, tier: Tier) -> dict[str, Any]:
        return shortcuts_of(self, direction, options, tier, self._defaults())

    def _disagreement(self, data: bytes, engine: str) -> EngineDisagreement:
        return EngineDisagreement(f"{engine} refused a {self.spec.name} that the interpreter reads: {data.hex()}")

    def _read_keeping(
        self, data: bytes, offset: int, options: Options, endian: str | None, parameters: dict[str, Any]
    ) -> tuple[Any, int]:
        """The value, whose objects remember how they lay on the wire; always in the interpreter, which sees every op."""
        if not 0 <= offset <= len(data):
            raise ValueError(f"offset {offset} is not within the {len(data)} bytes of the input")
        self._refuse_too_large(len(data) - offset, options)
        _, value, after = self._interpret(data, offset, options.lowered(), endian, parameters, keep=True)
        if self.struct.__weakrefoffset__ and kept.table_of(value) is None:
            kept.remember(value, {})  # what lies deeper is found from the outermost object
        return value, after

    def _refuse_too_large(self, size: int, options: Options) -> None:
        if size > options.limits.input_size:
            problem = Problem("too-large", f"the input has {size} bytes, the limit is {options.limits.input_size}", self.spec.name)
            raise ParseError(problem)

    def _failures(self) -> tuple[type[BaseException], ...]:
        from bitwright.backends.python.runtime import FAILURES

        return FAILURES

    def _interpret(
        self, data: bytes, offset: int, options: Options, endian: str | None, parameters: dict[str, Any], base: int = 0, **mode: bool
    ) -> tuple[Machine, Any, int]:
        machine = Machine(self.program("parse", self._order(endian), options), **mode)
        machine.data, machine.base = data, base
        try:
            value, after = machine.run(offset, len(data), *self._parameters(parameters, ParseError))
        except RecursionError:
            raise ParseError(Problem("depth", "structs are nested deeper than the interpreter's stack", self.spec.name)) from None
        return machine, value, after

    def _left_over(self, data: bytes, after: int, options: Options, endian: str | None, parameters: dict[str, Any]) -> ParseError:
        machine, _, _ = self._interpret(data, 0, options, endian, parameters, collect=options.strict)
        left = len(data) - after
        count = f"{left} bytes are" if left != 1 else "1 byte is"
        said = f"{count} left over after the message; parse_prefix reads messages that are followed by others"
        return ParseError(Problem("unconsumed", said, self.spec.name, "", after * 8, available=left, partial=machine.partial))

    # --- building ----------------------------------------------------------------------------

    def build(self, message: Any, /, *, limits: Limits | None = None, endian: str | None = None, **parameters: Any) -> bytes:
        """The message as bytes."""
        return self._write(message, limits, endian, parameters, resolve=False)[0]

    def build_into(self, message: Any, buffer: Any, /, offset: int = 0, *, endian: str | None = None, **parameters: Any) -> int:
        """Write the message into a writable buffer; how many bytes it has."""
        with memoryview(buffer) as whole, whole.cast("B") as view:
            if view.readonly:
                raise TypeError(f"build_into takes a buffer that can be written; this {type(buffer).__name__} cannot")
            if not 0 <= offset <= len(view):
                raise ValueError(f"offset {offset} is not within the {len(view)} bytes of the buffer")
            made = self.build(message, endian=endian, **parameters)
            left = len(view) - offset
            if len(made) > left:
                said = f"the message has {len(made)} bytes, the buffer has {left} from byte {offset} on"
                raise BuildError(Problem("no-room", said, self.spec.name, needed=len(made), available=left))
            view[offset : offset + len(made)] = made
        return len(made)

    def resolved(self, message: Any, /, *, limits: Limits | None = None, endian: str | None = None, **parameters: Any) -> Any:
        """A copy with every derived field filled in."""
        return self._write(message, limits, endian, parameters, resolve=True)[1]

    def _write(
        self, message: Any, limits: Limits | None, endian: str | None, parameters: dict[str, Any], *, resolve: bool
    ) -> tuple[bytes, Any]:
        order, given = self._order(endian), self._parameters(parameters, BuildError)
        options = options_of(False, False, False, limits)
        if kept.table_of(message) is not None:
            return self._write_kept(message, order, given, options, resolve=resolve)
        tier = None if self.backend == "interp" else self._tier("resolve" if resolve else "build", order, options)
        if tier is not None:
            try:
                return tier.run(message, *given)  # type: ignore[no-any-return]  # generated
            except self._failures():
                pass
        machine = Machine(self.program("resolve" if resolve else "build", order, options))
        try:
            copies = machine.run(message, *given)
        except RecursionError:
            raise BuildError(Problem("depth", "values are nested deeper than the interpreter's stack", self.spec.name)) from None
        if tier is not None:
            raise EngineDisagreement(f"{tier.engine} refused a {self.spec.name} that the interpreter builds: {message!r}")
        return bytes(machine.out), copies[0] if copies else None

    def _write_kept(self, message: Any, order: str, given: Sequence[Any], options: Options, *, resolve: bool) -> tuple[bytes, Any]:
        """The message with what its objects remember, as far as that still holds; always in the interpreter."""
        refused: set[tuple[int, kept.Place]] = set()
        while True:
            machine = Machine(self.program("resolve" if resolve else "build", order, options), keep=True)
            machine.refused = refused
            try:
                copies = machine.run(message, *given)
            except RecursionError:
                raise BuildError(Problem("depth", "values are nested deeper than the interpreter's stack", self.spec.name)) from None
            wrong = names_led_astray(machine)
            if not wrong:
                break
            # A name that cannot be kept may move others; the second time no name is, so the third run is the last.
            refused = refused | {name.place for name in machine.kept_names} if refused else wrong
        copy = copies[0] if copies else None
        if copies and kept.table_of(copy) is None:
            kept.hand_on(message, copy)
        return bytes(machine.out), copy
