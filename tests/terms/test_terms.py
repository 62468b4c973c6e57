"""Terms and the functions on them: a table of what Elixir answers, and what must never happen."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from bitstring import BitArray, Bits

from bitwright import terms
from bitwright.terms import TermFault

FIVE = Bits("0b101")
FAULT = object()

FACTS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("/", (6, 3), 2.0), ("/", (1, 0), FAULT), ("/", (1, 0.0), FAULT), ("/", (1 << 1100, 2), FAULT),
    ("div", (-7, 2), -3), ("div", (7, -2), -3), ("div", (7, 0), FAULT), ("div", (7.0, 2), FAULT),
    ("rem", (-7, 2), -1), ("rem", (7, -2), 1), ("rem", (7, 0), FAULT),
    ("*", (1e308, 10), FAULT), ("+", (1, 2.5), 3.5), ("+", (True, 1), FAULT), ("+", (b"1", 1), FAULT), ("-", (3, 5), -2),
    ("neg", (5,), -5), ("pos", ("a",), FAULT), ("abs", (-2.5,), 2.5), ("**", (2, 10), 1024), ("**", (2, -1), 0.5),
    ("**", (2, 1 << 40), FAULT),
    ("round", (2.5,), 3), ("round", (-2.5,), -3), ("round", (0.49999999999999994,), 0), ("trunc", (-2.7,), -2),
    ("floor", (-2.1,), -3), ("ceil", (2.1,), 3), ("floor", (b"",), FAULT),
    ("bsl", (1, 70), 1 << 70), ("bsl", (1, 1 << 60), FAULT), ("bsl", (0, 1 << 60), 0), ("bsl", (8, -2), 2), ("bsl", (-8, -(1 << 70)), -1),
    ("bsr", (-1, 5), -1), ("bsr", (1, -3), 8), ("bnot", (5,), -6), ("band", (12, 10), 8), ("bor", (1.0, 1), FAULT), ("bxor", (5, 1), 4),
    ("==", (1, 1.0), True), ("===", (1, 1.0), False), ("==", ((1,), (1.0,)), True), ("==", (True, 1), False), ("===", (0.0, -0.0), False),
    ("==", (0.0, -0.0), True), ("==", ({1: 1}, {1: 1.0}), True), ("==", ({1: 1}, {1.0: 1}), False), ("!=", (2**53 + 1, 2.0**53), True),
    ("===", (b"\xa0", Bits("0xa0")), True), ("===", (b"\xa0", FIVE), False), ("!==", ([1, [2]], [1, [2]]), False),
    ("<", (2**53, float(2**53 + 2)), True), ("<", (5, "a"), True), ("<", ("z", ()), True), ("<", ((9, 9), {}), True),
    ("<", ({1: 1}, []), True),
    ("<", ([9], b""), True), ("<", ((9,), (1, 1)), True), ("<", ([1, 2], [1, 2, 0]), True), ("<", (FIVE, b"\xa0"), True),
    ("<", (FIVE, b"\x9f"), False), (">=", (None, "nik"), True), ("<=", (True, "trud"), False), ("<", ({1: 2}, {1.0: 1}), True),
    ("min", (1, 1.0), 1), ("max", (1, 1.0), 1), ("max", ("a", 3), "a"),
    (":lists.seq", (2, 1), []), (":lists.seq", (3, 1), FAULT), (":lists.seq", (1, 1, 0), [1]), (":lists.seq", (1, 2, 0), FAULT),
    (":lists.seq", (5, 1, -2), [5, 3, 1]), (":lists.seq", (1, 5, -2), FAULT), (":lists.seq", (1, -1, 2), []),
    (":lists.seq", (1.0, 2), FAULT),
    (":erlang.and", (True, True), True), (":erlang.and", (False, 1), FAULT), (":erlang.and", (1, False), FAULT),
    (":erlang.or", (True, False), True), (":erlang.or", (True, None), FAULT), (":erlang.or", (False, False), False),
    ("not", (False,), True), ("not", (None,), FAULT), ("not", (1,), FAULT), ("xor", (True, False), True), ("!", (None,), True),
    ("!", (0,), False),
    ("byte_size", (FIVE,), 1), ("bit_size", (FIVE,), 3), ("bit_size", ("a",), FAULT), ("binary_part", (b"abcd", 1, 2), b"bc"),
    ("binary_part", (b"abcd", 3, -2), b"bc"), ("binary_part", (b"abcd", 3, 2), FAULT), ("byte_size", (BitArray("0xff"),), 1),
    ("hd", ([],), FAULT), ("tl", ([1, 2],), [2]), ("elem", ((1, 2), 1), 2), ("elem", ((1, 2), 2), FAULT), ("elem", ((1, 2), -1), FAULT),
    ("length", ((),), FAULT), ("length", ([1],), 1), ("tuple_size", ((),), 0), ("map_size", ({1: 2},), 1),
    ("is_map_key", ({1: 2}, 1.0), False),
    ("++", ([1], [2]), [1, 2]), ("--", ([1, 2, 1.0, 1], [1.0, 1]), [2, 1]), ("<>", (b"a", FIVE), Bits("0x61, 0b101")),
    ("is_integer", (True,), False), ("is_boolean", (None,), False), ("is_atom", (None,), True), ("is_bitstring", (FIVE,), True),
    ("is_binary", (FIVE,), False), ("is_nil", (False,), False), ("is_number", (1.5,), True),
    ("String.length", ("aé😀".encode(),), 3), ("String.length", (b"e\xcc\x81",), 1), ("String.length", (b"\xff\xfe",), 2),
    ("String.upcase", ("straße".encode(),), b"STRASSE"), ("String.downcase", (b"\xce\x91\xce\xa3",), b"\xce\xb1\xcf\x83"),
    ("String.reverse", (b"abc",), b"cba"), ("String.to_integer", (b"-12",), -12), ("String.to_integer", (b" 1",), FAULT),
    ("String.to_integer", (b"1_0",), FAULT), ("String.to_integer", (b"ff", 16), 255), ("String.to_integer", (b"9" * 9999,), FAULT),
    ("Integer.to_string", (255, 16), b"FF"), ("Integer.digits", (-123,), [-1, -2, -3]), ("Integer.undigits", ([1, 2],), 12),
    ("Integer.mod", (-7, 3), 2), ("Integer.floor_div", (-7, 2), -4), ("Integer.pow", (3, 4), 81), ("Integer.pow", (3, -1), FAULT),
    ("Enum.sum", ([1, 2.5],), 3.5), ("Enum.sum", (range(1, 5),), 10), ("Enum.join", ([1, b"a", "b", None, 2.0],), b"1ab2.0"),
    ("Enum.sort", ([b"", "a", 2, 1.0],), [1.0, 2, "a", b""]), ("Enum.uniq", ([1, 1.0, 1],), [1, 1.0]), ("Enum.count", ({1: 2},), 1),
    ("Enum.at", ([1], 5), None), ("Enum.reverse", ([1, 2],), [2, 1]), ("Enum.chunk_every", ([1, 2, 3], 2), [[1, 2], [3]]),
    ("Enum.count", (5,), FAULT), ("Enum.max", ([],), FAULT), ("Enum.with_index", ([5, 6],), [(5, 0), (6, 1)]),
    ("Map.get", ({"a": 1}, "b", 2), 2), ("Map.put", ({}, [1], 2), FAULT), ("Map.put", ({1: 1}, 1.0, 2), FAULT),
    ("Map.keys", ({2: 1, 1: 1},), [1, 2]),
    ("Tuple.to_list", ((1, 2),), [1, 2]), ("List.flatten", ([1, [2, [3]]],), [1, 2, 3]), ("to_string", ("abc",), b"abc"),
    ("IO.iodata_to_binary", ([1, [b"ab"], b"c"],), b"\x01abc"), ("IO.iodata_to_binary", ([256],), FAULT),
    (":binary.decode_unsigned", (b"\x01\x00",), 256), (":binary.encode_unsigned", (256,), b"\x01\x00"),
    (":erlang.crc32", (b"abc",), 891568578),
    ("Enum.slice", ([1, 2, 3], -5, 2), [1, 2]), ("Enum.slice", ([1, 2, 3], range(-5, -1)), [1, 2]),
    ("String.slice", (b"abc", -4, 2), b"ab"),
    ("tuple", (1, 2), (1, 2)), ("list*", (1, [2]), [1, 2]), ("map", (1, 2), {1: 2}), ("map", ([], 2), FAULT),
]  # fmt: skip


def deep_types(value: Any) -> Any:
    items = list(value.items()) if isinstance(value, dict) else value
    return (type(value), [deep_types(each) for each in items]) if isinstance(items, list | tuple) else type(value)


@pytest.mark.parametrize(("name", "args", "wanted"), FACTS, ids=[f"{name}-{i}" for i, (name, _, _) in enumerate(FACTS)])
def test_functions_answer_as_elixir_does(name: str, args: tuple[Any, ...], wanted: Any) -> None:
    if wanted is FAULT:
        with pytest.raises(TermFault):
            terms.apply(name, *args)
        return
    found = terms.apply(name, *args)
    assert found == wanted
    assert deep_types(found) == deep_types(wanted)


ODD: list[Any] = [
    0, -1, 1 << 5000, 1.5, -0.0, 1e308, float("nan"), "atom", "", None, True, b"", b"\xff", b"12", bytearray(b"a"), memoryview(b"ab"),
    FIVE, BitArray(),
    (), (1, 2), [], [1], [(1, 2)], [[]], {}, {1: 2}, {"a": [b""]}, range(3), range(1 << 70), object(), {1}, lambda: 0, 1j,
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(terms.FUNCTIONS))
def test_any_value_gives_a_term_or_a_fault(name: str) -> None:
    least, most = terms.arities(name)
    for count in range(least, min(most, 3) + 1):
        for i in range(len(ODD)):
            for j in range(len(ODD) if count > 1 else 1):
                args = [ODD[i], ODD[j], ODD[(i * 7 + j) % len(ODD)]][:count]
                if name == "map" and count % 2:
                    continue
                with contextlib.suppress(TermFault):
                    assert terms.is_term(terms.apply(name, *args)) or not all(map(terms.is_term, args))


def test_nesting_without_end_is_a_fault() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    other: list[Any] = []
    for _ in range(100_000):
        other = [other]
    for name in ("==", "<", "max", "--"):
        with pytest.raises(TermFault):
            terms.apply(name, [deep], [other])
    for name in ("List.flatten", "IO.iodata_to_binary", "to_string"):
        with pytest.raises(TermFault):
            terms.apply(name, deep)
    assert len(terms.shown(deep)) < 100
    assert terms.exactly_equal(deep, other)
    assert not terms.exactly_equal(deep, [other])
    while deep:  # taken apart, since Python frees what is nested one in another
        deep, other = deep[0], other[0]


SHOWN: list[tuple[Any, str, str]] = [
    (1000.0, "1.0e3", "1.0e3"), (100.0, "100.0", "100.0"), (0.001, "0.001", "0.001"), (1e-5, "1.0e-5", "1.0e-5"),
    (2.0**53, "9.007199254740992e15", "9.007199254740992e15"),
    (-0.0, "-0.0", "-0.0"), (1e22, "1.0e22", "1.0e22"), (b'a"\n', '"a\\"\\n"', '<<"a\\"\\n">>'), (b"\xff", "<<255>>", "<<255>>"),
    (FIVE, "<<5::size(3)>>", "<<5:3>>"), ((1, [2, 3]), "{1, [2, 3]}", "{1,[2,3]}"), ({1: b"x"}, '%{1 => "x"}', '#{1 => <<"x">>}'),
    ({"a": 1}, "%{a: 1}", "#{a => 1}"), ("a b", ':"a b"', "'a b'"), (None, "nil", "nil"), (True, "true", "true"),
    ("Elixir.A.B", "A.B", "'Elixir.A.B'"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "elixir", "erlang"), SHOWN)
def test_terms_are_shown_as_the_dialect_writes_them(value: Any, elixir: str, erlang: str) -> None:
    assert terms.shown(value) == elixir
    assert terms.shown(value, "erlang") == erlang


def test_what_is_shown_obeys_nobody() -> None:
    assert "\x1b" not in terms.shown(["\x1b[31m", b"\x1b[31m", {"\u202e": 1}])
    assert len(terms.shown(b"a" * 100_000)) < 3000


@pytest.mark.parametrize(("given", "wanted"), [
    (bytearray(b"a"), b"a"), (memoryview(b"ab")[::-1], b"ba"), (Bits("0xff"), b"\xff"), (BitArray("0b1"), Bits("0b1")), (FIVE, FIVE),
    (5, 5),
])  # fmt: skip
def test_bitstrings_have_one_form(given: Any, wanted: Any) -> None:
    found = terms.normal(given)
    assert found == wanted
    assert type(found) is type(wanted)
