"""What becomes of the values of a comprehension: a list, a map, a bitstring, as `into:` says.

Promise: what is collected into is not changed; with `uniq` a value is collected once, where 1 and 1.0 are two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bitwright.errors import BuildError, Problem
from bitwright.terms import exact_key, is_bitstring, normal, shown


def collect(values: Iterable[Any], into: Any, *, uniq: bool = False) -> Any:
    """The values in the collectable."""
    if uniq:
        values = _distinct(values)
    if isinstance(into, list):
        return [*into, *values]
    if isinstance(into, dict):
        return _map(values, into)
    if is_bitstring(into):
        return _bits(values, into)
    raise BuildError(Problem("type", f"nothing can be collected into {shown(into)}: into: takes a list, a map or a bitstring"))


def _distinct(values: Iterable[Any]) -> Iterator[Any]:
    known = set()
    for value in values:
        key = exact_key(value)
        if key not in known:
            known.add(key)
            yield value


def _map(values: Iterable[Any], into: dict[Any, Any]) -> dict[Any, Any]:
    from bitwright.terms.containers import store

    made = dict(into)
    for pair in values:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BuildError(Problem("type", f"a map is made of pairs {{key, value}}, not of {shown(pair)}"))
        store(made, *pair)
    return made


def _bits(values: Iterable[Any], into: Any) -> Any:
    from bitwright.terms.binaries import flattened_bits

    pieces = [normal(into)]
    for value in values:
        if not is_bitstring(value):
            raise BuildError(Problem("type", f"a bitstring is made of bitstrings, not of {shown(value)}"))
        pieces.append(normal(value))
    return flattened_bits(pieces)
