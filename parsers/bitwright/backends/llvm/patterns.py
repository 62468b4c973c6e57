"""The program of a pattern as machine code: nobody who has no patterns loads it.

Promise: the functions are called, and give, what `backends.python.compile_pattern` says of those of the same names.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

from bitwright.backends.llvm import emit
from bitwright.backends.llvm.assembler import I32, PTR, Assembly
from bitwright.backends.llvm.builtins import BOXED, boxed_entry
from bitwright.backends.llvm.emitted import Emitted
from bitwright.backends.llvm.emitter import FunctionEmitter, results_of, type_of
from bitwright.backends.llvm.match_ops import MATCHES
from bitwright.backends.llvm.matcher import NORMAL, batch_of, emit_match, emit_reader, matched
from bitwright.backends.llvm.python_call import Calls
from bitwright.backends.python.match_ops import MATCH
from bitwright.ir.ops import Function, Program

MACHINE_CODE: Final = emit.MACHINE_CODE | MATCHES.keys()  # the ops that need not call Python, with those that messages have too
_MATCHED: Final = "matched"  # the function between `match` and the program
_BATCH: Final = "batch"
_MOST: Final = 256  # elements that are made at once


def compile_pattern(program: Program, name: str, slow_match: Callable[..., Any], *, whole: bool = True) -> tuple[dict[str, Any], str]:
    """The functions of a pattern by name, and the text of their module; `slow_match` takes whatever `match` does not.

    Of a program that counts bits there is `match` too, if it is for a `whole` input.
    """
    from bitwright.backends.llvm.jit import Loaded

    emitted = emit_pattern(program, slow_match, whole=whole)
    functions: dict[str, Any] = Loaded(emitted, name).functions()
    if _BATCH in functions:
        functions["each"] = _each(functions[_BATCH])
    return functions, emitted.text


def emit_pattern(program: Program, slow: Any, *, whole: bool = True) -> Emitted:
    """The module of a pattern's program; `whole` says whether one that counts bits uses up its input."""
    assembly, calls = Assembly(program.name), Calls(program, MATCH)
    entry = program.functions[program.entry]
    every = dict(program.functions)
    matches = entry.name == "whole" or (entry.unit == "bit" and whole)
    if matches:
        every[_MATCHED] = matched(_MATCHED, entry)
    if entry.name != "whole":
        every[BOXED] = boxed_entry(entry, reads=True)
        if _repeats(entry):
            every[_BATCH] = batch_of(entry)
            every["boxed_batch"] = boxed_entry(every[_BATCH], reads=True, name="boxed_batch")
    extended = Program(program.name, program.direction, program.entry, every, program.symbols)
    codes: dict[str, Any] = {}
    own = {**MATCHES, **NORMAL}
    for name, function in every.items():
        parameters = [PTR, PTR, *map(type_of, function.params), *(PTR for _ in results_of(function))]
        codes[name] = assembly.function(f"program.{name}", I32, parameters, internal=True)
    for function in every.values():
        FunctionEmitter(assembly, extended, function, codes, calls, {}, own).emit(guarded=False)
    builtins: dict[str, bool] = {}
    if matches:
        builtins["match"] = True
        names = tuple(param.hint for param in every[_MATCHED].params[1:])
        plain = not names and entry.name == "whole" and len(results_of(entry)) == 1
        emit_match(assembly, names, codes["whole" if plain else _MATCHED], slow, unit=8 if entry.unit == "bit" else 1)
    if entry.name != "whole":
        unit = 8 if entry.unit == "bit" else 1 if _repeats(entry) else 0
        builtins[entry.name] = False
        emit_reader(assembly, entry.name, every[BOXED], codes[BOXED], unit=unit)
        if _repeats(entry):
            builtins[_BATCH] = False
            emit_reader(assembly, _BATCH, every["boxed_batch"], codes["boxed_batch"], unit=unit)
    source = calls.fill(assembly.objects)
    return Emitted(assembly.finish(), assembly.objects, builtins, source)


def _repeats(entry: Function) -> bool:
    """Whether it reads a region, and says how far."""
    return [reg.type for reg in entry.params[:2]] == ["int", "int"] and entry.outs == ("obj", "int")


def _each(batch: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    """`each(data, start, end, resume, *free)`: the record of each element; some are made at once, the more the more are taken."""

    def batches(data: bytes, begin: int, end: int, resume: Callable[[int], int | None], *free: Any) -> Iterator[list[Any]]:
        most, largest = 1, _MOST
        at: int | None = begin
        while at is not None:
            try:
                records, after, goes_on = batch(data, at, end, most, *free)
            except Exception:
                if most == 1:
                    raise
                most = largest = 1  # those before the one that cannot be made come first
                continue
            yield records
            most = min(8 * most, largest)
            at = after if goes_on else resume(after)

    def each(*args: Any) -> Iterator[Any]:
        return itertools.chain.from_iterable(batches(*args))

    return each
