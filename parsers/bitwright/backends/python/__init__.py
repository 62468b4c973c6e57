"""The python backend: readable straight-line source, compiled and shown by tracebacks.

The source is registered in `linecache` under a name such as ``<bitwright Message.parse>``, so
that debuggers and `inspect` show it, as long as the functions live.  Values reach it through its globals, never through `repr`.
"""

from __future__ import annotations

import itertools
import linecache
import weakref
from types import FunctionType
from typing import Any

from bitwright.backends.python.functions import emit_program
from bitwright.ir.ops import Program

_serial = itertools.count(1)


def compile_program(program: Program, name: str) -> tuple[dict[str, Any], str]:
    """The functions of an optimized program by name, and its source.

    `entry` of a parse program is called (data, position, end, *parameters) and returns (value, position
    after); of a build program (message, *parameters), returning (bytes, resolved copy or None).  It
    raises one of `runtime.FAILURES` where the program fails, without saying why.  A parse program
    without parameters also has `parse`, which hands what it cannot do to `explaining_parse`: set that.
    """
    source, names = emit_program(program)
    return compile_source(source, names, name), source


def compile_pattern(program: Program, name: str) -> tuple[dict[str, Any], str]:
    """The functions of a pattern by name, and its source.

    `entry` is called as the program's is, with the input first: (data, position, end, *free) in bits, or (data, value, *free).
    It returns what the program yields, a tuple of several, or None where the pattern does not match.  Of a program whose first
    function is `whole`, there is `match(data, /, **bindings)`, which hands what are no bytes, or lack a name, to `slow_match`: set
    that.  Of one that has `at`, there is `each(data, start, end, resume, *free)`, which yields the record of each element; where
    one does not match, `resume` is called with its position, and returns the next one, or None to end.
    """
    from bitwright.backends.python.patterns import emit_pattern

    source, names = emit_pattern(program)
    return compile_source(source, names, name), source


def compile_source(source: str, names: dict[str, Any], name: str) -> dict[str, Any]:
    """Execute generated source with `names` as its globals; the globals afterwards."""
    filename = f"<bitwright {name} #{next(_serial)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace = dict(names)
    exec(compile(source, filename, "exec"), namespace)  # noqa: S102  # the source is ours, made from a verified program
    made = next((each for each in namespace.values() if type(each) is FunctionType and each.__code__.co_filename == filename), None)
    if made is not None:  # whoever makes patterns without end needs their sources no longer than them
        weakref.finalize(made, linecache.cache.pop, filename, None).atexit = False
    return namespace
