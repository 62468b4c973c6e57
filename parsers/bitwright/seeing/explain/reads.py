"""What the compiler made of the fields: the checks and reads of the optimized program, in words."""

from __future__ import annotations

from collections.abc import Iterator

from bitwright.ir.ops import Block, Op, Program, Reg

_INDENT = "  "


def reads(program: Program) -> str:
    """The entry's checks and reads in order, one line each."""
    entry = program.functions[program.entry]
    lines = list(_lines(entry.body, entry.params[0], _INDENT))
    others = [name for name in program.functions if name not in (program.entry, "whole")]
    if others:
        count = f"{len(others)} more function{'s' if len(others) > 1 else ''}"
        lines.append(f"{_INDENT}({count} for what it holds: bitwright show --format ir)")
    return "\n".join(["What is executed, in order:", *(lines or [f"{_INDENT}nothing is read"])])


def _lines(block: Block, start: Reg, indent: str) -> Iterator[str]:
    for op in block.ops:
        said = _said(op, start)
        if said:
            yield indent + said
        for index, inner in enumerate(op.blocks):
            within = list(_lines(inner, start, indent + _INDENT))
            if within:
                yield indent + _opening(op, index)
                yield from within


def _said(op: Op, start: Reg) -> str:
    """The line for an op that looks at the input; nothing for others."""
    attrs = op.attrs
    match op.kind:
        case "need":
            return "check that 1 byte is there" if attrs["size"] == 1 else f"check that {attrs['size']} bytes are there"
        case "need.var":
            return f"check that the bytes of {attrs['expr']} are there"
        case "load":
            return f"read {_bytes(op, start, attrs['offset'], attrs['bytes'])}: {_names(op)}"
        case "unpack":
            layout = attrs["layout"]
            begin, (last, size, _) = layout[0][0], layout[-1]
            return f"read {_bytes(op, start, begin, last + size - begin)} at once: {_names(op)}"
        case "split":
            return f"look the byte up for {_names(op)}"
        case "decode":
            return f"take {_names(op)} as {attrs['codec'][1:]} reads it"
        case "varint":
            return f"take {_names(op)}, {attrs['coding']} of at most {attrs['bits']} bits"
        case "trim":
            end = attrs["terminator"]
            return f"find the padding {attrs['pad']!r}" if end is None else f"find the terminator {end!r}"
        case "find":
            return f"find the terminator {attrs['terminator']!r}"
        case "span" | "text" | "render" | "name":
            return f"take {_names(op)}"
        case "call":
            return f"call {attrs['function']} for {_names(op)}"
        case "dispatch":
            default = f", else {attrs['default']}" if attrs["default"] else ", else fail"
            return f"call one of {len(set(attrs['table'].values()))} functions for {_names(op)}{default}"
    return ""


def _opening(op: Op, index: int) -> str:
    if op.kind == "if":
        return ("if a condition holds:", "otherwise:")[index]
    if op.kind == "attempt":
        return ("try:", "if that fails:")[index]
    return f"{op.args[0].hint or 'that many'} times:" if op.kind == "loop.count" else "again and again:"


def _names(op: Op) -> str:
    """What an op assigns, without the position that some assign too."""
    outs = op.outs[:1] if op.kind in ("call", "dispatch", "name", "varint", "decode") else op.outs
    return ", ".join(out.hint or "a number" for out in outs)


def _bytes(op: Op, start: Reg, offset: int, size: int) -> str:
    plus = "" if op.args[0] is start else "+"
    return f"bytes {plus}{offset}-{offset + size - 1}" if size > 1 else f"byte {plus}{offset}"
