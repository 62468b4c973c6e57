"""Where things lie in a DNS message: written from RFC 1035 alone, so that tests need not trust what they test."""

from __future__ import annotations

import dataclasses
import struct

SECTIONS = ("answers", "authorities", "additionals")

# Where the names in a record's data begin: before how many bytes, and how many names in a row.
COMPRESSIBLE = {
    2: (0, 1), 3: (0, 1), 4: (0, 1), 5: (0, 1), 6: (0, 2), 7: (0, 1), 8: (0, 1), 9: (0, 1), 12: (0, 1), 14: (0, 2), 15: (2, 1),
}  # fmt: skip
UNCOMPRESSED = {
    17: (0, 2), 18: (2, 1), 21: (2, 1), 23: (0, 1), 24: (18, 1), 26: (2, 2), 30: (0, 1), 33: (6, 1), 36: (2, 1), 39: (0, 1), 46: (18, 1),
    47: (0, 1), 58: (0, 2), 64: (2, 1), 65: (2, 1), 66: (5, 1), 107: (2, 1), 249: (0, 1), 250: (0, 1),
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Place:
    """One record: offsets of its owner name and of its data, and the numbers between."""

    section: str
    name: int
    type: int
    rclass: int
    ttl: int
    rdata: int
    rdlength: int


def skip_name(data: bytes, position: int) -> int:
    """The position after the name at `position`, pointers not followed."""
    while True:
        length = data[position]
        if length >= 0xC0:
            return position + 2
        position += 1 + length
        if length == 0:
            return position


def records(data: bytes) -> tuple[list[int], list[Place]]:
    """Offsets of the question names, and the places of all records, of a well-formed message."""
    counts = struct.unpack_from(">4H", data, 4)
    position, questions, places = 12, [], []
    for _ in range(counts[0]):
        questions.append(position)
        position = skip_name(data, position) + 4
    for section, count in zip(SECTIONS, counts[1:], strict=True):
        for _ in range(count):
            start = position
            position = skip_name(data, position)
            kind, rclass, ttl, length = struct.unpack_from(">HHIH", data, position)
            places.append(Place(section, start, kind, rclass, ttl, position + 10, length))
            position += 10 + length
    assert position == len(data)
    return questions, places


def names(data: bytes) -> list[tuple[int, bool]]:
    """Offsets of all names whose place is known, and whether the standards let a writer compress them."""
    questions, places = records(data)
    found = [(at, True) for at in questions]
    for place in places:
        found.append((place.name, True))
        for table, compressible in ((COMPRESSIBLE, True), (UNCOMPRESSED, False)):
            if place.type in table and place.rdlength:
                lead, count = table[place.type]
                at = place.rdata + lead
                for _ in range(count):
                    found.append((at, compressible))
                    at = skip_name(data, at)
    return found


def labels(data: bytes, position: int) -> tuple[bytes, ...]:
    """The labels of a name, the root's empty one last; every pointer must lead strictly backwards."""
    found: list[bytes] = []
    start = position
    while True:
        length = data[position]
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | data[position + 1]
            assert target < start, f"the pointer at {position} leads to {target}, not before {start}"
            start = position = target
            continue
        assert length < 0x40, f"reserved label type at {position}"
        found.append(data[position + 1 : position + 1 + length])
        position += 1 + length
        if length == 0:
            return tuple(found)


def pointers(data: bytes) -> int:
    """How many compression pointers the names use."""
    return sum(ends_in_pointer(data, at) for at, _ in names(data))


def ends_in_pointer(data: bytes, position: int) -> bool:
    """Whether the name at `position` is compressed."""
    while data[position] and data[position] < 0xC0:
        position += 1 + data[position]
    return data[position] >= 0xC0
