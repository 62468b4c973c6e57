"""The tables of docs/dns.md, made from the classes: `python -m tests.specs.dns.reference` prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bitwright import OpenEnum, Struct
from bitwright.schema import spec
from bitwright_specs import dns
from tests.specs.dns.unions import arms, fields, shipped

UNIONS: list[tuple[str, type[Struct], type[OpenEnum]]] = [
    ("Record types", dns.RData, dns.Type),
    ("EDNS options", dns.OptionValue, dns.OptionCode),
    ("Service parameters", dns.SvcParamValue, dns.SvcParamKey),
    ("Stateful operations", dns.DsoValue, dns.DsoType),
]


def tables() -> str:
    """All tables, one after the other."""
    return "\n\n".join(f"### {title}\n\n" + "\n".join(table(union, numbers)) for title, union, numbers in UNIONS)


def table(union: type[Struct], numbers: type[OpenEnum]) -> list[str]:
    """One row an arm that the package ships, by number."""
    rows = ["| | class | fields | what it is |", "|---|---|---|---|"]
    for tag, arm in sorted(arms(union).items()):
        if arm in shipped(union):
            names = ", ".join(f"{name}*" if name in compressed(arm) else name for name in fields(arm))
            rows.append(f"| {tag} `{numbers(tag).name}` | `{arm.__name__}` | {names} | {_said(arm)} |")
    return rows


def _said(arm: type[Struct]) -> str:
    """The first line of the docstring, without its full stop."""
    return re.sub(r"\.$", "", (arm.__doc__ or "").split("\n")[0])


def compressed(struct: type[Struct]) -> list[str]:
    """The fields whose names are written with compression."""
    return [name for name, wire in names_in(struct) if wire.compress]


def names_in(struct: type[Struct]) -> Iterator[tuple[str, spec.NameType]]:
    """The domain names of a struct, by field; those inside lists and optional fields too."""
    for field in struct.__bitwright__.fields:
        wire: Any = field.type
        while isinstance(wire, spec.OptionalType | spec.ArrayType):
            wire = wire.inner if isinstance(wire, spec.OptionalType) else wire.item
        if isinstance(wire, spec.NameType):
            yield field.name, wire
        elif isinstance(wire, spec.SwitchType):
            yield from ((field.name, found) for arm in wire.union.cases.values() for _, found in names_in(arm))


if __name__ == "__main__":
    print(tables())
