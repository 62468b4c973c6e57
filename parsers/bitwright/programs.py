"""The programs of one struct, from its spec to what an engine runs, each made on first use and let go when a union gains an arm."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar

from bitwright.backends.llvm import LLVM_LOCK
from bitwright.engines import AUTO, COMPILED, wanted_engine
from bitwright.errors import DEFAULT_LIMITS, BuildError, EngineError, ParseError, Problem, declaration_error
from bitwright.ir.ops import Program
from bitwright.ir.verify import verify
from bitwright.lower.build import BuildLowering
from bitwright.lower.common import PARAMETER_HI, PARAMETER_LO
from bitwright.lower.facts import Options, unions_in
from bitwright.lower.parse import ParseLowering
from bitwright.lower.passes import optimize
from bitwright.lower.passes.waiting import NoWaitingForm, mark_waiting
from bitwright.parts import Parts
from bitwright.schema import spec
from bitwright.schema.fingerprint import Declared, Unnameable, declared
from bitwright.tiers import Functions, Handle, Mover, Tier, missing_llvmlite, require_llvmlite

Runner = Callable[..., Any]
T = TypeVar("T")
Key: TypeAlias = tuple[str, str, Options]  # direction, byte order, options


def generic_method(struct: type, name: str) -> Any:
    """What a method of `Struct` is before a class has a compiled one of its own."""
    return next(c.__dict__[name] for c in struct.__mro__ if "__bitwright_root__" in c.__dict__)


def lies_in(struct: type, name: str, method: Any) -> None:
    """Say where a function lies, for pickle to find whatever serves there: processes are handed `Header.parse` to call."""
    function = method.__func__ if isinstance(method, staticmethod) else method
    if isinstance(function, Handle):
        function.lies_at(struct.__module__, f"{struct.__qualname__}.{name}")
    elif isinstance(function, types.FunctionType):
        function.__module__, function.__qualname__ = struct.__module__, f"{struct.__qualname__}.{name}"
    elif isinstance(function, types.BuiltinFunctionType):
        function.__self__.owner = struct  # type: ignore[attr-defined]  # machine code that is loaded


def _words(key: Key) -> str:
    """What a program does."""
    direction, _, options = key
    said = [name for name in ("strict", "lax", "plain", "stream") if getattr(options, name)]
    said += ["only " + ", ".join(sorted(map(".".join, options.only)))] if options.only is not None else []
    said += ["other limits"] if options.limits != DEFAULT_LIMITS else []
    return f"{direction} ({'; '.join(said)})" if said else direction


def _has_whole(options: Options) -> bool:
    """Whether a program has an entry for the commonest call: all of a message, or a part, and nothing else that is special."""
    return options == Options(only=options.only)


@contextlib.contextmanager
def _not_collecting() -> Iterator[None]:
    """No search for cycles while ops are made by the thousand, none of which are garbage: that took a third of the time.

    Its caller holds the lock of LLVM, so no two do this at once, and no child is forked meanwhile.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Programs:
    """Lowers, optimizes and compiles for one struct and engine, once for each byte order and set of options."""

    parse: Callable[..., Any]  # the codec's own
    explaining_parse: Callable[..., Any]  # for compiled code to call where it does not read on

    def __init__(self, struct: type, backend: str) -> None:
        self.struct, self.backend = struct, backend
        self.default = backend == wanted_engine()
        self.spec = spec.spec_of(struct)
        self._programs: dict[Any, Program] = {}
        self._tiers: dict[Key, Tier] = {}
        self.parts = Parts(self)  # type: ignore[arg-type]  # it is a codec's
        self._streamed: dict[Any, int] = {}  # bytes of the smallest message, of what can be read as a stream
        self._installed: dict[str, Any] = {}  # what took the place of the class's methods
        self._declared: Declared | None = None  # the fingerprint of the struct
        self._arms = 0  # how often open unions gained some

    def forget(self) -> None:
        """Drop what was compiled: an open union has a new arm.  Whoever holds a tier finds the one that comes after it."""
        self._arms += 1
        self._declared = None
        self._programs.clear()
        self.parts.forget()
        self._streamed.clear()
        tiers, self._tiers = self._tiers, {}
        for key, tier in tiers.items():
            tier.end({"entry": lambda *args, key=key: self._tier(*key).run(*args), "parse": self._parse_of(key[2])})
        if self.default and COMPILED in self.struct.__dict__:
            type.__delattr__(self.struct, COMPILED)
        for name, installed in self._installed.items():
            if self.struct.__dict__.get(name) is installed:
                type.__setattr__(self.struct, name, generic_method(self.struct, name))
        self._installed.clear()

    def _parse_of(self, options: Options) -> Callable[..., Any]:
        """What does the work of `parse` of a program, whatever serves it."""
        return self.parts.explaining(options) if options.only is not None else self.parse

    def program(self, direction: str = "parse", order: str = "big", options: Options = Options()) -> Program:  # noqa: B008  # frozen
        """The program as lowered: for "parse", "build" or "resolve"."""
        key = (direction, order, options := options.lowered())
        found = self._programs.get(key)
        if found is None:
            with spec.UNIONS_LOCK:
                found = self._lowered(*key)
                verify(found)
                self._programs[key] = found
        return found

    def _lowered(self, *key: *Key) -> Program:
        """The same, which nobody may run yet: it is not verified, as what the passes make of it will be."""
        found = self._programs.get(("lowered", *key))
        if found is None:
            with spec.UNIONS_LOCK:
                found = self._programs["lowered", *key] = self._lower(*key)
        return found

    def _lower(self, direction: str, order: str, options: Options) -> Program:
        self._watch(unions_in(self.struct))
        if direction == "parse":
            made = ParseLowering(self.struct, order, options).program
            if options.stream:
                made = self._waiting(made)
        else:
            made = BuildLowering(self.struct, order, resolve=direction == "resolve", limits=options.limits).program
        return made

    def _watch(self, unions: Iterable[spec.Union]) -> None:
        """Be told when one of these gains an arm."""
        for union in unions:
            if self.forget not in union.dependents:
                union.dependents.append(self.forget)

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
            whole, filling = _has_whole(options), options.only is None
            found = optimize(self._lowered(direction, order, options), whole=whole, filling=filling, defaults=self._defaults() or ())
            verify(found)
            if options.stream:  # which the interpreter runs too
                self._programs[key] = found
        return found

    def source(self, direction: str = "parse") -> str:
        """What is generated: LLVM's language of the llvm backend, Python of any other."""
        if self.backend == "llvm":
            from bitwright.backends.llvm import text_of

            with LLVM_LOCK:
                return self._by_machine_code(text_of, direction, self._usual_order(), Options())
        key = (direction, self._usual_order(), Options())
        return self._tier(*key).source or self._generated(*key)[1]  # which is let go when machine code serves

    def assembly(self, direction: str = "parse") -> str:
        """What the llvm backend generates, as assembly of this machine; EngineError where it cannot do the format."""
        from bitwright.backends.llvm import assembly_of

        with LLVM_LOCK:
            return self._by_machine_code(assembly_of, direction, self._usual_order(), Options())

    def _usual_order(self) -> str:
        return self.spec.order if self.spec.order != "inherit" else "big"

    def compile(self) -> dict[str, str]:
        """Move to machine code now; which engine serves each direction then."""
        if self.backend == AUTO:
            require_llvmlite()
        found: dict[str, set[str]] = {}
        for direction in ("parse", "build"):
            for order in ("big", "little") if self.spec.order == "inherit" else (self.spec.order,):
                found.setdefault(direction, set()).add(self._moved(direction, order, Options()))
        for key in list(self._tiers):
            self._moved(*key)
        return {direction: " and ".join(sorted(engines)) for direction, engines in found.items()}

    def _moved(self, *key: *Key) -> str:
        if self.backend == "interp":
            return self.backend
        tier = self._tier(*key)
        if isinstance(tier, Mover):
            tier.move("compile() was called")
        return tier.engine

    def serving(self, order: str) -> list[tuple[str, str, str]]:
        """Of each program that was used: what it does, the engine that serves it, and why; parsing and building always."""
        common = [("parse", order, Options()), ("build", order, Options())]
        found = []
        for key in [*common, *(key for key in list(self._tiers) if key[1] == order and key not in common)]:
            tier = self._tiers.get(key)
            found.append((_words(key), *((tier.engine, tier.said()) if tier is not None else ("", "not used yet"))))
        return found

    def _runner(self, direction: str, order: str, options: Options) -> Runner:
        return self._tier(direction, order, options).run

    def _tier(self, direction: str, order: str, options: Options) -> Tier:
        """What runs a program, compiled if nothing does yet."""
        found = self._tiers.get((direction, order, options))
        return found if found is not None else self._first(direction, order, options)

    def _first(self, *key: *Key) -> Tier:
        if self.backend == "llvm" and not key[2].stream:
            return self._named(key)
        with spec.UNIONS_LOCK:
            found = self._tiers.get(key)
            if found is not None:
                return found
            made = self._keep(key, self._in_python(key))
        if isinstance(made, Mover) and made.at_once:
            made.move("machine code is made with the first message")
        return made

    def _named(self, key: Key) -> Tier:
        """Machine code because it was asked for by name; EngineError where there can be none."""
        with LLVM_LOCK:
            while True:
                found, arms = self._tiers.get(key), self._arms
                if found is not None:
                    return found
                functions = self._machine_code(*key)
                with spec.UNIONS_LOCK:
                    if arms == self._arms:
                        return self._keep(key, Tier("llvm", functions, ""))

    def _in_python(self, key: Key) -> Tier:
        """The tier that begins in Python, and says why it stays there if it does."""
        functions, source = self._generated(*key)
        if self.backend == "python":
            return Tier("python", functions, source)
        if key[2].stream:
            return Tier("python", functions, source, "machine code does not wait for bytes")
        missing = missing_llvmlite()
        if missing:
            return Tier("python", functions, source, missing)
        return Mover(functions, source, lambda: self._machine_code(*key), lambda tier: self._install(key, tier))

    def _keep(self, key: Key, tier: Tier) -> Tier:
        self._tiers[key] = tier
        self._install(key, tier)
        return tier

    def _generated(self, direction: str, order: str, options: Options) -> tuple[Functions, str]:
        """Functions by the python backend."""
        from bitwright.backends.python import compile_program

        functions, source = compile_program(self.optimized(direction, order, options), f"{self.spec.name}.{direction}")
        if "parse" in functions:
            functions["explaining_parse"] = self._explaining(direction, options)
        return functions, source

    def _machine_code(self, *key: *Key) -> Functions:
        """Functions by the llvm backend, made before or now; EngineError where it cannot do the format."""
        with _not_collecting():
            return self._made_before_or_now(*key)

    def _made_before_or_now(self, *key: *Key) -> Functions:
        from bitwright.backends.llvm import emit_and_load, plan_of

        arms = self._arms
        try:
            plan = plan_of(lambda: self._what_plans_hang_on(*key)) if not key[2].stream else None
        except Unnameable:
            plan = None
        found = plan.load(f"{self.spec.name}.{key[0]}") if plan is not None else None
        if found is not None:
            return found
        functions, emitted = self._by_machine_code(emit_and_load, *key)
        if plan is not None and arms == self._arms:  # else it is of another declaration than it would be kept for
            plan.keep(emitted)
        return functions

    def _what_plans_hang_on(self, direction: str, order: str, options: Options) -> tuple[list[bytes | str], list[Any]]:
        """All that decides which machine code is made, and the objects that it may reach, in an order that hangs on that alone."""
        with spec.UNIONS_LOCK:
            found = self._declared
            if found is None:
                found = self._declared = declared(self.struct)
                self._watch(one for one in found.objects if isinstance(one, spec.Union) and one.open)
        only = repr(sorted(options.only)) if options.only is not None else ""
        said = repr(dataclasses.replace(options, only=None))
        return [direction, order, said, only, found.content], [self._explaining(direction, options), self.parts.parsers, *found.objects]

    def _explaining(self, direction: str, options: Options) -> Callable[..., Any]:
        """What compiled code calls where it does not read on, or does not build."""
        if options.only is not None:
            return self.parts.explaining(options)
        return self.explaining_parse if direction == "parse" else generic_method(self.struct, "build")

    def _by_machine_code(self, make: Callable[..., T], direction: str, order: str, options: Options) -> T:
        """What the llvm backend makes of a program."""
        from bitwright.backends.llvm.emitter import Unsupported

        if options.stream:
            raise EngineError(f"the llvm engine reads messages that are there as a whole: ask another for a stream of {self.spec.name}")
        program = self.optimized(direction, order, options)
        try:
            return make(program, f"{self.spec.name}.{direction}", self._explaining(direction, options), self._parts_of(direction, options))
        except Unsupported as refusal:
            raise EngineError(f"the llvm engine cannot {direction} {self.spec.name}: it has {refusal}") from None

    def _parts_of(self, direction: str, options: Options) -> dict[Any, Any] | None:
        return self.parts.parsers if direction == "parse" and options == Options() else None

    def _serve_part(self, key: Key, tier: Tier) -> None:
        with spec.UNIONS_LOCK:
            if self._tiers.get(key) is tier:
                self.parts.serve(key[2], tier)

    # --- the class's own methods -------------------------------------------------------------

    def _install(self, key: Key, tier: Tier) -> None:
        """Make what serves now the class's own methods, unless the class, or one that extends it, defines others."""
        direction, _, options = key
        if options.only is not None:
            self._serve_part(key, tier)
        if not self.default or self.spec.order == "inherit":
            return
        with spec.UNIONS_LOCK:
            if self._tiers.get(key) is not tier:
                return
            extended = self.struct.__dict__.get("__bitwright_extended__", ())
            for name, method in self._shortcuts(direction, options, tier).items():
                own = self.struct.__dict__.get(name)
                if name == "parse":
                    type.__setattr__(self.struct, COMPILED, method.__func__)
                if name not in extended and (own is generic_method(self.struct, name) or own is self._installed.get(name, self)):
                    lies_in(self.struct, name, method)
                    self._installed[name] = method
                    type.__setattr__(self.struct, name, method)

    def _shortcuts(self, direction: str, options: Options, tier: Tier) -> dict[str, Any]:
        raise NotImplementedError  # the codec, which extends this, knows its methods

    def _order(self, endian: str | None) -> str:
        declared = self.spec.order
        if declared != "inherit":
            if endian is not None and endian != declared:
                raise TypeError(f"{self.spec.name} is declared {declared} endian")
            return declared
        if endian not in ("big", "little"):
            raise TypeError(f'{self.spec.name} takes its byte order from outside: pass endian="big" or endian="little"')
        return endian

    def _defaults(self) -> Sequence[Any] | None:
        """The parameters' defaults; None if one has none, or one that no message can be read with."""
        try:
            return self._parameters({}, ParseError)
        except ParseError:
            return None

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
