"""Conversations: what one side of a connection says, message by message, and mutants of the last that it says.

A conversation is an input like any other: bytes, of the format that is declared here.  So it is kept in a corpus, replayed, and made
smaller (whole turns first) as messages are.

Promise: a mutant says the first messages of its seed unchanged and breaks one rule in the last that it says; its label's path begins with
that turn (`turns[2].answers[0].name`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bitwright.schema.content import raw
from bitwright.schema.numbers import auto, u32
from bitwright.schema.structure import array
from bitwright.struct_ import Struct
from bitwright.testing.labels import TIERS, Label, Tier
from bitwright.testing.mutator import LARGEST, Mutator


class Turn(Struct):
    """One message."""

    size: int = auto(u32())
    data: bytes = raw(size=size)


class Conversation(Struct):
    """What one side says, in order."""

    turns: list[Turn] = array(Turn)


def conversation(messages: Sequence[bytes]) -> bytes:
    """The input in which these are said."""
    return Conversation(turns=[Turn(data=message) for message in messages]).build()


class ConversationMutator:
    """Mutants of conversations, for ever: of one of them the first messages, and a mutant of the next as last."""

    def __init__(
        self, message: type[Struct], conversations: Sequence[Sequence[bytes]], rng: random.Random, *, tiers: Sequence[Tier] = TIERS,
        largest: int = LARGEST,
    ) -> None:  # fmt: skip
        self._conversations = [list(said) for said in conversations if said] or [[b""]]
        self._rng = rng
        self._mutators = {
            data: Mutator(message, [data], rng, tiers=tiers, largest=largest) for said in self._conversations for data in said
        }  # fmt: skip

    def __iter__(self) -> Iterator[tuple[bytes, Label]]:
        """For ever."""
        while True:
            yield self.mutant()

    def mutant(self) -> tuple[bytes, Label]:
        """One more."""
        said = self._rng.choice(self._conversations)
        last = self._rng.randrange(len(said))
        data, label = self._mutators[said[last]].mutant()
        path = f"turns[{last}].{label.path}" if label.path else f"turns[{last}]"
        return conversation([*said[:last], data]), Label(label.tier, label.rule, path, label.detail, label.expected)
