"""What every part of the Elixir parser does with tokens beyond the cursor that both dialects have: advice, and line ends.

Promise: every refusal is a `PatternError` that points at the token at fault.
"""

from __future__ import annotations

from bitwright.bitsyntax.lexer import Tokens
from bitwright.bitsyntax.token_cursor import TokenCursor


class Reader(TokenCursor):
    """The cursor of Elixir; `matching`: what is read is a pattern."""

    __slots__ = ("matching", "tokens")

    def __init__(self, text: str, *, extended: bool = False, begin: int = 0, end: int | None = None) -> None:
        self.tokens = tokens = Tokens(text, begin, end)
        super().__init__(text, tokens.kinds, tokens.texts, tokens.starts, extended=extended)
        self.matching = False

    def end_of(self, position: int) -> int:
        """Where the token at a position ends in the text."""
        return self.starts[position] + len(self.texts[position])

    def expect(self, kind: str, what: str = "") -> None:
        """Go past a token of a kind, or refuse."""
        if self.kinds[self.position] != kind:
            self.refuse(f"expected {what or kind}, found {self.shown(self.position)}", self.advice_at(self.position))
        self.position += 1

    def advice_at(self, position: int) -> str:
        """What is often the matter where a token stands that cannot stand there."""
        from bitwright.bitsyntax.advice import elixir

        return elixir(self.kinds[position], self.kinds[position - 1] if position else "", self.texts[position], position == 0)

    def unexpected(self, position: int) -> str:
        """That the token at a position cannot stand there."""
        if self.kinds[position] == "eof":
            return "unexpected end of the text" if position else "the text is empty"
        return f"unexpected {self.shown(position)}"

    def refuse_lopsided(self, position: int) -> None:
        """Refuse `n -1`, which Elixir reads as a call: a sign behind a name and a space, but with none behind itself."""
        sign_at = self.starts[position]
        if self.kinds[position - 1] == "id" and sign_at > self.end_of(position - 1) and self.starts[position + 1] == sign_at + 1:
            name, sign = self.shown(position - 1), self.texts[position]
            self.refuse(f"{name} {sign}{self.shown(position + 1)} reads as a call of {name}", f"write {name} {sign} ...", position)

    def new_line_before(self, position: int) -> bool:
        """Whether a line ends between a token and the one before it."""
        return self.tokens.several_lines and "\n" in self.text[self.end_of(position - 1) : self.starts[position]]
