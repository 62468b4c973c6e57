"""The llvm backend: optimized parse programs as machine code, through llvmlite (the extra `fast`).

Of messages' programs it takes the ops that `emit.SUPPORTED` lists; one that has another is refused by name, and so are
building and streams.  Nothing here is imported before somebody asks for the engine.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from bitwright.ir.ops import Program

INSTALL = "pip install 'bitwright[fast]'"


def is_available() -> bool:
    """Whether llvmlite is installed."""
    return importlib.util.find_spec("llvmlite") is not None


def compile_program(program: Program, name: str, explaining_parse: Callable[..., Any]) -> tuple[dict[str, Any], str]:
    """The builtins of a parse program by name, as `backends.python.compile_program` has functions, and the module's text.

    `emitter.Unsupported` says what the program has that this engine cannot do.
    """
    from bitwright.backends.llvm.emit import emit_program
    from bitwright.backends.llvm.jit import Loaded
    from bitwright.backends.python.runtime import FAILURES, Fail

    emitted = emit_program(program, FAILURES, Fail, explaining_parse)
    return Loaded(emitted, name).functions(), emitted.text
