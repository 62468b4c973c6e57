"""Domain names between wire form and text (RFC 1035, 3.1, 4.1.4 and 5.1), both ways.

Promise: reading ends after bounded work whatever the bytes; every name survives the round trip
through text; the error says which rule was broken and at which byte.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from bitwright.errors import Fault

MAX_NAME: Final = 255  # octets, RFC 1035 section 2.3.4
MAX_LABEL: Final = 63
POINTER_RANGE: Final = 0x4000  # a pointer has 14 bits

# start of a name or of a pointed-to suffix → its text, its wire length, the pointers it follows
Memo: TypeAlias = dict[int, tuple[str, int, int]]

# Escaped with a backslash because master files give them a meaning (RFC 1035, 5.1).
_SPECIAL = b'"().;\\@$'
_TEXT: Final = tuple(
    f"\\{chr(c)}" if c in _SPECIAL else chr(c) if 0x20 < c < 0x7F else f"\\{c:03d}" for c in range(256)
)
PLAIN: Final = bytes(c for c in range(256) if len(_TEXT[c]) == 1)


class NameFault(Fault):
    """A malformed name: the code of the rule, the byte where it was broken, and words."""


def label_text(label: bytes) -> str:
    """One label in presentation form."""
    if not label.translate(None, PLAIN):
        return label.decode("ascii")
    return "".join([_TEXT[c] for c in label])


def read_name(data: bytes, position: int, end: int, origin: int, memo: Memo, max_hops: int) -> tuple[str, int]:
    """Read the name at `position`; its text and the position after it.

    `end` bounds the name's own bytes; a pointer counts from `origin` and must lead to before the
    place where the current run of labels began, and that run must end before the pointer.
    NameFault if a rule is broken.
    """
    runs: list[tuple[int, list[str], int]] = []  # start, labels as text, wire length
    tail, tail_wire = ".", 1
    start, limit, here, after, hops = position, end, position, -1, 0
    labels: list[str] = []
    wire = 1
    run_wire = 0
    while True:
        if here >= limit:
            raise _beyond(after, here, 1)
        length = data[here]
        if length == 0:
            runs.append((start, labels, run_wire))
            after = after if after >= 0 else here + 1
            break
        if length < 0x40:
            stop = here + 1 + length
            if stop > limit:
                raise _beyond(after, here + 1, length, limit)
            labels.append(label_text(data[here + 1 : stop]))
            run_wire += length + 1
            wire += length + 1
            here = stop
        elif length >= 0xC0:
            if here + 2 > limit:
                raise _beyond(after, here, 2, limit)
            target = origin + ((length & 0x3F) << 8 | data[here + 1])
            if target >= start:
                raise NameFault("bad-pointer", here, f"the compression pointer leads to byte {target}, which is not before byte {start}")
            runs.append((start, labels, run_wire))
            after = after if after >= 0 else here + 2
            hops += 1
            known = memo.get(target)
            if known is not None:
                tail, tail_wire, tail_hops = known
                hops += tail_hops
                wire += tail_wire - 1
                if hops > max_hops:
                    raise NameFault("too-many-hops", here, f"the name follows more than {max_hops} compression pointers")
                break
            if hops > max_hops:
                raise NameFault("too-many-hops", here, f"the name follows more than {max_hops} compression pointers")
            start, limit, here, labels, run_wire = target, here, target, [], 0
        else:
            raise NameFault("bad-label", here, f"a label of type {length >> 6:02b} is reserved")
        if wire > MAX_NAME:
            raise NameFault("name-too-long", position, f"the name is longer than {MAX_NAME} octets")
    if wire > MAX_NAME:
        raise NameFault("name-too-long", position, f"the name is longer than {MAX_NAME} octets")
    return _remember(runs, tail, tail_wire, hops, memo), after


def name_end(data: bytes, position: int, end: int) -> int:
    """The position after the name at `position`, of which only the labels before a pointer are looked at; NameFault as above."""
    here = position
    while True:
        if here >= end:
            raise _beyond(-1, here, 1)
        length = data[here]
        if length >= 0xC0:
            if here + 2 > end:
                raise _beyond(-1, here, 2)
            return here + 2
        if not length:
            return here + 1
        if length > MAX_LABEL:
            raise NameFault("bad-label", here, f"a label of type {length >> 6:02b} is reserved")
        if here + 1 + length > end:
            raise _beyond(-1, here + 1, length)
        here += length + 1
        if here + 1 - position > MAX_NAME:
            raise NameFault("name-too-long", position, f"the name is longer than {MAX_NAME} octets")


def _beyond(after: int, here: int, needed: int, limit: int = -1) -> NameFault:
    """A name that runs out of bytes: truncated, or, behind a pointer, led astray by it."""
    if after < 0:
        return NameFault("truncated", here, f"needs {needed} byte{'s' if needed != 1 else ''}", needed)
    return NameFault("bad-pointer", here, "the labels that a compression pointer leads to run into that pointer")


def _remember(runs: list[tuple[int, list[str], int]], tail: str, tail_wire: int, hops: int, memo: Memo) -> str:
    """Note the text behind the start of every run; the text of the first, which is the name's.

    `hops` counts the pointers that the whole name follows; each later run follows one fewer.
    """
    for index in range(len(runs) - 1, -1, -1):
        start, labels, run_wire = runs[index]
        tail_wire += run_wire
        if labels:
            tail = ".".join(labels) + ("." + tail if tail != "." else ".")
        memo[start] = (tail, tail_wire, hops - index)
    return tail


def split_name(text: str) -> list[bytes]:
    """The labels of a name in presentation form; ValueError if it is malformed.

    A missing final dot is added: wire names are always absolute.
    """
    if text == ".":
        return []
    labels: list[bytes] = []
    if "\\" not in text:
        if not text.isascii():
            raise ValueError(f"{text!r} has characters outside ASCII; encode them as A-labels (xn--...) first")
        labels = text.removesuffix(".").encode("ascii").split(b".")
    else:
        labels = _split_escaped(text)
    wire = 1
    for label in labels:
        if not label:
            raise ValueError(f"{text!r} has an empty label")
        if len(label) > MAX_LABEL:
            raise ValueError(f"{text!r} has a label of {len(label)} octets; at most {MAX_LABEL} are allowed")
        wire += len(label) + 1
    if wire > MAX_NAME:
        raise ValueError(f"{text!r} has {wire} octets; at most {MAX_NAME} are allowed")
    return labels


def _split_escaped(text: str) -> list[bytes]:
    labels, label, position = [], bytearray(), 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == ".":
            labels.append(bytes(label))
            label = bytearray()
        elif char != "\\":
            if not char.isascii():
                raise ValueError(f"{text!r} has characters outside ASCII; encode them as A-labels (xn--...) first")
            label.append(ord(char))
        else:
            digits = text[position : position + 3]
            if digits.isdigit() and digits.isascii() and len(digits) == 3 and int(digits) < 256:
                label.append(int(digits))
                position += 3
            elif digits and digits[0].isascii() and not digits[0].isdigit():
                label.append(ord(digits[0]))
                position += 1
            else:
                raise ValueError(f"{text!r} has a wrong escape at character {position - 1}; write \\DDD or \\ and the character")
    if label:
        labels.append(bytes(label))
    return labels


def join_labels(labels: list[bytes]) -> str:
    """Labels in presentation form, absolute."""
    return "".join(f"{label_text(label)}." for label in labels) or "."
