"""Values without fields of their own: numbers, floats, runs of bits, bytes, text, names, what codecs make."""

from __future__ import annotations

import contextlib
import struct
from typing import TYPE_CHECKING, Any, Final

from bitwright.errors import Fault
from bitwright.field_codec import Cursor, Transform
from bitwright.schema import spec
from bitwright.testing.draw import Draw
from bitwright.testing.generating.frame import Frame, GenerationError, Made, Region, Stuck, typed, unknowns
from bitwright.testing.generating.solving import is_closed, members
from bitwright.testing.numbers import bounds_of
from bitwright.values import Address
from bitwright.wire.areas import check_fitting, check_terminated
from bitwright.wire.bitstrings import bits_at
from bitwright.wire.names import MAX_LABEL, MAX_NAME, label_text
from bitwright.wire.varints import size_of_varint

if TYPE_CHECKING:
    from bitwright.testing.generating.maker import Maker

LETTERS: Final = "abcxyzABC019 -._é\u4e2d\U0001f600"
TRIES: Final = 40
LABELS: Final = (b"com", b"www", b"example", b"EXAMPLE", b"_tcp", b"*", b"a.b\\", b"\0\xff")


def draw_int(draw: Draw, wire: spec.IntType) -> int:
    """Any number of a type, mostly one with a name where there are names."""
    named = members(wire)
    if named and (is_closed(wire) or draw.chance(0.85)):
        return draw.choice(named)
    return draw.integer(*bounds_of(wire))


def bits_of_number(wire: spec.IntType, value: int) -> int:
    """What a number takes on the wire."""
    return 8 * size_of_varint(value, wire.coding) if isinstance(wire, spec.VarintType) else wire.width


def scalar(
    maker: Maker, frame: Frame, wire: spec.IntType | spec.FloatType | spec.BitsType | spec.NameType, region: Region
) -> Made:
    """A value that says its own size, or whose size is fixed."""
    draw = maker.draw
    match wire:
        case spec.IntType():
            value = draw_int(draw, wire)
            return Made(typed(wire, value), bits_of_number(wire, value))
        case spec.FloatType(bits):
            return Made(_float(draw, bits.width), bits.width)
        case spec.NameType():
            name = domain_name(maker, region.room)
            return Made(name, 8 * wire_size(name))
        case spec.BitsType():
            return _bits(maker, frame, wire)


def _float(draw: Draw, width: int) -> float:
    """Any number but NaN, which does not equal itself."""
    code = {16: "e", 32: "f", 64: "d"}[width]
    raw = draw.integer(0, (1 << width) - 1)
    value: float = struct.unpack(f">{code}", raw.to_bytes(width // 8, "big"))[0]
    return 0.0 if value != value else value  # noqa: PLR0124  # a NaN


def _bits(maker: Maker, frame: Frame, wire: spec.BitsType) -> Made:
    if unknowns(wire.size, frame):
        count = maker.amount(64)
        while not maker.can_be(frame, wire.size, count):
            count -= 1
            if count < 0:
                raise Stuck("no number of bits is possible")
        maker.equate(frame, wire.size, count)
    else:
        count = maker.known(frame, wire.size)
    if count < 0:
        raise Stuck("a negative number of bits")
    raw = maker.draw.octets(-(-count // 8), -(-count // 8))
    return Made(bits_at(raw, count, 0, "big", wire.as_type), -(-count // 8) * 8 if wire.fills_up else count)


# --- names ------------------------------------------------------------------------------------


def domain_name(maker: Maker, room: int) -> str:
    """A name that often shares its end with an earlier one, which building compresses."""
    draw = maker.draw
    suffix = draw.choice(maker.names) if maker.names and draw.chance(0.6) else "."
    labels: list[str] = []
    for _ in range(draw.choice((0, 1, 2, 3)) if suffix != "." else draw.choice((0, 1, 2, 3, 4))):
        label = draw.choice(LABELS) if draw.chance(0.7) else draw.octets(1, MAX_LABEL if draw.chance(0.05) else 8)
        labels.append(label_text(label) + ".")
    name = "".join(labels) + ("" if labels and suffix == "." else suffix)
    if wire_size(name) > min(MAX_NAME, room):
        name = "."
    maker.names.append(name)
    return name


def wire_size(name: str) -> int:
    """The bytes of a name in presentation form, without compression."""
    size, at = 1, 0
    while at < len(name) and name != ".":
        if name[at] == "\\":
            at += 4 if name[at + 1].isdigit() else 2
            size += 1
        else:  # a dot that ends a label makes room for its length
            size += 1
            at += 1
    return size


# --- bytes and text ---------------------------------------------------------------------------


def content(maker: Maker, frame: Frame, wire: spec.BytesType | spec.TextType, region: Region) -> Made:
    """Bytes or text, delimited in any way."""
    if isinstance(wire, spec.BytesType) and issubclass(wire.as_type, Address):
        return Made(wire.as_type(maker.draw.octets(wire.as_type.SIZE, wire.as_type.SIZE)), 8 * wire.as_type.SIZE)
    if isinstance(wire, spec.CodedType) and wire.unsized:
        return _piece(maker, wire, region)
    if wire.size is not None:
        if wire.pad is not None:
            return _area(maker, wire, maker.known(frame, wire.size), region)
        return maker.sized(frame, wire.size, region, lambda inside: _piece(maker, wire, inside))
    if wire.prefix is not None:
        return _prefixed(maker, wire, wire.prefix, region)
    if wire.terminator is not None:
        most = region.room - len(wire.terminator)
        if most < 0:
            raise Stuck("no room for a terminator")
        for _ in range(TRIES):
            made = _piece(maker, wire, Region(most, region.exact))
            if _reads_back(wire, made, None):
                return Made(made.value, made.bits + 8 * len(wire.terminator))
        raise Stuck("everything has the terminator in it")
    made = _piece(maker, wire, region)
    return Made(made.value, made.bits, greedy=True)


def _reads_back(wire: spec.BytesType | spec.TextType, made: Made, size: int | None) -> bool:
    raw = made.value.encode(wire.encoding) if isinstance(wire, spec.TextType) else bytes(made.value)
    try:
        if size is not None and wire.pad is not None:
            check_fitting(raw, size, wire.pad, wire.terminator, wire.unit)
        elif wire.terminator is not None:
            check_terminated(raw, wire.terminator, wire.unit)
    except ValueError:
        return False
    return True


def _area(maker: Maker, wire: spec.BytesType | spec.TextType, size: int, region: Region) -> Made:
    if not 0 <= size <= region.room or (region.exact and size != region.room):
        raise Stuck(f"an area of {size} bytes")
    most = size - len(wire.terminator or b"")
    if most < 0:
        raise Stuck("no room for a terminator")
    for _ in range(TRIES):
        made = _piece(maker, wire, Region(most))
        if _reads_back(wire, made, size):
            return Made(made.value, 8 * size)
    raise Stuck("nothing fits the area")


def _prefixed(maker: Maker, wire: spec.BytesType | spec.TextType, prefix: spec.IntType, region: Region) -> Made:
    _, most = bounds_of(prefix)
    if not region.exact:
        made = _piece(maker, wire, Region(max(0, min(most, region.room - bits_of_number(prefix, 0) // 8))))
        return Made(made.value, made.bits + bits_of_number(prefix, made.size))
    for taken in sorted({bits_of_number(prefix, n) // 8 for n in (0, most)} | set(range(1, 10))):
        size = region.room - taken
        if 0 <= size <= most and bits_of_number(prefix, size) == 8 * taken:
            return Made(_piece(maker, wire, Region(size, exact=True)).value, 8 * region.room)
    raise Stuck("no length fills the region")


def _piece(maker: Maker, wire: spec.BytesType | spec.TextType, region: Region) -> Made:
    """The content itself."""
    draw = maker.draw
    if isinstance(wire, spec.CodedType):
        return _coded(maker, wire, region)
    size = region.room if region.exact else maker.amount(region.room)
    if isinstance(wire, spec.TextType):
        value = _text(draw, wire.encoding, size, region.exact)
        return Made(value, 8 * len(value.encode(wire.encoding)))
    return Made(wire.as_type(draw.octets(size, size)), 8 * size)


def _text(draw: Draw, encoding: str, size: int, exact: bool) -> str:
    """Text of at most so many bytes, or exactly."""
    known = [(c, raw) for c in LETTERS if (raw := _encoded(c, encoding)) is not None]
    found, taken = "", 0
    while taken < size and known:
        fitting = [(c, raw) for c, raw in known if len(raw) <= size - taken]
        if not fitting:
            break
        chosen, raw = draw.choice(fitting)
        found, taken = found + chosen, taken + len(raw)
    whole = len(found.encode(encoding))
    if whole > size or (exact and whole != size):
        if not exact and not "".encode(encoding):
            return ""
        raise Stuck(f"no text takes {size} bytes")
    return found


def _encoded(character: str, encoding: str) -> bytes | None:
    try:
        return character.encode(encoding)
    except UnicodeError:
        return None


def _coded(maker: Maker, wire: spec.CodedType, region: Region) -> Made:
    """A value of a codec: its own example; else bytes if it encodes them, or what it reads from some bytes."""
    draw, codec = maker.draw, wire.codec
    if hasattr(codec, "example"):
        return _exemplary(maker, codec, region)
    for _ in range(TRIES):
        raw = draw.octets(region.room, region.room) if region.exact else draw.octets(0, min(region.room, 12))
        for value in _values_of(codec, raw):
            out = bytearray()
            try:
                codec.build(value, out)
                back = codec.parse(Cursor(out, 0, len(out)))
            except (Exception, Fault):  # noqa: BLE001, S112  # whatever a codec raises, this is no value of it
                continue
            if back == value and (len(out) == region.room if region.exact else len(out) <= region.room):
                return Made(value, 8 * len(out))
    raise Stuck(f"{maker.where}: {type(codec).__name__} takes none of the values that were tried; give it a method `example(draw)`")


def _exemplary(maker: Maker, codec: Any, region: Region) -> Made:
    """A value that the codec's own `example` gives; GenerationError if that raises, Stuck with the reason if none of them will do."""
    named, wrong = f"{type(codec).__name__}.example(draw)", ""
    for _ in range(TRIES):
        try:
            value = codec.example(maker.draw)
        except Exception as error:
            raise GenerationError(f"{maker.where}: {named} raised {type(error).__name__}: {error}") from error
        out = bytearray()
        try:
            codec.build(value, out)
            back = codec.parse(Cursor(out, 0, len(out)))
        except (Exception, Fault) as error:  # noqa: BLE001  # whatever a codec raises
            wrong = f"gives {value!r}, which it does not build and read back: {type(error).__name__}: {error}"
            continue
        if back != value:
            wrong = f"gives {value!r}, which it reads back as {back!r}"
        elif len(out) > region.room or (region.exact and len(out) != region.room):
            wrong = f"gives {value!r} of {len(out)} bytes, where there is room for {'exactly ' if region.exact else ''}{region.room}"
        else:
            return Made(value, 8 * len(out))
    raise Stuck(f"{maker.where}: {named} {wrong}")


def _values_of(codec: Any, raw: bytes) -> list[Any]:
    """What may be values of a codec: what it reads from bytes of some kind."""
    found: list[Any] = []
    small = bytes(byte & 3 for byte in raw)
    for content in (raw, small + bytes(4), bytes(48 + byte % 10 for byte in raw)):
        with contextlib.suppress(Exception, Fault):  # most bytes are nothing to a codec
            found.append(codec.parse(Cursor(content, 0, len(content))))
    return [*found, raw] if isinstance(codec, Transform) else found
