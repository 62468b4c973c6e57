"""The linter: what a declaration says that it can hardly mean, field by field, with the remedy.

`lint(Struct)` looks at a format and everything it contains.  What is certain and cheap to see is a `LintWarning` when the class is
made (`quick`); what cannot work at all is refused there.  docs/lint.md has every code with an example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitwright.lint.advice import CODES, Advice, Severity

if TYPE_CHECKING:
    from bitwright.lint.sizes import FieldSize

__all__ = ["CODES", "Advice", "Severity", "lint", "sizes_of"]


def lint(struct: type) -> list[Advice]:
    """What should be looked at in a format, errors first; each place once, by the first path that leads to it."""
    from bitwright.lint.whole import lint as whole

    return whole(struct)


def sizes_of(struct: type) -> list[FieldSize]:
    """Between how many bits the format (under the empty path) and every field of every struct in it has."""
    from bitwright.lint.sizes import sizes_of as measured

    return measured(struct)
