"""Optional fields that fill themselves: checksums, constants, reserved bits, derived numbers and padding inside `when()`."""

from __future__ import annotations

import pytest

from bitwright import (
    BuildError,
    DeclarationError,
    Struct,
    align,
    auto,
    bits,
    checksum,
    const,
    flag,
    nested,
    pad,
    payload,
    raw,
    reserved,
    select,
    span,
    u8,
    u16,
    u32,
    when,
)
from bitwright.checksum import crc32, internet
from tests.engines.agreement import agreed, built


class Gre(Struct):
    """RFC 2784 and 2890: a checksum where a bit says so."""

    has_sum: bool = auto(flag())
    has_key: bool = auto(flag())
    has_sequence: bool = flag(default=False)
    spare: int = reserved(10)
    version: int = bits(3, default=0)
    protocol: int = u16()
    sum: int | None = when(has_sum, checksum(u16(), internet))
    offset: int | None = when(has_sum, reserved(16))
    key: int | None = when(has_key, u32())
    sequence: int | None = when(has_sequence, u32())
    body: bytes = payload()


def test_a_checksum_that_may_be_absent() -> None:
    assert built(Gre(protocol=1, body=b"abc")).hex() == "00000001616263"
    data = built(Gre(protocol=1, has_sum=True, key=7, body=b"abc"))
    assert data[0] == 0xC0
    assert internet(data) == 0
    assert agreed(Gre, "check", data).value[1] == []
    assert agreed(Gre, "parse", data).value.offset == 0
    found = agreed(Gre, "check", data[:-1] + b"!").value[1]
    assert [(f.code, f.path, f.bit_offset) for f in found] == [("checksum", "sum", 32)]
    spare = agreed(Gre, "check", data[:6] + b"\0\1" + data[8:]).value[1]
    assert [f.code for f in spare] == ["checksum", "reserved-bits"] or [f.code for f in spare] == ["reserved-bits", "checksum"]
    given = built(Gre(protocol=1, sum=5, body=b""))
    assert given.hex() == "8000000100050000", "a value that is given says that it is there"
    for cut in range(len(data)):
        agreed(Gre, "parse", data[:cut])


class Extended(Struct):
    long: bool = flag()
    size7: int = auto(bits(7, default=127))
    size16: int | None = when(long, auto(u16()))
    magic: bytes | None = when(long, const(raw(size=2), b"AB"))
    version: int | None = when(long, const(u8(), 9))
    _gap = when(long, pad(bytes=2))
    _edge = when(long, align(4))
    body: bytes = raw(size=select(long, size16, size7))
    crc: int | None = when(long, checksum(u32(), crc32, over=span(body)))


def test_what_is_there_is_filled_in() -> None:
    assert built(Extended(long=False, body=b"abc")) == b"\3abc"
    data = built(Extended(long=True, body=b"abc"))
    assert data == b"\xff\0\3AB\x09\0\0abc" + crc32(b"abc").to_bytes(4, "big")
    made = Extended(long=True, body=b"abc").resolved()
    assert (made.size16, made.magic, made.version) == (3, b"AB", 9)
    none = Extended(long=False, body=b"").resolved()
    assert (none.size16, none.magic, none.version, none.crc) == (None, None, None, None)
    assert built(Extended(long=True, body=b"x" * 300))[1:3] == b"\1\x2c"
    assert agreed(Extended, "build", Extended(long=False, body=b"x" * 300)).problem.code == "range"
    assert made.relaxed().build() == data


def test_constants_are_held() -> None:
    data = built(Extended(long=True, body=b"abc"))
    for place, path in ((3, "magic"), (5, "version")):
        found = agreed(Extended, "parse", data[:place] + b"?" + data[place + 1 :]).problem
        assert (found.code, found.path) == ("const", path)
    gap = agreed(Extended, "check", data[:6] + b"\1" + data[7:]).value[1]
    assert [(f.code, f.path) for f in gap] == [("padding", "_gap")]
    assert agreed(Extended, "build", Extended(long=True, body=b"", version=8)).value[5] == 8, "given, so written"


@pytest.mark.parametrize("name", ["size16", "magic", "version", "crc"])
def test_what_is_given_must_be_there(name: str) -> None:
    value = {"magic": b"AB"}.get(name, 3)
    found = agreed(Extended, "build", Extended(long=False, body=b"abc").replace(**{name: value})).problem
    assert (found.code, found.path) == ("presence", name)
    with pytest.raises(BuildError):
        Extended(long=False, body=b"abc").replace(**{name: value}).build()


class Flagged(Struct):
    """What is given says that it is there; what is left out says nothing."""

    there: bool = auto(flag())
    number: int = bits(7, default=0)
    magic: int | None = when(there, const(u16(), 0xCAFE))
    size: int | None = when(there, auto(u8()))
    data: bytes | None = when(there, raw(size=size))


def test_presence_is_derived() -> None:
    assert built(Flagged()) == b"\0"
    assert built(Flagged(data=b"abc")) == b"\x80\xca\xfe\3abc"
    assert agreed(Flagged, "build", Flagged(magic=0xCAFE)).problem.path == "magic"


def test_what_is_known_too_late() -> None:
    class Late(Struct):
        size: int = auto(u8())
        more: int | None = when(size > 4, const(u8(), 1))
        body: bytes = raw(size=size - 1)

    assert built(Late(body=b"abcdef")) == b"\7\1abcdef"

    class Measured(Struct):
        size: int = auto(u8())
        more: int | None = when(size > 4, const(u8(), 1))
        inner: Flagged = nested(Flagged, size=size)

    assert agreed(Measured, "parse", b"\1\0").ok
    with pytest.raises(DeclarationError, match="known only after what follows is written"):
        Measured(inner=Flagged()).build()


def test_odd_places() -> None:
    with pytest.raises(DeclarationError, match="not whole bytes"):

        class Bits(Struct):
            there: bool = flag()
            rest: int = bits(7)
            spare: int | None = when(there, reserved(3))
