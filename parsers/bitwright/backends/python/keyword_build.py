"""A build program as one function that takes its values by keyword: no dict of them is made, and no output where parts can be joined.

What it cannot do it hands to `general`: anything that fails, `strict=True`, and values that were not given.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Any, Final

from bitwright.backends.python.build_ops import BUILD
from bitwright.backends.python.emitter import RESERVED, Emitter, Names, strip
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.ir.ops import Program
from bitwright.wire.writing import canonical

OWN: Final = frozenset({"strict", "others", "build", "general", "Fail", "FAILURES", "canonical", "GIVEN", "ABSENT"})
_APPEND: Final = "out += "
_OUTPUT: Final = re.compile(r"\bout\b")


class _Absent:
    """What stands for a value that was not given."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


def can_be_keywords(names: tuple[str, ...]) -> bool:
    """Whether generated source can take values by these names."""
    return len(names) <= 200 and not any(
        not name.isidentifier() or keyword.iskeyword(name) or name in RESERVED or name in OWN or not name.isascii() for name in names
    )


def emit_keyword_build(program: Program, defaults: Mapping[str, Any], *, lsb: bool = False) -> tuple[str, dict[str, Any]]:
    """The source of `build`, and its globals but for `general`; values in `defaults` need not be given."""
    names, function = Names(), program.functions[program.entry]
    params = [param.hint for param in function.params]
    names.values.update(dict.fromkeys((*OWN, *params)))
    names.values.update(dict.fromkeys(program.functions))
    lines: list[str] = []
    for each in program.functions.values():
        if each is not function:
            lines += [*Emitter(program, each, names, BUILD).source("out"), ""]
    body = _body(Emitter(program, function, names, BUILD), lsb)
    for name in (*OWN, *params, *program.functions):
        names.values.pop(name, None)
    names.values.update(Fail=Fail, FAILURES=FAILURES, canonical=canonical, ABSENT=ABSENT)
    taken = []
    for name in params:
        names.values[f"GIVEN_{name}"] = defaults.get(name, ABSENT)
        taken.append(f"{name}=GIVEN_{name}")
    values = ", ".join(f'"{name}": {name}' for name in params)
    lines += [
        f"def build(*, {', '.join(['strict=False', *taken])}, **others):",
        "    if strict is False:",
        "        try:",
        *body,
        "        except FAILURES:",
        "            pass  # the way that explains failures",
        f"    return general({{{values}}}, strict)",
        "",
    ]
    return "\n".join(lines), names.values


def _body(emitter: Emitter, lsb: bool) -> list[str]:
    """What is tried: the parts joined where each is whole bytes, else an output that is filled."""
    emitter.indent = 3
    for param in emitter.function.params:
        emitter.text[param] = param.hint
        emitter.taken.add(param.hint)
    results = [strip(text) for text in emitter.block(emitter.function.body)]
    indent = "    " * 3
    if emitter.function.outs == ("obj",):
        return [*emitter.lines, f"{indent}return {results[0]}"]
    parts, others = [], []
    for line in emitter.lines:
        if line.startswith(indent + _APPEND):
            parts.append(line.removeprefix(indent + _APPEND))
        else:
            others.append(line)
    if results or any(_OUTPUT.search(line) for line in others):
        end = f"canonical(out, {results[0]}{', True' if lsb else ''})" if results else "bytes(out)"
        return [f"{indent}out = bytearray()", *emitter.lines, f"{indent}return {end}"]
    return [*others, f"{indent}return {_joined(parts, _of_known_size(emitter))}"]


def _of_known_size(emitter: Emitter) -> set[str]:
    """Variables of bytes whose number the program knows."""
    cuts = (op for op in emitter.function.body.ops if op.kind == "cut" and op.args[1].lo == op.args[1].hi)
    return {emitter.text[op.outs[0]] for op in cuts}


def _joined(parts: list[str], short: set[str]) -> str:
    """The parts side by side; one after the other where only the last can be large, so that no large one is copied twice."""
    if len(parts) <= 2 or all(part in short or part.startswith("pack_") for part in parts[:-1]):
        return " + ".join(parts) if parts else 'b""'
    return f'b"".join(({", ".join(parts)}))'
