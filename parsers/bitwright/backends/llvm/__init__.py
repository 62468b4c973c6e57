"""The llvm backend: optimized programs as machine code, through llvmlite (the extra `fast`).

It takes every op of messages' programs: those that `emit.MACHINE_CODE` does not list call Python; streams are refused.  Nothing
here is imported before somebody asks for the engine, or `auto` moves to it.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bitwright.ir.ops import OPS, Program, walk
from bitwright.locks import lock_across_forks

if TYPE_CHECKING:
    from bitwright.backends.llvm.emitted import Emitted
    from bitwright.backends.llvm.plans import Plan

VERIFY: Final = "BITWRIGHT_VERIFY"
INSTALL: Final = "pip install 'bitwright[fast]'"
# Held around all that LLVM does, which has locks of its own that no child would find free.  Whoever holds it may take the lock of unions,
# never the other way round.
Parts: TypeAlias = dict[Any, Callable[[Any], Any]]  # parsers of parts of messages, by what is asked for
LLVM_LOCK: Final = lock_across_forks()


def is_available() -> bool:
    """Whether llvmlite is installed."""
    return importlib.util.find_spec("llvmlite") is not None


def compile_program(
    program: Program, name: str, explaining_parse: Callable[..., Any], parts: Parts | None = None
) -> tuple[dict[str, Any], str]:  # fmt: skip
    """The builtins of a program by name, as `backends.python.compile_program` has functions, and the module's text.

    `emitter.Unsupported` says what the program has that this engine cannot do.
    """
    functions, emitted = emit_and_load(program, name, explaining_parse, parts)
    return functions, emitted.text


def emit_and_load(
    program: Program, name: str, explaining_parse: Callable[..., Any], parts: Parts | None = None
) -> tuple[dict[str, Any], Emitted]:  # fmt: skip
    """The same, and what they were made from."""
    from bitwright.backends.llvm.emit import emit_program
    from bitwright.backends.llvm.jit import Loaded
    from bitwright.backends.python.runtime import FAILURES, Fail

    emitted = emit_program(program, FAILURES, Fail, explaining_parse, parts=parts)
    if _verifies():
        from bitwright.backends.llvm.verify import verify

        verify(emitted.text)
    return Loaded(emitted, name).functions(), emitted


def _verifies() -> bool:
    """Whether machine code of messages is to be shown safe before it runs, which takes several times as long as compiling it."""
    return os.environ.get(VERIFY) == "1"


def plan_of(content: Callable[[], tuple[Sequence[bytes | str], Sequence[Any]]]) -> Plan | None:
    """Where builtins are kept between processes; None without a cache.  `content`: what they are found by, and what recipes may name."""
    from bitwright.backends.llvm import cache

    if cache.directory() is None or _verifies():
        return None
    from bitwright.backends.llvm.plans import Plan

    return Plan(*content())


def text_of(program: Program, name: str, explaining_parse: Callable[..., Any], parts: Parts | None = None) -> str:
    """The text of the module alone, for which LLVM is not loaded."""
    from bitwright.backends.llvm.emit import emit_program
    from bitwright.backends.python.runtime import FAILURES, Fail

    return emit_program(program, FAILURES, Fail, explaining_parse, parts=parts).text


def assembly_of(program: Program, name: str, explaining_parse: Callable[..., Any], parts: Parts | None = None) -> str:
    """The module as assembly of this machine."""
    from bitwright.backends.llvm.jit import assembly

    return assembly(text_of(program, name, explaining_parse, parts))


def ops_in_python(program: Program) -> list[str]:
    """The kinds of ops in a program for which machine code calls Python always."""
    from bitwright.backends.llvm.emit import MACHINE_CODE

    kinds = {op.kind for function in program.functions.values() for op in walk(function.body) if not OPS[op.kind].trace}
    return sorted(kinds - MACHINE_CODE)
