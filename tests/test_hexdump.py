"""The hexdump: every byte named by its field, bits split, what is wrong at its place, nothing lost."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest

from bitwright import Struct, array, auto, bits, checksum, const, flag, nested, pad, param, payload, raw, reserved, text, u8, u16, when
from bitwright.checksum import internet
from bitwright.seeing.hexdump import Paper, hexdump
from bitwright.seeing.hexdump.layout import items_of
from bitwright.seeing.observe import Observation, Part, observe
from bitwright_specs.dns import Message
from tests.ir.programs import dns_messages, specs

ANSWER = bytes.fromhex("1234 8180 0001 0001 0000 0000 03777777 00 0001 0001 c00c 0001 0001 00000e10 0004 c0000201")

DNS = """\
Message  37 bytes
offset   0  1  2  3  4  5  6  7   8  9  a  b  c  d  e  f  ascii             field                     value
0000    12 34                                             .4                id                        4660 (0x1234)
0002          81                                            .
0002.0        1.......                                                      qr                        true
0002.1        .0000...                                                      opcode                    QUERY (0)
0002.5        .....0..                                                      aa                        false
0002.6        ......0.                                                      tc                        false
0002.7        .......1                                                      rd                        true
0003             80                                          .
0003.0           1.......                                                   ra                        true
0003.1           .0......                                                   z                         0
0003.2           ..0.....                                                   ad                        false
0003.3           ...0....                                                   cd                        false
0003.4           ....0000                                                   rcode                     NOERROR (0)
0004                00 01                                     ..            qdcount                   1
0006                      00 01                                 ..          ancount                   1
0008                             00 00                            ..        nscount                   0
000a                                   00 00                        ..      arcount                   0
000c                                         03 77 77 77              .www  questions[0].qname        www.
0010    00                                                .
0011       00 01                                           ..               questions[0].qtype        A (1)
0013             00 01                                       ..             questions[0].qclass       IN (1)
0015                   c0 0c                                   ..           answers[0].name           www.
0017                         00  01                              ..         answers[0].type           A (1)
0019                                00 01                          ..       answers[0].rclass         IN (1)
001b                                      00 00 0e 10                ....   answers[0].ttl            3600 (0xe10)
001f                                                  00                 .  answers[0].rdlength       4
0020    04                                                .
0021       c0 00 02 01                                     ....             answers[0].rdata.address  192.0.2.1
0025                                                                        authorities               no elements
0025                                                                        additionals               no elements
"""


def test_a_whole_message() -> None:
    assert Message.hexdump(ANSWER) == DNS


class Mixed(Struct):
    kind: Literal[7] = const(bits(4), 7)
    urgent: bool = flag(default=False)
    number: int = bits(11)
    sum: int = checksum(u16(), internet)
    _gap = pad(bits=4)
    low: int = reserved(4)
    note: str = text(prefix=u8())
    extra: int | None = when(urgent, u8())
    items: list[int] = array(u16(), count=2)


MIXED = """\
Mixed  12 bytes
offset   0  1  2  3  4  5  6  7  ascii     field     value
0000    74 05                    t.
0000.0  0111.... ........                  kind      7
0000.4  ....0... ........                  urgent    false
0000.5  .....100 00000101                  number    1029 (0x405)
0002          8b 4f                .O      sum       35663 (0x8b4f)
              ^^ ^^                        finding: the checksum is 0x8b4f, the bytes give 0x108c [checksum]
0004                13               .
0004.0              0001....               _gap      padding
                    ^^^^                   finding: padding is 0x1, not zero [padding]
0004.4              ....0011               low       3
                        ^^^^               finding: reserved bits are 0x3 [reserved-bits]
0005                   02 68 69       .hi  note      hi
0008    00 01                    ..        items[0]  1
000a          00 02                ..      items[1]  2
"""


def test_bits_across_bytes_findings_padding_and_what_is_absent() -> None:
    assert Mixed.hexdump(bytes.fromhex("7405 8b4f 13 026869 0001 0002"), bytes_per_row=8) == MIXED


def lines(struct: type[Struct], data: bytes, **options: Any) -> list[str]:
    """The lines of a hexdump eight bytes wide without heading and column heads."""
    return struct.hexdump(data, bytes_per_row=8, **options).splitlines()[2:]


def test_a_field_that_fails_is_named_with_the_bytes_that_it_did_not_get() -> None:
    assert lines(Mixed, b"\x64\x05") == [
        "0000    64 05                    d.        kind   (not read)",
        "        ^^                                 error at byte 0: kind: is 6, must be 7 [const]",
    ]
    assert lines(Mixed, b"") == ["0000    ^^                                 error at byte 0: kind: needs 1 byte, none left [truncated]"]


class Counted(Struct):
    count: int = auto(u16())
    numbers: list[int] = array(u16(), count=count)
    body: bytes = payload()


def test_what_made_it_fail_is_said_where_it_failed() -> None:
    count, rest, mark = lines(Counted, b"\x00\x05\x01\x02\x03")
    assert count == "0000    00 05                    ..        count  5"
    assert rest == "0002          01 02 03             ...     numbers  (not read)"
    said = "error at byte 2: numbers: a count of 5 cannot lie in the 3 bytes left, because count at byte 0 is 5 [count-too-large]"
    assert mark == f"              ^^                           {said}"


def test_an_error_within_a_field_is_marked_at_its_byte() -> None:
    class Note(Struct):
        words: str = text(size=100)

    shown = lines(Note, b"a" * 70 + b"\xff" + b"b" * 29)
    assert shown[4] == "0020    ... 32 more bytes of words"
    assert shown[5] == "0040    61 61 61 61 61 61 ff 62  aaaaaa.b"
    assert shown[6] == "                          ^^               error at byte 70: words: byte 0xff is not valid utf-8 [bad-text]"
    assert shown[7] == "0048    ... 28 more bytes of words"


def test_bytes_after_the_message() -> None:
    class Short(Struct):
        a: int = u8()

    assert lines(Short, b"\x01\x02\x03") == [
        "0000    01                       .         a      1",
        "0001       02 03                  ..       (left over)",
        "           ^^                              error: 2 bytes are left over after the message [unconsumed]",
    ]


def test_long_lists_and_bodies_are_folded_unless_asked_for() -> None:
    data = Counted(numbers=list(range(50)), body=b"x" * 2000).build()
    folded = Counted.hexdump(data)
    assert "\n0022    ... 33 more elements of numbers (66 bytes)\n0064" in folded
    assert "numbers[49]  49 (0x31)" in folded
    assert folded.endswith("\n00a0    ... 1,942 more bytes of body\n")
    whole = Counted.hexdump(data, fold=False)
    assert " more " not in whole
    assert whole.count("\n") > 170


def test_a_folded_list_shows_the_element_that_is_wrong() -> None:
    class One(Struct):
        value: int = bits(4)
        low: int = reserved(4)

    class Many(Struct):
        ones: list[One] = array(One)

    wrong = bytes([0x10] * 60 + [0x12] + [0x10] * 60)
    shown = Many.hexdump(wrong)
    assert "... 44 more elements of ones (44 bytes)" in shown
    assert "ones[60].low" in shown
    assert "finding: reserved bits are 0x2 [reserved-bits]" in shown
    assert "... 59 more elements of ones (59 bytes)" in shown


def test_fields_may_lie_anywhere_overlap_and_leave_gaps() -> None:
    parts = [
        Part("table", 0, 16, [1], [Part("table[0]", 0, 8, 1)]),
        Part("far", 48, 64, b"yz"),
        Part("near", 24, 40, 7),
        Part("again", 32, 40, 8),
    ]
    items, behind = items_of(Observation(bytes(8), parts, [], None, 8), fold=True)
    assert not behind
    assert [(item.begin, item.end, item.name, item.text) for item in items] == [
        (0, 8, "table[0]", "1"),
        (8, 16, "table", "length, padding or end mark"),
        (16, 24, "", "in no field"),
        (24, 40, "near", "7"),
        (32, 40, "again", "8"),
        (40, 48, "", "in no field"),
        (48, 64, "far", '2 bytes, "yz"'),
    ]


def test_a_byte_order_and_parameters_from_outside() -> None:
    class Inner(Struct, endian="inherit"):
        wide = param(bool, default=False)
        n: int = u16()
        more: int | None = when(wide, u8())

    assert "n      256 (0x100)" in Inner.hexdump(b"\x00\x01", endian="little")
    assert "more   5" in Inner.hexdump(b"\x00\x01\x05", endian="big", wide=True)

    class Cells(Struct):
        width = param(int)
        columns = param(int)
        cells: list[int] = array(u8(), count=width + columns)

    assert "cells[3]  4" in Cells.hexdump(b"\1\2\3\4", width=2, columns=2)


def test_colour_changes_nothing_but_colour() -> None:
    for data in (ANSWER, ANSWER[:-3], ANSWER + b"ab"):
        coloured = Message.hexdump(data, color=True)
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == Message.hexdump(data)
        assert "\x1b[36m12 34\x1b[0m" in coloured


@pytest.mark.parametrize("width", [0, 65, -1])
def test_a_width_that_makes_no_sense(width: int) -> None:
    with pytest.raises(ValueError, match="a row has 1 to 64 bytes"):
        Message.hexdump(ANSWER, bytes_per_row=width)


def bytes_shown(shown: str, width: int) -> dict[int, int]:
    """The bytes in the rows of a hexdump, by their offsets; each must stand in its column."""
    found: dict[int, int] = {}
    for line in shown.splitlines()[2:]:
        if row := re.match(r"([0-9a-f]{4,})  (  .*)", line):
            area = row[2][2 : 2 + 3 * width + width // 8]
            begin = int(row[1], 16)
            for column in range(begin % width, width):
                at = 3 * column + column // 8
                if not re.fullmatch(r"[0-9a-f]{2}", area[at : at + 2]):
                    break
                found[begin - begin % width + column] = int(area[at : at + 2], 16)
    return found


@pytest.mark.parametrize("width", [1, 7, 8, 16, 24])
def test_every_byte_is_shown_whole_cut_or_broken(width: int) -> None:
    for number, message in enumerate(dns_messages()[:40]):
        cut = message[: number * 7 % len(message)]
        broken = bytes(b ^ 0xFF if i == 13 + number else b for i, b in enumerate(message))
        for data in (message, cut, broken, message + b"tail"):
            shown = Message.hexdump(data, fold=False, bytes_per_row=width)
            assert bytes_shown(shown, width) == dict(enumerate(data))


@pytest.mark.parametrize("name", sorted(specs()))
def test_every_format_shows_every_byte_of_anything(name: str) -> None:
    struct = specs()[name]
    order: dict[str, Any] = {"endian": "big"} if struct.codec("interp").spec.order == "inherit" else {}
    for size in (0, 1, 7, 40, 100):
        data = bytes(i * 37 & 0xFF for i in range(size))
        assert bytes_shown(struct.hexdump(data, fold=False, **order), 16) == dict(enumerate(data))


def test_nested_names_are_paths() -> None:
    class Leaf(Struct):
        value: bytes = raw(size=2)

    class Branch(Struct):
        leaf: Leaf = nested(Leaf)
        leaves: list[Leaf] = array(Leaf, count=1)

    assert [line[43:] for line in lines(Branch, b"abcd")] == ['leaf.value       2 bytes, "ab"', 'leaves[0].value  2 bytes, "cd"']


def test_a_narrow_terminal_gets_narrow_lines() -> None:
    shown = hexdump(Message, ANSWER[:-2], Paper(8, columns=80)).splitlines()
    assert max(map(len, shown)) <= 80
    first = next(number for number, line in enumerate(shown) if "error at byte 33" in line)
    said = " ".join(line.strip().removeprefix("^^").strip() for line in shown[first:])
    assert said.endswith("needs 4 bytes, 2 bytes left, because rdlength at byte 31 is 4 [truncated]")


class FromTheLowest(Struct, bit_order="lsb"):
    a: int = bits(3)
    b: int = bits(10)
    _z: int = reserved(3)
    c: int = bits(4)
    d: list[int] = array(bits(6), count=2)
    k: int = u16()
    m: bool = flag(bit_order="msb")
    n: int = bits(7, bit_order="msb")


LOWEST_FIRST = """\
FromTheLowest  7 bytes
offset   0  1  2  3  4  5  6  7  ascii     field  value
0000    55 95                    U.
0000.0  .....101 ........                  a      5
0000.3  01010... ...10101                  b      682 (0x2aa)
0001.5  ........ 100.....                  _z     4
                 ^^^                       finding: reserved bits are 0x4 [reserved-bits]
0002          19 08                ..
0002.0        ....1001 ........            c      9
0002.4        0001.... ......00            d[0]   1
0003.2        ........ 000010..            d[1]   2
0004                01 02            ..    k      513 (0x201)
0006                      85           .
0006.0                 1.......            m      true
0006.1                 .0000101            n      5
"""


def test_bits_that_fill_bytes_from_the_lowest_stand_where_they_are() -> None:
    wire = FromTheLowest(a=5, b=0x2AA, c=9, d=[1, 2], k=513, m=True, n=5).build()
    assert FromTheLowest.hexdump(wire[:1] + bytes([wire[1] | 0x80]) + wire[2:], bytes_per_row=8) == LOWEST_FIRST


def test_lengths_before_elements_belong_to_their_list() -> None:
    class Words(Struct):
        words: list[bytes] = array(raw(prefix=u8()), size=4)

    class Many(Struct):
        many: list[Words] = array(Words)

    items, _ = items_of(observe(Many, b"\1a\1b" * 300), fold=False)
    assert {item.kind for item in items} == {"field"}
    inner = [Part(f"a[{n}]", 16 * n, 16 * n + 16, [], [Part(f"a[{n}][0]", 16 * n + 8, 16 * n + 16, 1)]) for n in range(5)]
    items, _ = items_of(Observation(bytes(10), [Part("a", 0, 80, [], inner)], [], None, 10), fold=False)
    assert [item.name for item in items[:4]] == ["a[0]", "a[0][0]", "a[1]", "a[1][0]"]
    assert [item.kind for item in items] == ["rest", "field"] * 5
