"""Certificates and `keep=True` on formats written for it: each reason shown by an input, what is kept over edits and copies."""

from __future__ import annotations

import copy
import gc
import pickle
import random

import pytest
from bitstring import Bits

from bitwright import (
    BuildError,
    Cursor,
    DeclarationError,
    FieldCodec,
    Name,
    ParseError,
    Struct,
    Transform,
    align,
    array,
    at,
    auto,
    bits,
    checksum,
    coded,
    domain_name,
    flag,
    kept,
    pad,
    raw,
    text,
    u8,
    u16,
    variant,
    varint,
    when,
)
from bitwright.certificate import REASONS, has_one_form
from bitwright.checksum import internet


class Padded(Struct):
    value: int = bits(3)
    _gap = pad(bits=5)
    more: bytes = raw(prefix=u8())
    _fill = align(4)


class WidePad(Struct):
    head: int = bits(4)
    _gap = pad(bits=132)


class Names(Struct, origin=True):
    names: list[Name] = array(domain_name())


class Full(Struct, origin=True):
    names: list[Name] = array(domain_name(compress=False))


class Marked(Struct):
    words: str = text(prefix=u8(), encoding="utf-16")


class Seven(Struct):
    words: list[str] = array(text(prefix=u8(), encoding="utf-7"))


class Digits(FieldCodec[int]):
    def parse(self, cursor: Cursor) -> int:
        return int(cursor.find(b";"))

    def build(self, value: int, out: bytearray) -> None:
        out += b"%d;" % value


class Rest(Transform[int]):
    def decode(self, data: bytes) -> int:
        return int(data or b"0")

    def encode(self, value: int) -> bytes:
        return b"%d" % value if value else b""


class Decimals(Struct):
    first: int = coded(Digits())
    second: int = coded(Rest(), prefix=u8())


class Item(Struct):
    number: int = u8()


class Varied(Struct):
    number: int = varint("leb128")
    other: int = varint("quic", bits=14)
    words: bytes = raw(prefix=varint("leb128"))
    last: list[int] = array(varint("sleb128"))


class Pushed(Struct):
    size: int = auto(varint("vlq"))
    items: list[Item] = array(Item, size=size)


class Apart(Struct):
    offset: int = u8()
    body: bytes = at(offset, raw(size=2))


# What is lost without keep=True: reason → formats with an input that building alone does not give back.
LOST: dict[str, list[tuple[type[Struct], bytes]]] = {
    "gap": [(Apart, b"\x03??ab"), (Apart, b"\x02\x01ab")],
    "padding": [(Padded, b"\x7f\x01a\x09"), (Padded, b"\x60\x01a\x80"), (WidePad, b"\x8f" + bytes(15) + b"\x01")],
    "compression": [
        (Names, b"\x01a\x00\x01a\x00"), (Names, b"\x01A\x00\x01a\x00\xc0\x03\xc0\x06"), (Names, b"\x00\xc0\x00"),
        (Full, b"\x01a\x00\xc0\x00"),
        (Names, b"\x01a\x01b\x00\xc0\x02\xc0\x05"),
    ],
    "non-minimal": [
        (Varied, b"\x80\x00\x00\x00\x00"), (Varied, b"\x01\x40\x02\x00\x00"), (Varied, b"\x01\x01\x81\x00a\x00"),
        (Varied, b"\x01\x01\x00\xff\x7f"), (Varied, b"\x81\x80\x80\x00\x40\x01\x80\x00\x01\xff\x7f\x80\x80\x00"),
    ],
    "codec": [(Decimals, b" 7;\x00"), (Decimals, b"7;\x02\x31\x20")],
    "encoding": [(Marked, b"\x02a\x00"), (Marked, b"\x04\xfe\xff\x00a"), (Seven, b"\x05+AGE-\x01b")],
}  # fmt: skip
CASES = [(reason, struct, wire) for reason, cases in LOST.items() for struct, wire in cases]


def test_a_length_that_is_pushed_in_late_is_pushed_in_as_it_was_read() -> None:
    for backend in ("interp", "python"):
        codec = Pushed.codec(backend)
        wire = b"\x80\x80\x02\x05\x06"
        value = codec.parse(wire, keep=True)
        assert codec.build(value) == wire
        assert codec.build(value.relaxed()) == wire
        value.items.append(Item(number=7))
        assert codec.build(value.relaxed()) == b"\x03\x05\x06\x07", "another number has no form that was read"


class Summed(Struct):
    offset: int = u8()
    total: int = checksum(u16(), internet, over=5)
    body: bytes = at(offset, raw(size=2))
    value: int = u16()


def test_every_reason_is_shown() -> None:
    assert LOST.keys() | {"overlap"} == REASONS.keys()
    assert all(kept is (reason != "overlap") for reason, (_, kept) in REASONS.items())


def test_what_lies_on_a_checksum_is_lost(engine: str) -> None:
    codec = Summed.codec(engine)
    certificate = Summed.certificate()
    assert certificate.kind == "lossy"
    assert [(loss.path, loss.reason) for loss in certificate.losses] == [("body", "gap"), ("body", "overlap")]
    with pytest.raises(BuildError, match="onto other bytes"):
        codec.build(codec.parse(b"\x01??ab", keep=True))
    assert codec.build(codec.parse(b"\x06??ab!cd", keep=True)) == b"\x06??ab!cd"


def test_blocks_anywhere_come_back(engine: str) -> None:
    """Backward, onto each other, behind gaps: whatever is read is written."""

    class Entry(Struct):
        where: int = u8()
        size: int = auto(u8())
        body: bytes = at(where, raw(size=size))

    class Table(Struct):
        count: int = auto(u8())
        entries: list[Entry] = array(Entry, count=count)

    codec, numbers, read = Table.codec(engine), random.Random(7), 0
    for _ in range(3000):
        wire = bytes(numbers.choices((0, 1, 2, 3, 5, 7, 9, 255), k=numbers.randint(1, 10)))
        try:
            table = codec.parse(wire, keep=True)
        except ParseError:
            continue
        read += 1
        assert codec.build(table) == wire
    assert read > 50


@pytest.mark.parametrize(("reason", "struct", "wire"), CASES)
def test_what_is_lost_is_kept(engine: str, reason: str, struct: type[Struct], wire: bytes) -> None:
    codec = struct.codec(engine)
    assert {loss.reason for loss in struct.certificate().losses} == {reason}
    plain, keeping = codec.parse(wire), codec.parse(wire, keep=True)
    assert keeping == plain
    assert repr(keeping) == repr(plain)
    assert keeping.to_json() == plain.to_json()
    try:
        built = codec.build(plain)
    except BuildError:  # a text that needs more bytes in Python's form than there are
        built = b""
    assert built != wire
    assert codec.build(keeping) == wire
    assert codec.parse_prefix(b"??" + wire, 2, keep=True)[0].build() == wire


@pytest.mark.parametrize(("reason", "struct", "wire"), CASES)
def test_copies_keep_too(reason: str, struct: type[Struct], wire: bytes) -> None:
    value = struct.parse(wire, keep=True)
    for copied in (
        copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value)), value.replace(), value.relaxed(), value.resolved(),
    ):  # fmt: skip
        assert copied == value
        assert copied.build() == wire
    assert value.resolved().resolved().build() == wire


class Part(Struct):
    flags: int = bits(3)
    _gap = pad(bits=5)
    name: Name = domain_name()


class Whole(Struct, origin=True):
    parts: list[Part] = array(Part)


WIRE = b"\x3f\x01a\x00" + b"\x21\x01a\x00" + b"\x5f\xc0\x05"


def test_an_edit_leaves_the_rest_as_it_was() -> None:
    whole = Whole.parse(WIRE, keep=True)
    whole.parts[0].name = "bb."
    whole.parts[1].flags = 7
    assert whole.build() == b"\x3f\x02bb\x00" + b"\xe1\x01a\x00" + b"\x5f\xc0\x06"  # the pointer led astray: written anew
    whole = Whole.parse(WIRE, keep=True)
    whole.parts[2].name = "c."
    assert whole.build() == WIRE[:-2] + b"\x01c\x00"


def test_parts_take_what_is_kept_with_them() -> None:
    whole = Whole.parse(WIRE, keep=True)
    assert whole.parts[1].build() == b"\x21\x01a\x00"
    assert whole.parts[2].build() == b"\x5f\x01a\x00"
    del whole.parts[0]
    assert whole.build() == b"\x21\x01a\x00" + b"\x5f\xc0\x01"
    other = whole.replace(parts=[*whole.parts, Part(flags=1, name="x.a.")])
    assert other.build() == b"\x21\x01a\x00" + b"\x5f\xc0\x01" + b"\x20\x01x\xc0\x01"


def test_what_is_kept_goes_with_the_object() -> None:
    gc.collect()
    before = len(kept._tables)
    whole = Whole.parse(WIRE, keep=True)
    assert len(kept._tables) == before + 4
    del whole
    gc.collect()
    assert len(kept._tables) == before


def test_names_that_cannot_be_kept_end_the_search() -> None:
    """Each name points to the one before it, so one edit makes pointers lead astray again and again."""
    wire = b"\x01a\x00" + b"".join(bytes((1, 98 + i)) + (0xC000 | max(4 * i - 1, 0)).to_bytes(2, "big") for i in range(12))
    for index in range(13):
        names = Names.parse(wire, keep=True)
        assert names.build() == wire
        names.names[index] = "longer.z."
        built = names.build()
        assert Names.parse(built) == names


def test_a_name_at_a_field_that_is_written_later() -> None:
    """The pointer leads into a length that is patched in at the end, so only the finished message tells what it means."""

    class Odd(Struct, origin=True):
        length: int = u16()
        first: Name = domain_name()
        rest: bytes = raw(size=length)

    wire = b"\x00\x01" + b"\xc0\x00" + b"z"
    assert Odd.parse(wire, keep=True).build() == wire


def test_misspelled_attributes_are_still_refused() -> None:
    whole = Whole.parse(WIRE, keep=True)
    with pytest.raises(AttributeError):
        whole.part = []  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # what this is about


def test_errors_are_those_of_parse(engine: str) -> None:
    for wire in (b"\x3f\x01", b"\x3f\xc0\x07", b""):
        codec = Whole.codec(engine)
        results = []
        for keep in (False, True):
            try:
                results.append(repr(codec.parse(wire, keep=keep)))
            except ParseError as error:
                results.append(repr(error.problem))
        assert results[0] == results[1]
    with pytest.raises(ParseError, match="padding"):
        Whole.parse(WIRE, keep=True, strict=True)


class Arm(Struct):
    """A union."""


class Plain(Arm, tag=0):
    here: bool = flag(default=False)
    number: int = bits(7)
    extra: int | None = when(here, u8())


class Outer(Struct):
    kind: int = u8()
    arm: Arm = variant(Arm, on=kind)


def test_codecs_that_declare_one_form() -> None:
    class Nibbles(FieldCodec[int]):
        canonical = True

        def parse(self, cursor: Cursor) -> int:
            return cursor.take(1)[0]

        def build(self, value: int, out: bytearray) -> None:
            out.append(value)

    class Coded(Struct):
        value: int = coded(Nibbles(), size=1)

    assert Coded.certificate().kind == "canonical"
    assert Coded.parse(b"a").build() == b"a"


def test_kinds() -> None:
    assert Plain.certificate().kind == "canonical"
    assert str(Plain.certificate()) == "canonical: build() gives back every message that parse() accepts"
    assert Outer.certificate().kind == "canonical"

    class Late(Arm, tag=1):
        words: str = text(encoding="utf-16")

    found = Outer.certificate()
    assert found.kind == "lossless"
    (loss,) = found.losses
    assert (loss.path, loss.reason, loss.kept, loss.declaration.file) == ("arm(Late).words", "encoding", True, __file__)
    assert "    arm(Late).words" in str(found).splitlines()


@pytest.mark.parametrize(
    ("encoding", "one"),
    [
        ("utf-8", True), ("UTF8", True), ("latin-1", True), ("cp1252", True), ("koi8-r", True), ("utf-16-le", True), ("utf-16", False),
        ("utf-8-sig", False), ("utf-7", False), ("cp875", False), ("shift_jis", False), ("idna", False),
    ],
)  # fmt: skip
def test_encodings(encoding: str, one: bool) -> None:
    assert has_one_form(encoding) is one
    for first in range(256) if one else ():
        for rest in (b"", b"\x00", b"\x80", b"\xdc\x00\xd8", b"aaa"):
            data = bytes((first,)) + rest
            try:
                words = data.decode(encoding)
            except UnicodeError:
                continue
            assert words.encode(encoding) == data


def test_a_run_of_bits_keeps_only_what_is_its_own() -> None:
    """Behind a run of constant size lies the next field, behind one that varies what fills its last byte."""

    class Shared(Struct):
        run: Bits = bits(1, Bits)
        rest: int = bits(7)

    value = Shared.parse(b"\x01", keep=True)
    assert not kept.table_of(value)
    assert value.build() == b"\x01"
    assert Shared.certificate().kind == "canonical"


def test_an_encoding_with_a_mark_cannot_fill_an_area() -> None:
    """Six bytes without a mark are three characters, which with one take eight."""
    with pytest.raises(DeclarationError, match="byte order mark"):

        class Filled(Struct):
            words: str = text(size=6, encoding="utf-16")
