"""Bytes that were made to break parsers: the faults of RFC 9267, count bombs, mutants.

Whatever the bytes, the outcome is a value or a ParseError whose place lies within the input, the same from
both engines to the letter.
"""

from __future__ import annotations

import random
import struct
import tracemalloc

import pytest

from bitwright import Limits, ParseError
from bitwright_specs.dns import Message, Opaque, Type
from tests.specs.dns import corpus
from tests.specs.dns.outcomes import both, outcome
from tests.specs.dns.vectors import typical_messages
from tests.specs.dns.wire import answer, header, name_of, question

Q = "questions[0].qname"
R = "answers[0].rdata"
# what the sections of RFC 9267 describe: name of the case → bytes, code, path, byte offset
VECTORS: dict[str, tuple[bytes, str, str, int]] = {
    # section 2: compression pointers
    "pointer to itself": (question(b"\xc0\x0c"), "bad-pointer", Q, 12),
    "pointer to its own first label": (question(b"\x01a\xc0\x0c"), "bad-pointer", Q, 14),
    "pointer to its own second label": (question(b"\x01a\x01b\xc0\x0e"), "bad-pointer", Q, 16),
    "pointer forward": (question(b"\xc0\x10"), "bad-pointer", Q, 12),
    "pointer to the byte after it": (question(b"\xc0\x0e"), "bad-pointer", Q, 12),
    "pointer past the end": (question(b"\xff\xff"), "bad-pointer", Q, 12),
    "pointer to the last byte": (question(b"\xc0\x11"), "bad-pointer", Q, 12),
    "two pointers in a circle": (header(2) + b"\xc0\x12\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01", "bad-pointer", Q, 12),
    "data name points to itself": (answer(2, 2, b"\xc0\x17"), "bad-pointer", f"{R}.nsdname", 23),
    "data name points behind its record": (answer(5, 2, b"\xc0\x19"), "bad-pointer", f"{R}.cname", 23),
    "pointer cut after its first byte": (header(1) + b"\x03abc\xc0", "truncated", Q, 16),
    "pointer whose second byte lies beyond rdlength": (answer(2, 1, b"\xc0\x0c"), "truncated", f"{R}.nsdname", 23),
    "pointer into the header's last count, whose label holds the pointer": (
        header(1, 0, 0, 1) + b"\xc0\x0b\x00\x01\x00\x01" + bytes(20), "bad-pointer", Q, 12,
    ),
    # section 3: labels and names
    "label of type 01": (question(b"\x40a\x00"), "bad-label", Q, 12),
    "label of type 10": (question(b"\x80a\x00"), "bad-label", Q, 12),
    "second label of type 01": (question(b"\x01a\x41a\x00"), "bad-label", Q, 14),
    "pointer into the middle of a label": (
        header(2) + b"\x03abc\x00\x00\x01\x00\x01\xc0\x0d\x00\x01\x00\x01", "bad-label", "questions[1].qname", 13,
    ),
    "label longer than the message": (header(1) + b"\x3fabc\x00\x00\x01\x00\x01", "truncated", Q, 13),
    "label longer than rdlength": (answer(2, 3, b"\x03abc\x00"), "truncated", f"{R}.nsdname", 24),
    "name of 256 octets": (question(name_of(256)), "name-too-long", Q, 12),
    "name of 257 octets behind a pointer": (
        header(2) + name_of(255) + b"\x00\x01\x00\x01\x01x\xc0\x0c\x00\x01\x00\x01", "name-too-long", "questions[1].qname", 271,
    ),
    "name of a thousand octets": (question((b"\x01a" * 500) + b"\x00"), "name-too-long", Q, 12),
    # section 4: missing terminators
    "name without an end": (header(1) + b"\x01a\x02bc", "truncated", Q, 17),
    "data name without an end": (answer(12, 4, b"\x03abc"), "truncated", f"{R}.ptrdname", 27),
    # section 5: lengths of data
    "rdlength beyond the message": (answer(1, 65535, b"\x01\x02\x03\x04"), "truncated", R, 23),
    "rdlength too small for an address": (answer(1, 3, b"\x01\x02\x03\x04"), "truncated", f"{R}.address", 23),
    "rdlength too large for an address": (answer(1, 5, b"\x01\x02\x03\x04\x05"), "unconsumed", R, 27),
    "rdlength too large for a name": (answer(2, 4, b"\x01a\x00\x00"), "unconsumed", R, 26),
    "rdlength zero with bytes behind": (answer(1, 0, b"\x01\x02\x03\x04"), "unconsumed", "", 23),
    "string longer than its record": (answer(16, 3, b"\x05ab"), "truncated", f"{R}.strings[0]", 24),
    "option longer than its record": (answer(41, 6, b"\x00\x03\x00\x09ab"), "truncated", f"{R}.options[0].value", 27),
    "option without its length": (answer(41, 3, b"\x00\x0a\x00"), "truncated", f"{R}.options[0].length", 25),
    "parameter longer than its record": (answer(64, 9, b"\x00\x01\x00\x00\x03\x00\x09ab"), "truncated", f"{R}.params[0].value", 30),
    "bitmap longer than its record": (answer(47, 4, b"\x00\x00\x20\x01"), "truncated", f"{R}.type_bitmaps[0].bitmap", 26),
    # section 6: counts
    "more questions than bytes": (header(65535), "count-too-large", "questions", 12),
    "more records than bytes": (header(0, 65535), "count-too-large", "answers", 12),
    "one record more than there is": (header(0, 2) + answer(16, 12, b"\x0b" + bytes(11))[12:], "truncated", "answers[1].name", 35),
    "every count at its largest": (header(65535, 65535, 65535, 65535), "count-too-large", "questions", 12),
    # what is left over
    "a byte too many": (question(b"\x00") + b"\x00", "unconsumed", "", 17),
    "nothing": (b"", "truncated", "id", 0),
    "half a header": (header()[:6], "truncated", "ancount", 6),
}  # fmt: skip


@pytest.mark.parametrize("case", VECTORS)
def test_vector(case: str) -> None:
    data, code, path, offset = VECTORS[case]
    found = both(data)
    assert isinstance(found, ParseError), found
    assert (found.code, found.path, found.byte_offset) == (code, path, offset), str(found)


def test_number_of_vectors() -> None:
    assert len(VECTORS) >= 40


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (question(name_of(255)), "aaa"),
        (header(1) + b"\xc0\x08\x00\x01\x00\x01", "."),  # the header's zero bytes are a root name
        (header(2) + b"\x02\x01a\x00\x00\x01\x00\x01\xc0\x0d\x00\x01\x00\x01", None),  # the middle of a label, which reads as labels
    ],
)
def test_odd_but_readable(data: bytes, name: str | None) -> None:
    """A pointer backwards is followed wherever it leads, as long as labels stand there (as dnspython does)."""
    found = both(data)
    assert isinstance(found, Message)
    if name is not None:
        assert found.questions[0].qname.startswith(name)
    else:
        assert found.questions[1].qname == "a."
    assert Message.parse(found.relaxed().build()) == found.relaxed().resolved()


def _chain(hops: int) -> bytes:
    """Owner names that each point to the one before: the last follows `hops` pointers."""
    records = [b"\x01a\x00\x00\x01\x00\x01"]
    at = 12
    for _ in range(hops):
        place = 12 + sum(map(len, records))
        records.append(struct.pack(">HHHIH4x", 0xC000 | at, 1, 1, 0, 4))
        at = place
    return header(1, hops) + b"".join(records)


def test_chain_of_pointers() -> None:
    allowed = Limits().pointer_hops
    found = both(_chain(allowed))
    assert isinstance(found, Message)
    assert {r.name for r in found.answers} == {"a."}
    refused = both(_chain(allowed + 1))
    assert isinstance(refused, ParseError)
    assert (refused.code, refused.path) == ("too-many-hops", f"answers[{allowed}].name")
    limited = outcome(Message.codec("python"), _chain(3), limits=Limits(pointer_hops=2))
    assert isinstance(limited, ParseError)
    assert limited.code == "too-many-hops"


def test_count_bomb_costs_nothing() -> None:
    """65,535 announced questions in 12 bytes: refused before any list is made."""
    bomb = header(65535, 65535, 65535, 65535)
    both(bomb)  # compiles
    tracemalloc.start()
    try:
        with pytest.raises(ParseError) as caught:
            Message.parse(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.code == "count-too-large"
    assert peak < 64 * 1024


def test_work_on_pointer_chains_is_linear() -> None:
    """A full-size message of suffixes and pointers: every name is put together from what was read before."""
    labels = b"\x01a" * 100 + b"\x00"
    tail = b"".join(struct.pack(">HHH", 0xC00C + 2 * (i % 100), 1, 1) for i in range(10_000))
    data = header(10_001) + labels + b"\x00\x01\x00\x01" + tail
    found = Message.parse(data)
    assert len(found.questions) == 10_001
    assert found.questions[1].qname == "a." * 100
    assert found.questions[100].qname == "a."


def test_empty_data_only_where_the_type_needs_some() -> None:
    found = both(answer(1, 0, b""))
    assert isinstance(found, Message)
    assert found.answers[0].rdata == Opaque(data=b"")
    assert found.answers[0].type is Type.A
    txt = both(answer(16, 0, b""))
    assert isinstance(txt, Message)
    assert txt.answers[0].to_dict()["rdata"] == {"strings": []}


# --- mutants ------------------------------------------------------------------------------------


def test_every_bit_flipped() -> None:
    for data in sorted(typical_messages(), key=len)[:3]:
        for bit in range(8 * len(data)):
            mutant = bytearray(data)
            mutant[bit // 8] ^= 0x80 >> bit % 8
            both(bytes(mutant))


def _mutant(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made)) if made else 0
        match chance.randrange(6):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                made[at : at + 2] = chance.choice([b"\xff\xff", b"\x00\x00", b"\xc0\x0c", b"\xc0" + bytes([at & 255]), b"\x00\x01"])
            case 2:
                del made[at : at + chance.randint(1, 8)]
            case 3:
                made[at:at] = chance.randbytes(chance.randint(1, 8))
            case 4:
                start = chance.randrange(len(made) + 1)
                made[at:at] = made[start : start + chance.randint(1, 40)]
            case 5:
                made = made[:at]
    return bytes(made)


def test_mutants() -> None:
    chance = random.Random(9267)
    seeds = typical_messages()
    outcomes = [both(_mutant(chance.choice(seeds), chance)) for _ in range(2_000)]
    errors = {found.code for found in outcomes if isinstance(found, ParseError)}
    assert sum(isinstance(found, Message) for found in outcomes) > 50
    assert {"truncated", "unconsumed", "bad-pointer", "bad-label", "count-too-large"} <= errors


def test_noise() -> None:
    chance = random.Random(1035)
    for _ in range(1_000):
        both(header(chance.randrange(3), chance.randrange(3)) + chance.randbytes(chance.randrange(60)))


def test_what_parses_can_be_built() -> None:
    """A mutant that is still a message builds, and parses back equal once what is derived is derived anew."""
    chance = random.Random(3597)
    seeds = typical_messages()
    checked = 0
    for _ in range(2_000):
        try:
            message = Message.parse(_mutant(chance.choice(seeds), chance)).relaxed()
        except ParseError:
            continue
        assert Message.parse(message.build()) == message.resolved()
        checked += 1
    assert checked > 50


def test_hostile_captures() -> None:
    for sample in corpus.samples(hostile=True):
        both(sample.data)
