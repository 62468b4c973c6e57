"""What generated source calls: the few things that are not worth writing out each time.

Everything here signals failure by raising one of `FAILURES`; the interpreter then says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from bitwright.errors import Fault
from bitwright.wire.areas import check_terminated, fill
from bitwright.wire.bitstrings import as_bits, number_of_bits
from bitwright.wire.compression import NameMemo
from bitwright.wire.floats import bits_of_float
from bitwright.wire.names import MAX_LABEL, MAX_NAME, PLAIN, Memo, join_labels, label_text, read_name, split_name


class Fail(Exception):  # noqa: N818  # never seen by users: it only says "ask the interpreter"
    """The program failed; carries nothing."""


FAILURES = (Fail, Fault, RecursionError, UnicodeError)
MALFORMED = (Fail, Fault, UnicodeError)  # what an `attempt` recovers from: the same as the interpreter does

# Wire form of uncompressed names met lately → what a memo holds.  Cleared when full, so it stays small.
_RECENT: dict[bytes, tuple[str, int, int, int]] = {}
_RECENT_SIZE = 4096
SHORT_NAME: Final = 40  # bytes; of a longer one that a pointer leads to, `read_name` notes what follows each label


def name(data: bytes, position: int, end: int, origin: int, memo: Memo, max_hops: int) -> tuple[str, int]:
    """`names.read_name`, with the common cases first: a lone pointer to a known name, a name in full, perhaps met lately."""
    if position + 1 < end:
        first = data[position]
        if first >= 0xC0:
            target = origin + ((first & 0x3F) << 8 | data[position + 1])
            known = memo.get(target) or _short_name_at(data, target, position, memo)
            if known is not None and target + known[3] <= position and known[2] < max_hops:
                return known[0], position + 2
        else:
            after = data.find(b"\0", position, min(end, position + MAX_NAME)) + 1
            if after:
                wire = data[position:after]
                known = _RECENT.get(wire)
                if known is None:
                    text = plain_name(wire)
                    if text is None:
                        return _after_a_label(data, position, end, origin, memo, max_hops)
                    if len(_RECENT) >= _RECENT_SIZE:
                        _RECENT.clear()
                    known = _RECENT[wire] = (text, after - position, 0, after - position)
                memo[position] = known
                return known[0], after
    return read_name(data, position, end, origin, memo, max_hops)


def _after_a_label(data: bytes, position: int, end: int, origin: int, memo: Memo, max_hops: int) -> tuple[str, int]:
    """`names.read_name`, with the case first of one label before a pointer to a known name."""
    length = data[position]
    at = position + 1 + length
    if at + 1 < end and length <= MAX_LABEL and data[at] >= 0xC0:
        target = origin + ((data[at] & 0x3F) << 8 | data[at + 1])
        known = memo.get(target) or _short_name_at(data, target, position, memo)
        if known is not None and target + known[3] <= position and known[2] < max_hops and length + known[1] < MAX_NAME:
            text = f"{label_text(data[position + 1 : at])}.{known[0] if known[0] != '.' else ''}"
            memo[position] = (text, length + 1 + known[1], known[2] + 1, length + 3)
            return text, at + 2
    return read_name(data, position, end, origin, memo, max_hops)


def _short_name_at(data: bytes, position: int, end: int, memo: Memo) -> tuple[str, int, int, int] | None:
    """What a memo holds of a short plain name, such as one that a pointer leads to the middle of; None if it is another."""
    after = data.find(b"\0", position, min(end, position + SHORT_NAME)) + 1
    if not after:
        return None
    wire = bytes(data[position:after])  # a stream's buffer is none
    known = _RECENT.get(wire)
    if known is None:
        text = plain_name(wire)
        if text is None:
            return None
        if len(_RECENT) >= _RECENT_SIZE:
            _RECENT.clear()
        known = _RECENT[wire] = (text, len(wire), 0, len(wire))
    memo[position] = known
    return known


def plain_name(wire: bytes) -> str | None:
    """The text of an uncompressed name of plain characters, which is its wire form with dots for lengths; else None."""
    if len(wire) > MAX_NAME:
        return None
    text = bytearray(wire)
    at = labels = 0
    length = wire[0]
    last = len(wire) - 1
    while length:
        text[at] = 46
        at += length + 1
        labels += 1
        if length > MAX_LABEL or at > last:
            return None
        length = wire[at]
    if at != last or len(text.translate(None, PLAIN)) != labels + 1:
        return None  # an inner zero byte, or a character that is escaped: the dots and the final zero are all there may be
    return text[1:-1].decode("ascii") + "." if labels else "."


def checksum(
    data: bytes, begin: int, stop: int, at: int, present: int, prefix: bytes | None, size: int, algorithm: Callable[[bytes], int],
    own: bytes,
) -> int:  # fmt: skip
    """The sum over a span whose own bytes count as `own`; 0 where there is none to check."""
    if not present or stop > len(data):
        return 0
    return put_checksum(data, begin, stop, at, prefix, size, algorithm, own)


def terminated(content: bytes, terminator: bytes, unit: int = 1) -> bytes:
    """The content and its terminator, which it must not contain."""
    try:
        check_terminated(content, terminator, unit)
    except ValueError:
        raise Fail from None
    return content + terminator


def area(content: bytes, size: int, pad: bytes, terminator: bytes | None, unit: int) -> bytes:
    """The area that holds the content."""
    try:
        return fill(content, size, pad, terminator, unit)
    except ValueError:
        raise Fail from None


def put_checksum(
    out: bytes | bytearray, begin: int, stop: int, at: int, prefix: bytes | None, size: int, algorithm: Callable[[bytes], int], own: bytes
) -> int:
    """The sum over a span of what was written."""
    after, stop = at + size, max(begin, stop)
    if stop <= at or after <= begin:  # it does not cover itself
        covered = bytes(out[begin:stop])
    elif begin <= at and after <= stop:
        covered = bytes(out[begin:at]) + own * size + bytes(out[after:stop])
    else:  # only a part of itself
        part = own * (min(after, stop) - max(at, begin))
        covered = bytes(out[begin : max(begin, at)]) + part + bytes(out[min(after, stop) : stop])
    return algorithm((prefix or b"") + covered) & (1 << 8 * size) - 1


def as_int(value: Any) -> int:
    """An int out of an enumeration member or a bool."""
    if isinstance(value, int):
        return int(value)
    raise Fail


def as_float(value: Any, width: int) -> int:
    """The bits of a float."""
    if isinstance(value, float | int):
        try:
            return bits_of_float(float(value), width)
        except OverflowError:
            raise Fail from None
    raise Fail


def as_run_of_bits(value: Any, as_type: Any) -> Any:
    """A run of bits, exactly of the class."""
    try:
        return as_bits(value, as_type)
    except TypeError:
        raise Fail from None


def put_run_of_bits(out: bytearray, value: Any, phase: int, order: str) -> None:
    """Append a run of bits; what is left of the last byte is zero."""
    if len(value):
        put = put_low_bits if order == "little" else put_bits
        put(out, number_of_bits(value, order), len(value), phase)


def as_bytes(value: Any) -> bytes:
    """Bytes out of any buffer."""
    try:
        return bytes(memoryview(value))
    except (TypeError, ValueError):
        raise Fail from None


def as_text(value: Any, encoding: str) -> tuple[bytes, str]:
    """A text's bytes, and the text."""
    if isinstance(value, str):
        return value.encode(encoding), str(value)
    raise Fail


def as_list(value: Any) -> list[Any]:
    """A list out of a list or a tuple."""
    if isinstance(value, list | tuple):
        return list(value)
    raise Fail


def as_value(value: Any, as_type: Any) -> Any:
    """A value of a bytes subclass."""
    try:
        return as_type(value)
    except (ValueError, TypeError):
        raise Fail from None


def put_name(text: Any, out: bytearray, origin: int, memo: NameMemo, compress: bool) -> str:
    """Write a domain name; its canonical text."""
    if not isinstance(text, str):
        raise Fail
    try:
        labels = split_name(text)
    except ValueError:
        raise Fail from None
    memo.write(labels, out, origin, compress)
    return join_labels(labels)


def put_bits(out: bytearray, value: int, width: int, phase: int) -> None:
    """Append bits; the first `phase` bits of their first byte were written before, the rest of the last are zero."""
    size = (phase + width + 7) // 8
    added = (value << (8 * size - phase - width)).to_bytes(size, "big")
    if phase:
        out[-1] |= added[0]
        out += added[1:]
    else:
        out += added


def put_low_bits(out: bytearray, value: int, width: int, phase: int) -> None:
    """Append bits, least significant first; `phase` bits of their first byte were written before."""
    size = (phase + width + 7) // 8
    added = (value << phase).to_bytes(size, "little")
    if phase:
        out[-1] |= added[0]
        out += added[1:]
    else:
        out += added


def patch(out: bytearray, at: int, value: int, width: int, phase: int, order: Literal["big", "little"] = "big") -> None:
    """Set bits inside bytes written before, which are zero there; in little endian counted from a byte's lowest bit."""
    size = (phase + width + 7) // 8
    shift = phase if order == "little" else 8 * size - phase - width
    there = int.from_bytes(out[at : at + size], order)
    out[at : at + size] = (there | (value & (1 << width) - 1) << shift).to_bytes(size, order)
