"""Content that ends at a terminator, and areas of a given size that content need not fill.

A terminator and a padding are looked for at whole units of the encoding, counted from where the content begins: 1 byte, 2 of
UTF-16, 4 of UTF-32.  In an area the padding is either stripped from the right, or it is what follows the terminator.
"""

from __future__ import annotations


def find_unit(data: bytes | bytearray, terminator: bytes, base: int, end: int, unit: int = 1) -> int:
    """Where the terminator begins, at a whole unit; -1 if it is not there."""
    at = data.find(terminator, base, end)
    while at >= 0 and (at - base) % unit:
        at = data.find(terminator, at + 1, end)
    return at


def content_end(data: bytes, base: int, end: int, pad: bytes, terminator: bytes | None, unit: int) -> int:
    """Where the content of the area ends; -1 if its terminator is missing."""
    if terminator is not None:
        return find_unit(data, terminator, base, end, unit)
    stop = end
    while stop - base >= unit and (stop - base) % unit == 0 and data[stop - unit : stop] == pad:
        stop -= unit
    return stop


def is_padding(data: bytes, begin: int, end: int, pad: bytes, terminator: bytes | None) -> bool:
    """Whether nothing but padding follows the content that ends at `begin`, and its terminator."""
    begin += len(terminator) if terminator is not None else 0
    return data[begin:end] == padding(end - begin, pad)


def padding(size: int, pad: bytes) -> bytes:
    """So many bytes of padding; the last unit may be cut."""
    return (pad * (size // len(pad) + 1))[:size]


def fill(content: bytes, size: int, pad: bytes, terminator: bytes | None, unit: int) -> bytes:
    """The area that holds the content; ValueError if it would not be read back."""
    check_fitting(content, size, pad, terminator, unit)
    whole = content + (terminator or b"")
    return whole + padding(size - len(whole), pad)


def check_fitting(content: bytes, size: int, pad: bytes, terminator: bytes | None, unit: int) -> None:
    """ValueError if the content would not be read back from an area of that size."""
    taken = len(content) + len(terminator or b"")
    if taken > size:
        more = "" if terminator is None else " with its terminator"
        raise ValueError(f"has {taken} bytes{more}; the area has {size}")
    if terminator is not None:
        check_terminated(content, terminator, unit)
    elif size % unit:
        raise ValueError(f"lies in an area of {size} bytes, which are not whole characters of {unit}")
    elif content_end(content, 0, len(content), pad, None, unit) != len(content):
        raise ValueError(f"ends in its padding {pad!r}, so it would be read back shorter")


def check_terminated(content: bytes, terminator: bytes, unit: int = 1) -> None:
    """ValueError if the terminator would be found before the content ends."""
    at = find_unit(content + terminator, terminator, 0, len(content) + len(terminator), unit)
    if at != len(content):
        raise ValueError(f"contains its terminator {terminator!r} at byte {at}, so it would be read back shorter")
