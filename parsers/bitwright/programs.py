"""The programs of one struct, from its spec to what an engine runs, each made on first use and let go when a union gains an arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bitwright.engines import default_engine
from bitwright.errors import BuildError, EngineError, ParseError, Problem, declaration_error
from bitwright.ir.ops import Program
from bitwright.ir.verify import verify
from bitwright.lower.build import BuildLowering
from bitwright.lower.common import PARAMETER_HI, PARAMETER_LO
from bitwright.lower.facts import Options, unions_in
from bitwright.lower.parse import ParseLowering
from bitwright.lower.passes import optimize
from bitwright.lower.passes.waiting import NoWaitingForm, mark_waiting
from bitwright.schema import spec

Runner = Callable[..., Any]


def generic_parse(struct: type) -> Any:
    """What `parse` is before a class has a compiled one of its own."""
    return next(c.__dict__["parse"] for c in struct.__mro__ if "__bitwright_root__" in c.__dict__)


class Programs:
    """Lowers, optimizes and compiles for one struct and engine, once for each byte order and set of options."""

    explaining_parse: Callable[..., Any]  # for compiled code to call where it does not read on

    def __init__(self, struct: type, backend: str) -> None:
        self.struct, self.backend = struct, backend
        self.default = backend == default_engine()
        self.spec = spec.spec_of(struct)
        self._programs: dict[Any, Program] = {}
        self._runners: dict[Any, Runner] = {}
        self._sources: dict[Any, str] = {}
        self._parsers: dict[Options, Runner] = {}  # compiled forms of `parse`, for bytes that begin with the message
        self._projections: dict[Any, tuple[Runner | None, Options]] = {}  # by the paths asked for
        self._installed: Any = None  # what took the place of the class's `parse`

    def forget(self) -> None:
        """Drop what was compiled: an open union has a new arm."""
        self._programs.clear()
        self._runners.clear()
        self._projections.clear()
        self._sources.clear()
        self._parsers.clear()
        if self._installed is not None and self.struct.__dict__.get("parse") is self._installed:
            type.__setattr__(self.struct, "parse", generic_parse(self.struct))
        self._installed = None

    def program(self, direction: str = "parse", order: str = "big", options: Options = Options()) -> Program:  # noqa: B008  # frozen
        """The program as lowered: for "parse", "build" or "resolve"."""
        key = (direction, order, options := options.lowered())
        found = self._programs.get(key)
        if found is None:
            with spec.UNIONS_LOCK:
                found = self._programs[key] = self._lower(direction, order, options)
        return found

    def _lower(self, direction: str, order: str, options: Options) -> Program:
        for union in unions_in(self.struct):
            if self.forget not in union.dependents:
                union.dependents.append(self.forget)
        if direction == "parse":
            made = ParseLowering(self.struct, order, options).program
            if options.stream:
                made = self._waiting(made)
        else:
            made = BuildLowering(self.struct, order, resolve=direction == "resolve", limits=options.limits).program
        verify(made)
        return made

    def _waiting(self, made: Program) -> Program:
        try:
            return mark_waiting(made)
        except NoWaitingForm as error:
            message = f"cannot be read while its bytes are still arriving ({error.kind}); parse the message when it is there"
            raise declaration_error(message, error.location or self.spec.location, self.spec.name, error.field) from None

    def optimized(self, direction: str = "parse", order: str = "big", options: Options = Options()) -> Program:  # noqa: B008  # frozen
        """The program after the passes, as backends see it."""
        key = ("optimized", direction, order, options := options.lowered())
        found = self._programs.get(key)
        if found is None:
            found = optimize(self.program(direction, order, options), whole=not options.stream and options.only is None)
            verify(found)
            if options.stream:  # which the interpreter runs too
                self._programs[key] = found
        return found

    def source(self, direction: str = "parse") -> str:
        """What was generated: Python of the python backend, LLVM's language of the llvm one."""
        order = self._order(None) if self.spec.order != "inherit" else "big"
        self._runner(direction, order, Options())
        return self._sources[direction, order, Options()]

    def _runner(self, direction: str, order: str, options: Options) -> Runner:
        found = self._runners.get((direction, order, options))
        if found is None:
            with spec.UNIONS_LOCK:
                found = self._compile(direction, order, options)
        return found

    def _compile(self, direction: str, order: str, options: Options) -> Runner:
        key = (direction, order, options)
        functions, self._sources[key] = (self._machine_code if self.backend == "llvm" else self._generated)(direction, order, options)
        made: Runner = functions["entry"]
        self._runners[key] = made
        if "parse" in functions and options == Options() and self.spec.order != "inherit":
            self._parsers[options] = functions["parse"]
            if self.default:
                self._install(functions["parse"])
        return made

    def _generated(self, direction: str, order: str, options: Options) -> tuple[dict[str, Any], str]:
        """Functions by the python backend."""
        from bitwright.backends.python import compile_program

        functions, source = compile_program(self.optimized(direction, order, options), f"{self.spec.name}.{direction}")
        if "parse" in functions:
            functions["explaining_parse"] = self.explaining_parse
        return functions, source

    def _machine_code(self, direction: str, order: str, options: Options) -> tuple[dict[str, Any], str]:
        """Functions by the llvm backend; EngineError where it cannot do the format."""
        from bitwright.backends.llvm import compile_program
        from bitwright.backends.llvm.emitter import Unsupported

        if options.stream:
            raise EngineError(f"the llvm engine reads messages that are there as a whole: ask another for a stream of {self.spec.name}")
        program = self.optimized(direction, order, options)
        try:
            return compile_program(program, f"{self.spec.name}.{direction}", self.explaining_parse)
        except Unsupported as refusal:
            raise EngineError(f"the llvm engine cannot {direction} {self.spec.name}: it has {refusal}") from None

    def _install(self, parse: Runner) -> None:
        """Make the compiled function the class's own `parse`, unless the class defines another."""
        if self.struct.__dict__.get("parse") is generic_parse(self.struct):
            self._installed = staticmethod(parse)
            type.__setattr__(self.struct, "parse", self._installed)

    def _order(self, endian: str | None) -> str:
        declared = self.spec.order
        if declared != "inherit":
            if endian is not None and endian != declared:
                raise TypeError(f"{self.spec.name} is declared {declared} endian")
            return declared
        if endian not in ("big", "little"):
            raise TypeError(f'{self.spec.name} takes its byte order from outside: pass endian="big" or endian="little"')
        return endian

    def _parameters(self, given: dict[str, Any], error: type[ParseError | BuildError]) -> Sequence[Any]:
        if not given and not self.spec.params:
            return ()
        unknown = sorted(set(given) - set(self.spec.params))
        if unknown:
            raise TypeError(f"{self.spec.name} has no parameter {unknown[0]!r}; it has: {', '.join(self.spec.params) or 'none'}")
        values = []
        for name, described in self.spec.params.items():
            value = given.get(name, described.default)
            if value is spec.MISSING:
                raise error(Problem("parameter", f"needs the parameter {name}=", self.spec.name, declaration=described.location))
            if not isinstance(value, described.type):
                message = f"{name}= takes {described.type.__name__}, not {type(value).__name__}"
                raise error(Problem("parameter", message, self.spec.name, declaration=described.location))
            if isinstance(value, int):
                value = int(value)
                if not PARAMETER_LO <= value <= PARAMETER_HI:
                    message = f"{name}={value} has more than 64 bits"
                    raise error(Problem("parameter", message, self.spec.name, declaration=described.location))
            values.append(value)
        return values
