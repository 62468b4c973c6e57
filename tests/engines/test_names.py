"""Domain names: compression both ways, the cases of RFC 9267, and that remembered names never give a wrong result."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitwright import Limits, Name, Struct, array, auto, domain_name, nested, raw, u8, u16
from bitwright.backends.python import runtime
from tests.engines.agreement import Outcome, agreed, built


class Message(Struct):
    """Twelve bytes, then names, as in DNS."""

    header: bytes = raw(size=12, default=bytes(12))
    names: list[Name] = array(domain_name())


class One(Struct):
    header: bytes = raw(size=12, default=bytes(12))
    name: Name = domain_name()


def wire(*labels: bytes, end: bytes = b"\0") -> bytes:
    """A name in full, or with another end."""
    return b"".join(bytes((len(label),)) + label for label in labels) + end


def read(body: bytes, **options: Any) -> Outcome:
    """Names behind a header of twelve zero bytes."""
    return agreed(Message, "parse", bytes(12) + body, **options)


def pointer(to: int) -> bytes:
    return (0xC000 | to).to_bytes(2, "big")


def test_built_names_are_compressed_and_read_back() -> None:
    names = [
        "www.example.",
        "example.",
        "mail.example.",
        "www.example.",
        ".",
        "a.www.example.",
        "EXAMPLE.",
        r"x\.y.\000\255.",
        r"\000\255.",
    ]
    body = built(Message(names=names))[12:]
    assert body == (
        wire(b"www", b"example") + pointer(16) + b"\4mail" + pointer(16) + pointer(12) + b"\0" + b"\1a" + pointer(12)
        + wire(b"EXAMPLE") + wire(b"x.y", b"\0\xff") + pointer(len(wire(b"www", b"example")) + 2 + 7 + 2 + 1 + 4 + 9 + 4 + 12)
    )  # fmt: skip


def test_names_beyond_the_reach_of_pointers() -> None:
    class Far(Struct):
        first: Name = domain_name()
        gap: bytes = raw(size=0x4000)
        second: Name = domain_name()
        third: Name = domain_name()
        fourth: Name = domain_name()

    data = built(Far(first="a.", gap=bytes(0x4000), second="b.c.", third="b.c.", fourth="x.a."))
    assert data[0x4003:] == wire(b"b", b"c") * 2 + b"\1x" + pointer(0)


def test_names_written_in_full() -> None:
    class Full(Struct):
        first: Name = domain_name()
        second: Name = domain_name(compress=False)
        third: Name = domain_name()

    assert built(Full(first="a.b.", second="x.b.", third="x.b.")) == wire(b"a", b"b") + wire(b"x", b"b") + b"\1x" + pointer(2)


def test_origins() -> None:
    """Pointers count from the nearest struct that says so; names on either side do not know each other."""

    class Inner(Struct, origin=True):
        names: list[Name] = array(domain_name(), count=2)

    class Between(Struct):
        inner: Inner = nested(Inner)
        name: Name = domain_name()

    class Outer(Struct):
        first: Name = domain_name()
        between: Between = nested(Between)
        last: Name = domain_name()

    message = Outer(first="a.", between=Between(inner=Inner(names=["a.", "a."]), name="a."), last="a.")
    assert built(message) == wire(b"a") + wire(b"a") + pointer(0) + pointer(0) + pointer(0)


# RFC 9267: section, what is wrong, the bytes behind the header, the code, and where the error lies.
RFC_9267 = [
    ("2", "a pointer to itself", pointer(12), "bad-pointer", 12),
    ("2", "a pointer forward", pointer(14) + wire(b"a"), "bad-pointer", 12),
    ("2", "a pointer past the end", pointer(0x3FFF), "bad-pointer", 12),
    ("2", "two pointers at each other", wire(b"a", end=pointer(16)) + pointer(12), "bad-pointer", 14),
    ("2", "labels that lead into their own pointer", wire(b"a", end=pointer(12)), "bad-pointer", 14),
    ("2", "a loop over three names", wire(b"a", end=b"\1b" + pointer(12)), "bad-pointer", 16),
    ("2", "a pointer into the middle of the name itself", wire(b"abc", end=pointer(13)), "bad-pointer", 16),
    ("2", "labels behind a pointer that run into it", wire(b"\5xy") + pointer(13), "bad-pointer", 17),
    ("2", "a pointer of one byte at the end", b"\1a\xc0", "truncated", 14),
    ("3", "no final zero", b"\3abc", "truncated", 16),
    ("3", "a label longer than what is left", b"\5abc", "truncated", 13),
    ("3", "a label of 63 in a short message", b"\x3f" + bytes(10), "truncated", 13),
    ("3", "nothing but a length", b"\1", "truncated", 13),
    ("4", "a label of type 01", b"\x40abc\0", "bad-label", 12),
    ("4", "a label of type 10", b"\x80abc\0", "bad-label", 12),
    ("4", "an extended label behind a good one", wire(b"a", end=b"\x41"), "bad-label", 14),
    ("4", "a label of type 01 behind a pointer", b"\0" + b"\1a" + pointer(12) + pointer(0), None, 0),
    ("5", "255 octets", wire(*[b"a" * 63] * 3, b"b" * 61), None, 0),
    ("5", "256 octets", wire(*[b"a" * 63] * 3, b"b" * 62), "name-too-long", 12),
    ("5", "four labels of 63", wire(*[b"a" * 63] * 4), "name-too-long", 12),
    ("5", "too long only with what a pointer adds", wire(*[b"a" * 63] * 3) + wire(b"b" * 63, end=pointer(12)), "name-too-long", 205),
    ("5", "as long as allowed with what a pointer adds", wire(*[b"a" * 63] * 3) + wire(b"b" * 61, end=pointer(12)), None, 0),
    ("5", "128 labels", b"\1a" * 128 + b"\0", "name-too-long", 12),
    ("5", "127 labels", b"\1a" * 127 + b"\0", None, 0),
    ("6", "a pointer into the header", pointer(0), None, 0),
    ("6", "the root", b"\0", None, 0),
]  # fmt: skip


@pytest.mark.parametrize(("section", "what", "body", "code", "at"), RFC_9267, ids=[f"{s} {what}" for s, what, *_ in RFC_9267])
def test_rfc_9267(section: str, what: str, body: bytes, code: str | None, at: int) -> None:
    found = read(body)
    if code is None:
        assert found.ok, found.error
        assert agreed(Message, "parse", agreed(Message, "build", found.value).value).value == found.value
    else:
        assert (found.problem.code, found.problem.bit_offset) == (code, 8 * at), found.error


def test_hops_are_limited() -> None:
    chain = b"\0" + b"".join(b"\1a" + pointer(12 if i == 0 else 13 + 4 * (i - 1)) for i in range(70))
    deepest = read(chain[: 1 + 4 * 64])
    assert deepest.ok
    assert deepest.value.names[64] == "a." * 64
    found = read(chain)
    assert (found.problem.code, found.problem.path) == ("too-many-hops", "names[65]")
    for limit in (1, 2, 63, 65):
        found = read(chain, limits=Limits(pointer_hops=limit))
        assert (found.problem.code, found.problem.path) == ("too-many-hops", f"names[{limit + 1}]")
    assert read(chain, limits=Limits(pointer_hops=70)).ok


# --- what is remembered --------------------------------------------------------------------------


class Regions(Struct):
    """Names whose bytes can be cut off by the region around them."""

    size: int = u8()
    head: One = nested(One, size=size)
    tail: list[Name] = array(domain_name())


class Short(Struct):
    name: Name = domain_name()


class Boxed(Struct):
    size: int = auto(u16())
    short: Short = nested(Short, size=size)
    rest: bytes = raw()


def test_the_same_bytes_in_other_regions() -> None:
    """A name that was read whole is not found again where its region ends before it does."""
    whole = wire(b"seen", b"before")
    for _ in range(3):
        assert agreed(Boxed, "parse", len(whole).to_bytes(2, "big") + whole).value.short.name == "seen.before."
        for size in range(len(whole)):
            found = agreed(Boxed, "parse", size.to_bytes(2, "big") + whole)
            assert (found.problem.code, found.problem.path) == ("truncated", "short.name"), size
        longer = agreed(Boxed, "parse", (len(whole) + 1).to_bytes(2, "big") + whole + b"!")
        assert (longer.problem.code, longer.problem.path) == ("unconsumed", "short")


def test_the_same_bytes_with_other_limits() -> None:
    body = wire(b"limit") + pointer(12)
    for _ in range(3):
        assert read(body).value.names == ["limit.", "limit."]
        assert read(body, limits=Limits(pointer_hops=0)).problem.code == "too-many-hops"
        assert read(body[:-2], limits=Limits(pointer_hops=0)).ok


def test_bytes_that_begin_like_a_remembered_name() -> None:
    """The first zero byte need not end a name: it may lie in a label."""
    assert read(wire(b"ab", b"\3cd")).value.names == [r"ab.\003cd."]
    assert read(b"\2ab\5c\0def\0").value.names == [r"ab.c\000def."]
    assert read(b"\2ab\5c\0").problem.code == "truncated"
    assert read(b"\2ab\1c\0").value.names == ["ab.c."]
    assert read(b"\4\2ab\0\0").value.names == [r"\002ab\000."]


def test_letter_case_is_kept() -> None:
    for name in ("Case.Example.", "case.example.", "CASE.EXAMPLE."):
        assert read(wire(*[part.encode() for part in name.split(".")[:-1]])).value.names == [name]


def test_many_names_do_not_fill_the_memory() -> None:
    for serial in range(runtime._RECENT_SIZE + 100):
        read(wire(str(serial).encode(), b"flood"))
    assert len(runtime._RECENT) <= runtime._RECENT_SIZE
    assert read(wire(b"7", b"flood")).value.names == ["7.flood."]


LABELS = st.one_of(st.sampled_from([b"a", b"b", b"example", b"\0", b".", b"\xc0\x0c", b"\1a\0"]), st.binary(min_size=1, max_size=3))
CHUNKS = st.one_of(
    st.builds(lambda labels: wire(*labels), st.lists(LABELS, max_size=3)),
    st.builds(lambda labels, to: wire(*labels, end=pointer(to)), st.lists(LABELS, max_size=2), st.integers(0, 60)),
    st.binary(max_size=3),
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.lists(CHUNKS, max_size=6))
def test_any_bytes_give_what_a_single_reading_gives(chunks: list[bytes]) -> None:
    """Engine python remembers names from all earlier examples; the interpreter remembers nothing between messages."""
    read(b"".join(chunks))
    body = b"".join(chunks)
    agreed(One, "parse_prefix", bytes(12) + body)
    agreed(Boxed, "parse", len(body).to_bytes(2, "big") + body)
    agreed(Message, "parse_prefix", b"?" * 5 + bytes(12) + body, 5)


def test_random_messages_of_few_bytes() -> None:
    random_ = random.Random(9267)
    alphabet = [0, 0, 1, 1, 2, 3, 0x61, 0x62, 0xC0, 0xC0, 12, 13, 14, 16, 20, 0x40, 0xFF]
    for _ in range(4000):
        read(bytes(random_.choice(alphabet) for _ in range(random_.randrange(14))))
