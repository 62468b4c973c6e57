"""Parts of random formats: conditions that must hold."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from tests.engines.formats import Body, Making


def stated(body: Body) -> None:
    """A condition over an earlier number: one that always holds but narrows it, or one that a message rarely breaks."""
    usable = [k for k in body.known if not k.signed and not k.flag]
    if not usable:
        return
    known, other = (body.draw(st.sampled_from(usable)) for _ in range(2))
    limit = body.draw(st.integers(0, (1 << known.width) - 1))
    kind = body.draw(st.sampled_from(["below", "not", "both"])) if known.width > 1 else "below"
    said = {
        "below": f"{known.name} <= {(1 << known.width) - 1}",
        "not": f"{known.name} != {limit}",
        "both": f"({known.name} >= 0) & (({known.name} < {limit}) | ({other.name} + {known.name} >= {limit}) | ({known.name} == {limit}))",
    }[kind]

    def make(making: Making) -> None:
        if kind == "not":
            assume(making.numbers[known.name] != limit)

    body.lines.append(f'check({said}, "{known.name} is {{not}} as it should be")')
    body.makers.append(make)
