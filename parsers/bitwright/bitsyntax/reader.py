"""What every part of the Elixir parser does with tokens: look, go on, refuse with a place.

Promise: every refusal is a `PatternError` that points at the token at fault; no tree gets deeper than `MOST_NESTED`, and no
Python stack either, whatever the text.
"""

from __future__ import annotations

from typing import Final, NoReturn

from bitwright.bitsyntax.lexer import Tokens
from bitwright.errors import PatternError

MOST_NESTED: Final = 60
_SHOWN: Final = 30


class Reader:
    """Tokens and the position in them; `height` is that of the node that was made last, `depth` how deep the reader is."""

    __slots__ = ("depth", "extended", "height", "kinds", "matching", "position", "starts", "text", "texts", "tokens")

    def __init__(self, text: str, *, extended: bool = False, begin: int = 0, end: int | None = None) -> None:
        self.tokens = tokens = Tokens(text, begin, end)
        self.text, self.kinds, self.texts, self.starts = text, tokens.kinds, tokens.texts, tokens.starts
        self.position = self.depth = self.height = 0
        self.extended = extended
        self.matching = False

    def end_of(self, position: int) -> int:
        """Where the token at a position ends in the text."""
        return self.starts[position] + len(self.texts[position])

    def error(self, message: str, advice: str = "", position: int | None = None) -> PatternError:
        """What refuses the text at a token: the next one, or the one at a position."""
        place = self.position if position is None else position
        return PatternError(message, self.text, self.starts[place], advice)

    def refuse(self, message: str, advice: str = "", position: int | None = None) -> NoReturn:
        """Refuse the text at a token: the next one, or the one at a position."""
        raise self.error(message, advice, position)

    def shown(self, position: int) -> str:
        """The token at a position, for a message."""
        if self.kinds[position] == "eof":
            return "the end"
        written = self.texts[position]
        return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}..."

    def expect(self, kind: str, what: str = "") -> None:
        """Go past a token of a kind, or refuse."""
        if self.kinds[self.position] != kind:
            self.refuse(f"expected {what or kind}, found {self.shown(self.position)}", self.advice_at(self.position))
        self.position += 1

    def advice_at(self, position: int) -> str:
        """What is often the matter where a token stands that cannot stand there."""
        kind, before = self.kinds[position], self.kinds[position - 1] if position else ""
        if kind == "eof" and before != ">>>":
            return "the text ends too early: is >>, ) or end missing?"
        if {kind, before} & {"<<<", ">>>"}:
            return "<<< and >>> are operators: write a space between << and <, > and >>"
        if kind == "key":
            return "a type and a size follow ::, as in x::8"
        if kind == "id" and before in {"id", "number", "string", ")"}:
            return "is a comma missing?"
        return ""

    def refuse_lopsided(self, position: int) -> None:
        """Refuse `n -1`, which Elixir reads as a call: a sign behind a name and a space, but with none behind itself."""
        sign_at = self.starts[position]
        if self.kinds[position - 1] == "id" and sign_at > self.end_of(position - 1) and self.starts[position + 1] == sign_at + 1:
            name, sign = self.shown(position - 1), self.texts[position]
            self.refuse(f"{name} {sign}{self.shown(position + 1)} reads as a call of {name}", f"write {name} {sign} ...", position)

    def enter(self) -> None:
        """Go one level deeper, or refuse."""
        self.depth += 1
        if self.depth > MOST_NESTED:
            self.refuse(f"nested more than {MOST_NESTED} deep")

    def higher(self, height: int, at: int) -> None:
        """Note the height of the node just made, or refuse it."""
        if height > MOST_NESTED:
            raise PatternError(f"nested more than {MOST_NESTED} deep: an expression of so many operators", self.text, at)
        self.height = height

    def new_line_before(self, position: int) -> bool:
        """Whether a line ends between a token and the one before it."""
        return self.tokens.several_lines and "\n" in self.text[self.end_of(position - 1) : self.starts[position]]
