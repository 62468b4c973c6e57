"""What every test of a spec does with a vector: read it, write it back, cut it off at each byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import pytest

from bitwright import BuildError, ParseError, Struct

CAPTURES = Path(__file__).parents[3] / "shared" / "captures"

S = TypeVar("S", bound=Struct)


class Wire:
    """One engine, with the other beside it to compare errors."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.other = "interp" if engine == "python" else "python"

    def read(self, struct: type[S], data: str | bytes, **parameters: Any) -> S:
        """The value of a vector; building gives the vector again, and so does building with derived fields left out."""
        octets = bytes.fromhex(data) if isinstance(data, str) else data
        value = self.parse(struct, octets, **parameters)
        codec = struct.codec(self.engine)
        assert codec.build(value, **parameters) == octets
        derived = value.relaxed()
        assert codec.build(derived, **parameters) == octets
        assert codec.resolved(derived, **parameters) == value
        return value

    def parse(self, struct: type[S], data: str | bytes, **parameters: Any) -> S:
        """The value alone, for vectors whose derived fields are not what building would give."""
        octets = bytes.fromhex(data) if isinstance(data, str) else data
        value = struct.codec(self.engine).parse(octets, **parameters)
        assert isinstance(value, struct)
        assert struct.codec(self.engine).build(value, **parameters) == octets
        return value

    def layer(self, struct: type[S], data: str | bytes) -> tuple[S, int]:
        """The value and the announced size, as the walk over a packet's layers reads it."""
        octets = bytes.fromhex(data) if isinstance(data, str) else data
        value, used = struct.codec(self.engine).parse_layer(octets)
        assert isinstance(value, struct)
        return value, used

    def build(self, value: Struct, **parameters: Any) -> bytes:
        """The bytes of a value; parsing them gives the value with everything derived filled in."""
        codec = type(value).codec(self.engine)
        octets: bytes = codec.build(value, **parameters)
        assert codec.parse(octets, **parameters) == codec.resolved(value, **parameters)
        return octets

    def codes(self, struct: type[Struct], data: str | bytes, **parameters: Any) -> list[tuple[str, str]]:
        """Code and path of every finding."""
        octets = bytes.fromhex(data) if isinstance(data, str) else data
        _, findings = struct.codec(self.engine).check(octets, **parameters)
        return [(finding.code, finding.path) for finding in findings]

    def refuse(self, struct: type[Struct], data: str | bytes, **parameters: Any) -> ParseError:
        """The error of bytes that do not fit; the other engine must raise the same one."""
        octets = bytes.fromhex(data) if isinstance(data, str) else data
        with pytest.raises(ParseError) as raised:
            struct.codec(self.engine).parse(octets, **parameters)
        with pytest.raises(ParseError) as beside:
            struct.codec(self.other).parse(octets, **parameters)
        assert str(raised.value) == str(beside.value)
        return raised.value

    def unbuildable(self, value: Struct) -> BuildError:
        """The error of a value that cannot be written; the other engine must raise the same one."""
        with pytest.raises(BuildError) as raised:
            type(value).codec(self.engine).build(value)
        with pytest.raises(BuildError) as beside:
            type(value).codec(self.other).build(value)
        assert str(raised.value) == str(beside.value)
        return raised.value

    def cut(self, struct: type[Struct], data: str | bytes, *, fixed: int | None = None) -> None:
        """Every prefix is refused with an offset inside it; from `fixed` bytes on the payload may simply be shorter."""
        octets = bytes.fromhex(data) if isinstance(data, str) else data
        for size in range(len(octets) if fixed is None else fixed):
            error = self.refuse(struct, octets[:size])
            assert error.byte_offset is not None
            assert 0 <= error.byte_offset <= size
