"""A whole program as source: every function, and the entry that callers use."""

from __future__ import annotations

from typing import Any

from bitwright.backends.python.build_ops import BUILD
from bitwright.backends.python.common_ops import Arms
from bitwright.backends.python.emitter import Emitter, Names, strip
from bitwright.backends.python.parse_ops import PARSE
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.backends.python.stream_ops import STREAM
from bitwright.ir.ops import Program
from bitwright.ir.waiting import open_functions, waits

BIND_ARMS = "for _arms in ARM_TABLES:\n    _arms.update({tag: globals()[name] for tag, name in _arms.items()})\n"


def with_arms(source: str, names: Names) -> str:
    """Source whose tables of functions hold the functions once it has run."""
    tables = [value for value in names.values.values() if isinstance(value, Arms)]
    if not tables:
        return source
    names.values["ARM_TABLES"] = tables
    return f"{source}\n\n{BIND_ARMS}"


def emit_program(program: Program) -> tuple[str, dict[str, Any]]:
    """The source and the globals it needs."""
    names = Names()
    names.values.update(Fail=Fail, FAILURES=FAILURES, explaining_parse=None)
    names.values.update(dict.fromkeys(program.functions))  # so that no object takes a function's name
    handlers, context = (PARSE, "data") if program.direction == "parse" else (BUILD, "out")
    generators: set[str] = set()
    if waits(program):
        handlers, generators = STREAM, open_functions(program)
    lines: list[str] = []
    for function in program.functions.values():
        if function.name == "whole":
            lines += [*_fast_parse(Emitter(program, function, names, handlers)), ""]
            continue
        lines += [*Emitter(program, function, names, handlers, generators).source(context), ""]
    for name in program.functions:
        del names.values[name]
    source = "\n".join(lines)
    if program.direction == "build":
        source += BUILD_ENTRY
    return with_arms(source, names), names.values


FAST_PARSE = """\
def parse(data, /, **options):
    if data.__class__ is bytes and not options:
        try:
            {end} = len(data)
{body}
        except FAILURES:
            pass  # the way that explains failures
    return explaining_parse(data, **options)
"""


def _fast_parse(emitter: Emitter) -> list[str]:
    """`Struct.parse` for the commonest call: bytes, no options."""
    emitter.indent = 3
    end = emitter.variable(emitter.function.params[0])
    emitter.text[emitter.function.params[0]] = end
    results = emitter.block(emitter.function.body)
    emitter.line(f"return {strip(results[0])}")
    return FAST_PARSE.format(end=end, body="\n".join(emitter.lines)).splitlines()


BUILD_ENTRY = """
write = entry


def entry(*message):
    out = bytearray()
    copy = write(out, *message)
    return bytes(out), copy
"""
