"""The text of an LLVM module, taken apart: as much of the language as the emitters write, and nothing else.

Promise: a line that is not understood is refused, so what is read here is all that the module says.  Nothing of `llvmlite` is used.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

Operand: TypeAlias = "str | int | None"  # `%name` of a function, `@name` of the module, a number, or None for null and what is undefined


class UnsafeCode(AssertionError):  # noqa: N818  # it is the code that is not as it should be
    """The module is not shown to keep within its memory, or is not understood: a bug of bitwright, not of its user."""


@dataclasses.dataclass(slots=True)
class Instruction:
    """One line.  What `args` are depends on `op`; `kinds` are the types that go with them."""

    op: str
    result: str | None
    kind: str
    args: tuple[Operand, ...] = ()
    kinds: tuple[str, ...] = ()
    detail: str = ""  # of `icmp` the predicate, of `getelementptr` and `alloca` the type of an element
    targets: tuple[str, ...] = ()  # of what ends a block, and of `phi`: the blocks
    line: int = 0


@dataclasses.dataclass(slots=True)
class CodeFunction:
    """A function that the module defines."""

    name: str
    internal: bool
    params: list[tuple[str, str]]  # name, type
    blocks: dict[str, list[Instruction]]


@dataclasses.dataclass(slots=True)
class CodeModule:
    """What the module defines."""

    functions: dict[str, CodeFunction]
    constants: dict[str, int]  # bytes of what cannot be written
    tables: dict[str, int]  # bytes of what is filled in when the module is loaded


_NAME: Final = r'"(?:[^"\\]|\\.)*"'
_TYPE: Final = r"(?:void|ptr|float|double|half|i\d+|\[\d+ x (?:ptr|i\d+)\])\**"
_VALUE: Final = rf"(?:[%@]{_NAME}|[%@][\w.]+|-?\d+|null|undef|true|false|-?\d[\d.e+-]*|0x[0-9A-Fa-f]+)"
_ALIGN: Final = r"(?:, align \d+)?(?:, ![\w.]+ !\d+)*"
_BINARY: Final = "add|sub|mul|and|or|xor|shl|lshr|ashr|sdiv|srem|udiv|urem|fadd|fsub|fmul|fdiv"
_CASTS: Final = "zext|sext|trunc|bitcast|fpext|fptrunc|ptrtoint|inttoptr|uitofp|sitofp|fptoui|fptosi"
_FORMS: Final = {
    "binary": re.compile(rf"({_BINARY})(?: nuw| nsw| exact)* ({_TYPE}) ({_VALUE}), ({_VALUE})"),
    "icmp": re.compile(rf"[if]cmp (\w+) ({_TYPE}) ({_VALUE}), ({_VALUE})"),
    "select": re.compile(rf"select +i1 ({_VALUE}), ({_TYPE}) ({_VALUE}), {_TYPE} ({_VALUE})"),
    "cast": re.compile(rf"({_CASTS}) ({_TYPE}) ({_VALUE}) to ({_TYPE})"),
    "load": re.compile(rf"load ({_TYPE}), {_TYPE} ({_VALUE}){_ALIGN}"),
    "store": re.compile(rf"store ({_TYPE}) ({_VALUE}), {_TYPE} ({_VALUE}){_ALIGN}"),
    "getelementptr": re.compile(rf"getelementptr(?: inbounds)? ({_TYPE}), {_TYPE} ({_VALUE}), (i\d+) ({_VALUE})"),
    "alloca": re.compile(rf"alloca ({_TYPE})(?:, i\d+ (\d+))?{_ALIGN}"),
    "call": re.compile(rf"(?:tail )?call ({_TYPE}) ({_VALUE})\((.*)\)"),
    "phi": re.compile(rf"phi +({_TYPE}) (\[.*\])"),
    "br": re.compile(rf"br (?:label %({_NAME}|[\w.]+)|i1 ({_VALUE}), label %({_NAME}|[\w.]+), label %({_NAME}|[\w.]+))(?:, !prof !\d+)?"),
    "switch": re.compile(rf"switch ({_TYPE}) ({_VALUE}), label %({_NAME}|[\w.]+) \[(.*)\]"),
    "ret": re.compile(rf"ret (?:void|({_TYPE}) ({_VALUE}))"),
    "unreachable": re.compile("unreachable"),
}  # fmt: skip
_WORDS: Final = {"fcmp": "icmp", **dict.fromkeys(_BINARY.split("|"), "binary"), **dict.fromkeys(_CASTS.split("|"), "cast")}
_HEAD: Final = re.compile(rf"define (internal |dso_local )*({_TYPE}) @({_NAME}|[\w.]+)\((.*)\).*")
_PARAM: Final = re.compile(rf"({_TYPE})(?: \w+)* (%{_NAME}|%[\w.]+)")
_GIVEN: Final = re.compile(rf"({_TYPE})(?: \w+)* ({_VALUE})(?:, |$)")
_INCOMING: Final = re.compile(rf"\[ ?({_VALUE}), %({_NAME}|[\w.]+) ?\]")
_CASE: Final = re.compile(rf"({_TYPE}) (-?\d+), label %({_NAME}|[\w.]+)")
_LINKAGE: Final = r"(?:internal |private |dso_local |local_unnamed_addr |unnamed_addr )*"
_GLOBAL: Final = re.compile(rf"@({_NAME}|[\w.]+) = ({_LINKAGE})(global|constant) ({_TYPE}) .*")
_IGNORED: Final = re.compile(r"(?:;|target |declare |source_filename|attributes |!).*")
_RESULT: Final = re.compile(rf"(%{_NAME}|%[\w.]+) = (.*)")
_LABEL: Final = re.compile(rf"({_NAME}|[\w.]+):.*")


def size_of(kind: str) -> int:
    """The bytes of a type."""
    if kind.endswith("*") or kind == "ptr":
        return 8
    if kind.startswith("["):
        count, element = kind[1:-1].split(" x ")
        return int(count) * size_of(element)
    return {"float": 4, "double": 8, "half": 2}.get(kind) or -(-int(kind[1:]) // 8)


def read_module(text: str) -> CodeModule:
    """The module of a text; UnsafeCode for what is not understood."""
    module = CodeModule({}, {}, {})
    function: CodeFunction | None = None
    block: list[Instruction] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line == "{":
            continue
        if line == "}":
            function = block = None
        elif function is None:
            function = _outside(module, line, number)
        elif not raw.startswith(" ") and (label := _LABEL.fullmatch(line)):
            block = function.blocks.setdefault(_plain(label[1]), [])
        elif block is None:
            raise UnsafeCode(f"line {number}: an instruction outside of a block: {line}")
        else:
            block.append(_instruction(line, number))
    return module


def _outside(module: CodeModule, line: str, number: int) -> CodeFunction | None:
    """A line between functions; the function that it begins, if it does."""
    if head := _HEAD.fullmatch(line):
        params = [(_plain(found[2]), found[1]) for found in _PARAM.finditer(head[4])]
        made = module.functions[_plain(head[3])] = CodeFunction(_plain(head[3]), " internal " in line.partition("@")[0], params, {})
        return made
    if known := _GLOBAL.fullmatch(line):
        (module.constants if known[3] == "constant" else module.tables)[_plain(known[1])] = size_of(known[4])
    elif not _IGNORED.fullmatch(line):
        raise UnsafeCode(f"line {number}: not understood: {line}")
    return None


def _plain(name: str) -> str:
    return name.replace('"', "")


def _operand(text: str, kind: str = "i64") -> Operand:
    """Numbers are as they are with a sign; of `i1` 0 and 1."""
    if text[0] in "%@":
        return _plain(text)
    if text in ("null", "undef") or kind in ("float", "double", "half"):
        return None
    if text in ("true", "false"):
        return int(text == "true")
    value = int(text)
    if kind == "i1":
        return value & 1
    half = 1 << int(kind[1:]) - 1 if kind[0] == "i" else 1 << 63
    return (value + half) % (2 * half) - half


def _instruction(line: str, number: int) -> Instruction:
    named = _RESULT.fullmatch(line)
    result, rest = (_plain(named[1]), named[2]) if named else (None, line)
    word = rest.split(None, 2)[0]
    word = "call" if word == "tail" else word
    form = _WORDS.get(word, word)
    found = _FORMS[form].fullmatch(rest) if form in _FORMS else None
    if found is None:
        raise UnsafeCode(f"line {number}: not understood: {line}")
    made: Instruction = _MADE[form](found.groups())
    made.result, made.line = result, number
    return made


def _values(kind: str, *texts: str) -> tuple[Operand, ...]:
    return tuple(_operand(text, kind) for text in texts)


def _branch(parts: Sequence[str]) -> Instruction:
    if parts[0]:
        return Instruction("br", None, "void", targets=(_plain(parts[0]),))
    return Instruction("br", None, "void", _values("i1", parts[1]), targets=(_plain(parts[2]), _plain(parts[3])))


def _call(parts: Sequence[str]) -> Instruction:
    given = [(found[1], _operand(found[2], found[1])) for found in _GIVEN.finditer(parts[2])]
    if len(given) != (parts[2].count(", ") + 1 if parts[2] else 0):
        raise UnsafeCode(f"the arguments of a call are not understood: {parts[2]}")
    return Instruction("call", None, parts[0], (_operand(parts[1]), *(value for _, value in given)), ("ptr", *(kind for kind, _ in given)))


def _phi(parts: Sequence[str]) -> Instruction:
    incoming = _INCOMING.findall(parts[1])
    values = _values(parts[0], *(one[0] for one in incoming))
    return Instruction("phi", None, parts[0], values, targets=tuple(_plain(one[1]) for one in incoming))


def _switch(parts: Sequence[str]) -> Instruction:
    cases = _CASE.findall(parts[3])
    numbers = _values(parts[0], parts[1], *(one[1] for one in cases))
    return Instruction("switch", None, parts[0], numbers, targets=(_plain(parts[2]), *(_plain(one[2]) for one in cases)))


_MADE: Final[dict[str, Callable[[Sequence[str]], Instruction]]] = {
    "binary": lambda p: Instruction(p[0], None, p[1], _values(p[1], p[2], p[3])),
    "icmp": lambda p: Instruction("icmp", None, "i1", _values(p[1], p[2], p[3]), (p[1],), p[0]),
    "select": lambda p: Instruction("select", None, p[1], (*_values("i1", p[0]), *_values(p[1], p[2], p[3]))),
    "cast": lambda p: Instruction(p[0], None, p[3], _values(p[1], p[2]), (p[1],)),
    "load": lambda p: Instruction("load", None, p[0], _values("ptr", p[1])),
    "store": lambda p: Instruction("store", None, "void", (*_values(p[0], p[1]), *_values("ptr", p[2])), (p[0],)),
    "getelementptr": lambda p: Instruction("getelementptr", None, "ptr", (*_values("ptr", p[1]), *_values(p[2], p[3])), (), p[0]),
    "alloca": lambda p: Instruction("alloca", None, "ptr", (int(p[1] or 1),), (), p[0]),
    "call": _call, "phi": _phi, "br": _branch, "switch": _switch,
    "ret": lambda p: Instruction("ret", None, p[0] or "void", _values(p[0], p[1]) if p[0] else ()),
    "unreachable": lambda p: Instruction("unreachable", None, "void"),
}  # fmt: skip
