"""Which fields of a message are asked for: paths as text, checked against the declaration, and split field by field.

A path names a field and, after a dot, a field of the structs that it holds: `answers.ttl` is the `ttl` of every answer,
`answers.rdata.address` the address of those whose data have one.  A computed value stands for the fields it is made of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from bitwright.lower.expressions import Path, expanded
from bitwright.schema import spec
from bitwright.schema.expr import FieldRef, walk

Asked: TypeAlias = frozenset[Path] | None  # None: everything; otherwise only these, counted from the struct at hand


def paths_asked(struct: type, only: Collection[str]) -> frozenset[Path]:
    """The paths that a caller wrote; ValueError for one that leads nowhere, with the names that there are."""
    found = [tuple(text.split(".")) for text in only]
    for path in found:
        _check(struct, path)
    return frozenset(found)


def _check(struct: type, path: Path) -> None:
    structs, where = [struct], spec.spec_of(struct).name
    for index, name in enumerate(path):
        holders = [made for each in structs if name in _names(made := spec.spec_of(each))]
        if not holders:
            known = list(dict.fromkeys(known for each in structs for known in _names(spec.spec_of(each))))
            there = f"it has: {', '.join(known)}" if known else "it holds no fields"
            raise ValueError(f"only={'.'.join(path)!r}: {where} has no field {name!r}; {there}")
        fields = [field for made in holders if (field := made.field(name)) is not None]
        structs = list(dict.fromkeys(inner for field in fields for inner in spec.structs_in(field.type)))
        where = ".".join(path[: index + 1])


def _names(made: spec.StructSpec) -> list[str]:
    return [*(field.name for field in made.visible), *made.computed]


def by_field(made: spec.StructSpec, asked: frozenset[Path]) -> Mapping[str, Asked]:
    """For each field asked for, what is asked for in it; paths of which the struct, one arm of several, has no field are left out."""
    found: dict[str, Asked] = {}
    for path in _fields_of(made, asked):
        name, inside = path[0], path[1:]
        known = found.get(name, frozenset())
        found[name] = None if not inside or known is None else known | {inside}
    return found


def _fields_of(made: spec.StructSpec, asked: frozenset[Path]) -> list[Path]:
    """The paths, with every computed value replaced by the fields that it is made of."""
    found: list[Path] = []
    for path in sorted(asked):
        meaning = made.computed.get(path[0])
        if meaning is not None:
            found += [node.names for node in walk(expanded(meaning, made)) if isinstance(node, FieldRef)]
        elif made.field(path[0]) is not None:
            found.append(path)
    return found
