"""The llvm engine on random formats and messages: where it takes a format, all its answers are the interpreter's, to the letter."""

from __future__ import annotations

import collections
import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitwright import Struct
from bitwright.backends.llvm import is_available
from bitwright.errors import EngineError
from tests.engines.agreement import Outcome, outcome
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import TIMES, thorough
from tests.specs.test_mutants import VECTORS, damaged

pytestmark = pytest.mark.skipif(not is_available(), reason="llvmlite is not installed")

EXAMPLES = 120


def compared(struct: type[Struct], method: str, data: bytes, **options: Any) -> Outcome | None:
    """The outcome by the interpreter, after comparing machine code; None where there is none for the format."""
    wanted = outcome(lambda: getattr(struct.codec("interp"), method)(data, **options))
    try:
        found = outcome(lambda: getattr(struct.codec("llvm"), method)(data, **options))
    except EngineError as refusal:
        assert " cannot parse " in str(refusal)
        return None
    assert wanted.same(found), f"{struct.__name__}.{method} {data.hex()}: {wanted} by interp, {found} by llvm"
    return wanted


def test_random_formats() -> None:
    """Whole, cut off anywhere, changed, with more behind it; what can be compiled is counted, and must be enough."""
    count: collections.Counter[str] = collections.Counter()

    @thorough(EXAMPLES)
    @given(formats(), st.data())
    def one(form: Format, data: st.DataObject) -> None:
        message, params = form.message(data.draw)
        struct = type(message)
        raw = struct.codec("interp").build(message, **params)
        whole = compared(struct, "parse", raw, **params)
        count["refused" if whole is None else "compiled"] += 1
        if whole is None:
            return
        assert whole.ok
        for end in range(len(raw)):
            count["inputs"] += 1
            compared(struct, "parse", raw[:end], **params)
            compared(struct, "parse_prefix", raw[:end], **params)
        for place, change in itertools.product(range(len(raw)), (1, 0x7F, 0x80, 0xFF)):
            mutant = raw[:place] + bytes((raw[place] ^ change,)) + raw[place + 1 :]
            count["inputs"] += 1
            for method, options in (("parse", {}), ("parse", {"strict": True}), ("parse_prefix", {}), ("parse_layer", {})):
                compared(struct, method, mutant + b"\0\xff" * (place % 2), **options, **params)

    one()
    assert count["compiled"] >= 40 * TIMES, count
    assert count["inputs"] >= 400 * TIMES, count


def test_damaged_vectors_of_the_shipped_formats() -> None:
    served = set()
    for number, (struct, octets) in enumerate(VECTORS):
        data, chance = bytes.fromhex(octets), random.Random(number)
        if compared(struct, "parse", data) is None:
            continue
        served.add(struct.__name__)
        kinds = {whole.ok for _ in range(60) if (whole := compared(struct, "parse", damaged(data, chance))) is not None}
        assert False in kinds
        for end in range(len(data)):
            compared(struct, "parse", data[:end])
    assert served >= {"Ethernet", "VLAN", "IPv4", "UDP", "TCP", "ARP"}, served
