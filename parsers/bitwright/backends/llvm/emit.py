"""An optimized program as the text of an LLVM module, and the objects that it reaches by number.

Promise: nothing here loads LLVM itself; the text is the same for the same program, and holds no address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bitwright.backends.llvm import emitter
from bitwright.backends.llvm.assembler import I32, PTR, Assembly
from bitwright.backends.llvm.build_builtins import METHOD, class_of_method, emit_build, emit_build_method
from bitwright.backends.llvm.build_ops import BUILDS
from bitwright.backends.llvm.builtins import BOXED, BOXING, boxed_entry, emit_entry, emit_parse
from bitwright.backends.llvm.checksum_ops import CHECKSUMS
from bitwright.backends.llvm.class_hints import classes_of
from bitwright.backends.llvm.control_ops import CONTROL
from bitwright.backends.llvm.dict_ops import DICTS
from bitwright.backends.llvm.emitted import Emitted
from bitwright.backends.llvm.emitter import FunctionEmitter, Handler, Unsupported, results_of, type_of
from bitwright.backends.llvm.float_ops import FLOATS
from bitwright.backends.llvm.make_ops import MAKES
from bitwright.backends.llvm.name_ops import NAMES
from bitwright.backends.llvm.number_ops import NUMBERS
from bitwright.backends.llvm.plain_ops import PLAIN
from bitwright.backends.llvm.python_call import PYTHON, Calls
from bitwright.backends.llvm.queue_ops import QUEUES, deferred_functions
from bitwright.backends.llvm.read_ops import READING, READS
from bitwright.backends.llvm.search_ops import SEARCHES
from bitwright.backends.llvm.text_ops import TEXTS
from bitwright.backends.llvm.value_ops import VALUE_PAIRS, VALUES
from bitwright.backends.llvm.varint_ops import VARINTS
from bitwright.ir.ops import Program, walk

_NATIVE = {
    **BUILDS,
    **CHECKSUMS,
    **CONTROL,
    **DICTS,
    **FLOATS,
    **MAKES,
    **NAMES,
    **NUMBERS,
    **PLAIN,
    **QUEUES,
    **READS,
    **SEARCHES,
    **TEXTS,
    **VALUES,
    **VARINTS,
}  # fmt: skip
emitter.HANDLERS.update({**_NATIVE, **PYTHON, **BOXING})
emitter.PAIRS.update(VALUE_PAIRS)
MACHINE_CODE = frozenset({*_NATIVE, "yield"})  # the ops that need not call Python


Also: TypeAlias = Callable[[Assembly, dict[str, Any]], tuple[str, bool]]  # emits one more builtin; its name, and whether it takes keywords


def emit_program(
    program: Program, failures: tuple[type[BaseException], ...], fail: type[BaseException], explaining: Any, *, also: Also | None = None,
    own: Mapping[str, Handler] | None = None, parts: dict[Any, Any] | None = None,
) -> Emitted:
    """The module of a program; Unsupported for what this engine cannot do.

    Of a parse program `entry(data, position, end, *parameters)` returns what the program yields, a value and the position after it;
    where no op calls Python, `of_buffer` does so for any contiguous buffer.  Of a build program `entry(message, *parameters)`
    returns the bytes and what it yields.  They raise `fail` where the program fails.
    Of a program that has `whole`, there is `parse(data, /, **options)` too: it calls `explaining` with the same arguments where
    the program fails, where one of `failures` is raised in between, and where it gets anything but bytes alone; of a build program
    that takes nothing but the message there is likewise `build(self, **options)`, a method of the message's class.
    `parts` are the parsers for what `only=` asks for, by what was written.
    `own` emits the ops that messages do not have; `also` emits one builtin more.
    """
    assembly, calls = Assembly(program.name), Calls(program)
    boxed = boxed_entry(program.functions[program.entry], reads=program.direction == "parse")
    every = {**program.functions, BOXED: boxed}
    functions: dict[str, Any] = {}
    for name, function in every.items():
        parameters = [PTR, PTR, *map(type_of, function.params), *(PTR for _ in results_of(function))]
        functions[name] = assembly.function(f"program.{name}", I32, parameters, internal=True)
    recursive, classes = recursive_functions(program), classes_of(program)
    for name, function in every.items():
        if function.unit == "bit":
            raise Unsupported("a function that counts bits")
        FunctionEmitter(assembly, program, function, functions, calls, classes.get(name, {}), own).emit(guarded=name in recursive)
    builtins = {"entry": False}
    in_place = program.direction == "parse" and not calls.places  # what is handed to Python must be an object of bytes
    ops = [op for function in program.functions.values() for op in walk(function.body)]
    methods: dict[str, int] = {}
    if program.direction == "build":
        emit_build(assembly, boxed, functions[BOXED], fail)
        kind = class_of_method(program)
        if kind is not None:
            builtins[METHOD], methods[METHOD] = True, assembly.place_of([kind], id(kind))
            emit_build_method(assembly, kind, functions[program.entry], failures, explaining)
    else:
        reads = any(op.kind in READING for op in ops)
        emit_entry(assembly, boxed, functions[BOXED], fail, reads=reads)
        if in_place:
            builtins["of_buffer"] = False
            emit_entry(assembly, boxed, functions[BOXED], fail, reads=reads, of_buffer=True)
    if "whole" in functions:
        builtins["parse"] = True
        emit_parse(assembly, functions["whole"], failures, explaining, parts, in_place=in_place)
    if also is not None:
        name, keywords = also(assembly, functions)
        builtins[name] = keywords
    source = calls.fill(assembly.objects)
    return Emitted(assembly.finish(), assembly.objects, builtins, source, methods)


def recursive_functions(program: Program) -> set[str]:
    """The functions from which calls may lead back to themselves."""
    calls = {name: _called(program, function.body) for name, function in program.functions.items()}
    return {name for name in calls if name in _reached(name, calls)}


def _called(program: Program, body: Any) -> set[str]:
    found: set[str] = set()
    for op in walk(body):
        if op.kind == "call":
            found.add(op.attrs["function"])
        elif op.kind == "dispatch":
            found.update(op.attrs["table"].values(), [op.attrs["default"]] if op.attrs["default"] is not None else [])
        elif op.kind == "blocks.run":
            found.update(deferred_functions(program))
    return found


def _reached(name: str, calls: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*calls[name]]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += calls[one]
    return found
