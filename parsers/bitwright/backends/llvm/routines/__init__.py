"""Routines in LLVM that the machine code of programs calls by name: what is too long to write out at each op, and has hot loops.

Promise: `SIGNATURES` says what each takes and returns, `emit` makes the text of the module that has all of them; it is the same in
every process, holds no address, and reaches no Python object but those that it is given or makes.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Final

from bitwright.backends.llvm import assembler, context, language, object_layout
from bitwright.backends.llvm.assembler import ROUTINES, Assembly, Type
from bitwright.backends.llvm.routines import making, members, names, output, put_names, search, sums, values, varint_writing, varints
from bitwright.wire import compression
from bitwright.wire import names as definition

# What a routine returns, and what it takes.
SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    **names.SIGNATURES,
    **put_names.SIGNATURES,
    **making.SIGNATURES,
    **search.SIGNATURES,
    **dict.fromkeys(sums.NAMES, sums.SIGNATURE),
    **dict.fromkeys(varints.READERS.values(), varints.SIGNATURE),
    **output.SIGNATURES,
    **values.SIGNATURES,
    **members.SIGNATURES,
    **varint_writing.SIGNATURES,
}  # fmt: skip
ROUTINES.update(SIGNATURES)


_OTHERS: Final = (assembler, context, language, object_layout, definition, compression)


@functools.cache
def fingerprint() -> str:
    """What the text hangs on: the sources of the modules that make it."""
    sources = sorted(Path(__file__).parent.glob("*.py")) + [Path(str(module.__file__)) for module in _OTHERS]
    found = hashlib.sha256()
    for source in sources:
        found.update(source.read_bytes())
    return found.hexdigest()


def emit() -> str:
    """The text of the module."""
    assembly = Assembly("routines")
    names.emit_names(assembly)
    making.emit_making(assembly)
    search.emit_search(assembly)
    sums.emit_sums(assembly)
    varints.emit_varints(assembly)
    output.emit_output(assembly)
    values.emit_values(assembly)
    members.emit_members(assembly)
    varint_writing.emit_varint_writing(assembly)
    put_names.emit_put_names(assembly)
    return assembly.finish()
