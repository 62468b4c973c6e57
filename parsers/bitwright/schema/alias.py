"""Fields written as annotations alone: `id: U16`, `opcode: U4[Opcode] = Opcode.QUERY`.

An alias stands for a call of the vocabulary.  It is resolved when the class body reaches it, from the names that the body can
see; a field without a right-hand side has no value there, so no expression can use it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bitwright.errors import Location
from bitwright.schema import numbers, reals
from bitwright.schema.draft import UNSET
from bitwright.schema.expr import FieldProxy, caller

_WRITTEN = re.compile(r"([A-Za-z_][\w.]*)(?:\[([A-Za-z_][\w.]*)\])?")


class Alias:
    """What `U16` is at run time; `U16[Kind]` is the same with an enumeration."""

    def __init__(self, name: str, call: str, declare: Callable[[Any, Any], Any], as_type: Any = None) -> None:
        self.name, self.call, self.declare, self.as_type = name, call, declare, as_type

    def __getitem__(self, as_type: Any) -> Alias:
        return Alias(self.name, self.call, self.declare, as_type)

    def __repr__(self) -> str:
        return self.name if self.as_type is None else f"{self.name}[{self.as_type.__name__}]"

    def field(self, default: Any, site: Location) -> FieldProxy:
        """The field that the vocabulary makes."""
        made: FieldProxy = self.declare(self.as_type, default)
        made._bw_decl.site = site
        return made

    def advice(self, name: str) -> str:
        """How to write the field so that expressions can use it."""
        kind = "int" if self.as_type is None else self.as_type.__name__
        return f"`{name}: {self}` has no right-hand side, so no expression can use it; write `{name}: {kind} = {self.call}`"


def alias_of(annotation: Any) -> Alias | None:
    """The alias that an annotation is, or that its text names where it is written; None for anything else."""
    if isinstance(annotation, Alias):
        return annotation
    found = _WRITTEN.fullmatch(annotation) if isinstance(annotation, str) else None
    if found is None:
        return None
    alias = _named(found[1])
    if not isinstance(alias, Alias):
        return None
    return alias if found[2] is None else alias[_named(found[2])]


def _named(dotted: str) -> Any:
    """What a name means in the class body that is running, or around it."""
    frame = caller()
    outer = frame.f_back
    scopes: list[Any] = [dict(frame.f_locals), dict(outer.f_locals) if outer is not None else {}, frame.f_globals]
    first, *rest = dotted.split(".")
    found: Any = next((scope[first] for scope in scopes if first in scope), UNSET)
    for name in rest:
        found = getattr(found, name, UNSET)
    return found


def all_aliases() -> dict[str, Alias]:
    """Every alias by its name."""
    widths = [*range(1, 33), 40, 48, 56, 64]
    found = [_integer(width, signed=False) for width in widths]
    found += [_integer(width, signed=True) for width in widths if width % 8 == 0]
    found += [_float(width) for width in (16, 32, 64)]
    found.append(Alias("Flag", "flag()", lambda _, default: numbers.flag(default=default)))
    return {alias.name: alias for alias in found}


def _integer(width: int, *, signed: bool) -> Alias:
    def declare(as_type: Any, default: Any) -> Any:
        return numbers.bits(width, int if as_type is None else as_type, signed=signed, default=default)

    word = f"{'i' if signed else 'u'}{width}"
    known = hasattr(numbers, word)
    return Alias(word.upper(), f"{word}()" if known else f"bits({width}, signed=True)" if signed else f"bits({width})", declare)


def _float(width: int) -> Alias:
    word = getattr(reals, f"f{width}")
    return Alias(f"F{width}", f"f{width}()", lambda _, default: word(default=default))
