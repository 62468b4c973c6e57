"""Optional fields: every inner type, present and absent, with what determines and what contradicts them."""

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
    check,
    domain_name,
    flag,
    ipv4,
    nested,
    pad,
    raw,
    rest,
    text,
    u8,
    u16,
    variant,
    when,
)
from tests.engines.agreement import agreed, built


class Kind(OpenEnum):
    A = 1


class Pair(Struct):
    count: int = auto(u8())
    items: list[int] = array(u8(), count=count)


class Union(Struct):
    """Two arms."""


class One(Union, tag=1):
    value: int = u8()


class Two(Union, tag=2):
    value: int = u16()


class Default(Union):
    value: int = u8()


class All(Struct):
    """Each kind of optional field, with a flag of its own that building derives."""

    a: bool = auto(flag())
    b: bool = auto(flag())
    c: bool = auto(flag())
    d: bool = auto(flag())
    e: bool = auto(flag())
    f: bool = auto(flag())
    g: bool = auto(flag())
    h: bool = auto(flag())
    tag: int = auto(u8())
    size: int = auto(u8(default=9))
    number: int | None = when(a, u16())
    kind: Kind | None = when(b, u8(Kind))
    content: bytes | None = when(c, raw(size=size))
    words: str | None = when(d, text(prefix=u8()))
    name: Name | None = when(e, domain_name())
    items: list[int] | None = when(f, array(u8(), count=2))
    pair: Pair | None = when(g, nested(Pair, size=3))
    choice: Union | None = when(h, variant(Union, on=tag, unknown=Default))


FULL: dict[str, Any] = {
    "number": 0x0102, "kind": Kind.A, "content": b"xyz", "words": "é", "name": "a.", "items": [1, 2], "pair": Pair(items=[7, 8]),
    "choice": Two(value=5),
}  # fmt: skip


@pytest.mark.parametrize("present", [*([name] for name in FULL), list(FULL), []], ids=lambda names: "-".join(names) or "none")
def test_each_present_alone_all_and_none(present: list[str]) -> None:
    message = All(**{name: FULL[name] for name in present}, **({} if "choice" in present else {"tag": 0}))
    data = built(message)
    value = message.resolved()
    assert [name for name in FULL if getattr(value, name) is not None] == present
    assert data[0] == sum(128 >> i for i, name in enumerate(FULL) if name in present)
    assert data[2] == (3 if "content" in present else 9)
    for end in range(len(data)):
        agreed(All, "parse", data[:end])


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"number": 1 << 16}, "range", "number"),
        ({"number": "1"}, "type", "number"),
        ({"content": "ab"}, "type", "content"),
        ({"content": bytes(256)}, "range", "size"),
        ({"words": "\ud800"}, "text", "words"),
        ({"items": [1]}, "size", "items"),
        ({"pair": Pair(items=[7])}, "size", "pair"),
        ({"pair": One(value=1)}, "type", "pair"),
        ({"choice": Pair(items=[])}, "type", "choice"),
        ({"choice": Default(value=1)}, "tag", "tag"),
        ({"a": False}, None, None),
    ],
)
def test_values_that_do_not_fit(changes: dict[str, Any], code: str | None, path: str | None) -> None:
    found = agreed(All, "build", All(**{**FULL, **changes}))
    if code is None:
        assert found.ok, "a derived flag may lie on purpose"
    else:
        assert (found.problem.code, found.problem.path) == (code, path), found.error


def test_the_tag_of_an_absent_union_is_not_known() -> None:
    found = agreed(All, "build", All(**{**FULL, "choice": None}))
    assert (found.problem.code, found.problem.path) == ("unsolved", "tag")


class Given(Struct):
    """Conditions over numbers that are given."""

    version: int = bits(4)
    more: bool = flag()
    _gap = pad(bits=3)
    kind: int = u8()
    size: int = u8()
    new = version >= 2
    body: bytes | None = when(new & more, raw(size=size))
    old: int | None = when(~new, u8())
    choice: Union | None = when(kind != 0, variant(Union, on=kind))
    address: IPv4Address | None = when((version == 3) | (version == 4), ipv4())


def test_conditions_over_given_numbers() -> None:
    assert built(Given(version=1, more=True, kind=0, size=7, old=5)) == b"\x18\0\7\5"
    assert built(Given(version=3, more=True, kind=1, size=2, body=b"ab", choice=One(value=9), address=IPv4Address("1.2.3.4"))) == b"\x38\1\2ab\x09\1\2\3\4"
    for wrong, path in (
        (Given(version=1, more=True, kind=0, size=0, old=5, body=b""), "body"), (Given(version=2, more=False, kind=0, size=0, old=1), "old"),
        (Given(version=2, more=True, kind=0, size=0), "body"), (Given(version=2, more=False, kind=3, size=0), "choice"),
    ):  # fmt: skip
        found = agreed(Given, "build", wrong)
        assert (found.problem.code, found.problem.path) == ("presence", path)
    lie = agreed(Given, "build", Given(version=3, more=True, kind=1, size=3, body=b"ab", choice=One(value=9), address=IPv4Address("1.2.3.4")))
    assert (lie.problem.code, lie.problem.path) == ("size", "body")
    arm = agreed(Given, "build", Given(version=2, more=False, kind=1, size=3, choice=Two(value=9)))
    assert (arm.problem.code, arm.problem.path) == ("tag", "choice")


def test_an_absent_field_says_nothing_of_its_size() -> None:
    assert agreed(Given, "parse", b"\x10\0\x09\5").value == Given(version=1, more=False, kind=0, size=9, old=5)
    assert built(Given(version=1, more=False, kind=0, size=9, old=5)) == b"\x10\0\x09\5"


class Referred(Struct):
    """A number that may be absent counts as zero."""

    has: bool = auto(flag())
    _gap = pad(bits=7)
    count: int | None = when(has, u8())
    items: list[int] = array(u8(), count=count)


def test_an_absent_number_counts_as_zero() -> None:
    assert built(Referred(items=[])) == b"\0"
    assert built(Referred(count=2, items=[1, 2])) == b"\x80\2\1\2"
    assert agreed(Referred, "build", Referred(items=[1])).problem.code == "size"


class Bits(Struct):
    """Optional bytes between bits."""

    has: bool = auto(flag())
    a: int = bits(3)
    word: int | None = when(has, u16())
    b: int = bits(4)


def test_optional_fields_inside_a_byte() -> None:
    assert built(Bits(a=5, word=0xABCD, b=9)) == b"\xda\xbc\xd9"
    assert built(Bits(a=5, b=9)) == b"\x59"
    assert [agreed(Bits, "parse", b"\xda\xbc\xd9"[:end]).problem.path for end in range(3)] == ["has", "word", "word"]


# --- at the end of a region ----------------------------------------------------------------------


class Tail(Struct):
    """As many protocols grew: each version put something behind what was there."""

    first: int = u8()
    second: int | None = when(rest() > 0, u16())
    third: bytes | None = when(rest() >= 2, raw(prefix=u16()))
    check(first < 200, "small")


class Regions(Struct):
    """Tails inside regions, where the end is another."""

    size: int = auto(u8())
    inside: Tail = nested(Tail, size=size)
    items: list[Tail] = array(nested(Tail, size=3), count=2)
    last: int = u8()


def test_fields_that_are_there_if_bytes_are_left() -> None:
    assert built(Tail(first=1)) == b"\1"
    assert built(Tail(first=1, second=2)) == b"\1\0\2"
    assert built(Tail(first=1, second=2, third=b"")) == b"\1\0\2\0\0"
    assert built(Tail(first=1, second=2, third=b"ab")) == b"\1\0\2\0\2ab"
    assert agreed(Tail, "parse", b"\1\0").problem.path == "second"
    assert agreed(Tail, "parse", b"\1\0\2\0").problem.code == "unconsumed"
    assert agreed(Tail, "parse", b"\1\0\2\0\2a").problem.path == "third"


def test_what_comes_behind_a_missing_one_would_be_read_as_it() -> None:
    found = agreed(Tail, "build", Tail(first=1, third=b"ab")).problem
    assert (found.code, found.path) == ("presence", "third")
    assert "`second` before it is not" in found.message


def test_in_regions() -> None:
    tails = [Tail(first=2, second=5), Tail(first=3, second=6)]
    wire = built(Regions(inside=Tail(first=1, second=9, third=b"x"), items=tails, last=7))
    assert wire == bytes.fromhex("06 01 0009 0001 78 020005 030006 07")
    assert built(Regions(inside=Tail(first=1), items=tails, last=7)) == bytes.fromhex("01 01 020005 030006 07")


REFUSED = {
    "what follows must be when(rest() > 0, ...) too": "a: int | None = when(rest() > 0, u8())\n    b: int = u8()",
    "rest() stands alone in the condition": "a: int = u8()\n    b: int | None = when((a > 1) & (rest() > 0), u8())",
    "can have 1 byte where the condition asks for 3": "a: int | None = when(rest() > 2, u8())",
    "put what may be empty into a struct": "a: bytes | None = when(rest() > 0, raw())",
    "nothing is left for `last`": "inner: Tail = nested(Tail)\n    last: int = u8()",
}


@pytest.mark.parametrize("why", REFUSED)
def test_where_it_could_not_be_told(why: str) -> None:
    names: dict[str, Any] = {"__name__": "refused", "Tail": Tail}
    with pytest.raises(DeclarationError) as caught:
        exec(f"from __future__ import annotations\nfrom bitwright import *\nclass Refused(Struct):\n    {REFUSED[why]}\n", names)
    assert why in str(caught.value)


def test_a_stream_cannot_tell_where_it_ends() -> None:
    with pytest.raises(DeclarationError):
        Tail.stream()
