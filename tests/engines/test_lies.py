"""Lies about messages of random formats: whatever a label says to expect is what the interpreter says."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bitwright.testing.generate import GenerationError, generate
from bitwright.testing.mutator import Mutator
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import thorough
from tests.testing.test_lies import outcome


@thorough(40)
@given(formats(), st.integers(0, 5), st.integers(0, 1000))
def test_random_formats_say_what_labels_expect(form: Format, number: int, seed: int) -> None:
    struct = form.top.struct
    parameters = dict.fromkeys(form.top.params, number)
    endian = "big" if struct.__bitwright__.order == "inherit" else None
    options: dict[str, Any] = {**({"endian": endian} if endian else {}), **parameters}
    try:
        data = generate(struct, random.Random(seed), **options).build(**options)
    except GenerationError:
        return
    mutator = Mutator(struct, [data], random.Random(seed), tiers=["lie"], endian=endian, parameters=parameters)
    codec = struct.codec("interp")
    for mutant, label in (mutator.mutant() for _ in range(40)):
        if label.tier == "lie" and label.expected.accepts is not None:
            assert outcome(codec, mutant, **options) == label.expected, (str(label), data.hex(), mutant.hex())
