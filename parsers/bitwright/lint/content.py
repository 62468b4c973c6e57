"""Rules about checksums, text and terminators."""

from __future__ import annotations

from collections.abc import Iterator

from bitwright.lint.advice import Remark
from bitwright.lint.places import Place, fields_of
from bitwright.lint.sizes import Sizes
from bitwright.schema import spec
from bitwright.schema.expr import Node, show

_PROBES = (b"", b"123456789", bytes(64), b"\xff" * 64, bytes(range(256)))


def checksum_spans(place: Place) -> Iterator[Remark]:
    """A checksum that covers a part of itself: a few of its bytes count as zero, the others as they are."""
    wire = place.wire
    if not isinstance(wire, spec.ChecksumType) or not isinstance(wire.over, Node):
        return
    before, sizes = 0, Sizes()
    for field, view in fields_of(place.made):
        if field is place.field:
            break
        fixed = sizes.of(field.type, view).fixed
        if fixed is None:
            return
        before += fixed
    low, high = place.view.range(wire.over)
    begin, end = before // 8, (before + wire.inner.width) // 8
    if begin < high < end or begin < low < end:
        covered = str(low) if low == high else f"{low} to {high}"
        yield Remark(
            "checksum-span", f"covers {covered} bytes, `{show(wire.over)}`, but lies in bytes {begin} to {end - 1}",
            "cover it whole, so that its bytes count as zero, or end before it",
        )  # fmt: skip


def checksum_widths(place: Place) -> Iterator[Remark]:
    """An algorithm that gives more than the field holds."""
    wire = place.wire
    if isinstance(wire, spec.ChecksumType):
        widest = max(int(wire.algorithm(probe)).bit_length() for probe in _PROBES)
        if widest > wire.inner.width:
            name = getattr(wire.algorithm, "__name__", "the algorithm")
            message = f"{name} gives {widest} bits, the field has {wire.inner.width}"
            yield Remark("checksum-width", message, "widen the field, or take the algorithm that it is for")


def terminators(place: Place) -> Iterator[Remark]:
    """A terminator that is a part of other characters, so that a text cannot be written or is cut when read."""
    wire = place.wire
    if not isinstance(wire, spec.TextType) or not wire.terminator:
        return
    try:
        end = wire.terminator.decode(wire.encoding)
    except UnicodeError:
        end = ""
    for character in map(chr, range(0x20, 0x10000)):
        if character not in end and wire.terminator in _form(character, wire.encoding):
            yield Remark(
                "terminator-in-text", f"its terminator {wire.terminator!r} is also a part of {character!r} in {wire.encoding}",
                "give it a size= or a prefix=, or an encoding in which the terminator is nothing else",
            )  # fmt: skip
            return


def _form(character: str, encoding: str) -> bytes:
    try:
        return character.encode(encoding)
    except UnicodeError:
        return b""
