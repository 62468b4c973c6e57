"""parse(only=...) of random formats: what is asked for is as in the whole, everything else is skipped, on every engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from bitwright import SKIPPED, BuildError, Struct
from tests.engines.agreement import agreed, outcome
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import drawn, thorough


def paths_of(struct: type[Struct], value: Struct, draw: Any, depth: int = 0) -> list[str]:
    """Some paths into a message, perhaps into the structs that it holds."""
    found = []
    for name in struct.__match_args__:
        if not draw(st.booleans()):
            continue
        held = getattr(value, name)
        inner = held[0] if isinstance(held, list) and held else held
        if isinstance(inner, Struct) and type(inner).__match_args__ and depth < 3 and draw(st.booleans()):
            found += [f"{name}.{path}" for path in paths_of(type(inner), inner, draw, depth + 1)]
        else:
            found.append(name)
    return found


def compare(part: Any, whole: Any, asked: set[tuple[str, ...]], *, outermost: bool = False) -> bool:
    """Demand that a part is what the whole has there; whether anything is skipped."""
    if () in asked:
        assert repr(part) == repr(whole)
        return False
    if not asked and not outermost:
        assert part is SKIPPED
        return True
    if isinstance(whole, list):
        assert len(part) == len(whole)
        found = [compare(one, other, asked) for one, other in zip(part, whole, strict=True)]  # all of them, so no generator
        return any(found)
    if whole is None:
        assert part is None
        return False
    assert type(part) is type(whole)
    found = [
        compare(getattr(part, name), getattr(whole, name), {path[1:] for path in asked if path[0] == name})
        for name in type(whole).__match_args__
    ]  # fmt: skip
    return any(found)


@thorough(60)
@given(formats(), st.data())
def test_a_part_is_the_same_part_of_the_whole(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    whole = struct.parse(raw, **params)
    for _ in range(4):
        only = tuple(paths_of(struct, whole, data.draw))
        found = agreed(struct, "parse", raw, only=only, **params)
        assert found.ok, (only, found.error)
        assert outcome(lambda only=only: struct.parse(raw, only=only, **params)).same(found)  # type: ignore[misc]
        skips = compare(found.value, whole, {tuple(path.split(".")) for path in only}, outermost=True)
        event(f"skips: {skips}")
        if skips:
            built = agreed(struct, "build", found.value, **params)
            assert not built.ok, only
            assert isinstance(built.problem.path, str)


@thorough(40)
@given(formats(), st.data())
def test_nothing_behind_the_last_field_is_read(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    assume(struct.__match_args__ and raw)
    first = struct.__match_args__[0]
    for end in range(len(raw)):
        found = agreed(struct, "parse", raw[:end], only=(first,), **params)
        if found.ok:
            mutant = raw[:end] + bytes(byte ^ 0xFF for byte in raw[end:])
            again = agreed(struct, "parse", mutant, only=(first,), **params)
            if again.ok:
                event("read from a part of the bytes")


@thorough(40)
@given(formats(), st.data())
def test_damaged_messages(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    whole = struct.parse(raw, **params)
    only = tuple(paths_of(struct, whole, data.draw))
    for _ in range(8 if raw else 0):
        place, value = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(1, 255))
        mutant = (raw[:place] + bytes((raw[place] ^ value,)) + raw[place + 1 :])[: data.draw(st.integers(0, len(raw)))]
        part, all_of_it = agreed(struct, "parse", mutant, only=only, **params), agreed(struct, "parse_prefix", mutant, **params)
        assert part.ok or not all_of_it.ok, (only, mutant, part.error)


def test_building_what_was_skipped_names_the_field(engine: str) -> None:
    from tests.test_streams import Chunk

    part = Chunk.codec(engine).parse(b"BW\0\1a\0", only=("length", "magic", "trailer"))
    with pytest.raises(BuildError, match=r"Chunk.body: takes bytes, not SKIPPED: it was left out") as caught:
        part.codec(engine).build(part)
    assert caught.value.path == "body"
