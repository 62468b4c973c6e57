"""Conditions that must hold: `check()` in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bitwright.ir.builder import Builder
from bitwright.ir.ops import Reg
from bitwright.lower.expressions import Path, Values, expanded, refs_of
from bitwright.schema import spec
from bitwright.schema.expr import FieldRef

Place = tuple[Reg, int]  # a byte, and the bit in it


def fail_unless(
    builder: Builder, values: Values, field: spec.FieldSpec, wire: spec.CheckType, places: dict[str, Place] | None, start: Place,
    explicit: Mapping[Path, Reg],
) -> None:  # fmt: skip
    """Fail where the condition does not hold: at the last of the fields that it reads, of which `places` says where they lie.

    While a message is built nothing has a place yet, so `places` is None.  `explicit` says which derived fields were given:
    those are the caller's to get wrong, as everywhere, so a condition that reads one of them does not hold the message up.
    """
    refs = refs_of(expanded(wire.condition, values.made))
    wrong = builder.is_not(values.lower(wire.condition, field.location))
    for ref in refs:
        meant = explicit.get(tuple(ref.split(".")))
        if meant is not None:
            wrong = builder.bin("and", wrong, builder.is_not(meant))
    read = {ref.partition(".")[0] for ref in refs}
    name = next((f.name for f in reversed(values.made.fields) if f.name in read), "")
    at, phase = start if places is None else places.get(name, start)
    message = wire.message.replace("{", "{{").replace("}", "}}")
    more: dict[str, Any] = {"refs": refs, "field": name, "phase": phase, "location": field.location}
    if places is None:
        numbers = tuple(values.lower(FieldRef(tuple(ref.split("."))), field.location) for ref in refs)
        builder.fail_if(wrong, "check", message, numbers, **more)
    else:
        builder.fail_if(wrong, "check", message, at=at, **more)
