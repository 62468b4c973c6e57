"""What the readers of both dialects are: tokens, a position in them, and how deep that is.

Promise: every refusal is a `PatternError` that points at the token at fault; no tree gets deeper than `MOST_NESTED`, and no
Python stack either, whatever the text.
"""

from __future__ import annotations

from typing import Final, NoReturn

from bitwright.errors import PatternError

MOST_NESTED: Final = 60
_SHOWN: Final = 30


class TokenCursor:
    """Tokens and the position in them; `height` is that of the node that was made last, `depth` how deep the reader is.

    The kind of the last token is "eof".
    """

    __slots__ = ("depth", "extended", "height", "kinds", "position", "starts", "text", "texts")

    def __init__(self, text: str, kinds: list[str], texts: list[str], starts: list[int], *, extended: bool = False) -> None:
        self.text, self.kinds, self.texts, self.starts = text, kinds, texts, starts
        self.position = self.depth = self.height = 0
        self.extended = extended

    def error(self, message: str, advice: str = "", position: int | None = None) -> PatternError:
        """What refuses the text at a token: the next one, or the one at a position."""
        return PatternError(message, self.text, self.starts[self.position if position is None else position], advice)

    def refuse(self, message: str, advice: str = "", position: int | None = None) -> NoReturn:
        """Refuse the text at a token: the next one, or the one at a position."""
        raise self.error(message, advice, position)

    def shown(self, position: int) -> str:
        """The token at a position, for a message."""
        if self.kinds[position] == "eof":
            return "the end"
        written = self.texts[position]
        return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}..."

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
