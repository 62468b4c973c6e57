"""Derived fields: every form of equation, explicit values, conflicts, refusals, and the resolved copy."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import (
    BuildError,
    DeclarationError,
    Name,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    checksum,
    const,
    domain_name,
    flag,
    nested,
    pad,
    param,
    payload,
    raw,
    rest,
    select,
    switch,
    text,
    u8,
    u16,
    u32,
    variant,
    when,
)
from bitwright.checksum import crc32, internet
from tests.engines.agreement import agreed, built

# An expression over the derived field `n` of 8 bits, and what `n` is for six bytes.
EQUATIONS = [
    ("n", 6), ("n + 2", 4), ("2 + n", 4), ("n - 3", 9), ("20 - n", 14), ("n * 2", 3), ("2 * n", 3), ("n * 4 - 6", 3), ("(n + 1) * 2", 2),
    ("n << 1", 3), ("n >> 1", 12), ("n // 3", 18), ("n ^ 5", 3), ("5 ^ n", 3), ("-(2 - n)", 8), ("n & 15", 6), ("n - 1 + 3", 4), ("twice", 3),
    ("select(more, n + 1, n * 2)", 3), ("n - small", 8), ("total - n", 4), ("n - size_of_it", 18),
]  # fmt: skip


def declared(expression: str, kind: str) -> Any:
    """A struct in which the expression is the size or the count of six things."""
    said = f"raw(size={expression})" if kind == "size" else f"array(u8(), count={expression})"
    source = f"""
class Measured(Struct):
    more: bool = flag()
    _gap = pad(bits=7)
    small: int = u8()
    total: int = u8()
    n: int = auto(u8())
    twice = n * 2
    size_of_it = small * 6
    body: object = {said}
"""
    names = {
        "__name__": "measured",
        **{word: globals()[word] for word in ("Struct", "array", "auto", "flag", "pad", "raw", "select", "u8")},
    }
    exec(compile("from __future__ import annotations\n" + source, "measured.py", "exec", dont_inherit=True), names)
    return names["Measured"]


@pytest.mark.parametrize("kind", ["size", "count"])
@pytest.mark.parametrize(("expression", "n"), EQUATIONS)
def test_every_form_of_equation(expression: str, n: int, kind: str) -> None:
    struct = declared(expression, kind)
    body: Any = b"abcdef" if kind == "size" else [1, 2, 3, 4, 5, 6]
    message = struct(more=False, small=2, total=10, body=body)
    data = built(message)
    assert data[3] == n
    assert data[4:] == bytes(body)


@pytest.mark.parametrize("expression", ["n % 5", "n * n", "n + n", "8 // n + 1", "n | 1", "1 << n", "select(n > 1, n, 3)", "rest() - n"])
def test_what_cannot_be_solved_is_refused_with_advice(expression: str) -> None:
    names = {"__name__": "unsolvable", "Struct": Struct, "auto": auto, "raw": raw, "bits": bits, "select": select, "rest": rest}
    source = f"class Bad(Struct):\n    n: int = auto(bits(8))\n    body: bytes = raw(size={expression})\n"
    with pytest.raises(DeclarationError, match=r"bad\.py:\d: Bad") as caught:
        exec(compile("from __future__ import annotations\n" + source, "bad.py", "exec", dont_inherit=True), names)
        bad: Any = names["Bad"]
        bad(body=b"").build()
    assert "; " in str(caught.value)


class Sized(Struct):
    size: int = auto(u8())
    body: bytes = raw(size=size - 1)


def test_a_given_value_is_never_replaced(engine: str) -> None:
    codec = Sized.codec(engine)
    assert codec.build(Sized(size=200, body=b"ab")) == b"\xc8ab"
    assert codec.resolved(Sized(size=200, body=b"ab")) == Sized(size=200, body=b"ab")
    assert codec.resolved(Sized(body=b"ab")) == Sized(size=3, body=b"ab")


def test_a_given_value_of_the_wrong_kind() -> None:
    assert agreed(Sized, "build", Sized(size="3", body=b"ab")).problem.code == "type"
    assert agreed(Sized, "build", Sized(size=256, body=b"ab")).problem.code == "range"
    assert agreed(Sized, "build", Sized(body=bytes(255))).problem.code == "range"
    assert agreed(Sized, "build", Sized(body=bytes(255))).problem.path == "size"


class Twice(Struct):
    size: int = auto(u8())
    left: bytes = raw(size=size)
    right: list[int] = array(u16(), size=size * 2)


def test_two_uses_must_agree() -> None:
    assert built(Twice(left=b"ab", right=[1, 2])) == b"\2ab\0\1\0\2"
    wrong = agreed(Twice, "build", Twice(left=b"ab", right=[1]))
    assert (wrong.problem.code, wrong.problem.path) == ("conflict", "right")
    assert agreed(Twice, "build", Twice(size=2, left=b"ab", right=[1])).value == b"\2ab\0\1", "a lie told on purpose"


class Plain(Struct):
    size: int = u8()
    count: int = u8()
    body: bytes = raw(size=size)
    items: list[int] = array(u8(), count=count + 1)


def test_plain_sizes_must_be_true() -> None:
    assert built(Plain(size=1, count=0, body=b"a", items=[1])) == b"\1\0a\1"
    assert agreed(Plain, "build", Plain(size=2, count=0, body=b"a", items=[1])).problem.path == "body"
    assert agreed(Plain, "build", Plain(size=1, count=1, body=b"a", items=[1])).problem.path == "items"


# --- nested ------------------------------------------------------------------------------------


class Counts(Struct):
    """A header that knows nothing of what it counts."""

    flags: int = bits(4)
    first: int = auto(bits(12))
    second: int = auto(u8())
    after_header = second - 3


class Message(Struct):
    header: Counts = nested(Counts)
    ones: list[int] = array(u8(), count=header.first)
    twos: bytes = raw(size=header.after_header)
    extra: int | None = when((header.flags & 1) != 0, u8())


def test_counts_in_a_nested_header() -> None:
    message = Message(header=Counts(flags=1), ones=[7, 8], twos=b"x", extra=9)
    assert built(message) == b"\x10\x02\x04\7\x08x\x09"
    assert message.resolved().header == Counts(flags=1, first=2, second=4)
    assert message.header == Counts(flags=1), "the message itself is left as it was"
    assert agreed(Message, "build", Message(header=Counts(flags=1, first=9), ones=[], twos=b"", extra=0)).value[:2] == b"\x10\x09"


class Outer(Struct):
    inner: Message = nested(Message)
    count = inner.header.first
    again: list[int] = array(u8(), count=count)


def test_counts_two_structs_down() -> None:
    message = Outer(inner=Message(header=Counts(flags=0), ones=[1, 2], twos=b""), again=[3, 4])
    assert built(message) == b"\x00\x02\x03\1\2\3\4"
    message.again = [3]
    assert agreed(Outer, "build", message).problem.code == "conflict"


class Envelope(Struct):
    """Only the outermost struct can tell how many there are."""

    header: Counts = nested(Counts)


class Parcel(Struct):
    envelope: Envelope = nested(Envelope)
    ones: list[int] = array(u8(), count=envelope.header.first)
    twos: bytes = raw(size=envelope.header.second)


def test_a_caller_solves_two_structs_down() -> None:
    message = Parcel(envelope=Envelope(header=Counts(flags=0)), ones=[1], twos=b"ab")
    assert built(message) == b"\x00\x01\x02\1ab"
    assert message.resolved().envelope.header == Counts(flags=0, first=1, second=2)


class SelfMeasured(Struct):
    """A header that says how long it is itself."""

    length: int = auto(u8())
    options: bytes = raw(size=length - 1)


class Behind(Struct):
    header: SelfMeasured = nested(SelfMeasured)
    short: int | None = when(header.length < 3, u8())
    body: bytes = raw(size=header.length * 2)


def test_what_a_nested_struct_determines_itself() -> None:
    assert built(Behind(header=SelfMeasured(options=b"ab"), body=b"123456")) == b"\3ab123456"
    assert built(Behind(header=SelfMeasured(options=b""), short=7, body=b"12")) == b"\1\x0712"
    assert agreed(Behind, "build", Behind(header=SelfMeasured(options=b"ab"), body=b"1")).problem.code == "conflict"
    assert agreed(Behind, "build", Behind(header=SelfMeasured(options=b""), body=b"12")).problem.code == "conflict"


class Total(Struct):
    total: int = auto(u16())
    kind: int = u8()
    inner_size = total - 1


class Measuring(Struct):
    header: Total = nested(Total)
    inner: list[Sized] = array(Sized, size=header.inner_size)


def test_a_nested_length_of_what_only_writing_measures_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"header\.total.*extend the struct instead of nesting it"):
        Measuring(header=Total(kind=1), inner=[]).build()


class Extended(Total):
    inner: list[Sized] = array(Sized, size=Total.inner_size)


def test_extending_it_works() -> None:
    assert built(Extended(kind=1, inner=[Sized(body=b"a"), Sized(body=b"")])) == b"\0\4\1\2a\1"


def test_a_wrong_struct_in_a_nested_field() -> None:
    message = Parcel(envelope=Envelope(header=Sized(body=b"")), ones=[1], twos=b"ab")
    found = agreed(Parcel, "build", message)
    assert (found.problem.code, found.problem.path) == ("type", "envelope.header")


# --- header lengths ----------------------------------------------------------------------------


class Header(Struct):
    version: int = const(bits(4), 4)
    ihl: int = auto(bits(4))
    _gap = pad(bytes=3)
    length: int = auto(u16())
    header_length = ihl * 4
    sum: int = checksum(u16(), internet, over=header_length)
    options: bytes = raw(size=header_length - 8, default=b"")
    payload: bytes = payload(size=length - header_length)


def test_header_length_total_length_and_checksum() -> None:
    data = built(Header(options=b"abcd", payload=b"xyz"))
    assert data[:6] == b"\x43\0\0\0\x00\x0f"
    assert internet(data[:12]) == 0
    assert built(Header())[:6] == b"\x42\0\0\0\x00\x08"
    unaligned = agreed(Header, "build", Header(options=b"abc"))
    assert (unaligned.problem.code, unaligned.problem.path) == ("unsolved", "ihl")
    assert built_length(Header(length=3, payload=b"xyz")) == 3


def built_length(message: Header) -> int:
    data: bytes = agreed(Header, "build", message).value
    return int.from_bytes(data[4:6], "big")


class Open(Struct):
    length: int = auto(u16())
    body: bytes = payload(size=select(length == 0, rest(), length - 2))


def test_a_length_of_zero_that_means_the_rest() -> None:
    assert built(Open(body=b"abc")) == b"\0\5abc"
    assert agreed(Open, "build", Open(length=0, body=b"abc")).value == b"\0\0abc"
    assert agreed(Open, "parse", b"\0\0abc").value == Open(length=0, body=b"abc")


# --- tags, flags, presence ---------------------------------------------------------------------


class Kind(OpenEnum):
    NUMBER = 1
    WORD = 2


class Value(Struct):
    """An open union."""


class Number(Value, tag=(Kind.NUMBER, 7)):
    value: int = u16()


class Word(Value, tag=Kind.WORD):
    value: str = text(prefix=u8())


class Other(Value):
    data: bytes = raw()


class Tagged(Struct):
    kind: Kind = auto(u8(Kind))
    size: int = auto(u8())
    value: Value = variant(Value, on=kind, unknown=Other, size=size)


def test_tags_follow_from_classes() -> None:
    assert built(Tagged(value=Number(value=5))) == b"\1\2\0\5"
    assert built(Tagged(value=Word(value="ab"))) == b"\2\3\2ab"
    assert Tagged(value=Word(value="ab")).resolved().kind is Kind.WORD
    assert built(Tagged(kind=Kind(7), value=Number(value=5))) == b"\7\2\0\5"
    assert built(Tagged(kind=Kind(9), value=Other(data=b"x"))) == b"\x09\1x"
    found = agreed(Tagged, "build", Tagged(value=Other(data=b"")))
    assert (found.problem.code, found.problem.path) == ("tag", "kind")
    assert agreed(Tagged, "build", Tagged(kind=Kind.WORD, value=Number(value=5))).value == b"\2\2\0\5", "wrong on purpose"


class GivenTag(Struct):
    kind: int = u8()
    value: Value = variant(Value, on=kind, unknown=Other)


def test_a_tag_that_is_no_derived_field_must_be_true() -> None:
    assert built(GivenTag(kind=7, value=Number(value=5))) == b"\7\0\5"
    assert built(GivenTag(kind=9, value=Other(data=b"ab"))) == b"\x09ab"
    for wrong in (
        GivenTag(kind=2, value=Number(value=5)),
        GivenTag(kind=9, value=Number(value=5)),
        GivenTag(kind=1, value=Other(data=b"")),
    ):
        found = agreed(GivenTag, "build", wrong)
        assert (found.problem.code, found.problem.path) == ("tag", "value")


class Mixed(Struct):
    kind: int = auto(u8())
    low = kind & 15
    value: Number | Word | Other = switch(low, {1: Number, 2: Word}, Other)


def test_a_tag_inside_a_number() -> None:
    assert built(Mixed(value=Word(value="a"))) == b"\2\1a"
    assert agreed(Mixed, "parse", b"\x52\1a").value == Mixed(kind=0x52, value=Word(value="a"))


class Flags(Struct):
    one: bool = auto(flag())
    not_two: bool = auto(flag())
    three: int = auto(bits(1))
    four: int = auto(bits(1))
    _gap = pad(bits=4)
    mask: int = auto(u8())
    first: int | None = when(one, u8())
    second: int | None = when(~not_two, u8())
    third: int | None = when(three == 1, u8())
    fourth: int | None = when(four != 1, u8())
    fifth: int | None = when((mask & 4) != 0, u8())


def test_presence_flags() -> None:
    assert built(Flags(first=1, second=2, third=3, fourth=4, fifth=5)) == b"\xa0\x04\1\2\3\4\5"
    assert built(Flags()) == b"\x50\x00"
    assert Flags(fifth=5).resolved() == Flags(one=False, not_two=True, three=0, four=1, mask=4, fifth=5)


class Half(Struct):
    kind: int = auto(u8())
    extra: int | None = when(kind == 5, u8())


class HalfWithDefault(Struct):
    kind: int = auto(u8(default=9))
    extra: int | None = when(kind == 5, u8())


class Unless(Struct):
    size: int = auto(u8())
    body: bytes | None = when(size != 0, raw(size=size))


def test_a_condition_that_says_only_half() -> None:
    assert built(Half(extra=1)) == b"\5\1"
    found = agreed(Half, "build", Half())
    assert (found.problem.code, found.problem.path) == ("unsolved", "kind")
    assert "give kind=" in found.problem.message
    assert built(Half(kind=4)) == b"\4"
    assert built(HalfWithDefault()) == b"\x09"
    assert built(HalfWithDefault(extra=1)) == b"\5\1"
    assert built(Unless()) == b"\0"
    assert built(Unless(body=b"ab")) == b"\2ab"
    assert agreed(Unless, "build", Unless(body=b"")).problem.code == "conflict"


class Either(Struct):
    wide: bool = auto(flag())
    _gap = pad(bits=7)
    size: int = auto(u8())
    left: bytes | None = when(wide, raw(size=size))
    right: bytes | None = when(~wide, raw(size=size * 2))


def test_the_field_that_is_there_determines_the_size() -> None:
    assert built(Either(left=b"abc")) == b"\x80\3abc"
    assert built(Either(right=b"abcd")) == b"\0\2abcd"
    assert agreed(Either, "build", Either(left=b"a", right=b"ab")).problem.code == "conflict"
    assert agreed(Either, "build", Either(wide=False, size=1, left=b"a")).ok, "both are given, so both may lie"


class Default(Struct):
    unused: int = auto(u8(default=7))
    undetermined: int = auto(u8())


def test_what_nothing_determines() -> None:
    found = agreed(Default, "build", Default())
    assert (found.problem.code, found.problem.path) == ("unsolved", "undetermined")
    assert built(Default(undetermined=1)) == b"\7\1"


# --- constants, checksums ----------------------------------------------------------------------


class Trailer(Struct):
    length: int = auto(u16())
    blocks: list[Sized] = array(Sized, size=length - 4)
    again: int = const(u16(), length)


def test_a_trailer_that_repeats_the_length() -> None:
    assert built(Trailer(blocks=[Sized(body=b"abc")])) == b"\0\x08\4abc\0\x08"
    assert agreed(Trailer, "build", Trailer(blocks=[], again=9)).value == b"\0\4\0\x09", "given, so written"
    found = agreed(Trailer, "parse", b"\0\4\0\x09")
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("const", "again", 16)


class Early(Struct):
    """The constant stands before the field that it repeats is known."""

    length: int = auto(u8())
    negated: int = const(u8(), 255 - length)
    blocks: list[Sized] = array(Sized, size=length)


def test_a_constant_of_a_length_that_is_measured_later() -> None:
    assert built(Early(blocks=[Sized(body=b"ab")])) == b"\3\xfc\3ab"


class Magic(Struct):
    magic: bytes = const(raw(size=2), b"BW")
    version: int = const(u8(), 1)
    word: str = const(text(size=2), "é")


def test_constants_are_written_and_a_wrong_one_is_kept() -> None:
    assert built(Magic()) == "BW\x01é".encode()
    assert agreed(Magic, "build", Magic(magic=b"xx", version=2, word="ab")).value == b"xx\2ab"
    for data, path in ((b"xW\1\xc3\xa9", "magic"), (b"BW\2\xc3\xa9", "version"), (b"BW\1ab", "word")):
        found = agreed(Magic, "parse", data)
        assert (found.problem.code, found.problem.path) == ("const", path)
    assert agreed(Magic, "build", Magic(magic=b"xxx")).problem.code == "size"


class Last(Struct):
    size: int = auto(u8())
    blocks: list[Sized] = array(Sized, size=size)
    front: int = checksum(u16(), internet, over=size + 1)
    whole: int = checksum(u32(), crc32)
    tail: int = u8()


def test_checksums_come_last_and_the_widest_at_the_end() -> None:
    data = built(Last(blocks=[Sized(body=b"ab")], tail=7))
    assert int.from_bytes(data[4:6], "big") == internet(data[:4])
    assert int.from_bytes(data[6:10], "big") == crc32(data[:6] + bytes(4) + data[10:])
    assert agreed(Last, "check", data).value[1] == []


class Wide(Struct):
    sum: int = checksum(u16(), crc32)
    body: bytes = raw()


def test_a_sum_is_cut_to_its_field() -> None:
    data = built(Wide(body=b"abc"))
    assert data[:2] == (crc32(b"\0\0abc") & 0xFFFF).to_bytes(2, "big")
    assert agreed(Wide, "check", data).value[1] == []


class Datagram(Struct):
    """As UDP: the checksum covers what the layer below adds, and zero means none."""

    pseudo_header = param(bytes, default=b"")
    length: int = auto(u16())
    sum: int = checksum(u16(), internet, prefix=pseudo_header, zero_is_absent=True)
    data: bytes = payload(size=length - 4)


class Segment(Struct):
    """As TCP: the checksum is always there."""

    pseudo_header = param(bytes, default=b"")
    sum: int = checksum(u16(), internet, prefix=pseudo_header)
    data: bytes = payload()


def test_pseudo_headers() -> None:
    pseudo = bytes(range(12))
    data = built(Datagram(data=b"abc"), pseudo_header=pseudo)
    assert internet(pseudo + data) == 0
    assert agreed(Datagram, "check", data, pseudo_header=pseudo).value[1] == []
    assert [f.code for f in agreed(Datagram, "check", data, pseudo_header=pseudo + b"\1\0").value[1]] == ["checksum"]
    assert agreed(Datagram, "check", data).value[1] == [], "nothing is known, so nothing is claimed"
    assert built(Datagram(data=b"abc"))[2:4] == b"\0\0"
    assert agreed(Segment, "build", Segment(data=b"abc")).problem.code == "unsolved"
    assert internet(pseudo + built(Segment(data=b"abc"), pseudo_header=pseudo)) == 0
    zero = Datagram(data=b"\xff\xff")  # sums to nothing but for its length
    found = built(zero, pseudo_header=(0xFFFF - 6).to_bytes(2, "big"))
    assert found[2:4] == b"\xff\xff", "a computed zero is sent as all ones"


def test_a_released_view_is_no_value() -> None:
    view = memoryview(b"ab")
    view.release()
    assert agreed(Sized, "build", Sized(body=view)).problem.code == "type"


class Named(Struct):
    size: int = auto(u8())
    names: list[Name] = array(domain_name(), size=size)


def test_the_size_of_names_is_measured_after_compression() -> None:
    assert built(Named(names=["a.b.", "c.b.", "b."])) == b"\x0b\1a\1b\0\1c\xc0\3\xc0\3"


def test_the_errors_of_building_name_the_struct(engine: str) -> None:
    with pytest.raises(
        BuildError, match=r"^Twice\.right: the size of right is 2, but `size \* 2` is 4 \[conflict\] \(declared at "
    ) as caught:
        Twice.codec(engine).build(Twice(left=b"ab", right=[1]))
    assert caught.value.declaration is not None
