"""Random patterns of terms, in both dialects: tuples, lists, maps, atoms and numbers with bitstrings among them."""

from __future__ import annotations

import random
from typing import Any, Final

from tests.patterns.generators import Drawing, Sample, bindings_near, bits
from tests.patterns.spelling import Dialect

LEAVES: Final[dict[Dialect, tuple[tuple[str, Any], ...]]] = {
    "elixir": (
        (":ok", "ok"), ("nil", None), ("true", True), ("1", 1), ("-1", -1), ("1.5", 1.5), ('"ab"', b"ab"), ("[]", []), ("{}", ()), ("_", 9),
    ),
    "erlang": (
        ("ok", "ok"), ("nil", None), ("true", True), ("1", 1), ("-1", -1), ("1.5", 1.5), ('<<"ab">>', b"ab"), ("[]", []), ("{}", ()),
        ("_", 9),
    ),
}  # fmt: skip


class Terms:
    """One pattern of a term in the making, and the value that it matches."""

    def __init__(self, rng: random.Random, dialect: Dialect, *, newest: bool) -> None:
        self.rng, self.newest = rng, newest
        self.dialect: Dialect = dialect
        self.taken = 0
        self.outer: dict[str, Any] = {}

    def term(self, depth: int) -> tuple[str, Any]:
        kinds = ("bits", "bits", "literal", "name", "tuple", "list", "cons", "map", "both") if depth else ("bits", "literal", "name")
        kind = self.rng.choice(kinds)
        match kind:
            case "bits":
                return self.bitstring()
            case "literal":
                return self.rng.choice(LEAVES[self.dialect])
            case "name":
                self.taken += 1
                return self.spelled(self.rng.choice(("x", "y", f"t{self.taken}"))), 7
            case "both":
                text, value = self.term(depth - 1)
                self.taken += 1
                return f"{text} = {self.spelled('w')}{self.taken}", value
            case _:
                return self.several(kind, depth)

    def spelled(self, name: str) -> str:
        return name.upper() if self.dialect == "erlang" else name

    def bitstring(self) -> tuple[str, Any]:
        drawing = Drawing(self.rng, self.dialect, newest=self.newest, taken=self.taken)
        for _ in range(self.rng.randint(1, 3)):
            drawing.segment()
        self.taken = drawing.count
        self.outer |= drawing.outer
        return drawing.spelled(), bits(drawing.bits)

    def several(self, kind: str, depth: int) -> tuple[str, Any]:
        items = [self.term(depth - 1) for _ in range(self.rng.randint(1 if kind == "cons" else 0, 3))]
        texts, values = [text for text, _ in items], [value for _, value in items]
        match kind:
            case "tuple":
                return f"{{{', '.join(texts)}}}", tuple(values)
            case "list":
                return f"[{', '.join(texts)}]", values
            case "cons":
                return f"[{', '.join(texts)} | _]", [*values, 1]
            case _:
                marker, sign = ("%", "=>") if self.dialect == "elixir" else ("#", ":=")
                pairs = ", ".join(f"{key} {sign} {text}" for key, text in enumerate(texts))
                return f"{marker}{{{pairs}}}", dict(enumerate(values))


def within(rng: random.Random, dialect: Dialect, *, newest: bool = True) -> Sample:
    """A pattern of a term, with bitstrings in it."""
    terms = Terms(rng, dialect, newest=newest)
    text, value = terms.term(3)
    return Sample(text, dialect, bindings_near(rng, terms.outer), value)
