"""Integers as Elixir matches and builds them: the vectors of its own matcher whose segments are numbers of 1 to 64 bits.

Each pattern becomes a struct: `<<a::3, b::little-signed-12, c::size(4)-unit(4)>>`.  What the matcher does not match because of
the size, parsing refuses; the values must be the same, and building must give the bits back.
"""

from __future__ import annotations

import json
import re
import types
from pathlib import Path
from typing import Any

import pytest

from bitwright import Struct, bits, pad
from tests.engines.agreement import agreed, built

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "bitsyntax.json"
SEGMENT = re.compile(r"([a-z_]\w*)(?:::([\w()-]+))?")
SIZE = re.compile(r"(?:size\()?(\d+)\)?")
UNIT = re.compile(r"unit\((\d+)\)")
WORDS = {"integer", "little", "big", "native", "signed", "unsigned"}


def segments(pattern: str) -> list[tuple[str, int, bool, str]] | None:
    """Name, width, signed, order of each segment; None if the pattern says anything else than numbers that a field can hold."""
    inner = re.fullmatch(r"<<(.*)>>", pattern)
    found = []
    for said in inner[1].split(", ") if inner and inner[1] else [""]:
        segment = SEGMENT.fullmatch(said)
        if segment is None:
            return None
        width, unit, order, signed = 8, 1, "big", False
        for word in (segment[2] or "integer").split("-"):
            if size := SIZE.fullmatch(word):
                width = int(size[1])
            elif times := UNIT.fullmatch(word):
                unit = int(times[1])
            elif word in WORDS:
                order = "little" if word in ("little", "native") else order
                signed = signed or word == "signed"
            else:
                return None
        if not 1 <= width * unit <= 64 or segment[1] == "_":
            return None
        found.append((segment[1], width * unit, signed, order))
    names = [name for name, *_ in found]
    return found if len(set(names)) == len(names) else None


def declared(layout: list[tuple[str, int, bool, str]]) -> Any:
    """The struct, filled up to whole bytes."""

    def body(namespace: dict[str, Any]) -> None:
        namespace["__annotations__"] = {f"f_{name}": int for name, *_ in layout}
        for name, width, signed, order in layout:
            namespace[f"f_{name}"] = bits(width, signed=signed, endian=order)  # type: ignore[call-overload]  # big or little
        gap = -sum(width for _, width, _, _ in layout) % 8
        if gap:
            namespace["_gap"] = pad(bits=gap)

    return types.new_class("Pattern", (Struct,), {}, body)


def vectors(kind: str) -> list[Any]:
    if not VECTORS.exists():
        return [pytest.param(None, id="none", marks=pytest.mark.skip(reason=f"{VECTORS} is not there"))]
    chosen = json.loads(VECTORS.read_text())[kind]
    key = "pattern" if kind == "match" else "template"
    usable = [v for v in chosen if not v.get("guard") and not v.get("bindings_in") and segments(v[key]) is not None]
    usable = [v for v in usable if v["result"] != "error" and ("input_bits" in v or "output_bits" in v)]
    assert len(usable) > (60 if kind == "match" else 20), len(usable)
    return [pytest.param(v, id=v["id"]) for v in usable]


@pytest.mark.parametrize("vector", vectors("match"))
def test_matched_as_elixir_does(vector: Any) -> None:
    layout = segments(vector["pattern"])
    assert layout is not None
    struct, data = declared(layout), bytes.fromhex(vector["input_hex"])
    if vector["result"] == "match":
        found = agreed(struct, "parse", data)
        assert {name: getattr(found.value, f"f_{name}") for name, *_ in layout if not name.startswith("_")} == vector["bindings_out"]
        assert built(found.value) == data
    else:
        assert vector["input_bits"] != sum(width for _, width, _, _ in layout), "numbers fail to match only by their size"


@pytest.mark.parametrize("vector", vectors("construct"))
def test_built_as_elixir_does(vector: Any) -> None:
    layout = segments(vector["template"])
    assert layout is not None
    values = {}
    for name, width, signed, _ in layout:
        number = vector["values"][name]
        if not isinstance(number, int):
            pytest.skip("built from something else than numbers")
        low = number & (1 << width) - 1  # Elixir cuts off what does not fit; a field refuses it
        values[f"f_{name}"] = low - (1 << width) if signed and low >> (width - 1) else low
    assert built(declared(layout)(**values)).hex() == vector["output_hex"]
