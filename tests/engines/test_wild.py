"""Declarations without regard for what is legal: they work, or they are refused; nothing else ever happens."""

from __future__ import annotations

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from bitwright import DeclarationError
from tests.engines.agreement import ENGINES, agreed
from tests.engines.test_agreement import thorough
from tests.engines.wild import Wild, wild_formats

BYTES = st.one_of(
    st.binary(max_size=24), st.lists(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5, 0x10, 0x61, 0x80, 0xFF]), max_size=24).map(bytes)
)


@thorough(120)
@given(wild_formats(), st.lists(BYTES, min_size=6, max_size=6))
def test_a_declaration_works_or_is_refused(form: Wild, inputs: list[bytes]) -> None:
    if form.struct is None:
        assert form.refusal is not None
        assert form.refusal.declaration is not None
        assert form.refusal.declaration.file == "wild.py"
        event("refused at once")
        return
    struct: Any = form.struct
    refusals = [refusal(struct, engine, direction) for engine in ENGINES for direction in ("parse", "build", "resolve")]
    assert refusals[:3] == refusals[3:]
    if refusals[0] is not None:
        event("refused when compiled")
        return
    event("works" if refusals[1] is None else "reads only")
    for data in inputs:
        found = agreed(struct, "parse_prefix", data)
        agreed(struct, "parse", data, strict=True)
        agreed(struct, "parse_layer", data)
        if found.ok and refusals[1] is None:
            again = agreed(struct, "build", found.value[0])
            assert again.ok, (data.hex(), found.value, again.error)


def refusal(struct: Any, engine: str, direction: str) -> str | None:
    """Why a format cannot be compiled; it names a line of the declaration."""
    try:
        struct.codec(engine).optimized(direction)
    except DeclarationError as error:
        assert error.declaration is not None
        assert error.declaration.file in ("wild.py", "common.py")
        return str(error)
    return None
