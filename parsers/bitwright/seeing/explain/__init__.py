"""How a format is laid out and executed, in words: what `Struct.explain` and `bitwright show --format explain` print.

Without data: each field's place, type and where its value comes from, the reads that the compiler made of
them, and the engine that serves.  With data: each field's bits in it and its value, up to where it stops
being a message.  Nothing of the data reaches the text unescaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bitwright.codec import codec_of
from bitwright.engines import AUTO, MESSAGE_ENGINES, wanted_engine
from bitwright.errors import DeclarationError
from bitwright.escaping import printable
from bitwright.ir.ops import Program
from bitwright.schema import measure, spec
from bitwright.seeing.explain.annotate import annotate
from bitwright.seeing.explain.layout import layout
from bitwright.seeing.explain.reads import reads

ENGINE_WORDS = {
    AUTO: "Python at first, and machine code where many messages are read or written",
    "python": "Python source generated for this format, shown by source()",
    "llvm": "machine code made for this format",
    "interp": "the reference interpreter, which runs the program as lowered; slow, and the definition of what it means",
}


def explain(struct: type, data: Any = None, /, *, endian: str | None = None, **parameters: Any) -> str:
    """The explanation of a Struct class; with `data` (any buffer) and the format's parameters, that of a message."""
    made = spec.spec_of(struct)
    if data is not None:
        parts = [_heading(made), annotate(struct, data, endian, parameters)]
    else:
        parts = [_heading(made), layout(made), _execution(made, endian)]
    return "\n\n".join(parts) + "\n"


def _heading(made: spec.StructSpec) -> str:
    summary = printable(made.doc.strip().partition("\n")[0])
    lines = [f"{made.name}: {summary}" if summary else made.name, f"{made.module}.{made.name}: {_size(made)}, {_order(made)}"]
    if made.origin:
        lines.append("Pointers of the domain names in it count from its first byte.")
    for param in made.params.values():
        needed = "required" if param.default is spec.MISSING else f"default {param.default!r}"
        lines.append(f"Takes {param.name}= from outside: {param.type.__name__}, {needed}.")
    return "\n".join(lines)


def _size(made: spec.StructSpec) -> str:
    size = measure.size_of_struct(made.struct)
    if size.fixed is not None:
        return in_bytes(size.fixed)
    return f"{in_bytes(size.fewest)} or more" if size.most is None else f"{in_bytes(size.fewest)} to {in_bytes(size.most)}"


def in_bytes(bits: int) -> str:
    """A size in bytes, and bits where it is not whole bytes."""
    whole, rest = divmod(bits, 8)
    if not rest:
        return f"{whole:,} byte{'s' if whole != 1 else ''}"
    return f"{bits:,} bit{'s' if bits != 1 else ''}"


def _order(made: spec.StructSpec) -> str:
    order = "byte order of the struct around it" if made.order == "inherit" else f"{made.order} endian"
    return f"{order}, least significant bit first" if made.bit_order == "lsb" else order


def _execution(made: spec.StructSpec, endian: str | None) -> str:
    """The reads and the engine; of a struct that only others can hold, why it is none by itself."""
    order = endian or (made.order if made.order != "inherit" else "big")
    try:
        program = codec_of(made.struct, "python").optimized("parse", order)
    except DeclarationError as error:
        return f"It is no message by itself: it {error.problem.message}."
    return f"{reads(program)}\n\n{_engine(made, order, program)}"


def _machine_code(program: Program, serving: set[str]) -> Iterator[str]:
    """Where machine code can be seen, and what it leaves to Python in reading."""
    if "llvm" not in serving:
        return
    from bitwright.backends.llvm import ops_in_python

    yield 'Machine code is shown by source(backend="llvm"), as LLVM has it, and by assembly().'
    called = ops_in_python(program)
    if called:
        yield f"Reading calls Python for: {', '.join(called)}."


def _engine(made: spec.StructSpec, order: str, program: Program) -> str:
    name = wanted_engine()
    why = "because nothing else was asked for" if name == AUTO else f"because BITWRIGHT_BACKEND is {name!r}"
    lines = [f"Engine: {name}, {why}.", f"  {name} is {ENGINE_WORDS[name]}."]
    if name != "interp":
        serving = codec_of(made.struct).serving(order)
        lines += [f"  {what}: {': '.join(filter(None, said))}." for what, *said in serving]
        lines += [f"  {line}" for line in _machine_code(program, {engine for _, engine, _ in serving})]
        lines.append("  Where it fails, the interpreter reads the same bytes again and says why.")
    others = ", ".join(f'codec("{other}")' for other in (AUTO, *MESSAGE_ENGINES) if other != name)
    lines.append(f"  Others by name: {others}.")
    return "\n".join(lines)
