"""Several patterns in order, against the answers of the real matcher that lie beside the repository."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import Clauses
from tests.patterns.vectors import same, shared, term

SHARED = shared("clauses")


def test_the_shared_vectors(engine: Any) -> None:
    if not SHARED:
        pytest.skip("no shared vectors here")
    for vector in SHARED:
        found = Clauses(vector["clauses"]).on(engine).match(term({"hex": vector["input_hex"], "bits": vector["input_bits"]}))
        if vector["result"] != "match":
            assert found is None, (vector["id"], found)
            continue
        assert found is not None, vector["id"]
        index, variables = found
        assert index == vector["clause"], vector["id"]
        assert same(variables, {name: term(value) for name, value in vector["bindings_out"].items()}), (vector["id"], variables)
