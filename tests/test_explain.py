"""What `explain` says of a format and of a message."""

from __future__ import annotations

import re
from typing import Literal

import pytest

from bitwright import (  # fmt: skip
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    checksum,
    const,
    domain_name,
    flag,
    i16,
    nested,
    pad,
    param,
    payload,
    raw,
    reserved,
    text,
    u8,
    u16,
    u24,
    when,
)
from bitwright.checksum import internet
from bitwright.escaping import printable, shortened
from bitwright.schema.spec import CheckType
from bitwright.seeing.explain.tables import table
from bitwright_specs.dns import Message
from tests.ir.programs import dns_messages, specs


class Kind(OpenEnum):
    DATA = 1
    ACK = 2


class Item(Struct, endian="inherit"):
    value: int = u16()


class Frame(Struct, endian="little"):
    """A frame with some of everything (RFC 9999)."""

    version: Literal[4] = const(bits(4), 4)
    _z: int = reserved(3)
    urgent: bool = flag(default=False)
    kind: Kind = u8(Kind, default=Kind.DATA)
    count: int = auto(u8())
    size: int = auto(u16())
    pseudo = param(bytes, default=b"")
    sum: int = checksum(u16(), internet, prefix=pseudo)
    _gap = pad(bytes=1)
    delta: int = i16(default=-1)
    body_size = size - 1
    items: list[Item] = array(Item, count=count)
    body: bytes = raw(size=size - 1)
    extra: int | None = when(urgent, u24())
    rest: bytes = payload()


FRAME = """\
Frame: A frame with some of everything (RFC 9999).
{module}.Frame: 10 bytes or more, little endian
Takes pseudo= from outside: bytes, default b''.

bits   field    type                 value
-----  -------  -------------------  -------------------------------------------------
0-3    version  4 bits               always 4
4-6    _z       3 bits               reserved: kept; a finding when not zero
7      urgent   flag                 default False
8-15   kind     u8, Kind             default DATA
16-23  count    u8                   derived: the number of items
24-39  size     u16                  derived: size - 1 is the size of body
40-55  sum      u16                  internet of all of it after pseudo, computed last
56-63  _gap     8 zero bits          not in the object
64-79  delta    i16                  default -1
80-    items    Item, count times    required
+0-    body     size - 1 bytes       required
+0-    extra    u24, only if urgent  None where absent
+0-    rest     bytes to the end     default b''
+ counts from the end of the last field whose size varies.
body_size = size - 1, computed

What is executed, in order:
"""


def test_the_layout() -> None:
    found = Frame.explain()
    expected = FRAME.format(module=__name__)
    assert found[: len(expected)] == expected


def test_the_reads_that_were_merged() -> None:
    said = Frame.explain().partition("What is executed, in order:\n")[2]
    assert said.startswith("  check that 10 bytes are there\n  read bytes 0-9 at once: ")
    assert "  count times:\n    check that 2 bytes are there\n    read bytes +0-1: value\n" in said
    assert "  check that the bytes of size - 1 are there\n  take body\n" in said
    assert "  if a condition holds:\n    check that 3 bytes are there\n" in said


def test_the_engine_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    class Small(Struct):
        a: int = u8()

    said = Small.explain()
    assert "\n\nEngine: auto, because nothing else was asked for.\n" in said
    assert "\n  parse: not used yet.\n  build: not used yet.\n" in said
    Small.parse(b"\1")
    assert "\n  parse: python: BITWRIGHT_COMPILE_AFTER is never.\n  build: not used yet.\n" in Small.explain()
    Small.parse(b"\1", strict=True)
    assert "\n  parse (strict): python: BITWRIGHT_COMPILE_AFTER is never.\n" in Small.explain()
    monkeypatch.setenv("BITWRIGHT_BACKEND", "interp")
    said = Frame.explain()
    assert "Engine: interp, because BITWRIGHT_BACKEND is 'interp'.\n" in said
    assert 'Others by name: codec("auto"), codec("python"), codec("llvm").\n' in said


def test_sizes_in_words() -> None:
    class Fixed(Struct):
        a: int = u8()

    class Between(Struct):
        a: int = u8()
        b: int | None = when(a != 0, u24())

    class Loose(Struct):
        a: int = bits(3)
        _b = pad(bits=5)

    class Bits(Struct):
        a: int = bits(3)

    assert f"{__name__}.Fixed: 1 byte, big endian" in Fixed.explain()
    assert f"{__name__}.Between: 1 byte to 4 bytes, big endian" in Between.explain()
    assert f"{__name__}.Loose: 1 byte, big endian" in Loose.explain()
    assert f"{__name__}.Bits: 3 bits, big endian" in Bits.explain()
    assert "It is no message by itself: it ends 3 bits into a byte" in Bits.explain()


def test_a_byte_order_from_outside() -> None:
    assert "Item: 2 bytes, byte order of the struct around it" in Item.explain()
    assert "1 (" not in Item.explain(b"\x01\x00", endian="little")
    assert "256 (0x100)" in Item.explain(b"\x01\x00", endian="big")


MESSAGE = """\
Frame: A frame with some of everything (RFC 9999).
{module}.Frame: 10 bytes or more, little endian
Takes pseudo= from outside: bytes, default b''.

bytes  bits     content    field           value
-----  -------  ---------  --------------  --------------
0      0-3      0100 ....  version         4
0      4-6      .... 000.  _z              0
0      7        .... ...1  urgent          True
1      8-15     02         kind            ACK (2)
2      16-23    01         count           1
3-4    24-39    03 00      size            3
5-6    40-55    e1 b7      sum             47073 (0xb7e1)
7      56-63    00         _gap            nothing
8-9    64-79    ff ff      delta           -1
10-11  80-95               items           1 element
10-11  80-95               items[0]        Item
10-11  80-95    05 00      items[0].value  5
12-13  96-111   61 62      body            2 bytes
14-16  112-135  01 00 00   extra           1
17     136-143  7a         rest            1 byte
"""


def test_a_message() -> None:
    data = bytes.fromhex("41 02 01 0300 e1b7 00 ffff 0500 6162 010000 7a")
    found = Frame.explain(data)
    assert found == MESSAGE.format(module=__name__)
    assert all(line == line.rstrip() for line in found.splitlines())


def test_a_message_with_parameters() -> None:
    class Sized(Struct):
        n = param(int)
        body: bytes = raw(size=n)

    assert "3 bytes" in Sized.explain(b"abc", n=3)
    assert Sized.explain(b"abc").endswith("needs the parameter n=" + Sized.explain(b"abc").partition("needs the parameter n=")[2])
    assert "(no field was read)" in Sized.explain(b"abc")


def test_any_buffer() -> None:
    data = dns_messages()[0]
    assert Message.explain(bytearray(data)) == Message.explain(memoryview(data)) == Message.explain(data)


def test_what_is_left_over() -> None:
    data = dns_messages()[0]
    assert Message.explain(data + b"\0").endswith("\n\n1 byte follows the message\n")
    assert Message.explain(data + b"\0\0").endswith("\n\n2 bytes follow the message\n")


def test_an_error_stands_below_what_was_read_before() -> None:
    data = dns_messages()[0]
    for size in range(len(data)):
        lines = Message.explain(data[:size]).splitlines()
        assert re.search(r"\[(truncated|count-too-large)\] \(declared at .*\.py:\d+\)$", lines[-1])
        assert lines[-2] == ""
        places = [line.split()[:2] for line in lines[6:-2] if line[0].isdigit() and line[7].isdigit()]
        assert all(int(octets.split("-")[-1]) < size for octets, _ in places)


@pytest.mark.parametrize("name", specs())
def test_every_spec_is_explained(name: str) -> None:
    struct = specs()[name]
    said = struct.explain()
    for field in struct.__bitwright__.fields:
        if isinstance(field.type, CheckType):
            assert f" must hold: {field.type.message}\n" in said
        else:
            assert re.search(rf"^\S+ +{field.name} ", said, re.MULTILINE), field.name
    assert said.isascii()


def test_fields_stand_in_the_order_in_which_they_lie() -> None:
    for data in dns_messages():
        rows = [line for line in Message.explain(data).splitlines()[6:] if line]
        begins = [int(row.split()[0].split("-")[0]) for row in rows]
        assert begins == sorted(begins)


class Hostile(Struct, origin=True):
    name: str = domain_name()
    word: str = text(prefix=u8(), encoding="utf-8")
    more: bytes = raw()


def test_nothing_of_the_data_reaches_a_terminal_unescaped() -> None:
    data = b"\x04\x1b[2J\x00" + b"\x07\x1b]0;\x07\n\r" + b"\x1b\x9b\x00"
    said = Hostile.explain(data)
    assert all(char.isprintable() or char == "\n" for char in said)
    assert "\\x1b]0;\\x07\\n\\r" in said


def test_long_values_are_cut() -> None:
    said = Hostile.explain(b"\0" + bytes([200]) + b"w" * 200 + bytes(100))
    assert max(map(len, said.splitlines())) < 200
    assert "www..." in said
    assert "00 00 ..." in said


class Outer(Struct):
    inner: Item = nested(Item, endian="big")
    items: list[int] = array(u8(), until=lambda it: it == 0)


def test_what_derives_a_nested_number_is_said_where_it_is_not_known() -> None:
    class Header(Struct):
        count: int = auto(u8())
        spare: int = auto(u8(default=7))

    said = Header.explain()
    assert re.search(r"count +u8 +derived by what nests Header, else given", said)
    assert re.search(r"spare +u8 +derived by what nests Header, else default 7", said)
    assert re.search(r"16- +items +u8, ", Outer.explain())


def test_tables() -> None:
    assert table(("a", "bb"), [("1", ""), ("22", "3")]) == "a   bb\n--  --\n1\n22  3"
    assert table(("a", "b"), [("x" * 9, "y")], widest=4) == f"a     b\n----  -\n{'x' * 9}  y"
    assert printable("a\x1bé") == "a\\x1bé"
    assert shortened("abcdef", 5) == "ab..."
