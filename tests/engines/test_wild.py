"""Declarations without regard for what is legal: they work, or they are refused; nothing else ever happens."""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st

from tests.engines.everything import everything
from tests.engines.test_agreement import thorough
from tests.engines.wild import Wild, wild_formats

BYTES = st.one_of(
    st.binary(max_size=24), st.lists(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5, 0x10, 0x61, 0x80, 0xFF]), max_size=24).map(bytes)
)


@thorough(120)
@given(wild_formats(), st.lists(BYTES, min_size=4, max_size=4), st.data())
def test_a_declaration_works_or_is_refused(form: Wild, inputs: list[bytes], data: st.DataObject) -> None:
    if form.struct is None:
        assert form.refusal is not None
        assert form.refusal.declaration is not None
        assert form.refusal.declaration.file == "wild.py"
        event("refused at once")
        return
    event("works" if everything(form.struct, inputs, data.draw) else "refused when compiled")
