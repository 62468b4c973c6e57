"""`dictionary`: what the declaration says means something, as libFuzzer and AFL++ read it."""

from __future__ import annotations

import ast
import re

from bitwright import (
    Name,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    check,
    const,
    domain_name,
    raw,
    switch,
    text,
    u8,
    u16,
    u32,
    varint,
    when,
)  # fmt: skip
from bitwright.testing import dictionary
from bitwright.testing.dictionaries import entries
from bitwright_specs.dns import Message

LINE = re.compile(r'^[A-Za-z0-9_]+="((?:[^"\\]|\\x[0-9A-F]{2})+)"$')


class Kind(OpenEnum):
    SMALL = 3
    LARGE = 0x1234


class Text(Struct):
    words: str = text(prefix=u16())


class Blob(Struct):
    data: bytes = raw(terminator=b"END")


class Everything(Struct, endian="little"):
    magic: bytes = const(raw(size=4), b'\x89P"\\')
    version: int = const(u16(), 0x0102)
    kind: Kind = u32(Kind)
    order: Kind = u16(Kind, endian="big")
    flag: int = bits(3)
    nibble: int = bits(5)
    length: int = auto(u16())
    data: bytes = raw(size=length)
    tag: int = auto(u8())
    body: Text | Blob = switch(tag, {7: Text}, Blob)
    name: Name = domain_name()
    number: int = varint("leb128")
    extra: int | None = when(kind == 77, u8())
    items: list[int] = array(u16(), prefix=u8())
    check(length < 0x0501, "too long")


FOUND = {data: name for name, data in entries(Everything)}


def test_fixed_values_and_members_lie_as_on_the_wire() -> None:
    assert b'\x89P"\\' in FOUND
    assert b"\x02\x01" in FOUND
    assert b"\x34\x12\0\0" in FOUND
    assert b"\x12\x34" in FOUND
    assert b"\x34\x12" not in FOUND


def test_tags_limits_and_compared_numbers() -> None:
    assert FOUND[b"\x07"] == "Everything_body_tag_tag_Text"
    assert {b"\xff\xff", b"\xfe\xff", b"\0\x80"} <= set(FOUND)
    assert b"\x4d\0\0\0" in FOUND
    assert b"\x01\x05" in FOUND


def test_what_is_delimited_or_has_a_form_of_its_own() -> None:
    assert FOUND[b"END"] == "Blob_data_terminator"
    assert {b"\xc0\0", b"\x40", b"\xed\xa0\x80", b"\xff" * 11} <= set(FOUND)


def test_the_text_is_what_libfuzzer_reads() -> None:
    head, *lines = dictionary(Everything).splitlines()
    assert head.startswith("# Everything")
    read = []
    for line in lines:
        found = LINE.match(line)
        assert found, line
        read.append(ast.literal_eval(f'b"{found[1]}"'))
    assert read == list(FOUND)


def test_each_once_and_always_the_same() -> None:
    assert dictionary(Message) == dictionary(Message)
    read = [data for _, data in entries(Message)]
    assert len(set(read)) == len(read) >= 120
    assert b"\0\x29" in read
