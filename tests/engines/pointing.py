"""Parts of random formats: what lies at an offset, from every base, there or not, with or without a direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.engines.formats import Body, Making
from tests.engines.numbers import word

Inner = tuple[str, str, Callable[[Making], Any]]  # what to declare, its annotation, how to make a value


def elsewhere(body: Body, inner: Callable[[Body], Inner]) -> None:
    """Something behind the inline part, at an offset that is derived."""
    body.to_byte()
    offset, name = body.name("offset"), body.name("there")
    body.declare(offset, "int", f"auto({word(body, 16)})")
    body.moved(16)
    presence = body.draw(st.sampled_from(["always", "always", "not null", "flag"]))
    if presence == "flag":
        there = body.name("has")
        body.declare(there, "bool", "auto(flag())")
        body.moved(1)
        body.to_byte()
    said, annotation, make = inner(body)
    base = body.draw(st.sampled_from(["origin", "origin", "self", "here"]))
    scale = body.draw(st.sampled_from([1, 1, 1, 2, 4])) if base != "here" else 1
    direction = body.draw(st.sampled_from(["", "", ', direction="forward"']))
    align = scale * body.draw(st.sampled_from([1, 1, 2]))
    ways = [f"{offset} - 3"] if base == "here" else [offset, f"{offset} + 1", f"{offset} - 3"]  # what lies here would have the offset 0
    place = f"{offset} * {scale}" if scale > 1 else body.draw(st.sampled_from(ways))
    pointer = f'at({place}, {said}, base="{base}"{direction}{f", align={align}" if align > 1 else ""})'
    if presence == "always":
        body.declare(name, annotation, pointer, lambda m: m.given.update({name: make(m)}))
    else:
        condition = there if presence == "flag" else f"{offset} != 0"

        def perhaps(making: Making) -> None:
            if making.draw(st.booleans()):
                making.given[name] = make(making)

        body.declare(name, f"{annotation} | None", f"when({condition}, {pointer})", perhaps)
    body.points = True


def shared(body: Body) -> None:
    """Numbers at the same given place, far behind everything: in a struct that holds no others, which might reach as far."""
    if body.level or body.extended:
        return
    body.to_byte()
    offset, name, again = body.name("offset"), body.name("there"), body.name("again")
    value, body.module.serial = st.integers(0, 0xFFFF), body.module.serial + 1
    place = 1000 + 8 * body.module.serial

    def make(making: Making) -> None:
        making.given[name] = making.given[again] = making.draw(value)
        making.given[offset] = place

    body.declare(offset, "int", word(body, 16))
    body.moved(16)
    body.declare(name, "int", f'at({offset}, u16(), base="self")')
    body.declare(again, "int", f'at({offset}, u16(), base="self")', make)
    body.points = True
