"""The same layouts in bitwright, construct and bitstring: the same values, the same bytes.

`BITWRIGHT_LAYOUTS` is how many layouts are made (500 unless given), each with twenty values and twenty damaged inputs.
Differences that are allowed, in damaged input: construct's GreedyRange stops silently at an element that is cut off, and
its VarInt reads numbers of any width; bitwright refuses both.
"""

from __future__ import annotations

import os
import random
from typing import Any

import bitstring
import pytest

from bitwright import ParseError, Struct
from tests.engines.agreement import agreed
from tests.peers.layouts import Layout, Values, construct, flat, layout, nested

LAYOUTS = int(os.environ.get("BITWRIGHT_LAYOUTS", "500"))
VALUES = 20
BATCH = 50


def declared(made: Layout) -> Any:
    """The class."""
    names: dict[str, Any] = {"__name__": "layout"}
    exec("from bitwright import *", names)
    exec(compile("from __future__ import annotations\n" + made.source, "layout.py", "exec", dont_inherit=True), names)
    return names["Made"]


def told(value: Struct, made: Layout) -> Values:
    """What bitwright read, by name."""
    return {name: getattr(value, name) for name in made.names}


@pytest.mark.parametrize("first", range(0, LAYOUTS, BATCH))
def test_values_and_bytes_are_the_same(first: int) -> None:
    for seed in range(first, first + BATCH):
        made = layout(seed)
        struct, rng = declared(made), random.Random(-seed)
        for _ in range(VALUES):
            values = made.make(rng)
            data = struct(**values).build()
            assert data == made.peer.build(nested(values)), (made.source, values)
            found = struct.parse(data)
            assert told(found, made) == {name: flat(made.peer.parse(data)).get(name) for name in made.names}, (made.source, data)
            assert all(told(found, made)[name] == value for name, value in values.items())
            if made.tokens is not None and data:
                read = list(bitstring.Bits(data).unpack(list(made.tokens)))
                numbers = list(told(found, made).values())
                assert read == numbers, (made.source, data)
                assert bitstring.pack(", ".join(made.tokens), *numbers).bytes == data


@pytest.mark.parametrize("first", range(0, LAYOUTS, BATCH * 5))
def test_what_one_refuses_the_other_refuses(first: int) -> None:
    """Damaged inputs: both read the same, or both refuse."""
    for seed in range(first, first + BATCH):
        made = layout(seed)
        struct, rng = declared(made), random.Random(seed)
        for _ in range(VALUES):
            data = bytearray(struct(**made.make(rng)).build())
            for _ in range(rng.randint(0, 2)):
                if data:
                    data[rng.randrange(len(data))] = rng.choice([0, 1, 255, rng.randrange(256)])
            damaged = bytes(data[: rng.randint(0, len(data))] if rng.random() < 0.4 else data)
            ours = agreed(struct, "parse_prefix", damaged)
            theirs = read_by_construct(made, damaged)
            if theirs is None:
                assert not ours.ok, (made.source, damaged)
                continue
            if not ours.ok:
                assert allowed(made, ours.problem), (made.source, damaged, ours.error, theirs)
                continue
            read = {name: theirs.get(name) for name in made.names}
            assert comparable(told(ours.value[0], made)) == comparable(read), (made.source, damaged)


def comparable(values: Values) -> Values:
    """The values, NaN as text, since it equals nothing."""
    return {name: "NaN" if value != value else value for name, value in values.items()}  # noqa: PLR0124  # only NaN differs from itself


def read_by_construct(made: Layout, data: bytes) -> Values | None:
    """Its values; None where it refuses."""
    try:
        return flat(made.peer.parse(data))
    except (construct.ConstructError, UnicodeDecodeError):
        return None


def allowed(made: Layout, problem: Any) -> bool:
    """Where bitwright refuses and construct does not."""
    if problem.code == "varint":
        return True
    return problem.path.startswith("last[") and "array(u16())" in made.source and problem.code == "truncated"


def test_a_damaged_message_is_a_typed_error() -> None:
    struct = declared(layout(1))
    with pytest.raises(ParseError):
        struct.parse(b"")
