"""What every op means: small programs with what they must write and yield, or the code they must fail with."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any

from bitwright import IPv4Address, OpenEnum, Struct, u8, u16
from bitwright.checksum import internet
from bitwright.enums import table_of


class Colour(OpenEnum):
    RED = 1
    BLUE = 2


class Strict(enum.IntEnum):
    ON = 1


class Pair(Struct):
    left: int = u8()
    right: int = u16(default=7)


class Other(Struct):
    only: int = u8()


SYMBOLS: Mapping[str, Any] = {
    "@Colour": table_of(Colour), "@Strict": table_of(Strict), "@Pair": Pair, "@Other": Other, "@IPv4Address": IPv4Address,
    "@internet": internet, "@rot": lambda raw: raw[::-1].decode(),
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Fails:
    """The outcome of a program that fails."""

    code: str


@dataclasses.dataclass(frozen=True)
class Case:
    """A program of one direction about one op, its input, and what it must give.

    Of a parse program `expected` is what it yields; of a build program the bytes and what it yields.
    """

    kind: str
    name: str
    direction: str
    body: str
    outs: str
    expected: Any
    data: bytes = b""
    params: str = ""
    args: tuple[Any, ...] = ()
    more: str = ""


WORD = 'need %0, %1 {size: 2}\n%9: int<0..65535> word = load %0 {offset: 0, bytes: 2, order: "big"}\n'
ZERO_LINE = "%8: int<0..0> = const {value: 0}\n"
I64 = "int<-2^63..2^63-1>"


def number(kind: str, name: str, body: str, expected: Any, *args: int) -> Case:
    """An op on numbers: the parameters are %2, %3, %4, the result %5."""
    params = ", ".join(f"%{i}: {I64} n{i}" for i in range(2, 2 + len(args)))
    return Case(kind, name, "parse", f"{body}\nyield %5", "int", expected, params=params, args=args)


def read(kind: str, name: str, body: str, data: bytes, expected: Any, outs: str = "int", params: str = "", args: tuple[Any, ...] = ()) -> Case:
    """An op on the input."""
    return Case(kind, name, "parse", body, outs, expected, data, params, args)


def write(kind: str, name: str, body: str, expected: Any, *args: Any, outs: str = "", params: str = "%0: obj message") -> Case:
    """An op of building."""
    return Case(kind, name, "build", body, outs, expected, params=params, args=args)


def _binary(name: str, left: int, right: int, expected: int) -> Case:
    wide = "int<-2^126..2^126>"
    limits = {"floordiv": "int<1..1000>", "mod": "int<1..1000>", "shl": "int<0..64>", "shr": "int<0..64>"}
    positive = name in ("and", "or", "xor")
    first = "int<0..2^32-1>" if positive else "int<-2^31..2^31>"
    second = limits.get(name, first)
    body = f'%5: {wide} = bin %2, %3 {{op: "{name}"}}\nyield %5'
    return Case("bin", name, "parse", body, "int", expected, params=f"%2: {first}, %3: {second}", args=(left, right))


NUMBERS = [
    number("const", "its value", "%5: int<-5..-5> = const {value: -5}", -5),
    *(
        _binary(*case) for case in (
            ("add", 7, -9, -2), ("sub", 7, 9, -2), ("mul", -7, 9, -63), ("floordiv", -7, 2, -4), ("mod", -7, 4, 1),
            ("and", 12, 10, 8), ("or", 12, 10, 14), ("xor", 12, 10, 6), ("shl", 3, 4, 48), ("shr", -9, 1, -5),
            ("eq", 3, 3, 1), ("ne", 3, 3, 0), ("lt", -1, 0, 1), ("le", 2, 1, 0), ("gt", 2, 1, 1), ("ge", 1, 1, 1),
            ("min", 4, -4, -4), ("max", 4, -4, 4),
        )
    ),
    number("neg", "minus", "%5: int<-2^63..2^63> = neg %2", -3, 3),
    number("not", "of zero", "%5: int<0..1> = not %2", 1, 0),
    number("not", "of anything else", "%5: int<0..1> = not %2", 0, -2),
    number("select", "the first", f"%5: {I64} = select %2, %3, %4", 10, 5, 10, 20),
    number("select", "the second", f"%5: {I64} = select %2, %3, %4", 20, 0, 10, 20),
    number("lookup", "a key", "%5: int<-1..9> = lookup %2 {table: {1: 9, 2: 4}, default: -1}", 9, 1),
    number("lookup", "no key", "%5: int<-1..9> = lookup %2 {table: {1: 9, 2: 4}, default: -1}", -1, 3),
]  # fmt: skip

INPUT = [
    read("need", "enough", "need %0, %1 {size: 3}\nyield %1", b"abc", 3),
    read("need", "too few", "need %0, %1 {size: 4}\nyield %1", b"abc", Fails("truncated")),
    read("need.var", "enough", 'need.var %0, %1, %2 {expr: "n", refs: ()}\nyield %2', b"abc", 3, params=f"%2: {I64} n", args=(3,)),
    read(
        "need.var", "too few", 'need.var %0, %1, %2 {expr: "n", refs: ()}\nyield %2', b"abc", Fails("truncated"),
        params=f"%2: {I64} n", args=(4,),
    ),
    read(
        "need.var", "negative", 'need.var %0, %1, %2 {expr: "n", refs: ()}\nyield %2', b"abc", Fails("negative-size"),
        params=f"%2: {I64} n", args=(-1,),
    ),
    read("load", "big", 'need %0, %1 {size: 4}\n%2: int<0..2^24-1> = load %0 {offset: 1, bytes: 3, order: "big"}\nyield %2', b"\1\2\3\4", 0x020304),
    read("load", "little", 'need %0, %1 {size: 2}\n%2: int<0..65535> = load %0 {offset: 0, bytes: 2, order: "little"}\nyield %2', b"\1\2", 0x0201),
    read("load", "nine bytes", 'need %0, %1 {size: 9}\n%2: int<0..2^72-1> = load %0 {offset: 0, bytes: 9, order: "big"}\nyield %2', bytes(8) + b"\5", 5),
    read(
        "unpack", "with a gap",
        'need %0, %1 {size: 5}\n%2: int<0..255>, %3: int<0..65535> = unpack %0 {layout: ((0, 1, "big"), (3, 2, "big"))}\nyield %2, %3',
        b"\1\2\3\4\5", (1, 0x0405), "int, int",
    ),
    read("bits", "unsigned", f"{WORD}%2: int<0..15> = bits %9 {{shift: 4, width: 4, signed: false}}\nyield %2", b"\x12\xf4", 15),
    read("bits", "signed", f"{WORD}%2: int<-8..7> = bits %9 {{shift: 4, width: 4, signed: true}}\nyield %2", b"\x12\xf4", -1),
    read("find", "there", '%2: int<0..2^48> = find %0, %1 {terminator: x"0d0a"}\nyield %2', b"ab\r\ncd\r\n", 2),
    read("find", "absent", '%2: int<0..2^48> = find %0, %1 {terminator: x"00"}\nyield %2', b"abc", Fails("no-terminator")),
    read("same", "yes", 'need %0, %1 {size: 2}\n%2: int<0..1> = same %0 {value: x"6162"}\nyield %2', b"abc", 1),
    read("same", "no", 'need %0, %1 {size: 2}\n%2: int<0..1> = same %0 {value: x"6163"}\nyield %2', b"abc", 0),
    read("zeros", "yes", "%2: int<0..1> = zeros %0, %1\nyield %2", bytes(3), 1),
    read("zeros", "no", "%2: int<0..1> = zeros %0, %1\nyield %2", b"\0\1\0", 0),
    read(
        "checksum", "own bytes count as zero",
        "%2: obj = none\n%3: int<1..1> = const {value: 1}\n"
        "%4: int<0..65535> = checksum %0, %1, %0, %3, %2 {algorithm: @internet, bytes: 2}\nyield %4",
        b"\xff\xff\0\1\0\2", internet(b"\0\0\0\1\0\2"),
    ),
    read(
        "checksum", "with a prefix", "%3: int<1..1> = const {value: 1}\n"
        "%4: int<0..65535> = checksum %0, %1, %0, %3, %2 {algorithm: @internet, bytes: 2}\nyield %4",
        b"\0\0\0\1", internet(b"\0\5\0\0\0\1"), params="%2: obj prefix", args=(b"\0\5",),
    ),
    read(
        "checksum", "none to check", f"{ZERO_LINE}%2: obj = none\n"
        "%4: int<0..65535> = checksum %0, %1, %0, %8, %2 {algorithm: @internet, bytes: 2}\nyield %4",
        b"\0\0\0\1", 0,
    ),
]  # fmt: skip

OBJECTS = [
    read("none", "None", "%2: obj = none\nyield %2", b"", None, "obj"),
    read("constant", "its bytes", '%2: obj = constant {value: x"00ff"}\nyield %2', b"", b"\x00\xff", "obj"),
    read("box", "int", f'{WORD}%2: obj = box %9 {{as: "int"}}\nyield %2', b"\1\0", 256, "obj"),
    read("box", "bool", f'{WORD}%2: obj = box %9 {{as: "bool"}}\nyield %2', b"\1\0", True, "obj"),
    read("box", "a member", f"{WORD}%2: obj = box %9 {{as: @Colour}}\nyield %2", b"\0\2", Colour.BLUE, "obj"),
    read("box", "a number without a name", f"{WORD}%2: obj = box %9 {{as: @Colour}}\nyield %2", b"\0\7", Colour(7), "obj"),
    read("box", "a closed enumeration", f"{WORD}%2: obj = box %9 {{as: @Strict}}\nyield %2", b"\0\7", 7, "obj"),
    read(
        "split", "a byte", 'need %0, %1 {size: 1}\n%2: int<0..255> = load %0 {offset: 0, bytes: 1, order: "big"}\n'
        '%3: obj flag, %4: obj small, %5: obj colour = split %2 {fields: ((7, 1, false, "bool"), (3, 4, true, "int"), (0, 3, false, @Colour))}\n'
        "yield %3, %4, %5",
        b"\xfa", (True, -1, Colour.BLUE), "obj, obj, obj",
    ),
    read("known", "yes", f"{WORD}%2: int<0..1> = known %9 {{table: @Colour}}\nyield %2", b"\0\1", 1),
    read("known", "no", f"{WORD}%2: int<0..1> = known %9 {{table: @Colour}}\nyield %2", b"\0\7", 0),
    read("span", "bytes", '%2: obj = span %0, %1 {as: "bytes"}\nyield %2', b"abc", b"abc", "obj"),
    read("span", "a class", "need %0, %1 {size: 4}\n%2: obj = span %0, %1 {as: @IPv4Address}\nyield %2", b"\1\2\3\4", IPv4Address("1.2.3.4"), "obj"),
    read("render", "hex", '%2: obj = render %0, %1 {with: "hex"}\nyield %2', b"\xab\x01", "ab01", "obj"),
    read("render", "by a function", "%2: obj = render %0, %1 {with: @rot}\nyield %2", b"abc", "cba", "obj"),
    read("text", "readable", '%2: obj = text %0, %1 {encoding: "utf-8"}\nyield %2', "aé".encode(), "aé", "obj"),
    read("text", "unreadable", '%2: obj = text %0, %1 {encoding: "ascii"}\nyield %2', b"a\xff", Fails("bad-text"), "obj"),
    read("memo", "empty", "%2: obj = memo\nyield %2", b"", {}, "obj"),
    read(
        "name", "with a pointer", "need %0, %1 {size: 4}\n%2: obj = memo\n%3: int<4..4> = const {value: 4}\n"
        '%4: int<0..2^48> = bin %0, %3 {op: "add"}\n%5: obj, %6: int<0..2^48> = name %4, %1, %0, %2 {hops: 4}\nyield %5, %6',
        b"\2ab\0\1x\xc0\0", ("x.ab.", 8), "obj, int",
    ),
    read(
        "name", "forwards", "%2: obj = memo\n%5: obj, %6: int<0..2^48> = name %0, %1, %0, %2 {hops: 4}\nyield %5, %6",
        b"\xc0\2\0", Fails("bad-pointer"), "obj, int",
    ),
    read("list", "empty", "%2: obj = list\nyield %2", b"", [], "obj"),
    read("append", "an object", "%2: obj = list\n%3: obj = none\nappend %2, %3\nyield %2", b"", [None], "obj"),
    read(
        "make", "positional and by keyword", f'{WORD}%2: obj = box %9 {{as: "int"}}\n%3: obj = make %2, %2 {{class: @Pair, keywords: ("right",)}}\nyield %3',
        b"\0\5", Pair(left=5, right=5), "obj",
    ),
    read(
        "record", "a dict in order", f'{WORD}%2: obj = box %9 {{as: "int"}}\n%3: obj = none\n%4: obj = record %2, %3 {{names: ("b", "a")}}\nyield %4',
        b"\0\5", {"b": 5, "a": None}, "obj",
    ),
]  # fmt: skip

CONTROL = [
    read("fail_if", "not", f'{ZERO_LINE}fail_if %8 {{code: "const", message: "wrong"}}\nyield %8', b"", 0),
    read("fail_if", "so", f'{WORD}fail_if %9, %9 {{code: "const", message: "is {{1}}"}}\nyield %9', b"\0\1", Fails("const")),
    read("finding_if", "not", f'{ZERO_LINE}finding_if %8 {{code: "padding", message: "dirty"}}\nyield %8', b"", 0),
    read(
        "finding_if", "so", f'{WORD}enter %0 {{name: "x", phase: 0, location: none}}\nfinding_if %9 {{code: "padding", message: "dirty"}}\n'
        "%2: obj = none\nleave %0, %2 {phase: 0}\nyield %9", b"\0\1", Fails("padding"),
    ),
    *(
        read(
            "if", name, f"{WORD}%2: int<0..65535> x, %3: obj y = if %9\nthen\n  %4: obj = list\n  yield %9, %4\nelse\n"
            "  %5: int<3..3> = const {value: 3}\n  %6: obj = none\n  yield %5, %6\nend\nyield %2, %3", data, expected, "int, obj",
        )
        for name, data, expected in (("then", b"\0\1", (1, [])), ("else", b"\0\0", (3, None)))
    ),
    *(
        read(
            "loop.count", name, f"{WORD}{ZERO_LINE}%2: int<0..2^48> sum = loop.count %9, %8\ndo %3: int<0..2^48> index, %4: int<0..2^48> so_far\n"
            '  %5: int<0..2^48> = bin %4, %3 {op: "add"}\n  yield %5\nend\nyield %2', data, expected,
        )
        for name, data, expected in (("some", b"\0\5", 10), ("none", b"\0\0", 0))
    ),
    read(
        "loop.while", "until the end", f"{ZERO_LINE}%2: int<0..1> = bin %0, %1 {{op: \"lt\"}}\n"
        "%3: int<0..2^48> after, %4: int<0..2^48> count = loop.while %2, %0, %8\n"
        "do %5: int<0..2^48> at, %6: int<0..2^48> so_far\n  need %5, %1 {size: 2}\n  %7: int<2..2> = const {value: 2}\n"
        '  %10: int<0..2^48> = bin %5, %7 {op: "add"}\n  %11: int<1..1> = const {value: 1}\n  %12: int<0..2^48> = bin %6, %11 {op: "add"}\n'
        '  %13: int<0..1> = bin %10, %1 {op: "lt"}\n  yield %13, %10, %12\nend\nyield %3, %4',
        b"abcdef", (6, 3), "int, int",
    ),
    read("loop.while", "not once", f"{ZERO_LINE}%2: int<0..2^48> = loop.while %8, %8\ndo %3: int<0..2^48>\n  yield %8, %3\nend\nyield %2", b"", 0),
    Case(
        "loop.each", "elements and their numbers", "build",
        "%1: obj = list\n%2: obj last = loop.each %0, %1\ndo %3: int<0..2^48> index, %4: obj item, %5: obj before\n"
        '  %6: obj = box %3 {as: "int"}\n  append %1, %6\n  append %1, %4\n  yield %4\nend\nyield %1, %2',
        "obj, obj", (b"", ([0, "a", 1, "b"], "b")), params="%0: obj items", args=(["a", "b"],),
    ),
    read("yield", "several", "yield %0, %1", b"ab", (0, 2), "int, int"),
    Case(
        "call", "with a result", "parse", '%2: int<0..2^48> = call %0, %1 {function: "twice"}\nyield %2', "int", 6, b"abc",
        more='function twice(%0: int<0..2^48> pos, %1: int<0..2^48> end) -> int\n  %2: int<0..2^49> = bin %1, %1 {op: "add"}\n  yield %2\nend',
    ),
    *(
        Case(
            "dispatch", name, "parse",
            f'{WORD}%2: obj = dispatch %9, %0, %1 {{table: {{1: "one", 2: "two"}}, default: {default}}}\nyield %2', "obj", expected, data,
            more="".join(
                f'function {arm}(%0: int<0..2^48> pos, %1: int<0..2^48> end) -> obj\n  %2: obj = constant {{value: x"{value}"}}\n  yield %2\nend\n'
                for arm, value in (("one", "01"), ("two", "02"), ("rest", "03"))
            ),
        )
        for name, data, default, expected in (
            ("an arm", b"\0\2", "none", b"\2"), ("the default", b"\0\7", '"rest"', b"\3"), ("no arm", b"\0\7", "none", Fails("unknown-tag")),
        )
    ),
    read("enter", "says nothing", 'enter %0 {name: "x", phase: 3, location: location("a.py", 1)}\nleave %0, %1 {phase: 0}\nyield %1', b"a", 1),
    read("leave", "says nothing", "enter %0, %1 {name: none, phase: 0, location: none}\nleave %0, %1 {phase: 0}\nyield %1", b"a", 1),
]  # fmt: skip

NUMBER_PARAM = f"%0: {I64} n"

VALUES = [
    write("attr", "a field", '%1: obj = attr %0 {name: "left"}\nyield %1', (b"", 5), Pair(left=5), outs="obj"),
    write("is_none", "yes", "%1: int<0..1> = is_none %0\nyield %1", (b"", 1), None, outs="int"),
    write("is_none", "no", "%1: int<0..1> = is_none %0\nyield %1", (b"", 0), 0, outs="int"),
    write("as_int", "fits", "%1: int<0..255> = as_int %0 {lo: 0, hi: 255}\nyield %1", (b"", 255), 255, outs="int"),
    write("as_int", "an enumeration", "%1: int<0..255> = as_int %0 {lo: 0, hi: 255}\nyield %1", (b"", 2), Colour.BLUE, outs="int"),
    write("as_int", "a bool", "%1: int<0..255> = as_int %0 {lo: 0, hi: 255}\nyield %1", (b"", 1), True, outs="int"),
    write("as_int", "too large", "%1: int<0..255> = as_int %0 {lo: 0, hi: 255}\nyield %1", Fails("range"), 256, outs="int"),
    write("as_int", "no int", "%1: int<0..255> = as_int %0 {lo: 0, hi: 255}\nyield %1", Fails("type"), "1", outs="int"),
    write("as_bytes", "any buffer", "%1: obj = as_bytes %0 {size: none}\nyield %1", (b"", b"ab"), bytearray(b"ab"), outs="obj"),
    write("as_bytes", "another size", "%1: obj = as_bytes %0 {size: 3}\nyield %1", Fails("size"), b"ab", outs="obj"),
    write("as_bytes", "no buffer", "%1: obj = as_bytes %0 {size: none}\nyield %1", Fails("type"), "ab", outs="obj"),
    write("as_text", "bytes and text", '%1: obj, %2: obj = as_text %0 {encoding: "utf-8"}\nyield %1, %2', (b"", ("é".encode(), "é")), "é", outs="obj, obj"),
    write("as_text", "not writable", '%1: obj, %2: obj = as_text %0 {encoding: "ascii"}\nyield %1, %2', Fails("text"), "é", outs="obj, obj"),
    write("as_text", "no text", '%1: obj, %2: obj = as_text %0 {encoding: "ascii"}\nyield %1, %2', Fails("type"), b"e", outs="obj, obj"),
    write("as_list", "a tuple", "%1: obj = as_list %0\nyield %1", (b"", [1, 2]), (1, 2), outs="obj"),
    write("as_list", "no list", "%1: obj = as_list %0\nyield %1", Fails("type"), {1}, outs="obj"),
    write("as_value", "from text", "%1: obj = as_value %0 {class: @IPv4Address}\nyield %1", (b"", IPv4Address("1.2.3.4")), "1.2.3.4", outs="obj"),
    write("as_value", "unfit", "%1: obj = as_value %0 {class: @IPv4Address}\nyield %1", Fails("type"), "1.2.3", outs="obj"),
    write("as_class", "an instance", "as_class %0 {class: @Pair}", (b"", None), Pair(left=1)),
    write("as_class", "another class", "as_class %0 {class: @Pair}", Fails("type"), Other(only=1)),
    write("arm", "its number", "%1: int<0..1> = arm %0 {classes: (@Pair, @Other)}\nyield %1", (b"", 1), Other(only=1), outs="int"),
    write("arm", "no arm", "%1: int<0..0> = arm %0 {classes: (@Pair,)}\nyield %1", Fails("type"), Other(only=1), outs="int"),
    write("item", "an element", "%1: obj = item %0 {index: 1}\nyield %1", (b"", "b"), ["a", "b"], outs="obj"),
    write("set", "an attribute", '%1: obj = none\nset %0, %1 {name: "right"}\nyield %0', (b"", Pair(left=1, right=None)), Pair(left=1), outs="obj"),  # type: ignore[arg-type]
    write("len", "of bytes", "%1: int<0..2^48> = len %0\nyield %1", (b"", 3), b"abc", outs="int"),
]  # fmt: skip

OUTPUT = [
    write("here", "bytes so far", "put.bytes %0\n%1: int<0..2^48> = here\nyield %1", (b"abc", 3), b"abc", outs="int"),
    write(
        "here", "inside a byte", "%2: int<1..1> = const {value: 1}\nput.bytes %0\n"
        'put %2 {width: 3, order: "big"}\n%1: int<0..2^48> = here {phase: 3}\nput %2 {width: 5, order: "big", phase: 3}\nyield %1',
        (b"a\x21", 1), b"a", outs="int",
    ),
    write("put", "big", 'put %0 {width: 16, order: "big"}', (b"\1\2", None), 0x0102, params="%0: int<0..65535>"),
    write("put", "little", 'put %0 {width: 16, order: "little"}', (b"\2\1", None), 0x0102, params="%0: int<0..65535>"),
    write("put", "negative", 'put %0 {width: 8, order: "big"}', (b"\xff", None), -1, params="%0: int<-128..127>"),
    write(
        "put", "bits", 'put %0 {width: 3, order: "big"}\nput %0 {width: 13, order: "big", phase: 3}', (b"\xa0\x05", None), 5, params="%0: int<0..7>",
    ),
    write(
        "put.pack", "of both orders and of bits", 'put.pack %0, %0, %0, %0 {layout: ((4, "big"), (4, "big"), (16, "little"), (24, "big"))}',
        (b"\x55\5\0\0\0\5", None), 5, params="%0: int<0..15>",
    ),
    write("put.bytes", "as they are", "put.bytes %0", (b"ab", None), b"ab"),
    write("put.bytes", "with a terminator", 'put.bytes %0 {terminator: x"00"}', (b"ab\0", None), b"ab"),
    write("put.bytes", "that contain it", 'put.bytes %0 {terminator: x"00"}', Fails("size"), b"a\0b"),
    write("put.zeros", "so many", "put.zeros %0", (bytes(3), None), 3, params="%0: int<0..9>"),
    write(
        "put.name", "compressed", "%1: obj = memo\n%2: int<0..0> = const {value: 0}\n%3: obj = put.name %0, %2, %1 {compress: true}\n"
        "%4: obj = put.name %0, %2, %1 {compress: true}\nyield %4", (b"\1a\0\xc0\0", "a."), "a.", outs="obj",
    ),
    write(
        "put.name", "written out", "%1: obj = memo\n%2: int<0..0> = const {value: 0}\n%3: obj = put.name %0, %2, %1 {compress: false}\n"
        "%4: obj = put.name %0, %2, %1 {compress: false}\nyield %4", (b"\1a\0\1a\0", "a."), "a.", outs="obj",
    ),
    write(
        "put.name", "malformed", "%1: obj = memo\n%2: int<0..0> = const {value: 0}\n%3: obj = put.name %0, %2, %1 {compress: true}",
        Fails("name"), "a..",
    ),
    *(
        write(
            "fit", name, "%1: obj = memo\n%2: int<0..0> = const {value: 0}\n%3: obj = put.name %0, %2, %1 {compress: true}\n"
            f"%4: int<0..2^48> begin = here\n%5: int<-1..9> = const {{value: {wanted}}}\n%6: int<1..1> = const {{value: 1}}\nloop.while %6\ndo\n"
            "  %7: obj = put.name %0, %2, %1 {compress: true}\n  %8: int<0..1> again = fit %2, %4, %5, %1\n  yield %8\nend",
            (b"\1a\0" + second, None), "a.",
        )
        for name, wanted, second in (("longer", 3, b"\1a\0"), ("as it is", -1, b"\xc0\0"), ("cannot", 9, b"\xc0\0"))
    ),
    write(
        "patch", "bytes", '%1: int<0..0> = const {value: 0}\nput %1 {width: 24, order: "big"}\n%2: int<1..1> = const {value: 1}\n'
        'patch %2, %0 {width: 16, phase: 0, order: "little"}', (b"\0\2\1", None), 0x0102, params="%0: int<0..65535>",
    ),
    write(
        "patch", "bits", '%1: int<0..0> = const {value: 0}\nput %1 {width: 16, order: "big"}\npatch %1, %0 {width: 6, phase: 5, order: "big"}',
        (b"\x05\x60", None), 43, params="%0: int<0..63>",
    ),
    write(
        "put.checksum", "own bytes count as zero", "put.bytes %0\n%1: int<0..0> = const {value: 0}\n%2: int<0..2^48> = here\n%3: obj = none\n"
        "%4: int<0..65535> = put.checksum %1, %2, %1, %3 {algorithm: @internet, bytes: 2}\nyield %4",
        (b"\xff\xff\0\1", internet(b"\0\0\0\1")), b"\xff\xff\0\1", outs="int",
    ),
]  # fmt: skip

CASES = [*NUMBERS, *INPUT, *OBJECTS, *CONTROL, *VALUES, *OUTPUT]
