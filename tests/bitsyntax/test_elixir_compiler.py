"""What Elixir's compiler accepts is accepted here, and what it refuses is refused, or lacks a name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bitwright.bitsyntax import parse_comprehension, parse_construction, parse_pattern, scope
from bitwright.errors import PatternError

DATA = Path(__file__).parents[1] / "patterns" / "data"
READERS: dict[str, Callable[[str], Any]] = {
    "match": parse_pattern, "clauses": parse_pattern, "construct": parse_construction, "comprehension": parse_comprehension,
}  # fmt: skip
# Bitwise is always imported here; no text is no pattern; and a tuple in a pattern of bits, which Elixir 1.18 refuses as it does a list.
OTHERWISE = {"<<n, d::binary-size(band(n, 3)), r::binary>>", "", "<<{1}>>"}


def refused(case: dict[str, Any]) -> bool:
    """Whether a text of a case is refused, or uses a name that the case does not give."""
    texts = case["text"] if isinstance(case["text"], list) else [case["text"]]
    given = set(case.get("bindings", {}))
    for text in texts:
        try:
            tree = READERS[case["kind"]](text)
        except PatternError:
            return True
        if set(scope.free_variables(tree)) - given:
            return True
    return False


@pytest.mark.parametrize("kind", sorted(READERS))
def test_the_compiler_and_this_reader_refuse_the_same(kind: str) -> None:
    cases = [case for case in json.loads((DATA / f"{kind}.json").read_text())["cases"] if case["dialect"] == "elixir"]
    assert cases
    for case in cases:
        # the compiler finds out about some values too: those are for whoever runs the tree
        compile_error = (case["result"], case.get("error")) == ("error", "compile") and 1 << 70 not in case.get("bindings", {}).values()
        if str(case["text"]) not in OTHERWISE:
            assert refused(case) is compile_error, case
