"""Expressions of comprehensions: sources, filters, bodies, with comprehensions in them.

Promise: an expression gives its value or raises `BuildError`.  A comprehension inside an expression is run before the rest of it, so
what it raises is raised even where the rest would not have asked for its value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitwright.bitsyntax import tree
from bitwright.bitsyntax.rebuilding import rebuilt
from bitwright.patterns.construction import Construction

Nested = Callable[[tree.Comprehension, str, str], Callable[[dict[str, Any]], Any]]


class Computed:
    """An expression on one engine; `nested` makes what runs a comprehension in it."""

    def __init__(self, expr: tree.Expr, engine: str, text: str, nested: Nested) -> None:
        self.inner: dict[str, Callable[[dict[str, Any]], Any]] = {}
        self.name = expr.name if isinstance(expr, tree.Variable) else None
        self._engine, self._text, self._nested = engine, text, nested
        self._construction = Construction(text, engine=engine, expr=self._without(expr))

    def __call__(self, environment: Mapping[str, Any]) -> Any:
        """Its value."""
        if self.name is not None:
            return environment[self.name]
        if self.inner:
            environment = {**environment, **{name: run(dict(environment)) for name, run in self.inner.items()}}
        return self._construction.build_from(environment)

    def _without(self, node: Any) -> Any:
        """The expression with a name in the place of each comprehension."""
        if isinstance(node, tree.Comprehension):
            name = f"for {len(self.inner) + 1}"
            self.inner[name] = self._nested(node, self._engine, self._text)
            return tree.Variable(name, node.at)
        return rebuilt(node, self._without)
