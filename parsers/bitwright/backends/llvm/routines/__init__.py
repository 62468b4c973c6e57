"""Routines in LLVM that the machine code of programs calls by name: what is too long to write out at each op, and has hot loops.

Promise: `SUBJECTS` are the modules that they are compiled in, each of which is there only once a program calls something of it;
`SIGNATURES` says what each routine takes and returns, `emit` makes the text of a module; that is the same in every process, holds no
address, and reaches no Python object but those that it is given or makes.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bitwright.backends.llvm import assembler, context, language, object_layout
from bitwright.backends.llvm.assembler import ROUTINES, Assembly, Type
from bitwright.backends.llvm.routines import (
    json_text,
    making,
    members,
    names,
    output,
    parts,
    put_names,
    search,
    sums,
    values,
    varint_writing,
    varints,
)
from bitwright.wire import compression
from bitwright.wire import names as definition

Signatures = Mapping[str, tuple[Type, tuple[Type, ...]]]


@dataclasses.dataclass(frozen=True)
class Subject:
    """Routines that are compiled together: what each returns and takes, and the subjects of those that they call."""

    emit: Callable[[Assembly], None]
    signatures: Signatures
    loops: bool  # over bytes, which are worth good code; the time of all others is that of CPython's functions
    calls: tuple[str, ...] = ()


def _some(signatures: Signatures, *wanted: str) -> Signatures:
    return {name: signatures[name] for name in wanted}


def _of_varints() -> dict[str, Subject]:
    """Numbers of variable size: each coding for itself, as a format has one or two of them."""
    found: dict[str, Subject] = {}
    for kind in varint_writing.CODINGS:
        reads = {varints.READERS[kind]: varints.SIGNATURE}
        writes = {varint_writing.WRITERS[kind]: varint_writing.SIGNATURE}
        found[f"reading {kind}"] = Subject(functools.partial(varints.emit_varint, kind=kind), reads, loops=True)
        found[f"writing {kind}"] = Subject(functools.partial(varint_writing.emit_writer, coding=kind), writes, loops=True)
    return found


SUBJECTS: Final[dict[str, Subject]] = {
    "making": Subject(making.emit_making, making.SIGNATURES, loops=False),
    "parts": Subject(parts.emit_parts, parts.SIGNATURES, loops=False),
    "members": Subject(members.emit_members, members.SIGNATURES, loops=False),
    "values": Subject(values.emit_values, values.SIGNATURES, loops=False),
    "output": Subject(output.emit_output, output.SIGNATURES, loops=False),
    "raw": Subject(varint_writing.emit_raw, varint_writing.SIGNATURES, loops=False, calls=("output",)),
    "reading names": Subject(names.emit_names, _some(names.SIGNATURES, "bw_read_name", "bw_drop_names"), loops=True),
    "ends of names": Subject(names.emit_name_end, _some(names.SIGNATURES, "bw_name_end"), loops=True),
    "writing names": Subject(put_names.emit_put_names, _some(put_names.SIGNATURES, "bw_put_name"), loops=True, calls=("output",)),
    "fitting names": Subject(put_names.emit_fitting, _some(put_names.SIGNATURES, "bw_new_memo", "bw_fit"), loops=False),
    "writing JSON": Subject(json_text.emit_json, json_text.SIGNATURES, loops=True, calls=("output",)),
    "search": Subject(search.emit_search, search.SIGNATURES, loops=True),
    **{name: Subject(functools.partial(sums.emit_sum, name=name), {name: sums.SIGNATURE}, loops=True) for name in sums.NAMES},
    **_of_varints(),
}  # fmt: skip
SUBJECT_OF: Final[dict[str, str]] = {routine: name for name, subject in SUBJECTS.items() for routine in subject.signatures}
# What a routine returns, and what it takes.
SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    routine: signature for subject in SUBJECTS.values() for routine, signature in subject.signatures.items()
}  # fmt: skip
ROUTINES.update(SIGNATURES)


_OTHERS: Final = (assembler, context, language, object_layout, definition, compression)


@functools.cache
def fingerprint() -> str:
    """What the texts hang on: the sources of the modules that make them."""
    sources = sorted(Path(__file__).parent.glob("*.py")) + [Path(str(module.__file__)) for module in _OTHERS]
    found = hashlib.sha256()
    for source in sources:
        found.update(source.read_bytes())
    return found.hexdigest()


def emit(subject: str) -> str:
    """The text of a module."""
    assembly = Assembly(subject)
    SUBJECTS[subject].emit(assembly)
    return assembly.finish()
