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

# start of a name or of a pointed-to suffix → its text, its wire length, the pointers it follows, its bytes up to the first of them
Memo: TypeAlias = dict[int, tuple[str, int, int, int]]

# Labels that lie one after the other: where each begins and where they end, their texts, and where what ends them ends.
Run: TypeAlias = tuple[list[int], list[str], int]

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
    place where the current run of labels began, and the run that it leads to must end there, too.
    What is accepted does not depend on what was read before.  NameFault if a rule is broken.
    """
    runs: list[Run] = []
    places, labels = [position], list[str]()
    here, limit, hops, wire = position, end, 0, 1
    tail, tail_wire = ".", 1
    while True:
        if here >= limit:
            raise _beyond(runs, here, 1)
        length = data[here]
        if length == 0:
            stop = here + 1
            break
        if length < 0x40:
            following = here + 1 + length
            if following > limit:
                raise _beyond(runs, here + 1, length)
            labels.append(label_text(data[here + 1 : following]))
            places.append(following)
            here = following
            wire += length + 1
        elif length >= 0xC0:
            if here + 2 > limit:
                raise _beyond(runs, here, 2)
            start, target = places[0], origin + ((length & 0x3F) << 8 | data[here + 1])
            if target >= start:
                raise NameFault("bad-pointer", here, f"the compression pointer leads to byte {target}, which is not before byte {start}")
            runs.append((places, labels, here + 2))
            hops += 1
            here, limit, places, labels = target, start, [target], []
        else:
            raise NameFault("bad-label", here, f"a label of type {length >> 6:02b} is reserved")
        if runs and not labels and here in memo:  # a pointer led here; further on in a run, pointers may lead less far than the memo says
            tail, tail_wire, more, own = memo[here]
            stop = here + own
            hops += more
            wire += tail_wire - 1
            if stop > limit:
                raise _beyond(runs, here, 0)
            break
        if wire > MAX_NAME or hops > max_hops:
            stop = here
            break
    if hops > max_hops:
        raise NameFault("too-many-hops", runs[-1][2] - 2, f"the name follows more than {max_hops} compression pointers")
    if wire > MAX_NAME:
        raise NameFault("name-too-long", position, f"the name is longer than {MAX_NAME} octets")
    runs.append((places, labels, stop))
    return _remember(runs, tail, tail_wire, hops, memo), runs[0][2]


def name_end(data: bytes, position: int, end: int) -> int:
    """The position after the name at `position`, of which only the labels before a pointer are looked at; NameFault as above."""
    here = position
    while True:
        if here >= end:
            raise _beyond([], here, 1)
        length = data[here]
        if length >= 0xC0:
            if here + 2 > end:
                raise _beyond([], here, 2)
            return here + 2
        if not length:
            return here + 1
        if length > MAX_LABEL:
            raise NameFault("bad-label", here, f"a label of type {length >> 6:02b} is reserved")
        if here + 1 + length > end:
            raise _beyond([], here + 1, length)
        here += length + 1
        if here + 1 - position > MAX_NAME:
            raise NameFault("name-too-long", position, f"the name is longer than {MAX_NAME} octets")


def _beyond(runs: list[Run], here: int, needed: int) -> NameFault:
    """A name that runs out of bytes: truncated, or, behind a pointer, led astray by it."""
    if not runs:
        return NameFault("truncated", here, f"needs {needed} byte{'s' if needed != 1 else ''}", needed)
    said = "what the compression pointer leads to runs into the name that it is in"
    return NameFault("bad-pointer", runs[-1][2] - 2, said)


def _remember(runs: list[Run], tail: str, wire: int, hops: int, memo: Memo) -> str:
    """Note the text from the start of the name on, and from every label on that a pointer can lead to; the name's text.

    `tail` and `wire` are what follows the last run.  `hops` counts the pointers that the whole name
    follows; each later run follows one fewer.  Of the name's own labels only the first is noted: most
    names are in no other.
    """
    rest = "" if tail == "." else tail
    for index in range(len(runs) - 1, 0, -1):
        places, labels, stop = runs[index]
        follows, behind = hops - index, places[-1]
        if not labels:
            memo[behind] = (rest or ".", wire, follows, stop - behind)
        for at in range(len(labels) - 1, -1, -1):
            place = places[at]
            rest = labels[at] + "." + rest
            wire += behind - place
            memo[place] = (rest, wire, follows, stop - place)
            behind = place
    places, labels, stop = runs[0]
    start = places[0]
    text = ".".join([*labels, rest]) or "."
    memo[start] = (text, wire + places[-1] - start, hops, stop - start)
    return text


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
