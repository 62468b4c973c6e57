"""Many inputs to many formats of the whole vocabulary: 100 inputs to each of 200 formats are 20,000 pairs.

`BITWRIGHT_EXAMPLES=50 pytest tests/engines/test_pairs.py` is the long run of a million; its last result is in `fuzz/README.md`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from tests.engines.agreement import agreed, built, given_back
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import thorough

INPUTS = 100
BYTES = (0, 0, 1, 2, 3, 4, 5, 8, 0x20, 0x3F, 0x40, 0x61, 0x7F, 0x80, 0x81, 0xC0, 0xFE, 0xFF)


def damaged(raw: bytes, rng: random.Random) -> Iterator[bytes]:
    """Inputs that are near a message, and some that are not."""
    while True:
        kind = rng.randrange(8)
        data = bytearray(raw)
        if kind == 0 or not data:
            yield rng.randbytes(rng.randint(0, 24))
            continue
        if kind == 1:
            yield bytes(rng.choices(BYTES, k=rng.randint(0, 24)))
            continue
        for _ in range(rng.randint(1, 3)):
            if not data:
                break
            place = rng.randrange(len(data))
            match rng.randrange(6):
                case 0:
                    del data[place:]
                case 1:
                    del data[place]
                case 2:
                    data.insert(place, rng.choice(BYTES))
                case 3:
                    data[place] ^= 1 << rng.randrange(8)
                case 4:
                    data[place] = rng.choice(BYTES)
                case _:
                    data += rng.randbytes(rng.randint(1, 4))
        yield bytes(data)


# Not made smaller when one fails: each step would compile a format and compare a hundred inputs; the message says which input it was.
@settings(parent=thorough(200), phases=[Phase.generate])
@given(formats(), st.data(), st.integers(0, 2**32))
def test_a_hundred_inputs_to_a_format(form: Format, data: st.DataObject, seed: int) -> None:
    message, params = form.message(data.draw)
    struct, raw, rng = type(message), built(message, **params), random.Random(seed)
    inputs, accepted = damaged(raw, rng), 0
    for at in range(INPUTS):
        candidate = next(inputs)
        method = "parse" if at % 3 else "parse_prefix"
        found = agreed(struct, method, candidate, **params)
        accepted += found.ok
        if found.ok and at % 4 == 0:
            again = agreed(struct, "build", found.value if method == "parse" else found.value[0], **params)
            if not again.ok and again.problem.code == "overlap":
                # Blocks that share bytes, some of which are padding to one of them: from the value alone zeros are written there.
                given_back(struct, method, candidate, **params)
                continue
            assert again.ok, (candidate.hex(), found.value, again.error)
    event(f"{accepted // 20 * 20} or more of {INPUTS} are messages")
