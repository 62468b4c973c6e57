"""What the linter says of sizes holds for every message of generated formats, and of what it does not speak nothing happens."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bitwright.lint import lint, sizes_of
from tests.engines.agreement import outcome
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import drawn, thorough
from tests.engines.test_certificates import mutants


@thorough(60)
@given(formats(), st.data())
def test_sizes_and_negative_sizes(form: Format, data: st.DataObject) -> None:
    struct, _, params, wire = drawn(form, data)
    sizes = {field.path: field.size for field in sizes_of(struct)}
    warned = {advice.path for advice in lint(struct) if advice.code in {"may-be-negative", "always-negative"}}
    for mutant in mutants(wire, data):
        found = outcome(lambda mutant=mutant: struct.parse_prefix(mutant, **params))  # type: ignore[misc]
        if found.ok:
            used = 8 * found.value[1]
            assert sizes[""].fewest <= used <= (sizes[""].most or used), (sizes[""], mutant.hex())
        elif found.problem.code == "negative-size":
            # A struct that lies in several places is named by the first; the last name is the field's in any case.
            name = re.split(r"[.\]]", found.problem.path.rstrip("]"))[-1].split("[")[0]
            assert any(path.rpartition(".")[2] == name or name.isdigit() for path in warned), (found.error, warned)


@thorough(40)
@given(formats(), st.data())
def test_fields_have_the_sizes_said(form: Format, data: st.DataObject) -> None:
    """Fields of the outermost struct, by their places in built messages."""
    struct, _, params, wire = drawn(form, data)
    sizes = {field.path: field.size for field in sizes_of(struct)}
    _, _, spans = struct.codec("interp").trace(wire, **params)
    for span in spans:
        size = sizes.get(span.path)
        if size is not None:
            bits = span.bit_end - span.bit_start
            assert size.fewest <= bits <= (bits if size.most is None else size.most), (span.path, size, bits)
