"""What holds of any text, whichever dialect reads it: a tree, or a `PatternError` whose place lies in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bitwright.bitsyntax import scope
from bitwright.errors import PatternError
from tests.bitsyntax.written import written


def refusal(reader: Callable[[str], Any], text: str) -> PatternError | None:
    """What a reader says against a text, if anything; a tree has names and can be written down."""
    try:
        tree = reader(text)
    except PatternError as error:
        return error
    assert written(tree)
    assert "_" not in (*scope.free_variables(tree), *scope.bound_variables(tree))
    return None


def attempt_with(readers: Iterable[Callable[[str], Any]], text: str) -> None:
    """Read a text in every way; what is raised must be a `PatternError` of this text, and safe to show."""
    for reader in readers:
        refused = refusal(reader, text)
        if refused is not None:
            assert refused.text == text
            assert 0 <= (refused.at or 0) <= len(text)
            assert str(refused).replace("\n", "").isprintable()
