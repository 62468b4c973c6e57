"""Every certificate is held to its word, on generated formats and on mutants of their messages.

"canonical": what was parsed is built byte for byte.  "lossless": the same with `keep=True`.  That each reason of a loss is real,
`tests/test_certificate.py` shows by inputs.
"""

from __future__ import annotations

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from bitwright import ParseError, Struct, kept
from tests.engines.agreement import ENGINES, agreed, outcome
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import drawn, thorough

PLACES = st.integers(0, 1 << 30)
CHANGES = st.sampled_from([0, 1, 2, 0x7F, 0x80, 0xC0, 0xFE, 0xFF])


def mutants(raw_: bytes, data: st.DataObject) -> list[bytes]:
    """The message, and some in which a byte or two are others."""
    found = [raw_]
    for _ in range(10 if raw_ else 0):
        changed = bytearray(raw_)
        for _ in range(data.draw(st.integers(1, 2))):
            changed[data.draw(PLACES) % len(changed)] ^= data.draw(CHANGES)
        found.append(bytes(changed))
    return found


def hold(struct: type[Struct], wire: bytes, params: dict[str, Any]) -> None:
    """Parse and build as the certificate allows; the bytes must be the same."""
    certificate = struct.certificate()
    plain = agreed(struct, "parse", wire, **params)
    for engine in ENGINES:
        codec = struct.codec(engine)
        try:
            value = codec.parse(wire, keep=True, **params)
        except ParseError as error:
            assert not plain.ok
            assert str(error) == plain.error[-1]
            continue
        assert plain.ok
        assert (value == plain.value) == (codec.parse(wire, **params) == plain.value)  # no NaN equals another
        assert repr(value) == repr(plain.value)
        if certificate.kind != "lossy":
            assert codec.build(value, **params) == wire, f"{certificate}\n{wire.hex()} with keep"
        if certificate.kind == "canonical":
            assert codec.build(plain.value, **params) == wire, f"{wire.hex()} without keep"
            assert not kept.table_of(value)
        if certificate.kind != "lossy":
            again = outcome(lambda codec=codec: codec.build(plain.value, **params))  # type: ignore[misc]
            event(f"{certificate.kind}, {'the same' if again.value == wire else 'lost without keep'}")  # or does not fit where it lay


@thorough(150)
@given(formats(), st.data())
def test_certificates_hold(form: Format, data: st.DataObject) -> None:
    struct, _, params, wire = drawn(form, data)
    for mutant in mutants(wire, data):
        hold(struct, mutant, params)
