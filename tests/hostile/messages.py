"""Valid messages of every shipped spec and of formats made to be attacked: what the classes of bad input begin from."""

from __future__ import annotations

import dataclasses
import functools
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from bitwright import (
    OpenEnum,
    Struct,
    align,
    array,
    auto,
    bits,
    capture,
    checksum,
    const,
    domain_name,
    flag,
    nested,
    raw,
    stack,
    text,
    u8,
    u16,
    u24,
    u32,
    variant,
    when,
)
from bitwright.checksum import crc32
from bitwright.ir.interp import Span
from bitwright.schema import spec

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


class Kind(OpenEnum):
    """A tag with gaps."""

    TEXT = 1
    LIST = 2
    NUMBER = 7


class Part(Struct):
    """What a TLV may hold."""


class TextPart(Part, tag=Kind.TEXT):
    """Text after a length of its own."""

    words: str = text(prefix=u8())


class ListPart(Part, tag=Kind.LIST):
    """Counted numbers."""

    count: int = auto(u16())
    numbers: list[int] = array(u24(), count=count)


class NumberPart(Part, tag=Kind.NUMBER):
    """Bits that fill no byte alone."""

    high: int = bits(3)
    low: int = bits(13)


class TLV(Struct):
    """A tag, a length, and a region that its part must fill."""

    kind: Kind = auto(u8(Kind))
    length: int = auto(u16())
    part: Part = variant(Part, on=kind, size=length)


class Frame(Struct):
    """Most of the vocabulary in one message."""

    magic: bytes = const(raw(size=2), b"bw")
    version: int = bits(4, default=1)
    more: bool = auto(flag())
    spare: int = bits(3, default=0)
    size: int = auto(u16())
    parts: list[TLV] = array(TLV, size=size)
    name: str = text(terminator=b"\0")
    _gap = align(4)
    host: str = domain_name()
    extra: int | None = when(more, u32())
    body_size: int = auto(u32())
    body: bytes = raw(size=body_size)
    sum: int = checksum(u32(), crc32)


class Outer(Struct):
    """A length around a message."""

    length: int = auto(u16())
    frame: Frame = nested(Frame, size=length)


@dataclasses.dataclass(frozen=True)
class Sample:
    """A message: the name of its spec, the class, the bytes, and the parameters that reading takes."""

    name: str
    struct: type[Struct]
    data: bytes

    @property
    def spans(self) -> list[Span]:
        """Where each field lies."""
        codec: Any = self.struct.codec("interp")
        found: list[Span] = codec.trace(self.data)[2]
        return found


def frame() -> Frame:
    """A frame with something in every field."""
    parts = [
        TLV(part=TextPart(words="café")),
        TLV(part=ListPart(numbers=[1, 2, 0xFFFFFF])),
        TLV(part=NumberPart(high=5, low=0x1234 & 0x1FFF)),
    ]
    return Frame(parts=parts, name="abc", host="www.example.com.", extra=7, body=b"the body")


@functools.cache
def samples() -> tuple[Sample, ...]:
    """A few messages of each spec that the project's captures hold, and the made ones; each is read wholly."""
    found = {("frame", frame().build()): Frame, ("outer", Outer(frame=frame()).build()): Outer}
    found["tlv", TLV(part=ListPart(numbers=[9])).build()] = TLV
    specs = {point.name: point.load() for point in entry_points(group="bitwright.specs")}
    walker = stack.Walker(stack.load_standard())
    for path in sorted(SAMPLES.glob("*.pcap*")):
        with capture.open(path) as packets:
            for packet in packets:
                for layer in walker.decode(packet).layers:
                    if layer.value is not None and layer.name in specs and sum(1 for name, _ in found if name == layer.name) < 4:
                        found[layer.name, layer.value.build()] = specs[layer.name]
    return tuple(Sample(name, struct, data) for (name, data), struct in found.items() if _whole(struct, data))


def _whole(struct: Any, data: bytes) -> bool:
    try:
        struct.parse(data)
    except ValueError:
        return False
    return True


def derived(struct: type) -> set[str]:
    """The names of a struct's derived numbers: lengths, counts, tags, flags."""
    return {field.name for field in spec.spec_of(struct).fields if field.auto and isinstance(field.type, spec.IntType)}
