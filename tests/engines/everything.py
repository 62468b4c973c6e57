"""All that can be done with a class and a message: streams, pictures, certificates, parts, copies, plain data."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from bitstring import Bits
from hypothesis import strategies as st

from bitwright import DeclarationError, Struct
from bitwright.lint import lint
from bitwright.stream import Stream
from tests.engines.agreement import ENGINES, agreed, alike, outcome
from tests.engines.test_certificates import hold
from tests.engines.test_projections import compare, paths_of
from tests.engines.test_streams import feed_bytewise
from tests.test_html import Reader

Draw = Callable[[st.SearchStrategy[Any]], Any]


def refusal(struct: Any, engine: str, direction: str) -> str | None:
    """Why a format cannot be compiled; it names a line of the declaration."""
    try:
        struct.codec(engine).optimized(direction)
    except DeclarationError as error:
        assert error.declaration is not None
        assert error.declaration.file in ("wild.py", "common.py")
        return str(error)
    return None


def everything(struct: type[Struct], inputs: list[bytes], draw: Draw) -> bool:
    """Do all of it, on both engines; whether the format can be compiled."""
    refusals = [refusal(struct, engine, direction) for engine in ENGINES for direction in ("parse", "build", "resolve")]
    assert refusals == refusals[:3] * len(ENGINES)
    described(struct)
    if refusals[0] is not None:
        return False
    params = {"endian": "big"} if struct.__bitwright__.order == "inherit" else {}
    for data in inputs:
        streamed(struct, data, params)
        dumped(struct, data, params)
        found = agreed(struct, "parse", data, **params)
        agreed(struct, "parse", data, strict=True, **params)
        agreed(struct, "parse_layer", data, **params)
        first = agreed(struct, "parse_prefix", data, **params)
        if found.ok:
            part_of(struct, data, found.value, params, draw)
            as_pattern(struct, data, found.value)
        if first.ok:
            used(struct, first.value[0], params, may_build=refusals[1] is None)
            if refusals[1] is None:
                hold(struct, data[: first.value[1]], params)
    return True


def described(struct: type[Struct]) -> None:
    """What is said about the format alone."""
    assert str(struct.certificate())
    assert isinstance(lint(struct), list)
    assert max(map(len, struct.diagram().splitlines()), default=0) <= 100
    ET.fromstring(struct.diagram(format="svg"))
    assert struct.explain()


def as_pattern(struct: type[Struct], data: bytes, whole: Struct) -> None:
    """The pattern of the class, if there is one, matches what the class reads, but for floats that are no numbers."""
    try:
        pattern = struct.pattern()
    except DeclarationError as error:
        assert error.problem.path
        return
    values = {name: getattr(whole, name) for name in type(whole).__match_args__}
    if pattern.free or any(isinstance(value, float) and not math.isfinite(value) for value in values.values()):
        return
    for engine in ENGINES:
        found = pattern.on(engine).match(data)
        assert found is not None, pattern
        assert all(values[name] == value for name, value in found.items() if not isinstance(values[name], Bits)), pattern


def streamed(struct: type[Struct], data: bytes, params: dict[str, Any]) -> None:
    """Byte by byte, where the format can be read so: its messages have bytes, and where each ends is known as they arrive."""
    if outcome(lambda: struct.codec("interp").parse_prefix(b"", **params)).ok:
        return
    try:
        Stream(struct.codec("interp"), 1 << 16, **params)
    except DeclarationError as error:
        assert "stream" in str(error) or "still arriving" in str(error)
        return
    feed_bytewise(struct, data, params)


def dumped(struct: type[Struct], data: bytes, params: dict[str, Any]) -> None:
    """Hexdump and explanation of any bytes."""
    assert struct.hexdump(data, **params) or not data
    assert struct.explain(data, **params)


def part_of(struct: type[Struct], data: bytes, whole: Struct, params: dict[str, Any], draw: Draw) -> None:
    """Some fields of a message; that an arm does not fit, a part of it does not show."""
    if any(finding.code == "malformed" for finding in struct.check(data, **params)[1]):
        return
    only = tuple(paths_of(struct, whole, draw))
    found = agreed(struct, "parse", data, only=only, **params)
    assert found.ok, (only, found.error)
    compare(found.value, whole, {tuple(path.split(".")) for path in only}, outermost=True)


def used(struct: type[Struct], value: Struct, params: dict[str, Any], *, may_build: bool) -> None:
    """Copies, changes, plain data, pictures of a message that was read."""
    Reader(value._repr_html_())
    for other in (copy.copy(value), copy.deepcopy(value), value.replace()):
        assert repr(other) == repr(value)
        assert alike(other, value)
    plain = value.to_dict()
    back = struct.from_json(value.to_json())
    assert repr(back) == repr(value), plain
    assert alike(back, value)
    again = struct.from_dict(plain)
    assert repr(again) == repr(value)
    assert alike(again, value)
    if may_build:
        wire = agreed(struct, "build", value, **params)
        if not wire.ok:  # names and numbers that are written otherwise than they were can be longer than the place they are pointed to
            assert wire.problem.code == "overlap", (value, wire.error)
            assert struct.certificate().kind != "canonical"
            return
        buffer = bytearray(len(wire.value))
        assert value.build_into(buffer, **params) == len(buffer)
        assert buffer == wire.value
        agreed(struct, "resolved", value.relaxed(), **params)
