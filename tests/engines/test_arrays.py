"""Lists by count, size, predicate and to the end, of everything that can be in one."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import (
    DeclarationError,
    IPv4Address,
    Name,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    domain_name,
    ipv4,
    nested,
    param,
    payload,
    raw,
    text,
    u8,
    u16,
    u24,
    variant,
    varint,
    when,
)
from tests.engines.agreement import agreed, built


class Kind(OpenEnum):
    A = 1


class Label(Struct):
    length: int = auto(u8())
    body: bytes = raw(size=length)


class Everything(Struct):
    """Every kind of element."""

    counted: int = auto(u8())
    numbers: list[int] = array(u24(), count=counted)
    kinds: list[Kind] = array(u8(Kind), count=2)
    fixed: list[bytes] = array(raw(size=2), count=2)
    prefixed: list[bytes] = array(raw(prefix=u8()), count=2)
    terminated: list[bytes] = array(raw(terminator=b"\0"), count=2)
    texts: list[str] = array(text(prefix=u16()), count=2)
    words: list[str] = array(text(terminator=b"--"), count=2)
    names: list[Name] = array(domain_name(), count=2)
    addresses: list[IPv4Address] = array(ipv4(), count=1)
    labels: list[Label] = array(Label, count=2)
    sized: list[Label] = array(nested(Label, size=3), count=1)
    grid: list[list[int]] = array(array(u8(), count=2), count=2)
    flexible: list[list[int]] = array(array(u8(), size=2), count=2)
    ragged: list[list[bytes]] = array(array(raw(prefix=u8()), count=1), count=2)
    tail: list[int] = array(u16())


def everything(**changes: Any) -> Everything:
    values: dict[str, Any] = {
        "numbers": [1, 2, 3], "kinds": [Kind.A, Kind(9)], "fixed": [b"ab", b"cd"], "prefixed": [b"", b"xyz"], "terminated": [b"", b"q"],
        "texts": ["é", ""], "words": ["a", "b"], "names": ["a.b.", "c.b."], "addresses": [IPv4Address("192.0.2.1")],
        "labels": [Label(body=b"x"), Label(body=b"")], "sized": [Label(body=b"12")], "grid": [[1, 2], [3, 4]], "flexible": [[5, 6], [7, 8]],
        "ragged": [[b"u"], [b"vw"]], "tail": [1],
    }  # fmt: skip
    return Everything(**{**values, **changes})


def test_every_kind_of_element() -> None:
    data = built(everything())
    value = everything().resolved()
    assert value.labels[0] == Label(length=1, body=b"x")
    assert value.counted == 3
    assert [type(kind) for kind in value.kinds] == [Kind, Kind]
    for end in range(len(data) - 2):
        found = agreed(Everything, "parse", data[:end])
        assert not found.ok
        complete = [name for name in found.problem.partial if not found.problem.path.startswith(name)]
        assert {name: found.problem.partial[name] for name in complete} == {name: getattr(value, name) for name in complete}


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"fixed": [b"ab", b"c"]}, "size", "fixed[1]"),
        ({"fixed": [b"ab"]}, "size", "fixed"),
        ({"kinds": [1, 2, 3]}, "size", "kinds"),
        ({"prefixed": [b"", bytes(256)]}, "size", "prefixed[1]"),
        ({"terminated": [b"a\0b", b""]}, "size", "terminated[0]"),
        ({"words": ["b", "a--"]}, "size", "words[1]"),
        ({"words": ["b", "a-"]}, "size", "words[1]"),
        ({"words": ["b", 5]}, "type", "words[1]"),
        ({"texts": ["a", b"b"]}, "type", "texts[1]"),
        ({"texts": ["a", "\ud800"]}, "text", "texts[1]"),
        ({"names": ["a..", "b"]}, "name", "names[0]"),
        ({"addresses": ["1.2.3"]}, "type", "addresses[0]"),
        ({"labels": [Label(body=b""), None]}, "type", "labels[1]"),
        ({"labels": "ab"}, "type", "labels"),
        ({"labels": None}, "type", "labels"),
        ({"sized": [Label(body=b"123")]}, "size", "sized[0]"),
        ({"grid": [[1, 2], [3]]}, "size", "grid[1]"),
        ({"grid": [[1, 2], 3]}, "type", "grid[1]"),
        ({"grid": [[1, 2], [3, 256]]}, "range", "grid[1][1]"),
        ({"flexible": [[1, 2], [3, 4, 5]]}, "size", "flexible[1]"),
        ({"ragged": [[b"a"], [b"a", b"b"]]}, "size", "ragged[1]"),
        ({"numbers": [1 << 24]}, "range", "numbers[0]"),
        ({"tail": [-1]}, "range", "tail[0]"),
    ],
)
def test_elements_that_do_not_fit(changes: dict[str, Any], code: str, path: str) -> None:
    found = agreed(Everything, "build", everything(**changes))
    assert (found.problem.code, found.problem.path) == (code, path), found.error


def test_tuples_are_lists_too() -> None:
    assert agreed(Everything, "build", everything(tail=(1, 2))).ok
    assert agreed(Everything, "resolved", everything(tail=(1, 2))).value.tail == [1, 2]


class Until(Struct):
    numbers: list[int] = array(u8(), until=lambda it: it == 0)
    labels: list[Label] = array(Label, until=lambda it: (it.length == 0) | (it.length >= 64))
    tail: int = u8()


def test_lists_that_end_with_a_certain_element() -> None:
    assert built(Until(numbers=[3, 0], labels=[Label(body=b"ab"), Label(body=b"")], tail=9)) == b"\3\0\2ab\0\x09"
    assert agreed(Until, "parse", b"\0\0\1").value == Until(numbers=[0], labels=[Label(length=0, body=b"")], tail=1)
    for data, code, path in (
        (b"\1\1", "truncated", "numbers[2]"),
        (b"\0\1a", "truncated", "labels[1].length"),
        (b"\0\0", "truncated", "tail"),
    ):
        found = agreed(Until, "parse", data)
        assert (found.problem.code, found.problem.path) == (code, path)


@pytest.mark.parametrize(
    ("numbers", "labels", "path"),
    [
        ([], [b""], "numbers"),
        ([1], [b""], "numbers[0]"),
        ([0, 0], [b""], "numbers[0]"),
        ([0], [], "labels"),
        ([0], [b"a"], "labels[0]"),
        ([0], [b"", b""], "labels[0]"),
    ],
)
def test_a_list_must_end_where_it_says(numbers: list[int], labels: list[bytes], path: str) -> None:
    found = agreed(Until, "build", Until(numbers=numbers, labels=[Label(body=b) for b in labels], tail=0))
    assert (found.problem.code, found.problem.path) == ("size", path)


class Header(Struct):
    number: int = u8()
    last = number & 0x80


class Item(Struct):
    header: Header = nested(Header)
    body: int = u8()
    ends = header.last + 1


class Chain(Struct):
    items: list[Item] = array(Item, until=lambda it: it.ends > 1)
    again: list[Item] = array(Item, until=lambda it: it.header.last != 0)


def test_a_predicate_over_computed_values_of_nested_structs() -> None:
    one, two = Item(header=Header(number=1), body=2), Item(header=Header(number=0x83), body=4)
    assert built(Chain(items=[one, two], again=[two])) == b"\1\2\x83\4\x83\4"
    assert agreed(Chain, "build", Chain(items=[two, one], again=[two])).problem.path == "items[0]"


class BySize(Struct):
    size: int = auto(u8())
    labels: list[Label] = array(Label, size=size * 2)
    rest: bytes = payload()


def test_lists_by_size() -> None:
    assert built(BySize(labels=[Label(body=b"a"), Label(body=b"bcd")], rest=b"!")) == b"\3\1a\3bcd!"
    assert agreed(BySize, "build", BySize(labels=[Label(body=b"")], rest=b"")).problem.code == "unsolved"
    overrun = agreed(BySize, "parse", b"\1\2ab")
    assert (overrun.problem.code, overrun.problem.path, overrun.problem.bit_offset) == ("truncated", "labels[0].body", 16)
    assert agreed(BySize, "parse", b"\3\1a").problem.path == "labels"


class Union(Struct):
    """The elements are of the kind that a field before them says."""


class Small(Union, tag=1):
    value: int = u8()


class Large(Union, tag=2):
    value: int = u16()


class Nothing(Union, tag=3):
    """Takes no bytes."""


class Same(Struct):
    kind: int = u8()
    count: int = auto(u8())
    values: list[Union] = array(variant(Union, on=kind), count=count)


def test_lists_of_one_arm() -> None:
    assert built(Same(kind=2, values=[Large(value=1), Large(value=2)])) == b"\2\2\0\1\0\2"
    mixed = agreed(Same, "build", Same(kind=2, values=[Large(value=1), Small(value=2)]))
    assert (mixed.problem.code, mixed.problem.path) == ("tag", "values[1]")


def test_elements_that_take_no_bytes() -> None:
    empty = agreed(Same, "build", Same(kind=3, values=[Nothing(), Nothing()]))
    assert (empty.problem.code, empty.problem.path) == ("size", "values[0]")
    found = agreed(Same, "parse", b"\3\xff")
    assert (found.problem.code, found.problem.path) == ("no-progress", "values")


class Chunk(Struct):
    size = param(int)
    body: bytes = raw(size=size)


class Each(Struct):
    size: int = u8()
    chunks: list[Chunk] = array(Chunk, arguments={"size": size})


class Fixed(Struct):
    size: int = u8()
    chunks: list[bytes] = array(raw(size=size), count=3)


def test_elements_of_a_size_said_before() -> None:
    assert built(Each(size=2, chunks=[Chunk(body=b"ab"), Chunk(body=b"cd")])) == b"\2abcd"
    found = agreed(Each, "build", Each(size=2, chunks=[Chunk(body=b"ab"), Chunk(body=b"c")]))
    assert (found.problem.code, found.problem.path) == ("size", "chunks[1].body")
    assert agreed(Each, "parse", b"\2abc").problem.path == "chunks[1].body"
    assert agreed(Each, "parse", b"\0abc").problem.code == "no-progress"
    assert agreed(Each, "build", Each(size=0, chunks=[Chunk(body=b"")])).problem.path == "chunks[0]"
    assert built(Fixed(size=1, chunks=[b"a", b"b", b"c"])) == b"\1abc"
    assert built(Fixed(size=0, chunks=[b"", b"", b""])) == b"\0"
    assert agreed(Fixed, "build", Fixed(size=1, chunks=[b"a", b"bc", b"d"])).problem.path == "chunks[1]"


def test_a_derived_size_that_only_elements_use_is_refused() -> None:
    class Derived(Struct):
        size: int = auto(u8())
        chunks: list[bytes] = array(raw(size=size + 1), count=2)

    with pytest.raises(DeclarationError, match=r"test_arrays\.py:\d+: Derived\.chunks: `size` is derived, but the elements of a list"):
        Derived(chunks=[]).build()


class Option(Struct):
    code: int = u8()
    value: bytes = raw(prefix=u8())


class Delimited(Struct):
    """Behind a count, and up to a terminator; lists of lists."""

    options: list[Option] = array(Option, terminator=b"\xff")
    kinds: list[Kind] = array(u8(Kind), prefix=varint("leb128"))
    pairs: list[list[int]] = array(array(u8(), count=2), prefix=u16(endian="little"))
    words: list[str] = array(text(prefix=u8()), terminator=b"\0")
    ragged: list[list[str]] = array(array(text(terminator=b"\0"), prefix=u8()), terminator=b"\0")
    numbers: list[int] = array(u16(), terminator=b"\xff\xff")


def delimited() -> Delimited:
    return Delimited(
        options=[Option(code=1, value=b"ab"), Option(code=2, value=b"\xff")], kinds=[Kind.A, Kind(7)], pairs=[[1, 2], [3, 4]],
        words=["a", "bb"], ragged=[["x"], ["y", "z"]], numbers=[0xFF, 0xFF00],
    )  # fmt: skip


def test_behind_a_count_and_up_to_a_terminator() -> None:
    data = built(delimited())
    assert data.hex(" ") == (
        "01 02 61 62 02 01 ff ff 02 01 07 02 00 01 02 03 04 01 61 02 62 62 00 01 78 00 02 79 00 7a 00 00 00 ff ff 00 ff ff"
    )
    for cut in range(len(data)):
        assert agreed(Delimited, "parse", data[:cut]).problem.code in {"truncated", "no-terminator", "count-too-large"}
    assert built(Delimited(options=[], kinds=[], pairs=[], words=[], ragged=[], numbers=[])).hex() == "ff0000000000ffff"
    assert agreed(Delimited, "parse", b"").problem.path == "options"
    huge = agreed(Delimited, "parse", b"\xff\xff\xff\xff\x01aaa").problem
    assert (huge.code, huge.path) == ("count-too-large", "kinds")


def test_elements_that_would_end_the_list() -> None:
    wrong = [
        (delimited().replace(words=["a", ""]), "words[1]", "begins with 0x00, which ends the list"),
        (delimited().replace(options=[Option(code=255, value=b"")]), "options[0]", "begins with 0xff"),
        (delimited().replace(ragged=[["a"], []]), "ragged[1]", "begins with 0x00"),
        (delimited().replace(numbers=[1, 0xFFFF]), "numbers[1]", "begins with 0xffff"),
        (delimited().replace(pairs=[[1, 2]] * 70_000), "pairs", "has 70000 elements; its length prefix can say at most 65535"),
    ]
    for message, path, said in wrong:
        found = agreed(Delimited, "build", message).problem
        assert (found.code, found.path) == ("size", path)
        assert said in found.message


def test_terminators_longer_than_elements() -> None:
    with pytest.raises(DeclarationError, match="can be shorter than the terminator"):

        class Short(Struct):
            numbers: list[int] = array(u8(), terminator=b"\0\0")


class Maybe(Struct):
    there: bool = auto(bits(1, bool))
    count: int = auto(bits(7))
    items: list[Option] | None = when(there, array(Option, prefix=u8()))
    more: list[int] = array(u8(), count=count * 2 - there)


def test_optional_and_by_an_expression_of_several_fields() -> None:
    assert built(Maybe(more=[1, 2])) == b"\1\1\2"
    assert built(Maybe(items=[Option(code=1, value=b"")], more=[7])) == b"\x81\1\1\0\7"


class Counted(Struct):
    count: int = auto(u8())
    items: list[int] = array(u8(), count=count)


class Area(Struct):
    lists: list[Counted] = array(Counted, size=5)
    behind: int = u8()


class Areas(Struct):
    areas: list[Area] = array(Area, size=12)
    none: list[Counted] = array(Counted, size=0)


def test_elements_that_say_their_size_in_a_region_of_a_constant_one() -> None:
    area = Area(lists=[Counted(items=[1, 2]), Counted(items=[]), Counted(items=[])], behind=7)
    assert built(area) == b"\2\1\2\0\0\7"
    assert built(Areas(areas=[area, area], none=[])) == 2 * b"\2\1\2\0\0\7"
    assert agreed(Area, "parse", b"\2\1\2\1\0\7").ok
    assert agreed(Area, "parse", b"\2\1\2\2\0\7").problem.code == "count-too-large"
