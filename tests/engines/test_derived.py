"""Derived fields: every form of equation, explicit values, conflicts, refusals, and the resolved copy."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import (
    BuildError,
    DeclarationError,
    Name,
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
    payload,
    raw,
    rest,
    select,
    u8,
    u16,
    when,
)
from bitwright.checksum import internet
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
    names: dict[str, Any] = {"__name__": "measured"}
    exec("from bitwright import *", names)
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


@pytest.mark.parametrize("expression", ["n % 5", "n * n", "n + n", "8 // n + 1", "n | 1", "1 << n", "select(n > 1, n + 1, 3)", "rest() - n"])
def test_what_cannot_be_solved_is_refused_with_advice(expression: str) -> None:
    names: dict[str, Any] = {"__name__": "unsolvable"}
    exec("from bitwright import *", names)
    source = f"class Bad(Struct):\n    n: int = auto(bits(8))\n    body: bytes = raw(size={expression})\n"
    with pytest.raises(DeclarationError, match=r"bad\.py:\d: Bad") as caught:
        exec(compile("from __future__ import annotations\n" + source, "bad.py", "exec", dont_inherit=True), names)
        names["Bad"](body=b"").build()
    assert "; " in str(caught.value)


class Difference(Struct):
    """One equation for two derived fields: one of them must be given."""

    begin: int = auto(u8())
    end: int = auto(u8())
    body: bytes = raw(size=end - begin)
    after: list[int] = array(u8(), count=end * 2)


class Gap(Struct):
    begin: int = auto(u8())
    end: int = auto(u8())
    body: bytes = raw(size=end - begin)


def test_an_equation_with_two_derived_fields() -> None:
    assert built(Gap(begin=3, body=b"ab")) == b"\3\5ab"
    assert built(Gap(end=3, body=b"ab")) == b"\1\3ab"
    assert agreed(Gap, "build", Gap(begin=3, end=3, body=b"ab")).ok, "both are given, so both may lie"
    found = agreed(Gap, "build", Gap(body=b"ab"))
    assert (found.problem.code, found.problem.path) == ("unsolved", "begin")
    assert "give begin= or end=" in found.problem.message
    assert agreed(Gap, "build", Gap(end=1, body=b"ab")).problem.code == "range"
    assert built(Difference(body=b"a", after=[1, 2, 3, 4])) == b"\1\2a\1\2\3\4", "the other equation says what the end is"


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


class Escaped(Struct):
    """The length of WebSocket: an escape says that a wider number follows."""

    short: int = auto(u8())
    wide: int | None = when(short == 255, auto(u16()))
    body: bytes = raw(size=select(short == 255, wide, short))


class Fallback(Struct):
    given: bool = flag()
    size: int = auto(bits(7, default=0))
    body: bytes = raw(size=select(given, size, 5))


class Absent(Struct):
    given: bool = flag()
    _gap = pad(bits=7)
    size: int | None = when(given, auto(u8()))
    body: bytes = raw(size=size)


def test_a_size_is_checked_where_the_field_that_it_would_solve_is_absent_or_not_chosen() -> None:
    assert built(Escaped(wide=300, body=bytes(300)))[:3] == b"\xff\1\x2c"
    assert built(Escaped(short=255, body=b"abc")) == b"\xff\0\3abc"
    assert built(Escaped(short=3, body=b"abc")) == b"\3abc"
    assert built(Escaped(body=b"abc")) == b"\3abc"
    assert built(Fallback(given=True, body=b"abc")) == b"\x83abc"
    assert built(Fallback(given=False, body=b"abcde")) == b"\0abcde"
    assert agreed(Fallback, "build", Fallback(given=False, body=b"abc")).problem.code == "conflict"
    assert built(Absent(given=True, body=b"abc")) == b"\x80\3abc"
    assert built(Absent(given=False, body=b"")) == b"\0"
    assert agreed(Absent, "build", Absent(given=False, body=b"abc")).problem.code == "conflict"
